package dotenv

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{ // the value of A
		{`A=x`, "x"},
		{`A=Pa$5word`, `Pa$5word`},
		{`A=$2a$10$N9qo`, `$2a$10$N9qo`},
		{`A=${HOME}`, `${HOME}`},
		{`A="${HOME} $HOME"`, `${HOME} $HOME`},
		{`A="a\b"`, `a\b`},
		{`A=a\b`, `a\b`},
		{`A='a\nb'`, `a\nb`},
		{`A="a\nb"`, "a\nb"},
		{`A="a\\nb"`, `a\nb`},
		{`A="a\r\"\$"`, "a\r\"$"},
		{"A='one\r\ntwo'\r\n", "one\ntwo"},
		{"A=\"one\r\ntwo\"\r\n", "one\ntwo"},
		{"\ufeffA=x", "x"},
		{"# c\n\n \t\nexport A = x y \t\r\nB=z\n", "x y"},
		{"A=x # a comment", "x"},
		{"A=x#y", "x#y"},
		{"A=#y", "#y"},
		{"A= # a comment", ""},
		{"A='x' # a comment", "x"},
		{"A=", ""},
		{"A=\nB=x", ""},
		{`A=it's "quoted"`, `it's "quoted"`},
		{"A=1\nA=2", "2"},
		{"A=b=c", "b=c"},
	} {
		entries, problem := Parse(source.NewFile(".env", []byte(tt.text)))
		if problem != nil {
			t.Errorf("%q: %s", tt.text, problem.Diagnose().Message)
		} else if got, ok := Values(entries)["A"]; !ok || got != tt.want {
			t.Errorf("%q: got %q (%v), want %q", tt.text, got, ok, tt.want)
		}
	}
}

func TestMalformedLine(t *testing.T) {
	for _, tt := range []struct {
		text string
		line int
		why  string
	}{
		{"A=1\n\nhunter22", 3, "NAME=value"},
		{"hunter22: x", 1, "NAME=value"},
		{"=hunter22", 1, "NAME=value"},
		{"1A=hunter22", 1, "NAME=value"},
		{"A-B=hunter22", 1, "NAME=value"},
		{"A='hunter22\nB=2", 1, "unclosed"},
		{"B=1\nA=\"hunter22\\\"\nC=x", 2, "unclosed"},
		{"A='x' hunter22", 1, "after the closing quote"},
		{"A='x'hunter22", 1, "after the closing quote"},
		{"A=hunter22\x00", 1, "NUL"},
	} {
		entries, problem := Parse(source.NewFile(".env", []byte(tt.text)))
		if problem == nil {
			t.Errorf("%q: got %v", tt.text, entries)
			continue
		}
		d := problem.Diagnose()
		if got := d.Labels[0].Span.Pos().Line; got != tt.line || !strings.Contains(d.Message, tt.why) {
			t.Errorf("%q: line %d, %s", tt.text, got, d.Message)
		}
		var r diag.Report
		r.Add(problem)
		var out bytes.Buffer
		for _, print := range []func() error{
			func() error { return diag.Text(&out, &r, diag.TextOptions{}) },
			func() error { return diag.JSON(&out, &r) },
		} {
			if err := print(); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(out.String(), "hunter") {
			t.Errorf("%q: shown:\n%s", tt.text, &out)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("A='x'\r\nexport B=\"\\n\" # c\n")
	f.Add("\ufeffA=$x")
	f.Fuzz(func(t *testing.T, text string) {
		entries, problem := Parse(source.NewFile(".env", []byte(text)))
		if problem != nil {
			d := problem.Diagnose()
			if s := d.Labels[0].Span; s.Start > s.End || s.End > len(text) {
				t.Fatalf("span %d–%d of %d", s.Start, s.End, len(text))
			}
			return
		}
		for _, e := range entries { // what is quoted comes back
			again := "A='" + e.Value + "'"
			if strings.ContainsAny(e.Value, "'\r") {
				continue
			}
			got, problem := Parse(source.NewFile(".env", []byte(again)))
			if problem != nil || len(got) != 1 || got[0].Value != e.Value {
				t.Fatalf("%q of %q comes back as %v", e.Value, text, got)
			}
		}
	})
}
