package compiler

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// withoutExample are codes of the world around the documents, or of a change: no text provokes
// them.
var withoutExample = map[diag.Code]bool{
	diag.FileTooLarge: true, diag.ProjectTooLarge: true, diag.TooManyDocuments: true, diag.FileUnreadable: true, diag.UnsetSecret: true,
	diag.FolderUnreadable: true, diag.FileNotRead: true, diag.NestedProject: true,
	diag.CatalogIgnored: true, diag.ColumnAtSource: true, diag.BelowProject: true,
	diag.DerivedName: true, diag.ImportPart: true, diag.EnvSyntax: true, diag.HostNotAllowed: true,
	diag.IgnoreExpired:    true,
	diag.NewerVersion:     true,
	diag.SecretNotAllowed: true, diag.EncryptionKey: true,
	diag.ShortSecret: true, diag.TestWork: true,
	"path-as-text": true, // only of values whose type is unknown, which columns of a table do not have
}

// Every explained code has an example that provokes it.
func TestExamplesProvokeTheirCodes(t *testing.T) {
	for _, e := range diag.Codes() {
		t.Run(string(e.Code), func(t *testing.T) {
			if e.Example == "" {
				if !withoutExample[e.Code] {
					t.Error("has no example")
				}
				return
			}
			r := exampleReport(t, e)
			var found []string
			for _, d := range r.Sorted() {
				found = append(found, string(d.Code))
				if d.Code == e.Code {
					if d.Severity != e.Severity {
						t.Errorf("is %s, explained as %s", d.Severity, e.Severity)
					}
					return
				}
			}
			t.Errorf("not provoked, but %q by\n%s", found, e.Example)
		})
	}
}

// exampleFiles returns the files of an example: a txtar archive if it is one.
func exampleFiles(example string) []*source.File {
	ar := txtar.Parse([]byte(example))
	if len(ar.Files) == 0 {
		return []*source.File{source.NewFile("dataflow.yaml", []byte(example))}
	}
	var files []*source.File
	for _, f := range ar.Files {
		files = append(files, source.NewFile(f.Name, f.Data))
	}
	return files
}

// On a terminal, no line of a diagnostic is wider than it, unless one word is.
func TestExamplesFitTerminal(t *testing.T) {
	for _, e := range diag.Codes() {
		if e.Example == "" {
			continue
		}
		for _, columns := range []int{60, 80, 120} {
			var b strings.Builder
			if err := diag.Text(&b, exampleReport(t, e), diag.TextOptions{Width: columns}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				head := line[:strings.LastIndex(line, " ")+1]
				isPlace := strings.HasPrefix(strings.TrimSpace(line), "-->")
				if output.Width(line) > columns && strings.Trim(head, " |-^") != "" && !isPlace {
					t.Errorf("%s at %d columns is %d wide: %s", e.Code, columns, output.Width(line), line)
				}
			}
		}
	}
}
