package platform_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	p "github.com/aepflow/aepflow/internal/platform"
)

// answering is a platform that gives every call the same answer.
type answering struct {
	body string
	err  error
	path string
}

func (a *answering) Do(_ context.Context, r p.Request) (p.Response, error) {
	a.path = r.Path
	return p.Response{Status: 200, Header: http.Header{}, Body: []byte(a.body), RequestID: "r-1"}, a.err
}

func TestKeyExpiry(t *testing.T) {
	for body, want := range map[string]string{
		`{"publicKeyId":"a","expiryTime":"1801440000"}`: "2027-02-01T00:00:00Z",
		`{"expiryTime":1801440000}`:                     "2027-02-01T00:00:00Z",
		`{"expiryTime":"253402300799"}`:                 "9999-12-31T23:59:59Z",
		`{"publicKeyId":"a"}`:                           "",
		`{"expiryTime":null}`:                           "",
		`{"expiryTime":""}`:                             "",
		`{"expiryTime":"253402300800"}`:                 "expiryTime is not a time",
		`{"expiryTime":"0"}`:                            "expiryTime is not a time",
		`{"expiryTime":"tomorrow"}`:                     "expiryTime is not a time",
		`{"expiryTime":{"at":1}}`:                       "expiryTime is not a time",
		`[]`:                                            "cannot unmarshal",
	} {
		a := &answering{body: body}
		got, err := p.KeyExpiry(t.Context(), a, "7d/3a")
		text := ""
		switch {
		case err != nil:
			text = err.Error()
		case !got.IsZero():
			text = got.Format(time.RFC3339)
		}
		if (want == "") != (text == "") || !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", body, text, want)
		}
		if err != nil && !strings.Contains(text, "r-1") {
			t.Errorf("%s: no request id in %q", body, text)
		}
		if a.path != "/data/foundation/connectors/encryption/keys/7d%2F3a" {
			t.Errorf("asked %s", a.path)
		}
	}
	refused := &p.Error{Status: http.StatusForbidden, Code: "403"}
	if _, err := p.KeyExpiry(t.Context(), &answering{err: refused}, "a"); !errors.Is(err, refused) || !p.IsForbidden(err) {
		t.Errorf("refused: %v", err)
	}
}
