package document

import (
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/source"
)

// Path names a place in a document from its root on. Paths are values: Field
// and Index return a longer one and leave theirs alone.
type Path []Step

// Step is a key of a map, or when IsIndex is set, a place in a list.
type Step struct {
	Key     string
	Index   int
	IsIndex bool
}

// At returns the path with those keys.
func At(keys ...string) Path {
	p := make(Path, len(keys))
	for i, k := range keys {
		p[i].Key = k
	}
	return p
}

// Field returns the path of a key below p.
func (p Path) Field(key string) Path {
	return append(p[:len(p):len(p)], Step{Key: key})
}

// Index returns the path of an item below p, from 0.
func (p Path) Index(i int) Path {
	return append(p[:len(p):len(p)], Step{Index: i, IsIndex: true})
}

// Parent returns the path without its last step; the root is its own parent.
func (p Path) Parent() Path { return p[:max(len(p)-1, 0):max(len(p)-1, 0)] }

// String prints the path as messages show it: columns[3].type, and a key that
// is not a plain word in quotes: mappings['person.name.fullName'].source. The
// root is "".
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.IsIndex:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.Index))
			b.WriteByte(']')
		case isWord(s.Key):
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Key)
		default:
			b.WriteString("['")
			_, _ = quotedKey.WriteString(&b, s.Key) // a builder takes everything
			b.WriteString("']")
		}
	}
	return b.String()
}

// quotedKey escapes a key between single quotes. Building it for each key took a second
// of the messages about 50,000 mappings.
var quotedKey = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '$':
		case i > 0 && ('0' <= c && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return s != ""
}

// Found is the result of looking up a path.
type Found struct {
	Node *Node       // the value; when it is missing, the nearest value around it
	Key  source.Span // the key of Node, nowhere for an item or the root
	Here bool        // the value exists
}

// Find returns the value at a path, or the nearest one around it.
func (d *Document) Find(path Path) Found {
	found := Found{Node: d.Root, Here: true}
	for _, step := range path {
		if found = found.Below(step); !found.Here {
			break
		}
	}
	return found
}

// Lookup is Find for a path that consists of keys.
func (d *Document) Lookup(keys ...string) Found {
	found := Found{Node: d.Root, Here: true}
	for _, key := range keys {
		if found = found.Below(Step{Key: key}); !found.Here {
			break
		}
	}
	return found
}

// Below returns the value one step further, or the nearest one around it.
func (f Found) Below(step Step) Found {
	if step.IsIndex {
		if f.Node.Kind == ListKind && 0 <= step.Index && step.Index < len(f.Node.Items) {
			return Found{Node: f.Node.Items[step.Index], Here: true}
		}
	} else if p := f.Node.Pair(step.Key); p != nil {
		return Found{Node: p.Value, Key: p.Key.Span, Here: true}
	}
	f.Here = false
	return f
}

// Span returns the smallest place that a message about the value can point to: the
// value if it has text, else its key, else the nearest key around it.
func (f Found) Span() source.Span {
	n := f.Node
	switch {
	case f.Here && n.Span.Start < n.Span.End:
		return n.Span
	case !f.Key.IsZero():
		return f.Key
	case n.Kind == MapKind && len(n.Pairs) > 0:
		return n.Pairs[0].Key.Span
	}
	return n.Span
}

// KeySpan returns the place of the key, that of the value when it has none.
func (f Found) KeySpan() source.Span {
	if f.Here && !f.Key.IsZero() {
		return f.Key
	}
	return f.Span()
}

// Written returns the place of the value, nowhere when the document leaves it out.
func (f Found) Written() source.Span {
	if !f.Here {
		return source.Span{}
	}
	return f.Node.Span
}

// Span returns the smallest place that a message about a path can point to.
func (d *Document) Span(path Path) source.Span { return d.Find(path).Span() }
