package knowledge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/xdm"
)

const (
	schemaID = "https://ns.adobe.com/{TENANT_ID}/schemas/1111"
	classID  = "https://ns.adobe.com/{TENANT_ID}/classes/2222"
	groupID  = "https://ns.adobe.com/{TENANT_ID}/mixins/3333"
	typeID   = "https://ns.adobe.com/{TENANT_ID}/datatypes/4444"
)

// known returns a catalog as the registry of the organization acme fills it.
func known(t *testing.T) *Catalog {
	t.Helper()
	c := New("_acme")
	c.Sources = map[string]map[string]Source{
		"connection.crm": {"public.members": {Columns: map[string]string{"id": "string", "odd": "", "a <b>": "long"}}},
		"empty":          {},
	}
	live := func(text string) []byte { return []byte(strings.ReplaceAll(text, "{TENANT_ID}", "acme")) }
	more, err := c.AddSchema(strings.ReplaceAll(schemaID, "{TENANT_ID}", "acme"), live(`{"title": "Members",
		"meta:class": "`+classID+`", "meta:immutableTags": ["union"],
		"allOf": [{"$ref": "`+groupID+`"}, {"$ref": "`+classID+`"}, {"$ref": "`+groupID+`"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := []PartRef{{groupID, GroupPart}, {classID, ClassPart}}; fmt.Sprint(more) != fmt.Sprint(want) {
		t.Errorf("the schema refers to %v, expected %v", more, want)
	}
	add := func(ref PartRef, text string) []PartRef {
		more, err := c.AddPart(ref, live(text))
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	add(PartRef{classID, ClassPart}, `{"title": "Member",
		"allOf": [{"$ref": "https://ns.adobe.com/xdm/data/time-series"}]}`)
	more = add(PartRef{groupID, GroupPart}, `{"title": "Loyalty", "allOf": [{"$ref": "#/definitions/own"}],
		"definitions": {"own": {"properties": {"_acme": {"type": "object", "properties": {
			"points": {"type": "integer", "minimum": -9007199254740992, "maximum": 9007199254740992},
			"level": {"type": "integer", "minimum": 1, "maximum": 5},
			"tier": {"type": "string", "enum": ["gold", 1], "meta:status": "deprecated"},
			"shops": {"type": "array", "items": {"$ref": "`+typeID+`"}},
			"scores": {"type": "object", "additionalProperties": {"type": "number"}},
			"anything": {"type": "object"},
			"odd name": {"type": "string"}}}}}}}`)
	if fmt.Sprint(more) != fmt.Sprint([]PartRef{{typeID, TypePart}}) {
		t.Errorf("the field group refers to %v", more)
	}
	add(PartRef{typeID, TypePart}, `{"title": "Shop", "type": "object", "required": ["city"],
		"properties": {"city": {"type": "string", "maxLength": 3}, "next": {"$ref": "`+typeID+`"}}}`)
	for _, d := range []string{
		`{"@type": "xdm:descriptorIdentity", "xdm:sourceSchema": "` + schemaID + `", "xdm:sourceProperty": "/_acme/level",
			"xdm:namespace": "CRMID", "xdm:property": "xdm:code", "xdm:isPrimary": true}`,
		`{"@type": "xdm:descriptorDeprecated", "xdm:sourceSchema": "` + schemaID + `",
			"xdm:sourceProperty": "/_acme/shops/city"}`,
		`{"@type": "xdm:descriptorIdentity", "xdm:sourceSchema": "https://ns.adobe.com/acme/schemas/other",
			"xdm:sourceProperty": "/a"}`,
	} {
		if err := c.AddDescriptor(live(d)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestText(t *testing.T) {
	c := known(t)
	text := c.Text()
	if !json.Valid(text) {
		t.Fatalf("not JSON:\n%s", text)
	}
	for _, line := range []string{
		`"a <b>": "long",`,
		`"_{TENANT_ID}.level": {"namespace":"CRMID","primary":true}`,
		`"_{TENANT_ID}.points": {"type":"long"},`, // whichever way its bounds are written
		`"_{TENANT_ID}.level": {"type":"byte","minimum":1,"maximum":5},`,
		`"_{TENANT_ID}.shops[]": {"$ref":"` + typeID + `"},`,
		`"_{TENANT_ID}.tier": {"type":"string","enum":["gold"],"deprecated":true}`,
		`"_{TENANT_ID}.scores.*": {"type":"number"},`,
		`"timestamp": {"type":"string","format":"date-time","required":true}`,
		`"_{TENANT_ID}.shops.city"`,
	} {
		if !strings.Contains(string(text), "  "+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
	if strings.Contains(string(text), "acme/") || strings.Contains(string(text), "odd name") {
		t.Errorf("a tenant, or a name that no path has:\n%s", text)
	}
	again, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Text(), text) || len(Compare(c, again)) > 0 {
		t.Errorf("read again it is another catalog: %v\n%s", Compare(c, again), again.Text())
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, text)
	if _, err := Parse(compact.Bytes()); err != nil {
		t.Errorf("with other white space: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	text := string(known(t).Text())
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"edited":            {strings.Replace(text, `"id": "string"`, `"id": "long"`, 1), ErrDigest},
		"conflict":          {strings.Replace(text, "  \"sources\"", "<<<<<<< HEAD\n  \"sources\"", 1), ErrConflict},
		"newer":             {strings.Replace(text, `"1.0"`, `"2.0"`, 1), ErrNewer},
		"no JSON":           {text[:len(text)/2], nil},
		"no catalog":        {`{"format_version": "1.0", "sources": 1}`, nil},
		"digest of nothing": {`{"format_version": "1.0"}`, ErrDigest},
	} {
		if _, err := Parse([]byte(c.text)); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, expected %v", name, err, c.want)
		}
	}
	if _, err := Parse([]byte(strings.Replace(text, `"1.0"`, `"1.7"`, 1))); err != nil {
		t.Errorf("a newer minor version: %v", err)
	}
}

func TestFacts(t *testing.T) {
	x := NewFacts("file", known(t))
	s, fields, ok := x.Schema("https://ns.adobe.com/acme/schemas/1111")
	if !ok || !s.Profile {
		t.Fatalf("%+v", s)
	}
	for path, want := range map[string]string{
		"_id": "string", "timestamp": "date-time", "_{TENANT_ID}.points": "long", "_acme.level": "byte",
		"_acme.shops[0].city": "string", "_acme.scores.any": "number", "_acme.shops[0].next.city": "unchecked",
		"_acme.anything.below": "unchecked", "_acme.tier": "string",
		"_acme.tierr": xdm.UnknownPath, "_acme.level.below": xdm.ChildOfLeaf, "person": xdm.UnknownPath,
		"_acme.shops[0].town": xdm.UnknownPath, "_other.tier": xdm.WrongTenant,
	} {
		f, err := fields.Lookup(path)
		got := f.Type
		switch {
		case err != nil:
			got = err.Code
		case !f.Checked:
			got = "unchecked"
		}
		if got != want {
			t.Errorf("%s is %s, expected %s", path, got, want)
		}
		deprecated := path == "_acme.tier" || path == "_acme.shops[0].city"
		if f.Deprecated != deprecated {
			t.Errorf("%s: deprecated %v", path, f.Deprecated)
		}
	}
	if _, err := fields.Lookup("_acme.tierr"); err == nil || fmt.Sprint(err.Near) != "[_acme.tier]" {
		t.Errorf("suggests %v", err)
	}
	var missing []string
	for _, m := range fields.Required([]string{"_acme.shops[0].next"}) {
		missing = append(missing, m.Path)
	}
	if fmt.Sprint(missing) != "[timestamp _{TENANT_ID}.shops[*].city]" {
		t.Errorf("requires %v", missing)
	}
	if _, _, ok := (*Facts)(nil).Schema(schemaID); ok {
		t.Error("no facts know a schema")
	}
}

// TestStandardAndMore: fields of an organization's field group lie beside those of a standard one, which all schemas
// share.
func TestStandardAndMore(t *testing.T) {
	c := New("acme")
	if _, err := c.AddPart(PartRef{groupID, GroupPart}, []byte(`{"properties": {
		"personalEmail": {"type": "object", "properties": {"verified": {"type": "boolean"}}},
		"homeAddress": {"type": "object", "properties": {"floor": {"type": "integer"}}}}}`)); err != nil {
		t.Fatal(err)
	}
	x := NewFacts("", c)
	s, _ := xdm.NewSchema("profile", []string{"profile-personal-details", groupID}, nil, "acme")
	both := s.With(x.Part, x.Type)
	plain, _ := xdm.NewSchema("profile", []string{groupID}, nil, "acme")
	only := plain.With(x.Part, x.Type)
	standard, _ := xdm.NewSchema("profile", []string{"profile-personal-details"}, nil, "acme")
	for _, c := range []struct {
		name   string
		schema *xdm.Schema
		path   string
		found  bool
	}{
		{"both", both, "personalEmail.verified", true}, {"both", both, "personalEmail.address", true},
		{"both", both, "homeAddress.floor", true}, {"both", both, "homeAddress.city", true},
		{"only", only, "personalEmail.verified", true}, {"only", only, "personalEmail.address", false},
		{"standard", standard, "personalEmail.verified", false}, {"standard", standard, "personalEmail.address", true},
	} {
		if _, err := c.schema.Lookup(c.path); (err == nil) != c.found {
			t.Errorf("%s, %s: %v", c.name, c.path, err)
		}
	}
	if len(both.Unknown()) > 0 || len(s.Unknown()) != 1 {
		t.Errorf("unknown: %v, and before %v", both.Unknown(), s.Unknown())
	}
}

func TestBounds(t *testing.T) {
	deep := strings.Repeat(`{"type": "object", "properties": {"a": `, 100) + `{"type": "string"}` +
		strings.Repeat("}}", 100)
	var wide strings.Builder
	for i := range maxFields + 2 {
		fmt.Fprintf(&wide, `"f%d": {"type": "string"},`, i)
	}
	for name, text := range map[string]string{
		"deep": deep, "no object": `[]`, "no JSON": `{`,
		"wide": `{"properties": {` + wide.String() + `"o": {"type": "object", "properties": {"x": {"type": "string"}}}}}`,
		"circular": `{"allOf": [{"$ref": "#/definitions/a"}],
			"definitions": {"a": {"allOf": [{"$ref": "#/definitions/a"}]}}}`,
	} {
		if _, err := New("").AddPart(PartRef{groupID, GroupPart}, []byte(text)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"properties": {"a": {"type": "array", "items": {"$ref": "` + typeID + `"}}}}`))
	f.Add([]byte(`{"properties": {"a": {"properties": {"*": {"type": "string"}, "b[]": {}}}}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		c := New("acme")
		if _, err := c.AddPart(PartRef{typeID, TypePart}, answer); err != nil {
			return
		}
		text := c.Text()
		again, err := Parse(text)
		if err != nil || !bytes.Equal(again.Text(), text) {
			t.Fatalf("%v\n%s", err, text)
		}
		NewFacts("", again).Type(typeID)
	})
}

// TestStandardParts: of Adobe's parts, the catalog has the fields that are deprecated, by Adobe or by a descriptor. It
// stays silent about their other fields, which aepflow knows.
func TestStandardParts(t *testing.T) {
	const person, profile = "https://ns.adobe.com/xdm/context/profile-person-details",
		"https://ns.adobe.com/xdm/context/profile"
	c := New("acme")
	ref := PartRef{person, GroupPart}
	if !IsKnown(person, GroupPart) || !IsKnown(profile, ClassPart) || IsKnown(groupID, GroupPart) {
		t.Fatal("the standard parts are not known")
	}
	if err := c.AddStandard(ref, []byte(`{"title": "Demographic Details", "properties": {
		"person": {"type": "object", "properties": {
			"taxId": {"type": "string", "meta:status": "deprecated"}, "name": {"type": "object", "properties": {
				"suffix": {"type": "string"}}}}},
		"faxes": {"type": "array", "items": {"type": "object", "properties": {
			"number": {"type": "string", "meta:status": "deprecated"}}}},
		"new": {"type": "string"}}}`)); err != nil {
		t.Fatal(err)
	}
	if err := c.AddStandard(PartRef{profile, ClassPart}, []byte(`{"title": "Profile"}`)); err != nil {
		t.Fatal(err)
	}
	if err := c.AddStandard(ref, []byte(`[]`)); err == nil {
		t.Error("a list is a field group")
	}
	before := *c
	before.Parts = map[string]Part{profile: c.Parts[profile], person: c.Parts[person]}
	for _, d := range []string{
		`{"@type": "xdm:descriptorDeprecated", "xdm:sourceSchema": "` + person + `",
			"xdm:sourceProperty": ["/person/name/suffix", "/person/taxId", 7]}`,
		`{"@type": "xdm:descriptorDeprecated", "xdm:sourceSchema": "https://ns.adobe.com/xdm/context/other",
			"xdm:sourceProperty": "/a"}`,
		`{"@type": "xdm:descriptorIdentity", "xdm:sourceSchema": "` + person + `", "xdm:sourceProperty": "/a"}`,
	} {
		if err := c.AddDescriptor([]byte(d)); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(c.Parts[person].Deprecated); got != "[faxes.number person.name.suffix person.taxId]" {
		t.Error(got)
	}
	if got := fmt.Sprint(Compare(&before, c)); got != "[{field-deprecated "+person+" person.name.suffix  }]" {
		t.Error(got)
	}
	again, err := Parse(c.Text())
	if err != nil || len(Compare(c, again)) > 0 {
		t.Errorf("read again it is another catalog: %v\n%s", err, c.Text())
	}
	x := NewFacts("", again)
	s, _ := xdm.NewSchema("profile", []string{"profile-person-details"}, nil, "acme")
	for path, marked := range map[string]bool{
		"person.name.suffix": true, "person.name.firstName": false, "person.taxId": false, // Adobe's model says it
	} {
		f, err := x.Fill(s).Find(path)
		if err != nil || f.Marked != marked || f.Deprecated != (marked || path == "person.taxId") {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
	}
	if got := (*Facts)(nil).Fill(s); got != s {
		t.Error("a catalog that does not exist changed the schema")
	}
}
