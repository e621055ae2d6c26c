// Package view shows plans and applies to people and programs: text, JSON,
// Markdown, HTML, graphs, the calls as requests or as a script, and the progress
// of an apply.
//
// In: a planner.Plan, or the events of an apply. Out: bytes on a writer. Laws:
// every form is rendered from the value that is marshalled to JSON; the same
// value gives the same bytes; no text from a document reaches a terminal with
// its control characters; a secret is never shown.
package view

import (
	"io"

	"github.com/aepflow/aepflow/internal/output"
)

// Options says how text is shown. The zero Options is plain text.
type Options struct {
	Color bool
	Width int  // columns of the terminal, 0 for unknown; see output.Room
	Full  bool // nothing left out: whole bodies, long lists, ids
	Quiet bool // totals, what is destroyed and what is refused, nothing else
}

func widthOf(s string) int { return output.Width(s) }

func flush(w io.Writer, c *canvas) error {
	_, err := w.Write(c.buf.Bytes())
	return err
}
