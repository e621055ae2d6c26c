package view

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Timetable writes when dataflows run, in UTC and in a zone.
func Timetable(w io.Writer, t planner.Timetable, zone *time.Location, o Options) error {
	c := newCanvas(o)
	c.line("Runs from ", moment(t.At, zone), " on")
	for _, f := range t.Flows {
		c.line()
		c.line("  ", c.paint(bold, f.Address.String()), "  ", c.paint(dim, originText(f.Origin)))
		c.line("      ", everyText(f))
		switch {
		case f.State != "enabled":
			c.line("      ", c.paint(yellow, "does not run: "+f.State))
		case f.Start == nil:
			c.line("      starts a minute after it is created; assumed to be created now")
		case f.Passed && len(f.Next) == 0:
			c.line("      ", c.paint(yellow, "its start has passed: "), moment(*f.Start, zone))
		case f.Passed:
			c.line("      since ", moment(*f.Start, zone))
		}
		if f.History != nil {
			c.wrapped(plain, "      ", historyText(*f.History))
		}
		for _, next := range f.Next {
			c.line("      ", moment(next, zone))
		}
	}
	if len(t.Flows) == 0 {
		c.line("  no dataflows")
	}
	for _, m := range t.Crowded {
		var names []string
		for _, a := range m.Flows {
			names = append(names, a.Name)
		}
		c.line()
		c.wrapped(yellow, "note: ", words.Count(len(m.Flows), "dataflow")+" read "+m.Connection+
			" at the same minute, first at "+
			moment(m.At, zone)+": "+strings.Join(names, ", "))
	}
	return flush(w, c)
}

// historyText says what a first run reads of the time before the start.
func historyText(h planner.History) string {
	return "history: " + words.Count(h.Windows, "window") + ", the beginning to the start, in " +
		words.Count(h.Runs, "run") +
		"; how many rows is not known before it"
}

func everyText(f planner.FlowTimes) string {
	if f.RunsPerDay == 0 {
		return "once"
	}
	every := "every " + f.Frequency
	if f.Interval > 1 {
		every = "every " + words.Count(int(f.Interval), f.Frequency)
	}
	if f.RunsPerDay < 1 {
		return every
	}
	return every + ", " + strconv.FormatFloat(f.RunsPerDay, 'g', 4, 64) + " runs a day"
}

// moment is a time in UTC and in a zone, if that is another.
func moment(t time.Time, zone *time.Location) string {
	text := t.UTC().Format("Mon 2006-01-02 15:04:05 UTC")
	if zone == nil || zone == time.UTC {
		return text
	}
	return text + "  " + t.In(zone).Format("Mon 15:04:05 MST")
}
