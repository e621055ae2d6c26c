package parallel

import (
	"errors"
	"slices"
	"testing"

	"github.com/aepflow/aepflow/internal/bug"
)

func TestEachNumberOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		turns := make([]int, n)
		Each(n, func(i int) { turns[i]++ })
		if slices.ContainsFunc(turns, func(n int) bool { return n != 1 }) {
			t.Errorf("%d turns: not each number came once", n)
		}
	}
}

func TestPanicReachesTheCaller(t *testing.T) {
	err := bug.Catch(func() {
		Each(8, func(i int) {
			if i == 5 {
				panic("five")
			}
		})
	})
	var p *bug.Panic
	if !errors.As(err, &p) || p.Value != "five" {
		t.Errorf("got %v", err)
	}
}

func TestInOrder(t *testing.T) {
	const n = 1000
	filled, taken := 0, 0
	work := func() func(*int) { return func(i *int) { *i *= 2 } }
	fill := func(i *int) bool { *i = filled; filled++; return filled < n }
	err := InOrder(work, fill, func(i *int) error {
		if *i != 2*taken {
			t.Errorf("got %d at %d", *i, taken)
		}
		taken++
		return nil
	})
	if err != nil || taken != n {
		t.Errorf("%v after %d of %d", err, taken, n)
	}
	stop := errors.New("stop")
	filled, taken = 0, 0
	if err := InOrder(work, fill, func(*int) error { taken++; return stop }); !errors.Is(err, stop) || taken != 1 {
		t.Errorf("%v after %d", err, taken)
	}
	var p *bug.Panic
	err = bug.Catch(func() {
		_ = InOrder(func() func(*int) { return func(*int) { panic("five") } }, fill, func(*int) error { return nil })
	})
	if !errors.As(err, &p) || p.Value != "five" {
		t.Errorf("got %v", err)
	}
}
