package decode

import (
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/source"
)

// Place is a path in a document; problems point with it.
type Place struct {
	Doc  *Variant
	Path document.Path
}

// Span returns the span of the value at the place.
func (p Place) Span() source.Span { return p.Doc.Span(p.Path) }

// Key returns the span of the key at the place, its value's when it has none.
func (p Place) Key() source.Span { return p.Doc.Find(p.Path).KeySpan() }

// Has reports whether the map at the place has a key.
func (p Place) Has(key string) bool { return p.Doc.Find(p.Path.Field(key)).Here }

// Labels returns the labels of the value at the place: through an alias, the
// use as well.
func (p Place) Labels(text string) []diag.Label {
	f := p.Doc.Find(p.Path)
	if f.Here && !f.Node.Alias().IsZero() {
		return f.Node.Where(text)
	}
	return diag.At(p.Span(), text)
}

// KeyLabels are Labels with the span of the key.
func (p Place) KeyLabels(text string) []diag.Label {
	labels := p.Labels(text)
	labels[0].Span = p.Key()
	return labels
}

// within says where a place is in words: "in `schedule`", or "at the top".
func (p Place) within() string {
	if len(p.Path) == 0 {
		return "at the top of the document"
	}
	return "in `" + p.Path.String() + "`"
}

// takes says where to read what the value at a place may be.
func (p Place) takes() string {
	if len(p.Path) == 0 {
		return ""
	}
	return "`aepflow explain " + p.topic() + "` shows what it takes"
}

// topic is the argument of `aepflow explain` for the place.
func (p Place) topic() string {
	kind, _ := p.Doc.Kind()
	return format.Topic(kind, p.Path)
}

// Fix replaces the value at a place when the document writes it as it is.
func (p Place) Fix(got, want string) *diag.Fix {
	if f := p.Doc.Find(p.Path); f.Here {
		return fixScalar(f.Node, got, want)
	}
	return nil
}

// FixKey replaces the key at a place when the document writes it as it is.
func (p Place) FixKey(got, want string) *diag.Fix {
	if s := p.Key(); s.Text() == got {
		return Replace(s, want)
	}
	return nil
}

// FixName replaces a name of the user's own making. A near name may as well be
// another thing, so only a slip of the hand is fixed.
func (p Place) FixName(got, want string) *diag.Fix {
	if !diag.Mistyped(got, want) {
		return nil
	}
	return p.Fix(got, want)
}

// PartLabels are the labels of a part of a scalar: through an alias, the use as
// well.
func (p Place) PartLabels(start, end int, text string) []diag.Label {
	labels := p.Doc.Find(p.Path).Node.Where(text)
	labels[0].Span = p.Part(start, end)
	return labels
}

// Part returns the place of a part of the scalar at p, given by offsets into its
// text; the whole scalar when its text is not the one in the file.
func (p Place) Part(start, end int) source.Span {
	n := p.Doc.Find(p.Path).Node
	if computed(p.Doc.Provenance[n]) {
		return n.Span
	}
	return n.Part(start, end)
}

// KeyPart returns the place of a part of the key at p, given by offsets into
// the key's text.
func (p Place) KeyPart(start, end int) source.Span {
	parent := p.Doc.Find(p.Path.Parent())
	if pair := parent.Node.Pair(p.Path[len(p.Path)-1].Key); pair != nil {
		return pair.Key.Part(start, end)
	}
	return p.Key()
}
