package catalog

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Records that arrived in datasets, newest first: not the platform's own, which answers files of Parquet, but what
// people look at.

// MaxRecords and MaxRecordBytes bound what is kept of a dataset.
const (
	MaxRecords     = 100
	MaxRecordBytes = 1 << 20
)

// KeepRecords keeps what a run or, without one, a message brought, each record with its row and what the mappings did.
// Of changes, only what they leave is kept.
func KeepRecords(sp *core.Space, flow object, run string, records []any, at int64) {
	target := sp.Get(core.KindTarget, core.Texts(flow, "targetConnectionIds")[0])
	if target == nil || len(records) == 0 {
		return
	}
	id := core.Text(target.View(), "params", "dataSetId")
	dataset := sp.Get(core.KindDataset, id)
	if dataset == nil {
		return
	}
	var all []any
	for _, r := range slices.Backward(records) {
		r := r.(object)
		r["flow"], r["at"] = flow["id"], at
		if run != "" {
			r["run"] = run
		}
		all = append(all, r)
	}
	if before := sp.Get(core.KindRecords, id); before != nil {
		all = append(all, core.List(before.View(), "rows")...)
	}
	// Of several dataflows, the runs of one are made up to now before those of the next.
	slices.SortStableFunc(all, func(a, b any) int { return cmp.Compare(arrival(b), arrival(a)) })
	all = relationOf(sp, dataset).latest(all)
	list := []any{}
	size := 0
	for _, r := range all {
		n := len(core.ToJSON(r))
		if n > MaxRecordBytes {
			continue // alone, it is more than what is kept
		}
		if size += n; len(list) == MaxRecords || size > MaxRecordBytes {
			break
		}
		list = append(list, r)
	}
	sp.Put(core.KindRecords, id, at, object{"id": id, "rows": list})
}

func arrival(r any) int64 {
	at, _ := core.AsInt(core.At(r, "at"))
	return at
}

// RecordsOf are the records that are kept of a dataset, the newest first.
func RecordsOf(sp *core.Space, dataset string) []any {
	if r := sp.Get(core.KindRecords, dataset); r != nil {
		return core.List(r.View(), "rows")
	}
	return nil
}
