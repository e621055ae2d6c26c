package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

var credentials = url.Values{"grant_type": {"client_credentials"}, "client_id": {"key"}, "client_secret": {"s3cret"},
	"scope": {"openid"}}

// token asks for one and gives status and body.
func (a *api) ask(path, contentType, body string) (int, object) {
	a.t.Helper()
	resp, err := a.http.Post(a.base+path, contentType, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	v, err := readJSON(resp)
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.StatusCode, v.(object)
}

const formType = "application/x-www-form-urlencoded"

// Form, query and multipart form, on every version of the path.
func TestTokenEncodings(t *testing.T) {
	a := open(t, Options{})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for k, v := range credentials {
		if err := w.WriteField(k, v[0]); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	for _, c := range []struct{ path, contentType, body string }{
		{"/ims/token/v3", formType, credentials.Encode()},
		{"/ims/token/v2?" + credentials.Encode(), formType, ""},
		{"/ims/token/v1", w.FormDataContentType(), form.String()},
	} {
		status, o := a.ask(c.path, c.contentType, c.body)
		n, _ := core.AsInt(o["expires_in"])
		if status != 200 || core.Text(o, "token_type") != "bearer" || n != 86399 {
			t.Errorf("%s: %d %s", c.path, status, core.ToJSON(o))
			continue
		}
		parts := strings.Split(core.Text(o, "access_token"), ".")
		raw, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || len(parts) != 3 {
			t.Fatalf("token %s", core.Text(o, "access_token"))
		}
		var claims map[string]string // every claim is a text, times too
		if err := json.Unmarshal(raw, &claims); err != nil {
			t.Fatal(err)
		}
		if claims["type"] != "access_token" || claims["client_id"] != "key" || claims["expires_in"] != "86400000" ||
			claims["created_at"] != "1801483200000" {
			t.Errorf("claims %v", claims)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	a := open(t, Options{Seed: seedOf(t, `{"clients": [{"id": "key", "secret": "s3cret"}]}`)})
	change := func(k, v string) string {
		f := url.Values{}
		for name, values := range credentials {
			f[name] = values
		}
		f[k] = []string{v}
		return f.Encode()
	}
	for name, c := range map[string]struct{ body, code string }{
		"another secret":     {change("client_secret", "guess"), "invalid_client"},
		"another client":     {change("client_id", "guess"), "invalid_client"},
		"no secret":          {change("client_secret", ""), "invalid_client"},
		"no scope":           {change("scope", ""), "invalid_scope"},
		"another grant":      {change("grant_type", "password"), "unsupported_grant_type"},
		"nothing":            {"", "invalid_request"},
		"a form that is not": {"%zz", "invalid_request"},
	} {
		status, o := a.ask("/ims/token/v3", formType, c.body)
		if status != 400 || core.Text(o, "error") != c.code || core.Text(o, "error_description") == "" {
			t.Errorf("%s: %d %s", name, status, core.ToJSON(o))
		}
	}
	if status, _ := a.ask("/ims/token/v3", formType, credentials.Encode()); status != 200 {
		t.Errorf("the listed client was refused: %d", status)
	}
}

func TestTokensEnd(t *testing.T) {
	a := open(t, Options{TokenTTL: time.Minute})
	a.get(flowsPath).want(200)
	a.s.Advance(59 * time.Second)
	a.get(flowsPath).want(200)
	a.s.Advance(time.Second)
	a.get(flowsPath).refused(401, "401013")
	a.signIn()
	a.get(flowsPath).want(200)
	if status, o := a.ask("/ims/validate_token/v1", formType, url.Values{"token": {a.token}}.Encode()); status != 200 ||
		o["valid"] != true {
		t.Errorf("validate: %d %s", status, core.ToJSON(o))
	}
	resp, err := a.http.PostForm(a.base+"/ims/invalidate_token/v2", url.Values{"token": {a.token}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	resp.Body.Close()
	a.get(flowsPath).refused(401, "401013")
}

// A token of another emulator is none.
func TestForeignToken(t *testing.T) {
	a, b := open(t, Options{}), open(t, Options{})
	a.token = b.token
	a.get(flowsPath).refused(401, "401013")
}
