package edit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/source"
)

// TestFormat runs the cases of testdata/format: in.yaml and what it becomes.
func TestFormat(t *testing.T) {
	golden.Cases(t, "testdata/format/*.txtar", func(t *testing.T, a *txtar.Archive) {
		got, _ := edit.Format(source.NewFile("in.yaml", a.Files[0].Data), format.KeyOrder)
		golden.Set(a, "want.yaml", string(got))
		checkFormat(t, a.Files[0].Data)
	})
}

// checkFormat holds the laws of formatting for one text.
func checkFormat(t *testing.T, text []byte) {
	t.Helper()
	f := source.NewFile("a.yaml", text)
	docs, report := document.Parse(f)
	once, _ := edit.Format(f, format.KeyOrder)
	if report.HasErrors() {
		if !bytes.Equal(once, text) {
			t.Fatalf("a file that does not parse was changed:\n%q\n%q", text, once)
		}
		return
	}
	again, problems := document.Parse(source.NewFile("a.yaml", once))
	if problems.HasErrors() {
		t.Fatalf("formatting broke the file:\n%q\n%q", text, once)
	}
	if !edit.SameDocuments(docs, again, format.KeyOrder) {
		t.Fatalf("formatting changed the meaning:\n%q\n%q", text, once)
	}
	if twice, _ := edit.Format(source.NewFile("a.yaml", once), format.KeyOrder); !bytes.Equal(once, twice) {
		t.Fatalf("formatting twice changes more:\n%q\n%q\n%q", text, once, twice)
	}
}

func FuzzFormat(f *testing.F) {
	var paths []string
	for _, dir := range []string{".", "../document", "../../compiler"} {
		found, _ := filepath.Glob(dir + "/testdata/*/*.txtar")
		paths = append(paths, found...)
	}
	for _, path := range paths {
		if a, err := txtar.ParseFile(path); err == nil {
			for _, file := range a.Files {
				f.Add(file.Data)
			}
		}
	}
	examples, _ := filepath.Glob("../../examples/*/*.yaml")
	for _, path := range examples {
		if text, err := os.ReadFile(path); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < 1<<14 {
			checkFormat(t, text)
		}
	})
}
