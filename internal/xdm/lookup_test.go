package xdm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/specs"
)

func shape(t testing.TB, word string) Shape {
	t.Helper()
	s, ok := FieldShape(word)
	if !ok {
		t.Fatalf("no type %q", word)
	}
	return s
}

// profile is a schema with something of everything.
func profile(t testing.TB) *Schema {
	t.Helper()
	s, problems := NewSchema("profile",
		[]string{"Demographic Details", "profile-personal-details", "https://ns.adobe.com/xdm/mixins/profile-consents", "identitymap", "b2b-person-components", "profile-segmentation"},
		[]OwnField{
			{Path: "loyaltyId", Shape: shape(t, "string"), Required: true},
			{Path: "_{TENANT_ID}.points", Shape: shape(t, "integer")},
			{Path: "_acme.tags", Shape: shape(t, "string[]")},
			{Path: "orders[*].sku", Shape: shape(t, "string"), Required: true},
			{Path: "orders[*].qty", Shape: shape(t, "short")},
			{Path: "scores", Shape: shape(t, "map of integer")},
		}, "acme")
	if problems != nil {
		t.Fatal(problems)
	}
	return s
}

func TestLookup(t *testing.T) {
	s := profile(t)
	for _, tt := range []struct{ path, want string }{
		{"_id", "string uri-reference [profile]"},
		{"_repo.createDate", "date-time [profile]"},
		{"person", "object [profile-person-details]"},
		{"person.name.firstName", "string [profile-person-details]"},
		{"person.birthDate", "date [profile-person-details]"},
		{"person.birthYear", "short [profile-person-details]"},
		{"person.gender", "string enum:4 [profile-person-details]"},
		{"person.taxId", "string deprecated [profile-person-details]"},
		{"personalEmail.address", "string email [profile-personal-details]"},
		{"homeAddress._schema.latitude", "number -90..90 [profile-personal-details]"},
		{"createdByBatchID", "string uri-reference read-only [profile]"},
		{"consents.marketing.email.val", "string enum:11 required [profile-consents]"},
		{"identityMap", "map [identitymap]"},
		{"identityMap.Email", "array below:map [identitymap]"},
		{"identityMap.Email[0].id", "string below:array [identitymap]"},
		{"identityMap.ECID[*].primary", "boolean below:array [identitymap]"},
		{"identityMap.ECID.primary", "boolean below:array index-missing@12-16 [identitymap]"},
		{"personComponents", "array [b2b-person-components]"},
		{"personComponents[0]", "object below:array [b2b-person-components]"},
		{"personComponents[0].workEmail.address", "string email below:array [b2b-person-components]"},
		{"personComponents.workEmail.address", "string email below:array index-missing@0-16 [b2b-person-components]"},
		{"_acme.loyaltyId", "string required own"},
		{"_{TENANT_ID}.points", "int -2147483648..2147483647 own"},
		{"_acme.tags", "array own"},
		{"_acme.tags[3]", "string below:array own"},
		{"_acme.orders[0].qty", "short -32768..32767 below:array own"},
		{"_acme.scores.any", "int -2147483648..2147483647 below:map own"},
		{"_acme", "object own"},

		{"person.nmae.firstName", "error unknown-path@7-11 below person; near person.name.firstName"},
		{"person.firstName", "error unknown-path@7-16 below person; near person.name.firstName"},
		{"Person.Name.FirstName", "error unknown-path@0-6; near person.name.firstName"},
		{"personalEmail.adress", "error unknown-path@14-20 below personalEmail; near personalEmail.address"},
		{"firstName", "error unknown-path@0-9; near person.name.firstName"},
		{"loyaltyId", "error unknown-path@0-9; near _{TENANT_ID}.loyaltyId"},
		{"_acme.loyaltyid", "error unknown-path@6-15 below _acme; near _acme.loyaltyId"},
		{"_acme.orders[*].skuu", "error unknown-path@16-20 below _acme.orders[*]; near _acme.orders[*].sku"},
		{"_other.points", "error wrong-tenant@0-6; near _{TENANT_ID}.points"},
		{"loyalty.points", "error unknown-path@0-7; groups profile-loyalty-details"},
		{"preferredLanguage", "error unknown-path@0-17; groups profile-preferences-details"},
		{"web.webPageDetails.URL", "error unknown-path@0-3"},
		{"timestamp", "error unknown-path@0-9"},
		{"person[0].name", "error not-an-array@6-9 below person"},
		{"person.name.firstName.x", "error child-of-scalar@22-23 below person.name.firstName"},
		{"", "error bad-path@0-0 (empty segment)"},
		{"person..name", "error bad-path@7-8 (empty segment)"},
		{"person.", "error bad-path@7-7 (empty segment)"},
		{"identityMap.Email[x].id", "error bad-path@17-20 (index)"},
		{"identityMap.Email[0.id", "error bad-path@17-22 (unclosed [)"},
		{"identityMap.Email[00].id", "error bad-path@17-21 (index)"},
		{"a]", "error bad-path@1-2 (] without [)"},
	} {
		f, err := s.Lookup(tt.path)
		if got := summary(f, err); got != tt.want {
			t.Errorf("Lookup(%s)\n got %s\nwant %s", tt.path, got, tt.want)
		}
		if err != nil {
			for _, near := range err.Near {
				if _, err := s.Lookup(near); err != nil {
					t.Errorf("Lookup(%s) suggests %s, which is %s", tt.path, near, err.Code)
				}
			}
		}
	}
}

