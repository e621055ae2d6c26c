package linear

import (
	"testing"
)

// What the check is for: it tells a square from work in proportion, and from n·log n.
func TestCheckTellsSquares(t *testing.T) {
	list := make([]int, growth*2000)
	for i := range list {
		list[i] = i * 7919 % 10_007
	}
	sum := 0
	square := func(n int) func() {
		return func() {
			for _, a := range list[:n] {
				for _, b := range list[:n] {
					sum += a ^ b
				}
			}
		}
	}
	line := func(n int) func() {
		return func() {
			for range n {
				for _, b := range list[:2000] {
					sum += b
				}
			}
		}
	}
	if one, two, ok := fits(square(2000), square(growth*2000)); ok {
		t.Errorf("a square passes: %v, then %v", one, two)
	}
	Check(t, func(k int) func() { return line(k * 2000) })
}
