package xdm

import (
	"strings"
	"testing"
	"time"
)

func TestClassByName(t *testing.T) {
	for _, tt := range []struct {
		name, id string
		known    bool
	}{
		{"profile", ProfileClass, true},
		{"event", EventClass, true},
		{"ExperienceEvent", EventClass, true},
		{"XDM ExperienceEvent", EventClass, true},
		{ProfileClass, ProfileClass, true},
		{"https://ns.adobe.com/acme/classes/01", "https://ns.adobe.com/acme/classes/01", false},
		{"https://ns.adobe.com/{TENANT_ID}/classes/01", "https://ns.adobe.com/{TENANT_ID}/classes/01", false},
		{"prfile", "", false},
		{"", "", false},
	} {
		c, ok := ClassByName(tt.name)
		if c.ID != tt.id || c.Known() != tt.known || ok != (tt.id != "") {
			t.Errorf("ClassByName(%q) = %+v, %v", tt.name, c, ok)
		}
	}
	if c, _ := ClassByName("event"); c.Behavior != TimeSeriesBehavior {
		t.Errorf("an event behaves as %s", c.Behavior)
	}
}

func TestFieldGroupByName(t *testing.T) {
	profile, _ := ClassByName("profile")
	event, _ := ClassByName("event")
	for _, tt := range []struct {
		name  string
		class Class
		id    string
		fits  bool
	}{
		{"profile-person-details", profile, "https://ns.adobe.com/xdm/context/profile-person-details", true},
		{"Demographic Details", event, "https://ns.adobe.com/xdm/context/profile-person-details", true},
		{"demographic details", profile, "https://ns.adobe.com/xdm/context/profile-person-details", true},
		{"https://ns.adobe.com/xdm/mixins/profile/profile-loyalty-details", profile, "https://ns.adobe.com/xdm/mixins/profile/profile-loyalty-details", true},
		{"travel-preferences", profile, "https://ns.adobe.com/xdm/mixins/profile/travel-preferences", true},
		{"identitymap", event, "https://ns.adobe.com/xdm/context/identitymap", true},
		{"experienceevent-web", profile, "https://ns.adobe.com/xdm/context/experienceevent-web", false},
		// One title, two field groups: the class decides.
		{"IAB TCF 2.0 Consent Details", profile, "https://ns.adobe.com/xdm/context/profile-privacy", true},
		{"IAB TCF 2.0 Consent Details", event, "https://ns.adobe.com/xdm/context/experienceevent-privacy", true},
		{"profile", profile, "", false}, // a class is not a field group
		{"nothing", profile, "", false},
	} {
		g, ok := FieldGroupByName(tt.name, tt.class)
		if g.ID != tt.id || ok != (tt.id != "") || ok && g.Fits(tt.class) != tt.fits {
			t.Errorf("FieldGroupByName(%q, %s) = %+v, %v", tt.name, tt.class.Title, g, ok)
		}
	}
	for _, tt := range []struct{ name, want string }{
		{"profile-person-detail", "profile-person-details"},
		{"Demografic Details", "Demographic Details"},
		{"Commerce Detials", "Commerce Details"},
		{"something else", ""},
	} {
		if got := strings.Join(NearestFieldGroups(tt.name, event), " "); got != tt.want {
			t.Errorf("NearestFieldGroups(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestConvertible(t *testing.T) {
	// Rows and columns are those of the published table, where it is published.
	targets := []string{"string", "boolean", "int", "short", "long", "number", "date", "date-time", "object", "array", "map"}
	for _, tt := range []struct{ from, want string }{
		{"string", ". b n n n n d d O O O"},
		{"boolean", ". . X X X X X X O O O"},
		{"integer", ". X . w . . D D O O O"},
		{"long", ". X w w . . D D O O O"},
		{"double", ". X l l l . X X O O O"},
		{"date", ". X X X X X . . O O O"},
		{"date-time", ". X X X X X . . O O O"},
		{"object", "S S S S S S S S . X ."},
		{"map", "S S S S S S S S . X ."},
		{"array", "S S S S S S S S X . X"},
		{"array<string>", "S S S S S S S S X . X"},
		{"null", ". . . . . . . . . . ."},
		{"", ". . . . . . . . . . ."},
	} {
		sign := map[string]string{"": ".", TextToBoolean: "b", TextToNumber: "n", TextToDate: "d", NoConversion: "X", NeedsObject: "O", NeedsScalar: "S", Narrowing: "w", Lossy: "l", NumberToDate: "D"}
		got := ""
		for i, typ := range targets {
			f := Field{Checked: true, Kind: Scalar, Type: typ}
			switch typ {
			case "object", "array", "map":
				f.Kind = Kind(typ)
			}
			c := Convertible(tt.from, f)
			if (c.Reason == "") != (c.Outcome == Fits) {
				t.Errorf("%s onto %s: %s because of %q", tt.from, typ, c.Outcome, c.Reason)
			}
			if hard := sign[c.Reason]; (hard == "X" || hard == "O" || hard == "S") != (c.Outcome == Unfit) {
				t.Errorf("%s onto %s: %s because of %q", tt.from, typ, c.Outcome, c.Reason)
			}
			if i > 0 {
				got += " "
			}
			got += sign[c.Reason]
		}
		if got != tt.want {
			t.Errorf("from %s\n got %s\nwant %s", tt.from, got, tt.want)
		}
	}
	if c := Convertible("object", Field{}); c.Outcome != Fits {
		t.Errorf("an unchecked field refuses: %+v", c)
	}
}

func TestIdentityObstacle(t *testing.T) {
	s := profile(t)
	for _, tt := range []struct{ path, want string }{
		{"personalEmail.address", ""},
		{"_acme.loyaltyId", ""},
		{"personID", ""},
		{"_id", IdentityRecordID},
		{"person.birthDate", IdentityType},
		{"_acme.points", IdentityType},
		{"person.name", IdentityComposite},
		{"identityMap", IdentityComposite},
		{"identityMap.Email[0].id", IdentityBelowList},
		{"_acme.tags[0]", IdentityBelowList},
	} {
		f, err := s.Lookup(tt.path)
		if err != nil {
			t.Fatal(tt.path, err.Code)
		}
		if got := IdentityObstacle(f); got != tt.want {
			t.Errorf("IdentityObstacle(%s) = %q, want %q", tt.path, got, tt.want)
		}
	}
	if got := IdentityObstacle(Field{}); got != IdentityUnchecked {
		t.Errorf("an unchecked field: %q", got)
	}
	if !s.HasIdentityMap() {
		t.Error("the schema has no identityMap")
	}
	if bare, _ := NewSchema("profile", nil, nil, ""); bare.HasIdentityMap() {
		t.Error("a profile has an identityMap by itself")
	}
	if event, _ := NewSchema("event", nil, nil, ""); !event.HasIdentityMap() {
		t.Error("an event has no identityMap")
	}
}

func TestPaths(t *testing.T) {
	for _, tt := range []struct{ dotted, slash string }{
		{"personalEmail.address", "/personalEmail/address"},
		{"_{TENANT_ID}.loyaltyId", "/_{TENANT_ID}/loyaltyId"},
		{"_id", "/_id"},
		{`a\.b.c`, "/a.b/c"},
	} {
		if got := SlashPath(tt.dotted); got != tt.slash {
			t.Errorf("SlashPath(%s) = %s, want %s", tt.dotted, got, tt.slash)
		}
	}
}

func TestCheckConstant(t *testing.T) {
	s := profile(t)
	for _, tt := range []struct{ path, value, code, near string }{
		{"person.gender", "male", "", ""},
		{"person.gender", "Male", NotInEnum, "male"},
		{"person.gender", "femal", NotInEnum, "female"},
		{"person.gender", "x", NotInEnum, ""},
		{"person.nationality", "DE", "", ""},
		{"person.nationality", "Germany", NotAPattern, ""},
		{"person.birthYear", "1980", "", ""},
		{"person.birthYear", "0", BelowMinimum, ""},
		{"person.birthYear", "40000", AboveMaximum, ""},
		{"person.birthYear", "1980.5", NotANumber, ""},
		{"homeAddress._schema.latitude", "48.1", "", ""},
		{"homeAddress._schema.latitude", "91", AboveMaximum, ""},
		{"person.birthDate", "1980-02-29", "", ""},
		{"person.birthDate", "1981-02-32", NotADate, ""},
		{"person.birthDate", "29.2.1980", "", ""},
		{"_repo.createDate", "2027-02-03T00:01:06Z", "", ""},
		{"_repo.createDate", "yesterday", NotADate, ""},
		{"identityMap.Email[0].primary", "true", "", ""},
		{"identityMap.Email[0].primary", "True", NotABoolean, "true"},
		{"identityMap.Email[0].primary", "1", NotABoolean, ""},
		{"person.name.firstName", "anything", "", ""},
		{"person.name", "anything", "", ""},
	} {
		f, err := s.Lookup(tt.path)
		if err != nil {
			t.Fatal(tt.path, err.Code)
		}
		fault := CheckConstant(tt.value, f)
		if fault == nil {
			fault = &ConstantFault{}
		}
		if fault.Code != tt.code || fault.Near != tt.near {
			t.Errorf("CheckConstant(%q, %s) = %+v, want %s near %q", tt.value, tt.path, fault, tt.code, tt.near)
		}
	}
}

func TestIntegerWidth(t *testing.T) {
	at := func(f float64) *float64 { return &f }
	for _, tt := range []struct {
		least, most *float64
		want        string
	}{
		{nil, nil, "int"},
		{at(0), nil, "int"},
		{nil, at(1 << 40), "long"},
		{at(-128), at(127), "byte"},
		{at(-128), at(128), "byte"},
		{at(1), at(32767), "short"},
		{at(-32768), at(32768), "short"},
		{at(-2147483648), at(2147483647), "int"},
		{at(-9007199254740991), at(9007199254740991), "long"},
	} {
		if got := IntegerWidth(tt.least, tt.most); got != tt.want {
			t.Errorf("IntegerWidth(%v, %v) = %s, want %s", tt.least, tt.most, got, tt.want)
		}
	}
}

// TestLargePatterns: a pattern or a text that takes long to match is left to the platform, and a pattern of any size
// is checked in no time.
func TestLargePatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		length  int
		want    bool // it is matched
	}{
		{"^b+$", 1, true}, {"^b+$", maxMatched, true}, {"^b+$", maxMatched + 1, false},
		{"^" + strings.Repeat("b", maxPattern-2) + "$", 1, true}, {"^" + strings.Repeat("b", maxPattern-1) + "$", 1, false},
		{strings.Repeat("b{1000}", 9), 1, true}, {strings.Repeat("b{1000}", 10), 1, false},
	} {
		fault := CheckText(strings.Repeat("a", c.length), &Field{Type: "string", Pattern: c.pattern})
		if (fault != nil) != c.want {
			t.Errorf("%.20s… of %d bytes on %d bytes: %+v", c.pattern, len(c.pattern), c.length, fault)
		}
	}
	began := time.Now()
	s, ok := FieldShape("string")
	if !ok {
		t.Fatal("no strings")
	}
	if _, problems := s.With(Constraints{Pattern: strings.Repeat("a{1000}", 1000)}); len(problems) > 0 {
		t.Error(problems)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
