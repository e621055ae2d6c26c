package applier

import (
	"context"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
)

// clockedClient keeps the platform's clock, which its answers show.
type clockedClient struct {
	client Doer
	now    func() time.Time

	mu    sync.Mutex
	ahead time.Duration // of the platform's clock over ours
	known bool
}

func newClockedClient(d Doer, now func() time.Time) *clockedClient {
	c := &clockedClient{client: d, now: now}
	if k, ok := d.(interface{ Date() time.Time }); ok {
		c.set(k.Date())
	}
	return c
}

// Do sends a call.
func (c *clockedClient) Do(ctx context.Context, req platform.Request) (platform.Response, error) {
	res, err := c.client.Do(ctx, req)
	c.set(res.Date)
	return res, err
}

func (c *clockedClient) set(date time.Time) {
	if date.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.known = date.Sub(c.now()), true
}

// time returns the platform's time, ours before its first answer.
func (c *clockedClient) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.ahead)
}

func (c *clockedClient) isKnown() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}
