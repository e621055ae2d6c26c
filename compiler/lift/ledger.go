package lift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/resource"
)

// Class says what becomes of a member of an object.
type Class string

// The classes of members.
const (
	Written Class = "written" // a document says it
	Served  Class = "served"  // it belongs to the platform
	Lost    Class = "lost"    // a replacement of the object loses it
	Unknown Class = "unknown" // nothing is known of it
)

// Member is a member of objects that no document says and the platform does not own.
type Member struct {
	Kind    resource.Kind
	Path    string // with [] for the elements of lists
	Class   Class
	Objects []string // the addresses of those that have it
	Example string   // what kind of value it has, never the value
}

// Ledger accounts for every member of every object that documents of the project describe:
// counts says how many there are of each class, and the list has those that are neither written
// nor served. g holds what the documents lower to.
func (p *Project) Ledger(g *resource.Graph, tenant string) (counts map[Class]int, members []Member) {
	b := &book{counts: map[Class]int{}, rows: map[rowKey]*row{}, sizes: map[resource.Kind]int{}}
	owners := p.Owners(g, tenant)
	for _, r := range g.All() {
		o := owners[r.Address]
		if o == nil || o.Kind == resource.Union { // its schema is read as a schema
			continue
		}
		body, err := r.Body.Value()
		if err != nil {
			continue
		}
		b.sizes[o.Kind]++
		b.spec, b.address = resource.SpecOf(o.Kind), r.Address
		b.walk(nil, o.Body, body)
	}
	return b.counts, b.members()
}

type book struct {
	counts  map[Class]int
	rows    map[rowKey]*row
	sizes   map[resource.Kind]int
	spec    *resource.Spec
	address resource.Address
}

type rowKey struct {
	kind resource.Kind
	path string
}

type row struct {
	class   Class
	objects []string
	values  map[string]bool // digests
	example string
}

// walk compares a member of an object with what a document says in its place.
func (b *book) walk(at resource.Path, live, written resource.Value) {
	switch {
	case written.Kind == resource.ObjectValue && live.Kind == resource.ObjectValue:
		for _, f := range live.Fields {
			w, ok := written.Get(b.documented(f.Name, written))
			b.member(at.Field(f.Name), f.Value, w, ok)
		}
	case written.Kind == resource.ListValue && live.Kind == resource.ListValue:
		key, keyed := b.spec.KeyOf(at)
		for i, item := range live.Items {
			if !keyed {
				b.member(at.Index(i), item, nth(written, i), i < len(written.Items))
				continue
			}
			name := resource.KeyText(item, key)
			k := slices.IndexFunc(written.Items, func(w resource.Value) bool {
				return same(resource.KeyText(w, key), name) || b.refersTo(w, key)
			})
			b.member(at.Key(name), item, nth(written, k), k >= 0)
		}
	default:
		b.counts[Written]++
	}
}

// documented is the name of a member in a body: the tenant's namespace is a placeholder there.
func (b *book) documented(name string, written resource.Value) string {
	if _, ok := written.Get(name); ok || !strings.HasPrefix(name, "_") {
		return name
	}
	for _, f := range written.Fields {
		if same(f.Name, name) {
			return f.Name
		}
	}
	return name
}

// same reports whether a text of a body, with its placeholder, may stand for a text.
func same(written, live string) bool {
	before, after, has := strings.Cut(written, "{TENANT_ID}")
	if !has {
		return written == live
	}
	return len(live) >= len(before)+len(after) && strings.HasPrefix(live, before) && strings.HasSuffix(live, after)
}

// refersTo reports whether the key of an element is a reference, which stands for one that is not known here.
func (b *book) refersTo(w resource.Value, key string) bool {
	k, _ := w.Get(key)
	return k.Kind == resource.RefValue
}

func nth(v resource.Value, i int) resource.Value {
	if i < 0 || i >= len(v.Items) {
		return resource.Value{}
	}
	return v.Items[i]
}

