package compiler

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/golden"
)

// An example shows its own code and no other fault.
func TestExamplesProvokeNothingElse(t *testing.T) {
	for _, e := range diag.Codes() {
		if e.Example == "" || strings.HasPrefix(string(e.Code), "yaml-") {
			continue // what cannot be read is followed by whatever is left of it
		}
		t.Run(string(e.Code), func(t *testing.T) {
			r := exampleReport(t, e)
			if documents, _ := document.Parse(exampleFiles(e.Example)[0]); len(documents) == 0 {
				return
			}
			for _, d := range r.Sorted() {
				if d.Code != e.Code && d.Severity > diag.Note {
					t.Errorf("also provokes %s: %s", d.Code, d.Message)
				}
			}
		})
	}
}

// exampleReport is what is said about the example of a code.
func exampleReport(t testing.TB, e diag.Entry) *diag.Report {
	t.Helper()
	documents, o, r := projectOf(exampleFiles(e.Example), exampleOptions(e.Example))
	_, found := Compile(documents, o)
	r.Append(found)
	return r
}

// exampleOptions are the options that an example asks for in its first line.
func exampleOptions(example string) string {
	first, _, _ := strings.Cut(example, "\n")
	return strings.TrimPrefix(first, "# ")
}

// Every declared code is explained.
func TestEveryCodeIsExplained(t *testing.T) {
	paths, err := filepath.Glob("../internal/diag/codes*.go")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, declaredCodes(file)...)
	}
	if len(codes) < 60 {
		t.Fatalf("found only %d codes", len(codes))
	}
	slices.Sort(codes)
	for _, c := range slices.Compact(codes) {
		if _, ok := diag.Lookup(diag.Code(c)); !ok {
			t.Errorf("%s is not explained", c)
		}
	}
}

// docs/diagnostics.md is printed from the table of codes, with what the tool
// says about each example.
func TestDiagnosticsPageIsFresh(t *testing.T) {
	var page bytes.Buffer
	err := printDiagnosticsPage(&page, func(e diag.Entry) string {
		if e.Example == "" {
			return ""
		}
		r := exampleReport(t, e)
		var b bytes.Buffer
		if err := diag.Text(&b, r.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) { return d, d.Code == e.Code }), diag.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "../docs/diagnostics.md", page.Bytes())
}

// declaredCodes are the constants of type Code of a file.
func declaredCodes(file *ast.File) []string {
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || len(spec.Values) != 1 {
			return true
		}
		name, isName := spec.Type.(*ast.Ident)
		value, isLiteral := spec.Values[0].(*ast.BasicLit)
		if isName && isLiteral && name.Name == "Code" {
			text, _ := strconv.Unquote(value.Value)
			codes = append(codes, text)
		}
		return true
	})
	return codes
}
