package resource

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// graphOf reads resources written `KIND.NAME>KIND.NAME,KIND.NAME`: what it is and
// what it needs.
func graphOf(t *testing.T, text string) []Resource {
	t.Helper()
	var out []Resource
	for word := range strings.FieldsSeq(text) {
		name, needs, _ := strings.Cut(word, ">")
		r := Resource{Address: address(t, name)}
		for to := range strings.SplitSeq(needs, ",") {
			if to != "" {
				r.Needs = append(r.Needs, Edge{To: address(t, to), Via: "v"})
			}
		}
		out = append(out, r)
	}
	return out
}

func address(t *testing.T, text string) Address {
	t.Helper()
	a, err := ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestOrder: needs come first, then earlier kinds, then lesser names, whatever the
// order of the list; what the graph does not have is no need.
func TestOrder(t *testing.T) {
	for _, c := range []struct{ name, text, want, ring string }{
		{"empty", "", "", ""},
		{"names", "flow.b flow.a flow.c", "flow.a flow.b flow.c", ""},
		{"kinds", "flow.a dataset.a connection.a schema.a", "connection.a schema.a dataset.a flow.a", ""},
		{"needs before names", "flow.a>flow.b flow.b", "flow.b flow.a", ""},
		{"a need of a later kind", "connection.a>flow.z flow.a flow.z", "flow.z connection.a flow.a", ""},
		{"shared", "flow.a>source.s flow.b>source.s source.s", "source.s flow.a flow.b", ""},
		{"not in the graph", "flow.a>source.gone", "flow.a", ""},
		{"itself", "flow.a>flow.a", "", "flow.a needs flow.a via v"},
		{"two", "flow.a>flow.b flow.b>flow.a", "", "flow.a needs flow.b via v; flow.b needs flow.a via v"},
		{"a tail is not part of the ring", "flow.a>flow.b flow.b>flow.c flow.c>flow.b", "",
			"flow.b needs flow.c via v; flow.c needs flow.b via v"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewGraph(graphOf(t, c.text))
			order, err := g.Order()
			var cycle *CycleError
			if errors.As(err, &cycle) != (c.ring != "") || err != nil && !strings.HasSuffix(err.Error(), "cycle: "+c.ring) {
				t.Errorf("error %v, want %q", err, c.ring)
			}
			var got []string
			for _, i := range order {
				got = append(got, g.All()[i].Address.String())
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("order %v, want %s", got, c.want)
			}
		})
	}
}

// TestJoin: graphs are sorted, and no two resources have one address.
func TestJoin(t *testing.T) {
	g, ok := Join([][]Resource{graphOf(t, "flow.b source.a>flow.b"), nil, graphOf(t, "flow.a")})
	if !ok {
		t.Fatal("not joined")
	}
	var got string
	for _, r := range g.All() {
		got += fmt.Sprintln(r.Address, r.Needs)
	}
	if want := "flow.a []\nflow.b []\nsource.a [{flow.b v}]\n"; got != want {
		t.Errorf("graph\n%s\nwant\n%s", got, want)
	}
	if r, ok := g.Get(address(t, "source.a")); !ok || len(r.Needs) != 1 {
		t.Errorf("source.a is %+v, %t", r, ok)
	}
	for _, gone := range []string{"connection.a", "flow.aa", "union.z"} {
		if _, ok := g.Get(address(t, gone)); ok {
			t.Errorf("%s is there", gone)
		}
	}
	at := g.Cursor()
	for _, name := range []string{"source.a", "flow.b", "flow.a", "flow.a", "flow.b"} {
		if i, ok := at.Find(address(t, name)); !ok || g.All()[i].Address != address(t, name) {
			t.Errorf("the cursor finds %s at %d, %t", name, i, ok)
		}
	}
	if _, ok := at.Find(address(t, "flow.c")); ok {
		t.Error("the cursor finds flow.c")
	}
	if _, ok := Join([][]Resource{graphOf(t, "flow.a"), graphOf(t, "flow.a")}); ok {
		t.Error("two resources at one address are joined")
	}
}

// TestNeedsOf: one edge for each reference, sorted by what it leads to.
func TestNeedsOf(t *testing.T) {
	v := parsed(t, `{"b":["${source.s.id}","x"],"a":{"id":"${dataset.d.id}","again":"${dataset.d.id}"}}`)
	rule := Edge{To: address(t, "union.u"), Via: "rule"}
	var got []string
	for _, e := range NeedsOf(v, rule, rule) {
		got = append(got, e.To.String()+" "+e.Via)
	}
	if want := "dataset.d a.again, dataset.d a.id, source.s b[0], union.u rule"; strings.Join(got, ", ") != want {
		t.Errorf("needs %q, want %s", got, want)
	}
}

