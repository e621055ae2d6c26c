// Package lift turns the objects of a sandbox back into documents: the mirror image of
// the compiler's lowering, one file for each kind.
//
// In: the objects as the platform returns them. Out: documents, the objects that each
// of them describes, and what is left alone, with the reason. Law: lowering what was
// lifted gives bodies in which no member that aepflow manages differs from the object.
package lift

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Object is an object of a sandbox.
type Object struct {
	Kind     resource.Kind
	ID, ETag string
	Live     json.RawMessage
	Body     resource.Value // with the names that members have today
	Created  time.Time      // zero when the object does not say it
}

// NewObject reads an object as the platform returns it.
func NewObject(kind resource.Kind, id, etag string, live json.RawMessage, created time.Time) (*Object, error) {
	v, err := resource.SpecOf(kind).Read(live)
	return &Object{kind, id, etag, live, v, created}, err
}

// text returns the text at a dotted path, "" for none.
func (o *Object) text(path string) string { return at(o.Body, path).Text }

// title is what people call the object.
func (o *Object) title() string { return cmp.Or(o.text("name"), o.text("title")) }

// at returns the member at a dotted path, or the zero value, which is null.
func at(v resource.Value, path string) resource.Value {
	for name := range strings.SplitSeq(path, ".") {
		v, _ = v.Get(name)
	}
	return v
}

// Sandbox is what documents are made of.
type Sandbox struct {
	Tenant  string // without underscore
	Protect bool   // the sandbox holds what must not be lost: dataflows are protected
	Now     time.Time
	Objects []*Object
	// Pinned holds mapping sets at versions that are not their newest, by PinOf.
	Pinned map[Pin]*Object
	// Owned are the objects that documents of the project have already, by address.
	Owned map[resource.ObjectKey]resource.Address
	// Taken reports whether a document of a kind has a name.
	Taken func(kind, name string) bool
	// Wants reports whether a dataflow is asked for; nil for all.
	Wants func(id, title string) bool
	// Adopted and Refused are dataflows, schemas, datasets, and connections by ID: those that
	// need lifecycle.adopted, and those that no document can describe, with the reason.
	Adopted map[string]bool
	Refused map[string]string
}

// Pin is a mapping set at a version.
type Pin struct{ ID, Version string }

// index finds the objects of a sandbox.
type index struct {
	Sandbox
	byID        map[resource.ObjectKey]*Object
	byKind      map[resource.Kind][]*Object // in the order of their creation
	descriptors map[string][]*Object        // by the last part of the schema's ID
	users       map[resource.ObjectKey]int  // flows that use a source, target, or mapping set; schemas that use a group
	claimed     map[*Object]bool            // what a document of the project describes
	// document makes a document of a class or a data type, and returns its name; nil while an object is only tried.
	document func(o *Object) string
}

