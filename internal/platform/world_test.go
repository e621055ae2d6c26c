package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aepflow/aepflow/internal/specs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a platform on pipes: a real http.Server and http.Transport with no
// socket between them, so that it lives inside a synctest bubble and its clock.
type world struct {
	t       *testing.T
	pipes   chan net.Conn
	server  *http.Server
	wire    *http.Transport
	handler http.HandlerFunc // answers platform calls
	done    chan struct{}

	mu      sync.Mutex
	refuse  int  // dials to refuse from now on
	deaf    bool // dials hang from now on
	seen    []seen
	forms   []url.Values  // of the tokens asked for
	ttl     time.Duration // of tokens; 0 means 24 h
	valid   string        // the token that is taken, "" takes any
	noToken http.HandlerFunc
}

// seen is one platform call as it arrived.
type seen struct {
	at     time.Time
	method string
	uri    string
	header http.Header
	body   string
}

func newWorld(t *testing.T, handler http.HandlerFunc) *world {
	w := &world{t: t, pipes: make(chan net.Conn), handler: handler, done: make(chan struct{})}
	w.server = &http.Server{Handler: http.HandlerFunc(w.serve)}
	w.wire = &http.Transport{DialContext: w.dial, MaxIdleConnsPerHost: 64}
	go w.server.Serve(w)
	return w
}

func (w *world) close() {
	w.server.Close()
	w.wire.CloseIdleConnections()
}

func (w *world) Accept() (net.Conn, error) {
	select {
	case c := <-w.pipes:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *world) Close() error {
	select {
	case <-w.done:
	default:
		close(w.done)
	}
	return nil
}
func (w *world) Addr() net.Addr { return &net.TCPAddr{} }

func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	refuse, deaf := w.refuse > 0, w.deaf
	if refuse {
		w.refuse--
	}
	w.mu.Unlock()
	if deaf {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if refuse {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	here, there := net.Pipe()
	select {
	case w.pipes <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.HasPrefix(r.URL.Path, "/ims/") {
		w.signIn(rw, r, string(body))
		return
	}
	w.mu.Lock()
	w.seen = append(w.seen, seen{time.Now(), r.Method, r.RequestURI, r.Header.Clone(), string(body)})
	ok := w.valid == "" || r.Header.Get("Authorization") == "Bearer "+w.valid
	w.mu.Unlock()
	if !ok {
		send(rw, 401, `{"error_code":"401013","message":"Oauth token is not valid"}`)
		return
	}
	w.handler(rw, r)
}

func (w *world) signIn(rw http.ResponseWriter, r *http.Request, body string) {
	form, _ := url.ParseQuery(body)
	w.mu.Lock()
	w.forms = append(w.forms, form)
	n, ttl := len(w.forms), w.ttl
	w.mu.Unlock()
	if w.noToken != nil {
		w.noToken(rw, r)
		return
	}
	if ttl == 0 {
		ttl = 24 * time.Hour
	}
	send(rw, 200, fmt.Sprintf(`{"access_token":"token-%d","token_type":"bearer","expires_in":%d}`, n, int(ttl.Seconds())))
}

// calls returns the platform calls so far.
func (w *world) calls() []seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]seen(nil), w.seen...)
}

func (w *world) tokens() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.forms)
}

// client is a client of w; change adjusts its settings.
func (w *world) client(change ...func(*Config)) *Client {
	w.t.Helper()
	at := &url.URL{Scheme: "http", Host: "127.0.0.1:80"}
	cfg := Config{
		Platform: at, IMS: at, Org: "1234ABCD@AdobeOrg", Sandbox: "dev",
		ClientID: "client-1", ClientSecret: "p8e-client-secret", Scopes: []string{"openid", "AdobeID"},
		Transport: w.wire, UserAgent: "aepflow/test",
		Retry: RetryPolicy{Rand: func() float64 { return 0 }},
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func send(rw http.ResponseWriter, status int, body string) {
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	rw.Header().Set("X-Request-Id", "req-1")
	rw.WriteHeader(status)
	io.WriteString(rw, body)
}

// fine answers as a service does when all is well.
func fine(rw http.ResponseWriter, r *http.Request) {
	send(rw, 200, `{"id":"1","etag":"\"e1\""}`)
}

// script answers call after call with its steps, and with fine after the last.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		step := fine
		if len(steps) > 0 {
			step, steps = steps[0], steps[1:]
		}
		mu.Unlock()
		step(rw, r)
	}
}

// answer with a status, and headers given as key, value, key, value.
func status(code int, header ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		send(rw, code, `{"message":"no"}`)
	}
}

// dropped breaks the connection after the request was read.
func dropped(rw http.ResponseWriter, r *http.Request) {
	c, _, err := rw.(http.Hijacker).Hijack()
	if err == nil {
		c.Close()
	}
}

// cut promises more than it sends.
func cut(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("X-Request-Id", "req-1")
	rw.Header().Set("Content-Length", "100")
	io.WriteString(rw, `{"id":"1","et`)
	rw.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func flowCall(method string) Request {
	r := Request{Method: method, Path: specs.FlowService + "/flows"}
	if method != "GET" && method != "DELETE" {
		r.Body = []byte(`{"name":"x"}`)
	}
	return r
}

// isLost reports that a change may or may not have been carried out.
func isLost(err error) bool { return err != nil && OutcomeOf(err) == Unknown }

// isUnsent reports that a call never reached the platform, or was put off by it.
func isUnsent(err error) bool { return OutcomeOf(err) == NotDone && errors.As(err, new(*UnsentError)) }