// summary prints what differs from a plain standard text.
func summary(f Field, err *PathError) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "error %s@%d-%d", err.Code, err.Start, err.End)
		if err.Parent != "" {
			b.WriteString(" below " + err.Parent)
		}
		if err.Detail != "" {
			b.WriteString(" (" + err.Detail + ")")
		}
		if len(err.Near) > 0 {
			b.WriteString("; near " + strings.Join(err.Near, " "))
		}
		if len(err.Groups) > 0 {
			b.WriteString("; groups " + strings.Join(err.Groups, " "))
		}
		return b.String()
	}
	if !f.Checked {
		return "unchecked"
	}
	b.WriteString(f.Type)
	word := func(present bool, format string, args ...any) {
		if present {
			fmt.Fprintf(&b, " "+format, args...)
		}
	}
	word(f.Format != "", "%s", f.Format)
	if f.Minimum != nil && f.Maximum != nil && f.Type != "short" || f.Own && f.Type == "short" {
		word(true, "%.0f..%.0f", *f.Minimum, *f.Maximum)
	}
	word(len(f.Enum) > 0, "enum:%d", len(f.Enum))
	word(f.Required, "required")
	word(f.Deprecated, "deprecated")
	word(f.ReadOnly, "read-only")
	word(f.Below != "", "below:%s", f.Below)
	for _, n := range f.Notes {
		word(true, "%s@%d-%d", n.Code, n.Start, n.End)
	}
	word(f.Own, "own")
	word(len(f.From) > 0, "[%s]", strings.Join(f.From, " "))
	return b.String()
}

func TestUnknownPartsMakePathsUnchecked(t *testing.T) {
	const custom = "https://ns.adobe.com/acme/mixins/0123"
	for _, tt := range []struct {
		class  string
		groups []string
		tenant string
		path   string
		want   string
	}{
		{"event", []string{custom}, "acme", "timestamp", "date-time required [experienceevent]"},
		{"event", []string{custom}, "acme", "unheard.of", "unchecked"},
		{"event", []string{custom}, "acme", "_acme.unheard", "unchecked"},
		{"event", []string{custom}, "acme", "_other.unheard", "error wrong-tenant@0-6"},
		{"event", []string{custom}, "acme", "timestamp.x", "error child-of-scalar@10-11 below timestamp"},
		{"event", nil, "acme", "_acme.points", "error no-own-fields@0-5"},
		{"event", nil, "", "_acme.points", "error no-own-fields@0-5"}, // any namespace may be the org's
		{"https://ns.adobe.com/acme/classes/01", nil, "acme", "anything", "unchecked"},
		{"https://ns.adobe.com/acme/classes/01", nil, "acme", "a..b", "error bad-path@2-3 (empty segment)"},
		{"profile", []string{"experienceevent-web"}, "", "web.webPageDetails.URL", "error unknown-path@0-3"},
	} {
		s, _ := NewSchema(tt.class, tt.groups, nil, tt.tenant)
		f, err := s.Lookup(tt.path)
		if got := summary(f, err); got != tt.want {
			t.Errorf("%s + %v: Lookup(%s) = %s, want %s", tt.class, tt.groups, tt.path, got, tt.want)
		}
	}
	s, _ := NewSchema("event", []string{"experienceevent-web", custom}, nil, "")
	if got := s.Unknown(); !slices.Equal(got, []string{custom}) {
		t.Errorf("Unknown() = %v", got)
	}
}

