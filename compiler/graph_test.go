package compiler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// exampleProject reads the documents of an example.
func exampleProject(t testing.TB, name string) []*source.File {
	t.Helper()
	var files []*source.File
	for _, pattern := range []string{"dataflow.yaml", "*.dataflow.yaml"} {
		paths, err := filepath.Glob(filepath.Join("..", "examples", name, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, source.NewFile(filepath.Base(path), text))
		}
	}
	return files
}

// printGraph prints every resource with where it comes from and what it needs.
func printGraph(t testing.TB, g *resource.Graph) string {
	t.Helper()
	var b bytes.Buffer
	for _, r := range g.All() {
		fmt.Fprintf(&b, "%s at %s:%d\n", r.Address, r.Origin.Path(), r.Origin.Pos().Line)
		for _, e := range r.Needs {
			fmt.Fprintf(&b, "needs %s via %s\n", e.To, e.Via)
		}
		if err := json.Indent(&b, r.Body.JSON(), "", "  "); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

// The bodies of the examples, byte by byte, and the position of each value.
func TestExamplesCompileToTheirGraphs(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*/*dataflow.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var names []string
	for _, d := range dirs {
		names = append(names, filepath.Base(filepath.Dir(d)))
	}
	for _, name := range slices.Compact(names) {
		t.Run(name, func(t *testing.T) {
			g, r := Compile(exampleProject(t, name), Options{})
			if r.HasErrors() || r.Count(diag.Warning) > 0 {
				var b bytes.Buffer
				_ = diag.Text(&b, r, diag.TextOptions{})
				t.Fatal(b.String())
			}
			golden.Check(t, filepath.Join("testdata", "graph", name+".golden"), []byte(printGraph(t, g)))
		})
	}
}

// A dataflow of CSV files, with its schema and dataset, takes at most 20 lines of 120 columns.
func TestShortDataflow(t *testing.T) {
	for _, f := range exampleProject(t, "files") {
		lines := bytes.Split(bytes.TrimSpace(f.Text), []byte("\n"))
		if len(lines) > 20 {
			t.Errorf("%s has %d lines", f.Path, len(lines))
		}
		for i, line := range lines {
			if len(line) > 120 {
				t.Errorf("%s:%d has %d columns", f.Path, i+1, len(line))
			}
		}
	}
}
