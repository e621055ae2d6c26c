package lift

import (
	"strings"

	"github.com/aepflow/aepflow/schemas"
)

// Bound lists the keys of a document that name an object of one sandbox by its ID: another
// sandbox needs another value there.
func (d *Document) Bound() []string {
	var out []string
	for _, id := range schemas.BoundIDs(d.Value) {
		out = append(out, strings.Join(id.Path, ".")+": "+id.Value)
	}
	return out
}
