// Package bug carries a panic out of the goroutine in which it occurs to whoever
// waits for that goroutine, with the stack of the place where it occurred. Without it
// a panic outside the main goroutine ends the process: nothing is reported as it
// should be, and nothing that was done is put on record.
package bug

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Panic is a panic that was caught.
type Panic struct {
	Value any
	Stack []byte // of the goroutine, where it occurred
}

func (p *Panic) Error() string {
	return fmt.Sprintf("internal error; this is a bug in aepflow: %v", p.Value)
}

// Of returns what recover returned as a *Panic. It is called in the deferred function,
// so that the stack is still that of the panic.
func Of(recovered any) *Panic {
	if p, ok := recovered.(*Panic); ok {
		return p
	}
	return &Panic{Value: recovered, Stack: debug.Stack()}
}

// Catch calls f and returns its panic as a *Panic, nil when there is none.
func Catch(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = Of(r)
		}
	}()
	f()
	return nil
}

// Group runs functions at the same time. The zero value is ready.
type Group struct {
	wg    sync.WaitGroup
	once  sync.Once
	first error
}

// Go runs f in a goroutine of its own.
func (g *Group) Go(f func()) {
	g.wg.Go(func() {
		if err := Catch(f); err != nil {
			g.once.Do(func() { g.first = err })
		}
	})
}

// Wait returns when every function has returned, and panics with the first *Panic of
// them, if any.
func (g *Group) Wait() {
	g.wg.Wait()
	if g.first != nil {
		panic(g.first)
	}
}
