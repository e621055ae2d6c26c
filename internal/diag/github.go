package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// GitHub prints r as workflow commands, which GitHub shows as annotations on the lines
// of a pull request. The end column is that of the
// character after the last one, as in the other forms.
func GitHub(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	list, _ := conceal(r.Sorted())
	for _, d := range list {
		b.WriteString("::" + githubLevel(d.Severity))
		sep := " "
		if s := d.Primary(); !s.IsZero() {
			s = trimSpan(s)
			start, end := s.Pos(), s.EndPos()
			fmt.Fprintf(b, " file=%s,line=%d,col=%d,endLine=%d,endColumn=%d",
				githubProperty(slashPath(s.Path())), start.Line, start.Column, end.Line, end.Column)
			sep = ","
		}
		if d.Code != "" {
			fmt.Fprintf(b, "%stitle=%s", sep, githubProperty(string(d.Code)))
		}
		fmt.Fprintf(b, "::%s\n", githubData(fullMessage(d)))
	}
	return b.Flush()
}

func githubLevel(s Severity) string {
	if s == Note {
		return "notice"
	}
	return s.String()
}

// fullMessage is a diagnostic without its excerpts: a line for the message, each note,
// and the help.
func fullMessage(d Diagnostic) string {
	var b strings.Builder
	b.WriteString(unbroken(d.Message))
	if len(d.Labels) > 0 && d.Labels[0].Text != "" {
		b.WriteString(": " + unbroken(d.Labels[0].Text))
	}
	for _, n := range d.Notes {
		b.WriteString("\nnote: " + unbroken(n))
	}
	if d.Help != "" {
		b.WriteString("\nhelp: " + unbroken(d.Help))
	}
	return b.String()
}

// githubData escapes a message for a command.
func githubData(s string) string {
	return dataEscapes.Replace(output.Text(s))
}

var dataEscapes = strings.NewReplacer("%", "%25", "\n", "%0A")

func githubProperty(s string) string {
	return propertyEscapes.Replace(output.Line(s))
}

var propertyEscapes = strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C")

// slashPath writes a path of any system with slashes.
func slashPath(path string) string { return strings.ReplaceAll(path, `\`, "/") }
