package catalog

import (
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Records that arrived in datasets, newest first: not the platform's own, which answers files of Parquet, but what
// people look at.

// MaxRecords and MaxRecordBytes bound what is kept of a dataset.
const (
	MaxRecords     = 100
	MaxRecordBytes = 1 << 20
)

// KeepRecords keeps what a run brought, each record with its row and what the mappings did.
func KeepRecords(sp *core.Space, flow object, run string, records []any, at int64) {
	target := sp.Get(core.KindTarget, core.Texts(flow, "targetConnectionIds")[0])
	if target == nil || len(records) == 0 {
		return
	}
	id := core.Text(target.View(), "params", "dataSetId")
	if sp.Get(core.KindDataset, id) == nil {
		return
	}
	list := []any{}
	size := 0
	add := func(more []any) {
		for _, r := range more {
			n := len(core.ToJSON(r))
			if n > MaxRecordBytes {
				continue // alone, it is more than what is kept
			}
			if size += n; len(list) == MaxRecords || size > MaxRecordBytes {
				return
			}
			list = append(list, r)
		}
	}
	for i := len(records) - 1; i >= 0; i-- {
		r := records[i].(object)
		r["flow"], r["run"], r["at"] = flow["id"], run, at
		add([]any{r})
	}
	if before := sp.Get(core.KindRecords, id); before != nil {
		add(core.List(before.View(), "rows"))
	}
	sp.Put(core.KindRecords, id, at, object{"id": id, "rows": list})
}

// RecordsOf are the records that are kept of a dataset, the newest first.
func RecordsOf(sp *core.Space, dataset string) []any {
	if r := sp.Get(core.KindRecords, dataset); r != nil {
		return core.List(r.View(), "rows")
	}
	return nil
}
