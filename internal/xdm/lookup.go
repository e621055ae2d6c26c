package xdm

import "strings"

// PathError says why a destination is not a field of the schema.
type PathError struct {
	Code       string
	Path       string // as written
	Start, End int    // the segment that is wrong
	Name       string // the segment
	Parent     string // canonical path of the level that it was looked for in, "" for the top
	Kind       Kind   // of that level
	Type       string
	Detail     string   // BadPath: what is wrong
	Near       []string // paths of the schema that were likely meant, best first
	Groups     []string // slugs of field groups that would give the path
}

// Codes of path errors.
const (
	BadPath     = "bad-path"        // not a path at all
	UnknownPath = "unknown-path"    // no such field
	WrongTenant = "wrong-tenant"    // a namespace that is neither Adobe's nor the org's
	NotAnArray  = "not-an-array"    // an index on something that has no elements
	ChildOfLeaf = "child-of-scalar" // a member of a single value
	NoOwnFields = "no-own-fields"   // below the tenant's namespace, where the schema has nothing
)

// namespaces are first segments with an underscore that belong to the standard.
var namespaces = []string{"_id", "_type", "_repo", "_schema", "_dc", "_xmpDM", "_experience"}

// Lookup finds a destination. The field of a path that may lie in a field group
// that is not known comes back with Checked false. The error for a path that is
// not found says what was likely meant, which takes far longer to find out than
// that it is wrong: see Find.
func (s *Schema) Lookup(path string) (Field, *PathError) {
	f, err := s.Find(path)
	if err != nil {
		s.suggest(err)
	}
	return f, err
}

// Find is Lookup with an error that suggests nothing.
func (s *Schema) Find(path string) (Field, *PathError) {
	steps, err := parsePath(path)
	if err != nil {
		return Field{}, err
	}
	w := walk{schema: s, path: path}
	if s.hasTenant(steps[0].name) {
		return w.own(steps)
	}
	return w.standard(steps)
}

func isNamespace(name string) bool {
	for _, n := range namespaces {
		if n == name {
			return true
		}
	}
	return false
}

// walk goes down one path and collects what it meets.
type walk struct {
	schema *Schema
	path   string
	canon  string
	below  Kind
	notes  []FieldNote
	marked bool // see Field.Marked
	// general writes every index as [*], and one where none is written.
	general bool
	// visit, when set, sees each object level that the path goes through.
	visit func(path string, n *node)
}

func (w *walk) fail(s step, code string, n *node) *PathError {
	e := &PathError{Code: code, Path: w.path, Start: s.start, End: s.end, Name: s.name, Parent: w.canon, Kind: Object,
		Type: "object"}
	if n != nil && n.shape != nil {
		f := fieldOf(n, "")
		e.Kind, e.Type = f.Kind, f.Type
	}
	return e
}

func (w *walk) unchecked() Field { return Field{Path: w.path} }

func (w *walk) standard(steps []step) (Field, *PathError) {
	s := w.schema
	first := steps[0]
	if s.standard == nil {
		return w.unchecked(), nil
	}
	if strings.HasPrefix(first.name, "_") && !s.relational && !isNamespace(first.name) &&
		s.member(s.standard, first.name) == nil {
		return Field{}, w.fail(first, WrongTenant, nil)
	}
	f, err := w.down(s.standard, steps)
	if err != nil && err.Code == UnknownPath && len(s.unknown) > 0 {
		return w.unchecked(), nil
	}
	return f, err
}

func (w *walk) own(steps []step) (Field, *PathError) {
	s, first := w.schema, steps[0]
	open := len(s.unknown) > 0
	if s.own == nil {
		if open {
			return w.unchecked(), nil
		}
		return Field{}, w.fail(first, NoOwnFields, nil)
	}
	root := &node{own: true, kids: []*node{s.own.named(first.name)}}
	f, err := w.down(root, steps)
	if err != nil && err.Code == UnknownPath && open {
		return w.unchecked(), nil
	}
	return f, err
}

// member returns the member of n that the schema has.
func (s *Schema) member(n *node, name string) *node {
	k := n.kid(name)
	if k == nil || !k.own && !k.from.meets(s.mask) {
		return nil
	}
	return k
}

// down follows steps from n.
func (w *walk) down(n *node, steps []step) (Field, *PathError) {
	s := w.schema
	for i, st := range steps {
		if n.isArray() { // gone through without an index
			at := FieldNote{Code: IndexMissing, Start: steps[i-1].start, End: steps[i-1].indexEnd, Path: w.canon}
			w.notes = append(w.notes, at)
			w.below = Array
			if w.general {
				w.canon += "[*]"
			}
			n = n.item
		}
		switch {
		case n.open:
			return w.unchecked(), nil
		case n.isMap():
			w.below = Map
			n = n.item
		case len(n.kids) > 0:
			if w.visit != nil {
				w.visit(w.canon, n)
			}
			k := s.member(n, st.name)
			if k == nil {
				return Field{}, w.fail(st, UnknownPath, n)
			}
			n = k
		case n.shape != nil && n.shape.Type == "object":
			return Field{}, w.fail(st, UnknownPath, n)
		default:
			return Field{}, w.fail(st, ChildOfLeaf, n)
		}
		w.canon = Join(w.canon, st.name)
		for _, index := range st.indexes {
			if !n.isArray() {
				e := w.fail(st, NotAnArray, n)
				e.Start, e.End = st.end, st.indexEnd
				return Field{}, e
			}
			w.below = Array
			if w.general {
				index = "*"
			}
			w.canon += "[" + index + "]"
			n = n.item
		}
		known, marked := n.shape != nil && n.shape.Deprecated, s.isMarked(w.canon)
		w.marked = w.marked || marked && !known
		if i < len(steps)-1 && (known || marked) {
			w.notes = append(w.notes, FieldNote{Code: DeprecatedParent, Start: st.start, End: st.indexEnd,
				Path: w.canon})
		}
	}
	if w.visit != nil { // only the levels were asked for
		return Field{}, nil
	}
	f := fieldOf(n, w.canon)
	f.Below, f.Notes, f.From = w.below, w.notes, s.slugs(n)
	f.Deprecated, f.Marked = f.Deprecated || s.isMarked(w.canon), w.marked
	return f, nil
}
