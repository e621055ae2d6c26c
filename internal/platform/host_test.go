package platform

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/redact"
)

func TestCheckHost(t *testing.T) {
	allows := func(host, port string) bool { return host == "gateway.example.com" && port == "8443" }
	for _, tt := range []struct {
		url string
		ok  bool
	}{
		{"https://platform.adobe.io", true},
		{"https://PLATFORM.adobe.io:443/root", true},
		{"https://platform-va7.adobe.io", true},
		{"https://ims-na1.adobelogin.com", true},
		{"https://ims-na2.adobelogin.com", false},
		{"https://platform.adobe.io:8443", false},
		{"https://platform.adobe.io.example.com", false},
		{"https://platform-.example.com", false},
		{"https://platform-x.y.adobe.io", false},
		{"https://xplatform.adobe.io", false},
		{"https://platform.adobe.io.", false},
		{"https://adobe.io", false},
		{"http://platform.adobe.io", false},
		{"http://127.0.0.1:8090", true},
		{"http://127.1.2.3", true},
		{"https://127.0.0.1", true},
		{"http://[::1]:8090", true},
		{"http://[::ffff:127.0.0.1]", true},
		{"http://localhost:1", true},
		{"http://127.example.com", false},
		{"https://127.0.0.1.example.com", false},
		{"http://localhost.example.com", false},
		{"http://localhost.", false},
		{"http://128.0.0.1", false},
		{"http://0.0.0.0", false},
		{"http://[::1%25eth0]", false},
		{"http://2130706433", false},
		{"ftp://127.0.0.1", false},
		{"https://gateway.example.com:8443", true},
		{"https://gateway.example.com", false},
		{"http://gateway.example.com:8443", false},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		err = CheckHost(u, allows)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.url, err)
		}
		var refused *HostError
		if err != nil && (!errors.As(err, &refused) || refused.Host != u.Host) {
			t.Errorf("%s: %#v", tt.url, err)
		}
	}
}

// stranger is a server of which no request may ever know.
func stranger(t *testing.T) (*httptest.Server, *atomic.Int64) {
	var got atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Add(1)
		send(w, 200, `{"access_token":"t","expires_in":600,"items":[]}`)
	}))
	t.Cleanup(s.Close)
	return s, &got
}

// TestNothingFollowsAnAnswer has a platform that points to another host wherever
// an answer can: no request goes there.
func TestNothingFollowsAnAnswer(t *testing.T) {
	other, got := stranger(t)
	for name, answer := range map[string]http.HandlerFunc{
		"redirect of a call": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		},
		"redirect of sign-in":   nil,
		"link to the next page": func(w http.ResponseWriter, r *http.Request) { send(w, 200, nextPage(other.URL, r)) },
		"link without a scheme": func(w http.ResponseWriter, r *http.Request) {
			send(w, 200, nextPage(strings.TrimPrefix(other.URL, "http:"), r))
		},
		"location of a new object": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", other.URL)
			send(w, 201, `{"items":[{"id":"1"}]}`)
		},
	} {
		calls := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			switch {
			case !strings.HasPrefix(r.URL.Path, "/ims/"):
				answer(w, r)
			case answer == nil:
				http.Redirect(w, r, other.URL+r.URL.Path, http.StatusPermanentRedirect)
			default:
				send(w, 200, `{"access_token":"token","expires_in":600}`)
			}
		}))
		at, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(Config{
			Platform: at, IMS: at, Org: "A@AdobeOrg", Sandbox: "dev", ClientID: "c", ClientSecret: "secret-1", Retry: RetryPolicy{Attempts: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Collect(FlowObjects(t.Context(), c, "flows", nil))
		if calls == 0 || got.Load() != 0 {
			t.Errorf("%s: %d calls, %d of them to another host; %v", name, calls, got.Load(), err)
		}
		c.Close()
		server.Close()
	}
	http.DefaultClient.CloseIdleConnections()
}

func nextPage(host string, r *http.Request) string {
	if r.URL.Query().Get("continuationToken") != "" {
		return `{"items":[]}`
	}
	return `{"items":[{"id":"1"}],"_links":{"next":{"href":"` + host + `/data/foundation/flowservice/flows?continuationToken=x"}}}`
}

// TestHostGuard: a request that has been pointed elsewhere is not sent.
func TestHostGuard(t *testing.T) {
	other, got := stranger(t)
	here := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	for _, signIn := range []bool{false, true} {
		network := answer{transport: http.DefaultTransport, timeout: time.Second, redact: redact.New(), most: 1}
		layer := hostGuard{next: network, platform: here, ims: here}
		_, err := layer.send(&call{signIn: signIn, redact: redact.New()}, httptest.NewRequestWithContext(t.Context(), "GET", other.URL, nil))
		if !errors.As(err, new(*UnsentError)) || got.Load() != 0 {
			t.Errorf("got %v, and %d requests", err, got.Load())
		}
	}
}
