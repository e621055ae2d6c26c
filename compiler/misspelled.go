package compiler

import (
	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/nearest"
)

// addMisspelled marks what an unknown key of a document leaves open: the map
// that it is in and the keys that it may mean.
func (f *faultyPaths) addMisspelled(kind string, path document.Path, n *document.Node) {
	if n.Kind != document.MapKind {
		return
	}
	known := nearest.Of(format.Keys(kind, path))
	for _, p := range n.Pairs {
		key := p.Key.Text
		if format.Has(kind, path.Field(key)) {
			f.addMisspelled(kind, path.Field(key), p.Value)
			continue
		}
		if len(path) > 0 {
			f.add(path.String())
		}
		for _, meant := range decode.MeantKeys(key, known) {
			f.add(path.Field(meant).String())
		}
	}
}
