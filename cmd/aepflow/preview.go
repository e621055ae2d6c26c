package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rows"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

type previewCmd struct {
	Flow     string `arg:"" optional:"" name:"flow" complete:"dataflow" help:"A dataflow."`
	Rows     string `placeholder:"FILE" complete:"file" help:"Rows: CSV, TSV, JSON, or Parquet, also gzipped; - is stdin."`
	Live     bool   `help:"Take up to 100 rows from the source, as the platform shows them, instead of --rows."`
	Limit    int    `default:"10" placeholder:"N" help:"Most rows to print; all are counted."`
	Summary  bool   `help:"Print what each mapping did to all rows, instead of rows."`
	Strict   bool   `help:"End with exit code 2 if the platform would reject a row."`
	ShowData bool   `help:"Print rows in a pipeline too, where logs may be public."`

	// Of the former preview, which is now schedule.
	Runs string `hidden:""`
	Zone string `hidden:""`
}

func (previewCmd) Help() string {
	return `Runs the mappings of a dataflow on rows of a file, without an account: which record each row
becomes, which mappings fail, and which rows the platform would reject. With --live, the
platform reads the rows at the source. docs/mappings.md says what is known of the platform and
what is assumed.

  aepflow preview orders --rows orders.csv
  aepflow preview orders --rows orders.parquet --summary
  aepflow preview orders --live --target dev
  gzip -dc orders.jsonl.gz | aepflow preview orders --rows - --strict -o json`
}

// commandLine is the arguments of the program.
type commandLine []string

// mostShown is how many rows are printed at most: they are held in memory.
const mostShown = 1000

func (c previewCmd) check(line commandLine) error {
	switch {
	case c.Runs != "" || c.Zone != "":
		now := slices.Clone(line)
		now[slices.Index(now, "preview")] = "schedule"
		return exitHelp(exitUsage, "run `aepflow "+shellWords(now)+"`", "the command that lists runs is now schedule")
	case c.Live && c.Rows != "":
		return exit(exitUsage, "--live and --rows are two sources of rows: give one of them")
	case c.Flow == "" || c.Rows == "" && !c.Live:
		return exitHelp(exitUsage, "run `aepflow preview "+c.example()+"`; `aepflow schedule` lists the next runs",
			"expected a dataflow, and --rows or --live")
	case c.Limit < 1 || c.Limit > mostShown:
		return exit(exitUsage, "--limit %d: expected 1 to %d", c.Limit, mostShown)
	case !c.ShowData && isPipeline():
		return exitHelp(exitUsage, "add --show-data if the log of this pipeline may contain them", "preview prints rows")
	}
	return nil
}

// example is the arguments of a preview, with those that are given.
func (c previewCmd) example() string {
	flow, from := cmp.Or(c.Flow, "orders"), cmp.Or(c.Rows, "orders.csv")
	if c.Rows == "" && c.Flow != "" && !files.Chosen(c.Flow).IsAbsent() { // the file came first
		flow, from = "orders", c.Flow
	}
	return shellWords([]string{flow, "--rows", from})
}

func (c previewCmd) Run(ctx context.Context, line commandLine, a *app) error {
	if err := a.writes("text", "json", "csv"); err != nil {
		return err
	}
	if err := c.check(line); err != nil {
		return err
	}
	needs := needGraph
	if c.Live {
		needs |= needTarget
	}
	p, err := a.open(".", needs, a.Output)
	if err != nil {
		return err
	}
	if c.Summary && a.Output == "csv" {
		return exit(exitUsage, "--summary is text or json")
	}
	name, t, set, err := c.compile(a, p)
	if err != nil {
		return err
	}
	seen := &previewed{
		limit: c.Limit, set: set, machine: record.NewMachine(set), tally: record.NewTally(set, c.Summary),
	}
	if c.Summary {
		seen.limit = 0
	}
	seen.machine.Bound(ctx, math.MaxInt64)
	if c.Live {
		err = c.live(ctx, a, p, name, t, seen)
	} else {
		err = c.read(ctx, a, t, seen)
	}
	if err != nil {
		return err
	}
	switch {
	case a.Output == "json":
		err = a.printJSON(previewJSON(name, set, seen, c.Summary))
	case a.Output == "csv":
		err = view.PreviewCSV(a.stdout, set.Mappings(), seen.rows)
	case c.Summary:
		err = view.PreviewSummary(a.stdout, set.Mappings(), seen.tally, seen.absent(), a.viewOptions(a.stdout))
	default:
		err = view.Preview(a.stdout, set.Mappings(), seen.rows, seen.tally, seen.absent(), a.viewOptions(a.stdout))
	}
	if err == nil && c.Strict && seen.tally.Rejected > 0 {
		return quiet(exitPending)
	}
	return err
}

