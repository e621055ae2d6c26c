package compiler

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// reportedLine reads the line out of the library's message; 0 for none.
func reportedLine(err error) int {
	m := regexp.MustCompile(`^yaml: line (\d+):`).FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// explainSyntax turns the library's refusal into a problem with a place and a
// cause.
func explainSyntax(f *source.File, err error) diag.Problem {
	line := min(max(reportedLine(err), 1), f.Lines())
	start, end := f.LineBounds(line)
	return brokenSyntax{f.Span(start, end), line}
}

type brokenSyntax struct {
	span source.Span
	line int
}

func (p brokenSyntax) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLSyntax, Severity: diag.Error,
		Message: fmt.Sprintf("line %d cannot be read as YAML", p.line),
		Labels:  at(p.span, "the fault is here or just before"),
		Help:    "check quotes, brackets, indentation, and the blank after `:`",
	}
}
