package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

// A tree finds the same values in a list or an object whatever its length, and what
// it finds has the pointer that it says.
func TestTree(t *testing.T) {
	spec := SpecOf(Source)
	for _, size := range []int{1, few, few + 1, 3 * few} {
		columns, params := List(), Object()
		for i := range size {
			name := fmt.Sprintf("c/%d", i)
			columns.Items = append(columns.Items, Object(F("name", String(name)), F("n", Int(int64(i)))))
			params.Fields = append(params.Fields, F(name, Int(int64(i))))
		}
		columns.Items = append(columns.Items, Object(F("name", String("c/0")), F("n", Int(-1)))) // the first one is found
		tree := spec.Tree(Object(F("params", params.With("columns", columns))))
		at := Path{}.Field("params")
		for i := range size {
			name := fmt.Sprintf("c/%d", i)
			key := at.Field("columns").Key(name)
			v, ok := tree.At(key.Field("n"))
			if w, is := tree.At(at.Field(name)); !ok || !is || v.Text != fmt.Sprint(i) || w.Text != v.Text {
				t.Fatalf("%d: %s is %v, %v", size, name, v, w)
			}
			if got, want := tree.Pointer(key), fmt.Sprintf("/params/columns/%d", i); got != want {
				t.Errorf("pointer %s, want %s", got, want)
			}
			if v, ok := tree.At(at.Field("columns").Index(i).Field("name")); !ok || v.Text != name {
				t.Errorf("index %d is %v", i, v)
			}
		}
		for _, missing := range []Path{at.Field("x"), at.Field("columns").Key("x"), at.Field("columns").Index(size + 1)} {
			if v, ok := tree.At(missing); ok {
				t.Errorf("%s is %v", missing, v)
			}
		}
		if got := tree.Pointer(at.Field("columns").Key("x")); got != "/params/columns/-" {
			t.Errorf("pointer of a missing element %s", got)
		}
		if got := tree.Pointer(at.Field("a/b~c")); got != "/params/a~1b~0c" {
			t.Errorf("pointer %s", got)
		}
	}
}

