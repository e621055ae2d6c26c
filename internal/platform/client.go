// Package platform is the one client of Adobe Experience Platform.
//
// In: a Request, which is a method, a service path and a body. Out: a
// Response, or an error that says which of three things is known: the
// platform refused (Error), nothing was done (UnsentError), or the call may
// have been carried out all the same (LostAnswerError). Answers is the table of
// that. Law: a call that may have been carried out is never sent again here unless
// repeating it does no harm.
package platform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/specs"
)

// Hosts of the production platform, the defaults of Config.
const (
	DefaultPlatform = specs.AdobePlatform
	DefaultIMS      = "https://ims-na1.adobelogin.com"
)

// Config is all that a Client needs to know. Funcs are called from the
// goroutine that called Do, so from several at once.
type Config struct {
	Platform *url.URL // host of the services; nil means DefaultPlatform
	IMS      *url.URL // host that hands out tokens; nil means DefaultIMS
	// AllowsHost says which hosts get credentials beyond Adobe's and this machine's:
	// those that the person named. Nil allows none.
	AllowsHost func(host, port string) bool

	Org      string // "…@AdobeOrg"
	Sandbox  string // sent with every call: without it the platform takes prod
	ClientID string
	// ClientSecret is known to the Redactor from the start.
	ClientSecret string
	Scopes       []string

	Rate    float64       // platform calls per second over all callers; 0 is unlimited
	Timeout time.Duration // of one attempt, answer included; 0 means 90 s
	Retry   RetryPolicy   // zero fields mean the defaults

	Transport  http.RoundTripper // what carries the calls; nil means a pooled http.Transport
	UserAgent  string
	TokenCache files.File       // keeps the token between runs, mode 0600; none keeps it in memory
	Redactor   *redact.Redactor // shared with other output; nil means a new one

	Log       func(Exchange) // each attempt, secrets masked; may be nil
	LogBodies bool           // also what was sent and answered
	Notify    func(Retry)    // each wait before another attempt; may be nil
}

// Client sends calls to one sandbox of one organization. It is safe for
// concurrent use; rate, token and pauses are shared by all its users.
type Client struct {
	base   *url.URL
	api    layer
	wire   http.RoundTripper // below everything, for Close
	redact *redact.Redactor
	date   atomic.Int64 // Unix nanoseconds of the newest Date header, 0 for none
}

// Request is one call. Path begins with a slash and is sent unchanged:
// ids in it and the query are already percent-encoded.
type Request struct {
	Method, Path string
	Body         []byte // nil sends none, and then no Content-Type either
	ContentType  string // "" means application/json
	Accept       string // "" means application/json; when it asks for no JSON the answer is not checked to be JSON
	IfMatch      string // sent unchanged, quotes included
	Header       http.Header
	// Repeatable marks a POST that changes nothing (validate, preview, search):
	// it is retried like a GET.
	Repeatable bool
	// Tag comes back in Exchange and Retry, to say on whose behalf.
	Tag string
}

// Response is an answer that arrived whole.
type Response struct {
	Status    int
	Header    http.Header
	Body      []byte
	RequestID string    // the gateway's, "" when it gave none
	Date      time.Time // the platform's clock, zero when it did not say
}

