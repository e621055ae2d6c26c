package knowledge

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Change is one difference between two catalogs.
type Change struct {
	Kind   ChangeKind
	Object string // a connection and a table or file, or a $id
	Path   string // column, field, or identity; "" for the object itself
	Before string // "" for what is new; of parts, those that the schema has no more
	After  string // "" for what is gone; of parts, those that the schema had not
}

// ChangeKind says what changed.
type ChangeKind string

// The kinds of changes.
const (
	SourceAdded       ChangeKind = "source-added"
	SourceRemoved     ChangeKind = "source-removed"
	ColumnAdded       ChangeKind = "column-added"
	ColumnRemoved     ChangeKind = "column-removed"
	ColumnRetyped     ChangeKind = "column-retyped"
	SchemaAdded       ChangeKind = "schema-added"
	SchemaRemoved     ChangeKind = "schema-removed"
	SchemaChanged     ChangeKind = "schema-changed" // its title, class, field groups, or Profile
	PartAdded         ChangeKind = "part-added"
	PartRemoved       ChangeKind = "part-removed"
	PartChanged       ChangeKind = "part-changed" // its title
	FieldAdded        ChangeKind = "field-added"
	FieldRemoved      ChangeKind = "field-removed"
	FieldRetyped      ChangeKind = "field-retyped"
	FieldDeprecated   ChangeKind = "field-deprecated"
	FieldUndeprecated ChangeKind = "field-undeprecated"
	IdentityAdded     ChangeKind = "identity-added"
	IdentityRemoved   ChangeKind = "identity-removed"
	IdentityChanged   ChangeKind = "identity-changed"
)

// SourceName is how changes name a table or a file.
func SourceName(via, data string) string { return via + " " + data }

// Compare returns how two catalogs differ: sources, then schemas, then parts, each sorted.
func Compare(before, after *Catalog) []Change {
	d := &differ{}
	d.sources(before, after)
	d.schemas(before, after)
	d.parts(before, after)
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(kind ChangeKind, object, path, before, after string) {
	d.changes = append(d.changes, Change{kind, object, path, before, after})
}

// kinds are those of one thing that comes, goes, or changes.
type kinds struct{ added, removed, changed ChangeKind }

// words compares what two maps say in words.
func (d *differ) words(object string, before, after map[string]string, k kinds) {
	for _, name := range bothKeys(before, after) {
		was, had := before[name]
		is, has := after[name]
		switch {
		case !had:
			d.add(k.added, object, name, "", is)
		case !has:
			d.add(k.removed, object, name, was, "")
		case was != is:
			d.add(k.changed, object, name, was, is)
		}
	}
}

func (d *differ) sources(before, after *Catalog) {
	was, is := flatSources(before), flatSources(after)
	for _, name := range bothKeys(was, is) {
		old, had := was[name]
		now, has := is[name]
		switch {
		case !had:
			d.add(SourceAdded, name, "", "", "")
		case !has:
			d.add(SourceRemoved, name, "", "", "")
		default:
			d.words(name, wordsOf(old.Columns, typeOf), wordsOf(now.Columns, typeOf),
				kinds{ColumnAdded, ColumnRemoved, ColumnRetyped})
		}
	}
}

func flatSources(c *Catalog) map[string]Source {
	out := map[string]Source{}
	for via, all := range c.Sources {
		for data, s := range all {
			out[SourceName(via, data)] = s
		}
	}
	return out
}

func typeOf(typ string) string { return cmp.Or(typ, "?") }

func (d *differ) schemas(before, after *Catalog) {
	for _, id := range bothKeys(before.Schemas, after.Schemas) {
		old, had := before.Schemas[id]
		now, has := after.Schemas[id]
		switch {
		case !had:
			d.add(SchemaAdded, id, "", "", now.Title)
			continue
		case !has:
			d.add(SchemaRemoved, id, "", old.Title, "")
			continue
		}
		for _, m := range [][3]string{
			{"title", old.Title, now.Title}, {"class", old.Class, now.Class},
			{"parts", without(old.Parts, now.Parts), without(now.Parts, old.Parts)},
			{"profile", onOff(old.Profile), onOff(now.Profile)},
		} {
			if m[1] != m[2] {
				d.add(SchemaChanged, id, m[0], m[1], m[2])
			}
		}
		d.words(id, wordsOf(old.Identities, Identity.words), wordsOf(now.Identities, Identity.words),
			kinds{IdentityAdded, IdentityRemoved, IdentityChanged})
		d.fields(id, old.Fields, now.Fields)
		d.deprecated(id, old.Deprecated, now.Deprecated)
	}
}

func (d *differ) deprecated(id string, before, after []string) {
	for _, path := range after {
		if !slices.Contains(before, path) {
			d.add(FieldDeprecated, id, path, "", "")
		}
	}
	for _, path := range before {
		if !slices.Contains(after, path) {
			d.add(FieldUndeprecated, id, path, "", "")
		}
	}
}

func (d *differ) parts(before, after *Catalog) {
	for _, id := range bothKeys(before.Parts, after.Parts) {
		old, had := before.Parts[id]
		now, has := after.Parts[id]
		switch {
		case !had:
			d.add(PartAdded, id, "", "", now.Title)
		case !has:
			d.add(PartRemoved, id, "", old.Title, "")
		default:
			if old.Title != now.Title {
				d.add(PartChanged, id, "title", old.Title, now.Title)
			}
			d.fields(id, old.Fields, now.Fields)
			d.deprecated(id, old.Deprecated, now.Deprecated)
		}
	}
}

func (d *differ) fields(id string, before, after map[string]Field) {
	d.words(id, wordsOf(before, Field.words), wordsOf(after, Field.words),
		kinds{FieldAdded, FieldRemoved, FieldRetyped})
	for _, path := range slices.Sorted(maps.Keys(after)) {
		switch old, had := before[path]; {
		case had && !old.Deprecated && after[path].Deprecated:
			d.add(FieldDeprecated, id, path, "", "")
		case had && old.Deprecated && !after[path].Deprecated:
			d.add(FieldUndeprecated, id, path, "", "")
		}
	}
}

// words are all that a field says but that it is deprecated.
func (f Field) words() string {
	f.Deprecated = false
	short := Field{Type: f.Type, Ref: f.Ref}
	if compact(f) == compact(short) {
		return cmp.Or(f.Type, f.Ref)
	}
	if compact(f) == compact(Field{Type: "string", Format: f.Format}) {
		return f.Format
	}
	return compact(f)
}

func (i Identity) words() string {
	if i.Primary {
		return i.Namespace + ", primary"
	}
	return i.Namespace
}

// without names what a list has and another one does not.
func without(list, other []string) string {
	list = slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(other, id) })
	return strings.Join(list, ", ")
}

