// Package view shows plans and applies to people and programs: text, Markdown, HTML,
// graphs, calls, and the progress of an apply as lines or JSON.
//
// In: a planner.Plan, or the events of an apply. Out: bytes on a writer. Laws: every form
// is rendered from the value that is the plan's JSON; the same value gives the same bytes;
// no hidden character and no secret is shown.
package view

import "io"

// Options says how text is shown. The zero Options is plain text.
type Options struct {
	Color    bool
	Width    int  // columns of the terminal, 0 for unknown; see output.Room
	Full     bool // whole bodies, long lists, ids
	Applying bool // for apply, which ends with the refusals of the plan itself
	Quiet    bool // only totals, what is destroyed, and what is refused
}

func flush(w io.Writer, c *canvas) error {
	_, err := w.Write(c.buf.Bytes())
	return err
}