// Map, With, and Without return changed copies.
func TestValueCopies(t *testing.T) {
	const text = `{"a":1,"b":[1,{"c":"x"}],"d":{}}`
	v := parsed(t, text)
	double, err := v.Map(func(_ Path, w Value) (Value, error) { return String(w.Text + w.Text), nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		got  Value
		want string
	}{
		{double, `{"a":"11","b":["11",{"c":"xx"}],"d":{}}`},
		{v.With("a", Int(2)), `{"a":2,"b":[1,{"c":"x"}],"d":{}}`},
		{v.With("e", Bool(true)), `{"a":1,"b":[1,{"c":"x"}],"d":{},"e":true}`},
		{v.Without("b"), `{"a":1,"d":{}}`},
		{Set(v, "d.x", Int(1)), text},
		{v, text},
	} {
		if got := string(c.got.JSON()); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	for _, path := range []string{"a", "b[1].c"} {
		_, err := v.Map(func(at Path, w Value) (Value, error) {
			if at.String() == path {
				return w, fmt.Errorf("at %s", at)
			}
			return w, nil
		})
		if err == nil || err.Error() != "at "+path {
			t.Errorf("error %v, want one at %s", err, path)
		}
	}
}

// Two values are equal whatever the order of their members, also when they are many.
func TestEqual(t *testing.T) {
	for _, size := range []int{2, few + 1} {
		a := Object()
		for i := range size {
			a.Fields = append(a.Fields, F(fmt.Sprint(i), Int(int64(i))))
		}
		b := a
		b.Fields = slices.Clone(a.Fields)
		slices.Reverse(b.Fields)
		if !a.Equal(b) || a.Equal(b.With("0", Int(7))) || a.Equal(b.Without("1").With("x", Int(1))) {
			t.Errorf("%d members compare wrongly", size)
		}
	}
}

func TestBodyTexts(t *testing.T) {
	b := NewBody(parsed(t, `{"a":["b","${env.PW}",1],"c\"d":{"é":null}}`))
	var got []string
	for s := range b.Texts() {
		got = append(got, s)
	}
	if want := []string{"a", "b", "${env.PW}", `c"d`, "é"}; !slices.Equal(got, want) {
		t.Errorf("texts %q, want %q", got, want)
	}
	for range b.Texts() {
		break // stops without a further call
	}
	if sum := sumOf(b.JSON()); b.Sum() != sum || b.Digest() != Digest(b.JSON()) || b.Digest() != fmt.Sprintf("%x", sum) {
		t.Errorf("digest %s", b.Digest())
	}
}

func TestAddressText(t *testing.T) {
	a := Address{Flow, "customers"}
	text, err := json.Marshal(map[Address]Address{a: a})
	if err != nil || string(text) != `{"flow.customers":"flow.customers"}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back map[Address]Address
	if err := json.Unmarshal(text, &back); err != nil || back[a] != a || a.IsZero() || !(Address{}).IsZero() {
		t.Errorf("%v, %v", back, err)
	}
	for text, want := range map[string]string{
		"flow": "expected KIND.NAME", "flow.": "expected KIND.NAME", "flow.a.b": "expected KIND.NAME",
		"queue.a": `unknown kind "queue"`,
	} {
		if err := a.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestJSONFault(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":}`: "no valid JSON at byte ", `{"a":"x"}`: `"a" has the wrong type`, `{"b":1}`: `unknown key "b"`,
		"": "ends too early", `{`: "ends too early",
	} {
		var v struct {
			A int `json:"a"`
		}
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		d.DisallowUnknownFields()
		for _, err := range []error{d.Decode(&v), jsonv2.Unmarshal([]byte(text), &v, jsonv2.RejectUnknownMembers(true))} {
			if err == nil || !strings.Contains(JSONFault(err), want) {
				t.Errorf("%s: %q, want %q", text, JSONFault(err), want)
			}
		}
	}
}

// TestDiffSpellings compares values of one field that may mean the same.
func TestDiffSpellings(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		a, b string
		same bool
	}{
		{FieldGroup, `{"meta:intendedToExtend":["a","b"]}`, `{"meta:intendedToExtend":["b","a"]}`, true},
		{FieldGroup, `{"meta:intendedToExtend":["a","b"]}`, `{"meta:intendedToExtend":["b","c"]}`, false},
		{FieldGroup, `{"meta:intendedToExtend":["a"]}`, `{"meta:intendedToExtend":["a","a"]}`, false},
		{Flow, `{"options":{"n":"1.0"}}`, `{"options":{"n":1}}`, true},
		{Flow, `{"options":{"n":"10"}}`, `{"options":{"n":1e1}}`, true},
		{Flow, `{"options":{"n":"10"}}`, `{"options":{"n":"1e1"}}`, false},
		{Flow, `{"options":{"n":9007199254740993}}`, `{"options":{"n":9007199254740992}}`, false},
		{Source, `{"params":{"columns":[{"name":"a","xdm":{"maximum":9007199254740992}}]}}`,
			`{"params":{"columns":[{"name":"a","xdm":{"maximum":9007199254740991}}]}}`, true},
		{Source, `{"params":{"columns":[{"name":"a","xdm":{"minimum":-9007199254740992}}]}}`,
			`{"params":{"columns":[{"name":"a","xdm":{"minimum":-9007199254740991}}]}}`, true},
		{Source, `{"params":{"columns":[{"name":"a"},{"name":"b"}]}}`,
			`{"params":{"columns":[{"name":"b"},{"name":"a"}]}}`, true},
	} {
		if d := SpecOf(c.kind).Diff(parsed(t, c.a), parsed(t, c.b)); (len(d) == 0) != c.same {
			t.Errorf("%s %s to %s: %d differences", c.kind, c.a, c.b, len(d))
		}
	}
}
