package document

import (
	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document/syntax"
	"github.com/aepflow/aepflow/internal/source"
)

// manyKeys is the size from which a map's keys are looked up in a table.
const manyKeys = 12

// pairs builds the keys and values of a map and returns where the last ends.
//
// A key written in the map wins over a merged one, regardless of order; of
// merged ones the first wins. Merged pairs take the position of their <<.
func (b *builder) pairs(n *Node, y *yaml.Node, end int) int {
	n.Pairs = make([]Pair, 0, len(y.Content)/2)
	seen := keySet{}
	var merges []merge
	if len(y.Content) > 0 && n.Style == Block {
		n.Span.Start = min(n.Span.Start, b.start(y.Content[0])) // with tag and anchor of the first key
	}
	for i := 0; i+1 < len(y.Content); i += 2 {
		yk, yv := y.Content[i], y.Content[i+1]
		if isMerge(yk) {
			key := b.build(yk)
			value := b.valueAfter(yk, key, yv)
			end = b.reach(end, yv, value)
			merges = append(merges, merge{at: len(n.Pairs), key: key.Span, value: value})
			continue
		}
		key := b.key(yk)
		value := b.valueAfter(yk, key, yv)
		end = b.reach(b.reach(end, yk, key), yv, value)
		switch {
		case b.refused:
			return end
		case !key.Kind.IsScalar():
			b.add(complexKey{b.place(yk, key), key.Kind})
			continue
		case key.Kind == NullKind && key.Text == "":
			b.add(syntax.MissingKey{Value: b.place(yv, value)})
			continue
		}
		if first, ok := seen.find(n.Pairs, key.Text); ok {
			b.add(duplicateKey{Name: key.Text, First: n.Pairs[first].Key.Span, Again: b.place(yk, key)})
			continue
		}
		n.Pairs = append(n.Pairs, Pair{Key: key, Value: value})
	}
	if len(merges) > 0 {
		b.merge(n, merges)
	}
	n.Indexed()
	return end
}

// valueAfter builds the value of a key. A missing value is positioned after the
// colon; the library places it at whatever comes next, which may be far off.
func (b *builder) valueAfter(yk *yaml.Node, key *Node, yv *yaml.Node) *Node {
	value := b.build(yv)
	if !isOmitted(yv) {
		return value
	}
	at := b.afterColon(b.place(yk, key).End)
	if tag := b.skipBlanks(at); tag < len(b.text) && b.text[tag] == '!' && tag == b.start(yv) {
		return value // a bare ! as tag, which the library does not report
	}
	value.Span = b.file.Span(at, at)
	return value
}

// isOmitted reports whether a value was left out, tag and anchor too.
func isOmitted(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && y.Anchor == "" &&
		y.Style&yaml.TaggedStyle == 0 && scalarStyle(y.Style) == Plain
}

// key builds a key. Of a key that is not a scalar, only that is reported, not what is
// wrong inside.
func (b *builder) key(y *yaml.Node) *Node {
	if y.Kind == yaml.ScalarNode {
		return b.build(y)
	}
	report := b.report
	b.report = &diag.Report{}
	n := b.build(y)
	if b.refused || n.Kind.IsScalar() {
		report.Append(b.report)
	}
	b.report = report
	return n
}

// merge is one << of a map: its position among the pairs, and its value.
type merge struct {
	at    int
	key   source.Span
	value *Node
}

func (b *builder) merge(n *Node, merges []merge) {
	own := n.Pairs
	n.Pairs = make([]Pair, 0, len(own))
	taken := make(map[string]bool, len(own))
	for _, p := range own {
		taken[p.Key.Text] = true
	}
	at := 0
	for _, m := range merges {
		n.Pairs = append(n.Pairs, own[at:m.at]...)
		at = m.at
		parts := []*Node{m.value}
		if m.value.Kind == ListKind {
			parts = m.value.Items
		}
		for _, part := range parts {
			if part.Kind != MapKind {
				if !b.refused {
					b.add(badMerge{m.key, part})
				}
				continue
			}
			for _, p := range part.Pairs {
				if !taken[p.Key.Text] {
					taken[p.Key.Text] = true
					n.Pairs = append(n.Pairs, Pair{Key: p.Key, Value: p.Value, Merged: true})
				}
			}
		}
	}
	n.Pairs = append(n.Pairs, own[at:]...)
}

// place returns the position of a value in the map itself: of the alias, if any.
func (b *builder) place(y *yaml.Node, n *Node) source.Span {
	if y.Kind == yaml.AliasNode {
		start := b.start(y)
		return b.file.Span(start, start+1+len(y.Value))
	}
	return n.Span
}

// keySet finds a key among pairs that only grow; a table is made only for
// large maps, since most have a handful of keys.
type keySet map[string]int

func (s *keySet) find(pairs []Pair, key string) (int, bool) {
	if len(pairs) < manyKeys {
		for i := range pairs {
			if pairs[i].Key.Text == key {
				return i, true
			}
		}
		return 0, false
	}
	if *s == nil {
		*s = keySet{}
	}
	for i := len(*s); i < len(pairs); i++ {
		(*s)[pairs[i].Key.Text] = i
	}
	i, ok := (*s)[key]
	return i, ok
}
