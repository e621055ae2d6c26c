package view

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/record"
)

// PreviewRow is a row and what each mapping did to it. A corrupt row has only faults.
type PreviewRow struct {
	Number   int64
	Record   []byte // JSON
	Outcomes []PreviewOutcome
	Faults   []record.Fault
}

// PreviewOutcome is an outcome with its value as text.
type PreviewOutcome struct {
	State         record.State
	Code, Message string
	Value         string
}

// AbsentColumn is a column that mappings read and no row has.
type AbsentColumn struct {
	Name  string
	Meant string // the column of the rows that it most likely is, "" for none
}

// Preview writes rows field by field, and what the platform would say about all rows.
func Preview(
	w io.Writer, mappings []record.Mapping, rows []PreviewRow, t *record.Tally, absent []AbsentColumn, o Options,
) error {
	c := newCanvas(o)
	for _, r := range rows {
		table := newTable(c, "ROW "+Number(r.Number), "")
		table.folds = []int{1}
		for i, o := range r.Outcomes {
			text, style := outcomeText(o)
			table.row(style, []string{mappings[i].Destination, text})
		}
		for _, f := range r.Faults {
			table.row(red, []string{cmp.Or(f.Path, wholeRow), "rejected: " + f.Message})
		}
		table.write()
		c.line()
	}
	previewReasons(c, t, absent)
	return flush(w, c)
}

// wholeRow stands for the path of a fault of a whole row.
const wholeRow = "(row)"

func outcomeText(o PreviewOutcome) (string, style) {
	switch o.State {
	case record.Filled:
		return o.Value, plain
	case record.Empty:
		return "empty", dim
	case record.Unknown:
		return "?", dim
	}
	return "failed: " + o.Message, yellow
}

// PreviewSummary writes what each mapping did to all rows.
func PreviewSummary(
	w io.Writer, mappings []record.Mapping, t *record.Tally, absent []AbsentColumn, o Options,
) error {
	c := newCanvas(o)
	head := []string{"FIELD", "FILLED", "EMPTY", "FAILED", "UNKNOWN", "DISTINCT"}
	beside, below := newTable(c, append(head, "EXAMPLES")...), newTable(c, head...)
	beside.folds = []int{len(head)}
	for i, m := range mappings {
		n := t.Mappings[i]
		distinct := Number(int64(n.Distinct))
		if n.Distinct == record.MostDistinct {
			distinct += " or more"
		}
		var clipped []string
		for _, e := range n.Examples {
			clipped = append(clipped, clipText(e, 24))
		}
		examples := strings.Join(clipped, ", ")
		cells := []string{m.Destination, Number(n.Filled), Number(n.Empty), Number(n.Failed), Number(n.Unknown), distinct}
		below.row(plain, cells, examples)
		beside.row(plain, append(cells, examples))
	}
	if beside.hasRoom() {
		beside.write()
	} else {
		below.write()
	}
	c.line()
	previewReasons(c, t, absent)
	return flush(w, c)
}

// previewReasons says which columns no row has, how many rows would be rejected, and why.
func previewReasons(c *canvas, t *record.Tally, absent []AbsentColumn) {
	for _, column := range absent {
		text := "no row has column " + column.Name
		if column.Meant != "" {
			text += "; did you mean " + column.Meant + "?"
		}
		c.wrapped(yellow, "warning   ", text)
	}
	for _, r := range t.Reasons() {
		word, style := "warning", yellow
		if r.Rejects {
			word, style = "rejected", red
		}
		c.wrapped(style, word+pad(word, 10), fmt.Sprintf("%s in %s, first in row %s: %s",
			cmp.Or(r.Path, wholeRow), rowCount(r.Rows), Number(r.First), r.Message))
	}
	line := rowCount(t.Rows) + ": " + Number(t.Rejected) + " would be rejected, " + Number(t.Warned)
	if t.Rejected > 0 {
		line += " of the others"
	}
	c.wrapped(plain, "", line+" would have warnings.")
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return Number(n) + " rows"
}

// PreviewCSV writes rows with a column for each field.
func PreviewCSV(w io.Writer, mappings []record.Mapping, rows []PreviewRow) error {
	out := csv.NewWriter(w)
	line := []string{"row"}
	for _, m := range mappings {
		line = append(line, output.Line(m.Destination))
	}
	_ = out.Write(append(line, "rejected"))
	for _, r := range rows {
		line = append(line[:0], strconv.FormatInt(r.Number, 10))
		for i := range mappings {
			var o PreviewOutcome
			if i < len(r.Outcomes) {
				o = r.Outcomes[i]
			}
			text := ""
			if o.State == record.Filled {
				text = o.Value
			}
			if unquoted := ""; json.Unmarshal([]byte(text), &unquoted) == nil {
				text = unquoted
			}
			line = append(line, output.Line(text))
		}
		var faults []string
		for _, f := range r.Faults {
			faults = append(faults, output.Line(cmp.Or(f.Path, wholeRow)+": "+f.Message))
		}
		_ = out.Write(append(line, strings.Join(faults, "; ")))
	}
	out.Flush()
	return out.Error()
}
