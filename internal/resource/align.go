package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Align reads an object as the platform returns it and gives it the shape of what
// was applied, so that the two compare member by member:
//
//   - members that only the platform sets are left out, except those that the table of
//     spellings calls owned;
//   - values that mean the same take the applied spelling: numbers and Booleans that
//     come back as text, or the reverse, and the rows of the table of spellings;
//     null is absent;
//   - the value that a reference stood for when it was sent becomes the reference, and the tenant its placeholder;
//   - {TENANT_ID} as text of the platform is written as in documents;
//   - secrets, which the platform does not return, are taken as they were applied;
//   - elements of lists with a key come in the applied order, others after them.
//
// resolved returns the value that a reference of the applied body stood for, or false
// when it is not known: then the reference is not compared. tenant is what the
// placeholder {TENANT_ID} stood for; with "", it is left as it is in both.
func (s *Spec) Align(
	applied Value, live json.RawMessage, tenant string, resolved func(at Path, r Ref) (string, bool),
) (Value, error) {
	v, err := s.Read(live)
	if err != nil {
		return Value{}, err
	}
	if tenant != "" && bytes.Contains(live, []byte(specs.TenantPlaceholder)) {
		v = escaped(v)
	}
	a := aligner{spec: s, resolved: resolved, tenant: tenant}
	return a.align(nil, nil, Value{}, applied, v), nil
}

// Read returns an object as the platform returns it, with the names that its members have today.
func (s *Spec) Read(live json.RawMessage) (Value, error) {
	v, err := ParsePlain(live)
	if err == nil && v.Kind != ObjectValue {
		err = errors.New("the answer is not an object")
	}
	return s.renamed(v), err
}

type aligner struct {
	spec     *Spec
	resolved func(at Path, r Ref) (string, bool)
	tenant   string
}

// sent is a text of a document as it was sent, written as a document without the placeholder would.
func (a aligner) sent(text string) string {
	if a.tenant == "" || !strings.Contains(text, specs.TenantPlaceholder) {
		return text
	}
	return specs.EscapeTenant(specs.BindTenant(text, a.tenant))
}

// escaped writes a value of the platform as documents do: {TENANT_ID} in it is not a placeholder.
func escaped(v Value) Value {
	v.Items, v.Fields = slices.Clone(v.Items), slices.Clone(v.Fields)
	v.Text = specs.EscapeTenant(v.Text)
	for i := range v.Items {
		v.Items[i] = escaped(v.Items[i])
	}
	for i, f := range v.Fields {
		v.Fields[i] = F(specs.EscapeTenant(f.Name), escaped(f.Value))
	}
	return v
}

// align walks by keyed path (for the table) and by index (for the references);
// parent is the object that want is a member of.
func (a aligner) align(at, indexed Path, parent, want, live Value) Value {
	switch {
	case want.Kind == SecretValue || want.Kind == StartValue || want.Kind == NullValue:
		return want
	case want.Kind == ObjectValue && live.Kind == ObjectValue:
		out := Object()
		find := live.finder()
		for _, f := range want.Fields {
			w, ok := find(a.sent(f.Name))
			switch {
			case ok && w.Kind != NullValue:
				out.Fields = append(out.Fields, F(f.Name, a.align(at.Field(f.Name), indexed.Field(f.Name), want, f.Value, w)))
			case holdsSecret(f.Value), a.spec.standsFor(at.Field(f.Name), want, f.Value), a.spec.isServed(at.Field(f.Name)):
				out.Fields = append(out.Fields, f)
			}
		}
		for _, name := range a.spec.owned(at) {
			w, ok := find(name)
			empty := w.Kind == NullValue || w.Kind == StringValue && w.Text == ""
			if _, applied := want.Get(name); ok && !applied && !empty {
				out.Fields = append(out.Fields, F(name, w))
			}
		}
		return out
	case want.Kind == ListValue && live.Kind == ListValue:
		return a.list(at, indexed, want, a.spec.withoutServers(at, want, live))
	}
	return a.leaf(at, indexed, parent, want, live)
}

func (a aligner) list(at, indexed Path, want, live Value) Value {
	out := List()
	key, keyed := a.spec.KeyOf(at)
	if !keyed {
		for i, w := range live.Items {
			if i < len(want.Items) {
				w = a.align(at.Index(i), indexed.Index(i), want, want.Items[i], w)
			}
			out.Items = append(out.Items, w)
		}
		return out
	}
	used := make([]bool, len(live.Items))
	unused := make(map[string][]int, len(live.Items)) // by key
	for k, l := range live.Items {
		name := KeyText(l, key)
		unused[name] = append(unused[name], k)
	}
	for i, w := range want.Items {
		name := a.keyText(indexed.Index(i), w, key)
		if same := unused[name]; len(same) > 0 {
			k := same[0]
			used[k], unused[name] = true, same[1:]
			out.Items = append(out.Items, a.align(at.Key(KeyText(w, key)), indexed.Index(i), want, w, live.Items[k]))
		}
	}
	for k, l := range live.Items {
		if !used[k] {
			out.Items = append(out.Items, l)
		}
	}
	return out
}

// keyText is the key of an applied element as the platform spells it.
func (a aligner) keyText(indexed Path, item Value, key string) string {
	k := keyValue(item, key)
	if key != "" {
		indexed = indexed.Field(key)
	}
	if k.Kind == RefValue {
		id, _ := a.resolved(indexed, k.Ref)
		return id
	}
	return a.sent(k.Text)
}

func (a aligner) leaf(at, indexed Path, parent, want, live Value) Value {
	if want.Kind == RefValue {
		v, ok := a.resolved(indexed, want.Ref)
		if !ok || isScalar(live) && (v == live.Text || live.Kind == NumberValue && sameNumber(v, live.Text)) {
			return want
		}
		return live
	}
	sent := want
	sent.Text = a.sent(want.Text)
	if a.spec.alike(at, parent, sent, live) || a.spec.isServed(at) {
		return want
	}
	return live
}

// holdsSecret reports whether a value is a secret or has one in it: the platform may
// withhold the whole. Null is a secret that was bound without its value.
func holdsSecret(v Value) bool {
	found := false
	v.Walk(func(_ Path, w Value) { found = found || w.Kind == SecretValue || w.Kind == NullValue })
	return found
}

// ParsePlain reads the JSON of the platform, in which `${…}` is text.
func ParsePlain(text []byte) (Value, error) {
	v, err := Parse(escapeReferences(text))
	v.plainNames()
	return v, err
}

// plainNames takes back what escapeReferences did to names of members, which Parse leaves alone.
func (v *Value) plainNames() {
	for i := range v.Items {
		v.Items[i].plainNames()
	}
	for i := range v.Fields {
		f := &v.Fields[i]
		f.Name = strings.ReplaceAll(f.Name, "$${", "${")
		f.Value.plainNames()
	}
}

// escapeReferences doubles the dollar of every `${` so that Parse reads it back
// as the text that it is.
func escapeReferences(text []byte) []byte {
	return []byte(strings.ReplaceAll(string(text), "${", "$${"))
}
