package flow

import (
	"fmt"
	"strconv"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/record"
)

// intake is what a run takes in: the rows of its window, and the records that the mappings make of them.
type intake struct {
	out     catalog.Outcome
	flow    object
	changes bool                // rows say what becomes of them
	records *dataprep.Evaluator // nil without mappings
	sample  []any               // some of the rows
	kept    []any               // some of the records
	size    int                 // bytes of kept
}

// Codes of rows that fail, and of runs that they fail.
const (
	rowsFailed  = "INGEST-1212-400"
	mapperFault = "MAPPER-3700-400"
)

// ingest says what a run brings: the rows of the bound table whose delta column lies in the run's window, or of the
// bound files that changed in it, as the mappings make records of them. Without bound data there are none. The records
// are those of a run that does not fail.
func ingest(e *core.Env, sp *core.Space, flow, run object, known evaluators) (catalog.Outcome, []any) {
	in := intake{flow: flow, out: catalog.Outcome{Status: "success", BytesPerRow: 128}}
	in.take(sp, run, known)
	if in.out.Status == "failed" {
		return in.out, nil
	}
	in.judge()
	if hit := e.RunFaults.Match(flow); hit != nil {
		in.hit(hit)
	}
	if in.out.Status == "failed" {
		return in.out, nil
	}
	return in.out, in.kept
}

// take reads the rows of a run.
func (in *intake) take(sp *core.Space, run object, known evaluators) {
	src := sp.Get(core.KindSource, core.Texts(in.flow, "sourceConnectionIds")[0])
	if src == nil {
		in.fail("CONNECTOR-1001-500", "the source connection is gone")
		return
	}
	source := src.Object()
	in.changes = readsChanges(source)
	ext := core.At(run, "metrics", "durationSummary", "extensions")
	w := window{delta: deltaOf(in.flow, run)}
	w.from, _ = core.AsInt(core.At(ext, "windowStart"))
	w.to, _ = core.AsInt(core.At(ext, "windowEnd"))
	data, bound := inputOf(sp, source)
	if !bound {
		return
	}
	var err error
	if in.records, err = known.of(sp, in.flow, source); err != nil {
		in.fail(mapperFault, "a mapping cannot run: "+err.Error())
		return
	}
	in.out.Files, err = data.read(w, sink{header: in.header, row: in.row})
	if err != nil {
		in.fail("CONNECTOR-1001-500", err.Error())
	}
}

func (in *intake) header(names []string) {
	if in.records != nil {
		in.records.Header(names)
	}
}

func (in *intake) fail(code, message string) {
	in.out = catalog.Outcome{Status: "failed", Code: code, Message: message}
}

// row takes a row.
func (in *intake) row(shown func() any, row record.Row) error {
	in.out.Read++
	if len(in.sample) < catalog.MaxBadRows {
		in.sample = append(in.sample, shown())
	}
	switch {
	case in.changes && !isChange(shown()):
		in.reject(shown(), rowsFailed, "_change_request_type is neither u nor d")
	case in.records == nil:
	default:
		if err := in.records.Row(row); err != nil {
			in.reject(shown(), mapperFault, err.Error())
			return nil
		}
		if faults := in.records.Faults(); len(faults) > 0 {
			code := rowsFailed
			if in.records.Failed() {
				code = mapperFault
			}
			in.reject(shown(), code, faults[0].Path+": "+faults[0].Message)
			return nil
		}
		in.keep(shown)
	}
	return nil
}

// reject counts a row that fails.
func (in *intake) reject(row any, code, message string) {
	if in.out.Failed++; len(in.out.Bad) < catalog.MaxBadRows {
		in.out.Bad = append(in.out.Bad, catalog.BadRow{Row: row, Code: code, Message: message})
	}
}

// keep remembers the record of the row, unless there are enough.
func (in *intake) keep(shown func() any) {
	if len(in.kept) == catalog.MaxRecords || in.size >= catalog.MaxRecordBytes {
		return
	}
	kept := object{"record": in.records.Record(), "row": shown(), "mappings": in.records.Notes()}
	in.kept, in.size = append(in.kept, kept), in.size+len(core.ToJSON(kept))
}

// judge says how a run ends: with more failed rows than the flow allows, it fails.
func (in *intake) judge() {
	out := &in.out
	if out.Written = out.Read - out.Failed; out.Failed == 0 {
		return
	}
	out.Status, out.Code = "partialSuccess", rowsFailed
	out.Message = fmt.Sprintf("%d of %d rows failed; the first: %s", out.Failed, out.Read, out.Bad[0].Message)
	text, _ := core.Scalar(core.At(in.flow, "options", "partialIngestionPercent"))
	allowed, _ := strconv.ParseFloat(text, 64) // 0 without the option
	if float64(out.Failed)*100 > allowed*float64(out.Read) {
		out.Status, out.Written = "failed", 0
	}
}

// hit makes a run end as a fault says.
func (in *intake) hit(f *core.RunFault) {
	out := &in.out
	out.Status, out.Code, out.Message = f.Status, f.Code, f.Message
	out.Failed = max(min(f.Records, out.Read), 0)
	out.Bad = badRows(in.sample[:min(int64(len(in.sample)), out.Failed)], f.Code, f.Message)
	if out.Written = out.Read - out.Failed; out.Status == "failed" {
		out.Written = 0
	}
	in.kept = in.kept[min(int(out.Failed), len(in.kept)):]
}

// evaluators are the compiled mappings of flows by their IDs: runs that are made together share them.
type evaluators map[string]*dataprep.Evaluator

// of returns what makes the records of a flow, nil without mappings.
func (known evaluators) of(sp *core.Space, flow, source object) (*dataprep.Evaluator, error) {
	id := core.Text(flow, "id")
	if e, ok := known[id]; ok {
		return e, nil
	}
	params, _ := Transformation(flow, "Mapping")
	r := sp.Get(core.KindMappingSet, core.Text(params, "mappingId"))
	if r == nil {
		return nil, nil
	}
	version, _ := core.AsInt(params["mappingVersion"])
	set := dataprep.MappingVersion(sp, r, version)
	if set == nil {
		return nil, nil
	}
	e, err := dataprep.NewEvaluator(sp, set, columnsOf(source))
	if err == nil {
		known[id] = e
	}
	return e, err
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
