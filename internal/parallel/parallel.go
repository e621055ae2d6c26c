// Package parallel runs the turns of a loop at the same time: computations on all cores,
// calls up to a limit.
//
// In: the turns, and what one does. Out: nothing; turns write to places of their own. Law: a panic goes on in the
// caller, with the stack of the place where it began.
package parallel

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/aepflow/aepflow/internal/bug"
)

// Each calls do for each number below n, on all cores, and returns when all calls
// have returned.
func Each(n int, do func(i int)) {
	Cores(n, func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			do(i)
		}
	})
}

// Cores calls work once on each core, at most n times, and returns when all calls have
// returned. next hands out the numbers below n, each once.
func Cores(n int, work func(next func() (int, bool))) {
	var last atomic.Int64
	next := func() (int, bool) {
		i := int(last.Add(1)) - 1
		return i, i < n
	}
	var cores bug.Group
	for range min(runtime.GOMAXPROCS(0), n) {
		cores.Go(func() { work(next) })
	}
	cores.Wait()
}

// Calls calls f for every item, at most limit of them at a time. The first error cancels the
// context of the others, starts no more of them, and is returned.
func Calls[T any](ctx context.Context, limit int, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var calls bug.Group
	slots := make(chan struct{}, max(limit, 1))
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
