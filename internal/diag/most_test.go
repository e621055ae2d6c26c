package diag_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Text shows a hundred diagnostics of a file, the most severe ones in the order
// of the file, and counts the others. The other forms are complete.
func TestTextShowsTheMostSevere(t *testing.T) {
	for _, tt := range []struct {
		errors, notes int
		more          string // after the diagnostics of the file
		lastNote      int    // that is shown, -1 for none
		summary       string
	}{
		{0, 100, "", 99, "100 notes"},
		{0, 101, "and 1 more in a.yaml", 99, "101 notes"},
		{40, 60, "", 59, "40 errors, 60 notes"},
		{40, 61, "and 1 more in a.yaml", 59, "40 errors, 61 notes"},
		{100, 1, "and 1 more in a.yaml", -1, "100 errors, 1 note"},
		{1100, 12_000, "and 13,000 more in a.yaml", -1, "1100 errors, 12000 notes"},
	} {
		f := source.NewFile("a.yaml", []byte(strings.Repeat("x\n", tt.errors+tt.notes)))
		r := &diag.Report{}
		for i := range tt.notes {
			r.Add(found{Code: diag.UnknownKey, Severity: diag.Note, Message: fmt.Sprintf("note %d", i), Labels: []diag.Label{{Span: f.Span(2*i, 2*i+1)}}})
		}
		for i := range tt.errors {
			at := 2 * (tt.notes + i)
			r.Add(found{Code: diag.UnknownKey, Severity: diag.Error, Message: fmt.Sprintf("error %d", i), Labels: []diag.Label{{Span: f.Span(at, at+1)}}})
		}
		r.Add(found{Code: diag.EmptyFile, Severity: diag.Warning, Message: "in another file",
			Labels: []diag.Label{{Span: source.NewFile("b.yaml", []byte("y")).Span(0, 1)}}})
		var b strings.Builder
		if err := diag.Text(&b, r, diag.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		name := fmt.Sprintf("%d errors and %d notes", tt.errors, tt.notes)
		if got := strings.Count(text, "[unknown-key]"); got != min(100, tt.errors+tt.notes) {
			t.Errorf("%s: shows %d", name, got)
		}
		if got := strings.Count(text, "error: "); got != min(100, tt.errors) {
			t.Errorf("%s: shows %d errors", name, got)
		}
		if tt.lastNote >= 0 && !strings.Contains(text, fmt.Sprintf("note: note %d [", tt.lastNote)) || strings.Contains(text, fmt.Sprintf("note: note %d [", tt.lastNote+1)) {
			t.Errorf("%s: note %d is not the last one shown", name, tt.lastNote)
		}
		before, after, _ := strings.Cut(text, "warning: in another file")
		if tt.more != "" && !strings.HasSuffix(before, "\n\n"+tt.more+"\n\n") || tt.more == "" && strings.Contains(text, " more") {
			t.Errorf("%s: %q does not end with %q", name, before[max(0, len(before)-100):], tt.more)
		}
		counts := strings.Replace(tt.summary, " errors, ", " errors, 1 warning, ", 1)
		if tt.errors == 0 {
			counts = "1 warning, " + tt.summary
		}
		if !strings.HasSuffix(after, "\n"+counts+"\n") {
			t.Errorf("%s: %q does not end with %q", name, after, counts)
		}
		if res := diag.NewResult(r); len(res.Diagnostics) != r.Len() || res.ErrorCount != tt.errors {
			t.Errorf("%s: JSON has %d of %d, and counts %d errors", name, len(res.Diagnostics), r.Len(), res.ErrorCount)
		}
	}
}
