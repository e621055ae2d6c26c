package view

import (
	"io"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/words"
)

// Check is one thing that `aepflow doctor` has checked.
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`          // what is there, or what is wrong
	Help  string `json:"help,omitempty"` // what to do about it
}

// Checks writes a line for each check, and what to do about those that are not ok.
func Checks(w io.Writer, list []Check, o Options) error {
	c := newCanvas(o)
	wide, wrong := 0, 0
	for _, check := range list {
		wide = max(wide, output.Width(check.Name))
	}
	for _, check := range list {
		mark, st := "ok     ", green
		if !check.OK {
			mark, st = "not ok ", red
			wrong++
		}
		head := "  " + mark + " " + check.Name + pad(check.Name, wide+2)
		for i, line := range c.lines(check.Found, output.Width(head)) {
			if i == 0 {
				c.line("  ", c.paint(st, mark), " ", check.Name, pad(check.Name, wide+2), c.paint(plain, line))
			} else {
				c.line(pad("", output.Width(head)), c.paint(plain, line))
			}
		}
		if check.Help != "" {
			c.wrapped(plain, pad("", output.Width(head))+"= help: ", check.Help)
		}
	}
	c.line()
	if wrong > 0 {
		c.line(c.paint(red, words.Count(wrong, "check")+" not ok"))
	} else {
		c.line(c.paint(green, words.Count(len(list), "check")+" ok"))
	}
	return flush(w, c)
}
