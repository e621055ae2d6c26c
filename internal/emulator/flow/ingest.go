package flow

import (
	"context"
	"errors"
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
	file    string              // that is read, "" for a table
	names   []string            // of the rows of texts
	sample  []any               // the first rows
	sampled int                 // bytes of sample
	recent  []recentRow         // the newest of the rows that did not fail
	size    int                 // bytes of recent
	bad     int                 // bytes of out.Bad
}

// recentRow is a row whose record is kept, unless others follow it.
type recentRow struct {
	record.Row
	header []string
	size   int
}

// Codes of rows that fail, and of runs that they fail.
const (
	rowsFailed  = "INGEST-1212-400"
	mapperFault = "MAPPER-3700-400"
	corruptRow  = "INGEST-1401-400"
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
	return in.out, in.kept()
}

// ingestMessage says what a message for an inlet brings: one row, which fails as that of a run does.
func ingestMessage(sp *core.Space, flow object, message []byte) (catalog.Outcome, []any) {
	in := intake{flow: flow, out: catalog.Outcome{Status: "success", BytesPerRow: int64(len(message))}}
	var err error
	if in.records, err = ofMessages(sp, flow); err == nil && in.records != nil {
		in.records.BoundCall()
		err = in.row(record.Row{Object: message})
	}
	switch {
	case err != nil:
		in.fail(mapperFault, "a mapping cannot run: "+err.Error())
		return in.out, nil
	case in.records == nil:
		in.out.Read = 1
	}
	in.judge()
	return in.out, in.kept()
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
	if in.records != nil {
		in.records.Bound(context.Background(), in.records.Work()+known.left())
	}
	in.out.Files, err = data.read(w, sink{file: in.begin, row: in.row})
	if errors.Is(err, record.ErrWork) {
		in.fail(mapperFault, fmt.Sprintf("the mappings need more than %d steps on the rows of the runs that are due",
			runWork))
		return
	}
	if err != nil {
		in.fail("CONNECTOR-1001-500", err.Error())
	}
}

// begin takes the rows of the next file.
func (in *intake) begin(file string, names []string) {
	in.file = file
	in.header(names)
}

func (in *intake) header(names []string) {
	in.names = names
	if in.records != nil {
		in.records.Header(names)
	}
}

func (in *intake) fail(code, message string) {
	in.out = catalog.Outcome{Status: "failed", Code: code, Message: message}
}

// row takes a row.
func (in *intake) row(row record.Row) error {
	in.out.Read++
	if len(in.sample) < catalog.MaxBadRows && in.sampled < catalog.MaxRecordBytes {
		in.sample, in.sampled = append(in.sample, shownRow(row, in.names)), in.sampled+sizeOf(row)
	}
	if row.Corrupt != nil {
		in.reject(row, corruptRow, "")
		return nil
	}
	if in.changes && !isChange(shownRow(row, in.names)) {
		in.reject(row, rowsFailed, "_change_request_type is neither u nor d")
		return nil
	}
	if in.records == nil {
		return nil
	}
	err := in.records.Row(row)
	if errors.Is(err, record.ErrWork) {
		return err
	}
	if err != nil {
		in.reject(row, corruptRow, "the row cannot be read as JSON")
		return nil
	}
	switch why, failed := in.records.Rejection(); {
	case failed:
		in.reject(row, mapperFault, why)
	case why != "":
		in.reject(row, rowsFailed, why)
	default:
		in.keep(row)
	}
	return nil
}

// shownRow is a row as an object, or the text of one that cannot be read.
func shownRow(row record.Row, header []string) any {
	if row.Corrupt != nil {
		return string(row.Text)
	}
	if row.Object != nil {
		v, err := core.DecodeJSON(row.Object)
		if err != nil {
			return string(row.Object)
		}
		return v
	}
	o := object{}
	for i, name := range header {
		o[name] = row.Fields[i]
	}
	return o
}