// TestTraitOf: the longest row rules a field and all below it; what has no row is
// replaced.
func TestTraitOf(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		at   Path
		does Behavior
		rule string
	}{
		{Connection, Path{}.Field("auth").Field("params").Field("port"), WriteOnly, "auth.params"},
		{Connection, Path{}.Field("auth").Field("specName"), RequiresReplace, "auth.specName"},
		{Connection, Path{}.Field("auth"), RequiresReplace, ""},
		{Dataset, Path{}.Field("tags").Field("team").Index(0), InPlace, "tags.team"},
		{Dataset, Path{}.Field("unknown"), RequiresReplace, ""},
		{FieldGroup, Path{}.Field("definitions").Field("a").Field("title"), Additive, "definitions"},
		{Schema, Path{}.Field("type"), Immutable, "type"},
		{Flow, Path{}.Field("transformations").Key("Copy").Field("params"), InPlace, "transformations[Copy]"},
		{Flow, Path{}.Field("transformations").Key("Mapping").Field("params").Field("mappingVersion"), InPlace,
			"transformations[Mapping].params.mappingVersion"},
		{Flow, Path{}.Field("transformations").Key("Mapping").Field("params").Field("other"), InPlace,
			"transformations"},
		{Flow, Path{}.Field("scheduleParams").Field("interval"), InPlace, "scheduleParams.interval"},
		{Flow, Path{}.Field("state"), Action, "state"},
	} {
		trait, rule := SpecOf(c.kind).TraitOf(c.at)
		if trait.Does != c.does || rule.String() != c.rule || trait.Why == "" {
			t.Errorf("%s %s: %d by %q (%s), want %d by %q", c.kind, c.at, trait.Does, rule, trait.Why, c.does, c.rule)
		}
	}
}

// TestPlaces: a pattern finds, sets, and points to the same place of a body.
func TestPlaces(t *testing.T) {
	spec := SpecOf(Flow)
	v := parsed(t,
		`{"scheduleParams":{"interval":1},"transformations":[{"name":"Copy"},{"name":"Mapping","params":{"mappingId":"m"}}]}`)
	for _, c := range []struct{ pattern, want string }{
		{"scheduleParams.interval", "1"}, {"transformations[Mapping].params.mappingId", `"m"`},
		{"scheduleParams.startTime", ""}, {"transformations[Other].params", ""}, {"name", ""},
	} {
		got, ok := spec.Find(v, c.pattern)
		if ok != (c.want != "") || ok && string(got.JSON()) != c.want {
			t.Errorf("%s is %s, %t, want %s", c.pattern, got.JSON(), ok, c.want)
		}
	}
	if got, _ := spec.Find(Set(v, "scheduleParams.interval", Int(2)), "scheduleParams.interval"); got.Text != "2" {
		t.Errorf("set to %s", got.JSON())
	}
	if got := Set(v, "scheduleParams.startTime", Int(2)); !got.Equal(v) {
		t.Errorf("what is not there is set: %s", got.JSON())
	}
	for _, c := range []struct {
		at   Path
		want string
	}{
		{Path{}.Field("scheduleParams").Field("interval"), "/scheduleParams/interval"},
		{Path{}.Field("transformations").Key("Mapping").Field("params"), "/transformations/1/params"},
		{Path{}.Field("transformations").Key("Other"), "/transformations/-"},
		{Path{}.Field("a/b~c").Index(3), "/a~1b~0c/3"},
	} {
		if got := spec.Tree(v).Pointer(c.at); got != c.want {
			t.Errorf("%s is at %s, want %s", c.at, got, c.want)
		}
	}
	if got, want := SpecOf(Schema).ItemURL("https://ns.adobe.com/x y/{T}"),
		"/tenant/schemas/https%3A%2F%2Fns.adobe.com%2Fx%20y%2F%7BT%7D"; !strings.HasSuffix(got, want) {
		t.Errorf("item at %s, want %s", got, want)
	}
	if got := EscapeID("${schema.a.id}"); got != "${schema.a.id}" {
		t.Errorf("a reference becomes %s", got)
	}
}

// TestKeyOfObject: two ways to write the ID of one object have one key.
func TestKeyOfObject(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		a, b string
		same bool
	}{
		{Schema, "https://ns.adobe.com/acme/schemas/52b5", "_acme.schemas.52b5", true},
		{FieldGroup, "https://ns.adobe.com/acme/mixins/52b5", "_acme.mixins.52b6", false},
		{Connection, "6990ABAD-977D", "6990abad-977d", true},
		{Dataset, "a.1", "b.1", false},
	} {
		if got := KeyOfObject(c.kind, c.a) == KeyOfObject(c.kind, c.b); got != c.same {
			t.Errorf("%s and %s: same is %t", c.a, c.b, got)
		}
	}
	if KeyOfObject(Source, "1") == KeyOfObject(Target, "1") {
		t.Error("objects of two kinds have one key")
	}
}
