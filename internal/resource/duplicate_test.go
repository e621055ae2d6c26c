package resource

import (
	"fmt"
	"testing"
)

// TestDuplicateKey finds a key that is there twice, in small objects and large.
func TestDuplicateKey(t *testing.T) {
	for _, n := range []int{2, 16, 17, 40} {
		v := Object()
		for i := range n - 1 {
			v.Fields = append(v.Fields, F(fmt.Sprint("k", i), Int(1)))
		}
		if at, ok := v.DuplicateKey(); ok {
			t.Errorf("%d members: %s is there once", n-1, at)
		}
		v.Fields = append(v.Fields, F("k0", Int(2)))
		body := Object(F("a", List(Int(1), v)))
		if at, ok := body.DuplicateKey(); !ok || at.String() != "a[1].k0" {
			t.Errorf("%d members: %s, %t", n, at, ok)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a body with a duplicate key is made")
		}
	}()
	NewBody(Object(F("a", Int(1)), F("a", Int(1))))
}
