package registry

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

const tenantPlaceholder = "<XDM_TENANTID_PLACEHOLDER>"

func notImported(format string, args ...any) error {
	return core.XDMError(3005, http.StatusBadRequest, "Import Resource Failed", format, args...)
}

// exportResource gives a resource with the tenant's resources that it stands
// on, the tenant's id replaced.
func exportResource(c *core.Call) (core.Answer, error) {
	o := FindResource(c.Space, c.Arg("id"))
	if o == nil || core.Text(o, "meta:containerId") == "global" {
		return core.Answer{}, noResource(core.KindSchema, c.Arg("id"))
	}
	var out []any
	seen := map[string]bool{}
	var walk func(o object)
	walk = func(o object) {
		id := core.Text(o, "$id")
		if seen[id] {
			return
		}
		seen[id] = true
		for _, ref := range references(o) {
			if dep := FindResource(c.Space, ref); dep != nil && core.Text(dep, "meta:containerId") != "global" {
				walk(dep)
			}
		}
		out = append(out, o)
	}
	walk(o)
	b := string(core.ToJSON(out))
	b = strings.ReplaceAll(b, "_"+c.Space.Org.Tenant+`"`, "_"+tenantPlaceholder+`"`)
	b = strings.ReplaceAll(b, "_"+c.Space.Org.Tenant+".", "_"+tenantPlaceholder+".")
	b = strings.ReplaceAll(b, NsRoot+c.Space.Org.Tenant+"/", NsRoot+tenantPlaceholder+"/")
	return core.Answer{Status: http.StatusOK, Body: []byte(b)}, nil
}

// references lists what a resource refers to, anywhere in it.
func references(v any) []string {
	var out []string
	switch v := v.(type) {
	case object:
		if ref := core.Text(v, "$ref"); ref != "" && !strings.HasPrefix(ref, "#") {
			out = append(out, ref)
		}
		for _, e := range v {
			out = append(out, references(e)...)
		}
	case []any:
		for _, e := range v {
			out = append(out, references(e)...)
		}
	}
	return out
}

// importResources makes an export's resources in this sandbox, under its own
// tenant; ids keep their last part.
func importResources(c *core.Call) (core.Answer, error) {
	b := strings.ReplaceAll(string(c.Raw), tenantPlaceholder, c.Space.Org.Tenant)
	v, err := core.DecodeJSON([]byte(b))
	items, isList := v.([]any)
	if err != nil || !isList || len(items) == 0 {
		return core.Answer{}, notImported("the body is not an array of exported resources")
	}
	for _, e := range items {
		o, isObject := e.(object)
		id := core.Text(o, "$id")
		var k core.Kind
		for _, rk := range registryKinds {
			if isObject && strings.HasPrefix(id, NsRoot+c.Space.Org.Tenant+"/"+rk.segment+"/") {
				k = rk.kind
			}
		}
		if k == "" {
			return core.Answer{}, notImported("%q is not the id of a resource of this tenant", id)
		}
		if c.Space.Get(k, id) != nil {
			continue
		}
		checked, err := checkResource(c, k, o, id)
		if err != nil {
			return core.Answer{}, notImported("%s: %s", id, core.DetailOf(err))
		}
		delete(checked, "meta:registryMetadata")
		c.Space.Put(k, id, c.Millis(), CompleteResource(c, k, id, "1.0", checked))
	}
	out := []any{}
	for _, e := range items {
		out = append(out, FindResource(c.Space, core.Text(e, "$id")))
	}
	return core.OK(out)
}

// sampleData makes one record of a schema, in standard names.
func sampleData(c *core.Call) (core.Answer, error) {
	o := FindResource(c.Space, c.Arg("id"))
	if o == nil {
		return core.Answer{}, noResource(core.KindSchema, c.Arg("id"))
	}
	properties, _ := Resolve(c.Space, o)["properties"].(object)
	return core.OK(standardRecord(sampleObject(properties, c.Now)))
}

func sampleObject(properties object, now time.Time) object {
	out := object{}
	for name, v := range properties {
		if field, isObject := v.(object); isObject {
			out[name] = sampleValue(name, field, now)
		}
	}
	return out
}

