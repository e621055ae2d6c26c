package compiler

import (
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/schemas"
)

// variant is a document as one target sees it: with the defaults of the project,
// the target's overlay, and variables applied.
type variant struct {
	*document.Document
	docKind    string // aepflow.yaml is a Project without saying so
	known      bool   // docKind is a kind
	excluded   bool   // not for the target
	defaulted  bool   // some values come from aepflow.yaml
	removed    []removal
	overlays   *document.Node // for all targets, nil for none
	provenance provenance
}

// variantOf returns a document before anything is applied to it.
func variantOf(d *document.Document) *variant {
	v := &variant{Document: d, provenance: provenance{}}
	v.docKind, v.known = format.KindOf(d)
	return v
}

// projectVariant returns aepflow.yaml.
func projectVariant(d *document.Document) *variant {
	return &variant{Document: d, docKind: schemas.KindProject, known: true}
}

// kind returns the kind of the document, false when its key `kind` names none.
func (v *variant) kind() (string, bool) { return v.docKind, v.known }

// with returns the variant with another root.
func (v *variant) with(root *document.Node) *variant {
	doc, out := *v.Document, *v
	doc.Root, out.Document = root, &doc
	if out.docKind != schemas.KindProject {
		out.docKind, out.known = format.KindOf(&doc)
	}
	return &out
}
