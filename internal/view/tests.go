package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rowtest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
)

// TestedFlow is a dataflow with what its tests gave.
type TestedFlow struct {
	Name     string
	Mappings []record.Mapping
	Tests    []TestedCase
}

// TestedCase is a test that was run.
type TestedCase struct {
	Name string
	At   source.Span
	Node *document.Node // the map of the document
	Took time.Duration
	rowtest.Result
}

// Status is passed, failed, or broken: a broken test could not be run.
func (t TestedCase) Status() string {
	switch {
	case t.Broken != "":
		return "broken"
	case !t.Passed():
		return "failed"
	}
	return "passed"
}

// Failed counts the tests that did not pass.
func (f TestedFlow) Failed() (n int) {
	for _, t := range f.Tests {
		if !t.Passed() {
			n++
		}
	}
	return n
}

// Untested are the destinations of the mappings that no test says anything about.
func (f TestedFlow) Untested() []string {
	var out []string
	for i, m := range f.Mappings {
		touched := false
		for _, t := range f.Tests {
			touched = touched || i < len(t.Touched) && t.Touched[i]
		}
		if !touched {
			out = append(out, m.Destination)
		}
	}
	return out
}

// Testing shows how many tests have run.
type Testing struct {
	slow
	done, all int
}

// NewTesting returns a listener that writes to w until Close.
func NewTesting(w Live, live bool, all int) *Testing {
	t := &Testing{all: all}
	t.start(w, live, "testing", t.text)
	return t
}

// Done counts a test that has run.
func (t *Testing) Done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
}

// text is `[=======>            ] 40 of 100 tests`.
func (t *Testing) text() string {
	return fmt.Sprintf("%s %d of %s", bar(20, t.done, t.all), t.done, words.Count(t.all, "test"))
}

// Tests writes the tests that did not pass, with what is different, and a summary.
func Tests(w io.Writer, flows []TestedFlow, o Options) error {
	c := newCanvas(o)
	failedTests(c, flows)
	var none []string
	tests, failed := 0, 0
	for _, f := range flows {
		n := f.Failed()
		tests, failed = tests+len(f.Tests), failed+n
		switch {
		case len(f.Tests) == 0:
			none = append(none, f.Name)
			continue
		case n > 0:
			c.line(c.paint(red, "FAIL  "), f.Name, fmt.Sprintf(": %d of %s failed", n, words.Count(len(f.Tests), "test")))
		default:
			c.line(c.paint(green, "ok    "), f.Name, ": ", words.Count(len(f.Tests), "test"))
		}
		if missing := f.Untested(); len(missing) > 0 {
			c.wrapped(dim, "      ", fmt.Sprintf("not tested, %d of %s: %s", len(missing),
				words.Count(len(f.Mappings), "mapping"),
				strings.Join(missing, ", ")))
		}
	}
	if len(none) > 0 {
		c.wrapped(dim, "      ", "no tests: "+strings.Join(none, ", "))
	}
	if tests == 0 {
		c.line("No tests. `aepflow explain dataflow.tests` says how to write one.")
		return flush(w, c)
	}
	c.line(words.Count(tests, "test"), ": ", strconv.Itoa(tests-failed), " passed, ", strconv.Itoa(failed), " failed.")
	return flush(w, c)
}

// FailedTests writes only the tests that did not pass.
func FailedTests(w io.Writer, flows []TestedFlow, o Options) error {
	c := newCanvas(o)
	failedTests(c, flows)
	return flush(w, c)
}

func failedTests(c *canvas, flows []TestedFlow) {
	for _, f := range flows {
		for _, t := range f.Tests {
			if t.Passed() {
				continue
			}
			at := t.At.File.Path + ":" + strconv.Itoa(t.At.File.LineOf(t.At.Start))
			c.line(c.paint(red, "FAIL  "), c.paint(bold, f.Name+": "+t.Name), c.paint(dim, "  "+at))
			c.differences(t)
			c.line()
		}
	}
}

// Differences returns what is different in a test, as text.
func Differences(t TestedCase) string {
	c := newCanvas(Options{})
	c.differences(t)
	return c.buf.String()
}

// valueRoom is how many characters of a value are printed.
const valueRoom = 48

func (c *canvas) differences(t TestedCase) {
	if t.Broken != "" {
		c.wrapped(plain, "", t.Broken)
		return
	}
	rows := newTable(c, "FIELD", "EXPECTED", "ACTUAL")
	if t.Rows > 1 {
		rows = newTable(c, "FIELD", "EXPECTED", "ACTUAL", "ROW")
	}
	rows.folds = []int{1, 2}
	for _, d := range t.Differences {
		want, got := clipText(d.Want, valueRoom), clipText(d.Got, valueRoom)
		if d.Want == "" {
			want = "empty"
		}
		if d.Got == "" {
			got = "empty"
		}
		path := d.Path
		switch d.Code {
		case rowtest.RowCount:
			path, want, got = "rows", d.Want, d.Got
		case rowtest.Rejected:
			want, got = "a record", "row rejected: "+d.Message
		case rowtest.NoFailure:
			want = "a failure"
		case rowtest.Missing:
			if d.Message != "" {
				got = "failed: " + d.Message
			}
		}
		cells := []string{path, want, got}
		if t.Rows > 1 {
			row := ""
			if d.Row > 0 {
				row = Number(int64(d.Row))
			}
			cells = append(cells, row)
		}
		rows.row(green, cells)
	}
	rows.write()
	if t.More > 0 {
		c.line(output.Line(fmt.Sprintf("… %d more differences", t.More)))
	}
}
