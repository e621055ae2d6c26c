package compiler

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
)

// printDiagnosticsPage prints the reference of all codes. printed returns what the tool prints about
// the example of an entry.
func printDiagnosticsPage(w io.Writer, printed func(diag.Entry) string) error {
	b := bufio.NewWriter(w)
	entries := diag.Codes()
	b.WriteString("# Diagnostics\n\n")
	b.WriteString("Every diagnostic has a code. `aepflow explain CODE` prints its section of this page.\n\n")
	fmt.Fprintf(b, "Text output shows the %d most severe diagnostics of each file and counts the others. JSON, SARIF, and annotations\n"+
		"are complete; `error_count` and the last line of text output count all diagnostics.\n\n", diag.MostShown)
	b.WriteString("| code | usual severity | what is wrong |\n| --- | --- | --- |\n")
	for _, e := range entries {
		fmt.Fprintf(b, "| [%s](#%s) | %s | %s |\n", e.Code, e.Code, e.Severity, strings.ReplaceAll(e.Title, "|", `\|`))
	}
	for _, e := range entries {
		fmt.Fprintf(b, "\n## %s\n\n%s.\n\n%s\n", e.Code, upperFirst(e.Title), strings.TrimSpace(e.Explanation))
		if e.Example != "" {
			b.WriteString("\n" + fenced("yaml", e.Example))
		}
		if text := printed(e); text != "" {
			b.WriteString("\n" + fenced("text", text))
		}
	}
	return b.Flush()
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// fenced returns a code block whose fence is not in its text.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + printable(strings.TrimRight(text, "\n")) + "\n" + fence + "\n"
}

// longestLine is how many characters of a line of an example the page shows.
const longestLine = 160

// printable escapes the hidden characters of an example except for tabs.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for j := range parts {
			parts[j] = output.Line(parts[j])
		}
		lines[i] = strings.Join(parts, "\t")
		if runes := []rune(lines[i]); len(runes) > longestLine {
			lines[i] = string(runes[:longestLine]) + " …"
		}
	}
	return strings.Join(lines, "\n")
}
