package resource

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// matchPrefix reports whether p is at or below the pattern, and how many steps the
// pattern has. Patterns are written like printed paths, without quotes;
// [] matches any element of a list, [NAME] the element with that key, * any
// member of an object.
func matchPrefix(pattern string, p Path) (int, bool) {
	n := 0
	for rest := pattern; rest != ""; n++ {
		var step string
		var element bool
		step, element, rest = cutStep(rest)
		if n >= len(p) {
			return 0, false
		}
		at := p[n]
		switch {
		case element && step == "":
			if at.Sort == FieldStep {
				return 0, false
			}
		case element:
			if at.Sort != KeyStep || at.Name != step {
				return 0, false
			}
		case at.Sort != FieldStep || at.Name != step && step != "*":
			return 0, false
		}
	}
	return n, true
}

// Matches reports whether a path is at or below a pattern, such as `params.columns[].name`.
func Matches(pattern string, p Path) bool {
	_, ok := matchPrefix(pattern, p)
	return ok
}

// cutStep takes the first step off a pattern.
func cutStep(pattern string) (step string, element bool, rest string) {
	if pattern[0] == '[' {
		end := strings.IndexByte(pattern, ']')
		return pattern[1:end], true, strings.TrimPrefix(pattern[end+1:], ".")
	}
	end := strings.IndexAny(pattern, ".[")
	if end < 0 {
		return pattern, false, ""
	}
	return pattern[:end], false, strings.TrimPrefix(pattern[end:], ".")
}

// Find returns the value at a pattern such as `scheduleParams.startTime` or
// `transformations[Mapping].params` in a body of kind s, or false.
func (s *Spec) Find(v Value, pattern string) (Value, bool) {
	var at Path
	for rest := pattern; rest != ""; {
		var step string
		var element, ok bool
		step, element, rest = cutStep(rest)
		if !element {
			if v, ok = v.Get(step); !ok {
				return Value{}, false
			}
			at = at.Field(step)
			continue
		}
		key, _ := s.KeyOf(at)
		i := indexOf(v, key, step)
		if i < 0 {
			return Value{}, false
		}
		v, at = v.Items[i], at.Key(step)
	}
	return v, true
}

// Set returns v with the member at a pattern of members, such as
// `scheduleParams.startTime`, set to w. It does not add a member.
func Set(v Value, pattern string, w Value) Value {
	name, rest, deeper := strings.Cut(pattern, ".")
	old, ok := v.Get(name)
	switch {
	case !ok:
		return v
	case deeper:
		w = Set(old, rest, w)
	}
	return v.With(name, w)
}

// At returns the value at a path of fields and keys, or false.
func (s *Spec) At(v Value, p Path) (Value, bool) { return s.Tree(v).At(p) }

// Tree finds paths in a body, in constant time for long lists and large objects. It
// is not safe for concurrent use, and the body must not change.
type Tree struct {
	spec    *Spec
	root    Value
	lists   map[*Value]map[string]int // by the first element of each long list: its keys
	objects map[*Field]func(name string) (Value, bool)
}

// Tree returns the body v for lookups.
func (s *Spec) Tree(v Value) *Tree { return &Tree{spec: s, root: v} }

// At returns the value at a path of fields and keys, or false.
func (t *Tree) At(p Path) (Value, bool) {
	v := t.root
	var ok bool
	for i, step := range p {
		switch step.Sort {
		case FieldStep:
			if v, ok = t.member(v, step.Name); !ok {
				return Value{}, false
			}
		case IndexStep:
			if step.Index >= len(v.Items) {
				return Value{}, false
			}
			v = v.Items[step.Index]
		case KeyStep:
			n := t.element(v, p[:i], step.Name)
			if n < 0 {
				return Value{}, false
			}
			v = v.Items[n]
		}
	}
	return v, true
}

func (t *Tree) member(v Value, name string) (Value, bool) {
	if len(v.Fields) <= few {
		return v.Get(name)
	}
	find := t.objects[&v.Fields[0]]
	if find == nil {
		if t.objects == nil {
			t.objects = map[*Field]func(string) (Value, bool){}
		}
		find = v.finder()
		t.objects[&v.Fields[0]] = find
	}
	return find(name)
}

// element returns the index of an element of a list by its key, or -1.
func (t *Tree) element(list Value, at Path, name string) int {
	key, _ := t.spec.KeyOf(at)
	if len(list.Items) <= few {
		return indexOf(list, key, name)
	}
	keys := t.lists[&list.Items[0]]
	if keys == nil {
		if t.lists == nil {
			t.lists = map[*Value]map[string]int{}
		}
		keys = make(map[string]int, len(list.Items))
		for i, item := range slices.Backward(list.Items) {
			keys[KeyText(item, key)] = i
		}
		t.lists[&list.Items[0]] = keys
	}
	if i, ok := keys[name]; ok {
		return i
	}
	return -1
}

// Pointer returns the JSON Pointer of a path in the body: keys become the indexes
// that they have there. An element that is not there gets "-", the end of its list.
func (t *Tree) Pointer(p Path) string {
	var b strings.Builder
	for i, step := range p {
		b.WriteByte('/')
		switch step.Sort {
		case FieldStep:
			b.WriteString(pointerText.Replace(step.Name))
		case IndexStep:
			b.WriteString(strconv.Itoa(step.Index))
		case KeyStep:
			list, _ := t.At(p[:i])
			if n := t.element(list, p[:i], step.Name); n >= 0 {
				b.WriteString(strconv.Itoa(n))
			} else {
				b.WriteByte('-')
			}
		}
	}
	return b.String()
}

var pointerText = strings.NewReplacer("~", "~0", "/", "~1")

// ItemURL returns the path of one object: the id percent-encoded wholly, since
// the registry's ids are URLs.
func (s *Spec) ItemURL(id string) string { return s.Collection + "/" + EscapeID(id) + s.Item }

// EscapeID is specs.EscapeID for an id that may be a reference `${…}`, whose value
// is encoded when it is bound.
func EscapeID(id string) string {
	if strings.HasPrefix(id, "${") {
		return id
	}
	return specs.EscapeID(id)
}

// indexOf returns the index of the element of a list whose member key prints as
// want, or -1.
func indexOf(list Value, key, want string) int {
	for i, item := range list.Items {
		if KeyText(item, key) == want {
			return i
		}
	}
	return -1
}

// KeyText returns the text that identifies a list element by its member key, or by
// itself for the key "".
func KeyText(item Value, key string) string {
	k := keyValue(item, key)
	if k.Kind == RefValue {
		return k.Ref.String()
	}
	return k.Text
}

func keyValue(item Value, key string) Value {
	if key == "" {
		return item
	}
	k, _ := item.Get(key)
	return k
}
