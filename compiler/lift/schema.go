package lift

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// relationalBehavior is what a relational schema extends in place of a class.
const relationalBehavior = "https://ns.adobe.com/xdm/data/adhoc-v2"

// schema makes a Schema document of a schema, its own field group, its descriptors, and its
// Profile tag. called returns how documents name another schema, or a field group.
func (x *index) schema(
	o *Object, name string, called func(kind resource.Kind, id string) string,
) (*Document, string) {
	s := &schemas.Schema{Kind: schemas.KindSchema, Name: name}
	s.Title, s.Description = text(o.text("title")), text(o.text("description"))
	d := &Document{Kind: schemas.KindSchema, Name: name, Value: s, Objects: []*Object{o}}
	if s.Title == "" {
		return nil, "it has no title"
	}
	b := schemaBuilder{index: x, document: d, schema: s, object: o, called: called, own: map[string]bool{}}
	reason := ""
	if slices.ContainsFunc(at(o.Body, "meta:extends").Items, isRelational) {
		reason = b.relational()
	} else {
		reason = b.composed()
	}
	if reason != "" {
		return nil, reason
	}
	b.descriptors()
	if tag := x.get(resource.Union, o.ID); tag != nil {
		s.Profile = true
		d.Objects = append(d.Objects, tag)
	}
	return d, ""
}

func isRelational(v resource.Value) bool { return v.Text == relationalBehavior }

type schemaBuilder struct {
	*index
	document *Document
	schema   *schemas.Schema
	object   *Object
	called   func(kind resource.Kind, id string) string
	own      map[string]bool // paths of own fields, without the namespace
}

// composed reads the class and the field groups of a schema.
func (b *schemaBuilder) composed() string {
	var groups []string
	class := ""
	for _, part := range at(b.object.Body, "allOf").Items {
		ref := at(part, "$ref").Text
		known, _ := xdm.ClassByName(ref)
		isClass := known.Known()
		switch {
		case len(part.Fields) != 1 && (ref == "" || at(part, "properties").Kind == resource.ObjectValue):
			return "it defines fields without a field group"
		case ref == "" || strings.HasPrefix(ref, "#"):
			return "it defines fields without a field group"
		case class == "" && (isClass || strings.Contains(ref, "/classes/")):
			class = ref
		case isClass:
			return "it has two classes"
		default:
			groups = append(groups, ref)
		}
	}
	if class == "" {
		return "it has no class that is known"
	}
	if at(b.object.Body, "definitions").Kind == resource.ObjectValue {
		return "it defines fields without a field group"
	}
	b.schema.Class = classWord(b.named(resource.Class, class))
	known, _ := xdm.ClassByName(class)
	for _, id := range groups {
		if own := b.ownGroup(id, class); own != nil {
			b.document.Objects = append(b.document.Objects, own)
			continue
		}
		name := b.called(resource.FieldGroup, id)
		b.schema.FieldGroups = append(b.schema.FieldGroups, groupWord(name, known))
	}
	b.labelAdobes(append(groups, class))
	return ""
}

// ownGroup reads the field group that lowering would make for the schema's own fields, nil
// when the group is another one.
func (b *schemaBuilder) ownGroup(id, class string) *Object {
	g := b.get(resource.FieldGroup, id)
	extends := at(g.body(), "meta:intendedToExtend").Items
	if g == nil || g.text("title") != b.object.text("title")+" fields" || g.text("description") != "" ||
		len(extends) != 1 || extends[0].Text != class || len(b.schema.Fields) > 0 ||
		b.users[resource.KeyOfObject(resource.FieldGroup, id)] != 1 {
		return nil
	}
	fields, ok := b.groupFields(g)
	if !ok {
		return nil
	}
	b.schema.Fields = fields
	for _, f := range fields {
		b.own[f.Path] = true
	}
	b.labelOwn(b.document, g, b.index.own(), fields)
	return g
}

// groupFields reads the fields of a field group; false when a document cannot describe it.
func (x *index) groupFields(g *Object) (schemas.Fields, bool) {
	parts := at(g.Body, "allOf").Items
	if len(parts) != 1 || at(parts[0], "$ref").Text != "#/definitions/fields" {
		return nil, false
	}
	return x.definedFields(g)
}

