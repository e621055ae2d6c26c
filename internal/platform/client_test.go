package platform

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

func TestNewRefuses(t *testing.T) {
	at := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string // "" is accepted
	}{
		{"defaults", func(c *Config) {}, ""},
		{"loopback", func(c *Config) { c.Platform, c.IMS = at("http://127.0.0.1:8080"), at("http://[::1]:1") }, ""},
		{"localhost", func(c *Config) { c.Platform = at("http://localhost:8080/") }, ""},
		{"plain", func(c *Config) { c.Platform = at("http://platform.adobe.io") }, "check platform address: credentials are sent to platform.adobe.io over https only, not over http"},
		{"plain-ims", func(c *Config) { c.IMS = at("http://10.0.0.1") }, "check sign-in address: credentials are sent to 10.0.0.1 over https only, not over http"},
		{"lookalike", func(c *Config) { c.Platform = at("http://localhost.example.com") }, "check platform address: credentials are sent to localhost.example.com over https only, not over http"},
		{"userinfo", func(c *Config) { c.Platform = at("https://u:pw@x.io") }, "check platform address: \"https://u:xxxxx@x.io\" has more than scheme, host, and path"},
		{"scheme", func(c *Config) { c.Platform = at("ftp://x.io") }, "check platform address: credentials are sent to x.io over https only, not over ftp"},
		{"no-host", func(c *Config) { c.Platform = at("platform.adobe.io") }, "check platform address: \"platform.adobe.io\" has no host"},
		{"org", func(c *Config) { c.Org = "1234" }, "check settings: organization is \"1234\", expected an ID that ends in @AdobeOrg"},
		{"sandbox-all", func(c *Config) { c.Sandbox = "*" }, "check settings: sandbox is \"*\", expected a name of letters, digits, and dashes"},
		{"sandbox-none", func(c *Config) { c.Sandbox = "" }, "check settings: sandbox is \"\", expected a name of letters, digits, and dashes"},
		{"id", func(c *Config) { c.ClientID = "" }, "check settings: client ID is empty"},
		{"secret", func(c *Config) { c.ClientSecret = "" }, "check settings: client secret is empty"},
		{"rate", func(c *Config) { c.Rate = -1 }, "check settings: rate is -1, expected 0 or more requests per second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{Org: "A@AdobeOrg", Sandbox: "dev", ClientID: "i", ClientSecret: "s"}
			tt.change(&cfg)
			got := ""
			if _, err := New(cfg); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// What is escaped arrives escaped, below a base path too.
func TestPathArrivesAsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		for _, base := range []string{"", "/", "/prefix", "/pre%2Ffix/"} {
			c := w.client(func(cfg *Config) {
				cfg.Platform, _ = url.Parse("http://127.0.0.1" + base)
			})
			for _, path := range []string{
				"/data/foundation/schemaregistry/tenant/schemas/https%3A%2F%2Fns.adobe.com%2Facme%2Fschemas%2F52b5",
				"/data/foundation/schemaregistry/tenant/schemas/" + specs.EscapeID("_acme.schemas.52 b5+ü%"),
				"/data/foundation/flowservice/flows?property=name%3D%3D%22a%20b%22&property=state==enabled",
				"/data/foundation/sandbox-management/",
				"/data/a//b/..c",
			} {
				if _, err := c.Do(t.Context(), Request{Method: "GET", Path: path}); err != nil {
					t.Fatal(err)
				}
				if got := w.calls()[len(w.calls())-1].uri; got != strings.TrimSuffix(base, "/")+path {
					t.Errorf("%s%s arrived as %s", base, path, got)
				}
			}
		}
		for _, path := range []string{"", "data", "//evil.example/x", "https://evil.example/x", "/a b", "/a#b", "/%zz", "/a?x=a b"} {
			if _, err := w.client().Do(t.Context(), Request{Method: "GET", Path: path}); !isUnsent(err) {
				t.Errorf("path %q: %v", path, err)
			}
		}
	})
}

func TestResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, script(
			func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(204) },
			func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(202) },
			answering(200, "application/vnd.adobe.xed+json; version=1", `{"a":1}`),
			answering(200, "", `[1]`),
		))
		defer w.close()
		c := w.client()
		if !c.Date().IsZero() {
			t.Errorf("date %v before the first answer", c.Date())
		}
		time.Sleep(90 * time.Second)
		for _, want := range []string{"", "", `{"a":1}`, `[1]`, `{"id":"1","etag":"\"e1\""}`} {
			res, err := c.Do(t.Context(), flowCall("POST"))
			if err != nil || string(res.Body) != want || !res.Date.Equal(time.Now()) {
				t.Errorf("got %d %s at %v, %v", res.Status, res.Body, res.Date, err)
			}
		}
		if res, _ := c.Do(t.Context(), flowCall("GET")); res.RequestID != "req-1" || !c.Date().Equal(time.Now()) {
			t.Errorf("request id %q, date %v", res.RequestID, c.Date())
		}
	})
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, script(status(503), dropped))
		defer w.close()
		var got []Exchange
		c := w.client(func(cfg *Config) { cfg.Log, cfg.LogBodies = func(x Exchange) { got = append(got, x) }, true })
		r := flowCall("POST")
		r.Tag, r.Repeatable = "flow.a", true
		if _, err := c.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if len(got) != 4 {
			t.Fatalf("%d exchanges, expected sign-in and three attempts", len(got))
		}
		if x := got[0]; x.URL != "http://127.0.0.1:80/ims/token/v3" || x.Tag != "flow.a" || x.Status != 200 ||
			string(x.RequestBody) != "client_id=client-1&client_secret=(secret)&grant_type=client_credentials&scope=openid%2CAdobeID" {
			t.Errorf("sign-in is logged as %+v, %s", x, x.RequestBody)
		}
		for i, want := range []int{503, 0, 200} {
			x := got[i+1]
			if x.Attempt != i+1 || x.Status != want || (want == 0) != (x.Err != nil) || string(x.RequestBody) != `{"name":"x"}` || x.Tag != "flow.a" {
				t.Errorf("attempt %d is logged as %+v", i+1, x)
			}
			if because := []string{"", "503", "answer"}[i]; (x.Reason == "") != (because == "") || !strings.Contains(x.Reason, because) {
				t.Errorf("attempt %d is made because %q", i+1, x.Reason)
			}
		}
	})
}

// The network's own ways to fail before a request is out.
func TestUnsentOnRealSockets(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(fine))
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	gone := httptest.NewServer(http.HandlerFunc(fine))
	gone.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts and hangs up: no TLS
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	ims := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		send(rw, 200, `{"access_token":"t-1","token_type":"bearer","expires_in":86399}`)
	}))
	defer ims.Close()
	for name, at := range map[string]string{"certificate": secure.URL, "refused": gone.URL, "handshake": "https://" + mute.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Org: "A@AdobeOrg", Sandbox: "dev", ClientID: "i", ClientSecret: "s", Retry: RetryPolicy{Attempts: 2, Base: time.Microsecond}}
			cfg.Platform, _ = url.Parse(at)
			cfg.IMS, _ = url.Parse(ims.URL)
			var told []Retry
			cfg.Notify = func(r Retry) { told = append(told, r) }
			c, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.Do(t.Context(), flowCall("POST"))
			if !isUnsent(err) || isLost(err) || IsAuth(err) {
				t.Errorf("got %T %v", err, err)
			}
			if want := map[string]int{"refused": 1, "handshake": 1}[name]; len(told) != want {
				t.Errorf("%d retries, expected %d: %v", len(told), want, err)
			}
		})
	}
}

// A transport in this process does not say how far it came: only a failed dial
// counts as not sent then.
func TestUntracedTransport(t *testing.T) {
	for _, tt := range []struct {
		err  error
		lost bool
	}{
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, false},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, true},
		{io.ErrUnexpectedEOF, true},
	} {
		base := roundTripFunc(func(req *http.Request) (*http.Response, error) {
			if strings.HasPrefix(req.URL.Path, "/ims/") {
				rec := httptest.NewRecorder()
				send(rec, 200, `{"access_token":"t-1","token_type":"bearer","expires_in":86399}`)
				return rec.Result(), nil
			}
			return nil, tt.err
		})
		c, err := New(Config{Org: "A@AdobeOrg", Sandbox: "dev", ClientID: "i", ClientSecret: "s", Transport: base, Retry: RetryPolicy{Attempts: 1}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Do(t.Context(), flowCall("POST"))
		if isLost(err) != tt.lost || isUnsent(err) == tt.lost || !errors.Is(err, tt.err) {
			t.Errorf("%v became %T %v", tt.err, err, err)
		}
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// BenchmarkDo is what the client itself costs per call.
func BenchmarkDo(b *testing.B) {
	base := roundTripFunc(func(req *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		if strings.HasPrefix(req.URL.Path, "/ims/") {
			send(rec, 200, `{"access_token":"t-1","token_type":"bearer","expires_in":86399}`)
		} else {
			fine(rec, req)
		}
		return rec.Result(), nil
	})
	c, err := New(Config{Org: "A@AdobeOrg", Sandbox: "dev", ClientID: "i", ClientSecret: "s", Transport: base})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Do(b.Context(), flowCall("POST")); err != nil {
			b.Fatal(err)
		}
	}
}
