// Package document reads YAML text into trees in which every value knows its
// place, or into diagnostics that say where the text is wrong and how to fix it.
//
// In: a source file. Out: its documents, each a tree of nodes with the span of
// every key and value. Laws: parsing never panics, and every span lies inside its
// file. It knows YAML and nothing of what the documents are about.
package document

import (
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Kind says what a value of a document is.
type Kind uint8

// The kinds of YAML 1.2's core schema. A null is the value of a key
// without a value.
const (
	NullKind Kind = iota
	BoolKind
	IntKind
	FloatKind
	StringKind
	MapKind
	ListKind
)

var kindNames = [...]string{"nothing", "a boolean", "an integer", "a number", "text", "a map", "a list"}

// String names the kind with its article, as messages need it: "a map".
func (k Kind) String() string { return kindNames[k] }

// IsScalar reports whether the kind is neither map nor list.
func (k Kind) IsScalar() bool { return k < MapKind }

// Style says how a value was written.
type Style uint8

// The styles. Plain is also the style of a null that has no text, Block the
// style of maps and lists that are written by indentation.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal // |
	Folded  // >
	Block
	Flow // [a, b] and {a: b}
)

// IsQuoted reports whether the style is one of the two with quotes.
func (s Style) IsQuoted() bool { return s == SingleQuoted || s == DoubleQuoted }

// Node is one value of a document.
type Node struct {
	Kind  Kind
	Style Style

	// Span covers the value as written: a quoted scalar with its quotes, a
	// block scalar from its | or > to its last character, a map or list from
	// its first to its last byte, without tag and anchor. It has no width for
	// a value that was left out. Through an alias it is the place of the
	// anchored value, so that it does not lie inside the parent's span.
	Span source.Span

	Text  string  // the resolved text of a scalar; numbers as written
	Pairs []Pair  // of a map, in file order, merged ones at the place of their <<
	Items []*Node // of a list

	link  *link      // nil without an anchor or an alias
	index *pairIndex // of a map with many keys
}

// link is the anchor of a node and the alias through which it came.
type link struct {
	anchor string
	alias  source.Span
}

// Alias returns the use (*name) through which the value came here, the outermost
// one if there are several; zero for a value written in place.
func (n *Node) Alias() source.Span {
	if n.link == nil {
		return source.Span{}
	}
	return n.link.alias
}

// Anchor returns the name of the anchor that the value carries, "" for none.
func (n *Node) Anchor() string {
	if n.link == nil {
		return ""
	}
	return n.link.anchor
}

// Pair is one key of a map and its value. Keys are scalars and differ from
// each other within a map.
type Pair struct {
	Key, Value *Node
	Merged     bool // came through <<
}

// Get returns the value of a key of a map, nil when there is none or n is not
// a map.
func (n *Node) Get(key string) *Node {
	if p := n.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// KeySpan returns the place of a key of a map, nowhere when there is none.
func (n *Node) KeySpan(key string) source.Span {
	if p := n.Pair(key); p != nil {
		return p.Key.Span
	}
	return source.Span{}
}

func (n *Node) Pair(key string) *Pair {
	if n == nil {
		return nil
	}
	if n.index.covers(n.Pairs) {
		if i, ok := n.index.at[key]; ok {
			return &n.Pairs[i]
		}
		return nil
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key.Text == key {
			return &n.Pairs[i]
		}
	}
	return nil
}

// indexedKeys is the number of keys from which a map gets an index.
const indexedKeys = 48

// pairIndex finds the keys of a map with many of them. It is about the one
// slice of pairs that it was made of: a copy of the map with other pairs does
// without until it is indexed itself.
type pairIndex struct {
	pairs []Pair
	at    map[string]int
}

// covers reports whether the index is about these pairs.
func (x *pairIndex) covers(pairs []Pair) bool {
	return x != nil && len(x.pairs) == len(pairs) && &x.pairs[0] == &pairs[0]
}

// indexed makes keys quick to find, if there are many, and returns n. It is for
// whoever has made the pairs of n, once they are complete.
func (n *Node) Indexed() *Node {
	n.index = nil
	if len(n.Pairs) < indexedKeys {
		return n
	}
	at := make(map[string]int, len(n.Pairs))
	for i := range n.Pairs {
		at[n.Pairs[i].Key.Text] = i
	}
	n.index = &pairIndex{n.Pairs, at}
	return n
}

// Where returns the labels that show n: its own text first, and when it came
// through an alias, the alias.
func (n *Node) Where(text string) []diag.Label {
	if n.Alias().IsZero() {
		return []diag.Label{{Span: n.Span, Text: text}}
	}
	return []diag.Label{{Span: n.Span, Text: text}, {Span: n.Alias(), Text: "used here"}}
}

// Document is one YAML document of a file. Root is never nil.
type Document struct {
	File    *source.File
	Root    *Node
	Ignores []Ignore // in file order
}

// Ignore is one comment `# aepflow:ignore CODE reason`.
type Ignore struct {
	Code   diag.Code
	Reason string
	Line   int         // the line that it silences
	Span   source.Span // the comment
}
