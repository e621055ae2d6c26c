package document

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// placeSyntax turns the library's refusal into a problem of our own words. It
// is for what the scanner cannot explain: the library reports a line that is
// often not the one at fault, and speaks of its parser.
func placeSyntax(f *source.File, from int, err error) diag.Problem {
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
	{"could not find expected ':'", "a key has no `:`, or runs over several lines"},
	{"mapping values are not allowed", "a `:` stands where no key can begin"},
	{"did not find expected key", "expected a key here"},
	{"did not find expected '-' indicator", "expected a list item, which begins with `- `"},
	{"did not find expected ',' or", "a comma or a closing bracket is missing"},
	{"did not find expected node content", "a value is missing"},
	{"did not find expected <document start>", "the document has ended, expected `---` before another one"},
	{"cannot start any token", "a value cannot begin with this character"},
	{"block sequence entries are not allowed", "a list item cannot begin here"},
	{"document indicator", "`---` or `...` stands inside a value"},
	{"tag", "a tag (`!name`) that is not complete"},
	{"anchor", "an anchor (`&name`) or alias (`*name`) that is not complete"},
	{"alias", "an anchor (`&name`) or alias (`*name`) that is not complete"},
	{"directive", "a line with `%` that is no directive"},
	{"exceeded max depth", "values are nested too deep"},
}

func causeOf(message string) string {
	for _, c := range causes {
		if strings.Contains(message, c.words) {
			return c.cause
		}
	}
	return ""
}
