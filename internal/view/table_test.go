package view

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/output"
)

const longPath = "_{TENANT_ID}.customers.updatedAt"

// foldingTable is a table whose last two columns fold.
func foldingTable(width int, cells ...[]string) string {
	c := newCanvas(Options{Width: width})
	t := newTable(c, "FIELD", "EXPECTED", "ACTUAL")
	t.folds = []int{1, 2}
	for _, row := range cells {
		t.row(plain, row)
	}
	t.write()
	return c.buf.String()
}

// On a terminal, what names a field stays whole: texts next to it go on on the next lines.
func TestTableFolds(t *testing.T) {
	rows := [][]string{
		{longPath, `"a"`, "failed: " + strings.Repeat("a date in one of the forms ", 4)},
		{"tags", `["` + strings.Repeat("ab", 40) + `"]`, strings.Repeat("日本", 30)},
	}
	for _, width := range []int{80, 120} {
		got := foldingTable(width, rows...)
		if !strings.Contains(got, longPath) {
			t.Errorf("%d columns: the path is cut\n%s", width, got)
		}
		joined := ""
		for line := range strings.Lines(got) {
			line = strings.TrimSuffix(line, "\n")
			if output.Width(line) > width {
				t.Errorf("%d columns: %d are printed\n%s", width, output.Width(line), line)
			}
			joined += line
		}
		if n := strings.Count(joined, "ab"); n != 40 {
			t.Errorf("%d columns: %d of 40 parts of a long word are printed\n%s", width, n, got)
		}
	}
	if got := foldingTable(0, rows...); strings.Count(got, "\n") != 3 {
		t.Errorf("lines are broken where no terminal is\n%s", got)
	}
	if got := foldingTable(120, []string{"id", "a b c", "d"}); got != "FIELD  EXPECTED  ACTUAL\nid     a b c     d\n" {
		t.Errorf("a narrow table changes\n%s", got)
	}
}
