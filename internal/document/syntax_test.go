package document

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// diagnose returns what a reader would see for a text.
func diagnose(path string, text []byte) string { return diagnoseAs("want.diag", path, text) }

// ansi makes the codes of a terminal legible.
var ansi = strings.NewReplacer("\x1b[0m", "</>", "\x1b[1;31m", "<red>", "\x1b[1;33m", "<yellow>",
	"\x1b[1;34m", "<blue>", "\x1b[1;36m", "<cyan>", "\x1b[1m", "<bold>")

// legible is what a terminal gets of a text, its codes as tags.
func legible(text string) string {
	var b bytes.Buffer
	w := output.New(&b)
	w.Color(true)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	return ansi.Replace(b.String())
}

// diagnoseAs is the same in the form that a section of a golden is named after.
func diagnoseAs(section, path string, text []byte) string {
	_, r := Parse(source.NewFile(path, text))
	var b bytes.Buffer
	var err error
	switch section {
	case "want.color":
		err = diag.Text(&b, r, diag.TextOptions{Color: true})
	case "want.json":
		err = diag.JSON(&b, r)
	default:
		err = diag.Text(&b, r, diag.TextOptions{})
	}
	if err != nil {
		panic(err)
	}
	return legible(b.String())
}

// Each archive holds a faulty text, by hazard, and what is said about it. A
// text whose last line has no line break ends with ∎ there. The main hazards have
// it in color and as JSON too.
func TestSyntaxGoldens(t *testing.T) {
	golden.Cases(t, "testdata/syntax/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		text := bytes.ReplaceAll(ar.Files[0].Data, []byte("∎\n"), nil)
		for _, want := range ar.Files[1:] {
			got := diagnoseAs(want.Name, "in.yaml", text)
			if strings.Contains(got, "yaml: ") {
				t.Errorf("shows a message of the library:\n%s", got)
			}
			golden.Set(ar, want.Name, got)
		}
	})
}
