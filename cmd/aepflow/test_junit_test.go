package main

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rowtest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
)

// readJUnit is how a reader of JUnit XML sees a report: any element with any attributes, as the format has no schema
// that all tools share.
type readJUnit struct {
	XMLName  xml.Name
	Attrs    []xml.Attr  `xml:",any,attr"`
	Text     string      `xml:",chardata"`
	Elements []readJUnit `xml:",any"`
}

func (e readJUnit) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e readJUnit) number(t *testing.T, name string) int {
	t.Helper()
	n, err := strconv.Atoi(e.attr(name))
	if err != nil {
		t.Errorf("%s: %s=%q: %v", e.XMLName.Local, name, e.attr(name), err)
	}
	return n
}

// A report counts what it contains, at each level, whatever the names and values are.
func TestJUnit(t *testing.T) {
	f := source.NewFile("a.dataflow.yaml", []byte("name: a\ntests:\n  - name: x\n"))
	at := f.Span(20, 27)
	odd := []rowtest.Difference{
		{Row: 1, Path: "a\x1b[31m", Code: rowtest.Different, Want: `"<b>&]]>\u001b"`, Got: "\"\u202e\""},
	}
	flows := []view.TestedFlow{
		{Name: "a", Mappings: make([]record.Mapping, 1), Tests: []view.TestedCase{
			{Name: "passes", At: at, Took: 1500 * time.Millisecond, Result: rowtest.Result{Rows: 1}},
			{Name: "fails <&\"\x00\x1b\ufffe", At: at, Result: rowtest.Result{Rows: 1, Differences: odd, More: 2}},
			{Name: "broken", At: at, Result: rowtest.Result{Broken: "no\x07 file"}},
		}},
		{Name: "none"},
		{Name: "b", Tests: []view.TestedCase{{Name: "passes", At: at}}},
	}
	var b bytes.Buffer
	if err := testsJUnit(&b, flows); err != nil {
		t.Fatal(err)
	}
	var report readJUnit
	d := xml.NewDecoder(&b)
	if err := d.Decode(&report); err != nil {
		t.Fatal(err)
	}
	if report.XMLName.Local != "testsuites" || report.number(t, "tests") != 4 || report.number(t, "failures") != 1 ||
		report.number(t, "errors") != 1 || report.attr("time") != "1.500" || len(report.Elements) != 2 {
		t.Fatalf("testsuites: %+v", report)
	}
	for _, suite := range report.Elements {
		counts := map[string]int{}
		for _, c := range suite.Elements {
			if c.XMLName.Local != "testcase" || c.attr("classname") != suite.attr("name") || c.attr("line") != "3" {
				t.Errorf("testcase: %+v", c)
			}
			for _, fault := range c.Elements {
				counts[fault.XMLName.Local]++
			}
		}
		if suite.XMLName.Local != "testsuite" || suite.number(t, "tests") != len(suite.Elements) ||
			suite.number(t, "failures") != counts["failure"] || suite.number(t, "errors") != counts["error"] {
			t.Errorf("testsuite: %+v contains %v", suite, counts)
		}
	}
	failure := report.Elements[0].Elements[1].Elements[0]
	if failure.attr("message") != "3 differences" || !strings.Contains(failure.Text, `"<b>&]]>`) ||
		!strings.Contains(failure.Text, "2 more differences") {
		t.Errorf("failure: %+v", failure)
	}
	if strings.ContainsAny(failure.Text+report.Elements[0].Elements[1].attr("name"), "\x00\x1b\u202e\ufffe") {
		t.Errorf("characters that control terminals: %q", failure)
	}
}
