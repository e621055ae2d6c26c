package platform

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/specs"
)

func TestHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		c := w.client()
		do := func(r Request) seen {
			t.Helper()
			if _, err := c.Do(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			return w.calls()[len(w.calls())-1]
		}
		got := do(Request{Method: "PATCH", Path: specs.FlowService + "/flows/1", Body: []byte("[]"), IfMatch: `"e1"`,
			Header: http.Header{"Pragma": {"validate-only"}, "x-sandbox-name": {"prod"}}})
		for k, want := range map[string]string{
			"Authorization": "Bearer token-1", "X-Api-Key": "client-1", "X-Gw-Ims-Org-Id": "1234ABCD@AdobeOrg", "X-Sandbox-Name": "dev",
			"User-Agent": "aepflow/test", "Content-Type": "application/json", "Accept": "application/json", "If-Match": `"e1"`, "Pragma": "validate-only",
		} {
			if v := got.header.Values(k); len(v) != 1 || v[0] != want {
				t.Errorf("%s is %q, expected %q", k, v, want)
			}
		}
		got = do(Request{Method: "POST", Path: specs.FlowService + "/flows/1/action?op=enable"})
		if _, ok := got.header["Content-Type"]; ok || got.body != "" {
			t.Errorf("a POST without body has Content-Type %q and body %q", got.header["Content-Type"], got.body)
		}
		got = do(Request{Method: "GET", Path: specs.SchemaRegistry + "/tenant/schemas/x", Accept: AcceptXED})
		if v := got.header.Get("Accept"); v != AcceptXED {
			t.Errorf("Accept is %q", v)
		}
		form := w.forms[0]
		if len(w.forms) != 1 || form.Encode() != "client_id=client-1&client_secret=p8e-client-secret&grant_type=client_credentials&scope=openid%2CAdobeID" {
			t.Errorf("signed in with %q", w.forms)
		}
	})
}

func TestTokenLife(t *testing.T) {
	for _, tt := range []struct {
		name   string
		ttl    time.Duration
		at     []time.Duration // of the calls
		tokens []int           // asked for, after each
	}{
		{"day", 24 * time.Hour, []time.Duration{0, time.Hour, 23*time.Hour + 49*time.Minute, 23*time.Hour + 51*time.Minute, 24 * time.Hour}, []int{1, 1, 1, 2, 2}},
		{"short", 10 * time.Second, []time.Duration{0, 8 * time.Second, 9 * time.Second, 17 * time.Second, 18 * time.Second}, []int{1, 1, 2, 2, 3}},
		{"milliseconds", 86_399_992 * time.Second, []time.Duration{0, 23 * time.Hour, 23*time.Hour + 51*time.Minute}, []int{1, 1, 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, fine)
				defer w.close()
				w.ttl = tt.ttl
				c := w.client()
				began := time.Now()
				for i, at := range tt.at {
					time.Sleep(at - time.Since(began))
					if _, err := c.Do(t.Context(), flowCall("POST")); err != nil {
						t.Fatal(err)
					}
					if w.tokens() != tt.tokens[i] {
						t.Errorf("at %v %d tokens were asked for, expected %d", at, w.tokens(), tt.tokens[i])
					}
				}
			})
		})
	}
}

func TestTokenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		c := w.client()
		do := func() error { _, err := c.Do(t.Context(), flowCall("POST")); return err }
		if err := do(); err != nil {
			t.Fatal(err)
		}
		w.valid = "token-2" // the platform forgets the first: also a POST goes on with the second
		if err := do(); err != nil || w.tokens() != 2 || len(w.calls()) != 3 {
			t.Errorf("%v after %d tokens and %d calls", err, w.tokens(), len(w.calls()))
		}
		w.valid = "none" // and takes no other
		err := do()
		var e *Error
		if !IsAuth(err) || isLost(err) || !errors.As(err, &e) || e.Code != "401013" || w.tokens() != 3 || len(w.calls()) != 5 {
			t.Errorf("%v after %d tokens and %d calls", err, w.tokens(), len(w.calls()))
		}
		if err := do(); !IsAuth(err) || w.tokens() != 3 {
			t.Errorf("%v; %d tokens, expected no more than 3 while the newest is refused", err, w.tokens())
		}
		w.valid = "token-3"
		if err := do(); err != nil {
			t.Error(err)
		}
		w.valid = "token-4" // once accepted, a token may be replaced again
		if err := do(); err != nil || w.tokens() != 4 {
			t.Errorf("%v after %d tokens", err, w.tokens())
		}
	})
}

// Workers that meet the same dead token share one new one.
func TestTokenShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		c := w.client()
		wave := func() {
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if _, err := c.Do(t.Context(), flowCall("POST")); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		wave()
		if w.tokens() != 1 {
			t.Errorf("%d tokens at the start", w.tokens())
		}
		w.valid = "token-2"
		wave()
		if w.tokens() != 2 {
			t.Errorf("%d tokens after the first died", w.tokens())
		}
	})
}

func TestSignInFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		step   http.HandlerFunc
		auth   bool
		tokens int
		text   string
	}{
		{"secret", func(rw http.ResponseWriter, _ *http.Request) {
			send(rw, 400, `{"error":"invalid_client","error_description":"invalid client_secret p8e-client-secret"}`)
		}, true, 1, "POST /data/foundation/flowservice/flows: not sent: sign in: POST http://127.0.0.1:80/ims/token/v3: 400 invalid_client Bad Request: invalid client_secret (secret) (request id req-1)"},
		{"down", status(503), false, 5, "POST /data/foundation/flowservice/flows: not sent: sign in: POST http://127.0.0.1:80/ims/token/v3: 503 Service Unavailable: no (request id req-1)"},
		{"html", page200("text/html", "<h1>Portal</h1>"), false, 5, "POST /data/foundation/flowservice/flows: not sent: sign in: POST http://127.0.0.1:80/ims/token/v3: no answer: 200, but the answer is text/html, expected JSON"},
		{"no-token", page200("application/json", `{"token_type":"bearer"}`), false, 1, "POST /data/foundation/flowservice/flows: not sent: sign in: POST http://127.0.0.1:80/ims/token/v3: oauth2: server response missing access_token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, fine)
				defer w.close()
				w.noToken = tt.step
				_, err := w.client().Do(t.Context(), flowCall("POST"))
				if err == nil || err.Error() != tt.text {
					t.Errorf("got  %v\nwant %s", err, tt.text)
				}
				if IsAuth(err) != tt.auth || !isUnsent(err) || len(w.calls()) != 0 || w.tokens() != tt.tokens {
					t.Errorf("auth %v, unsent %v, %d calls, %d sign-ins", IsAuth(err), isUnsent(err), len(w.calls()), w.tokens())
				}
			})
		})
	}
}

func TestTokenCache(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cache", "tokens.json")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, fine)
		defer w.close()
		run := func(change func(*Config)) {
			t.Helper()
			c := w.client(func(cfg *Config) { cfg.TokenCache = files.Project(dir).File("cache/tokens.json") }, change)
			if _, err := c.Do(t.Context(), flowCall("GET")); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(n int, when string) {
			t.Helper()
			if w.tokens() != n {
				t.Errorf("%d tokens asked for %s, expected %d", w.tokens(), when, n)
			}
		}
		same := func(*Config) {}
		run(same)
		run(same)
		run(func(cfg *Config) { cfg.Scopes = []string{"AdobeID", "openid"}; cfg.Sandbox = "prod" })
		expect(1, "by the same client")
		run(func(cfg *Config) { cfg.ClientID = "client-2" })
		run(same)
		expect(2, "by two clients")
		run(func(cfg *Config) { cfg.ClientSecret = "another-secret" })
		expect(3, "with another secret")
		text, err := os.ReadFile(file)
		if err != nil || bytes.Contains(text, []byte("secret")) || !bytes.Contains(text, []byte("token-3")) || bytes.Contains(text, []byte("token-1")) {
			t.Errorf("the file holds %s, %v", text, err)
		}
		run(func(cfg *Config) { cfg.ClientSecret = "another-secret" })
		expect(3, "again")
		if bytes.Contains(text, []byte("client")) || bytes.Contains(text, []byte("AdobeOrg")) {
			t.Errorf("the file names the client: %s", text)
		}
		w.valid = "token-4" // the platform takes the kept one no more
		run(func(cfg *Config) { cfg.ClientSecret = "another-secret" })
		run(func(cfg *Config) { cfg.ClientSecret = "another-secret" })
		expect(4, "after a 401")
		w.valid = ""
		time.Sleep(25 * time.Hour)
		run(same)
		expect(5, "a day later")
		if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		run(same)
		expect(6, "after the file was broken")
		if runtime.GOOS == "windows" {
			return
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		os.Chmod(file, 0o644)
		run(same)
		expect(7, "after others could read the file")
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})
}

// TestTokenCacheKey changes one by one what decides who may see a token.
func TestTokenCacheKey(t *testing.T) {
	other := &url.URL{Scheme: "http", Host: "127.0.0.2:80"}
	for name, change := range map[string]func(*Config){
		"platform":      func(cfg *Config) { cfg.Platform = other },
		"sign-in":       func(cfg *Config) { cfg.IMS = other },
		"client":        func(cfg *Config) { cfg.ClientID = "client-2" },
		"client secret": func(cfg *Config) { cfg.ClientSecret = "another-secret" },
		"organization":  func(cfg *Config) { cfg.Org = "OTHER@AdobeOrg" },
		"scopes":        func(cfg *Config) { cfg.Scopes = []string{"openid"} },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, fine)
				defer w.close()
				for i, change := range []func(*Config){func(*Config) {}, func(*Config) {}, change} {
					c := w.client(func(cfg *Config) { cfg.TokenCache = files.Project(dir).File("cache/tokens.json") }, change)
					if _, err := c.Do(t.Context(), flowCall("GET")); err != nil {
						t.Fatal(err)
					}
					if want := []int{1, 1, 2}[i]; w.tokens() != want {
						t.Errorf("run %d: %d tokens asked for, expected %d", i, w.tokens(), want)
					}
				}
			})
		})
	}
}
