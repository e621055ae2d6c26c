package registry

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

func badResource(format string, args ...any) error {
	return core.XDMError(1400, http.StatusBadRequest, "Resource invalid", format, args...)
}

func resourceInUse(format string, args ...any) error {
	return core.XDMError(1400, http.StatusBadRequest, "Resource in use", format, args...)
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// checkResource validates a body of POST or PUT and gives what of it is kept.
// id is "" for a new resource.
func checkResource(c *core.Call, k core.Kind, body object, id string) (object, error) {
	title, isText := body["title"].(string)
	if !isText || strings.TrimSpace(title) == "" {
		return nil, badResource("title is missing")
	}
	if d, has := body["description"]; has {
		if _, isText := d.(string); !isText {
			return nil, badResource("description must be a text")
		}
	}
	kind := "object" // public clients leave it out
	if t, has := body["type"]; has {
		kind, _ = t.(string)
	}
	if kind != "object" && !(k == core.KindDataType && kind == "array") {
		return nil, badResource("type must be object")
	}
	for _, other := range []struct {
		name string
		t    *core.Table
	}{
		{"schema", c.Space.Table(core.KindSchema)}, {"class", c.Space.Table(core.KindClass)},
		{"field group", c.Space.Table(core.KindFieldGroup)}, {"data type", c.Space.Table(core.KindDataType)},
	} {
		for _, r := range other.t.By("title", title) {
			if r.ID != id {
				return nil, core.XDMError(1521, http.StatusBadRequest, "Title not unique",
					"title %q is taken by %s %s; titles are unique over all kinds of resources", title, other.name, r.ID)
			}
		}
	}
	if err := checkRefs(c, body, body); err != nil {
		return nil, err
	}
	var err error
	switch k {
	case core.KindSchema:
		if IsRelational(body) {
			err = checkRelational(c, body)
		} else {
			err = checkSchema(c, body)
		}
	case core.KindFieldGroup:
		err = checkFieldGroup(c, body)
	case core.KindClass:
		err = checkClass(c, body)
	case core.KindDataType:
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
		case "type", "title", "description", "allOf", "definitions", "properties", "items", "required",
			"additionalProperties",
			"meta:intendedToExtend", "meta:immutableTags", "meta:registryMetadata", "meta:status", "meta:descriptorStatus":
			out[key] = core.Clone(v)
		case "meta:extends", "meta:behaviorType":
			if k == core.KindSchema && IsRelational(body) {
				out[key] = core.Clone(v)
			}
		}
	}
	return out, nil
}

