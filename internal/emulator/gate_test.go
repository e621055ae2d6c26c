package emulator

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// listen serves h as `aepflow emulator` does and returns its address.
func listen(t testing.TB, h http.Handler, host string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewHTTPServer(h, host)
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

// What a browser sends on behalf of a page is refused unless the page is the
// emulator's own; whatever else calls sends neither Origin nor Sec-Fetch-Site.
func TestGate(t *testing.T) {
	const (
		objects = "GET /_emulator/objects"
		faults  = "POST /_emulator/faults"
		forget  = "DELETE /_emulator/requests"
		token   = "POST /ims/token/v3"
	)
	for name, c := range map[string]struct {
		listen, call, host string
		header             []string
		pass               bool
	}{
		"address":                   {"127.0.0.1", objects, "127.0.0.1:8090", nil, true},
		"address without port":      {"127.0.0.1", objects, "127.0.0.1", nil, true},
		"another loopback address":  {"127.0.0.1", objects, "127.8.8.8:1", nil, true},
		"IPv6":                      {"127.0.0.1", objects, "[::1]:8090", nil, true},
		"IPv6 without port":         {"::1", objects, "[::1]", nil, true},
		"localhost":                 {"127.0.0.1", objects, "LOCALHOST:8090", nil, true},
		"rebound name":              {"127.0.0.1", objects, "evil.example:8090", nil, false},
		"rebound name, write":       {"127.0.0.1", faults, "evil.example:8090", nil, false},
		"rebound name, service":     {"127.0.0.1", token, "evil.example:8090", nil, false},
		"rebound name, page":        {"127.0.0.1", "GET /", "evil.example", nil, false},
		"name that begins like it":  {"127.0.0.1", objects, "127.0.0.1.evil.example", nil, false},
		"name that ends like it":    {"127.0.0.1", objects, "evil.localhost.example", nil, false},
		"foreign address":           {"127.0.0.1", objects, "192.0.2.1:8090", nil, false},
		"listen name":               {"emulator", objects, "Emulator:8090", nil, true},
		"other name than listen":    {"emulator", objects, "evil.example", nil, false},
		"listen address":            {"192.0.2.1", objects, "192.0.2.1:8090", nil, true},
		"other address than listen": {"192.0.2.1", objects, "192.0.2.2:8090", nil, false},
		"every address, by address": {"0.0.0.0", objects, "192.0.2.1:8090", nil, true},
		"every address, by name":    {"0.0.0.0", objects, "evil.example:8090", nil, false},
		"every IPv6 address":        {"::", objects, "[2001:db8::1]:8090", nil, true},
		"no listen host":            {"", objects, "192.0.2.1", nil, true},
		"own page": {"127.0.0.1", faults, "localhost:8090",
			[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8090"}, true},
		"address bar": {"127.0.0.1", "GET /", "localhost:8090", []string{"Sec-Fetch-Site", "none"}, true},
		"foreign page": {"127.0.0.1", faults, "localhost:8090",
			[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
		"another port of this machine": {"127.0.0.1", faults, "localhost:8090",
			[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"}, false},
		"old browser": {"127.0.0.1", faults, "localhost:8090", []string{"Origin", "https://evil.example"},
			false},
		"sandboxed frame": {"127.0.0.1", faults, "localhost:8090", []string{"Origin", "null"}, false},
		"foreign page deletes": {"127.0.0.1", forget, "localhost:8090", []string{"Origin", "https://evil.example"},
			false},
		"foreign page signs in": {"127.0.0.1", token, "localhost:8090", []string{"Origin", "https://evil.example"},
			false},
		"foreign page follows the link": {"127.0.0.1", "GET /", "localhost:8090", []string{"Sec-Fetch-Site", "cross-site"},
			true},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			gate := NewHTTPServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ }), c.listen).Handler
			method, path, _ := strings.Cut(c.call, " ")
			r := httptest.NewRequest(method, path, nil)
			r.Host = c.host
			for i := 0; i < len(c.header); i += 2 {
				r.Header.Set(c.header[i], c.header[i+1])
			}
			w := httptest.NewRecorder()
			gate.ServeHTTP(w, r)
			if passed := calls == 1; passed != c.pass {
				t.Errorf("passed %v, want %v: %d %s", passed, c.pass, w.Code, w.Body)
			}
			if !c.pass && (w.Code != http.StatusForbidden || !strings.HasPrefix(w.Body.String(), `{"error":"`)) {
				t.Errorf("refused with %d %s", w.Code, w.Body)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" ||
				w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("header %v", w.Header())
			}
		})
	}
}

// A rule that kills comes from the person who starts the emulator, never from
// a caller.
func TestNoKillOverHTTP(t *testing.T) {
	a := open(t, Options{})
	for _, body := range []string{
		fmt.Sprintf(`{"path":"/flows","kill":%d}`, os.Getpid()), fmt.Sprintf(`[{"status":500},{"kill":%d}]`, os.Getpid()),
		`{"kill":-7}`,
	} {
		r := a.post("/_emulator/faults", body).want(400)
		if !strings.Contains(string(r.raw), "--faults") {
			t.Errorf("%s: the answer shows no way: %s", body, r.raw)
		}
	}
	a.get(flowsPath).want(200) // and none of the rules beside it was kept
}

// Only a body that names itself JSON is taken: a page cannot send one without
// asking first.
func TestOwnCallsAreJSON(t *testing.T) {
	a := open(t, Options{})
	for _, path := range []string{"/_emulator/faults", "/_emulator/runfaults", "/_emulator/clock"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded",
			"multipart/form-data; boundary=x", "application/jsonp"} {
			a.do("POST", path, `{"advance":"1h"}`, "Content-Type", kind).want(415)
		}
	}
	if now := a.get("/_emulator/clock").text("now"); now != "2027-02-01T12:00:00Z" {
		t.Errorf("now %s", now)
	}
	a.do("POST", "/_emulator/clock", `{"advance":"1h"}`, "Content-Type", "Application/JSON; charset=utf-8").want(200)
}

// A caller that sends its request drop by drop, and one that reads no answer,
// are cut off.
func TestSlowCallers(t *testing.T) {
	srv := NewHTTPServer(http.NotFoundHandler(), "127.0.0.1")
	for name, d := range map[string]time.Duration{"header": srv.ReadHeaderTimeout, "request": srv.ReadTimeout,
		"answer": srv.WriteTimeout, "idle": srv.IdleTimeout} {
		if d <= 0 || d > 5*time.Minute {
			t.Errorf("%s: %v", name, d)
		}
	}
	addr := listen(t, http.NotFoundHandler(), "127.0.0.1")
	for size, want := range map[int]string{60 << 10: "404", 80 << 10: "431"} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nX: %s\r\n\r\n", addr, strings.Repeat("x", size))
		line, err := io.ReadAll(io.LimitReader(conn, 12))
		if err != nil || !strings.HasSuffix(string(line), want) {
			t.Errorf("header of %d bytes: %q %v, want %s", size, line, err, want)
		}
		conn.Close()
	}
}
