package platform

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryPolicy bounds what a call may cost. A zero field takes the default.
type RetryPolicy struct {
	// Attempts that may fail, 429 aside; default 5, 1 means no retry. A 429 is the
	// platform asking to wait, not a failure: only Total bounds those.
	Attempts int
	Total    time.Duration // from the first attempt to the last; default 10 min
	Base     time.Duration // first back-off, doubled each time; default 500 ms
	Max      time.Duration // longest back-off; default 30 s
	// MaxRetryAfter cuts what the platform asks for; default 2 min.
	MaxRetryAfter time.Duration
	Rand          func() float64 // in [0, 1), for the jitter; default math/rand
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	if p.Attempts <= 0 {
		p.Attempts = 5
	}
	def(&p.Total, 10*time.Minute)
	def(&p.Base, 500*time.Millisecond)
	def(&p.Max, 30*time.Second)
	def(&p.MaxRetryAfter, 2*time.Minute)
	if p.Rand == nil {
		p.Rand = rand.Float64
	}
	return p
}

// backoff is the wait before attempt n+1: half of it certain, half by chance, so
// that workers that failed together do not come back together.
func (p RetryPolicy) backoff(n int) time.Duration {
	d := p.Base
	for ; n > 1 && d < p.Max; n-- {
		d *= 2
	}
	d = min(d, p.Max)
	return d/2 + time.Duration(p.Rand()*float64(d/2))
}

// Retry says that a call is about to wait and be sent again.
type Retry struct {
	Tag         string
	Method, URL string
	Attempt     int // the one that failed
	Status      int // 0 when no answer came
	Err         error
	Wait        time.Duration
}

// isUntrusted reports a certificate that is not trusted: another attempt gets the same.
func isUntrusted(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError))
}

// retry sends again what Answers says may be sent again at once.
type retry struct {
	next   layer
	policy RetryPolicy
	notify func(Retry)
	pause  func(time.Duration) // makes everybody wait after a 429; may be nil
}

func (t retry) send(c *call, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	began := time.Now()
	failures, doubt := 0, false
	for c.attempt = 1; ; c.attempt++ {
		res, err := t.next.send(c, rewind(req))
		answer := c.answerTo(ctx, res, err)
		if ctx.Err() != nil || answer.resend(c.deed) != AtOnce {
			return res, c.inDoubt(err, doubt)
		}
		doubt = doubt || answer.outcome(c.deed) == Unknown
		if answer != Throttled {
			if failures++; failures >= t.policy.Attempts {
				return res, c.inDoubt(err, doubt)
			}
		}
		wait, asked := t.wait(c.attempt, res)
		if time.Since(began)+wait > t.policy.Total {
			return res, c.inDoubt(err, doubt)
		}
		if answer == Throttled && t.pause != nil {
			t.pause(asked)
		}
		if err == nil {
			err = c.refusal(res)
		}
		c.reason = err.Error()
		t.emit(c, res, err, wait)
		if e := sleep(ctx, wait); e != nil {
			return nil, c.stopped(e, err, doubt)
		}
	}
}

// wait returns how long this call waits and how long all others do: what the
// platform asked for if it did, else the back-off.
func (t retry) wait(attempt int, res *http.Response) (own, all time.Duration) {
	if res != nil {
		if after, ok := retryAfter(res.Header, time.Now()); ok {
			after = min(after, t.policy.MaxRetryAfter)
			return after + time.Duration(t.policy.Rand()*float64(t.policy.Base)), after
		}
	}
	d := t.policy.backoff(attempt)
	return d, d
}

func (t retry) emit(c *call, res *http.Response, err error, wait time.Duration) {
	if t.notify == nil {
		return
	}
	r := Retry{Tag: c.tag, Method: c.method, URL: c.url(), Attempt: c.attempt, Err: err, Wait: wait}
	if res != nil {
		r.Status = res.StatusCode
	}
	t.notify(r)
}

// inDoubt corrects the last failure of several: when an earlier attempt may have
// been done, "the last one was not sent" is not the whole truth.
func (c *call) inDoubt(err error, doubt bool) error {
	var u *UnsentError
	if doubt && c.deed != read && errors.As(err, &u) {
		return &LostAnswerError{Method: u.Method, URL: u.URL, Err: u.Err}
	}
	return err
}

// stopped is the error of a call whose context ended between two attempts. Only
// the context's error can be unwrapped: last belongs to an attempt that is over.
func (c *call) stopped(cause, last error, doubt bool) error {
	err := fmt.Errorf("%w before another attempt; the last one: %v", cause, last)
	if c.deed == read {
		return &ReadError{Method: c.method, URL: c.url(), Err: err}
	}
	if doubt {
		return &LostAnswerError{Method: c.method, URL: c.url(), Err: err}
	}
	return &UnsentError{Method: c.method, URL: c.url(), Err: err}
}

// retryAfter reads seconds or a date, the latter against the sender's own clock
// when it says what that is. Past dates and nonsense count as not given.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if strings.Trim(v, "0123456789") == "" {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil { // more seconds than fit
			n = 1<<31 - 1
		}
		return time.Duration(n) * time.Second, n > 0
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	if d, err := http.ParseTime(h.Get("Date")); err == nil {
		now = d
	}
	return at.Sub(now), at.After(now)
}
