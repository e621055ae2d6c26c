package platform

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pacer decides when the next call may go: at most the rate, evenly spaced, and
// none before the end of a pause. Its burst is one, so that no window of time
// ever sees more than rate × length + 1 calls. (Below us, net/http repeats a GET
// by itself when a kept connection turns out dead; that repeat is not paced.)
type pacer struct {
	limit *rate.Limiter
	mu    sync.Mutex
	until time.Time // end of the pause that a 429 ordered
}

func newPacer(perSecond float64) *pacer {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &pacer{limit: rate.NewLimiter(limit, 1)}
}

// pause holds back every call for d. A shorter pause does not end a longer one.
func (p *pacer) pause(d time.Duration) {
	end := time.Now().Add(d)
	p.mu.Lock()
	defer p.mu.Unlock()
	if end.After(p.until) {
		p.until = end
	}
}

func (p *pacer) paused() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// wait returns when the caller may send. A turn that a pause overtakes is given
// up for a new one: else all who held a turn would go at the pause's end at once.
func (p *pacer) wait(ctx context.Context) error {
	for {
		for d := p.paused(); d > 0; d = p.paused() {
			if err := sleep(ctx, d); err != nil {
				return err
			}
		}
		turn := p.limit.Reserve()
		if err := sleep(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		if p.paused() <= 0 {
			return nil
		}
	}
}

// pace makes calls wait for the pacer.
type pace struct {
	next  layer
	pacer *pacer
}

func (t pace) send(c *call, req *http.Request) (*http.Response, error) {
	if err := t.pacer.wait(req.Context()); err != nil {
		return nil, &UnsentError{Method: c.method, URL: c.url(), Err: err}
	}
	return t.next.send(c, req)
}
