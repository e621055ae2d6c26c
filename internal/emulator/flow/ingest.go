package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// ingest says what a run brings: the rows of the bound table whose delta
// column lies in the run's window. Without bound data there are none.
func ingest(e *core.Env, sp *core.Space, flow, run object) catalog.Outcome {
	out := catalog.Outcome{Status: "success", BytesPerRow: 128}
	src := sp.Get(core.KindSource, core.Texts(flow, "sourceConnectionIds")[0])
	if src == nil {
		return catalog.Outcome{Status: "failed", Code: "CONNECTOR-1001-500", Message: "the source connection is gone"}
	}
	o := src.Object()
	ext := core.At(run, "metrics", "durationSummary", "extensions")
	from, _ := core.AsInt(core.At(ext, "windowStart"))
	to, _ := core.AsInt(core.At(ext, "windowEnd"))
	var sample, unknown []any // some of the rows, and those that fail
	if store := filesOf(sp, o); store.HasFiles() {
		if out, sample, unknown = ingestFiles(store, o, from, to); out.Status == "failed" {
			return out
		}
	} else if f := fixtureOfBase(sp, core.Text(o, "baseConnectionId")); f != nil {
		rows, err := f.Rows(context.Background(), core.Text(o, "params", "tableName"), -1)
		if err != nil {
			why := "the source cannot be read"
			if errors.Is(err, core.ErrNoTable) {
				why = "the source has no table " + core.Text(o, "params", "tableName")
			}
			return catalog.Outcome{Status: "failed", Code: "CONNECTOR-1001-500", Message: why}
		}
		filter := core.At(o, "params", "filters", "value")
		rows = slices.DeleteFunc(slices.Clone(rows), func(row object) bool { return !filterHolds(filter, row) })
		rows = inWindow(rows, deltaOf(flow, run), from, to)
		out.Read, unknown = int64(len(rows)), unknownChanges(o, rows)
		out.Written = out.Read
		for _, row := range rows[:min(len(rows), catalog.MaxBadRows)] {
			sample = append(sample, row)
		}
	}
	out = failUnknown(out, flow, unknown)
	hit := e.RunFaults.Match(flow)
	if hit == nil {
		return out
	}
	out.Status, out.Code, out.Message = hit.Status, hit.Code, hit.Message
	out.Failed = max(min(hit.Records, out.Read), 0)
	out.Bad = badRows(sample[:min(int64(len(sample)), out.Failed)], hit.Code, hit.Message)
	if out.Written = out.Read - out.Failed; out.Status == "failed" {
		out.Written = 0
	}
	return out
}

// badRows are rows that failed for one reason.
func badRows(rows []any, code, message string) (bad []catalog.BadRow) {
	for _, row := range rows[:min(len(rows), catalog.MaxBadRows)] {
		bad = append(bad, catalog.BadRow{Row: row, Code: code, Message: message})
	}
	return bad
}

func deltaOf(flow, run object) string {
	if name := core.Text(run, "params", "deltaColumn", "name"); name != "" {
		return name
	}
	copyParams, _ := Transformation(flow, "Copy")
	return core.Text(copyParams, "deltaColumn", "name")
}

// inWindow are the rows from (inclusive) to (exclusive); without a delta
// column all of them.
func inWindow(rows []object, delta string, from, to int64) []object {
	if delta == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r object) bool {
		var at int64
		switch v := r[delta].(type) {
		case string:
			t, isTime := core.ParseTime(v)
			if !isTime {
				return true
			}
			at = t.UnixMilli()
		case time.Time:
			at = v.UnixMilli()
		default:
			return true
		}
		return at < from || at >= to
	})
}
