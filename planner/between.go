package planner

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// Side is a target: what its documents ask for, and what was applied to it.
type Side struct {
	Graph *resource.Graph
	Lock  *lockfile.Lock
}

// Where two targets differ.
const (
	InDocuments = "documents"
	InLockfiles = "lockfiles"
)

// Divergence is a resource in which two targets differ.
type Divergence struct {
	In      string // InDocuments, InLockfiles
	Address resource.Address
	Has     [2]bool // which of the targets have it
	Fields  []FieldDivergence
	// Applied says for each target whether its object is as its documents say.
	Applied [2]bool
	// Versions are those of mapping sets and of objects of the Schema Registry, "" where there is none.
	Versions [2]string
}

// FieldDivergence is a field with its value for each target, nil where it has none.
type FieldDivergence struct {
	Path   string
	Values [2]*resource.Value
}

// Between returns how two targets differ in meaning: first in what the documents ask for, then in what the lockfiles
// have beyond that, such as a change that was applied to one of them only. Both are sorted by name, then kind. IDs do
// not count, because references are compared by what they lead to.
func Between(first, second Side) ([]Divergence, error) {
	sides := [2]Side{first, second}
	all := map[resource.Address]bool{}
	for _, s := range sides {
		for _, r := range s.Graph.All() {
			all[r.Address] = true
		}
		for _, e := range s.Lock.Entries {
			all[e.Address] = e.ID != "" || all[e.Address]
		}
	}
	addresses := slices.SortedFunc(maps.Keys(all), func(a, b resource.Address) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.Compare(b))
	})
	var documents, lockfiles []Divergence
	for _, a := range addresses {
		if !all[a] {
			continue
		}
		inDocuments, inLockfiles, err := diverge(a, sides)
		if err != nil {
			return nil, err
		}
		if inDocuments.differs() {
			documents = append(documents, inDocuments)
		}
		if inLockfiles.differs() {
			lockfiles = append(lockfiles, inLockfiles)
		}
	}
	return append(documents, lockfiles...), nil
}

func (d Divergence) differs() bool { return d.Has[0] != d.Has[1] || len(d.Fields) > 0 }

// diverge compares one resource of two targets.
func diverge(a resource.Address, sides [2]Side) (inDocuments, inLockfiles Divergence, err error) {
	inDocuments = Divergence{In: InDocuments, Address: a}
	inLockfiles = Divergence{In: InLockfiles, Address: a}
	var wanted, applied [2]resource.Value
	for i, s := range sides {
		r, documented := s.Graph.Get(a)
		e, recorded := s.Lock.Get(a)
		recorded = recorded && e.ID != ""
		inDocuments.Has[i], inLockfiles.Has[i] = documented, recorded
		if documented {
			if wanted[i], err = r.Body.Value(); err != nil {
				return inDocuments, inLockfiles, err
			}
		}
		if recorded {
			if applied[i], err = resource.Parse(e.Applied); err != nil {
				return inDocuments, inLockfiles, err
			}
			inLockfiles.Versions[i] = versionOf(e)
		}
		inDocuments.Applied[i] = documented == recorded && (!documented || bytes.Equal(r.Body.JSON(), e.Applied))
	}
	inDocuments.Versions, inLockfiles.Applied = inLockfiles.Versions, inDocuments.Applied
	spec := resource.SpecOf(a.Kind)
	if inDocuments.Has == [2]bool{true, true} {
		inDocuments.Fields = fieldsBetween(spec, wanted)
	}
	switch {
	case inLockfiles.Has == [2]bool{true, true}:
		inLockfiles.Fields = slices.DeleteFunc(fieldsBetween(spec, applied), func(f FieldDivergence) bool {
			return slices.ContainsFunc(inDocuments.Fields, f.equal)
		})
	case inLockfiles.Has == inDocuments.Has:
		inLockfiles.Has = [2]bool{} // the documents say it already
	}
	return inDocuments, inLockfiles, nil
}

func fieldsBetween(spec *resource.Spec, v [2]resource.Value) []FieldDivergence {
	var out []FieldDivergence
	for _, d := range spec.Diff(v[0], v[1]) {
		out = append(out, FieldDivergence{d.Path.String(), [2]*resource.Value{d.From, d.To}})
	}
	return out
}

func (f FieldDivergence) equal(g FieldDivergence) bool {
	same := func(a, b *resource.Value) bool { return (a == nil) == (b == nil) && (a == nil || a.Equal(*b)) }
	return f.Path == g.Path && same(f.Values[0], g.Values[0]) && same(f.Values[1], g.Values[1])
}

// versionOf is the version of an object that people can compare: the ETag of Flow Service is none.
func versionOf(e lockfile.Entry) string {
	switch spec := resource.SpecOf(e.Address.Kind); spec.Answer {
	case resource.AnswerMapping, resource.AnswerRegistry:
		return e.ETag
	}
	return ""
}
