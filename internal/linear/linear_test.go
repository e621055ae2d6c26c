package linear

import (
	"testing"
)

// What the check is for: it tells a square from work in proportion, and from n·log n.
func TestCheckTellsSquares(t *testing.T) {
	list := make([]int, 16_000)
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
				for _, b := range list[:4000] {
					sum += b
				}
			}
		}
	}
	if one, two, ok := fits(square(4000), square(growth*4000)); ok {
		t.Errorf("a square passes: %v, then %v", one, two)
	}
	if one, two, ok := fits(line(4000), line(growth*4000)); !ok {
		t.Errorf("a line does not pass: %v, then %v", one, two)
	}
}
