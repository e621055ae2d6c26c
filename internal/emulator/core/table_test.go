package core

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

func record(id string, created int64, body string) *Record {
	o := MustObject([]byte(body))
	return &Record{ID: id, Created: created, Body: ToJSON(o), Keys: keysOf(KindFlow, o)}
}

// A table finds a record by its id, by each indexed value, and in order of creation,
// also after records were replaced and removed.
func TestTableFindsWhatItHas(t *testing.T) {
	tab := newTable(KindFlow)
	for _, r := range []*Record{
		record("a", 1, `{"name":"one","sourceConnectionIds":["s1","s2"]}`),
		record("b", 2, `{"name":"two","sourceConnectionIds":["s2"]}`),
		record("c", 3, `{"name":"one"}`), record("a", 1, `{"name":"two","sourceConnectionIds":["s1"]}`),
	} {
		tab.put(r)
	}
	tab.remove("b")
	tab.remove("b")
	ids := func(l []*Record) string {
		var out []string
		for _, r := range l {
			out = append(out, r.ID)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ path, value, want string }{
		{"name", "one", "c"}, {"name", "two", "a"}, {"sourceConnectionIds[]", "s1", "a"}, {"sourceConnectionIds[]", "s2", ""},
	} {
		if got := ids(tab.By(c.path, c.value)); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.path, c.value, got, c.want)
		}
	}
	if got := ids(tab.Order); got != "a c" {
		t.Errorf("in order: %s", got)
	}
}

// What is packed for the file is unpacked as it was; a cut record is an error.
func TestPackedRecordsComeBack(t *testing.T) {
	r := record("id", 7, `{"name":"ä","sourceConnectionIds":["s1","s2"],"n":1.50}`)
	r.Seq, r.Slot, r.Due = 9, -1, 1<<40
	packed := pack(r)
	got, err := unpack(SeqKey(r.Seq), packed, len(r.Keys))
	if err != nil || fmt.Sprint(got.Keys, got.ID, got.Seq, got.Slot, got.Due, got.Created,
		string(got.Body)) != fmt.Sprint(r.Keys, r.ID, r.Seq, r.Slot, r.Due, r.Created, string(r.Body)) {
		t.Errorf("got %+v, %v", got, err)
	}
	for n := range len(packed) - len(r.Body) {
		if _, err := unpack(SeqKey(1), packed[:n], len(r.Keys)); err == nil {
			t.Errorf("the first %d bytes are taken for a record", n)
		}
	}
}

// Printing, reading, and printing again gives the same text.
func TestPrintedTextsAreRead(t *testing.T) {
	if err := quick.Check(func(s string, n int64, l []string) bool {
		one := ToJSON(Object{s: s, "n": n, "l": l})
		v, err := DecodeJSON(one)
		return err == nil && slices.Equal(ToJSON(v), one)
	}, nil); err != nil {
		t.Error(err)
	}
}

func TestConditions(t *testing.T) {
	o := MustObject([]byte(`{"name":"x","n":10,"state":"enabled","ids":["a","b"],"deep":{"at":"2"}}`))
	for _, c := range []struct {
		expr string
		want bool
	}{
		{"name==x", true}, {"name==X", false}, {"state==ENABLED", true}, {"state!=Enabled", false}, {"ids[]==b", true},
		{"ids[]!=b", false}, {"n>9", true}, {"n>10", false}, {"n>=10", true}, {"n<10", false}, {"n<=10", true},
		{"deep.at<10", true}, {"none==x", false}, {"none!=x", true},
	} {
		path, op, value, _ := SplitCondition(c.expr)
		if got := (Condition{Path: path, Op: op, Values: []string{value}}).Holds(o); got != c.want {
			t.Errorf("%s: got %v", c.expr, got)
		}
	}
}

func TestPatch(t *testing.T) {
	for _, c := range []struct{ ops, want string }{
		{`[{"op":"add","path":"/b","value":2}]`, `{"a":[1,2],"b":2,"c":{"d":1}}`},
		{`[{"op":"ADD","path":"/a/-","value":3},{"op":"remove","path":"/a/0"}]`, `{"a":[2,3],"c":{"d":1}}`},
		{`[{"op":"add","path":"/a/1","value":9},{"op":"replace","path":"/c/d","value":"~"}]`, `{"a":[1,9,2],"c":{"d":"~"}}`},
		{`[{"op":"remove","path":"/c/e"}]`, "remove /c/e: there is nothing at that path"},
		{`[{"op":"replace","path":"/a/2","value":1}]`, "replace /a/2: there is nothing at that path"},
		{`[{"op":"move","path":"/a"}]`, `operation "move" is not supported; use add, replace or remove`},
		{`[{"op":"add","path":"a"}]`, `path "a" of operation 0 does not name a field`},
		{`[{"op":"add","path":"/a"}]`, "operation 0 (add /a) has no value"},
		{`{}`, "the body of a PATCH is an array of operations"},
	} {
		body, err := DecodeJSON([]byte(c.ops))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		ops, fault := ReadPatch(body)
		if fault == nil {
			var v any
			if v, fault = ApplyPatch(MustObject([]byte(`{"a":[1,2],"c":{"d":1}}`)), ops); fault == nil {
				got = string(ToJSON(v))
			}
		}
		if fault != nil {
			got = fault.Detail
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.ops, got, c.want)
		}
	}
}

// A path of the registry holds an id that is a URL; a slash at its end does not count.
func TestRouterFindsPaths(t *testing.T) {
	r := RoutesOf(SchemaRegistry)
	router := NewRouter([]Route{r("GET", "/{container}/schemas/{id}", Reads, nil),
		r("POST", "/tenant/schemas", Writes, nil)})
	root := RootOf(SchemaRegistry)
	for _, c := range []struct {
		call, want string
		known      bool
	}{
		{"GET /tenant/schemas/https%3A%2F%2Fns%2Fx", "map[container:tenant id:https://ns/x]", true},
		{"GET /global/schemas/_x/", "map[container:global id:_x]", true},
		{"GET /own/schemas/x", "none", false}, {"DELETE /tenant/schemas/x", "none", true}, {"GET /tenant//x", "none", false},
		{"POST /tenant/schemas", "map[]", true},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		route, args, known := router.Find(method, root+path)
		got := "none"
		if route != nil {
			got, known = fmt.Sprint(args), true
		}
		if got != c.want || known != c.known {
			t.Errorf("%s: got %s, known %v", c.call, got, known)
		}
	}
}
