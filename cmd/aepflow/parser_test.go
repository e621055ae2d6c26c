package main

import "testing"

// TestParserIsCheap: every command builds the parser, so its help texts are not variables of kong, which would search
// each of them again for each flag: 47,000 allocations instead of 18,000, and 30 ms.
func TestParserIsCheap(t *testing.T) {
	if n := testing.AllocsPerRun(2, func() { newParser(&grammar{}) }); n > 30_000 {
		t.Errorf("building the parser takes %.0f allocations", n)
	}
}
