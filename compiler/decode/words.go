package decode

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
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
	return "did you mean " + words.Quoted(near[:min(most, len(near))], "or") + "?"
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
