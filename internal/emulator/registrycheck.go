package emulator

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func badResource(format string, args ...any) error {
	return xdmError(1400, http.StatusBadRequest, "Resource invalid", format, args...)
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// checkResource validates a body of POST or PUT and gives what of it is kept.
// id is "" for a new resource.
func (c *call) checkResource(k kind, body object, id string) (object, error) {
	title, isText := body["title"].(string)
	if !isText || strings.TrimSpace(title) == "" {
		return nil, badResource("title is missing")
	}
	if d, has := body["description"]; has {
		if _, isText := d.(string); !isText {
			return nil, badResource("description must be a text")
		}
	}
	kind := text(body, "type")
	if kind != "object" && !(k == kindDataType && kind == "array") {
		return nil, badResource("type must be object")
	}
	for _, other := range []struct {
		name string
		t    *table
	}{
		{"schema", c.sp.table(kindSchema)}, {"class", c.sp.table(kindClass)},
		{"field group", c.sp.table(kindFieldGroup)}, {"data type", c.sp.table(kindDataType)},
	} {
		for _, r := range other.t.by("title", title) {
			if r.id != id {
				return nil, xdmError(1521, http.StatusBadRequest, "Title not unique", "title %q is taken by %s %s; titles are unique over all kinds of resources", title, other.name, r.id)
			}
		}
	}
	if err := c.checkRefs(body, body); err != nil {
		return nil, err
	}
	var err error
	switch k {
	case kindSchema:
		err = c.checkSchema(body)
	case kindFieldGroup:
		err = c.checkFieldGroup(body)
	case kindClass:
		err = c.checkClass(body)
	case kindDataType:
		if kind == "array" && body["items"] == nil {
			err = badResource("a data type of type array needs items")
		}
	}
	if err != nil {
		return nil, err
	}
	out := object{}
	for key, v := range body {
		switch key {
		case "type", "title", "description", "allOf", "definitions", "properties", "items", "required", "additionalProperties",
			"meta:intendedToExtend", "meta:immutableTags", "meta:registryMetadata", "meta:status", "meta:descriptorStatus":
			out[key] = clone(v)
		}
	}
	return out, nil
}

// checkRefs walks the whole body: references must exist, fields must have a
// shape that the registry can store.
func (c *call) checkRefs(v any, root object) error {
	switch v := v.(type) {
	case object:
		if ref, has := v["$ref"]; has {
			id, isText := ref.(string)
			switch {
			case !isText:
				return badResource("$ref must be a text")
			case strings.HasPrefix(id, "#/"):
				if at(root, strings.Split(id[2:], "/")...) == nil {
					return badResource("%s points nowhere", id)
				}
			case c.sp.findResource(id) == nil:
				return badResource("there is no resource %s to refer to", id)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "properties" {
				if err := checkFieldShapes(v[k]); err != nil {
					return err
				}
			}
			if err := c.checkRefs(v[k], root); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := c.checkRefs(e, root); err != nil {
				return err
			}
		}
	}
	return nil
}

var fieldTypes = []string{"string", "number", "integer", "boolean", "object", "array"}

func checkFieldShapes(v any) error {
	properties, isObject := v.(object)
	if !isObject {
		return badResource("properties must be an object")
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		field, isObject := properties[name].(object)
		if !isObject {
			return badResource("field %s must be an object", name)
		}
		if field["$ref"] != nil || field["allOf"] != nil {
			continue
		}
		t := text(field, "type")
		if t == "" && field["properties"] != nil {
			continue
		}
		if !slices.Contains(fieldTypes, t) {
			return badResource("field %s has type %q, expected one of %s", name, t, strings.Join(fieldTypes, ", "))
		}
		if t == "array" && field["items"] == nil {
			return badResource("field %s is an array without items", name)
		}
		if t == "object" && field["properties"] == nil && field["additionalProperties"] == nil {
			return badResource("field %s is an object without properties", name)
		}
	}
	return nil
}

// checkSchema: exactly one class, field groups that fit it, nothing else.
func (c *call) checkSchema(body object) error {
	all := list(body, "allOf")
	if len(all) == 0 {
		return badResource("allOf is missing; it refers to one class and any number of field groups")
	}
	var classes []string
	var groups []object
	for i, e := range all {
		ref := text(e, "$ref")
		if ref == "" || strings.HasPrefix(ref, "#") {
			return badResource("element %d of allOf has no $ref", i)
		}
		r := c.sp.findResource(ref)
		switch text(r, "meta:resourceType") {
		case "classes":
			classes = append(classes, fullID(ref))
		case "mixins":
			groups = append(groups, r)
		case "behaviors":
			classes = append(classes, fullID(ref)) // ad hoc schemas sit on a behavior
		default:
			return badResource("%s is neither a class nor a field group", ref)
		}
	}
	if len(classes) != 1 {
		return badResource("allOf refers to %d classes, a schema has exactly one", len(classes))
	}
	if body["properties"] != nil || body["definitions"] != nil {
		return badResource("a schema has no fields of its own; put them into a field group")
	}
	fits := append([]string{classes[0]}, ancestorIDs(c.sp, classes[0])...)
	for _, g := range groups {
		for_ := texts(g, "meta:intendedToExtend")
		if len(for_) > 0 && !slices.ContainsFunc(for_, func(id string) bool { return slices.Contains(fits, fullID(id)) }) {
			return badResource("field group %s is for %s, not for class %s", text(g, "$id"), strings.Join(for_, ", "), classes[0])
		}
	}
	return nil
}

func ancestorIDs(sp *space, id string) []string {
	var ids []string
	for _, a := range sp.ancestors(sp.findResource(id)) {
		ids = append(ids, a.(string))
	}
	return ids
}

func (c *call) checkFieldGroup(body object) error {
	if l := texts(body, "meta:intendedToExtend"); len(l) == 0 {
		return badResource("meta:intendedToExtend is missing; it lists the classes that the field group is for")
	}
	for _, id := range texts(body, "meta:intendedToExtend") {
		if r := c.sp.findResource(id); r == nil || text(r, "meta:resourceType") != "classes" && text(r, "meta:resourceType") != "behaviors" {
			return badResource("meta:intendedToExtend names %s, which is not a class", id)
		}
	}
	if len(list(body, "allOf")) == 0 && body["properties"] == nil {
		return badResource("allOf is missing; it refers to the definitions of the field group")
	}
	return c.checkNamespace(body)
}

func (c *call) checkClass(body object) error {
	n := 0
	for _, e := range list(body, "allOf") {
		if slices.Contains(behaviors(), fullID(text(e, "$ref"))) {
			n++
		}
	}
	if n != 1 {
		return badResource("allOf refers to %d behaviors, a class has exactly one", n)
	}
	return c.checkNamespace(body)
}

// checkNamespace: every field of the org's own sits below one property, the
// tenant's namespace.
func (c *call) checkNamespace(body object) error {
	want := c.sp.namespace()
	outside := func(properties any) error {
		o, _ := properties.(object)
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if name != want {
				return xdmError(1020, http.StatusBadRequest, "Namespace validation error", "field %s is outside of the tenant's namespace; own fields go below %s", name, want)
			}
			own, _ := at(o, name, "properties").(object)
			for _, field := range slices.Sorted(maps.Keys(own)) {
				if !fieldName.MatchString(field) {
					return xdmError(1021, http.StatusBadRequest, "Namespace validation error", "field name %s.%s is not made of letters, digits, - and _, beginning with a letter", name, field)
				}
			}
		}
		return nil
	}
	if err := outside(body["properties"]); err != nil {
		return err
	}
	definitions, _ := body["definitions"].(object)
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		if err := outside(at(definitions, name, "properties")); err != nil {
			return err
		}
	}
	return nil
}