// compile finds the dataflow and compiles its mappings.
func (c previewCmd) compile(a *app, p *project) (name string, t compiler.Transform, set *record.Set, err error) {
	names, err := p.dataflowNames(&lockfile.Lock{}, []string{c.Flow})
	if err != nil {
		return "", t, nil, err
	}
	name = names[0]
	if len(names) > 1 {
		return "", t, nil, exit(exitUsage, "%s selects %s: give one", c.Flow, words.Count(len(names), "dataflow"))
	}
	t = compiler.TransformsOf(p.files, p.options(), names)[name]
	if len(t.Mappings) == 0 {
		return "", t, nil, exit(exitUsage, "dataflow %s has no mappings in its document", name)
	}
	set, err = recordSet(name, t, a.evalInputs())
	return name, t, set, err
}

// recordSet compiles the mappings of a dataflow.
func recordSet(name string, t compiler.Transform, inputs eval.Inputs) (*record.Set, error) {
	var columns []record.Column
	for _, column := range t.Columns {
		columns = append(columns, record.Column{Name: column.Name, Type: column.Type})
	}
	var mappings []record.Mapping
	for _, m := range t.Mappings {
		row := record.Mapping{Destination: m.Destination, Form: record.Attribute, Source: m.Source}
		switch {
		case m.Expression != "":
			row.Form, row.Source = record.Expression, m.Expression
		case m.Value != nil:
			row.Form, row.Source = record.Constant, m.Value.Text
		}
		mappings = append(mappings, row)
	}
	set, err := record.Compile(t.Fields, columns, mappings, inputs)
	if err != nil {
		return nil, exit(exitDocuments, "dataflow %s: mapping %s", name, err)
	}
	return set, nil
}

// previewed is what is kept of the rows that were read.
type previewed struct {
	limit   int
	set     *record.Set
	machine *record.Machine
	tally   *record.Tally
	rows    []view.PreviewRow
	columns rowColumns
}

// absent are the columns that mappings read and no row has.
func (s *previewed) absent() (list []view.AbsentColumn) {
	for _, name := range s.tally.Absent(s.set) {
		list = append(list, view.AbsentColumn{Name: name, Meant: s.columns.meant(name)})
	}
	return list
}

// read makes a record of each row.
func (c previewCmd) read(ctx context.Context, a *app, t compiler.Transform, seen *previewed) error {
	from := display(c.Rows)
	if c.Rows == "-" {
		from = "stdin"
	}
	bad := func(why string) error { return exit(exitUsage, "read rows from %s: %s", from, why) }
	var file *os.File
	var reader *rows.Reader
	var err error
	if c.Rows == "-" {
		reader, err = rows.Open("", a.stdin, nil, 0)
	} else {
		if file, err = files.Chosen(c.Rows).Open(); err != nil {
			return bad(reason(err))
		}
		defer file.Close()
		info, e := file.Stat()
		if e != nil {
			return e
		}
		reader, err = rows.Open(c.Rows, nil, file, info.Size())
	}
	if err != nil {
		return bad(err.Error())
	}
	seen.columns = columnsOf(t, reader.Names())
	if why := seen.columns.strangers(); why != "" {
		return bad(why)
	}
	notify, stop := c.progress(a, file)
	err = seen.all(ctx, reader, notify)
	stop()
	var fault *rows.Fault
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case !errors.As(err, &fault):
		err = inRow(int(seen.tally.Rows)+1, err)
	}
	return bad(err.Error())
}

// progress returns what shows how many rows were read, and how far a file is.
func (previewCmd) progress(a *app, file *os.File) (notify func(rows int64), stop func()) {
	size := int64(0)
	if file != nil {
		if info, err := file.Stat(); err == nil {
			size = info.Size()
		}
	}
	shown := view.NewReadingRows(a.stderr, a.stderr.IsTerminal(), size)
	return func(rows int64) {
		done := int64(0)
		if file != nil {
			done, _ = file.Seek(0, io.SeekCurrent)
		}
		shown.Notify(rows, done)
	}, shown.Close
}

// all makes records of the rows to print, one after the other, and of the others on all cores.
func (s *previewed) all(ctx context.Context, r *rows.Reader, notify func(rows int64)) error {
	s.machine.Header(r.Columns)
	for len(s.rows) < s.limit {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil && row.Corrupt != nil {
			s.addCorrupt(row.Corrupt)
			continue
		}
		if err == nil {
			err = s.machine.Row(record.Row(row))
		}
		if err != nil {
			return err
		}
		s.add()
	}
	next := func() (record.Row, error) {
		row, err := r.Next()
		return record.Row(row), err
	}
	return s.tally.AddAll(s.set, r.Columns, next, func() error {
		notify(s.tally.Rows)
		return ctx.Err()
	})
}

