package edit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// rule reports every occurrence of a text, with a fix unless there is none.
type rule struct {
	text, fix string
	code      diag.Code
}

type found struct{ diag.Diagnostic }

func (f found) Diagnose() diag.Diagnostic { return f.Diagnostic }

func checkWith(rules []rule) func([]*source.File) *diag.Report {
	return func(files []*source.File) *diag.Report {
		report := &diag.Report{}
		for _, f := range files {
			for _, r := range rules {
				for at := 0; ; at += len(r.text) {
					i := bytes.Index(f.Text[at:], []byte(r.text))
					if i < 0 {
						break
					}
					at += i
					span := source.Span{File: f, Start: at, End: at + len(r.text)}
					d := diag.Diagnostic{Code: r.code, Severity: diag.Error, Message: "found " + r.text,
						Labels: diag.At(span, "here")}
					if r.fix != "" {
						d.Fix = diag.Replace("write "+r.fix, span, r.fix)
					}
					report.Add(found{d})
				}
			}
		}
		return report
	}
}

func withFiles(files []*source.File, fresh map[*source.File]*source.File) (out []*source.File) {
	for _, f := range files {
		if next := fresh[f]; next != nil {
			f = next
		}
		out = append(out, f)
	}
	return out
}

func TestRepairAll(t *testing.T) {
	const typ, lint = diag.WrongType, diag.IdentityMissing
	for _, c := range []struct {
		name, text string
		rules      []rule
		want       string
		repairs    string // line:column of each
	}{
		{"nothing", "a", nil, "a", ""},
		{"one", "x a x", []rule{{"a", "bb", typ}}, "x bb x", "1:3"},
		{"all, by line", "a\nb a", []rule{{"a", "c", typ}}, "c\nb c", "1:1 2:3"},
		{"one uncovers another", "a", []rule{{"a", "b", typ}, {"b", "c", lint}}, "c", "1:1 1:1"},
		{"reported under its own code", "a", []rule{{"a", "b", lint}, {"b", "", lint}}, "a", ""},
		{"reported as a misspelling", "a", []rule{{"a", "b", lint}, {"b", "", typ}}, "a", ""},
		{"reported as YAML", "a", []rule{{"a", "b", lint}, {"b", "", "yaml-syntax"}}, "a", ""},
		{"what was hidden by it", "a", []rule{{"a", "b", typ}, {"b", "", lint}}, "b", "1:1"},
		{"reported next to it", "ac", []rule{{"a", "b", typ}, {"c", "", typ}}, "ac", ""},
		{"reported one place off", "a c", []rule{{"a", "b", typ}, {"c", "", typ}}, "b c", "1:1"},
		{"one of two is undone", "a x", []rule{{"a", "b", typ}, {"b", "", typ}, {"x", "y", lint}}, "a y", "1:3"},
		{"wide characters", "日本 a", []rule{{"本 a", "é", typ}}, "日é", "1:2"},
	} {
		f := source.NewFile("a.yaml", []byte(c.text))
		got := RepairAll([]*source.File{f}, checkWith(c.rules), withFiles)
		var places []string
		for _, r := range got.Repairs {
			places = append(places, fmt.Sprintf("%d:%d", r.At.Line, r.At.Column))
		}
		if text := string(got.Project[0].Text); text != c.want || strings.Join(places, " ") != c.repairs {
			t.Errorf("%s: %q with repairs at %q", c.name, text, places)
		}
		if (len(got.Changed) == 1) != (c.want != c.text) {
			t.Errorf("%s: changed %v", c.name, got.Changed)
		}
	}
}

// TestRepairAllEnds: repairs that undo each other stop at a time.
func TestRepairAllEnds(t *testing.T) {
	f := source.NewFile("a.yaml", []byte("a"))
	rules := []rule{{"a", "b", diag.IdentityMissing}, {"b", "a", diag.DeltaTimezone}}
	if got := RepairAll([]*source.File{f}, checkWith(rules), withFiles); len(got.Repairs) > 50 {
		t.Errorf("%d repairs", len(got.Repairs))
	}
}

// TestRepairAllFiles: repairs and changed files are sorted by path, whatever the order of the files.
func TestRepairAllFiles(t *testing.T) {
	var files []*source.File
	for _, path := range []string{"b.yaml", "c.yaml", "a.yaml"} {
		text := "a"
		if path == "c.yaml" {
			text = "fine"
		}
		files = append(files, source.NewFile(path, []byte(text)))
	}
	got := RepairAll(files, checkWith([]rule{{"a", "b", diag.WrongType}}), withFiles)
	var places []string
	for _, r := range got.Repairs {
		places = append(places, r.File.Path+" "+r.What)
	}
	const want = "a.yaml found a: write b, b.yaml found a: write b"
	if strings.Join(places, ", ") != want || len(got.Changed) != 2 || got.Changed[0].Path != "a.yaml" {
		t.Errorf("repairs %q, changed %v", places, got.Changed)
	}
}

// TestRepairHidesSecrets: the words of a repair do not repeat a secret that its diagnostic quotes.
func TestRepairHidesSecrets(t *testing.T) {
	f := source.NewFile("a.yaml", []byte("auth:\n  params:\n    password: canary-17-canary\n"))
	rules := []rule{{"canary-17-canary", "'canary-17-canary!'", diag.WrongType}}
	fine := func([]*source.File, map[*source.File]*source.File) []*source.File { return nil }
	got := RepairAll([]*source.File{f}, checkWith(rules), fine)
	if len(got.Repairs) != 1 || strings.Contains(got.Repairs[0].What, "canary") {
		t.Errorf("%+v", got.Repairs)
	}
}
