package decode

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
)

const (
	varStart = "${var."
	escaped  = "$${"
)

// substituted returns the root of a document with variables filled in and $${
// as ${. It is false when a variable is not known; the report says which.
//
// What is secret keeps its references: only whole ones are taken there, so that
// $${ in a parameter of a connection is refused and not turned into one.
func substituted(d *Variant, o *Target, report *diag.Report) (*document.Node, bool) {
	if !hasReference(d.Root) {
		return d.Root, true
	}
	s := substitution{d: d, options: o, report: report, fine: true}
	return s.value(nil, d.Root), s.fine
}

// hasReference reports whether a value of a tree contains ${.
func hasReference(n *document.Node) bool {
	return strings.Contains(n.Text, "${") || slices.ContainsFunc(n.Items, hasReference) ||
		slices.ContainsFunc(n.Pairs, func(p document.Pair) bool { return hasReference(p.Value) })
}

type substitution struct {
	d       *Variant
	options *Target
	report  *diag.Report
	fine    bool
}

func (s *substitution) value(path document.Path, n *document.Node) *document.Node {
	if n.Kind == document.StringKind {
		return s.scalar(path, n)
	}
	if len(path) == 1 && (path[0].Key == "targets" || path[0].Key == TestsKey) {
		return n // worked in already, or data
	}
	out := n
	changed := func(old, value *document.Node, set func(*document.Node, *document.Node)) {
		if value == old {
			return
		}
		if out == n {
			out = s.d.Provenance.CopyOf(n)
			out.Pairs, out.Items = slices.Clone(n.Pairs), slices.Clone(n.Items)
		}
		set(out, value)
	}
	for i, p := range n.Pairs {
		changed(p.Value, s.value(path.Field(p.Key.Text), p.Value),
			func(out, v *document.Node) { out.Pairs[i].Value = v })
	}
	for i, item := range n.Items {
		changed(item, s.value(path.Index(i), item), func(out, v *document.Node) { out.Items[i] = v })
	}
	if out != n {
		out.Indexed()
	}
	return out
}

func (s *substitution) scalar(path document.Path, n *document.Node) *document.Node {
	if !strings.Contains(n.Text, "${") {
		return n
	}
	secret := len(path) > 2 && path[0].Key == "auth" && path[1].Key == "params"
	out, origins := *n, slices.Clip(s.d.Provenance[n])
	var b strings.Builder
	for at := 0; at < len(n.Text); {
		rest := n.Text[at:]
		switch {
		case strings.HasPrefix(rest, escaped) && !secret:
			b.WriteString("${")
			at += len(escaped)
		case strings.HasPrefix(rest, escaped):
			b.WriteString(escaped)
			at += len(escaped)
		case strings.HasPrefix(rest, varStart):
			end := strings.IndexByte(rest, '}')
			if end < 0 {
				s.fine = false
				s.report.Add(unknownVariable{at: Place{s.d, path}, start: at, end: len(n.Text)})
				return n
			}
			name := rest[len(varStart):end]
			v, ok := s.options.Variable(name)
			if !ok {
				s.fine = false
				s.report.Add(unknownVariable{at: Place{s.d, path}, start: at, end: at + end + 1, name: name,
					known: s.options.varNames})
				return n
			}
			o := Origin{How: ByVariable, Name: name, From: v.From}
			text := v.Value
			if v.Node != nil {
				o.At, text = v.Node.Span, v.Node.Text
			}
			if i := strings.Index(text, envStart); i >= 0 && !s.takesEnv(path) {
				s.fine = false
				env := text[i : i+endOfReference(text[i:])]
				s.report.Add(misplacedEnv{at: Place{s.d, path}, start: at, end: at + end + 1, name: env})
				return n
			}
			origins = append(origins, o)
			if at == 0 && end+1 == len(n.Text) {
				out.Kind = s.kind(path, n, v)
			}
			b.WriteString(text)
			at += end + 1
		case strings.HasPrefix(rest, envStart) && !s.takesEnv(path):
			s.fine = false
			s.report.Add(misplacedEnv{at: Place{s.d, path}, start: at, end: at + endOfReference(rest),
				name: rest[:endOfReference(rest)]})
			return n
		default:
			b.WriteByte(rest[0])
			at++
		}
	}
	if out.Text = b.String(); out.Text == n.Text {
		return n
	}
	if len(origins) == len(s.d.Provenance[n]) { // only $${: the source is longer than the text
		origins = append(origins, Origin{How: Escaped})
	}
	s.d.Provenance[&out] = origins
	return &out
}

// Kind is what a value is that consists of a variable alone. The place decides
// where it takes only one thing: values of the command line have no quotes, and
// references inside brackets need some. Where it takes both, quotes make text.
func (s *substitution) kind(path document.Path, n *document.Node, v Var) document.Kind {
	docKind, _ := s.d.Kind()
	text, other := format.Scalars(docKind, path)
	kind := document.ResolveScalar(v.Value)
	if v.Node != nil {
		kind = v.Node.Kind
		if !text {
			kind = document.ResolveScalar(v.Node.Text)
		}
	}
	if kind == document.NullKind || text && (!other || n.Style != document.Plain) {
		return document.StringKind
	}
	return kind
}
