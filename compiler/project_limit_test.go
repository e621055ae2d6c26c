package compiler

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/source"
)

// A project reads no further than its limit, and says nothing else then.
func TestProjectDocumentLimit(t *testing.T) {
	file := func(n int) *source.File {
		return source.NewFile(fmt.Sprintf("%d.yaml", n), []byte(strings.Repeat("--- 1\n", n)))
	}
	for name, c := range map[string]struct {
		files []*source.File
		want  string
	}{
		"full": {[]*source.File{file(3), file(4)}, ""},
		"more": {[]*source.File{file(3), file(5), file(2)}, "5.yaml:5: the project has more than 50000 documents"},
	} {
		read, problem := readAll(c.files, newProject(Options{}).readOne, 7)
		got := ""
		if problem != nil {
			d := problem.Diagnose()
			got = fmt.Sprintf("%s:%d: %s", d.Primary().Path(), d.Primary().Pos().Line, d.Message)
		}
		if got != c.want || (problem == nil) != (len(read) == len(c.files)) {
			t.Errorf("%s: said %q, want %q; read %d files", name, got, c.want, len(read))
		}
	}
}
