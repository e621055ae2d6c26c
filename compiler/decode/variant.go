package decode

import (
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/schemas"
)

// Variant is a document as one target sees it: with the defaults of the project,
// the target's overlay, and variables applied.
type Variant struct {
	*document.Document
	docKind    string // aepflow.yaml is a Project without saying so
	known      bool   // docKind is a kind
	Excluded   bool   // not for the target
	Defaulted  bool   // some values come from aepflow.yaml
	Removed    []removal
	Overlays   *document.Node // for all targets, nil for none
	Provenance Provenance
}

// variantOf returns a document before anything is applied to it.
func variantOf(d *document.Document) *Variant {
	v := &Variant{Document: d, Provenance: Provenance{}}
	v.docKind, v.known = format.KindOf(d)
	return v
}

// ProjectVariant returns aepflow.yaml.
func ProjectVariant(d *document.Document) *Variant {
	return &Variant{Document: d, docKind: schemas.KindProject, known: true}
}

// Kind returns the kind of the document, false when its key `kind` names none.
func (v *Variant) Kind() (string, bool) { return v.docKind, v.known }

// Emptied returns the variant without its tree, which takes most of its memory.
func (v *Variant) Emptied() *Variant {
	return v.with(&document.Node{Kind: document.MapKind, Span: v.Root.Span})
}

// with returns the variant with another root.
func (v *Variant) with(root *document.Node) *Variant {
	doc, out := *v.Document, *v
	doc.Root, out.Document = root, &doc
	if out.docKind != schemas.KindProject {
		out.docKind, out.known = format.KindOf(&doc)
	}
	return &out
}