// definedFields reads the fields below the tenant's namespace that an object defines in one place.
func (x *index) definedFields(o *Object) (schemas.Fields, bool) {
	definitions := at(o.Body, "definitions")
	roots := at(definitions, "fields.properties")
	if len(definitions.Fields) != 1 || len(roots.Fields) != 1 || roots.Fields[0].Name != "_"+x.Tenant {
		return nil, false
	}
	return x.fieldsOf(roots.Fields[0].Value, nil)
}

// fieldGroup makes a FieldGroup document of a field group that schemas share, or that is not the
// one that lowering makes for the own fields of a schema.
func (x *index) fieldGroup(o *Object, name string) (*Document, string) {
	g := &schemas.FieldGroup{Kind: schemas.KindFieldGroup, Name: name}
	g.Title, g.Description = text(o.text("title")), text(o.text("description"))
	for _, class := range at(o.Body, "meta:intendedToExtend").Items {
		g.Classes = append(g.Classes, classWord(x.named(resource.Class, class.Text)))
	}
	var ok bool
	if g.Fields, ok = x.groupFields(o); !ok || len(g.Classes) == 0 || g.Title == "" {
		return nil, "it has fields that no document can describe; schemas name it by its $id"
	}
	d := &Document{Kind: schemas.KindFieldGroup, Name: name, Value: g, Objects: []*Object{o}}
	x.labelOwn(d, o, x.own(), g.Fields)
	return d, ""
}

// class makes a Class document of a class.
func (x *index) class(o *Object, name string) (*Document, string) {
	c := &schemas.Class{Kind: schemas.KindClass, Name: name}
	c.Title, c.Description = text(o.text("title")), text(o.text("description"))
	const undescribed = "it has fields that no document can describe; schemas name it by its $id"
	parts, own := at(o.Body, "allOf").Items, false
	for _, part := range parts {
		switch ref := at(part, "$ref").Text; {
		case ref == xdm.RecordBehavior && c.Behavior == "":
			c.Behavior = "record"
		case ref == xdm.TimeSeriesBehavior && c.Behavior == "":
			c.Behavior = "time-series"
		case ref == "#/definitions/fields" && !own:
			own = true
		default:
			return nil, undescribed
		}
	}
	if own {
		var ok bool
		if c.Fields, ok = x.definedFields(o); !ok {
			return nil, undescribed
		}
	}
	if c.Behavior == "" || c.Title == "" || !own && at(o.Body, "definitions").Kind == resource.ObjectValue {
		return nil, undescribed
	}
	d := &Document{Kind: schemas.KindClass, Name: name, Value: c, Objects: []*Object{o}}
	x.labelOwn(d, o, x.own(), c.Fields)
	return d, ""
}

// dataType makes a DataType document of a data type.
func (x *index) dataType(o *Object, name string) (*Document, string) {
	t := &schemas.DataType{Kind: schemas.KindDataType, Name: name}
	t.Title, t.Description = text(o.text("title")), text(o.text("description"))
	var ok bool
	isPlain := at(o.Body, "allOf").Kind == resource.NullValue && at(o.Body, "definitions").Kind == resource.NullValue
	t.Fields, ok = x.fieldsOf(only(o.Body, "type", "properties", "required"), nil)
	if !ok || !isPlain || t.Title == "" {
		return nil, "it has fields that no document can describe; fields name it by its $id"
	}
	return &Document{Kind: schemas.KindDataType, Name: name, Value: t, Objects: []*Object{o}}, ""
}

// body is that of an object, null for none.
func (o *Object) body() resource.Value {
	if o == nil {
		return resource.Value{}
	}
	return o.Body
}

// classWord is the short name of a class where it has one.
func classWord(id string) string {
	switch id {
	case xdm.ProfileClass:
		return "profile"
	case xdm.EventClass:
		return "event"
	}
	return id
}

