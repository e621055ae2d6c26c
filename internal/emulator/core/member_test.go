package core

import (
	"testing"
)

// FuzzMember: what is found in the text of an object is what is in the object.
func FuzzMember(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1}`, `{"a":"\"","b":[{"c":"}"}],"d":null}`, `{"a":{"b":{"a":2}},"c":"\\"}`, `{"":"x","a":""}`,
		`{"a":[[],{}],"b":-1.5e3,"c":true}`, `{"x":"\\\\\"","a":"é"}`,
	} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, s, name string) {
		v, err := DecodeJSON([]byte(s))
		o, isObject := v.(object)
		if err != nil || !isObject || string(ToJSON(name)) != `"`+name+`"` {
			return
		}
		raw, found := memberOf(ToJSON(o), name)
		want, has := o[name]
		if found != has {
			t.Fatalf("%s has %q: %v, found: %v", s, name, has, found)
		}
		if !found {
			return
		}
		if got := decodeMember(raw); !Same(got, want) {
			t.Errorf("%q of %s is %s, found %s", name, s, ToJSON(want), raw)
		}
	})
}
