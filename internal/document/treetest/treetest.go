// Package treetest changes trees of documents, for laws that hold for documents that are nearly right.
package treetest

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/document"
)

// Change alters one place of a tree: where is the number of the node in the
// order of the text, how what happens to it, and what the new value.
func Change(root *document.Node, where, how, what int) {
	var all []*document.Node
	var collect func(n *document.Node)
	collect = func(n *document.Node) {
		all = append(all, n)
		for _, p := range n.Pairs {
			collect(p.Value)
		}
		for _, item := range n.Items {
			collect(item)
		}
	}
	collect(root)
	n := all[where%len(all)]
	value := newValue(what, all)
	switch how % 5 {
	case 0, 1:
		span := n.Span
		*n = *value
		n.Span = span
	case 2:
		if k := len(n.Pairs); k > 0 {
			n.Pairs = slices.Delete(slices.Clone(n.Pairs), what%k, what%k+1)
		} else if k := len(n.Items); k > 0 {
			n.Items = slices.Delete(slices.Clone(n.Items), what%k, what%k+1)
		}
	case 3:
		if n.Kind == document.MapKind {
			keys := []string{"title", "kind", "x", "type", "id", "name", "file", "value", "short", ""}
			key := keys[what%len(keys)]
			if n.Pair(key) == nil {
				name := &document.Node{Kind: document.StringKind, Text: key, Span: root.Span}
				n.Pairs = append(n.Pairs, document.Pair{Key: name, Value: newValue(what/len(keys), all)})
			}
		}
	case 4:
		if n.Kind == document.ListKind {
			n.Items = append(n.Items, value)
		}
	}
}

// newValue returns one of the values that a place may or may not take.
func newValue(what int, all []*document.Node) *document.Node {
	span := all[0].Span
	scalars := slices.Concat(
		nodes(document.NullKind, ""), nodes(document.BoolKind, "true", "FALSE"),
		nodes(document.StringKind, "", "x", "Not A Name", "draft", "string", strings.Repeat("é", 64),
			strings.Repeat("long ", 1000), "Schema"),
		nodes(document.IntKind, "0", "-1", "017", "0x1F", "1000001", strings.Repeat("9", 30)),
		nodes(document.FloatKind, "1.5", "15.0", "1e2", ".inf", ".nan", "1e999", "-.5"),
		nodes(document.MapKind, ""), nodes(document.ListKind, ""), nodes(document.StringKind, "a\x00b\xff"),
	)
	if i := what - len(scalars); i >= 0 {
		return copied(all[i%len(all)]) // something of the document in another place
	}
	n := scalars[what%len(scalars)]
	n.Span = span
	return &n
}

func nodes(kind document.Kind, texts ...string) (out []document.Node) {
	for _, text := range texts {
		out = append(out, document.Node{Kind: kind, Text: text})
	}
	return out
}

func copied(n *document.Node) *document.Node {
	c := *n
	c.Pairs, c.Items = nil, nil
	for _, p := range n.Pairs {
		c.Pairs = append(c.Pairs, document.Pair{Key: p.Key, Value: copied(p.Value), Merged: p.Merged})
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, copied(item))
	}
	return &c
}
