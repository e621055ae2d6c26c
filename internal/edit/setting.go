package edit

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// Setting gives a key of a document a value, or removes the key. It touches the value alone.
type Setting struct {
	Keys   []string // from the top of the document
	Text   string   // of a scalar
	Bare   bool     // Text is not text but a number, a Boolean, or a map in braces: written as it is
	Remove bool
	Has    bool // the document must have the key: a value that it lacks comes from elsewhere
	Short  bool // the last key is what a scalar in place of its map means
}

// spot is a place in a document: a pair that exists, or the map in which the keys of rest are missing.
type spot struct {
	in   *document.Node
	pair *document.Pair
	rest []string
}

// Edit returns the edit that makes the setting for one target: where the value is if that place serves the target
// alone, otherwise in the document's overlay for the target. The error is an *Elsewhere.
func (s Setting) Edit(f *source.File, root *document.Node, target string, alone bool) (diag.Edit, error) {
	base, err := s.find(root, s.Keys)
	if err != nil {
		return diag.Edit{}, err
	}
	over, err := s.find(root, append([]string{"targets", target}, s.Keys...))
	switch {
	case err != nil:
		return diag.Edit{}, err
	case over.pair != nil:
		return s.change(f, over)
	case base.pair == nil && s.Has:
		return diag.Edit{}, &Elsewhere{root.Span, "another place than this document"}
	case base.pair != nil && alone:
		return s.change(f, base)
	case base.pair != nil && hasVariable(f, base.pair.Value):
		return diag.Edit{}, &Elsewhere{base.pair.Value.Span, "a variable"}
	case alone:
		return s.add(f, base)
	}
	if s.Remove {
		s.Text, s.Bare, s.Remove = "null", true, false
	}
	return s.add(f, over)
}

// find follows keys as far as the document has them.
func (s Setting) find(m *document.Node, keys []string) (spot, error) {
	for i, key := range keys {
		p := m.Pair(key)
		if p == nil {
			return spot{in: m, rest: keys[i:]}, nil
		}
		if p.Merged {
			return spot{}, &Elsewhere{p.Value.Span, "a merge key"}
		}
		if err := written(p); err != nil {
			return spot{}, err
		}
		isShort := s.Short && i == len(keys)-2 && p.Value.Kind.IsScalar() && p.Value.Kind != document.NullKind
		switch {
		case i == len(keys)-1, isShort:
			return spot{in: m, pair: p}, nil
		case p.Value.Kind != document.MapKind:
			return spot{}, &Elsewhere{p.Value.Span, "a value that is not a map"}
		}
		m = p.Value
	}
	return spot{in: m}, nil
}

// change is the edit of a pair that exists.
func (s Setting) change(f *source.File, at spot) (diag.Edit, error) {
	old := at.pair.Value
	lines := string(f.Text[old.Span.Start:old.Span.End])
	switch {
	case hasVariable(f, old):
		return diag.Edit{}, &Elsewhere{old.Span, "a variable"}
	case s.Remove:
		return removal(f, at)
	case !old.Kind.IsScalar() && strings.Contains(lines, "\n"):
		return diag.Edit{}, &Elsewhere{old.Span, "a map over several lines"}
	}
	text := s.Text
	switch {
	case s.Bare && old.Style.IsQuoted() && !strings.HasPrefix(text, "{"):
		text = inQuotes(old.Style, text) // the platform takes a number that is written as text
	case s.Bare:
	case old.Style.IsQuoted():
		text = inQuotes(old.Style, text)
	default:
		text = s.quoted(isFlow(f, at.in))
	}
	if old.Span.Start == old.Span.End && old.Kind == document.NullKind {
		text = " " + text
	}
	return diag.Edit{Span: old.Span, Text: text}, nil
}

func hasVariable(f *source.File, n *document.Node) bool {
	return strings.Contains(strings.ReplaceAll(string(f.Text[n.Span.Start:n.Span.End]), "$${", ""), "${")
}

// inQuotes writes text with the quotes that it had.
func inQuotes(style document.Style, text string) string {
	quoted := document.QuoteText(text)
	if style == document.SingleQuoted && quoted == `"`+text+`"` {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return quoted
}

// quoted is the value of the setting as it is written; flow says that it is inside of braces.
func (s Setting) quoted(flow bool) string {
	text := s.Text
	if s.Bare {
		return text
	}
	if flow && strings.ContainsAny(text, ",[]{}?") {
		return document.QuoteText(text)
	}
	return document.QuoteValue(text)
}

func isFlow(f *source.File, m *document.Node) bool {
	return m.Span.Start < len(f.Text) && f.Text[m.Span.Start] == '{'
}

// add is the edit that adds the keys that are missing.
func (s Setting) add(f *source.File, at spot) (diag.Edit, error) {
	last := len(at.rest) - 1
	isOverlay := at.rest[0] == "targets"
	if s.Remove {
		return diag.Edit{}, &Elsewhere{at.in.Span, "another place than this document"}
	}
	value := s.quoted(last > 0 || isFlow(f, at.in))
	for i := last; i > 0; i-- {
		if i == 1 && isOverlay {
			return AddPair(f, at.in, "targets", "\n  "+keyInFlow(at.rest[1])+": "+value), nil
		}
		value = "{" + keyInFlow(at.rest[i]) + ": " + value + "}"
	}
	if len(at.in.Pairs) > 0 && at.rest[0] == "title" && !isFlow(f, at.in) {
		return AddPairAfter(f, at.in, "name", "title", value), nil
	}
	return AddPair(f, at.in, at.rest[0], value), nil
}

func keyInFlow(key string) string {
	if strings.ContainsAny(key, ",[]{}?") {
		return document.QuoteText(key)
	}
	return document.QuoteKey(key)
}

// removal is the edit that removes a pair: its lines, or its part of a map in braces.
func removal(f *source.File, at spot) (diag.Edit, error) {
	start, end := at.pair.Key.Span.Start, at.pair.Value.Span.End
	if len(at.in.Pairs) == 1 {
		return diag.Edit{}, &Elsewhere{at.pair.Value.Span, "the only key of its map"}
	}
	if !isFlow(f, at.in) {
		first, _ := f.LineBounds(f.LineOf(start))
		if strings.TrimLeft(string(f.Text[first:start]), " ") != "" {
			return diag.Edit{}, &Elsewhere{at.pair.Value.Span, "a line that has more than this key"}
		}
		return diag.Edit{Span: f.Span(first, lineEnd(f, end))}, nil
	}
	for end < len(f.Text) && strings.IndexByte(" \t\r\n", f.Text[end]) >= 0 {
		end++
	}
	if end < len(f.Text) && f.Text[end] == ',' {
		for end++; end < len(f.Text) && f.Text[end] == ' '; {
			end++
		}
		return diag.Edit{Span: f.Span(start, end)}, nil
	}
	for start > at.in.Span.Start+1 && strings.IndexByte(" \t\r\n,", f.Text[start-1]) >= 0 {
		start--
	}
	return diag.Edit{Span: f.Span(start, at.pair.Value.Span.End)}, nil
}