func sampleValue(name string, field object, now time.Time) any {
	if d, has := field["default"]; has {
		return d
	}
	if e := core.List(field, "enum"); len(e) > 0 {
		return e[0]
	}
	if e, isTexts := field["enum"].([]string); isTexts && len(e) > 0 {
		return e[0]
	}
	switch core.Text(field, "meta:xdmType") {
	case "date":
		return now.Format(time.DateOnly)
	case "date-time":
		return now.Format(time.RFC3339)
	case "boolean":
		return true
	case "number":
		return 1.5
	case "int", "integer", "long", "short", "byte":
		if n, has := core.AsInt(field["minimum"]); has && n > 0 {
			return n
		}
		return 1
	case "array":
		items, _ := field["items"].(object)
		return []any{sampleValue(name, items, now)}
	case "map":
		values, _ := field["additionalProperties"].(object)
		return object{"key": sampleValue(name, values, now)}
	case "object":
		below, _ := field["properties"].(object)
		return sampleObject(below, now)
	}
	switch core.Text(field, "format") {
	case "email":
		return "name@example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "uri", "uri-reference":
		return "https://example.com/" + name
	}
	return fmt.Sprintf("sample %s", name)
}

func auditLog(c *core.Call) (core.Answer, error) {
	id := fullID(c.Arg("id"))
	o := FindResource(c.Space, id)
	if o == nil {
		return core.Answer{}, noResource(core.KindSchema, c.Arg("id"))
	}
	entry := func(action string, at any) object {
		ms, _ := core.AsInt(at)
		return object{
			"id": id, "xedId": id, "auditTrails": []any{}, "action": action, "path": "/", "value": object{},
			"requestId": c.RequestID, "version": o["version"],
			"user":        core.Text(o, "meta:registryMetadata", "xdm:lastModifiedUserId"),
			"clientId":    core.Text(o, "meta:registryMetadata", "xdm:lastModifiedClientId"),
			"updatedTime": time.UnixMilli(ms).UTC().Format("01-02-2006 15:04:05"),
			"updatedUser": core.Text(o, "meta:registryMetadata", "xdm:lastModifiedUserId"), "imsOrg": c.Space.Org.ID,
		}
	}
	out := []any{entry("add", at2(o, "repo:createdDate"))}
	if core.Text(o, "version") != "1.0" {
		out = append(out, entry("update", at2(o, "repo:lastModifiedDate")))
	}
	return core.OK(out)
}

// standardNames turns the fields of a schema from compatibility to standard
// names: `person` into `xdm:person`, `_id` into `@id`, the members of `_repo`
// into `repo:…`.
func standardNames(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for k, e := range v {
			if k == "properties" {
				out[k] = standardFields(e)
			} else {
				out[k] = standardNames(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = standardNames(e)
		}
		return out
	}
	return v
}

// standardRecord does the same to data.
func standardRecord(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for k, e := range v {
			standardField(out, k, standardRecord(e))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = standardRecord(e)
		}
		return out
	}
	return v
}

func standardFields(v any) any {
	o, isObject := v.(object)
	if !isObject {
		return v
	}
	out := object{}
	for k, e := range o {
		field := standardNames(e)
		if below, isObject := core.At(e, "properties").(object); isObject && prefixes[k] != "" {
			for sub, f := range below {
				out[prefixes[k]+sub] = standardNames(f)
			}
			continue
		}
		standardField(out, k, field)
	}
	return out
}

var prefixes = map[string]string{"_repo": "repo:", "_schema": "schema:", "_dc": "dc:"}

func standardField(out object, name string, v any) {
	switch {
	case name == "_id" || name == "_type":
		out["@"+name[1:]] = v
	case prefixes[name] != "":
		below, isObject := v.(object)
		if !isObject {
			out[name] = v
			return
		}
		for k, e := range below {
			out[prefixes[name]+strings.TrimPrefix(k, "xdm:")] = e
		}
	case strings.HasPrefix(name, "_"), strings.Contains(name, ":"), strings.HasPrefix(name, "@"):
		out[name] = v
	default:
		out["xdm:"+name] = v
	}
}
