package compiler

import (
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/schemas"
)

// variant is a document as one target sees it: with the defaults of the project,
// the target's overlay, and variables applied.
type variant struct {
	*document.Document
	project    bool // aepflow.yaml, which has no key kind
	excluded   bool // not for the target
	defaulted  bool // some values come from aepflow.yaml
	removed    []removal
	provenance provenance
}

// kind returns the kind of the document, false when its key `kind` names none.
func (v *variant) kind() (string, bool) {
	if v.project {
		return schemas.KindProject, true
	}
	return KindOf(v.Document)
}

// with returns the variant with another root.
func (v *variant) with(root *document.Node) *variant {
	doc, out := *v.Document, *v
	doc.Root, out.Document = root, &doc
	return &out
}
