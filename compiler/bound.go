package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// lintBound reports IDs of one sandbox that a document has for several targets.
func lintBound(u *unit, targets []string, report *diag.Report) {
	for _, id := range schemas.BoundIDs(u.value()) {
		at := u.at(id.Path...)
		if id.Index >= 0 {
			at.Path = at.Path.Index(id.Index)
		}
		found := at.Doc.Find(at.Path)
		if !found.Here || slices.ContainsFunc(u.doc.Provenance[found.Node], func(o decode.Origin) bool {
			return o.How == decode.ByOverlay || o.How == decode.ByVariable
		}) {
			continue
		}
		if shared := sharing(u, id.Path, targets); len(shared) > 1 {
			report.Add(sandboxBound{at: at, id: id, targets: shared})
		}
	}
}

// sharing are those of targets, without the emulator, that a document is for and that have no value of their own at a
// path.
func sharing(u *unit, path, targets []string) []string {
	var out []string
	for _, target := range targets {
		if target != localTarget && decode.IsFor(u.doc.Root, target) && !overlays(u.doc.Overlays.Get(target), path) {
			out = append(out, target)
		}
	}
	return out
}

// overlays reports whether an overlay says what is at a path, or above it.
func overlays(n *document.Node, path []string) bool {
	for _, key := range path {
		if n == nil || n.Kind != document.MapKind {
			break
		}
		n = n.Get(key)
	}
	return n != nil
}

// value is the decoded document, nil when it is wrong.
func (u *unit) value() any {
	switch {
	case u.dataflow != nil:
		return u.dataflow
	case u.schema != nil:
		return u.schema
	case u.dataset != nil:
		return u.dataset
	case u.group != nil:
		return u.group
	case u.class != nil:
		return u.class
	case u.dataType != nil:
		return u.dataType
	}
	return nil
}

// sandboxBound: several targets have the ID of an object that exists in one of them.
type sandboxBound struct {
	at      decode.Place
	id      schemas.BoundID
	targets []string // that have it
}

func (p sandboxBound) Diagnose() diag.Diagnostic {
	key := p.id.Path[len(p.id.Path)-1]
	return diag.Diagnostic{
		Code: diag.SandboxBoundID, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` names an object of one sandbox, but is the same for the targets %s",
			strings.Join(p.id.Path, "."), words.List(p.targets, "and")),
		Labels: p.at.Labels("this ID exists in one of them"),
		Help: "give each target its own: `" + key + "` in an overlay, such as `targets: {" + p.targets[len(p.targets)-1] +
			": …}`, or `${var.NAME}` with a value per target; or describe the object in a document",
	}
}
