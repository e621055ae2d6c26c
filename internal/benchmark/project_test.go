package benchmark_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/benchmark"
	"github.com/aepflow/aepflow/internal/diag"
)

func TestProjectIsValidAndTheSameEveryTime(t *testing.T) {
	files := benchmark.Project(40, 1)
	g, report := compiler.Compile(files, compiler.Options{})
	if report.Fails(true) {
		_ = diag.Text(os.Stderr, report, diag.TextOptions{})
		t.Fatal("a generated project has something to say")
	}
	if n := len(g.All()); n != 40*benchmark.PerDataflow {
		t.Errorf("40 dataflows are %d resources, want %d", n, 40*benchmark.PerDataflow)
	}
	more := benchmark.Project(50, 1)
	for i, f := range files {
		if f.Path != more[i].Path || !bytes.Equal(f.Text, more[i].Text) {
			t.Errorf("%s depends on the size of the project", f.Path)
		}
	}
	edited := benchmark.Edit(files, 7)
	if bytes.Equal(edited[7].Text, files[7].Text) {
		t.Error("an edited project is the same")
	}
	if _, report := compiler.Compile(edited, compiler.Options{}); report.HasErrors() {
		t.Errorf("an edited project is wrong: %s", report.Sorted()[0].Message)
	}
}

func TestWritePutsEveryFileInItsFolder(t *testing.T) {
	dir := t.TempDir()
	files := benchmark.Project(3, 2)
	if err := benchmark.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil || !bytes.Equal(text, f.Text) {
			t.Errorf("%s on disk: %d bytes, %v", f.Path, len(text), err)
		}
	}
}
