package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/lineage"
	"github.com/aepflow/aepflow/internal/resource"
)

// breaks finds what a change of the catalog breaks.
type breaks struct {
	graph         *resource.Graph
	flows         []lineage.Dataflow
	readers       map[string][]string // dataflows by source
	before, after *knowledge.Catalog
	// was is what was known; regrouped, with the field groups that the schemas have now.
	was, regrouped *knowledge.Facts
}

func newBreaks(
	g *resource.Graph, refs knowledge.References, before, after *knowledge.Catalog,
) (*breaks, error) {
	flows, err := lineage.Of(g)
	b := &breaks{
		graph: g, flows: flows, readers: map[string][]string{}, before: before, after: after,
		was: knowledge.NewFacts("", before), regrouped: knowledge.Regrouped(before, after),
	}
	for _, s := range refs.Sources {
		b.readers[knowledge.SourceName(s.Key(), s.Data)] = s.Dataflows
	}
	return b, err
}

func (b *breaks) of(c knowledge.Change) (out []catalogBreak) {
	if !c.Breaking() {
		return nil
	}
	for _, f := range b.flows {
		switch c.Kind {
		case knowledge.SourceRemoved, knowledge.ColumnRemoved, knowledge.ColumnRetyped:
			if slices.Contains(b.readers[c.Object], f.Name) {
				out = append(out, b.reading(f, c)...)
			}
		default:
			out = append(out, b.filling(f, c)...)
		}
	}
	return out
}

// reading are the mappings that read a column, and the other keys that name it.
func (b *breaks) reading(f lineage.Dataflow, c knowledge.Change) (out []catalogBreak) {
	if c.Path == "" {
		return []catalogBreak{{Dataflow: f.Name, Key: "source", Place: placeIfAny(f.Origin)}}
	}
	for _, field := range f.Fields {
		if field.Kind != lineage.Constant && slices.ContainsFunc(field.Columns, func(read string) bool {
			return overlap(withoutIndexes(resource.AttributeName(read)), withoutIndexes(c.Path))
		}) {
			out = append(out, catalogBreak{Dataflow: f.Name, Mapping: field.Path, Place: placeIfAny(field.Origin)})
		}
	}
	for _, use := range b.otherColumns(f.Name) {
		if use.column == c.Path {
			out = append(out, catalogBreak{Dataflow: f.Name, Key: use.key, Place: use.place})
		}
	}
	return out
}

// overlap reports whether one path is the other, or lies in it.
func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

func withoutIndexes(path string) string {
	var out strings.Builder
	depth := 0
	for _, r := range path {
		switch {
		case r == '[':
			depth++
		case r == ']' && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// columnUse is a key of a dataflow that names a column.
type columnUse struct {
	key, column string
	place       *shownPlace
}

// otherColumns are the columns that the delta and the filter of a dataflow name.
func (b *breaks) otherColumns(dataflow string) (out []columnUse) {
	for _, kind := range []resource.Kind{resource.Flow, resource.Source} {
		r, ok := b.graph.Get(resource.Address{Kind: kind, Name: dataflow})
		if !ok {
			continue
		}
		v, err := r.Body.Value()
		if err != nil {
			continue
		}
		v.Walk(func(at resource.Path, v resource.Value) {
			if len(at) < 2 || v.Kind != resource.StringValue {
				return
			}
			switch last, above := at[len(at)-1].Name, at[len(at)-2].Name; {
			case last == "name" && above == "deltaColumn":
				out = append(out, columnUse{"delta", v.Text, placeIfAny(v.Origin)})
			case last == "fieldName" && kind == resource.Source:
				out = append(out, columnUse{"filter", v.Text, placeIfAny(r.Origin)})
			}
		})
	}
	return out
}

// filling are the mappings that fill a field. Without one, a change of an identity or of a whole schema concerns the
// dataflow itself.
func (b *breaks) filling(f lineage.Dataflow, c knowledge.Change) (out []catalogBreak) {
	schema, parts := b.schemaOf(f)
	whole := catalogBreak{Dataflow: f.Name, Key: "target", Place: placeIfAny(f.Origin)}
	var places []string
	switch c.Kind {
	case knowledge.SchemaRemoved:
		if schema == c.Object {
			return []catalogBreak{whole}
		}
		return nil
	case knowledge.SchemaChanged:
		if schema == c.Object {
			return b.lost(f)
		}
		return nil
	case knowledge.PartRemoved:
		for path := range b.before.Parts[c.Object].Fields {
			places = append(places, b.before.Lies(schema, parts, c.Object, path)...)
		}
	default:
		places = append(b.before.Lies(schema, parts, c.Object, c.Path), b.after.Lies(schema, parts, c.Object, c.Path)...)
	}
	for _, field := range f.Fields {
		filled := strings.ReplaceAll(b.after.Path(field.Path), "[]", "")
		if slices.ContainsFunc(places, func(at string) bool { return filled == at || strings.HasPrefix(filled, at+".") }) {
			out = append(out, catalogBreak{Dataflow: f.Name, Mapping: field.Path, Place: placeIfAny(field.Origin)})
		}
	}
	primary := strings.HasSuffix(cmp.Or(c.After, c.Before), ", primary")
	if c.Kind == knowledge.IdentityAdded && !primary {
		return nil
	}
	if len(out) == 0 && strings.HasPrefix(string(c.Kind), "identity-") && schema == c.Object {
		out = append(out, whole)
	}
	return out
}

// lost are the mappings to fields of classes and field groups that the schema of a dataflow had and has no more.
func (b *breaks) lost(f lineage.Dataflow) (out []catalogBreak) {
	_, was, ok := b.was.Schema(f.Schema)
	_, is, still := b.regrouped.Schema(f.Schema)
	if !ok || !still {
		return nil
	}
	for _, field := range f.Fields {
		_, wrong := was.Find(field.Path)
		if _, now := is.Find(field.Path); wrong == nil && now != nil {
			out = append(out, catalogBreak{Dataflow: f.Name, Mapping: field.Path, Place: placeIfAny(field.Origin)})
		}
	}
	return out
}

// schemaOf returns the $id of the schema of a dataflow, or its address and the parts that are not documents.
func (b *breaks) schemaOf(f lineage.Dataflow) (id string, parts []string) {
	address, err := resource.ParseAddress(f.Schema)
	if err != nil {
		return b.after.ID(f.Schema), nil
	}
	r, ok := b.graph.Get(address)
	if !ok {
		return f.Schema, nil
	}
	v, err := r.Body.Value()
	if err != nil {
		return f.Schema, nil
	}
	list, _ := v.Get("allOf")
	for _, item := range list.Items {
		if ref, _ := item.Get("$ref"); ref.Kind == resource.StringValue {
			parts = append(parts, b.after.ID(ref.Text))
		}
	}
	return f.Schema, parts
}
