package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
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

// addMisspelled marks what an unknown key of a document leaves open: the map
// that it is in and the keys that it may mean.
func (f *faultyPaths) addMisspelled(kind string, path document.Path, n *document.Node) {
	if n.Kind != document.MapKind {
		return
	}
	known := format.Keys(kind, path)
	for _, p := range n.Pairs {
		key := p.Key.Text
		if format.Has(kind, path.Field(key)) {
			f.addMisspelled(kind, path.Field(key), p.Value)
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
