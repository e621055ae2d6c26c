// Package syntax explains a YAML text that does not parse: which rule it breaks,
// where, and how to fix it.
//
// In: a text that the YAML library has refused. Out: one problem. It never runs
// for a text that the library accepts, so it may take its time.
package syntax

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Find returns the first problem of a text from an offset on, where a document
// begins; nil when no rule is broken. Tabs are those on lines that hold nothing
// else but a comment, which YAML allows and the library refuses.
func Find(f *source.File, from int) (problem diag.Problem, tabs []source.Span) {
	if conflict := findConflict(f, from); conflict != nil {
		return conflict, nil
	}
	s := &scanner{cursor: cursor{file: f, text: f.Text, i: from}}
	if from == 0 && bytes.HasPrefix(s.text, BOM) {
		s.i = len(BOM)
	}
	for s.problem == nil && s.i < len(s.text) {
		s.line()
	}
	return s.problem, s.tabs
}

// Place turns the library's error into a problem in our own words. It is for what
// Find cannot explain: the library often reports another line than the wrong one,
// and its messages are about its parser.
func Place(f *source.File, from int, err error) diag.Problem {
	line := reportedLine(err)
	if line == 0 {
		line = 1
	}
	line = min(max(line, f.Position(from).Line), f.Lines())
	for line > 1 && strings.TrimSpace(f.Line(line)) == "" {
		line--
	}
	start, end := f.LineBounds(line)
	for start < end && (f.Text[start] == ' ' || f.Text[start] == '\t') {
		start++
	}
	return brokenSyntax{at: f.Span(start, end), cause: causeOf(err.Error())}
}

var lineOfMessage = regexp.MustCompile(`^yaml: line (\d+):`)

// reportedLine reads the line out of the library's message; 0 for none.
func reportedLine(err error) int {
	m := lineOfMessage.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// causes maps words of the library's messages to what they mean for the text.
var causes = []struct{ words, cause string }{
	{"could not find expected ':'", "a key has no `:`, or spans several lines"},
	{"mapping values are not allowed", "unexpected `:`"},
	{"did not find expected key", "expected a key"},
	{"did not find expected '-' indicator", "expected a list item (`- `)"},
	{"did not find expected ',' or", "missing comma or closing bracket"},
	{"did not find expected node content", "missing value"},
	{"did not find expected <document start>", "expected `---` before another document"},
	{"cannot start any token", "a value cannot begin with this character"},
	{"block sequence entries are not allowed", "a list item cannot begin here"},
	{"document indicator", "`---` or `...` inside a value"},
	{"tag", "incomplete tag (`!name`)"},
	{"anchor", "incomplete anchor (`&name`) or alias (`*name`)"},
	{"alias", "incomplete anchor (`&name`) or alias (`*name`)"},
	{"directive", "unknown directive (`%NAME`)"},
	{"exceeded max depth", "values are nested too deeply"},
}

func causeOf(message string) string {
	for _, c := range causes {
		if strings.Contains(message, c.words) {
			return c.cause
		}
	}
	return ""
}
