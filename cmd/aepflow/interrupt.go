package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interrupts ends ctx with the first Ctrl-C or SIGTERM, says so, and closes abort
// with the second.
func (a *app) interrupts(ctx context.Context, notice string) (_ context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hard, done := make(chan struct{}), make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			if n == 0 {
				cancel() // first: what the notice says is true when it is read
				a.say("\n%s", notice)
				continue
			}
			close(hard)
			return
		}
	}()
	return ctx, hard, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
