package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// Media types that the platform wants to see letter by letter.
const (
	fullSchemaType = "application/vnd.adobe.xed-full+json;version=1"
	schemaType     = "application/vnd.adobe.xed+json;version=1"
)

// lower turns a resolved document into resources.
func lower(u *unit, s *symbols) []resource.Resource {
	switch {
	case u.dataflow != nil:
		return lowerDataflow(u, s)
	case u.connection != nil:
		return []resource.Resource{lowerConnection(u)}
	case u.schema != nil:
		return lowerSchema(u, s)
	case u.dataset != nil:
		schema := s.schema(u.dataset.Schema)
		return append(lowerDatasetLabels(u), lowerDataset(u, schema, idOf(schema, u.dataset.Schema)))
	case u.group != nil:
		return append([]resource.Resource{lowerGroup(u, s)}, lowerOwnLabels(u, u.ownGroup.schemaSymbol)...)
	case u.class != nil:
		return append([]resource.Resource{lowerClass(u)}, lowerOwnLabels(u, u.ownClass.schemaSymbol)...)
	case u.dataType != nil:
		return []resource.Resource{lowerType(u)}
	case u.namespace != nil:
		return []resource.Resource{lowerNamespace(u)}
	}
	return nil
}

// made returns a resource with the needs that its body shows and further ones.
func made(u *unit, a resource.Address, at []string, v resource.Value, l *schemas.Lifecycle,
	further ...resource.Edge) resource.Resource {
	origin := u.doc.Lookup(at...)
	if u.doc.Defaulted {
		v = ownPlaces(v, u.doc.File)
	}
	r := resource.Resource{
		Address: a,
		Body:    resource.NewBody(v),
		Needs:   resource.NeedsOf(v, further...),
		Origin:  origin.Key,
	}
	if origin.Key.IsZero() {
		r.Origin = u.span(at...)
	}
	if r.Origin.File != u.doc.File { // a default
		r.Origin = u.span("name")
	}
	if l != nil {
		r.Protect = l.Protect
		if l.Adopted && u.dataflow != nil {
			r.Adopted = &resource.Adoption{Faults: u.adoptedFaults}
		}
		for _, i := range l.Import {
			if i.Kind == string(a.Kind) && !resource.SpecOf(a.Kind).IsDescriptor() || i.Kind == a.String() {
				r.Import, r.ImportAt = i.ID, u.own("lifecycle", "import", i.Kind)
			}
		}
		r.Ignores = ignoredOf(u, a.Kind, l.IgnoreChanges)
		if l.MovedFrom != "" {
			// What is made for a document carries its name, alone or at the front.
			r.Moved = resource.Address{Kind: a.Kind, Name: l.MovedFrom + strings.TrimPrefix(a.Name, u.name)}
			r.MovedAt = u.own("lifecycle", "movedFrom")
		}
	}
	return r
}

// own returns the place of a value in the document's own file: that of the name
// when the value comes from elsewhere.
func (u *unit) own(keys ...string) source.Span {
	if s := u.span(keys...); s.File == u.doc.File {
		return s
	}
	return u.span("name")
}

// ownPlaces takes away the places of values that lie in another file: a body
// keeps those of one.
func ownPlaces(v resource.Value, f *source.File) resource.Value {
	if v.Origin.File != f {
		v.Origin = source.Span{}
	}
	v.Items = slices.Clone(v.Items)
	for i := range v.Items {
		v.Items[i] = ownPlaces(v.Items[i], f)
	}
	v.Fields = slices.Clone(v.Fields)
	for i := range v.Fields {
		v.Fields[i].Value = ownPlaces(v.Fields[i].Value, f)
	}
	return v
}

// object builds an ordered object, leaving out fields without a value.
type object []resource.Field

func (o *object) add(name string, v resource.Value) { *o = append(*o, resource.F(name, v)) }

// text adds a text if it is not empty.
func (o *object) text(name, s string, at document.Found) {
	if s != "" {
		o.add(name, resource.String(s).At(at.Written()))
	}
}

func (o object) value() resource.Value { return resource.Object(o...) }

// title returns the first text that is not empty.
func title(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func spec(id string) resource.Value {
	return resource.Object(resource.F("id", resource.String(id)), resource.F("version", resource.String("1.0")))
}

func addr(k resource.Kind, name string) resource.Address {
	return resource.Address{Kind: k, Name: name}
}

// slug returns the part of an address for a path.
func slug(path string) string {
	return decode.AsName(strings.ReplaceAll(path, xdm.TenantNamespace, ""))
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}
