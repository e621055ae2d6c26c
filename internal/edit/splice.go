// Package edit changes documents by splicing bytes: repairs of diagnostics and
// the canonical form of `aepflow fmt`. It prints nothing anew, so whatever an edit
// does not touch stays as the user wrote it.
package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Apply returns text with all edits applied, in any order; edits at the same offset keep
// theirs. Edits that overlap or reach outside text are an error.
func Apply(text []byte, edits []diag.Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b diag.Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		switch {
		case e.Span.Start < 0, e.Span.End < e.Span.Start, e.Span.End > len(text):
			return nil, fmt.Errorf("edit bytes %d to %d: outside the text of %d bytes", e.Span.Start, e.Span.End,
				len(text))
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
	Edits []diag.Edit
	Fixes []diag.Fix // the fixes that the edits come from
}

// Written returns where the text of each edit of a file is once all are made, which
// gives in.
func Written(f FileEdits, in *source.File) map[diag.Edit]source.Span {
	edits := slices.Clone(f.Edits)
	slices.SortStableFunc(edits, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	out := make(map[diag.Edit]source.Span, len(edits))
	shift := 0
	for _, e := range edits {
		start := e.Span.Start + shift
		out[e] = in.Span(start, start+len(e.Text))
		shift += len(e.Text) - (e.Span.End - e.Span.Start)
	}
	return out
}

// Fixes collects the fixes of diagnostics by file, in order of appearance. A fix that
// overlaps an earlier one is skipped as a whole: the next run makes it.
func Fixes(list []diag.Diagnostic) []FileEdits {
	var out []FileEdits
	number := map[*source.File]int{} // in out
	taken := map[*source.File]*spans{}
	for _, d := range list {
		if d.Fix == nil || len(d.Fix.Edits) == 0 || clashes(taken, d.Fix.Edits) {
			continue
		}
		for i, e := range d.Fix.Edits {
			at, known := number[e.Span.File]
			if !known {
				at = len(out)
				out = append(out, FileEdits{File: e.Span.File})
				number[e.Span.File], taken[e.Span.File] = at, &spans{}
			}
			taken[e.Span.File].add(e.Span)
			out[at].Edits = append(out[at].Edits, e)
			if i == 0 {
				out[at].Fixes = append(out[at].Fixes, *d.Fix)
			}
		}
	}
	return out
}

func clashes(taken map[*source.File]*spans, edits []diag.Edit) bool {
	return slices.ContainsFunc(edits, func(e diag.Edit) bool { return taken[e.Span.File].overlap(e.Span) })
}

// spans are disjoint spans of one file by their start.
type spans []source.Span

// find returns the index of the first span that does not begin before s.
func (list spans) find(s source.Span) int {
	i, _ := slices.BinarySearchFunc(list, s, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	return i
}

func (list *spans) add(s source.Span) { *list = slices.Insert(*list, list.find(s), s) }

func (list *spans) overlap(s source.Span) bool {
	if list == nil {
		return false
	}
	i := list.find(s)
	return i > 0 && overlap((*list)[i-1], s) || i < len(*list) && overlap((*list)[i], s)
}

// overlap reports whether two spans share bytes or start at the same place.
func overlap(a, b source.Span) bool {
	return a.Start == b.Start || a.Start < b.End && b.Start < a.End
}
