package bug

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

func explode() { panic("boom") }

func TestCatch(t *testing.T) {
	if err := Catch(func() {}); err != nil {
		t.Errorf("got %v", err)
	}
	var p *Panic
	err := Catch(explode)
	if !errors.As(err, &p) || err.Error() != "internal error; this is a bug in aepflow: boom" || !strings.Contains(string(p.Stack), "bug.explode") {
		t.Errorf("got %v, stack %s", err, p.Stack)
	}
	if again := Catch(func() { panic(p) }); again != error(p) {
		t.Errorf("a panic that was carried on became another one: %v", again)
	}
}

func TestGroup(t *testing.T) {
	var g Group
	var ran atomic.Int32
	for i := range 8 {
		g.Go(func() {
			ran.Add(1)
			if i == 3 {
				explode()
			}
		})
	}
	var p *Panic
	if err := Catch(g.Wait); !errors.As(err, &p) || !strings.Contains(string(p.Stack), "bug.explode") || ran.Load() != 8 {
		t.Errorf("got %v after %d functions", err, ran.Load())
	}
	var calm Group
	calm.Go(func() {})
	calm.Wait()
}