func onOff(is bool) string {
	if is {
		return "true"
	}
	return "false"
}

func wordsOf[V any](m map[string]V, words func(V) string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = words(v)
	}
	return out
}

// bothKeys are the keys of two maps, sorted.
func bothKeys[V any](a, b map[string]V) []string {
	all := make(map[string]bool, len(a)+len(b))
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// Breaking reports whether a change can break a mapping that reads or fills what changed.
func (c Change) Breaking() bool {
	switch c.Kind {
	case SourceRemoved, ColumnRemoved, ColumnRetyped, SchemaRemoved, PartRemoved, FieldRemoved, FieldRetyped,
		FieldDeprecated, IdentityRemoved, IdentityChanged, IdentityAdded:
		return true
	case SchemaChanged:
		return c.Path == "class" || c.Path == "parts"
	}
	return false
}

// Lies reports where in a schema a field of a resource lies: the resource is the schema itself, its class, a field
// group, or a data type of one of their fields. Paths have no indexes. parts are the classes and field groups of the
// schema.
func (c *Catalog) Lies(schema string, parts []string, resource, path string) []string {
	path = bare(path)
	if schema == resource {
		return []string{path}
	}
	var out []string
	x := &search{catalog: c, want: resource, left: maxFields}
	if s, ok := c.Schemas[schema]; ok {
		parts = append(slices.Clone(s.Parts), s.Class)
		x.fields("", s.Fields, nil)
	}
	for _, id := range parts {
		x.part("", id, nil)
	}
	for _, at := range x.found {
		out = append(out, strings.Trim(at+"."+path, "."))
	}
	return out
}

// search finds the places of a resource below parts.
type search struct {
	catalog *Catalog
	want    string
	found   []string
	left    int
}

func (x *search) part(at, id string, trail []string) {
	if id == x.want {
		x.found = append(x.found, at)
		return
	}
	if part, ok := x.catalog.Parts[id]; ok && !slices.Contains(trail, id) {
		x.fields(at, part.Fields, append(trail, id))
	}
}

func (x *search) fields(at string, fields map[string]Field, trail []string) {
	for path, f := range fields {
		if x.left--; f.Ref != "" && x.left > 0 {
			x.part(strings.Trim(at+"."+bare(path), "."), f.Ref, trail)
		}
	}
}

// bare is a path without indexes and without the keys of maps.
func bare(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "[]", ""), ".*", "")
}