// add counts the row that the machine made a record of, and keeps it for printing.
func (s *previewed) add() {
	s.tally.Add(s.machine)
	if len(s.rows) < s.limit {
		s.keep()
	}
}

// addCorrupt counts a row that cannot be read, and keeps why for printing.
func (s *previewed) addCorrupt(why error) {
	s.tally.AddCorrupt(why)
	s.rows = append(s.rows, view.PreviewRow{Number: s.tally.Rows, Record: []byte("null"),
		Faults: []record.Fault{{Code: record.CorruptRow, Message: why.Error()}}})
}

// keep remembers the row for printing.
func (s *previewed) keep() {
	row := view.PreviewRow{
		Number: s.tally.Rows, Record: s.machine.AppendJSON(nil), Faults: slices.Clone(s.machine.Faults()),
	}
	for _, o := range s.machine.Outcomes() {
		shown := view.PreviewOutcome{State: o.State, Code: o.Code, Message: o.Message}
		if o.State == record.Filled {
			shown.Value = string(eval.AppendJSON(nil, o.Value))
		}
		row.Outcomes = append(row.Outcomes, shown)
	}
	s.rows = append(s.rows, row)
}

// previewResult is the JSON of preview; docs/mappings.md has the meaning of its members.
type previewResult struct {
	FormatVersion string            `json:"format_version"`
	Command       string            `json:"command"`
	Dataflow      string            `json:"dataflow"`
	Rows          []previewResultOf `json:"rows"`
	Mappings      []previewMapping  `json:"mappings"`
	Summary       struct {
		Rows     int64           `json:"rows"`
		Rejected int64           `json:"rejected"`
		Warned   int64           `json:"warned"`
		Absent   []string        `json:"absent_columns"`
		Reasons  []previewReason `json:"reasons"`
	} `json:"summary"`
}

type previewResultOf struct {
	Row      int64           `json:"row"`
	Record   json.RawMessage `json:"record"`
	Mappings []previewState  `json:"mappings"`
	Rejected []previewFault  `json:"rejected"`
}

type previewState struct {
	Destination string `json:"destination"`
	State       string `json:"state"`
	Code        string `json:"code,omitempty"`
	Message     string `json:"message,omitempty"`
}

type previewFault struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type previewReason struct {
	previewFault
	Rejects bool  `json:"rejects"`
	Rows    int64 `json:"rows"`
	First   int64 `json:"first_row"`
}

type previewMapping struct {
	Destination string            `json:"destination"`
	Filled      int64             `json:"filled"`
	Empty       int64             `json:"empty"`
	Failed      int64             `json:"failed"`
	Unknown     int64             `json:"unknown"`
	Distinct    *int              `json:"distinct,omitempty"`
	Examples    []json.RawMessage `json:"examples,omitempty"`
}

func previewJSON(name string, set *record.Set, seen *previewed, summary bool) previewResult {
	out := previewResult{FormatVersion: "1.0", Command: "preview", Dataflow: name, Rows: []previewResultOf{}}
	mappings := set.Mappings()
	for _, r := range seen.rows {
		row := previewResultOf{Row: r.Number, Record: output.EscapeJSON(r.Record), Mappings: []previewState{},
			Rejected: []previewFault{}}
		for i, o := range r.Outcomes {
			row.Mappings = append(row.Mappings, previewState{mappings[i].Destination, o.State.String(), o.Code, o.Message})
		}
		for _, f := range r.Faults {
			row.Rejected = append(row.Rejected, previewFault(f))
		}
		out.Rows = append(out.Rows, row)
	}
	for i, n := range seen.tally.Mappings {
		m := previewMapping{Destination: mappings[i].Destination, Filled: n.Filled, Empty: n.Empty, Failed: n.Failed,
			Unknown: n.Unknown}
		if summary {
			m.Distinct = &n.Distinct
		}
		for _, e := range n.Examples {
			m.Examples = append(m.Examples, output.EscapeJSON([]byte(e)))
		}
		out.Mappings = append(out.Mappings, m)
	}
	out.Summary.Rows, out.Summary.Rejected, out.Summary.Warned = seen.tally.Rows, seen.tally.Rejected, seen.tally.Warned
	out.Summary.Absent = append([]string{}, seen.tally.Absent(set)...)
	out.Summary.Reasons = []previewReason{}
	for _, r := range seen.tally.Reasons() {
		out.Summary.Reasons = append(out.Summary.Reasons, previewReason{previewFault(r.Fault), r.Rejects, r.Rows, r.First})
	}
	return out
}
