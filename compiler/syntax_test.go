package compiler

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// diagnose returns what a reader would see for a text.
func diagnose(path string, text []byte) string {
	_, r := ParseDocuments(source.NewFile(path, text))
	var b bytes.Buffer
	if err := diag.Text(&b, r, diag.TextOptions{}); err != nil {
		panic(err)
	}
	return b.String()
}

// Each archive holds a faulty text, by hazard, and what is said about it. A
// text whose last line has no line break ends with ∎ there.
func TestSyntaxGoldens(t *testing.T) {
	paths, err := filepath.Glob("testdata/syntax/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := bytes.ReplaceAll(ar.Files[0].Data, []byte("∎\n"), nil)
			got := diagnose("in.yaml", text)
			if strings.Contains(got, "yaml: ") {
				t.Errorf("shows a message of the library:\n%s", got)
			}
			if os.Getenv("UPDATE") != "" {
				ar.Files = append(ar.Files[:1], txtar.File{Name: "want.diag", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(ar.Files[1].Data), got); d != "" {
				t.Errorf("differs (UPDATE=1 rewrites it):\n%s", d)
			}
		})
	}
}
