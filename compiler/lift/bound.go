package lift

import (
	"strings"

	"github.com/aepflow/aepflow/schemas"
)

// Bound lists the keys of a document that name an object of one sandbox by its ID: another
// sandbox needs another value there.
func (d *Document) Bound() []string {
	var out []string
	add := func(key, value string) {
		if value != "" {
			out = append(out, key+": "+value)
		}
	}
	id := func(key, value string) {
		if strings.HasPrefix(value, "https://ns.adobe.com/{TENANT_ID}/") {
			add(key, value)
		}
	}
	switch v := d.Value.(type) {
	case *schemas.Dataflow:
		via := v.Database.Via
		switch {
		case v.Files != nil:
			via = v.Files.Via
			if e := v.Files.Encryption; e != nil {
				add("files.encryption.publicKeyId", e.PublicKeyID)
			}
		case v.Rest != nil:
			via = v.Rest.Via
		case v.Stream != nil:
			via = v.Stream.Via
		}
		add("connectionId", via.ConnectionID)
		id("target.schema", v.Target.Schema.Ref)
		if isObjectID(v.Target.Dataset.Ref) {
			add("target.dataset", v.Target.Dataset.Ref)
		}
		if v.MappingSet != nil {
			add("mappingSet.id", v.MappingSet.ID)
		}
	case *schemas.Dataset:
		id("schema", v.Schema)
	case *schemas.FieldGroup:
		for _, class := range v.Classes {
			id("classes", class)
		}
	case *schemas.Schema:
		id("class", v.Class)
		for _, g := range v.FieldGroups {
			id("fieldGroups", g)
		}
		for _, r := range v.Relationships {
			id("relationships."+r.Path, r.Schema)
		}
	}
	return out
}

// isObjectID reports whether a text is the ID of a dataset.
func isObjectID(s string) bool {
	return len(s) == 24 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
