package view

import (
	"cmp"
	"io"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/specs"
)

// Runs writes a table of runs, the newest first. More says that there are others.
func Runs(w io.Writer, list []runs.Run, more bool, o Options) error {
	c := newCanvas(o)
	t := newTable(c, "DATAFLOW", "RESULT", "STARTED (UTC)", "TOOK", "RECORDS", "RUN")
	for _, r := range list {
		took := ""
		if d := r.Duration(); d > 0 {
			took = runs.Short(d)
		}
		var below []string
		if o.Full || r.Result == runs.Failed {
			below = faultLines(r.Errors)
		}
		t.row(resultStyle(r.Result), []string{
			cmp.Or(r.Dataflow, r.FlowID), resultText(r), timeText(cmp.Or(r.Started, r.Created)), took, recordsText(&r),
			strings.TrimSuffix(shortID(r.ID), "…"),
		}, below...)
	}
	if len(list) == 0 {
		c.line("no runs")
		return flush(w, c)
	}
	t.write()
	if more {
		c.line()
		c.line(c.paint(dim, "older runs: --limit N"))
	}
	return flush(w, c)
}

func resultText(r runs.Run) string {
	if r.Result == runs.Unknown && r.Status != "" {
		return r.Status
	}
	return strings.ReplaceAll(string(r.Result), "_", " ")
}

func resultStyle(r runs.Result) style {
	switch r {
	case runs.Failed:
		return red
	case runs.Partial, runs.Unknown:
		return yellow
	case runs.Success:
		return green
	}
	return plain
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

func faultLines(faults []runs.Fault) []string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, faultText(f))
	}
	return lines
}

func faultText(f runs.Fault) string {
	text := f.Code
	if f.Code != "" && f.Message != "" {
		text += ": "
	}
	text += f.Message
	if f.Records > 0 {
		text += " (" + Number(f.Records) + " records)"
	}
	return text
}

// Run writes all that is known of a run, and what to do about its errors.
func Run(w io.Writer, r runs.Run, o Options) error {
	c := newCanvas(o)
	c.line(c.paint(bold, cmp.Or(r.Dataflow, r.FlowID)), "  ", c.paint(resultStyle(r.Result), resultText(r)))
	c.line()
	facts(c, r)
	for _, a := range r.Steps {
		c.line()
		c.line("  ", c.paint(bold, a.Name), "  ", c.paint(resultStyle(a.Result), string(a.Result)))
		fact(c, "started", timeText(a.Started))
		fact(c, "ended", timeText(a.Ended))
		fact(c, "records", countsText(a.Records))
	}
	for _, f := range r.Errors {
		c.line()
		explained(c, f)
	}
	return flush(w, c)
}

// FailedRows writes rows that a run left out, each below its errors.
func FailedRows(w io.Writer, r runs.Run, rows []runs.FailedRow, more bool, o Options) error {
	c := newCanvas(o)
	c.line()
	if len(rows) == 0 {
		c.wrapped(plain, "", noRowsText(r))
		return flush(w, c)
	}
	head := "failed rows"
	if r.Records.Failed != nil && *r.Records.Failed > 0 {
		head = Number(int64(len(rows))) + " of " + Number(*r.Records.Failed) + " failed rows"
	}
	c.line(c.paint(bold, head))
	said := ""
	for _, row := range rows {
		if why := strings.Join(faultLines(row.Errors), "; "); why != said || why == "" {
			c.line()
			c.wrapped(red, "  ", cmp.Or(why, "no error is given"))
			said = why
		}
		if len(row.Row) > 0 {
			c.wrapped(plain, "    ", compactRow(row.Row))
		}
	}
	if more {
		c.line()
		c.line(c.paint(dim, "more rows: --limit N"))
	}
	return flush(w, c)
}

// noRowsText says why no failed row was found.
func noRowsText(r runs.Run) string {
	switch {
	case len(r.Batches) == 0 && !r.Result.IsOver():
		return "No failed rows: the run has not ended."
	case len(r.Batches) == 0:
		return "No failed rows: the run has no batch, so nothing was written to the dataset."
	case r.Result == runs.Success:
		return "No failed rows."
	}
	return "No failed rows were found. The platform keeps them for 30 days, and only of dataflows with " +
		"options.errorDiagnosticsEnabled: true."
}

func facts(c *canvas, r runs.Run) {
	fact(c, "run", r.ID)
	fact(c, "flow", r.FlowID)
	if r.OnDemand {
		fact(c, "asked for", "on demand")
	}
	fact(c, "started", timeText(cmp.Or(r.Started, r.Created)))
	took := ""
	if d := r.Duration(); d > 0 {
		took = ", took " + runs.Short(d)
	}
	if ended := timeText(r.Ended); ended != "" {
		fact(c, "ended", ended+took)
	}
	if !r.Window.End.IsZero() {
		fact(c, "window", r.Window.String())
	}
	fact(c, "records", countsText(r.Records))
	fact(c, "files", sizesText(r.Files))
	fact(c, "bytes", sizesText(r.Bytes))
	fact(c, "batch", strings.Join(r.Batches, ", "))
}

func fact(c *canvas, name, value string) {
	if value != "" {
		c.line("    ", c.paint(dim, name+pad(name, 10)), c.paint(plain, value))
	}
}

func countsText(r runs.Records) string {
	var parts []string
	for _, n := range []struct {
		count *int64
		name  string
	}{{r.Read, "read"}, {r.Written, "written"}, {r.Failed, "failed"}, {r.Skipped, "skipped"}, {r.Deleted, "deleted"}} {
		if n.count != nil && (*n.count > 0 || n.name == "read" || n.name == "written") {
			parts = append(parts, Number(*n.count)+" "+n.name)
		}
	}
	return strings.Join(parts, ", ")
}

func sizesText(s runs.Sizes) string {
	return countsText(runs.Records{Read: s.Read, Written: s.Written})
}

// explained writes an error of a run with its cause and what to do.
func explained(c *canvas, f runs.Fault) {
	c.wrapped(red, "  ", faultText(f))
	known, ok := specs.ErrorByCode(f.Code)
	if !ok {
		return
	}
	c.wrapped(plain, "    cause: ", known.Cause)
	c.wrapped(plain, "    fix:   ", known.Fix)
}
