package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// lifecycle returns the lifecycle of a document, nil when it has none.
func (u *unit) lifecycle() *schemas.Lifecycle {
	switch {
	case u.dataflow != nil:
		return u.dataflow.Lifecycle
	case u.connection != nil:
		return u.connection.Lifecycle
	case u.schema != nil:
		return u.schema.Lifecycle
	case u.dataset != nil:
		return u.dataset.Lifecycle
	}
	return nil
}

// resolveLifecycle checks what a document says about its earlier name and about
// objects that exist.
func (p *project) resolveLifecycle(u *unit) {
	l := u.lifecycle()
	if l == nil {
		return
	}
	if l.MovedFrom == u.name && u.name != "" {
		p.report.Add(movedFromItself{at: u.at("lifecycle", "movedFrom"), name: u.name})
	}
	p.resolveImports(u, l.Import)
}

// owners reports what two documents claim: an object that exists, or what the
// lockfile has under an earlier name. Each pair of documents is reported once.
func (p *project) owners(lists [][]resource.Resource) {
	moved := map[resource.Address]*resource.Resource{}
	imported := map[resource.ObjectKey]*resource.Resource{}
	reported := map[source.Span]bool{}
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if !r.Moved.IsZero() {
				switch first, taken := moved[r.Moved]; {
				case !taken:
					moved[r.Moved] = r
				case !reported[r.MovedAt]:
					reported[r.MovedAt] = true
					p.report.Add(movedTwice{first, r})
				}
			}
			if r.Import == "" {
				continue
			}
			key := resource.KeyOfObject(r.Address.Kind, r.Import)
			if first, taken := imported[key]; taken {
				p.report.Add(importedTwice{first, r})
				continue
			}
			imported[key] = r
		}
	}
}

// movedTwice: two documents had the same name before.
type movedTwice struct{ first, second *resource.Resource }

func (p movedTwice) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MovedFrom, Severity: diag.Error, Path: "lifecycle.movedFrom",
		Message: fmt.Sprintf("`%s` and `%s` both have `movedFrom: %s`", p.first.Address, p.second.Address,
			p.first.Moved),
		Labels: []diag.Label{{Span: p.second.MovedAt, Text: "here"}, {Span: p.first.MovedAt, Text: "and here"}},
		Help:   "only one document can take over the previous name; remove the key from the other",
	}
}

// importedTwice: two documents take over the same object.
type importedTwice struct{ first, second *resource.Resource }

func (p importedTwice) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateImport, Severity: diag.Error, Path: "lifecycle.import." + string(p.second.Address.Kind),
		Message: fmt.Sprintf("`%s` and `%s` import the same object", p.first.Address, p.second.Address),
		Labels:  []diag.Label{{Span: p.second.ImportAt, Text: "here"}, {Span: p.first.ImportAt, Text: "and here"}},
		Help:    "an object has one owner: keep one import, or correct the id of the other",
	}
}
