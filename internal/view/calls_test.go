package view

import (
	"bytes"
	"testing"
)

func TestCalls(t *testing.T) {
	for _, name := range []string{"first", "schedule", "column-added", "secret", "empty"} {
		var b bytes.Buffer
		if err := Calls(&b, cases()[name], Options{}); err != nil {
			t.Fatal(err)
		}
		check(t, "calls-"+name, b.Bytes())
	}
}
