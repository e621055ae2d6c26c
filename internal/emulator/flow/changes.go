package flow

import (
	"fmt"
	"slices"
	"strconv"

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

// unknownChanges are the rows of a source of changes that do not say what becomes of them.
func unknownChanges[T any](source object, rows []T) (unknown []any) {
	if !readsChanges(source) {
		return nil
	}
	for _, row := range rows {
		if !isChange(row) {
			unknown = append(unknown, row)
		}
	}
	return unknown
}

// isChange reports whether a row says by u or d what becomes of it, or says nothing, which
// means u.
func isChange(row any) bool {
	v := core.At(row, "_change_request_type")
	return v == nil || slices.Contains([]any{"", "u", "d"}, v)
}

// failUnknown takes the rows that failed out of what a run wrote. More of them than the flow
// allows fail the run.
func failUnknown(out catalog.Outcome, flow object, unknown []any) catalog.Outcome {
	failed := int64(len(unknown))
	if failed == 0 {
		return out
	}
	out.Failed, out.Written = failed, out.Read-failed
	out.Status, out.Code = "partialSuccess", "INGEST-1212-400"
	out.Message = fmt.Sprintf("%d rows have a _change_request_type other than u or d", failed)
	out.Bad = badRows(unknown, out.Code, "_change_request_type is neither u nor d")
	text, _ := core.Scalar(core.At(flow, "options", "partialIngestionPercent"))
	allowed, _ := strconv.ParseFloat(text, 64) // 0 without the option
	if float64(failed)*100 > allowed*float64(out.Read) {
		out.Status, out.Written = "failed", 0
	}
	return out
}
