package emulator

import (
	"context"
	"errors"
	"time"
)

// ingest says what a run brings: the rows of the bound table whose delta
// column lies in the run's window. Without bound data there are none.
func (e *env) ingest(sp *space, flow, run object) outcome {
	out := outcome{status: "success", bytesPerRow: 128}
	src := sp.get(kindSource, texts(flow, "sourceConnectionIds")[0])
	if src == nil {
		return outcome{status: "failed", code: "CONNECTOR-1001-500", message: "the source connection is gone"}
	}
	o := src.object()
	if f := sp.fixtureOfBase(text(o, "baseConnectionId")); f != nil {
		rows, err := f.rows(context.Background(), text(o, "params", "tableName"), -1)
		if err != nil {
			why := "the source cannot be read"
			if errors.Is(err, errNoTable) {
				why = "the source has no table " + text(o, "params", "tableName")
			}
			return outcome{status: "failed", code: "CONNECTOR-1001-500", message: why}
		}
		ext := at(run, "metrics", "durationSummary", "extensions")
		from, _ := asInt(at(ext, "windowStart"))
		to, _ := asInt(at(ext, "windowEnd"))
		out.read = countWindow(rows, deltaOf(flow, run), from, to)
		out.written = out.read
	}
	hit := e.runFaults.match(flow)
	if hit == nil {
		return out
	}
	out.status, out.code, out.message = hit.Status, hit.Code, hit.Message
	if out.status == "failed" {
		out.written = 0
		return out
	}
	out.failed = min(hit.Records, out.read)
	out.written = out.read - out.failed
	return out
}

func deltaOf(flow, run object) string {
	if name := text(run, "params", "deltaColumn", "name"); name != "" {
		return name
	}
	copyParams, _ := transformation(flow, "Copy")
	return text(copyParams, "deltaColumn", "name")
}

// countWindow counts rows from (inclusive) to (exclusive); without a delta
// column all of them count.
func countWindow(rows []object, delta string, from, to int64) int64 {
	if delta == "" {
		return int64(len(rows))
	}
	var n int64
	for _, r := range rows {
		var at int64
		switch v := r[delta].(type) {
		case string:
			t, isTime := parseTime(v)
			if !isTime {
				continue
			}
			at = t.UnixMilli()
		case time.Time:
			at = v.UnixMilli()
		default:
			continue
		}
		if at >= from && at < to {
			n++
		}
	}
	return n
}