func newIndex(s Sandbox) *index {
	x := &index{
		Sandbox: s, byID: map[resource.ObjectKey]*Object{}, byKind: map[resource.Kind][]*Object{},
		descriptors: map[string][]*Object{}, users: map[resource.ObjectKey]int{}, claimed: map[*Object]bool{},
	}
	if x.Taken == nil {
		x.Taken = func(string, string) bool { return false }
	}
	sorted := slices.Clone(s.Objects)
	slices.SortStableFunc(sorted, func(a, b *Object) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	for _, o := range sorted {
		x.byID[resource.KeyOfObject(o.Kind, o.ID)] = o
		x.byKind[o.Kind] = append(x.byKind[o.Kind], o)
		if resource.SpecOf(o.Kind).IsDescriptor() {
			key := lastPart(o.text("xdm:sourceSchema"))
			x.descriptors[key] = append(x.descriptors[key], o)
		}
	}
	for _, f := range x.byKind[resource.Flow] {
		for _, key := range partsOf(f) {
			x.users[key]++
		}
	}
	for _, s := range x.byKind[resource.Schema] {
		for _, id := range refs(s) {
			x.users[resource.KeyOfObject(resource.FieldGroup, id)]++
		}
	}
	return x
}

func (x *index) get(kind resource.Kind, id string) *Object {
	return x.byID[resource.KeyOfObject(kind, id)]
}

func lastPart(id string) string { return id[strings.LastIndexAny(id, "/.")+1:] }

// partsOf are the source, target, and mapping set of a flow.
func partsOf(flow *Object) []resource.ObjectKey {
	var out []resource.ObjectKey
	add := func(kind resource.Kind, v resource.Value) {
		if v.Text != "" {
			out = append(out, resource.KeyOfObject(kind, v.Text))
		}
	}
	for _, id := range at(flow.Body, "sourceConnectionIds").Items {
		add(resource.Source, id)
	}
	for _, id := range at(flow.Body, "targetConnectionIds").Items {
		add(resource.Target, id)
	}
	add(resource.Mapping, at(transformation(flow, "Mapping"), "mappingId"))
	return out
}

// transformation returns the parameters of a flow's transformation, null for none.
func transformation(flow *Object, name string) resource.Value {
	for _, t := range at(flow.Body, "transformations").Items {
		if at(t, "name").Text == name {
			return at(t, "params")
		}
	}
	return resource.Value{}
}

// refs are the $refs of a schema.
func refs(schema *Object) []string {
	var out []string
	for _, part := range at(schema.Body, "allOf").Items {
		if ref := at(part, "$ref").Text; ref != "" {
			out = append(out, ref)
		}
	}
	return out
}

// PinOf returns the mapping set and the version that a flow uses, false when it uses none.
func PinOf(flow *Object) (Pin, bool) {
	id, version, ok := resource.MappingPin(flow.Body)
	return Pin{id, version}, ok
}

// mappingSet returns what a flow uses, nil for none. known is false when the flow names one
// that is not there.
func (x *index) mappingSet(flow *Object) (set *Object, known bool) {
	pin, ok := PinOf(flow)
	if !ok {
		return nil, true
	}
	if set = x.Pinned[pin]; set == nil {
		set = x.get(resource.Mapping, pin.ID)
		if set != nil && cmp.Or(set.ETag, "0") != pin.Version {
			set = nil
		}
	}
	return set, set != nil
}

// id writes the ID of an object, or a path, for documents: the placeholder for the tenant.
func (x *index) id(text string) string {
	if x.Tenant == "" {
		return text
	}
	return strings.ReplaceAll(text, "https://ns.adobe.com/"+x.Tenant+"/",
		"https://ns.adobe.com/"+specs.TenantPlaceholder+"/")
}

// named is how documents name a class or a data type: by the name of a document, or by its ID.
func (x *index) named(kind resource.Kind, id string) string {
	if o := x.get(kind, id); o != nil && x.document != nil {
		if name := x.document(o); name != o.ID {
			return name
		}
	}
	return x.id(id)
}

// path writes a dotted path for documents: the placeholder for the tenant's namespace.
func (x *index) path(text string) string {
	own := "_" + x.Tenant
	if x.Tenant != "" && (text == own || strings.HasPrefix(text, own+".") || strings.HasPrefix(text, own+"[")) {
		return "_" + specs.TenantPlaceholder + text[len(own):]
	}
	return text
}

// text writes a text of the platform for documents: neither `${` nor {TENANT_ID} has a meaning there.
func text(s string) string { return Text(specs.EscapeTenant(s)) }

// plainJSON is a value as JSON in which `${` is text.
func plainJSON(v resource.Value) schemas.Data {
	return schemas.Data{JSON: bytes.ReplaceAll(doubled(v).JSON(), []byte("$${"), []byte("${"))}
}

// doubled doubles the dollar of `${` in the names of members, as JSON does in texts.
func doubled(v resource.Value) resource.Value {
	v.Items, v.Fields = slices.Clone(v.Items), slices.Clone(v.Fields)
	for i := range v.Items {
		v.Items[i] = doubled(v.Items[i])
	}
	for i, f := range v.Fields {
		v.Fields[i] = resource.F(Text(f.Name), doubled(f.Value))
	}
	return v
}
