package main

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/linear"
	"github.com/aepflow/aepflow/internal/source"
)

// Of the example of every code: what is fixed needs no second fix, and
// nothing that was sound is wrong afterwards.
func TestFixSettles(t *testing.T) {
	fixedAny := 0
	for _, e := range diag.Codes() {
		if e.Example == "" {
			continue
		}
		p := &project{dir: ".", flags: &globals{}, report: &diag.Report{}, blind: true}
		for _, f := range exampleFiles(e.Example) {
			if isDocument(f.Name) {
				p.files = append(p.files, source.NewFile(f.Name, f.Data))
			}
		}
		before := check(p)
		once := p.applyFixes(check)
		after := check(once.Project)
		if len(once.Repairs) > 0 {
			fixedAny++
		}
		if again := once.Project.applyFixes(check); len(again.Repairs) > 0 {
			t.Errorf("%s: fixed again: %+v", e.Code, again.Repairs)
		}
		if !before.HasErrors() && after.HasErrors() {
			t.Errorf("%s: the repairs %+v made a sound document wrong: %+v", e.Code, once.Repairs, after.Sorted())
		}
	}
	if fixedAny < 10 {
		t.Errorf("only %d of the examples were fixed", fixedAny)
	}
}

// Twice the repairs take twice the time.
func TestFixIsLinear(t *testing.T) {
	n := linear.Size(4000)
	linear.Check(t, func(k int) func() {
		var b strings.Builder
		b.WriteString("name: a\ncolumns:\n")
		for i := range n * k {
			fmt.Fprintf(&b, "  c%d: strnig\n", i)
		}
		return func() {
			p := &project{dir: ".", flags: &globals{}, report: &diag.Report{}, blind: true}
			p.files = append(p.files, source.NewFile("dataflow.yaml", []byte(b.String())))
			if got := len(p.applyFixes(check).Repairs); got != n*k {
				t.Fatalf("%d repairs, want %d", got, n*k)
			}
		}
	})
}

// exampleFiles are the files of an example, which is one document or several.
func exampleFiles(text string) []txtar.File {
	a := txtar.Parse([]byte(text))
	if len(a.Files) == 0 {
		return []txtar.File{{Name: "dataflow.yaml", Data: []byte(text)}}
	}
	return a.Files
}
