package xdm

import (
	"slices"
	"testing"
)

func relational(t *testing.T) *Schema {
	t.Helper()
	text, whole := Shape{Type: "string"}, Shape{Type: "integer"}
	s, faults := NewRelational([]OwnField{
		{Path: "id", Shape: text, Required: true}, {Path: "version", Shape: whole, Required: true},
		{Path: "address.city", Shape: text}, {Path: "tags", Shape: Shape{Type: "array", Items: &text}},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

// The fields of a relational schema lie at the root, and no others are there.
func TestRelationalFields(t *testing.T) {
	s := relational(t)
	for path, kind := range map[string]Kind{
		"id": Scalar, "address": Object, "address.city": Scalar, "tags": Array, "tags[0]": Scalar, "tags[*]": Scalar,
	} {
		if f, err := s.Lookup(path); err != nil || f.Kind != kind || f.Path != path || !f.Checked {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
	}
	for path, near := range map[string]string{
		"idd": "id", "address.citty": "address.city", "_{TENANT_ID}.id": "id", "_acme.address.city": "address.city",
		"_id": "id", "personalEmail.address": "", "timestamp": "",
	} {
		_, err := s.Lookup(path)
		if err == nil || err.Code != UnknownPath {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := slices.Concat(err.Near, []string{""})[0]; got != near {
			t.Errorf("%s: near %q, want %q", path, got, near)
		}
	}
	if s.HasIdentityMap() || len(s.Unknown()) > 0 {
		t.Error("a relational schema has what it does not declare")
	}
}

// What is required at the root is required of every row.
func TestRelationalRequired(t *testing.T) {
	s := relational(t)
	for _, c := range []struct{ mapped, missing []string }{
		{nil, []string{"id", "version"}}, {[]string{"id"}, []string{"version"}}, {[]string{"version", "id"}, nil},
	} {
		var got []string
		for _, m := range s.Required(c.mapped) {
			if m.Parent != "" || m.Index != -1 {
				t.Errorf("%+v", m)
			}
			got = append(got, m.Path)
		}
		if !slices.Equal(got, c.missing) {
			t.Errorf("%v leaves out %v, want %v", c.mapped, got, c.missing)
		}
	}
	if c := s.Conflicts([]string{"address", "id", "address.city", "id"}); len(c) != 2 {
		t.Errorf("%+v", c)
	}
}

// A namespace is not a field of a relational schema, whichever it is.
func TestRelationalNamespace(t *testing.T) {
	for _, path := range []string{"_acme.id", TenantNamespace + ".id"} {
		_, faults := NewRelational([]OwnField{{Path: path, Shape: Shape{Type: "string"}}})
		if len(faults) != 1 || faults[0].Code != OwnTenant {
			t.Errorf("%s: %+v", path, faults)
		}
	}
}
