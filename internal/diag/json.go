package diag

import (
	"io"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

// FormatVersion is the version of the JSON form: the minor number grows with new fields,
// the major number with anything that could break a reader.
const FormatVersion = "1.0"

// Result is the JSON form of a report.
type Result struct {
	FormatVersion string             `json:"format_version"`
	Valid         bool               `json:"valid"`
	ErrorCount    int                `json:"error_count"`
	WarningCount  int                `json:"warning_count"`
	Diagnostics   []ResultDiagnostic `json:"diagnostics"`
}

// ResultDiagnostic is the JSON form of one diagnostic.
type ResultDiagnostic struct {
	Severity string          `json:"severity"`
	Code     Code            `json:"code"`
	Message  string          `json:"message"`
	Path     string          `json:"path,omitempty"`
	Range    *ResultRange    `json:"range,omitempty"`
	Snippet  *ResultSnippet  `json:"snippet,omitempty"`
	Related  []ResultRelated `json:"related,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	Help     string          `json:"help,omitempty"`
	Fix      *ResultFix      `json:"fix,omitempty"`
}

// ResultRange is a half-open range of text.
type ResultRange struct {
	Filename string         `json:"filename"`
	Start    ResultPosition `json:"start"`
	End      ResultPosition `json:"end"`
}

// ResultPosition counts lines and columns (characters) from 1, bytes from 0.
type ResultPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// ResultSnippet is the source around a range. The offsets count bytes of Code.
type ResultSnippet struct {
	Context              *string `json:"context"` // the path of the value, null when there is none
	Code                 string  `json:"code"`
	StartLine            int     `json:"start_line"`
	HighlightStartOffset int     `json:"highlight_start_offset"`
	HighlightEndOffset   int     `json:"highlight_end_offset"`
}

// ResultRelated is a further place of a diagnostic.
type ResultRelated struct {
	Message string      `json:"message"`
	Range   ResultRange `json:"range"`
}

// ResultFix is a fix that `validate --fix` would make.
type ResultFix struct {
	Title string       `json:"title"`
	Edits []ResultEdit `json:"edits"`
}

// ResultEdit replaces the text of a range.
type ResultEdit struct {
	Range   ResultRange `json:"range"`
	NewText string      `json:"new_text"`
}

// NewResult returns the JSON form of r.
func NewResult(r *Report) Result {
	list := r.Sorted()
	res := Result{FormatVersion: FormatVersion, Valid: true, Diagnostics: encodeAll(list)}
	for _, d := range list {
		switch d.Severity {
		case Error:
			res.ErrorCount++
			res.Valid = false
		case Warning:
			res.WarningCount++
		}
	}
	return res
}

// encodeAll returns the JSON forms of diagnostics, never nil.
func encodeAll(list []Diagnostic) []ResultDiagnostic {
	out := make([]ResultDiagnostic, 0, len(list))
	list, texts := conceal(list)
	for _, d := range list {
		out = append(out, encode(d, texts))
	}
	return out
}

// JSON prints r for machines.
func JSON(w io.Writer, r *Report) error { return output.JSON(w, NewResult(r)) }

func encode(d Diagnostic, texts shown) ResultDiagnostic {
	out := ResultDiagnostic{
		Severity: d.Severity.String(), Code: d.Code, Message: d.Message, Path: d.Path, Notes: d.Notes, Help: d.Help,
	}
	for i, l := range d.Labels {
		switch {
		case l.Span.IsZero():
		case i == 0:
			rng := encodeRange(l.Span)
			out.Range = &rng
			out.Snippet = encodeSnippet(l.Span, d.Path, texts)
		default:
			out.Related = append(out.Related, ResultRelated{Message: l.Text, Range: encodeRange(l.Span)})
		}
	}
	if d.Fix != nil {
		out.Fix = &ResultFix{Title: d.Fix.Title, Edits: []ResultEdit{}}
		for _, e := range d.Fix.Edits {
			out.Fix.Edits = append(out.Fix.Edits, ResultEdit{Range: encodeRange(e.Span), NewText: e.Text})
		}
	}
	return out
}

func encodeRange(s source.Span) ResultRange {
	return ResultRange{Filename: s.Path(), Start: encodePosition(s.Pos()), End: encodePosition(s.EndPos())}
}

func encodePosition(p source.Position) ResultPosition {
	return ResultPosition(p)
}

// A snippet has whole lines up to these bounds.
const (
	snippetLines = 20
	snippetBytes = 400 // kept of a line before and after the highlight
)

func encodeSnippet(s source.Span, path string, texts shown) *ResultSnippet {
	s = trimSpan(s)
	first, last := s.Pos().Line, s.EndPos().Line
	last = min(last, first+snippetLines-1)
	from, _ := s.File.LineBounds(first)
	_, to := s.File.LineBounds(last)
	from = runeStart(s.File.Text, max(from, s.Start-snippetBytes))
	to = runeStart(s.File.Text, min(to, max(s.Start, from)+snippetBytes*snippetLines, max(s.Start, s.End)+snippetBytes))
	to = max(to, from)

	out := &ResultSnippet{
		Code:                 oneByteEach(texts.text[s.File][from:to]),
		StartLine:            first,
		HighlightStartOffset: max(s.Start-from, 0),
		HighlightEndOffset:   min(s.End, to) - from,
	}
	out.HighlightEndOffset = max(out.HighlightEndOffset, out.HighlightStartOffset)
	if path != "" {
		out.Context = &path
	}
	return out
}

// runeStart moves an offset back to the start of its character.
func runeStart(text []byte, at int) int {
	for i := at; i > 0 && i > at-utf8.UTFMax && i < len(text); i-- {
		if utf8.RuneStart(text[i]) {
			return i
		}
	}
	return at
}

// oneByteEach replaces each byte that is not UTF-8 by a question mark, so that offsets
// stay valid: JSON would replace it by three bytes.
func oneByteEach(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			out = append(out, '?')
		} else {
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return string(out)
}
