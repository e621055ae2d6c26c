package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/source"
)

// Apply returns text with every edit made. Edits may come in any order; those
// at the same place are made in the order given. Bytes outside the edits are
// kept as they are. It is an error when edits overlap or reach outside text.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		switch {
		case e.Span.Start < 0, e.Span.End < e.Span.Start, e.Span.End > len(text):
			return nil, fmt.Errorf("edit bytes %d to %d: outside the text of %d bytes", e.Span.Start, e.Span.End, len(text))
		case e.Span.Start < at:
			return nil, fmt.Errorf("edit bytes %d to %d: overlaps the edit before it", e.Span.Start, e.Span.End)
		}
		out.Write(text[at:e.Span.Start])
		out.WriteString(e.Text)
		at = e.Span.End
	}
	out.Write(text[at:])
	return out.Bytes(), nil
}

// FileEdits are the edits of one file.
type FileEdits struct {
	File  *source.File
	Edits []Edit
	Fixes []Fix // the fixes that the edits come from
}

// Fixes collects the repairs of diagnostics by file, in order of appearance.
// A repair is made as a whole or not at all: one that overlaps an earlier one
// is left for the next run.
func Fixes(list []Diagnostic) []FileEdits {
	var out []FileEdits
	for _, d := range list {
		if d.Fix == nil || len(d.Fix.Edits) == 0 || clashes(out, d.Fix.Edits) {
			continue
		}
		for i, e := range d.Fix.Edits {
			at := slices.IndexFunc(out, func(f FileEdits) bool { return f.File == e.Span.File })
			if at < 0 {
				at = len(out)
				out = append(out, FileEdits{File: e.Span.File})
			}
			out[at].Edits = append(out[at].Edits, e)
			if i == 0 {
				out[at].Fixes = append(out[at].Fixes, *d.Fix)
			}
		}
	}
	return out
}

func clashes(made []FileEdits, edits []Edit) bool {
	for _, e := range edits {
		for _, f := range made {
			if f.File == e.Span.File && slices.ContainsFunc(f.Edits, func(m Edit) bool { return overlap(m.Span, e.Span) }) {
				return true
			}
		}
	}
	return false
}

// overlap reports whether two spans share bytes or start at the same place.
func overlap(a, b source.Span) bool {
	return a.Start == b.Start || a.Start < b.End && b.Start < a.End
}