// checkRefs walks the whole body: references must exist, fields must have a
// shape that the registry can store.
func checkRefs(c *core.Call, v any, root object) error {
	switch v := v.(type) {
	case object:
		if ref, has := v["$ref"]; has {
			id, isText := ref.(string)
			switch {
			case !isText:
				return badResource("$ref must be a text")
			case strings.HasPrefix(id, "#/"):
				if core.At(root, strings.Split(id[2:], "/")...) == nil {
					return badResource("%s points nowhere", id)
				}
			case FindResource(c.Space, id) == nil:
				return badResource("there is no resource %s to refer to", id)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "properties" {
				if err := checkFieldShapes(v[k]); err != nil {
					return err
				}
			}
			if err := checkRefs(c, v[k], root); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkRefs(c, e, root); err != nil {
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
		t := core.Text(field, "type")
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
		if err := checkMap(name, field); err != nil {
			return err
		}
	}
	return nil
}

// checkMap: a map has no properties of its own, and holds texts or integers.
func checkMap(name string, field object) error {
	values, isMap := field["additionalProperties"].(object)
	switch {
	case !isMap:
		return nil
	case field["properties"] != nil:
		return badResource("field %s is a map and cannot have properties", name)
	case !slices.Contains([]string{"string", "integer"}, core.Text(values, "type")):
		return badResource("field %s is a map and can hold strings or integers only", name)
	}
	return nil
}

// checkSchema: exactly one class, field groups that fit it, nothing else.
func checkSchema(c *core.Call, body object) error {
	all := core.List(body, "allOf")
	if len(all) == 0 {
		return badResource("allOf is missing; it refers to one class and any number of field groups")
	}
	var classes []string
	var groups []object
	for i, e := range all {
		ref := core.Text(e, "$ref")
		if ref == "" || strings.HasPrefix(ref, "#") {
			return badResource("element %d of allOf has no $ref", i)
		}
		r := FindResource(c.Space, ref)
		switch core.Text(r, "meta:resourceType") {
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
	fits := append([]string{classes[0]}, ancestorIDs(c.Space, classes[0])...)
	for _, g := range groups {
		for_ := core.Texts(g, "meta:intendedToExtend")
		if len(for_) > 0 && !slices.ContainsFunc(for_, func(id string) bool { return slices.Contains(fits, fullID(id)) }) {
			return badResource("field group %s is for %s, not for class %s", core.Text(g, "$id"), strings.Join(for_, ", "),
				classes[0])
		}
	}
	return nil
}

func ancestorIDs(sp *core.Space, id string) []string {
	var ids []string
	for _, a := range ancestors(sp, FindResource(sp, id)) {
		ids = append(ids, a.(string))
	}
	return ids
}

func checkFieldGroup(c *core.Call, body object) error {
	if l := core.Texts(body, "meta:intendedToExtend"); len(l) == 0 {
		return badResource("meta:intendedToExtend is missing; it lists the classes that the field group is for")
	}
	for _, id := range core.Texts(body, "meta:intendedToExtend") {
		if r := FindResource(c.Space, id); r == nil || core.Text(r, "meta:resourceType") != "classes" &&
			core.Text(r, "meta:resourceType") != "behaviors" {
			return badResource("meta:intendedToExtend names %s, which is not a class", id)
		}
	}
	if len(core.List(body, "allOf")) == 0 && body["properties"] == nil {
		return badResource("allOf is missing; it refers to the definitions of the field group")
	}
	return checkNamespace(c, body)
}

func checkClass(c *core.Call, body object) error {
	if found := behaviorOf(body); len(found) != 1 {
		return badResource("allOf refers to %d behaviors, a class has exactly one", len(found))
	}
	return checkNamespace(c, body)
}

// behaviorOf lists the behaviors that a class refers to.
func behaviorOf(class object) []string {
	var out []string
	for _, e := range core.List(class, "allOf") {
		if id := fullID(core.Text(e, "$ref")); slices.Contains(behaviors(), id) {
			out = append(out, id)
		}
	}
	return out
}

// checkNamespace: every field of the org's own sits below one property, the
// tenant's namespace.
func checkNamespace(c *core.Call, body object) error {
	want := namespace(c.Space)
	outside := func(properties any) error {
		o, _ := properties.(object)
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if name != want {
				return core.XDMError(1020, http.StatusBadRequest, "Namespace validation error",
					"field %s is outside of the tenant's namespace; own fields go below %s", name, want)
			}
			own, _ := core.At(o, name, "properties").(object)
			for _, field := range slices.Sorted(maps.Keys(own)) {
				if !fieldName.MatchString(field) {
					return core.XDMError(1021, http.StatusBadRequest, "Namespace validation error",
						"field name %s.%s is not made of letters, digits, - and _, beginning with a letter", name, field)
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
		if err := outside(core.At(definitions, name, "properties")); err != nil {
			return err
		}
	}
	return nil
}

// checkEvolution: what is in use may only grow.
func checkEvolution(c *core.Call, k core.Kind, before, after object) error {
	if HasUnionTag(before) && !HasUnionTag(after) {
		return core.XDMError(1526, http.StatusBadRequest, "Union descriptor validation error",
			"the union tag of a schema cannot be removed")
	}
	if c.Env.Switches.Additive == "never" || !inUse(c, k, before) {
		return nil
	}
	if k == core.KindSchema && !core.Same(classOf(c.Space, before), classOf(c.Space, after)) {
		return resourceInUse("the class of a schema in use cannot change")
	}
	if k == core.KindClass && !core.Same(behaviorOf(before), behaviorOf(after)) {
		return resourceInUse("the behavior of a class in use cannot change")
	}
	was, is := FieldsOf(c.Space, before), FieldsOf(c.Space, after)
	for _, path := range slices.Sorted(maps.Keys(was)) {
		old := was[path]
		now, has := is[path]
		switch {
		case !has:
			return resourceInUse("field %s cannot be removed: the schema is in use and may only grow", path)
		case now.Xdm != old.Xdm:
			return resourceInUse("field %s cannot change from %s to %s: the schema is in use", path, old.Xdm, now.Xdm)
		}
		if limit := narrowed(old.field, now.field); limit != "" {
			return resourceInUse("field %s cannot be narrowed by %s: the schema is in use", path, limit)
		}
	}
	return nil
}

// narrowed names a limit by which a field takes less than before, "" when it
// takes as much.
func narrowed(was, is object) string {
	for _, limit := range []string{"enum", "pattern", "minimum", "maximum", "minLength", "maxLength"} {
		a, b := was[limit], is[limit]
		if b == nil || core.Same(a, b) {
			continue
		}
		x, _ := core.Scalar(a)
		y, _ := core.Scalar(b)
		less := a == nil
		switch limit {
		case "enum":
			less = less || slices.ContainsFunc(core.List(was, limit), func(v any) bool {
				return !slices.ContainsFunc(core.List(is, limit), func(w any) bool { return core.Same(v, w) })
			})
		case "pattern":
			less = true
		case "minimum", "minLength":
			less = less || core.CompareScalars(y, x) > 0
		default:
			less = less || core.CompareScalars(y, x) < 0
		}
		if less {
			return limit
		}
	}
	return ""
}

// inUse says whether a schema, or a schema that refers to the resource, has a
// dataset (or, by the switch, data), or is enabled for Profile.
func inUse(c *core.Call, k core.Kind, o object) bool {
	id := core.Text(o, "$id")
	if k != core.KindSchema {
		for _, user := range referrers(c.Space, id) {
			for _, e := range registryKinds {
				if r := c.Space.Get(e.kind, user); r != nil && inUse(c, e.kind, r.Object()) {
					return true
				}
			}
		}
		return false
	}
	if HasUnionTag(o) {
		return true
	}
	for _, d := range c.Space.Table(core.KindDataset).By("schemaRef.id", id) {
		if c.Env.Switches.Additive == "used" && !IsRelational(o) || c.Space.HasData(d.ID) {
			return true
		}
	}
	return false
}
