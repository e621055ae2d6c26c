package registry

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// What each type of descriptor needs. All name a schema (or another resource) that
// exists; most name its version, and a field of it.

// IdentityDescriptor is the type of identities.
const IdentityDescriptor = "xdm:descriptorIdentity"

const (
	primaryKeyDescriptor = "xdm:descriptorPrimaryKey"
	versionDescriptor    = "xdm:descriptorVersion"
	deprecatedDescriptor = "xdm:descriptorDeprecated"
)

// descriptorType is the rules of a type.
type descriptorType struct {
	unversioned bool // xdm:sourceVersion may be absent
	fields      fieldCount
	needs       []string // further members, texts or numbers
	check       func(c *core.Call, o object, id string) error
}

// fieldCount says what xdm:sourceProperty is.
type fieldCount uint8

const (
	oneField fieldCount = iota
	oneOrMore
	noField
)

var descriptorTypes = map[string]descriptorType{
	IdentityDescriptor: {needs: []string{"xdm:namespace", "xdm:property"}, check: checkIdentity},
	"xdm:descriptorReferenceIdentity": {needs: []string{"xdm:identityNamespace"},
		check: func(c *core.Call, o object, _ string) error { return checkNamespaceCode(c, o, "xdm:identityNamespace") }},
	"xdm:alternateDisplayInfo":   {check: checkDisplayInfo},
	"xdm:descriptorOneToOne":     {needs: []string{"xdm:destinationSchema"}, check: checkDestination},
	"xdm:descriptorRelationship": {needs: []string{"xdm:destinationSchema", "xdm:cardinality"}, check: checkRelationship},
	deprecatedDescriptor:         {fields: oneOrMore},
	"xdm:descriptorLabel":        {check: checkFieldLabels},
	primaryKeyDescriptor:         {unversioned: true, fields: oneOrMore, check: checkPrimaryKey},
	versionDescriptor:            {unversioned: true, check: checkVersionField},
	"xdm:descriptorTimestamp":    {unversioned: true, check: checkTimestampField},
	"xdm:descriptorTimeSeriesGranularity": {fields: noField, needs: []string{"xdm:granularity", "xdm:ianaTimezone"},
		check: checkGranularity},
}

// sourceFields are the fields that a descriptor is about.
func sourceFields(o object) []string {
	if s := core.Text(o, "xdm:sourceProperty"); s != "" {
		return []string{s}
	}
	return core.Texts(o, "xdm:sourceProperty")
}

func checkDescriptor(c *core.Call, o object, id string) error {
	kind := core.Text(o, "@type")
	rules, known := descriptorTypes[kind]
	if !known {
		return badDescriptor("@type is %q, which is not a type of descriptor", kind)
	}
	schemaID := core.Text(o, "xdm:sourceSchema")
	if FindResource(c.Space, schemaID) == nil {
		return badDescriptor("xdm:sourceSchema names %q, which does not exist", schemaID)
	}
	if v, isInt := core.AsInt(o["xdm:sourceVersion"]); (!isInt || v != 1) &&
		!(rules.unversioned && o["xdm:sourceVersion"] == nil) {
		return badDescriptor("xdm:sourceVersion must be 1")
	}
	for _, need := range rules.needs {
		if v, leaf := core.Scalar(o[need]); !leaf || v == "" {
			return badDescriptor("%s is missing", need)
		}
	}
	if err := checkSourceFields(c, o, rules.fields, schemaID); err != nil || rules.check == nil {
		return err
	}
	return rules.check(c, o, id)
}

func checkSourceFields(c *core.Call, o object, count fieldCount, schemaID string) error {
	fields := sourceFields(o)
	_, isList := o["xdm:sourceProperty"].([]any)
	switch {
	case count == noField:
		return nil
	case len(fields) == 0, isList && count == oneField:
		return badDescriptor("xdm:sourceProperty is %v, expected a path such as /personalEmail/address",
			o["xdm:sourceProperty"])
	}
	for _, field := range fields {
		if !strings.HasPrefix(field, "/") {
			return badDescriptor("xdm:sourceProperty is %q, expected a path such as /personalEmail/address", field)
		}
		if !HasField(c, schemaID, field) {
			return badDescriptor("schema %s has no field %s", schemaID, field)
		}
	}
	return nil
}

// HasField reports whether a resource has a field at a path such as
// /personalEmail/address.
func HasField(c *core.Call, id, path string) bool {
	_, has := fieldAt(c, id, path)
	return has
}

func fieldAt(c *core.Call, id, path string) (FieldType, bool) {
	o := FindResource(c.Space, id)
	if o == nil || !strings.HasPrefix(path, "/") {
		return FieldType{}, false
	}
	fields := FieldsOf(c.Space, o)
	dotted := strings.ReplaceAll(strings.Trim(path, "/"), "/", ".")
	f, has := fields[dotted]
	if !has {
		f, has = fields[strings.ReplaceAll(dotted, ".", "[*].")]
	}
	return f, has
}

