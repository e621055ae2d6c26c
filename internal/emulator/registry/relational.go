package registry

import (
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Relational schemas: no class, no field groups, and fields at the root. Descriptors
// name their primary key, their version, and the time of their events.

// BehaviorRelational is what a relational schema extends.
const BehaviorRelational = NsRoot + "xdm/data/adhoc-v2"

const timeSeries = "time-series"

// IsRelational reports whether a schema is relational.
func IsRelational(o object) bool {
	return slices.Contains(core.Texts(o, "meta:extends"), BehaviorRelational)
}

// KeyFields are the fields at the root that are the primary key of a relational schema, none without one.
func KeyFields(sp *core.Space, schema string) []string {
	return describedFields(sp, schema, primaryKeyDescriptor)
}

// VersionFields are the field that is the version of a relational schema, none without one.
func VersionFields(sp *core.Space, schema string) []string {
	return describedFields(sp, schema, versionDescriptor)
}

// describedFields are the fields of the descriptors of a kind that a schema has.
func describedFields(sp *core.Space, schema, kind string) (fields []string) {
	for _, r := range sp.Table(core.KindDescriptor).By("xdm:sourceSchema", fullID(schema)) {
		if o := r.View(); core.Text(o, "@type") == kind {
			for _, field := range sourceFields(o) {
				fields = append(fields, strings.Trim(field, "/"))
			}
		}
	}
	return fields
}

func checkRelational(c *core.Call, body object) error {
	if b, has := body["meta:behaviorType"]; has && b != "record" && b != timeSeries {
		return badResource("meta:behaviorType is %v, expected record or %s", b, timeSeries)
	}
	all := core.List(body, "allOf")
	if len(all) == 0 {
		return badResource("allOf is missing; it refers to the definitions of the schema")
	}
	for _, e := range all {
		if ref := core.Text(e, "$ref"); !strings.HasPrefix(ref, "#/") {
			return badResource("a relational schema has neither a class nor field groups; allOf refers to %q", ref)
		}
	}
	whole := Resolve(c.Space, body)
	fields, _ := whole["properties"].(object)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !fieldName.MatchString(name) {
			return badResource("field name %s is not made of letters, digits, - and _, beginning with a letter", name)
		}
	}
	for _, name := range core.Texts(whole, "required") {
		if fields[name] == nil {
			return badResource("required names %s, which is not a field", name)
		}
	}
	return nil
}

// checkRoot: the fields of a descriptor lie at the root.
func checkRoot(o object) error {
	for _, field := range sourceFields(o) {
		if strings.Count(strings.Trim(field, "/"), "/") > 0 {
			return badDescriptor("field %s does not lie at the root of the schema", field)
		}
	}
	return nil
}

// checkRelationalField checks what the three descriptors of relational schemas share:
// required fields at the root, and one descriptor of the type.
func checkRelationalField(c *core.Call, o object, id string) (schema object, err error) {
	schema = FindResource(c.Space, core.Text(o, "xdm:sourceSchema"))
	kind := core.Text(o, "@type")
	if !IsRelational(schema) {
		return nil, badDescriptor("schema %s is not relational and has no %s", core.Text(schema, "$id"), kind)
	}
	if err := checkRoot(o); err != nil {
		return nil, err
	}
	required := core.Texts(Resolve(c.Space, schema), "required")
	for _, field := range sourceFields(o) {
		if !slices.Contains(required, strings.Trim(field, "/")) {
			return nil, badDescriptor("field %s is not required", field)
		}
	}
	if len(othersOf(c, o, kind, id)) > 0 {
		return nil, badDescriptor("schema %s has a %s already", core.Text(schema, "$id"), kind)
	}
	return schema, nil
}

// checkPrimaryKey: the key of a schema of events has a time among its fields.
func checkPrimaryKey(c *core.Call, o object, id string) error {
	schema, err := checkRelationalField(c, o, id)
	if err != nil {
		return err
	}
	for _, version := range othersOf(c, o, versionDescriptor, "") {
		if slices.Contains(sourceFields(o), core.Text(version, "xdm:sourceProperty")) {
			return keyIsVersion(version)
		}
	}
	if core.Text(schema, "meta:behaviorType") != timeSeries {
		return nil
	}
	if !slices.ContainsFunc(sourceFields(o), func(f string) bool { return isTime(c, o, f) }) || len(sourceFields(o)) < 2 {
		return badDescriptor("the primary key of a schema of events has several fields, one of them its timestamp")
	}
	return nil
}

func keyIsVersion(o object) error {
	return core.XDMError(1855, 400, "Descriptor invalid", "field %s is both the version and a part of the primary key",
		core.Text(o, "xdm:sourceProperty"))
}

func checkVersionField(c *core.Call, o object, id string) error {
	if _, err := checkRelationalField(c, o, id); err != nil {
		return err
	}
	for _, key := range othersOf(c, o, primaryKeyDescriptor, "") {
		if slices.Contains(sourceFields(key), core.Text(o, "xdm:sourceProperty")) {
			return keyIsVersion(o)
		}
	}
	return nil
}

func checkTimestampField(c *core.Call, o object, id string) error {
	schema, err := checkRelationalField(c, o, id)
	switch {
	case err != nil:
		return err
	case core.Text(schema, "meta:behaviorType") != timeSeries:
		return badDescriptor("a schema of records has no timestamp")
	case !isTime(c, o, core.Text(o, "xdm:sourceProperty")):
		return badDescriptor("field %s is not a date-time", core.Text(o, "xdm:sourceProperty"))
	}
	return nil
}

func isTime(c *core.Call, o object, field string) bool {
	f, _ := fieldAt(c, core.Text(o, "xdm:sourceSchema"), field)
	return f.Xdm == "date-time"
}
