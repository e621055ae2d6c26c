package planner

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// diffImport takes over an object that exists on the platform. What the lockfile
// gets as applied is the object as it is, not what the documents ask for: the next
// plan shows the difference as ordinary changes.
func diffImport(n *node, live *resource.Live, e *env) {
	r, spec := n.resource, n.spec()
	n.compared = &compared{desired: decode(r.Body)}
	n.change.Action, n.change.Reason, n.change.ID = Import, ReasonImport, e.imports[r.Address]
	if owner, owned := e.owners()[resource.KeyOfObject(r.Address.Kind, n.change.ID)]; owned {
		n.problem = importOwned{r: *r, owner: owner}
		return
	}
	if live == nil {
		return
	}
	n.change.ETag = live.ETag
	if n.missing = live.Missing; n.missing || spec.Tag {
		return
	}
	aligned, err := spec.Align(n.desired, live.Body, e.Tenant, e.importedAs)
	if err != nil {
		return
	}
	n.live = live.Body
	aligned = spec.Ignoring(n.desired, aligned, r.IgnoredAt(e.At))
	for _, d := range spec.Diff(aligned, n.desired) {
		f := diffField(spec, d, phase{})
		f.change.Class, f.change.Live = ClassPending, f.change.Applied
		n.fields = append(n.fields, f)
	}
	n.change.Desired = aligned.JSON()
}

// Imports returns the IDs of the objects that the documents take over, by address: those that
// lifecycle.import names, and those of the parts of a dataflow among them, as far as live has it. lock has
// the names of the documents. A part that another entry or import has, or that is not on the
// platform, is left out.
func Imports(lock *lockfile.Lock, g *resource.Graph, live []resource.Live, tenant string) map[resource.Address]string {
	e := &env{Options: Options{Live: live, Tenant: cmp.Or(tenant, lock.Target.Tenant)}, lock: lock, graph: g}
	e.indexOwners()
	return e.findImports()
}

func (e *env) findImports() map[resource.Address]string {
	var ids map[resource.Address]string
	taken := map[resource.ObjectKey]bool{}
	add := func(a resource.Address, id string) {
		if ids == nil {
			ids = map[resource.Address]string{}
		}
		ids[a], taken[resource.KeyOfObject(a.Kind, id)] = id, true
	}
	all := e.graph.All()
	for i := range all {
		if all[i].Import != "" && !e.has(all[i].Address) {
			add(all[i].Address, e.bound(all[i].Import))
		}
	}
	for i := range all {
		if r := &all[i]; ids[r.Address] != "" && len(resource.SpecOf(r.Address.Kind).Parts) > 0 {
			e.eachPart(r, func(part resource.Address, id string) {
				key := resource.KeyOfObject(part.Kind, id)
				if _, owned := e.owners()[key]; !owned && !taken[key] && ids[part] == "" && !e.has(part) {
					add(part, id)
				}
			})
		}
	}
	return ids
}

// has reports whether an entry has an object.
func (e *env) has(a resource.Address) bool {
	entry, _ := e.lock.Get(a)
	return entry.ID != ""
}

// eachPart passes the parts of a resource that is taken over to found, with the ID that the object on the platform
// refers to in their place.
func (e *env) eachPart(r *resource.Resource, found func(part resource.Address, id string)) {
	for to, id := range e.referred(r) {
		part := liveOf(to, "", e)
		if slices.Contains(resource.SpecOf(r.Address.Kind).Parts, to.Kind) && (part == nil || !part.Missing) {
			found(to, id)
		}
	}
}

// referred yields what a resource that is taken over refers to, and the ID that the object on the
// platform has in its place.
func (e *env) referred(r *resource.Resource) iter.Seq2[resource.Address, string] {
	return func(yield func(resource.Address, string) bool) {
		spec, live := resource.SpecOf(r.Address.Kind), liveOf(r.Address, "", e)
		if live == nil || live.Missing {
			return
		}
		spec.Referred(decode(r.Body), live.Body, e.Tenant)(yield)
	}
}

// importedAs returns the value that a reference of an imported object has on the platform.
func (e *env) importedAs(_ resource.Path, ref resource.Ref) (string, bool) {
	entry, _ := e.lock.Get(ref.To)
	if n, ok := e.nodes[ref.To]; ok && n.change.Action == Import {
		entry = lockfile.Entry{ID: n.change.ID, ETag: n.change.ETag}
	}
	value, _ := entry.Output(ref.Field)
	return value, true
}

// hintImports notes where an object that is taken over uses another than the one that the documents
// create: the next plan then moves it to the new one.
func hintImports(list []*node, e *env) []Diagnostic {
	var out []Diagnostic
	noted := map[resource.Address]bool{}
	for _, n := range list {
		if n.change.Action != Import || n.excluded {
			continue
		}
		for to, id := range e.referred(n.resource) {
			made := e.nodes[to]
			isPart := slices.Contains(n.spec().Parts, to.Kind) // which is taken over if it can be
			if isPart || made == nil || made.change.Action != Create || noted[to] {
				continue
			}
			noted[to] = true
			keep := fmt.Sprintf("write `lifecycle: {import: {%s: %s}}` in the document of %s", to.Kind, id, to)
			if owner, owned := e.owners()[resource.KeyOfObject(to.Kind, id)]; owned {
				keep = fmt.Sprintf("name %s in the document of %s", owner, n.change.Address)
			}
			out = append(out, Diagnostic{
				Severity: "note", Code: string(diag.ImportPart), Origin: made.change.Origin,
				Message: fmt.Sprintf("%s is created, but %s, which is taken over, uses %s", to, n.change.Address, id),
				Help: fmt.Sprintf("to keep that one, %s; otherwise the next plan moves %s to the new one",
					keep, n.change.Address),
			})
		}
	}
	return out
}