// othersOf lists the other descriptors of a type on the same schema.
func othersOf(c *core.Call, o object, kind, id string) []object {
	var out []object
	for _, r := range c.Space.Table(core.KindDescriptor).By("xdm:sourceSchema", fullID(core.Text(o, "xdm:sourceSchema"))) {
		if other := r.View(); r.ID != id && core.Text(other, "@type") == kind {
			out = append(out, other)
		}
	}
	return out
}

func checkIdentity(c *core.Call, o object, id string) error {
	property := core.Text(o, "xdm:property")
	if property != "xdm:code" && property != "xdm:id" {
		return badDescriptor("xdm:property is %q, expected xdm:code or xdm:id", property)
	}
	named, _ := core.Scalar(o["xdm:namespace"])
	if namespaceOf(c, property[len("xdm:"):], named) == nil {
		return badDescriptor("xdm:namespace is %q, which is not the %s of a namespace", named, property)
	}
	if primary, has := o["xdm:isPrimary"]; has {
		if _, isBool := primary.(bool); !isBool {
			return badDescriptor("xdm:isPrimary must be a boolean")
		}
	}
	for _, other := range othersOf(c, o, IdentityDescriptor, id) {
		if o["xdm:isPrimary"] == true && other["xdm:isPrimary"] == true {
			return badDescriptor("schema %s has a primary identity already, on %s", core.Text(o, "xdm:sourceSchema"),
				core.Text(other, "xdm:sourceProperty"))
		}
	}
	return nil
}

func checkNamespaceCode(c *core.Call, o object, member string) error {
	if code := core.Text(o, member); namespaceOf(c, "code", code) == nil {
		return badDescriptor("%s is %q, which is not the code of a namespace", member, code)
	}
	return nil
}

// checkDisplayInfo: names and descriptions by language, and suggested values.
func checkDisplayInfo(_ *core.Call, o object, _ string) error {
	any := false
	for _, member := range []string{"xdm:title", "xdm:description", "meta:enum", "xdm:excludeMetaEnum",
		"meta:excludeMetaEnum"} {
		v, has := o[member]
		if _, isObject := v.(object); has && !isObject {
			return badDescriptor("%s must be an object", member)
		}
		any = any || has
	}
	if !any {
		return badDescriptor("neither xdm:title, xdm:description, meta:enum, nor xdm:excludeMetaEnum is there")
	}
	return nil
}

// checkDestination checks the schema that a relationship leads to, and its field if one
// is named.
func checkDestination(c *core.Call, o object, _ string) error {
	id := core.Text(o, "xdm:destinationSchema")
	if !IsSchema(c, id) {
		return badDescriptor("xdm:destinationSchema names %q, which is not a schema", id)
	}
	if v, has := o["xdm:destinationVersion"]; has {
		if n, isInt := core.AsInt(v); !isInt || n != 1 {
			return badDescriptor("xdm:destinationVersion must be 1")
		}
	}
	if path, has := o["xdm:destinationProperty"]; has && !HasField(c, id, core.Text(o, "xdm:destinationProperty")) {
		return badDescriptor("schema %s has no field %v", id, path)
	}
	return nil
}

func checkRelationship(c *core.Call, o object, id string) error {
	cardinality := core.Text(o, "xdm:cardinality")
	if !slices.Contains([]string{"1:1", "1:0", "M:1", "M:0"}, cardinality) {
		return badDescriptor("xdm:cardinality is %q, expected 1:1, 1:0, M:1, or M:0", cardinality)
	}
	if _, business := o["xdm:destinationNamespace"]; business {
		if err := checkNamespaceCode(c, o, "xdm:destinationNamespace"); err != nil {
			return err
		}
		if cardinality != "M:1" {
			return badDescriptor("xdm:cardinality is %q, a relationship with a destination namespace has M:1", cardinality)
		}
	}
	if schema := FindResource(c.Space, core.Text(o, "xdm:sourceSchema")); IsRelational(schema) {
		if err := checkRoot(o); err != nil {
			return err
		}
	}
	return checkDestination(c, o, id)
}

func checkFieldLabels(_ *core.Call, o object, _ string) error {
	labels, isList := o["xdm:labels"].([]any)
	if !isList || len(labels) == 0 || len(core.Texts(o, "xdm:labels")) != len(labels) {
		return badDescriptor("xdm:labels must be an array of texts")
	}
	return nil
}

func checkGranularity(_ *core.Call, o object, _ string) error {
	if g := core.Text(o, "xdm:granularity"); g != "hour" && g != "day" {
		return badDescriptor("xdm:granularity is %q, expected hour or day", g)
	}
	return nil
}
