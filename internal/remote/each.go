package remote

import (
	"context"
	"sync"

	"github.com/aepflow/aepflow/internal/bug"
)

// each calls f for every item, at most parallel of them at a time. The first error cancels the
// context of the others, starts no more of them, and is returned.
func each[T any](ctx context.Context, parallel int, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var calls bug.Group
	slots := make(chan struct{}, max(parallel, 1))
	for _, item := range items {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		calls.Go(func() {
			defer func() { <-slots }()
			if err := f(ctx, item); err != nil {
				cancel(err)
			}
		})
	}
	calls.Wait()
	return context.Cause(ctx)
}

// collected is a list that several goroutines append to.
type collected[T any] struct {
	mu  sync.Mutex
	all []T
}

func (c *collected[T]) add(items ...T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, items...)
}
