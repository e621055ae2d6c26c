package remote

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// fewNames is up to how many objects of a kind are looked for by name, with a call for each. More are looked for in the
// whole list.
const fewNames = 10

// Namesakes looks for objects that have the names of resources and that no entry owns. It looks for parents first,
// and for what refers to a parent only if that exists:
//
//   - the target connection and the mapping set of a dataflow are created with its source connection, so it looks for
//     them once it found that one;
//   - descriptors and tags belong to a schema, so it looks for them once it found that one.
//
// An empty sandbox then costs a call for each object that refers to no other, and a new dataflow that uses an existing
// connection costs one.
type Namesakes struct {
	Inventory *Inventory
	Lock      *lockfile.Lock                        // as the documents name its entries
	Tenant    func(context.Context) (string, error) // what {TENANT_ID} stands for; asked for at most once
	Given     map[resource.Address]string           // IDs of objects that the user chose
	Shared    bool                                  // also objects that projects share, which a create takes over
}

// Namesake is an object that has the name of a resource.
type Namesake struct {
	Address resource.Address
	platform.Object
	Differs []resource.Difference // From is what the document asks for, To what the platform has
	Apart   []resource.Path       // the fields among them that tell apart objects of one name
}

// Find returns the namesakes of resources, sorted by address, the oldest first.
func (n *Namesakes) Find(ctx context.Context, wanted []*resource.Resource) ([]Namesake, error) {
	owners, err := n.Lock.Owners()
	if err != nil {
		return nil, err
	}
	l := &look{
		Namesakes: n, owners: owners, wanted: map[resource.Address]*sought{}, count: map[resource.Kind]int{},
		lists: map[resource.Kind]*index{},
	}
	for _, r := range wanted {
		if l.wanted[r.Address], err = soughtOf(r); err != nil {
			return nil, err
		}
		l.count[r.Address.Kind]++
	}
	for _, s := range l.wanted {
		l.join(s)
	}
	for {
		ready := l.ready(wanted)
		if len(ready) == 0 {
			break
		}
		if err := l.read(ctx, ready); err != nil {
			return nil, err
		}
		for _, s := range ready {
			if err := l.note(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(l.found, func(a, b Namesake) int {
		return cmp.Or(a.Address.Compare(b.Address), Created(a.Object).Compare(Created(b.Object)), cmp.Compare(a.ID, b.ID))
	})
	return l.found, nil
}

// look is one Find.
type look struct {
	*Namesakes
	owners map[resource.ObjectKey]resource.Address
	wanted map[resource.Address]*sought
	count  map[resource.Kind]int
	lists  map[resource.Kind]*index
	found  []Namesake
	tenant *string // once it was asked for
}

// sought is a resource whose namesakes are looked for.
type sought struct {
	*resource.Resource
	body     resource.Value
	refs     []resource.Address
	name, id string // by which it is looked for
	single   bool   // by a call of its own
	objects  []platform.Object
	done     bool
	pair     *Namesake // the one object that may be it, nil for none or several
	several  bool
	whole    *sought // the dataflow that a part belongs to
	first    *sought // the part of the same dataflow that is looked for first, nil for that one itself
}

func soughtOf(r *resource.Resource) (*sought, error) {
	body, err := r.Body.Value()
	s := &sought{Resource: r, body: body}
	body.Walk(func(_ resource.Path, v resource.Value) {
		if v.Kind == resource.RefValue {
			s.refs = append(s.refs, v.Ref.To)
		}
	})
	return s, err
}

// join tells the parts of a dataflow of the dataflow.
func (l *look) join(flow *sought) {
	var first *sought
	for _, kind := range resource.SpecOf(flow.Address.Kind).Parts {
		for _, to := range flow.refs {
			if part := l.wanted[to]; part != nil && to.Kind == kind {
				part.whole, part.first = flow, first
				first = cmp.Or(first, part)
			}
		}
	}
}

func (l *look) askedTenant(ctx context.Context) (string, error) {
	if l.tenant == nil {
		tenant, err := l.Tenant(ctx)
		if err != nil {
			return "", err
		}
		l.tenant = &tenant
	}
	return *l.tenant, nil
}

// ready returns what can be looked for next: what has names in a list first.
func (l *look) ready(wanted []*resource.Resource) (named []*sought) {
	var unnamed []*sought
	for _, r := range wanted {
		s := l.wanted[r.Address]
		switch {
		case s.done || !l.isReady(s):
		case isListedByName(r.Address.Kind):
			named = append(named, s)
		default:
			unnamed = append(unnamed, s)
		}
	}
	if len(named) > 0 {
		return named
	}
	return unnamed
}

// isListedByName reports whether the objects of a kind have names that its list can be limited by.
func isListedByName(k resource.Kind) bool {
	spec := resource.SpecOf(k)
	return nameMember(spec) != "" && spec.Of == ""
}

func (l *look) isReady(s *sought) bool {
	switch {
	case l.Given[s.Address] != "":
		return true
	case s.whole != nil && l.Given[s.whole.Address] != "":
		return s.whole.done
	}
	pairs := 0
	for _, to := range s.refs {
		switch {
		case !isListedByName(to.Kind): // found after this one
		case l.id(to) == "" && (l.wanted[to] == nil || !l.wanted[to].several):
			return false
		case l.wanted[to] != nil:
			pairs++
		}
	}
	if s.first != nil {
		return s.first.pair != nil || s.first.several
	}
	isShared := resource.SpecOf(s.Address.Kind).SharedBy != ""
	return pairs > 0 || isListedByName(s.Address.Kind) || isShared && l.Shared
}

// id returns the ID of an object that exists, "" for none.
func (l *look) id(a resource.Address) string {
	if s := l.wanted[a]; s != nil {
		if s.pair == nil {
			return ""
		}
		return s.pair.ID
	}
	e, _ := l.Lock.Get(a)
	return e.ID
}

// read reads the objects that may be what is looked for: those of a name, or the whole list where that is cheaper.
func (l *look) read(ctx context.Context, ready []*sought) error {
	var whole []resource.Kind
	var single []*sought
	for _, s := range ready {
		kind := s.Address.Kind
		s.name, s.id = nameIn(s.body), cmp.Or(l.Given[s.Address], l.partOf(s))
		if !HasList(kind) {
			s.id = cmp.Or(s.id, l.id(s.refs[0]))
		}
		if resource.SpecOf(kind).SharedBy != "" {
			s.name = "" // it is known by another member
		}
		if strings.Contains(s.name, specs.TenantPlaceholder) {
			tenant, err := l.askedTenant(ctx)
			if err != nil {
				return err
			}
			s.name = specs.BindTenant(s.name, tenant)
		}
		isSingle := s.id != "" || isListedByName(kind) && plainName.MatchString(s.name)
		if s.single = isSingle && (l.count[kind] <= fewNames || !HasList(kind)); s.single {
			single = append(single, s)
		} else if !slices.Contains(whole, kind) {
			whole = append(whole, kind)
		}
	}
	lists, err := l.Inventory.Lists(ctx, whole...)
	if err != nil {
		return err
	}
	for kind, all := range lists {
		if l.lists[kind] == nil {
			l.lists[kind] = indexOf(all)
		}
	}
	return parallel.Calls(ctx, l.Inventory.limit, single, l.readOne)
}

// index is a whole list by name and by ID.
type index struct {
	all          []platform.Object
	byName, byID map[string][]platform.Object
}

func indexOf(all []platform.Object) *index {
	out := &index{all: all, byName: map[string][]platform.Object{}, byID: map[string][]platform.Object{}}
	for _, o := range all {
		h := headOf(o)
		name := cmp.Or(h.Title, h.Name)
		out.byName[name] = append(out.byName[name], o)
		out.byID[o.ID] = append(out.byID[o.ID], o)
	}
	return out
}

// readOne reads the objects of one name, or the one with an ID.
func (l *look) readOne(ctx context.Context, s *sought) (err error) {
	spec := resource.SpecOf(s.Address.Kind)
	if s.id == "" {
		s.objects, err = platform.Collect(list(ctx, l.Inventory.client, spec, s.name))
		return err
	}
	o, ok, err := Read(ctx, l.Inventory.client, spec.Kind, s.id)
	if ok && !IsUnset(spec.Kind, o) {
		s.objects = []platform.Object{o}
	}
	return err
}

// note compares the objects that may be what is looked for with what the document asks for.
func (l *look) note(ctx context.Context, s *sought) error {
	kind := s.Address.Kind
	spec := resource.SpecOf(kind)
	s.done = true
	if !s.single {
		if err := l.pick(ctx, s); err != nil {
			return err
		}
	}
	for _, o := range s.objects {
		h := headOf(o)
		_, isOwned := l.owners[resource.KeyOfObject(kind, o.ID)]
		if isOwned && !spec.Tag || s.id == "" && s.name != "" && cmp.Or(h.Title, h.Name) != s.name {
			continue
		}
		found, err := l.compare(ctx, s, spec, o)
		switch {
		case err != nil:
			return err
		case s.name == "" && len(found.Apart) > 0:
			continue // what has no name is known by its other fields
		case len(found.Apart) == 0 || l.Given[s.Address] != "":
			s.several = s.several || s.pair != nil
			s.pair = &found
		}
		l.found = append(l.found, found)
	}
	if s.several {
		s.pair = nil
	}
	return nil
}

// pick takes the objects that may be what is looked for from a whole list.
func (l *look) pick(ctx context.Context, s *sought) error {
	list := l.lists[s.Address.Kind]
	switch {
	case list == nil: // it is empty
	case s.id != "":
		s.objects = list.byID[s.id]
	case s.name != "":
		s.objects = list.byName[s.name]
	case resource.SpecOf(s.Address.Kind).Tag:
		s.objects = list.byID[l.id(s.refs[0])]
	default: // a descriptor
		for _, o := range list.all {
			isOther := func(to resource.Address) bool { return !bytes.Contains(o.Body, []byte(l.id(to))) }
			if !slices.ContainsFunc(s.refs, isOther) {
				s.objects = append(s.objects, o)
			}
		}
	}
	if s.id != "" && len(s.objects) == 0 {
		return l.readOne(ctx, s)
	}
	return nil
}

// partOf returns the ID that the dataflow of a part names, "" if that was not found.
func (l *look) partOf(s *sought) string {
	if s.whole == nil || s.whole.pair == nil {
		return ""
	}
	spec := resource.SpecOf(s.whole.Address.Kind)
	for to, id := range spec.Referred(s.whole.body, s.whole.pair.Body, "") {
		if to == s.Address {
			return id
		}
	}
	return ""
}

// compare compares an object with what a document asks for.
func (l *look) compare(ctx context.Context, s *sought, spec *resource.Spec, o platform.Object) (Namesake, error) {
	out := Namesake{Address: s.Address, Object: o}
	if spec.Tag {
		return out, nil // pick took the object that has the tag
	}
	tenant, err := l.askedTenant(ctx)
	if err != nil {
		return out, err
	}
	live, err := spec.Align(s.body, o.Body, tenant, func(_ resource.Path, r resource.Ref) (string, bool) {
		if id := l.id(r.To); r.Field == "id" && id != "" {
			return id, true
		}
		return "", false
	})
	if err != nil {
		return out, err
	}
	out.Differs = spec.Diff(s.body, live)
	for _, d := range out.Differs {
		if spec.TellsApart(s.body, d.Path) {
			out.Apart = append(out.Apart, d.Path)
		}
	}
	return out, nil
}
