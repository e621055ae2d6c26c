package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
)

// Azure prints the errors and warnings of r as logging commands, which Azure Pipelines lists on the page of a run. It
// has no commands for notes.
func Azure(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	list, _ := conceal(r.Sorted())
	for _, d := range list {
		if d.Severity == Note {
			continue
		}
		b.WriteString("##vso[task.logissue type=" + d.Severity.String())
		if s := d.Primary(); !s.IsZero() {
			at := s.Pos()
			fmt.Fprintf(b, ";sourcepath=%s;linenumber=%d;columnnumber=%d",
				azureText(slashPath(s.Path())), at.Line, at.Column)
		}
		if d.Code != "" {
			b.WriteString(";code=" + azureText(string(d.Code)))
		}
		b.WriteString(";]" + azureText(fullMessage(d)) + "\n")
	}
	return b.Flush()
}

// azureText escapes a property or a message for a command.
func azureText(s string) string {
	return azureEscapes.Replace(output.Text(s))
}

var azureEscapes = strings.NewReplacer("%", "%AZP25", "\n", "%0A", ";", "%3B", "]", "%5D")