// groupWord is the well-known name of a field group where it has one.
func groupWord(id string, class xdm.Class) string {
	g, ok := xdm.FieldGroupByName(id, class)
	if !ok || g.ID != id || !g.Fits(class) {
		return id
	}
	if again, _ := xdm.FieldGroupByName(g.Slug, class); again.ID != id {
		return id
	}
	return g.Slug
}

// relational reads a relational schema, which defines its fields itself.
func (b *schemaBuilder) relational() string {
	r := &schemas.Relational{}
	if behavior := b.object.text("meta:behaviorType"); behavior != "record" {
		r.Behavior = behavior
	}
	for _, d := range b.index.descriptors[lastPart(b.object.ID)] {
		paths := b.properties(d)
		switch d.text("@type") {
		case resource.PrimaryKeyDescriptor:
			r.PrimaryKey = paths
		case resource.VersionDescriptor:
			r.Version = strings.Join(paths, "")
		case resource.TimestampDescriptor:
			r.Timestamp = strings.Join(paths, "")
		}
	}
	if len(r.PrimaryKey) == 0 || r.Version == "" {
		return "it has no primary key, or no version"
	}
	definitions, parts := at(b.object.Body, "definitions"), at(b.object.Body, "allOf").Items
	if len(parts) != 1 || at(parts[0], "$ref").Text != "#/definitions/fields" || len(definitions.Fields) != 1 {
		return "it does not define its fields in one place"
	}
	fields, ok := b.fieldsOf(at(definitions, "fields"), func(f *schemas.OwnField) {
		if slices.Contains(r.PrimaryKey, f.Path) || f.Path == r.Version || f.Path == r.Timestamp {
			f.Required = false // a key implies it
		}
		if slices.Contains(r.PrimaryKey, f.Path) && f.MinLength != nil && *f.MinLength == 1 {
			f.MinLength = nil
		}
	})
	if !ok {
		return "it has fields that no document can describe"
	}
	b.schema.Relational, b.schema.Fields = r, fields
	b.labelOwn(b.document, b.object, "", fields)
	for _, f := range fields {
		b.own[f.Path] = true
	}
	return ""
}

// properties are the fields that a descriptor is about.
func (b *schemaBuilder) properties(d *Object) []string {
	property := at(d.Body, "xdm:sourceProperty")
	var out []string
	for _, v := range append(slices.Clone(property.Items), property) {
		if v.Kind == resource.StringValue {
			out = append(out, xdm.DottedPath(v.Text))
		}
	}
	return out
}

// short is the path of a field as a document writes it: without the namespace where it is
// the schema's own.
func (b *schemaBuilder) short(dotted string) string {
	if own, ok := strings.CutPrefix(dotted, "_"+b.Tenant+"."); ok && b.owns(own) {
		return own
	}
	return b.path(dotted)
}

// owns reports whether a path is that of an own field, or of an object that own fields lie in.
func (b *schemaBuilder) owns(path string) bool {
	for own := range b.own {
		plain := strings.ReplaceAll(own, "[*]", "")
		if plain == path || strings.HasPrefix(plain, path+".") {
			return true
		}
	}
	return false
}

// descriptors reads what the schema says about its fields. A descriptor that no document can
// describe is noted.
func (b *schemaBuilder) descriptors() {
	list := slices.Clone(b.index.descriptors[lastPart(b.object.ID)])
	// In the order of the schema's fields people read better than in that of creation.
	slices.SortStableFunc(list, func(a, c *Object) int {
		isPrimary := func(o *Object) int {
			if o.text("xdm:isPrimary") == "true" {
				return 0
			}
			return 1
		}
		return cmp.Or(isPrimary(a)-isPrimary(c), strings.Compare(a.text("xdm:sourceProperty"), c.text("xdm:sourceProperty")))
	})
	seen := map[string]bool{}
	for _, d := range list {
		reason, paths := "", b.properties(d)
		key := string(d.Kind) + " " + strings.Join(paths, ",")
		switch {
		case d.Kind == resource.Label:
			if b.schema.Relational == nil {
				b.document.Left = append(b.document.Left, Left{d, "it labels a field of the schema, not of its field group"})
			}
			continue
		case b.schema.Relational != nil && d.Kind == resource.Key:
			b.document.Objects = append(b.document.Objects, d)
			continue
		case d.Kind == resource.Key:
			reason = "only relational schemas have keys"
		case len(paths) != 1:
			reason = "it is not about one field"
		case seen[key]:
			reason = "the field has another one"
		default:
			reason = b.descriptor(d, b.short(paths[0]))
		}
		if reason != "" {
			b.document.Left = append(b.document.Left, Left{d, reason})
			continue
		}
		seen[key] = true
		b.document.Objects = append(b.document.Objects, d)
	}
}

