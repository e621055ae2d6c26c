package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aepflow/aepflow/internal/redact"
)

// maxAnswer bounds what one answer may hold. The largest real ones, resolved
// schemas and the list of connection specs, have a few megabytes.
const maxAnswer = 64 << 20

// answer reads each answer whole, inside the attempt, so that a broken one is a
// failure of the attempt; and it says of each failure what is known about it.
type answer struct {
	transport http.RoundTripper
	timeout   time.Duration
	redact    *redact.Redactor
	most      int64 // bytes of an answer, unpacked
}

func (t answer) send(c *call, req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil { // a transport may ignore an ended context
		return nil, &UnsentError{Method: c.method, URL: c.url(), Err: err}
	}
	c.sent = time.Now()
	var seen progress
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	defer cancel()
	res, err := t.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, seen.trace())))
	if err != nil {
		err = t.late(req, ctx, err)
		if seen.unsent(err) {
			return nil, &UnsentError{Method: c.method, URL: c.url(), Err: masked(t.redact, err)}
		}
		return nil, t.broken(c, NoAnswer, "", err)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, t.most+1))
	res.Body.Close()
	if int64(len(body)) > t.most {
		err = fmt.Errorf("the answer has more than %d bytes", t.most)
	}
	if res.StatusCode/100 == 2 {
		if err == nil {
			err = usable(req, res, body)
		}
		// Whatever the body of an accepted delete says, the thing is gone.
		if err != nil && req.Method != http.MethodDelete {
			err = fmt.Errorf("%d, but %w", res.StatusCode, t.late(req, ctx, err))
			return nil, t.broken(c, Unreadable, requestID(res.Header), err)
		}
	}
	if err != nil && res.StatusCode/100 != 2 {
		body = nil // half an error explains nothing
	}
	res.Body = &buffered{Reader: bytes.NewReader(body), all: body}
	return res, nil
}

// broken is the error for a call that was sent and got no whole answer.
func (t answer) broken(c *call, kind Answer, id string, err error) error {
	id, err = t.redact.Text(id), masked(t.redact, err)
	if c.deed == read {
		return &ReadError{Method: c.method, URL: c.url(), RequestID: id, Err: err}
	}
	return &LostAnswerError{Method: c.method, URL: c.url(), Answer: kind, RequestID: id, Sent: c.sent, Err: err}
}

// late words the end of our own time limit, which is not the caller's.
func (t answer) late(req *http.Request, ctx context.Context, err error) error {
	if ctx.Err() != nil && req.Context().Err() == nil {
		return fmt.Errorf("no whole answer within %v", t.timeout)
	}
	return err
}

// usable checks that an answer is what a program can read: proxies and gateways
// send HTML, nothing, or half of it under a status of success.
func usable(req *http.Request, res *http.Response, body []byte) error {
	switch {
	case res.StatusCode == http.StatusNoContent, res.StatusCode == http.StatusResetContent, req.Method == http.MethodHead:
		return nil
	}
	if accept := req.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "json") {
		return nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		if res.StatusCode == http.StatusAccepted {
			return nil
		}
		return errors.New("the answer is empty")
	}
	if ct := res.Header.Get("Content-Type"); ct != "" {
		kind, _, err := mime.ParseMediaType(ct)
		if err != nil || !strings.Contains(kind, "json") && kind != "text/plain" {
			return fmt.Errorf("the answer is %s, expected JSON", ct)
		}
	}
	if !json.Valid(body) {
		return errors.New("the answer is broken JSON, or nested deeper than 10000 levels")
	}
	return nil
}

// progress watches how far the transport came. The hooks run on its goroutines.
type progress struct {
	traced, connected, written atomic.Bool
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// The transport starts over by itself only where the first start did
		// nothing, so what was seen before a new start is forgotten.
		GetConn: func(string) {
			p.connected.Store(false)
			p.written.Store(false)
			p.traced.Store(true)
		},
		GotConn:      func(httptrace.GotConnInfo) { p.connected.Store(true) },
		WroteHeaders: func() { p.written.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { p.written.Store(true) },
	}
}

// unsent reports whether err is proven to have come before the platform could
// have the request. A transport that does not trace proves it by the kind of
// error only. After a cancellation the writer may still be at work, so then a
// connection alone is reason for doubt.
func (p *progress) unsent(err error) bool {
	if !p.traced.Load() {
		var op *net.OpError
		var dns *net.DNSError
		return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED)
	}
	if !p.connected.Load() {
		return true
	}
	given := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	return !p.written.Load() && !given
}
