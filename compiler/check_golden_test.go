package compiler

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/source"
)

// Each case is a project and what is said about it. A file aepflow.yaml is that
// of the project; lines of the archive's comment may choose `target: NAME` and
// give `var: NAME=VALUE`.
func TestCheckGoldens(t *testing.T) {
	golden.Cases(t, "testdata/check/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		in := slices.DeleteFunc(slices.Clone(ar.Files), func(f txtar.File) bool { return f.Name == "want.diag" })
		golden.Set(ar, "want.diag", checkCase(t, in, string(ar.Comment)))
	})
}

// checkCase compiles a project and returns what is said about it.
func checkCase(t *testing.T, in []txtar.File, comment string) string {
	t.Helper()
	var files []*source.File
	for _, f := range in {
		files = append(files, source.NewFile(f.Name, f.Data))
	}
	documents, o, r := projectOf(files, comment)
	g, found := Compile(documents, o)
	if (g == nil) != (found.HasErrors() || o.Incomplete) {
		t.Errorf("errors: %v, graph: %v", found.HasErrors(), g != nil)
	}
	r.Append(found)
	checkReport(t, files, r)
	var b bytes.Buffer
	if err := diag.Text(&b, r, diag.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// projectOf reads aepflow.yaml, if there is one, and returns the documents.
func projectOf(files []*source.File, comment string) (documents []*source.File, o Options, r *diag.Report) {
	target := ""
	var given []Var
	for line := range strings.Lines(comment) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "target":
			target = value
		case "var":
			name, text, _ := strings.Cut(value, "=")
			given = append(given, Var{Name: name, Value: text, From: "--var"})
		case "env":
			name, text, _ := strings.Cut(value, "=")
			given = append(given, Var{Name: name, Value: text, From: "AEPFLOW_VAR_" + name, Loose: true})
		}
	}
	o, r = new(ProjectFile).Options(target), &diag.Report{}
	var facts *knowledge.Catalog
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".catalog.json") { // without a digest
			facts = knowledge.New("")
			if err := json.Unmarshal(f.Text, facts); err != nil {
				panic(err)
			}
			continue
		}
		if f.Path != "aepflow.yaml" {
			documents = append(documents, f)
			continue
		}
		p, found := ParseProject(f)
		r.Append(found)
		if p != nil {
			o = p.Options(target)
		}
	}
	o.Vars = append(given, o.Vars...)
	if facts != nil {
		o.Catalog = knowledge.NewFacts("dataflow."+target+".catalog.json", facts)
	}
	return documents, o, r
}

// checkReport checks what holds for every report: codes and words are there,
// places lie in the files, and repairs can be made.
func checkReport(t testing.TB, files []*source.File, r *diag.Report) {
	t.Helper()
	ours := make(map[*source.File]bool, len(files))
	for _, f := range files {
		ours[f] = true
	}
	for _, d := range r.Sorted() {
		unformatted := strings.Contains(d.Message+d.Help, "%!") && !slices.ContainsFunc(files, func(f *source.File) bool { return bytes.Contains(f.Text, []byte("%!")) })
		if d.Code == "" || d.Message == "" || unformatted {
			t.Errorf("poor message %q [%s], help %q", d.Message, d.Code, d.Help)
		}
		for _, l := range d.Labels {
			s := l.Span
			if !s.IsZero() && (!ours[s.File] || s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text)) {
				t.Errorf("%s: span %d to %d lies outside of its file", d.Code, s.Start, s.End)
			}
		}
	}
	for _, f := range edit.Fixes(r.Sorted()) {
		if _, err := edit.Apply(f.File.Text, f.Edits); err != nil {
			t.Errorf("repairs of %s: %v", f.File.Path, err)
		}
	}
}
