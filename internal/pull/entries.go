package pull

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// collect adds what is pulled to the result.
func (u *pulling) collect() {
	changed := map[resource.Address]lockfile.Entry{}
	for _, i := range u.items {
		if i.refused || len(i.taken)+len(i.agreed) == 0 {
			continue
		}
		e := i.entry
		made, _ := u.graph.Get(i.Address)
		if bytes.Equal(i.Body.JSON(), e.Applied) && i.skips == 0 {
			e.Applied = made.Body.JSON()
		} else {
			e.Applied = i.merged(made)
		}
		e.ETag = cmp.Or(i.live.ETag, e.ETag)
		changed[i.Address] = e
	}
	for _, i := range u.items {
		for _, d := range i.follows {
			u.follow(i, d, changed)
		}
	}
	for _, old := range u.Lock.Entries {
		if e, ok := changed[old.Address]; ok {
			u.result.Pulled = append(u.result.Pulled, Pulled{e, u.fields(e)})
		}
	}
}

// fields are those of an entry that were pulled.
func (u *pulling) fields(e lockfile.Entry) (out []Field) {
	applied, _ := resource.Parse(e.Applied)
	now := resource.SpecOf(e.Address.Kind).Tree(applied)
	for _, i := range u.items {
		if i.Address != e.Address {
			continue
		}
		for _, d := range slices.Concat(i.taken, i.agreed) {
			to := d.To
			if v, ok := now.At(d.Path); ok && to != nil {
				to = &v // without the members that only the platform sets
			}
			out = append(out, Field{d.Path.String(), d.From, to})
		}
	}
	return out
}

// merged is the applied body with the values that were pulled, as the documents say them.
func (i *object) merged(made resource.Resource) []byte {
	spec := resource.SpecOf(i.Address.Kind)
	body, err := made.Body.Value()
	if err != nil {
		return i.entry.Applied
	}
	applied, tree := i.applied, spec.Tree(body)
	for _, d := range slices.Concat(i.taken, i.agreed) {
		var w *resource.Value
		if v, ok := tree.At(d.Path); ok {
			w = &v
		}
		applied = spec.Put(applied, d.Path, w)
	}
	return applied.JSON()
}

// follow notes that a dataflow uses another version of its mapping set, once that has been pulled.
func (u *pulling) follow(i *object, d resource.Difference, changed map[resource.Address]lockfile.Entry) {
	to := d.From.Ref.To
	n := slices.IndexFunc(u.items, func(i *object) bool { return i.Address == to })
	if n < 0 || u.items[n].refused || u.items[n].skips > 0 || u.items[n].live.ETag != d.To.Text {
		u.skip(i, d.Path.String(), "it uses another version of "+to.String()+", which was not pulled", i.Origin)
		return
	}
	set, ok := changed[to]
	if !ok {
		set = u.items[n].entry
	}
	set.ETag = d.To.Text
	changed[to] = set
	e, ok := changed[i.Address]
	if !ok {
		e = i.entry
	}
	e.Needs = slices.Clone(e.Needs)
	for k := range e.Needs {
		if e.Needs[k].To == to && e.Needs[k].Field == d.From.Ref.Field {
			e.Needs[k].ID = d.To.Text
		}
	}
	e.ETag = cmp.Or(i.live.ETag, e.ETag)
	changed[i.Address] = e
}
