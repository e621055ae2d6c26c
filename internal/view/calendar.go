package view

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

// Calendar writes how many runs begin in each hour: a table for each day, or for days in a row that are the same.
func Calendar(w io.Writer, cal planner.Calendar, o Options) error {
	c := newCanvas(o)
	c.line("Runs that begin in each hour, ", cal.Zone)
	for i := 0; i < len(cal.Days); {
		n := 1
		for i+n < len(cal.Days) && slices.Equal(cal.Days[i].Connections, cal.Days[i+n].Connections) {
			n++
		}
		title := dayText(cal.Days[i].Date)
		if n > 1 {
			title += " to " + dayText(cal.Days[i+n-1].Date)
		}
		c.line()
		c.line(c.paint(bold, title))
		hours(c, cal.Days[i].Connections)
		i += n
	}
	return flush(w, c)
}

func dayText(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("Mon 2006-01-02")
}

// nameRoom is how wide the name of a connection is at most, so that 24 hours of two columns and a number fit 80.
const nameRoom = 80 - 2 - 2 - 24*2 - 5

func hours(c *canvas, list []planner.ConnectionHours) {
	if len(list) == 0 {
		c.line("  no runs")
		return
	}
	wide := 0
	for _, h := range list {
		wide = max(wide, min(output.Width(h.Connection), nameRoom))
	}
	head := ""
	for hour := 0; hour < 24; hour += 3 {
		head += fmt.Sprintf("%02d    ", hour)
	}
	c.line("  ", pad("", wide+2), c.paint(dim, head+"runs"))
	for _, h := range list {
		name := clipText(h.Connection, wide)
		parts := []string{"  ", c.paint(plain, name), pad(name, wide+2)}
		for _, n := range h.Hours {
			parts = append(parts, inHour(c, n), " ")
		}
		c.line(append(parts, strconv.Itoa(h.Runs))...)
	}
}

// inHour is a number of runs as one character: + for ten or more.
func inHour(c *canvas, n int) string {
	switch {
	case n == 0:
		return c.paint(dim, "·")
	case n > 9:
		return c.paint(yellow, "+")
	}
	return strconv.Itoa(n)
}
