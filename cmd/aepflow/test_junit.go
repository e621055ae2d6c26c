package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

// junitSuites is the report that pipelines read: https://github.com/testmoapp/junitxml describes it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	File    string      `xml:"file,attr"`
	Line    int         `xml:"line,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"`
}

type junitFault struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// testsJUnit writes the results as JUnit XML: a suite for each dataflow with tests.
func testsJUnit(w io.Writer, tested []view.TestedFlow) error {
	all := junitSuites{Name: "aepflow"}
	var total time.Duration
	for _, f := range tested {
		if len(f.Tests) == 0 {
			continue
		}
		suite := junitSuite{Name: f.Name, Tests: len(f.Tests)}
		var took time.Duration
		for _, t := range f.Tests {
			took += t.Took
			c := junitCase{Name: output.Line(t.Name), Class: f.Name, File: output.Line(t.At.File.Path),
				Line: t.At.File.LineOf(t.At.Start), Time: junitTime(t.Took)}
			switch {
			case t.Broken != "":
				suite.Errors++
				c.Error = &junitFault{"broken", output.Line(t.Broken), ""}
			case !t.Passed():
				suite.Failures++
				c.Failure = &junitFault{"failed", words.Count(len(t.Differences)+t.More, "difference"), view.Differences(t)}
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Time = junitTime(took)
		total += took
		all.Tests, all.Failures, all.Errors = all.Tests+suite.Tests, all.Failures+suite.Failures, all.Errors+suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	all.Time = junitTime(total)
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

// junitTime is a duration in seconds.
func junitTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
