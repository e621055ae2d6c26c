package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/schemas"
)

// problem is a fault as facts.
type problem = diag.Problem

// resolver checks the rules that involve a whole document or other documents. Rules that
// involve no other document are functions.
type resolver struct {
	*symbols
	options Options
	report  *diag.Report
}

// dataflowResolver checks the rules of one dataflow that involve other documents.
type dataflowResolver struct {
	*resolver
	u *unit
}

// sourceResolver checks those about what the dataflow reads.
type sourceResolver struct {
	*resolver
	u *unit
}

// resolve checks rules that involve the whole document or other documents.
func (r *resolver) resolve(u *unit) {
	resolveLifecycle(u, r.report)
	lintBound(u, r.options.Targets, r.report)
	switch {
	case u.dataflow != nil:
		(&dataflowResolver{r, u}).resolve()
	case u.connection != nil:
		resolveConnection(u, r.report)
	case u.schema != nil:
		r.resolveSchema(u.ownSchema)
	case u.dataset != nil:
		r.resolveDataset(u.ownDataset)
	case u.group != nil:
		r.resolveGroup(u)
	case u.class != nil:
		r.resolveClass(u)
	case u.dataType != nil:
		r.resolveType(u)
	case u.namespace != nil:
		resolveNamespace(u, r.report)
	}
}

// missing reports a reference to a document that is not there, or not for the
// target.
func (r *resolver) missing(at decode.Place, kind, name string) {
	kinds := []string{kind}
	if kind == schemas.KindSchema || kind == schemas.KindDataset {
		kinds = append(kinds, schemas.KindDataflow)
	}
	for _, k := range append(kinds, "") {
		if r.unnamed[k] {
			return // it may be the document that has no name or kind, which is an error
		}
	}
	for _, k := range kinds {
		if u, ok := r.excluded[symbol{k, name}]; ok {
			r.report.Add(excludedReference{at: at, kind: k, name: name, target: r.options.Target,
				named: u.at("name").Key()})
			return
		}
	}
	r.report.Add(unknownReference{at: at, kind: kind, name: name, known: r.names[kind]()})
}