// member accounts for one member.
func (b *book) member(at resource.Path, live, written resource.Value, ok bool) {
	isSecret := written.Kind == resource.SecretValue
	isPair := isObject(live) && isObject(written) || live.Kind == resource.ListValue && written.Kind == resource.ListValue
	switch {
	case ok && (isPair || isSecret || !isPair && !isOpen(live)):
		b.walk(at, live, written)
	case says0(live):
		b.counts[Served]++ // an empty value says nothing
	case isServed(b.spec.Kind, at, live):
		b.counts[Served]++
	case isObject(live) && !isWhole(at):
		for _, f := range live.Fields {
			b.member(at.Field(f.Name), f.Value, resource.Value{}, false)
		}
	default:
		b.note(at, live)
	}
}

func isObject(v resource.Value) bool { return v.Kind == resource.ObjectValue }

// isOpen reports whether a value has others in it.
func isOpen(v resource.Value) bool { return isObject(v) || v.Kind == resource.ListValue }

// isWhole reports whether a member is reported as one, whatever is in it.
func isWhole(at resource.Path) bool {
	return slices.ContainsFunc(lossy, func(p string) bool { return resource.Matches(p, at) })
}

// says0 reports whether a value is empty.
func says0(v resource.Value) bool {
	switch v.Kind {
	case resource.NullValue:
		return true
	case resource.StringValue:
		return v.Text == ""
	case resource.ListValue:
		return len(v.Items) == 0
	case resource.ObjectValue:
		return len(v.Fields) == 0
	}
	return false
}

func (b *book) note(at resource.Path, v resource.Value) {
	class := Unknown
	if isWhole(at) {
		class = Lost
	}
	key := rowKey{b.spec.Kind, general(at)}
	r := b.rows[key]
	if r == nil {
		r = &row{class: class, values: map[string]bool{}, example: masked(v)}
		b.rows[key] = r
	}
	b.counts[class]++
	r.values[resource.Digest(v.JSON())] = true
	if name := b.address.String(); !slices.Contains(r.objects, name) {
		r.objects = append(r.objects, name)
	}
}

// general is a path with [] for elements of lists.
func general(at resource.Path) string {
	var b strings.Builder
	for i, s := range at {
		switch {
		case s.Sort != resource.FieldStep:
			b.WriteString("[]")
		case i > 0:
			b.WriteString("." + s.Name)
		default:
			b.WriteString(s.Name)
		}
	}
	return b.String()
}

// masked says what kind of value a member has.
func masked(v resource.Value) string {
	switch v.Kind {
	case resource.StringValue:
		return fmt.Sprintf("text of %d characters", utf8.RuneCountInString(v.Text))
	case resource.NumberValue:
		return "a number"
	case resource.BoolValue:
		return v.Text
	case resource.ListValue:
		return fmt.Sprintf("a list of %d", len(v.Items))
	}
	return fmt.Sprintf("an object of %d members", len(v.Fields))
}

// members are the rows in order. A member of which nothing is known, and whose value differs between
// objects of what a replacement makes anew, is a setting that would be lost.
func (b *book) members() []Member {
	replaced := []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Flow}
	var out []Member
	for key, r := range b.rows {
		differs := len(r.values) > 1 || len(r.objects) < b.sizes[key.kind]
		if r.class == Unknown && differs && slices.Contains(replaced, key.kind) {
			b.counts[Unknown] -= len(r.objects)
			b.counts[Lost] += len(r.objects)
			r.class = Lost
		}
		slices.Sort(r.objects)
		out = append(out, Member{key.kind, key.path, r.class, r.objects, r.example})
	}
	slices.SortFunc(out, func(a, c Member) int {
		return cmp.Or(strings.Compare(string(a.Class), string(c.Class)), strings.Compare(string(a.Kind), string(c.Kind)),
			strings.Compare(a.Path, c.Path))
	})
	return out
}

// matches reports whether a row of the table is about a member.
func matches(row string, p resource.Path, v resource.Value) bool {
	pattern, value, limited := strings.Cut(row, "=")
	if !resource.Matches(pattern, p) {
		return false
	}
	return !limited || v.Text == value || value == "null" && v.Kind == resource.NullValue
}
