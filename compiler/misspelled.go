package compiler

import (
	"encoding/json"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/schemas"
)

// meantKeys returns the keys that an unknown one may mean: those that are
// nearest, else what other tools call it.
func meantKeys(key string, known []string) []string {
	if near := diag.NearestAll(key, known); len(near) > 0 {
		return near
	}
	var out []string
	for _, ours := range foreignKeys[key] {
		if slices.Contains(known, ours) {
			out = append(out, ours)
		}
	}
	return out
}

// misspelledKind returns the value of a misspelled key `kind`, nil when there is
// none.
func misspelledKind(root *document.Node) *document.Node {
	for _, p := range root.Pairs {
		if p.Value.Kind != document.StringKind || !slices.Contains(schemas.Kinds(), p.Value.Text) {
			continue
		}
		if _, ok := diag.Nearest(p.Key.Text, []string{"kind"}); ok {
			return p.Value
		}
	}
	return nil
}

// addMisspelled marks what an unknown key of a document leaves open: the map
// that it is in and the keys that it may mean.
func (f *faultyPaths) addMisspelled(path document.Path, n *document.Node, format *schemaNode) {
	format = format.resolve()
	if n.Kind != document.MapKind || format == nil {
		return
	}
	known, others := format.keys(), format.others()
	for _, p := range n.Pairs {
		key := p.Key.Text
		child := format.Properties[key]
		if child == nil {
			child = others
		}
		if child != nil {
			f.addMisspelled(path.Field(key), p.Value, child)
			continue
		}
		if len(path) > 0 {
			f.add(path.String())
		}
		for _, meant := range meantKeys(key, known) {
			f.add(path.Field(meant).String())
		}
	}
}

// keys are the keys of the format, sorted.
func (n *schemaNode) keys() []string {
	var out []string
	for key := range n.Properties {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// others describes the values of keys that the user chooses, nil when there are
// none.
func (n *schemaNode) others() *schemaNode {
	var more schemaNode
	if len(n.AdditionalProperties) == 0 || json.Unmarshal(n.AdditionalProperties, &more) != nil {
		return nil
	}
	return &more
}
