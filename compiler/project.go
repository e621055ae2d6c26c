package compiler

import (
	"cmp"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// project is every document of a compilation, by kind and name. While documents
// are resolved and lowered they see each other through find and names only. It has a
// method for each rule of a document because nearly all report, and look up others.
type project struct {
	options  Options
	units    []unit
	byName   map[nameKey]*unit
	excluded map[nameKey]*unit // documents that are not for the target
	unnamed  map[string]bool   // kinds of which a document has no name, "" when the kind is not known either
	named    map[string]bool   // names that documents refer to as a schema or a dataset
	report   *diag.Report
	tenant   string                              // of the target, "" when it is not known
	fields   map[*schemas.SchemaBody]*xdm.Schema // what fieldsOf has built
	known    *knownNames                         // to suggest one of them
	again    *reread
}

type nameKey struct{ kind, name string }

// index sorts the documents by place and finds names that are taken twice.
func (p *project) index() {
	slices.SortStableFunc(p.units, func(a, b unit) int { return cmp.Compare(a.doc.File.Path, b.doc.File.Path) })
	p.byName = make(map[nameKey]*unit, len(p.units))
	p.excluded, p.named, p.unnamed = map[nameKey]*unit{}, map[string]bool{}, map[string]bool{}
	for i := range p.units {
		u := &p.units[i]
		switch {
		case u.dataflow != nil:
			p.named[u.dataflow.Target.Schema.Ref], p.named[u.dataflow.Target.Dataset.Ref] = true, true
		case u.dataset != nil:
			p.named[u.dataset.Schema] = true
		}
		if u.name == "" || u.kind == "" {
			p.unnamed[u.kind] = p.unnamed[u.kind] || !u.doc.excluded
			continue
		}
		key := nameKey{u.kind, u.name}
		if u.doc.excluded {
			p.excluded[key] = u
			continue
		}
		if first, taken := p.byName[key]; taken {
			p.report.Add(duplicateName{first: p.whole(first), second: p.whole(u)})
			continue
		}
		p.byName[key] = u
	}
}

// find returns the document of a kind by name.
func (p *project) find(kind, name string) (*unit, bool) {
	if name == "" {
		return nil, false
	}
	u, ok := p.byName[nameKey{kind, name}]
	return p.whole(u), ok
}

// reread holds what was read again of documents whose tree was let go.
type reread struct {
	mu    sync.Mutex
	units map[*unit]*unit
}

// whole returns a document with its tree, which is read again if it was let go:
// another document refers to it.
func (p *project) whole(u *unit) *unit {
	if u == nil || !u.compiled || u.dataflow != nil {
		return u
	}
	p.again.mu.Lock()
	defer p.again.mu.Unlock()
	w := p.again.units[u]
	if w == nil {
		w = &read(u.doc.File, p.options).units[0]
		p.again.units[u] = w
	}
	return w
}

// missing reports a reference to a document that is not there, or not for the
// target.
func (p *project) missing(at place, kind, name string, known *nearest.Names) {
	kinds := []string{kind}
	if kind == schemas.KindSchema || kind == schemas.KindDataset {
		kinds = append(kinds, schemas.KindDataflow)
	}
	for _, k := range append(kinds, "") {
		if p.unnamed[k] {
			return // it may be the document that has no name or kind, which is an error
		}
	}
	for _, k := range kinds {
		if u, ok := p.excluded[nameKey{k, name}]; ok {
			p.report.Add(excludedReference{at: at, kind: k, name: name, target: p.options.Target,
				named: u.at("name").key()})
			return
		}
	}
	p.report.Add(unknownReference{at: at, kind: kind, name: name, known: known})
}

// knownNames are the names of what a project makes, by kind, listed when a
// reference first names something else.
type knownNames struct {
	mu     sync.Mutex
	byKind map[string]*nearest.Names
}

// names returns the names that a reference to a kind may have, sorted.
func (p *project) names(kind string) *nearest.Names {
	p.known.mu.Lock()
	defer p.known.mu.Unlock()
	if n, ok := p.known.byKind[kind]; ok {
		return n
	}
	var out []string
	for key, u := range p.byName {
		if key.kind == kind || key.kind == schemas.KindDataflow && u.makes(kind) {
			out = append(out, key.name)
		}
	}
	n := nearest.Of(sortedUnique(out))
	p.known.byKind[kind] = n
	return n
}

// clashes reports the resources that have an address which another has. An object
// that is written inside a dataflow takes the dataflow's name, which a document
// of its own may have too.
func (p *project) clashes(list []resource.Resource) {
	first := make(map[resource.Address]int, len(list))
	for i, r := range list {
		if other, taken := first[r.Address]; taken {
			p.report.Add(addressClash{r.Address, list[other].Origin, r.Origin})
			continue
		}
		first[r.Address] = i
	}
}

// distinctTitles reports whether every object of the registry has a title of its
// own.
func (p *project) distinctTitles(lists [][]resource.Resource) bool {
	first := map[string]*resource.Resource{}
	fine := true
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if r.Address.Kind != resource.Schema && r.Address.Kind != resource.FieldGroup {
				continue
			}
			title := registryTitle(*r)
			other, taken := first[title]
			switch {
			case !taken:
				first[title] = r
			case other.Address != r.Address: // duplicates are reported as such
				p.report.Add(titleClash{title, *other, *r})
				fine = false
			}
		}
	}
	return fine
}

func registryTitle(r resource.Resource) string {
	title, _ := r.Body.Member("title")
	return title.Text
}

// resolve checks rules that involve the whole document or other documents.
func (p *project) resolve(u *unit) {
	p.resolveLifecycle(u)
	switch {
	case u.dataflow != nil:
		p.resolveDataflow(u)
	case u.connection != nil:
		p.resolveConnection(u)
	case u.schema != nil:
		p.resolveSchemaBody(u, &u.schema.SchemaBody)
	case u.dataset != nil:
		p.resolveDataset(u)
	}
}

// lower turns a resolved document into resources.
func (p *project) lower(u *unit) []resource.Resource {
	switch {
	case u.dataflow != nil:
		return p.lowerDataflow(u)
	case u.connection != nil:
		return []resource.Resource{lowerConnection(u)}
	case u.schema != nil:
		return p.lowerSchema(u, nil, u.name, &u.schema.SchemaBody, u.schema.Lifecycle)
	case u.dataset != nil:
		return []resource.Resource{p.lowerDataset(u, nil, u.name, &u.dataset.DatasetBody,
			p.schemaOf(u, u.dataset.Schema), u.dataset.Lifecycle)}
	}
	return nil
}
