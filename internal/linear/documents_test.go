package linear_test

import (
	"io"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/linear"
)

// stages are what commands do with documents, each with what comes before it left
// out of the time.
var stages = []struct {
	name string
	work func(in input) func()
}{
	{"compile", func(in input) func() {
		return func() {
			in := in.fresh()
			compiler.Compile(in.files, in.options)
		}
	}},
	{"rewrite", func(in input) func() {
		return func() {
			in := in.fresh()
			docs, _ := compiler.Resolve(in.files, in.options)
			for _, d := range docs {
				_ = d.WriteYAML(io.Discard, true)
			}
			for _, f := range in.files {
				edit.Format(f, format.KeyOrder)
			}
		}
	}},
	{"report", func(in input) func() {
		_, report := compiler.Compile(in.files, in.options)
		return func() {
			_ = diag.Text(io.Discard, report, diag.TextOptions{Color: true})
			_ = diag.JSON(io.Discard, report)
			_ = diag.SARIF(io.Discard, report, "1.0.0")
			_ = diag.GitHub(io.Discard, report)
			edit.Fixes(report.Sorted())
		}
	}},
}

func TestDoubledInputs(t *testing.T) {
	for i, in := range inputs {
		if !linear.Sampled(i) {
			continue
		}
		for _, stage := range stages {
			t.Run(in.name+"/"+stage.name, func(t *testing.T) {
				n := linear.Size(in.n)
				linear.Check(t, func(k int) func() { return stage.work(in.make(n * k)) })
			})
		}
	}
}
