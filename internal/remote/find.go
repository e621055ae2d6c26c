package remote

import (
	"cmp"
	"context"
	"iter"
	"regexp"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// Finder finds the objects of creates whose answers were lost. It reads a list that it cannot
// limit by name only once, so use another Finder for each look at the platform. A Finder may be
// used by several goroutines.
type Finder struct {
	Client platform.Doer
	Tenant string
	Owned  func(id string) bool // whether an object belongs to an entry already

	mu    sync.Mutex
	lists map[resource.Kind][]platform.Object
}

// Find returns the objects that a create may have made: all of its kind that have what it sent,
// that are not older than since, and that no entry owns. sent is the entry that the create makes.
func (f *Finder) Find(ctx context.Context, sent lockfile.Entry, since time.Time) ([]platform.Object, error) {
	kind := sent.Address.Kind
	spec := resource.SpecOf(kind)
	if spec.Of != "" {
		return f.onOther(ctx, spec, sent)
	}
	sent, err := sent.AsSent()
	if err != nil {
		return nil, err
	}
	name, err := f.nameOf(sent)
	if err != nil {
		return nil, err
	}
	var out []platform.Object
	for o, err := range f.candidates(ctx, spec, name) {
		if err != nil {
			return nil, err
		}
		h := headOf(o)
		if other := cmp.Or(h.Title, h.Name); other != "" && other != name || f.Owned(o.ID) || isOlder(o, since) {
			continue
		}
		o, ok, err := Read(ctx, f.Client, kind, o.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if diff, err := Compare(sent, o, f.Tenant, nil); err == nil && len(diff) == 0 {
			out = append(out, o)
		}
	}
	return out, nil
}

// Namesake returns the ID of an object that no entry owns with the title or name of what was sent; "" for none.
func (f *Finder) Namesake(ctx context.Context, sent lockfile.Entry) (id string, err error) {
	name, err := f.nameOf(sent)
	if err != nil || name == "" {
		return "", err
	}
	for o, err := range f.candidates(ctx, resource.SpecOf(sent.Address.Kind), name) {
		if err != nil {
			return "", err
		}
		if h := headOf(o); cmp.Or(h.Title, h.Name) == name && !f.Owned(o.ID) {
			return o.ID, nil
		}
	}
	return "", nil
}

// Shared returns the object of what was sent where projects share the objects of a kind: the one with the same value of
// the member that they share it by.
func (f *Finder) Shared(ctx context.Context, sent lockfile.Entry) (o platform.Object, ok bool, err error) {
	spec := resource.SpecOf(sent.Address.Kind)
	body, err := resource.Parse(sent.Applied)
	if err != nil {
		return platform.Object{}, false, err
	}
	want, _ := body.Get(spec.SharedBy)
	all, err := f.all(ctx, spec.Kind)
	for _, o := range all {
		live, err := resource.ParsePlain(o.Body)
		if err != nil {
			continue
		}
		if has, _ := live.Get(spec.SharedBy); has.Kind == resource.StringValue && has.Text == want.Text {
			return o, true, nil
		}
	}
	return platform.Object{}, false, err
}

// onOther returns the object that belongs to another and has the ID of that.
func (f *Finder) onOther(ctx context.Context, spec *resource.Spec, sent lockfile.Entry) ([]platform.Object, error) {
	for _, n := range sent.Needs {
		if n.Via != spec.Of || n.ID == "" {
			continue
		}
		o, ok, err := Read(ctx, f.Client, spec.Kind, n.ID)
		if err != nil || !ok {
			return nil, err
		}
		if diff, err := Compare(sent, o, f.Tenant, nil); err != nil || len(diff) > 0 {
			return nil, nil
		}
		return []platform.Object{o}, nil
	}
	return nil, nil
}

// nameOf returns the title or name of what was sent, "" when it has neither.
func (f *Finder) nameOf(sent lockfile.Entry) (string, error) {
	body, err := resource.Parse(sent.Applied)
	return specs.BindTenant(nameIn(body), f.Tenant), err
}

// nameIn returns the title or name in a body.
func nameIn(body resource.Value) string {
	title, _ := body.Get("title")
	name, _ := body.Get("name")
	return cmp.Or(title.Text, name.Text)
}

// plainName matches the names that the filters of all services take as they are.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]*$`)

// candidates lists the objects with a name where a filter can do that, else all of the kind.
func (f *Finder) candidates(ctx context.Context, spec *resource.Spec, name string) iter.Seq2[platform.Object, error] {
	if nameMember(spec) != "" && plainName.MatchString(name) {
		return list(ctx, f.Client, spec, name)
	}
	return func(yield func(platform.Object, error) bool) {
		all, err := f.all(ctx, spec.Kind)
		if err != nil {
			yield(platform.Object{}, err)
			return
		}
		for _, o := range all {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// all reads the list of a kind, or returns it when it was read before.
func (f *Finder) all(ctx context.Context, kind resource.Kind) ([]platform.Object, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if all, ok := f.lists[kind]; ok {
		return all, nil
	}
	all, err := platform.Collect(List(ctx, f.Client, kind))
	if err != nil {
		return nil, err
	}
	if f.lists == nil {
		f.lists = map[resource.Kind][]platform.Object{}
	}
	f.lists[kind] = all
	return all, nil
}

func isOlder(o platform.Object, since time.Time) bool {
	at := Created(o)
	return !at.IsZero() && at.Before(since)
}