var orgShape = regexp.MustCompile(`^[^@\s]+@AdobeOrg$`)
var sandboxShape = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// New checks the settings and returns a client. It does no I/O: the token is
// fetched with the first call.
func New(cfg Config) (*Client, error) {
	var err error
	if cfg.Platform, err = host(cfg.Platform, DefaultPlatform, cfg.AllowsHost); err != nil {
		return nil, fmt.Errorf("check platform address: %w", err)
	}
	if cfg.IMS, err = host(cfg.IMS, DefaultIMS, cfg.AllowsHost); err != nil {
		return nil, fmt.Errorf("check sign-in address: %w", err)
	}
	switch {
	case !orgShape.MatchString(cfg.Org):
		return nil, fmt.Errorf("check settings: organization is %q, expected an ID that ends in @AdobeOrg", cfg.Org)
	case !sandboxShape.MatchString(cfg.Sandbox):
		return nil, fmt.Errorf("check settings: sandbox is %q, expected a name of letters, digits, and dashes", cfg.Sandbox)
	case cfg.ClientID == "":
		return nil, errors.New("check settings: client ID is empty")
	case cfg.ClientSecret == "":
		return nil, errors.New("check settings: client secret is empty")
	case cfg.Rate < 0:
		return nil, fmt.Errorf("check settings: rate is %v, expected 0 or more requests per second", cfg.Rate)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 90 * time.Second // the gateway itself gives up after 60
	}
	if cfg.Transport == nil {
		cfg.Transport = pooled()
	}
	if cfg.Redactor == nil {
		cfg.Redactor = redact.New()
	}
	cfg.Redactor.Add(cfg.ClientSecret)
	cfg.Retry = cfg.Retry.withDefaults()
	return &Client{base: cfg.Platform, api: stack(cfg), wire: cfg.Transport, redact: cfg.Redactor}, nil
}

// Do sends one call, retried where that can do no harm. On an answer other
// than 2xx it returns the response and an error that holds an *Error.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return Response{}, &UnsentError{Method: r.Method, URL: showPath(c.redact, r.Path), Err: err}
	}
	info := &call{method: r.Method, path: req.URL.RequestURI(), tag: r.Tag, deed: deedOf(r), redact: c.redact}
	res, err := c.api.send(info, req)
	if err != nil {
		return Response{}, err
	}
	out := response(res)
	out.RequestID = c.redact.Text(out.RequestID)
	if !out.Date.IsZero() {
		c.date.Store(out.Date.UnixNano())
	}
	if out.Status/100 == 2 {
		return out, nil
	}
	return out, info.refused(ctx, res, info.refusal(res))
}

// Date is the platform's clock as of its newest answer, zero before the first.
func (c *Client) Date() time.Time {
	if n := c.date.Load(); n != 0 {
		return time.Unix(0, n).UTC()
	}
	return time.Time{}
}

// Redactor masks what this client keeps secret: the client secret, each token,
// and whatever the caller adds.
func (c *Client) Redactor() *redact.Redactor { return c.redact }

// Close lets go of idle connections. The client stays usable.
func (c *Client) Close() {
	if t, ok := c.wire.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u, err := c.locate(r.Path)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.URL = u // NewRequest parsed the text again; keep the path exactly as escaped by the caller
	for k, vs := range r.Header {
		req.Header[http.CanonicalHeaderKey(k)] = vs
	}
	req.Header.Set("Accept", or(r.Accept, "application/json"))
	if r.IfMatch != "" {
		req.Header.Set("If-Match", r.IfMatch)
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", or(r.ContentType, "application/json"))
		setBody(req, r.Body)
	}
	return req, nil
}

// locate puts a service path on the platform's host. An id such as a schema's
// $id holds encoded slashes: Path alone would decode them, so RawPath is set.
func (c *Client) locate(path string) (*url.URL, error) {
	ref, err := url.Parse(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(path, "/") || ref.Host != "" || ref.Fragment != "" || strings.Contains(path, " ") {
		return nil, fmt.Errorf("%q is not an encoded path on the platform", path)
	}
	for step := range strings.SplitSeq(ref.Path, "/") {
		if step == "." || step == ".." { // of an id that came from elsewhere: servers would leave the service
			return nil, fmt.Errorf("%q leads out of its service", path)
		}
	}
	u := *c.base
	u.Path = strings.TrimSuffix(c.base.Path, "/") + ref.Path
	u.RawPath = strings.TrimSuffix(c.base.EscapedPath(), "/") + ref.EscapedPath()
	u.RawQuery = ref.RawQuery
	return &u, nil
}

func setBody(req *http.Request, b []byte) {
	req.ContentLength = int64(len(b))
	req.GetBody = func() (io.ReadCloser, error) { return &buffered{Reader: bytes.NewReader(b), all: b}, nil }
	req.Body, _ = req.GetBody()
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
