package xdm

import (
	"maps"
	"slices"
	"strings"
)

// Missing is a path that every record must have and that no mapping fills.
type Missing struct {
	Path   string
	Parent string // the level that requires it, "" for the top
	Index  int    // first destination below Parent; -1 at the top: every record needs it
}

// Required returns what destinations leave out: what the class requires of
// every record and what each object requires once something in it is mapped.
// Destinations that are not paths of the schema count for nothing.
func (s *Schema) Required(destinations []string) []Missing {
	type level struct {
		path  string
		node  *node
		index int
	}
	levels := map[string]level{}
	covered := make(map[string]bool, 2*len(destinations)) // destinations and all levels above them
	// destinations alone: an object that is copied covers what is in it
	whole := make(map[string]bool, len(destinations))
	if s.standard != nil {
		levels[""] = level{"", s.standard, -1}
	}
	for i, d := range destinations {
		steps, err := parsePath(d)
		if err != nil {
			continue
		}
		canon := s.canonical(steps)
		for _, c := range canon {
			covered[c] = true
		}
		whole[canon[len(canon)-1]] = true
		s.levels(d, steps, func(path string, n *node) {
			if _, ok := levels[path]; !ok {
				levels[path] = level{path, n, i}
			}
		})
	}
	var out []Missing
	for _, path := range slices.Sorted(maps.Keys(levels)) {
		l := levels[path]
		for _, k := range l.node.kids {
			if k.shape == nil || !k.shape.Required || s.member(l.node, k.name) == nil {
				continue
			}
			p := Join(path, k.name)
			if !covered[p] && !coveredAbove(whole, p) {
				out = append(out, Missing{Path: p, Parent: path, Index: l.index})
			}
		}
	}
	return out
}

// levels calls f with the objects that a destination goes through, indexes
// written as [*] and the namespace of the tenant as its placeholder. A
// destination that leads nowhere goes through none.
func (s *Schema) levels(path string, steps []step, f func(string, *node)) {
	type visit struct {
		path string
		node *node
	}
	var seen []visit
	w := walk{schema: s, path: path, general: true,
		visit: func(path string, n *node) { seen = append(seen, visit{path, n}) }}
	var err *PathError
	if s.hasTenant(steps[0].name) {
		steps = slices.Clone(steps)
		steps[0].name = TenantNamespace
		_, err = w.own(steps)
	} else if s.standard != nil {
		_, err = w.down(s.standard, steps)
	}
	if err != nil {
		return
	}
	for _, v := range seen {
		f(v.path, v.node)
	}
}

// RequiredIn returns the members that the object at a path requires; "" is the whole
// record. Indexes are written as [*].
func (s *Schema) RequiredIn(path string) []string {
	var at *node
	if path == "" {
		at = s.standard
	} else {
		steps, err := parsePath(path)
		if err != nil {
			return nil
		}
		found := ""
		w := walk{schema: s, path: path, general: true, visit: func(path string, n *node) { found, at = path, n }}
		steps = append(steps, step{name: "\x00"}) // no member: the walk ends at the object
		if s.hasTenant(steps[0].name) {
			_, err = w.own(steps)
		} else if s.standard != nil {
			_, err = w.down(s.standard, steps)
		}
		if err == nil || found != w.canon {
			return nil
		}
	}
	var out []string
	if at == nil {
		return nil
	}
	for _, k := range at.kids {
		if k.shape != nil && k.shape.Required && s.member(at, k.name) != nil {
			out = append(out, k.name)
		}
	}
	return out
}

func coveredAbove(whole map[string]bool, path string) bool {
	for {
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return false
		}
		path = path[:i]
		if whole[path] {
			return true
		}
	}
}

// canonical returns the path and every level above it, indexes written as [*]
// and missing ones added, shortest first.
func (s *Schema) canonical(steps []step) []string {
	out := make([]string, 0, len(steps)+1)
	path := ""
	n := s.standard
	if s.hasTenant(steps[0].name) {
		n = nil
		if s.own != nil {
			n = &node{own: true, kids: []*node{s.own.named(TenantNamespace)}}
		}
		steps = slices.Clone(steps)
		steps[0].name = TenantNamespace
	}
	for _, st := range steps {
		if n != nil && n.isArray() {
			path += "[*]"
			out = append(out, path)
			n = n.item
		}
		path = Join(path, st.name)
		out = append(out, path)
		if n != nil {
			if n.isMap() {
				n = n.item
			} else {
				n = n.kid(st.name)
			}
		}
		for range st.indexes {
			path += "[*]"
			out = append(out, path)
			if n != nil {
				n = n.item
			}
		}
	}
	return out
}

// Conflict is two destinations that cannot both be mapped: the same one twice,
// or one inside the other.
type Conflict struct {
	First, Second int  // numbers of the destinations; Second is the inner one when Inside
	Inside        bool // Second lies in First
}

// Conflicts compares all destinations with each other. Each destination is
// reported once, against the earliest that it disagrees with.
func (s *Schema) Conflicts(destinations []string) []Conflict {
	at := make(map[string]int, len(destinations))
	keys := make([][]string, len(destinations))
	var out []Conflict
	for i, d := range destinations {
		steps, err := parsePath(d)
		if err != nil {
			continue
		}
		keys[i] = s.exact(steps)
		own := keys[i][len(keys[i])-1]
		if first, ok := at[own]; ok {
			out = append(out, Conflict{First: first, Second: i})
			keys[i] = nil
			continue
		}
		at[own] = i
	}
	for i, levels := range keys {
		if len(levels) == 0 {
			continue
		}
		for _, above := range levels[:len(levels)-1] {
			if first, ok := at[above]; ok {
				out = append(out, Conflict{First: first, Second: i, Inside: true})
				break
			}
		}
	}
	return out
}

// exact returns the path and every level above it with the indexes as written.
func (s *Schema) exact(steps []step) []string {
	out := make([]string, 0, len(steps)+1)
	path := ""
	for i, st := range steps {
		name := st.name
		if i == 0 && s.hasTenant(name) {
			name = TenantNamespace
		}
		path = Join(path, name)
		out = append(out, path)
		for _, index := range st.indexes {
			path += "[" + index + "]"
			out = append(out, path)
		}
	}
	return out
}
