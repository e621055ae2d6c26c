package flow

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// Change data capture: sources whose rows are inserted, updated, and deleted by the
// primary key of a relational schema.

// readsChanges reports whether a source connection reads changes.
func readsChanges(source object) bool { return core.At(source, "params", "cdcEnabled") == true }

// checkChanges refuses changes into a schema without a primary key.
func checkChanges(c *core.Call, source, target object) error {
	if !readsChanges(source) {
		return nil
	}
	r := c.Space.Get(core.KindDataset, core.Text(target, "params", "dataSetId"))
	if r == nil {
		return nil // the mapping set says so
	}
	if id := r.Key(core.DatasetSchemaKey); !registry.IsRelational(registry.FindResource(c.Space, id)) {
		return core.FlowError(core.ErrParamValue, "params.cdcEnabled needs a relational schema, and %s is none", id)
	}
	return nil
}

// changeOf is what a row of changes does to a record.
func changeOf(row any) string {
	if core.At(row, "_change_request_type") == "d" {
		return catalog.Delete
	}
	return catalog.Upsert
}

// isChange reports whether a row says by u or d what becomes of it, or says nothing, which
// means u.
func isChange(row any) bool {
	v := core.At(row, "_change_request_type")
	return v == nil || slices.Contains([]any{"", "u", "d"}, v)
}
