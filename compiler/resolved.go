package compiler

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Resolved is a document as a target sees it: defaults, overlay and variables
// worked in, literal secrets hidden.
type Resolved struct {
	Path     string // of the file
	Kind     string
	Name     string
	Excluded bool // not for the target
	Removed  []RemovedKey

	root       *document.Node
	provenance decode.Provenance
}

// RemovedKey is a key that the target's overlay takes out.
type RemovedKey struct {
	Path string
	At   source.Span
}

// ResolvedValue is a scalar, or a map or list that is empty.
type ResolvedValue struct {
	Path       string
	Value      json.RawMessage
	At         source.Span // what gives it: for variables, the text that names them
	Provenance []decode.Origin
}

// Resolve returns the documents as a target sees them, in the order of the
// files. The report holds what is wrong with their form.
func Resolve(files []*source.File, o Options) ([]Resolved, *diag.Report) {
	p := newProject(o)
	p.read(files, p.readOne)
	p.explain()
	var out []Resolved
	for i := range p.units {
		u := &p.units[i]
		r := Resolved{Path: u.doc.File.Path, Kind: u.kind, Name: u.name, Excluded: u.doc.Excluded}
		r.root, r.provenance = decode.Without(u.doc.Root, decode.PerTarget...), u.doc.Provenance
		if u.kind == schemas.KindConnection {
			r.root = hidden(r.root, r.provenance)
		}
		for _, k := range u.doc.Removed {
			r.Removed = append(r.Removed, RemovedKey{k.Path, k.Span})
		}
		out = append(out, r)
	}
	return out, p.report
}

// hidden returns a Connection with asterisks for literal secrets.
func hidden(root *document.Node, origins decode.Provenance) *document.Node {
	slug := ""
	if n := root.Get("connector"); n != nil {
		slug = n.Text
	}
	connector, _ := specs.ConnectorBySlug(slug)
	auth := root.Get("auth")
	params := auth.Get("params")
	if params == nil || params.Kind != document.MapKind {
		return root
	}
	shown := origins.CopyOf(params)
	shown.Pairs = nil
	for _, p := range params.Pairs {
		if p.Value.Kind.IsScalar() && isSecretParam(connector, p.Key.Text) && !isReference(p.Value.Text) {
			p.Value = origins.CopyOf(p.Value)
			p.Value.Kind, p.Value.Text = document.StringKind, "***"
		}
		shown.Pairs = append(shown.Pairs, p)
	}
	return replaced(root, "auth", replaced(auth, "params", shown))
}

// replaced returns a map with another value for one of its keys.
func replaced(n *document.Node, key string, value *document.Node) *document.Node {
	out := *n
	out.Pairs = nil
	for _, p := range n.Pairs {
		if p.Key.Text == key {
			p.Value = value
		}
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}

// JSON returns the document as JSON, keys in the order of the document.
func (r Resolved) JSON() json.RawMessage { return decode.JSON(r.root) }

// Values lists the scalars of the document, with where each comes from.
func (r Resolved) Values() []ResolvedValue {
	var out []ResolvedValue
	var walk func(path document.Path, n *document.Node)
	walk = func(path document.Path, n *document.Node) {
		if n.Kind.IsScalar() || len(n.Pairs)+len(n.Items) == 0 {
			out = append(out, ResolvedValue{path.String(), decode.JSON(n), n.Span, r.provenance[n]})
		}
		for _, p := range n.Pairs {
			walk(path.Field(p.Key.Text), p.Value)
		}
		for i, item := range n.Items {
			walk(path.Index(i), item)
		}
	}
	walk(nil, r.root)
	return out
}

// WriteYAML writes the document as YAML. With explain, a comment after every
// value says where it comes from.
func (r Resolved) WriteYAML(w io.Writer, explain bool) error {
	p := yamlPrinter{explain: explain, provenance: r.provenance}
	p.block(r.root, 0)
	if explain {
		for _, k := range r.Removed {
			p.line(0, "# "+output.Line(k.Path)+" is removed", "overlay, "+position(k.At))
		}
	}
	width := 0
	for _, l := range p.lines {
		if l.origin != "" && len(l.text) < 60 {
			width = max(width, len(l.text))
		}
	}
	for _, l := range p.lines {
		text := l.text
		if l.origin != "" {
			text = fmt.Sprintf("%-*s  # %s", width, l.text, l.origin)
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	return nil
}

type yamlPrinter struct {
	explain    bool
	provenance decode.Provenance
	lines      []yamlLine
}

type yamlLine struct{ text, origin string }

func (p *yamlPrinter) line(indent int, text, origin string) {
	if !p.explain {
		origin = ""
	}
	p.lines = append(p.lines, yamlLine{strings.Repeat("  ", indent) + text, origin})
}

func (p *yamlPrinter) block(n *document.Node, indent int) {
	for _, pair := range n.Pairs {
		key := document.QuoteKey(pair.Key.Text)
		p.value(key+":", pair.Value, indent)
	}
	for _, item := range n.Items {
		p.value("-", item, indent)
	}
}

func (p *yamlPrinter) value(head string, n *document.Node, indent int) {
	switch {
	case n.Kind == document.MapKind && len(n.Pairs) == 0:
		p.line(indent, head+" {}", p.whence(n))
	case n.Kind == document.ListKind && len(n.Items) == 0:
		p.line(indent, head+" []", p.whence(n))
	case !n.Kind.IsScalar():
		p.line(indent, head, "")
		p.block(n, indent+1)
	case n.Kind == document.StringKind:
		p.line(indent, head+" "+document.QuoteValue(n.Text), p.whence(n))
	case n.Kind == document.NullKind:
		p.line(indent, head+" null", p.whence(n))
	default:
		p.line(indent, head+" "+n.Text, p.whence(n))
	}
}

// whence says where a value comes from.
func (p *yamlPrinter) whence(n *document.Node) string {
	out := position(n.Span)
	for _, g := range p.provenance[n] {
		switch {
		case g.How == decode.Escaped:
			continue
		case g.How == decode.ByDefault:
			out += ", default"
		case g.How == decode.ByOverlay && !g.At.IsZero():
			out += ", overlay " + g.Name + " in place of " + position(g.At)
		case g.How == decode.ByVariable && !g.At.IsZero():
			out += ", variable " + g.Name + " of " + position(g.At)
		case g.How == decode.ByVariable:
			out += ", variable " + g.Name + " of " + g.From
		default:
			out += ", " + string(g.How) + " " + g.Name
		}
	}
	return out
}

func position(s source.Span) string { return output.Line(s.Path()) + ":" + strconv.Itoa(s.Pos().Line) }
