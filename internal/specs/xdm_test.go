package specs

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

func TestXDM(t *testing.T) {
	x := XDM()
	if n := len(x.Components); n != 88 {
		t.Errorf("%d components, want 88", n)
	}
	if n := len(x.Profile); n != 1231 {
		t.Errorf("%d profile paths, want 1231", n)
	}
	if n := len(x.Event); n != 2025 {
		t.Errorf("%d event paths, want 2025", n)
	}
	for _, fields := range [][]XDMField{x.Profile, x.Event} {
		for i, f := range fields {
			if i > 0 && fields[i-1].Path >= f.Path {
				t.Errorf("%s does not come after %s", f.Path, fields[i-1].Path)
			}
			if len(f.From) == 0 || !slices.IsSorted(f.From) || f.From[len(f.From)-1] >= len(x.Components) {
				t.Errorf("%s comes from %v", f.Path, f.From)
			}
			if f.Type == "" {
				t.Errorf("%s has no type", f.Path)
			}
			// Whoever walks down a path finds every level of it.
			if parent := xdmParent(f.Path); parent != "" && xdmFieldAt(fields, parent) == nil {
				t.Errorf("%s has no parent %s", f.Path, parent)
			}
		}
	}
}

func xdmParent(path string) string {
	if p, ok := strings.CutSuffix(path, "[*]"); ok {
		return p
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

func TestXDMFields(t *testing.T) {
	x := XDM()
	gender := xdmFieldAt(x.Profile, "person.gender")
	if gender == nil || gender.Type != "string" || !slices.Equal(gender.Enum, []string{"male", "female", "not_specified", "non_specific"}) || string(gender.Default) != `"not_specified"` {
		t.Errorf("person.gender is %+v", gender)
	}
	var from []string
	for _, i := range gender.From {
		from = append(from, x.Components[i].Slug)
	}
	if !slices.Equal(from, []string{"b2b-person-details", "profile-person-details"}) {
		t.Errorf("person.gender comes from %v", from)
	}
	year := xdmFieldAt(x.Profile, "person.birthYear")
	if year == nil || year.XDMType != "short" || *year.Minimum != 1 || *year.Maximum != 32767 {
		t.Errorf("person.birthYear is %+v", year)
	}
	stamp := xdmFieldAt(x.Event, "timestamp")
	if stamp == nil || !stamp.Required || stamp.Format != "date-time" {
		t.Errorf("timestamp is %+v", stamp)
	}
	if f := xdmFieldAt(x.Profile, "timestamp"); f != nil {
		t.Errorf("a profile has a timestamp: %+v", f)
	}
	if f := xdmFieldAt(x.Event, "segmentMemberships"); f == nil || !f.Deprecated {
		t.Errorf("segmentMemberships is %+v", f)
	}
}

// Every run that checks a mapping pays for this once.
func BenchmarkXDM(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parseXDM(xdmText)
	}
}

// xdmFieldAt returns the field at exactly that path, nil when there is none.
func xdmFieldAt(fields []XDMField, path string) *XDMField {
	i, ok := slices.BinarySearchFunc(fields, path, func(f XDMField, p string) int { return cmp.Compare(f.Path, p) })
	if !ok {
		return nil
	}
	return &fields[i]
}
