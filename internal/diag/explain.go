package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// explainWidth is the longest line of an explanation.
const explainWidth = 80

// Explain prints an entry for a terminal. output is what the tool prints about the
// example, "" to omit it.
func Explain(w io.Writer, e Entry, output string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s [%s]: %s\n", e.Severity, e.Code, e.Title)
	for _, paragraph := range strings.Split(strings.TrimSpace(e.Explanation), "\n\n") {
		b.WriteString("\n" + wrapped(paragraph))
	}
	if e.Example != "" {
		b.WriteString("\nExample:\n\n" + indented(printable(e.Example)))
	}
	if output != "" {
		b.WriteString("\nwhich gives:\n\n" + indented(output))
	}
	return b.Flush()
}

func wrapped(text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		width := output.Width(word)
		switch {
		case column == 0:
		case column+1+width > explainWidth:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String() + "\n"
}

func indented(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if line != "" {
			b.WriteString("    " + line)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
