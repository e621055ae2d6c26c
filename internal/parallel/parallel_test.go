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