func sizeOf(row record.Row) int {
	n := len(row.Object) + len(row.Text)
	for _, field := range row.Fields {
		n += len(field)
	}
	return n
}

// reject counts a row that fails. A corrupt row says itself why.
func (in *intake) reject(row record.Row, code, message string) {
	if in.out.Failed++; len(in.out.Bad) == catalog.MaxBadRows || in.bad > catalog.MaxRecordBytes {
		return
	}
	shown := shownRow(row, in.names)
	switch {
	case row.Corrupt != nil:
		message = in.file + ", " + row.Corrupt.Error()
	case code == corruptRow:
		shown = string(row.Object)
	}
	in.out.Bad = append(in.out.Bad, catalog.BadRow{Row: shown, Code: code, Message: message})
	in.bad += sizeOf(row)
}

// keep remembers a row, and forgets the oldest ones.
func (in *intake) keep(row record.Row) {
	size := sizeOf(row)
	if size > catalog.MaxRecordBytes {
		return
	}
	in.recent, in.size = append(in.recent, recentRow{cloneRow(row), in.names, size}), in.size+size
	for len(in.recent) > catalog.MaxRecords || in.size > catalog.MaxRecordBytes {
		in.size -= in.recent[0].size
		in.recent = in.recent[1:]
	}
}

// kept makes the records of the rows that are remembered, which are made twice: it would take long to keep that of
// each row.
func (in *intake) kept() (out []any) {
	for _, row := range in.recent {
		in.header(row.header)
		if in.records.Row(row.Row) != nil {
			continue
		}
		kept := object{"record": in.records.Record(), "row": shownRow(row.Row, row.header), "mappings": in.records.Notes()}
		if in.changes {
			kept["change"] = changeOf(kept["row"])
		}
		out = append(out, kept)
	}
	return out
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
	in.recent = in.recent[max(0, len(in.recent)-int(out.Written)):]
}

// runWork bounds the work of runs that are made together: no other call is answered meanwhile.
const runWork = 200_000_000

// evaluators are the compiled mappings of flows by their IDs: runs that are made together share them.
type evaluators map[string]*dataprep.Evaluator

// left is the work that is left for the runs.
func (known evaluators) left() int64 {
	left := int64(runWork)
	for _, e := range known {
		left -= e.Work()
	}
	return max(left, 0)
}

// of returns what makes the records of a flow, nil without mappings.
func (known evaluators) of(sp *core.Space, flow, source object) (*dataprep.Evaluator, error) {
	id := core.Text(flow, "id")
	if e, ok := known[id]; ok {
		return e, nil
	}
	set := mappingsOf(sp, flow)
	if set == nil {
		return nil, nil
	}
	e, err := dataprep.NewEvaluator(sp, set, columnsOf(source))
	if err == nil {
		known[id] = e
	}
	return e, err
}

// ofMessages returns what makes the records of the messages for a flow, nil without mappings. It is compiled once for a
// version of a mapping set.
func ofMessages(sp *core.Space, flow object) (*dataprep.Evaluator, error) {
	set := mappingsOf(sp, flow)
	if set == nil {
		return nil, nil
	}
	version, _ := core.AsInt(set["version"])
	key := fmt.Sprintf("%s@%d", core.Text(set, "id"), version)
	if e, ok := sp.Derived(key).(*dataprep.Evaluator); ok {
		return e, nil
	}
	e, err := dataprep.NewEvaluator(sp, set, nil)
	if err == nil {
		sp.Derive(key, e)
	}
	return e, err
}

// mappingsOf is the version of a mapping set that a flow names, nil if there is none.
func mappingsOf(sp *core.Space, flow object) object {
	params, _ := Transformation(flow, "Mapping")
	r := sp.Get(core.KindMappingSet, core.Text(params, "mappingId"))
	if r == nil {
		return nil
	}
	version, _ := core.AsInt(params["mappingVersion"])
	return dataprep.MappingVersion(sp, r, version)
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
