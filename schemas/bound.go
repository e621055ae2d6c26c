package schemas

import "strings"

// BoundID is a value that names an object of one sandbox by its ID: another sandbox needs another value there.
type BoundID struct {
	Path  []string // keys
	Index int      // in the list at Path, -1 if it is not a list
	Value string
}

// BoundIDs lists the values of a decoded document that name objects of one sandbox.
func BoundIDs(document any) []BoundID {
	var b bound
	switch v := document.(type) {
	case *Dataflow:
		b.dataflow(v)
	case *Dataset:
		b.resource(v.Schema, "schema")
	case *FieldGroup:
		b.list(v.Classes, "classes")
		b.fields(v.Fields)
	case *DataType:
		b.fields(v.Fields)
	case *Class:
		b.fields(v.Fields)
	case *Schema:
		b.schema(&v.SchemaBody)
	}
	return b.found
}

type bound struct{ found []BoundID }

func (b *bound) add(value string, path ...string) {
	if value != "" {
		b.found = append(b.found, BoundID{path, -1, value})
	}
}

// resource adds the $id of a resource that is not Adobe's.
func (b *bound) resource(value string, path ...string) {
	if IsOwnID(value) {
		b.add(value, path...)
	}
}

func (b *bound) list(values []string, path ...string) {
	for i, value := range values {
		if IsOwnID(value) {
			b.found = append(b.found, BoundID{path, i, value})
		}
	}
}

func (b *bound) dataflow(v *Dataflow) {
	key, via := "database", v.Database.Via
	switch {
	case v.Files != nil:
		key, via = "files", v.Files.Via
		if e := v.Files.Encryption; e != nil {
			b.add(e.PublicKeyID, "files", "encryption", "publicKeyId")
		}
	case v.Rest != nil:
		key, via = "rest", v.Rest.Via
	case v.Stream != nil:
		key, via = "stream", v.Stream.Via
	}
	b.add(via.ConnectionID, key, "connectionId")
	b.resource(v.Target.Schema.Ref, "target", "schema")
	if v.Target.Schema.Ref == "" {
		b.schema(&v.Target.Schema.SchemaBody, "target", "schema")
	}
	if ref := v.Target.Dataset.Ref; len(ref) == 24 && strings.Trim(ref, "0123456789abcdefABCDEF") == "" {
		b.add(ref, "target", "dataset")
	}
	if v.MappingSet != nil {
		b.add(v.MappingSet.ID, "mappingSet", "id")
	}
}

func (b *bound) schema(s *SchemaBody, under ...string) {
	at := func(keys ...string) []string { return append(append([]string{}, under...), keys...) }
	b.resource(s.Class, at("class")...)
	b.list(s.FieldGroups, at("fieldGroups")...)
	b.fields(s.Fields, under...)
	for _, r := range s.Relationships {
		b.resource(r.Schema, at("relationships", r.Path, "schema")...)
	}
}

func (b *bound) fields(fields Fields, under ...string) {
	for _, f := range fields {
		b.resource(f.Ref, append(append([]string{}, under...), "fields", f.Path, "$ref")...)
	}
}

// IsOwnID reports whether a $id is one of an organization: Adobe's own contain xdm, or more than one level, in the
// place of the tenant.
func IsOwnID(id string) bool {
	rest, ok := strings.CutPrefix(id, "https://ns.adobe.com/")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || parts[0] == "xdm" {
		return false
	}
	switch parts[1] {
	case "schemas", "mixins", "fieldgroups", "classes", "datatypes":
		return true
	}
	return false
}
