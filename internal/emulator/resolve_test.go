package emulator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

func (a *api) dataType(title string, fields ...any) string {
	a.t.Helper()
	properties := object{"x": object{"type": "string"}}
	for i := 0; i+1 < len(fields); i += 2 {
		properties[fields[i].(string)] = object{"$ref": fields[i+1]}
	}
	return a.post(registryBase+"/tenant/datatypes",
		object{"type": "object", "title": title, "properties": properties}).want(201).text("$id")
}

// look reads a resource in every way that follows references.
func (a *api) look(kind, id string) reply {
	a.t.Helper()
	a.get(registryBase + "/rpc/export/" + registry.AltID(id)).want(200)
	if kind == "schemas" {
		a.get(registryBase + "/rpc/sampledata/" + registry.AltID(id)).want(200)
	}
	return a.do("GET", registryBase+"/tenant/"+kind+"/"+registry.AltID(id), nil, fullXed...).want(200)
}

// A type that refers to itself, by way of another too, ends where it would
// begin again.
func TestCyclesEnd(t *testing.T) {
	a := open(t, Options{})
	one := a.dataType("One")
	two := a.dataType("Two", "one", one)
	patch := fmt.Sprintf(`[{"op":"add","path":"/properties/two","value":{"$ref":%q}},{"op":"add","path":"/properties/self","value":{"$ref":%q}},{"op":"add","path":"/properties/many","value":{"type":"array","items":{"$ref":%q}}}]`, two, one, one)
	a.do("PATCH", registryBase+"/tenant/datatypes/"+registry.AltID(one), patch).want(200)
	r := a.look("datatypes", one)
	if core.Text(r.v, "properties", "two", "properties", "x", "type") != "string" ||
		core.At(r.v, "properties", "self", "properties") != nil {
		t.Errorf("resolved %s", r.raw)
	}
	g := group("Cyclic", "_aepflow")
	core.At(g, "definitions", "d", "properties").(object)["_aepflow"] = object{"type": "object",
		"properties": object{"one": object{"$ref": one}}}
	id := a.post(registryBase+"/tenant/fieldgroups", g).want(201).text("$id")
	schema := a.post(registryBase+"/tenant/schemas",
		object{"type": "object", "title": "Cyclic too",
			"allOf": []any{object{"$ref": registry.ClassProfile}, object{"$ref": id}}}).want(201).text("$id")
	if r := a.look("schemas", schema); core.Text(r.v, "properties", "_aepflow", "properties", "one", "properties", "two",
		"properties", "x", "type") != "string" {
		t.Errorf("resolved %s", r.raw)
	}
}

// Types of types of types: a few kilobytes that would be more fields than there
// is memory.
func TestNoSchemaIsTooLarge(t *testing.T) {
	a := open(t, Options{})
	below := a.dataType("Level 0")
	for level := 1; level <= 10; level++ {
		var fields []any
		for i := range 8 {
			fields = append(fields, fmt.Sprint("f", i), below)
		}
		below = a.dataType(fmt.Sprint("Level ", level), fields...)
	}
	r := a.look("datatypes", below)
	if n := strings.Count(string(r.raw), `"x"`); n < 500 || n > registry.MaxFields {
		t.Errorf("%d fields of level 0", n)
	}
	group := a.post(registryBase+"/tenant/fieldgroups",
		object{"type": "object", "title": "Group 0", "meta:intendedToExtend": []any{registry.ClassProfile},
			"allOf": []any{object{"$ref": registry.IdentityMapID}}}).want(201).text("$id")
	for level := 1; level <= 12; level++ {
		group = a.post(registryBase+"/tenant/fieldgroups", object{"type": "object", "title": fmt.Sprint("Group ", level),
			"meta:intendedToExtend": []any{registry.ClassProfile},
			"allOf":                 []any{object{"$ref": group}, object{"$ref": group}, object{"$ref": group}}}).want(201).text("$id")
	}
	if r := a.look("fieldgroups", group); core.At(r.v, "properties", "identityMap") == nil {
		t.Errorf("groups of groups: %.200s", r.raw)
	}
}