// descriptor writes what a descriptor says, or returns why it cannot.
func (b *schemaBuilder) descriptor(d *Object, path string) string {
	s := b.schema
	switch d.Kind {
	case resource.Descriptor:
		if d.text("xdm:property") == "xdm:id" { // reads write the code where they know it
			return "it names a namespace by a number that no visible namespace has"
		}
		s.Identities = append(s.Identities, schemas.Identity{
			Path: path, Namespace: text(d.text("xdm:namespace")), Primary: d.text("xdm:isPrimary") == "true",
		})
	case resource.ReferenceIdentity:
		s.ReferenceIdentities = append(s.ReferenceIdentities,
			schemas.Reference{Path: path, Namespace: text(d.text("xdm:identityNamespace"))})
	case resource.Relationship:
		reference := b.referenceAt(d.text("xdm:sourceProperty"))
		if reference == nil {
			return "the field has no reference identity"
		}
		s.Relationships = append(s.Relationships, b.relationship(d, path, reference.text("xdm:identityNamespace")))
	case resource.Display:
		name := schemas.DisplayName{
			Path: path, Title: text(d.text("xdm:title.en_us")), Description: text(d.text("xdm:description.en_us")),
			Suggestions: choicesOf(at(d.Body, "meta:enum")), HiddenSuggestions: choicesOf(at(d.Body, "xdm:excludeMetaEnum")),
		}
		s.DisplayNames = append(s.DisplayNames, name)
	case resource.Deprecated:
		s.Deprecated = append(s.Deprecated, path)
	}
	return ""
}

// referenceAt is the reference identity of a field, nil for none.
func (b *schemaBuilder) referenceAt(property string) *Object {
	for _, d := range b.index.descriptors[lastPart(b.object.ID)] {
		if d.Kind == resource.ReferenceIdentity && d.text("xdm:sourceProperty") == property {
			return d
		}
	}
	return nil
}

// isIdentified reports whether a relationship agrees with the primary identity of the schema that it leads to.
// Documents check that for a schema of theirs, and the platform does not.
func (b *schemaBuilder) isIdentified(d *Object, namespace string) bool {
	for _, other := range b.index.descriptors[lastPart(d.text("xdm:destinationSchema"))] {
		if other.Kind != resource.Descriptor || other.text("xdm:isPrimary") != "true" {
			continue
		}
		field, far := d.text("xdm:destinationProperty"), d.text("xdm:destinationNamespace")
		primary := other.text("xdm:namespace")
		isOtherField := field != "" && field != other.text("xdm:sourceProperty")
		return (namespace == primary || isOtherField) && (far == "" || far == primary)
	}
	return false
}

// relationship reads a relationship of a field that refers by a namespace.
func (b *schemaBuilder) relationship(d *Object, path, namespace string) schemas.Relationship {
	schema := b.id(d.text("xdm:destinationSchema"))
	if b.isIdentified(d, namespace) {
		schema = b.called(resource.Schema, d.text("xdm:destinationSchema"))
	}
	r := schemas.Relationship{
		Path: path, Schema: schema,
		Cardinality: d.text("xdm:cardinality"), Namespace: text(d.text("xdm:destinationNamespace")),
		Name: text(d.text("xdm:sourceToDestinationName")), ReverseName: text(d.text("xdm:destinationToSourceName")),
		Title: text(d.text("xdm:sourceToDestinationTitle")), ReverseTitle: text(d.text("xdm:destinationToSourceTitle")),
	}
	if property := d.text("xdm:destinationProperty"); property != "" {
		r.Field = b.path(xdm.DottedPath(property))
	}
	return r
}
