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
//	headers   who we are: user agent, key, organization, sandbox
//	retry     again, where the table allows it
//	auth      the token, and a fresh one after a 401
//	pace      the rate, and the pause after a 429, for all callers
//	log       what went over the wire, masked
//	hostGuard the target's hosts and no others
//	answer    the whole answer, or which kind of failure it was
//	transport the network, or the emulator in this process
//
// A resend of auth passes pace again: nothing exceeds the rate. Tokens come
// from another host, which has its own limits, so they do not count.
func stack(cfg Config) layer {
	var top layer = answer{transport: cfg.Transport, timeout: cfg.Timeout, redact: cfg.Redactor, most: maxAnswer}
	top = hostGuard{next: top, platform: cfg.Platform, ims: cfg.IMS}
	if cfg.Log != nil {
		top = logger{next: top, log: cfg.Log, bodies: cfg.LogBodies, redact: cfg.Redactor}
	}
	agent := http.Header{"User-Agent": {or(cfg.UserAgent, "aepflow")}}
	signIn := headers{set: agent, next: retry{next: top, policy: cfg.Retry, notify: cfg.Notify}}

	limit := newPacer(cfg.Rate)
	top = pace{next: top, pacer: limit}
	top = auth{next: top, tokens: newTokens(cfg, signIn)}
	top = retry{next: top, policy: cfg.Retry, notify: cfg.Notify, pause: limit.pause}
	who := agent.Clone()
	who.Set("x-api-key", cfg.ClientID)
	who.Set("x-gw-ims-org-id", cfg.Org)
	who.Set("x-sandbox-name", cfg.Sandbox)
	return headers{set: who, next: top}
}

// layer passes one attempt of a call on. The call is the same for all attempts and all layers, and
// belongs to one goroutine.
type layer interface {
	send(c *call, req *http.Request) (*http.Response, error)
}

// call is what the layers know about a Request beyond HTTP.
type call struct {
	method  string
	path    string // with the query, and for sign-in with the host
	tag     string
	deed    deed
	signIn  bool // goes to the sign-in host
	redact  *redact.Redactor
	attempt int
	reason  string    // why the next attempt is made
	sent    time.Time // when the last attempt was sent
}

// url is how errors and logs show where the call goes.
func (c *call) url() string { return showPath(c.redact, c.path) }

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
	next layer
}

func (t headers) send(c *call, req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for k, vs := range t.set {
		req.Header[k] = vs
	}
	return t.next.send(c, req)
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

// logger reports each attempt to the caller, also those of sign-in.
type logger struct {
	next   layer
	log    func(Exchange)
	bodies bool
	redact *redact.Redactor
}

func (t logger) send(c *call, req *http.Request) (*http.Response, error) {
	x := Exchange{Time: time.Now(), Tag: c.tag, Attempt: c.attempt, Reason: c.reason, Method: c.method, URL: c.url()}
	if t.bodies {
		x.RequestBody = t.redact.Body(sentBody(req))
	}
	res, err := t.next.send(c, req)
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
