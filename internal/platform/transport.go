package platform

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aepflow/aepflow/internal/redact"
)

// stack builds what every call passes through, outermost first:
//
//	headers   who we are: user agent, key, organisation, sandbox
//	retry     again, where the table allows it
//	auth      the token, and a fresh one after a 401
//	pace      the rate, and the pause that a 429 orders for everybody
//	log       what went over the wire, masked
//	door      the target's hosts and no others
//	answer    the whole answer, or which kind of failure it was
//	transport the network, or the emulator in this process
//
// A resend of auth passes pace again: nothing exceeds the rate. Tokens come
// from another host, which has its own limits, so they do not count.
func stack(cfg Config) http.RoundTripper {
	var rt http.RoundTripper = answer{next: cfg.Transport, timeout: cfg.Timeout, redact: cfg.Redactor, most: maxAnswer}
	rt = door{next: rt, platform: cfg.Platform, ims: cfg.IMS}
	if cfg.Log != nil {
		rt = logger{next: rt, log: cfg.Log, bodies: cfg.LogBodies, redact: cfg.Redactor}
	}
	agent := http.Header{"User-Agent": {or(cfg.UserAgent, "aepflow")}}
	signIn := headers{set: agent, next: retry{next: rt, policy: cfg.Retry, notify: cfg.Notify, redact: cfg.Redactor}}

	limit := newPacer(cfg.Rate)
	rt = pace{next: rt, pacer: limit, redact: cfg.Redactor}
	rt = auth{next: rt, tokens: newTokens(cfg, signIn), redact: cfg.Redactor}
	rt = retry{next: rt, policy: cfg.Retry, notify: cfg.Notify, redact: cfg.Redactor, pause: limit.pause}
	who := agent.Clone()
	who.Set("x-api-key", cfg.ClientID)
	who.Set("x-gw-ims-org-id", cfg.Org)
	who.Set("x-sandbox-name", cfg.Sandbox)
	return headers{set: who, next: rt}
}

// pooled keeps a connection for each of as many workers as anyone would run;
// the default of two idle ones a host would dial anew for most calls.
func pooled() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 128
	t.MaxIdleConnsPerHost = 64
	return t
}

// headers adds fixed headers. They win over the caller's.
type headers struct {
	set  http.Header
	next http.RoundTripper
}

func (t headers) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for k, vs := range t.set {
		req.Header[k] = vs
	}
	return t.next.RoundTrip(req)
}

// Exchange is one attempt as the request log shows it, secrets masked.
type Exchange struct {
	Time         time.Time
	Tag          string // of the Request
	Attempt      int    // 1 for the first
	Reason       string // why there was need for another, "" for the first
	Method, URL  string
	RequestBody  []byte // nil unless bodies are asked for
	Status       int    // 0 when no answer came
	RequestID    string
	ResponseBody []byte
	Elapsed      time.Duration
	Err          error // why no answer came, else nil
}

// logger tells the caller's func about each attempt, also those of sign-in.
type logger struct {
	next   http.RoundTripper
	log    func(Exchange)
	bodies bool
	redact *redact.Redactor
}

func (t logger) RoundTrip(req *http.Request) (*http.Response, error) {
	info := callOf(req.Context())
	x := Exchange{
		Time: time.Now(), Tag: info.tag, Attempt: info.attempt, Reason: info.reason,
		Method: req.Method, URL: showURL(t.redact, req),
	}
	if t.bodies {
		x.RequestBody = t.redact.Body(sentBody(req))
	}
	res, err := t.next.RoundTrip(req)
	x.Elapsed, x.Err = time.Since(x.Time), err
	if err == nil {
		out := response(res)
		x.Status, x.RequestID = out.Status, t.redact.Text(out.RequestID)
		if t.bodies {
			x.ResponseBody = t.redact.Body(out.Body)
		}
	}
	t.log(x)
	return res, err
}

func sentBody(req *http.Request) []byte {
	if b, ok := req.Body.(*buffered); ok {
		return b.all
	}
	if req.GetBody == nil {
		return nil
	}
	r, err := req.GetBody() // the form of sign-in, made by the library
	if err != nil {
		return nil
	}
	form, _ := io.ReadAll(r) // reads from memory
	return form
}

// call is what the layers know about a Request beyond HTTP. One belongs to one
// Do, which runs in one goroutine: attempt needs no lock.
type call struct {
	tag        string
	repeatable bool
	signIn     bool // goes to the sign-in host
	attempt    int
	reason     string    // why the next attempt is made
	sent       time.Time // when the last attempt went out
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// reads reports whether the request changes nothing on the platform.
func reads(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead || callOf(req.Context()).repeatable
}

// buffered is a body that is in memory; those who want all of it need no copy.
type buffered struct {
	*bytes.Reader
	all []byte
}

func (*buffered) Close() error { return nil }

// rewind returns a copy of req whose body starts at its beginning.
func rewind(req *http.Request) *http.Request {
	req = req.Clone(req.Context())
	if req.GetBody != nil {
		req.Body, _ = req.GetBody() // from memory: cannot fail
	}
	return req
}

// response reads what the answer layer has put in memory.
func response(res *http.Response) Response {
	out := Response{Status: res.StatusCode, Header: res.Header, RequestID: requestID(res.Header)}
	out.Body = res.Body.(*buffered).all
	if d, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		out.Date = d
	}
	return out
}

// requestID finds the id that support asks for; sign-in has its own header.
func requestID(h http.Header) string {
	for _, k := range []string{"X-Request-Id", "X-Adobe-Requestid", "X-Debug-Id"} {
		if id := h.Get(k); id != "" {
			return id
		}
	}
	return ""
}

// sleep waits for d or until ctx is done, whichever is first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