// Every standard path is found in a schema with every field group, under the
// same path and with the same type.
func TestEveryStandardPathIsFound(t *testing.T) {
	for _, tt := range []struct {
		class  string
		fields []specs.XDMField
	}{{"profile", specs.XDM().Profile}, {"event", specs.XDM().Event}} {
		class, _ := ClassByName(tt.class)
		var groups []string
		for _, g := range fieldGroups(class) {
			groups = append(groups, g.ID)
		}
		s, _ := NewSchema(tt.class, groups, nil, "")
		if len(s.Unknown()) > 0 {
			t.Errorf("%s does not know %v", tt.class, s.Unknown())
		}
		for _, want := range tt.fields {
			f, err := s.Lookup(want.Path)
			if err != nil {
				t.Errorf("Lookup(%s): %s", want.Path, err.Code)
				continue
			}
			if f.Path != want.Path || len(f.From) != len(want.From) || f.Required != want.Required || len(f.Notes) > 0 && f.Notes[0].Code == IndexMissing {
				t.Errorf("Lookup(%s) = %+v", want.Path, f)
			}
			if slash := SlashPath(f.Path); !strings.ContainsAny(f.Path, `[\`) && slash != "/"+strings.ReplaceAll(f.Path, ".", "/") {
				t.Errorf("SlashPath(%s) = %s", f.Path, slash)
			}
		}
	}
}

func TestRequired(t *testing.T) {
	event, _ := NewSchema("event", []string{"experienceevent-commerce"}, nil, "")
	for _, tt := range []struct {
		name         string
		schema       *Schema
		destinations []string
		want         []Missing
	}{
		{"an event needs its id and its time", event, []string{"eventType"}, []Missing{{"_id", "", -1}, {"timestamp", "", -1}}},
		{"nothing is mapped at all", event, nil, []Missing{{"_id", "", -1}, {"timestamp", "", -1}}},
		{"a sibling asks for the required leaf", event, []string{"_id", "timestamp", "commerce.purchases.id", "productListItems[0].quantity"},
			[]Missing{{"commerce.purchases.value", "commerce.purchases", 2}, {"productListItems[*].SKU", "productListItems[*]", 3}}},
		{"the leaf is there", event, []string{"_id", "timestamp", "commerce.purchases.id", "commerce.purchases.value", "productListItems[*].quantity", "productListItems[*].SKU"}, nil},
		{"an object is copied whole", event, []string{"_id", "timestamp", "commerce", "productListItems"}, nil},
		{"without an index", event, []string{"_id", "timestamp", "productListItems.quantity", "productListItems.SKU"}, nil},
		{"a profile needs nothing", profile(t), []string{"person.name.firstName"}, nil},
		{"consents", profile(t), []string{"consents.marketing.email.time", "consents.marketing.email.reason"}, []Missing{{"consents.marketing.email.val", "consents.marketing.email", 0}}},
		{"own fields", profile(t), []string{"_acme.points", "_{TENANT_ID}.orders[0].qty"}, []Missing{{"_{TENANT_ID}.loyaltyId", "_{TENANT_ID}", 0}, {"_{TENANT_ID}.orders[*].sku", "_{TENANT_ID}.orders[*]", 1}}},
		{"own fields are there", profile(t), []string{"_acme.points", "_{TENANT_ID}.loyaltyId"}, nil},
		{"what is not a path counts for nothing", profile(t), []string{"consents.marketing.email.nothing", "a..b"}, nil},
	} {
		if diff := cmp.Diff(tt.want, tt.schema.Required(tt.destinations)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestConflicts(t *testing.T) {
	s := profile(t)
	for _, tt := range []struct {
		destinations []string
		want         []Conflict
	}{
		{[]string{"person.name.firstName", "person.name.lastName"}, nil},
		{[]string{"person.name", "person.name.firstName"}, []Conflict{{First: 0, Second: 1, Inside: true}}},
		{[]string{"person.name.firstName", "person"}, []Conflict{{First: 1, Second: 0, Inside: true}}},
		{[]string{"_id", "personID", "_id", "_id"}, []Conflict{{First: 0, Second: 2}, {First: 0, Second: 3}}},
		{[]string{"_acme.points", "_{TENANT_ID}.points"}, []Conflict{{First: 0, Second: 1}}},
		{[]string{"orders[0].sku", "orders[1].sku"}, nil},
		{[]string{"orders", "orders[1].sku"}, []Conflict{{First: 0, Second: 1, Inside: true}}},
		{[]string{"person", "personID"}, nil},
		{[]string{"a..b", "a..b"}, nil},
	} {
		if diff := cmp.Diff(tt.want, s.Conflicts(tt.destinations)); diff != "" {
			t.Errorf("Conflicts(%v) (-want +got):\n%s", tt.destinations, diff)
		}
	}
}

func FuzzLookup(f *testing.F) {
	for _, path := range []string{"person.name.firstName", "_{TENANT_ID}.points", "identityMap.Email[0].id", "${a.b}.c", `a\.b[*][1]`, "_acme.orders[*].sku", "_acme.scores.x.y", "a.${", `\`, "[0]", "_acme.tags[0][1]"} {
		f.Add(path)
	}
	s := profile(f)
	open, _ := NewSchema("event", []string{"https://ns.adobe.com/acme/mixins/0123"}, nil, "")
	f.Fuzz(func(t *testing.T, path string) {
		for _, s := range []*Schema{s, open} {
			field, err := s.Lookup(path)
			if err != nil {
				if err.Start < 0 || err.End < err.Start || err.End > len(path) {
					t.Fatalf("Lookup(%q) is wrong at %d to %d", path, err.Start, err.End)
				}
				continue
			}
			s.Required([]string{path})
			if !field.Checked {
				continue
			}
			again, err := s.Lookup(field.Path)
			if err != nil || again.Path != field.Path || again.Type != field.Type {
				t.Fatalf("Lookup(%q) is %q, which is %+v, %v", path, field.Path, again, err)
			}
			for _, n := range field.Notes {
				if n.Start < 0 || n.End < n.Start || n.End > len(path) {
					t.Fatalf("Lookup(%q) notes %+v", path, n)
				}
			}
		}
	})
}

func BenchmarkSchema(b *testing.B) {
	destinations := []string{"person.name.firstName", "person.name.lastName", "person.birthDate", "personalEmail.address", "homeAddress.city", "mobilePhone.number", "_id", "_acme.a", "_acme.b"}
	own := []OwnField{{Path: "a", Shape: shape(b, "string")}, {Path: "b", Shape: shape(b, "long")}}
	b.ReportAllocs()
	for b.Loop() {
		s, _ := NewSchema("profile", []string{"profile-person-details", "profile-personal-details"}, own, "acme")
		for _, d := range destinations {
			if _, err := s.Lookup(d); err != nil {
				b.Fatal(err)
			}
		}
		s.Required(destinations)
		s.Conflicts(destinations)
	}
}

// The first question about a schema pays for the trees.
func BenchmarkTrees(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		standardTree(specs.XDM().Profile)
		standardTree(specs.XDM().Event)
	}
}

// A schema of a class that is not Adobe's has what the behavior of the class gives, identityMap with its field group,
// and own fields.
func TestSchemaOfABehavior(t *testing.T) {
	own := []OwnField{{Path: "visit.id", Shape: Shape{Type: "string"}}}
	for _, c := range []struct {
		behavior, group, path string
		want                  string // type or the code of the error
	}{
		{RecordBehavior, "", "_id", "string"},
		{RecordBehavior, "", "timestamp", UnknownPath},
		{TimeSeriesBehavior, "", "timestamp", "date-time"},
		{TimeSeriesBehavior, "", "eventType", "string"},
		{TimeSeriesBehavior, "", "identityMap", UnknownPath},
		{TimeSeriesBehavior, "identitymap", "identityMap", "map"},
		{RecordBehavior, "identitymap", "identityMap.Email[0].id", "string"},
		{RecordBehavior, "", "person", UnknownPath},
		{RecordBehavior, "", "_acme.visit.id", "string"},
		{RecordBehavior, "", "_acme.visit.no", UnknownPath},
		{RecordBehavior, "", "_other.visit.id", WrongTenant},
	} {
		var groups []string
		if c.group != "" {
			groups = append(groups, c.group)
		}
		s, problems := NewSchemaOf(Class{Title: "Visit", Behavior: c.behavior}, groups, own, "acme")
		f, err := s.Lookup(c.path)
		got := f.Type
		if err != nil {
			got = err.Code
		}
		if got != c.want || len(problems)+len(s.Unknown()) > 0 || s.HasIdentityMap() != (c.group != "") {
			t.Errorf("%s: %s has %s, expected %s", c.behavior, c.path, got, c.want)
		}
	}
	s, _ := NewSchemaOf(Class{Behavior: TimeSeriesBehavior}, nil, own, "acme")
	if missing := s.Required([]string{"_acme.visit.id"}); len(missing) != 1 || missing[0].Path != "timestamp" {
		t.Errorf("requires %v", missing)
	}
	if near := func() []string { _, err := s.Lookup("timestmp"); return err.Near }(); len(near) != 1 {
		t.Errorf("suggests %v for timestmp", near)
	}
}
