package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/runs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Status writes one line for each dataflow, and the reason where the word does not say it all.
func Status(w io.Writer, list []runs.Dataflow, target planner.Target, at time.Time, o Options) error {
	c := newCanvas(o)
	t := newTable(c, "DATAFLOW", "STATUS", "LAST RUN", "RECORDS", "NEXT RUN")
	for _, d := range list {
		t.row(healthStyle(d.Health), []string{
			d.Name, healthText(d.Health), lastRunText(d, at), recordsText(d.LastRun), nextText(d.NextRun, at),
		}, reasonLines(d)...)
	}
	if len(list) > 0 {
		t.write()
		c.line()
	}
	c.wrapped(plain, "", words.Count(len(list), "dataflow")+" in "+TargetText(target)+healthCounts(list)+".")
	return flush(w, c)
}

func healthText(h runs.Health) string { return strings.ReplaceAll(string(h), "_", " ") }

func healthStyle(h runs.Health) style {
	switch {
	case h.NeedsAttention():
		return red
	case h.IsWarning():
		return yellow
	case h == runs.IsOK || h == runs.IsDone || h == runs.IsStream:
		return green
	}
	return dim
}

// reasonLines are what stands below a dataflow: why it is as it is, and what shows more.
func reasonLines(d runs.Dataflow) []string {
	var lines []string
	if d.Reason != "" {
		lines = append(lines, d.Reason)
	}
	if d.Health == runs.IsFailed && d.LastRun != nil {
		lines = append(lines, "aepflow runs show "+d.LastRun.ID)
	}
	return lines
}

func lastRunText(d runs.Dataflow, at time.Time) string {
	text := ""
	if d.LastRun != nil {
		text = agoText(endOf(*d.LastRun), at)
	}
	if d.Running != "" {
		if text != "" {
			text += ", "
		}
		if d.Overlapping > 0 {
			text += Number(int64(d.Overlapping)) + " "
		}
		text += "running"
	}
	return text
}

func endOf(r runs.Run) time.Time {
	for _, t := range []time.Time{r.Ended, r.Started, r.Created} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func agoText(t, at time.Time) string {
	if t.IsZero() {
		return ""
	}
	return runs.Ago(at.Sub(t))
}

// nextText is when a run begins, which is not in the past.
func nextText(t, at time.Time) string {
	if !t.IsZero() && t.Sub(at) < time.Second {
		return "now"
	}
	return agoText(t, at)
}

// recordsText is how many records a run wrote, of how many it read if some are missing.
func recordsText(r *runs.Run) string {
	switch {
	case r == nil || r.Records.Written == nil:
		return ""
	case r.Records.Read == nil || *r.Records.Read == *r.Records.Written:
		return Number(*r.Records.Written)
	}
	return Number(*r.Records.Written) + " of " + Number(*r.Records.Read)
}

// Rows is a number of rows.
func Rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return Number(n) + " rows"
}

// Number is a number with a comma between each three digits.
func Number(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// healthCounts is ": 1 failed, 2 ok", the worst first.
func healthCounts(list []runs.Dataflow) string {
	var parts []string
	for i := 0; i < len(list); {
		n := 0
		for i+n < len(list) && list[i+n].Health == list[i].Health {
			n++
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, healthText(list[i].Health)))
		i += n
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}