// checkEvolution: what is in use may only grow.
func (c *call) checkEvolution(k kind, before, after object) error {
	if hasUnionTag(before) && !hasUnionTag(after) {
		return xdmError(1526, http.StatusBadRequest, "Union descriptor validation error", "the union tag of a schema cannot be removed")
	}
	if c.env.sw.Additive == "never" || !c.inUse(k, before) {
		return nil
	}
	if k == kindSchema && !same(c.sp.classOf(before), c.sp.classOf(after)) {
		return xdmError(1400, http.StatusBadRequest, "Resource in use", "the class of a schema in use cannot change")
	}
	was, is := c.sp.fieldsOf(before), c.sp.fieldsOf(after)
	for _, path := range slices.Sorted(maps.Keys(was)) {
		old := was[path]
		now, has := is[path]
		switch {
		case !has:
			return xdmError(1400, http.StatusBadRequest, "Resource in use", "field %s cannot be removed: the schema is in use and may only grow", path)
		case now.xdm != old.xdm:
			return xdmError(1400, http.StatusBadRequest, "Resource in use", "field %s cannot change from %s to %s: the schema is in use", path, old.xdm, now.xdm)
		}
		if limit := narrowed(old.field, now.field); limit != "" {
			return xdmError(1400, http.StatusBadRequest, "Resource in use", "field %s cannot be narrowed by %s: the schema is in use", path, limit)
		}
	}
	return nil
}

// narrowed names a limit by which a field takes less than before, "" when it
// takes as much.
func narrowed(was, is object) string {
	for _, limit := range []string{"enum", "pattern", "minimum", "maximum", "minLength", "maxLength"} {
		a, b := was[limit], is[limit]
		if b == nil || same(a, b) {
			continue
		}
		x, _ := scalar(a)
		y, _ := scalar(b)
		less := a == nil
		switch limit {
		case "enum":
			less = less || slices.ContainsFunc(list(was, limit), func(v any) bool { return !slices.ContainsFunc(list(is, limit), func(w any) bool { return same(v, w) }) })
		case "pattern":
			less = true
		case "minimum", "minLength":
			less = less || compareScalars(y, x) > 0
		default:
			less = less || compareScalars(y, x) < 0
		}
		if less {
			return limit
		}
	}
	return ""
}

// inUse says whether a schema, or a schema that refers to the resource, has a
// dataset (or, by the switch, data), or is enabled for Profile.
func (c *call) inUse(k kind, o object) bool {
	id := text(o, "$id")
	if k != kindSchema {
		for _, user := range c.sp.referrers(id) {
			for _, e := range registryKinds {
				if r := c.sp.get(e.kind, user); r != nil && c.inUse(e.kind, r.object()) {
					return true
				}
			}
		}
		return false
	}
	if hasUnionTag(o) {
		return true
	}
	for _, d := range c.sp.table(kindDataset).by("schemaRef.id", id) {
		if c.env.sw.Additive == "used" || len(c.sp.table(kindBatch).by("dataSetId", d.id)) > 0 {
			return true
		}
	}
	return false
}
