package decode

import (
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
)

// Meant puts the names that are nearest to a wrong one into the help. It returns
// the name when there is only one: between several, the user must choose.
func Meant(d *diag.Diagnostic, got string, known []string) string {
	return MeantName(d, got, nearest.Of(known))
}

// MeantName is meant for names that are searched more than once.
func MeantName(d *diag.Diagnostic, got string, known *nearest.Names) string {
	near := known.AllBegun(got)
	if len(near) == 0 {
		return ""
	}
	d.Help = didYouMean(near)
	if len(near) > 1 {
		return ""
	}
	return near[0]
}

func didYouMean(near []string) string {
	const most = 3
	return "did you mean " + Quoted(near[:min(most, len(near))], "or") + "?"
}

// Replace is the repair that writes text instead of a part of the document. It
// must keep the meaning and be the only one in question; everything else is help.
func Replace(s source.Span, text string) *diag.Fix {
	return &diag.Fix{Title: "write " + text, Edits: []diag.Edit{{Span: s, Text: text}}}
}

// fixScalar replaces a scalar that is written as got. A value that came through an
// alias is left alone: its other uses may be right.
func fixScalar(n *document.Node, got, want string) *diag.Fix {
	if n == nil || !n.Alias().IsZero() || n.Span.Text() != got {
		return nil
	}
	return Replace(n.Span, want)
}

// List joins names for a sentence: "a, b or c". Long lists are cut.
func List(names []string, and string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " …"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + and + " " + names[len(names)-1]
}

// Quoted is List with each name in backticks.
func Quoted(names []string, and string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return List(out, and)
}

// Plural is a count and its noun: "one key", "2 keys".
func Plural(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// AsName returns the nearest name to a text, "" when nothing is left of it.
func AsName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}
