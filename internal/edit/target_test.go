package edit

import (
	"errors"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// A value is written where it serves one target alone, and nowhere else.
func TestSetForTarget(t *testing.T) {
	for _, tt := range []struct {
		text  string
		alone bool
		want  string // or why it is not written
	}{
		{"name: a\n", true, "name: a\nstate: off\n"},
		{"name: a\nstate: on # why\n", true, "name: a\nstate: off # why\n"},
		{"name: a\nstate: on\n", false, "name: a\nstate: on\ntargets:\n  prod: {state: off}\n"},
		{"name: a\ntargets:\n  dev: {title: x}\n", false, "name: a\ntargets:\n  dev: {title: x}\n  prod: {state: off}\n"},
		{"name: a\ntargets:\n  prod: {title: x}\n", false, "name: a\ntargets:\n  prod: {title: x, state: off}\n"},
		{"name: a\ntargets:\n  prod:\n    title: x\nz: 1\n", false,
			"name: a\ntargets:\n  prod:\n    title: x\n    state: off\nz: 1\n"},
		{"name: a\nstate: on\ntargets: {prod: {state: on}}\n", true, "name: a\nstate: on\ntargets: {prod: {state: off}}\n"},
		{"name: a\nstate: on\ntargets: {prod: {state: on}}\n", false, "name: a\nstate: on\ntargets: {prod: {state: off}}\n"},
		{"name: a\nstate: ${var.state}\n", true, "a variable"},
		{"name: &x a\nstate: *x\n", true, "an alias"},
		{"name: a\ntargets: {prod: {state: \"${var.s}\"}}\n", false, "a variable"},
		{"x: &x {title: t}\ntargets: {prod: *x}\n", false, "an alias"},
		{"base: &b {state: on}\ntargets: {prod: {<<: *b}}\n", false, "an alias"},
		{"targets: 7\n", false, "an overlay that is not a map"},
	} {
		f := source.NewFile("a.yaml", []byte(tt.text))
		docs, report := document.Parse(f)
		if report.HasErrors() {
			t.Fatalf("%q: %v", tt.text, report.Sorted())
		}
		e, err := SetForTarget(f, docs[0].Root, "state", "off", "prod", tt.alone)
		got := ""
		var elsewhere *Elsewhere
		if errors.As(err, &elsewhere) {
			got = elsewhere.Why
		} else if text, err := Apply(f.Text, []diag.Edit{e}); err == nil {
			got = string(text)
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
