package knowledge

import (
	"fmt"
	"testing"
)

// TestCompare: each change of a catalog is found, with what it was and is, and whether it can break a mapping.
func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *Catalog)
		want   string // "" for no change
	}{
		"nothing": {func(*Catalog) {}, ""},
		"table gone": {func(c *Catalog) {
			delete(c.Sources, "connection.crm")
		}, "source-removed connection.crm public.members true"},
		"column gone":    {func(c *Catalog) { delete(columns(c), "id") }, "column-removed id string→ true"},
		"column new":     {func(c *Catalog) { columns(c)["new"] = "date" }, "column-added new →date false"},
		"column retyped": {func(c *Catalog) { columns(c)["odd"] = "long" }, "column-retyped odd ?→long true"},
		"schema gone":    {func(c *Catalog) { delete(c.Schemas, schemaID) }, "schema-removed Members→ true"},
		"title": {func(c *Catalog) {
			edit(c, func(s *Schema) { s.Title = "M" })
		}, "schema-changed title Members→M false"},
		"profile": {func(c *Catalog) {
			edit(c, func(s *Schema) { s.Profile = false })
		}, "schema-changed profile true→false false"},
		"group gone": {func(c *Catalog) {
			edit(c, func(s *Schema) { s.Parts = nil })
		}, "schema-changed parts " + groupID + "→ true"},
		"not primary": {func(c *Catalog) {
			identities(c)["_{TENANT_ID}.level"] = Identity{"CRMID", false}
		}, "identity-changed _{TENANT_ID}.level CRMID, primary→CRMID true"},
		"identity gone": {func(c *Catalog) {
			delete(identities(c), "_{TENANT_ID}.level")
		}, "identity-removed _{TENANT_ID}.level CRMID, primary→ true"},
		"not deprecated": {func(c *Catalog) {
			edit(c, func(s *Schema) { s.Deprecated = nil })
		}, "field-undeprecated _{TENANT_ID}.shops.city → false"},
		"field gone": {func(c *Catalog) {
			delete(c.Parts[typeID].Fields, "city")
		}, "field-removed city " + `{"type":"string","maxLength":3,"required":true}` + "→ true"},
		"field retyped": {func(c *Catalog) {
			c.Parts[groupID].Fields["_{TENANT_ID}.points"] = Field{Type: "string"}
		}, "field-retyped _{TENANT_ID}.points long→string true"},
		"field deprecated": {func(c *Catalog) {
			c.Parts[groupID].Fields["_{TENANT_ID}.points"] = Field{Type: "long", Deprecated: true}
		}, "field-deprecated _{TENANT_ID}.points → true"},
		"part gone": {func(c *Catalog) { delete(c.Parts, classID) }, "part-removed Member→ true"},
	} {
		after := known(t)
		c.change(after)
		got := ""
		for _, d := range Compare(known(t), after) {
			path := d.Path + " "
			if d.Path == "" {
				path = ""
			}
			got += fmt.Sprintf("%s %s%s→%s %v", d.Kind, path, d.Before, d.After, d.Breaking())
			if d.Kind == SourceRemoved {
				got = fmt.Sprintf("%s %s %v", d.Kind, d.Object, d.Breaking())
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, expected %s", name, got, c.want)
		}
	}
}

func columns(c *Catalog) map[string]string {
	return c.Sources["connection.crm"]["public.members"].Columns
}

func identities(c *Catalog) map[string]Identity { return c.Schemas[schemaID].Identities }

func edit(c *Catalog, change func(*Schema)) {
	s := c.Schemas[schemaID]
	change(&s)
	c.Schemas[schemaID] = s
}

// TestLies: a field of a data type lies wherever a field of the schema is of that type, also inside another one.
func TestLies(t *testing.T) {
	c := known(t)
	for _, tt := range []struct{ resource, path, want string }{
		{typeID, "city", "[_{TENANT_ID}.shops.city]"},
		{groupID, "_{TENANT_ID}.points", "[_{TENANT_ID}.points]"},
		{schemaID, "own[]", "[own]"},
		{"https://ns.adobe.com/{TENANT_ID}/mixins/none", "city", "[]"},
	} {
		if got := fmt.Sprint(c.Lies(schemaID, nil, tt.resource, tt.path)); got != tt.want {
			t.Errorf("%s %s lies at %s, expected %s", tt.resource, tt.path, got, tt.want)
		}
	}
	if got := fmt.Sprint(c.Lies("schema.own", []string{groupID}, typeID, "city")); got != "[_{TENANT_ID}.shops.city]" {
		t.Errorf("in the schema of a document, it lies at %s", got)
	}
}
