package xdm

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

const maxNear = 3

// suggest fills Near and Groups of an error about an unknown path or namespace.
func (s *Schema) suggest(e *PathError) {
	steps, err := parsePath(e.Path)
	if err != nil || e.Code != UnknownPath && e.Code != WrongTenant {
		return
	}
	near := &nearPaths{schema: s, steps: steps}
	if s.own != nil {
		near.own()
	}
	if s.relational && len(steps) > 1 && strings.HasPrefix(steps[0].name, "_") {
		near.repair(s.standard, "", 1) // a namespace that only other schemas have
	}
	if s.standard != nil && e.Code == UnknownPath {
		near.repair(s.standard, "", 0)
		near.flat()
		e.Groups = s.groupsFor(steps)
	}
	e.Near = near.found
}

// nearPaths looks for paths of a schema that look like steps.
type nearPaths struct {
	schema *Schema
	steps  []step
	found  []string
}

// own looks below the tenant's namespace: whatever namespace was written, and
// also when none was.
func (p *nearPaths) own() {
	first := p.steps[0].name
	switch {
	case isTenant(first, p.schema.tenant):
		p.repair(p.schema.own, first, 1)
	case strings.HasPrefix(first, "_") && len(p.steps) > 1:
		p.repair(p.schema.own, TenantNamespace, 1)
	default:
		p.repair(p.schema.own, TenantNamespace, 0)
	}
}

func (p *nearPaths) add(path string) {
	if len(p.found) < maxNear && !slices.Contains(p.found, path) {
		p.found = append(p.found, path)
	}
}

// repair goes down with the segments that are right and replaces each that is
// not by its nearest sibling.
func (p *nearPaths) repair(n *node, path string, i int) {
	if i == len(p.steps) || len(p.found) == maxNear {
		p.add(path)
		return
	}
	st := p.steps[i]
	for n.isArray() {
		n, path = n.item, path+"[*]"
	}
	switch {
	case n.isMap():
		p.follow(n.item, Join(path, st.name), i)
	case p.schema.member(n, st.name) != nil:
		p.follow(p.schema.member(n, st.name), Join(path, st.name), i)
	default:
		for _, name := range p.schema.members(n).All(st.name) {
			p.follow(n.kid(name), Join(path, name), i)
		}
	}
}

// follow continues after segment i, which is n.
func (p *nearPaths) follow(n *node, path string, i int) {
	for _, index := range p.steps[i].indexes {
		if !n.isArray() {
			break
		}
		n, path = n.item, path+"["+index+"]"
	}
	p.repair(n, path, i+1)
}

// members are the names of the members of n that the schema has.
func (s *Schema) members(n *node) *nearest.Names {
	if n.own {
		return n.names
	}
	var out []string
	for _, k := range n.kids {
		if s.member(n, k.name) != nil {
			out = append(out, k.name)
		}
	}
	return nearest.Of(out)
}

// flat looks over all paths: first those that end the same way, then those
// that differ by few letters.
func (p *nearPaths) flat() {
	if len(p.found) > 0 {
		return
	}
	fields := p.schema.fields()
	last, first := p.steps[len(p.steps)-1].name, p.steps[0].name
	type hit struct {
		path string
		rank int
	}
	var hits []hit
	for _, f := range fields {
		if !maskOf(f.From).meets(p.schema.mask) {
			continue
		}
		end := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
		if !strings.EqualFold(strings.TrimSuffix(end, "[*]"), last) || strings.HasSuffix(f.Path, "[*]") {
			continue
		}
		rank := strings.Count(f.Path, ".")
		if head, _, _ := strings.Cut(f.Path, "."); len(p.steps) > 1 &&
			!strings.EqualFold(strings.TrimSuffix(head, "[*]"), first) {
			rank += 10
		}
		hits = append(hits, hit{f.Path, rank})
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(a.rank-b.rank, strings.Compare(a.path, b.path)) })
	// A word like `status` ends dozens of paths: that says nothing.
	if len(hits) <= 8 || len(p.steps) > 1 && hits[0].rank < 10 {
		for _, h := range hits {
			if len(hits) <= 8 || h.rank < 10 {
				p.add(h.path)
			}
		}
	}
	if len(p.found) > 0 {
		return
	}
	var all []string
	for _, f := range fields {
		if maskOf(f.From).meets(p.schema.mask) {
			all = append(all, f.Path)
		}
	}
	written := ""
	for _, st := range p.steps {
		written = Join(written, st.name)
	}
	for _, near := range nearest.Of(all).All(written) {
		p.add(near)
	}
}

func (s *Schema) fields() []specs.XDMField {
	switch s.class.ID {
	case ProfileClass:
		return specs.XDM().Profile
	case EventClass:
		return specs.XDM().Event
	}
	return nil
}

// groupsFor names the standard field groups that fit the class and would give
// the path.
func (s *Schema) groupsFor(steps []step) []string {
	everything := &Schema{class: s.class, tenant: s.tenant, standard: s.standard, mask: mask{^uint64(0), ^uint64(0)}}
	w := walk{schema: everything}
	f, err := w.down(s.standard, steps)
	if err != nil {
		return nil
	}
	var out []string
	for _, slug := range f.From {
		if g, ok := FieldGroupByName(slug, s.class); ok && g.Fits(s.class) {
			out = append(out, slug)
		}
	}
	// The smallest field group first: it adds the fewest other fields.
	slices.SortStableFunc(out, func(a, b string) int { return everything.size(a) - everything.size(b) })
	return out
}

func (s *Schema) size(slug string) int {
	for i, c := range specs.XDM().Components {
		if c.Slug == slug && c.Kind == "fieldgroup" {
			n := 0
			for _, f := range s.fields() {
				if slices.Contains(f.From, i) {
					n++
				}
			}
			return n
		}
	}
	return 0
}
