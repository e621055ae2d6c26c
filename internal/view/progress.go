package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/planner"
)

// Progress shows an apply as it runs: plain lines, or on a terminal lines above a bar.
type Progress struct {
	explain Explain
	canvas  *canvas
	total   int
	quiet   bool // no lines for calls that succeed

	mu      sync.Mutex
	writing sync.Mutex // of out
	out     io.Writer
	ended   int // calls that are done, failed, or blocked
	failed  int
	blocked int
	running []Event // in the order of their start
	bar     *ticker // nil without calls
}

// Live is a terminal that shows a status below what is written to it.
type Live interface {
	io.Writer
	Status(line string) error
}

// slowCall is how long a call runs before its time is shown on a terminal, and stillEvery the time between two lines about
// it without one.
const (
	slowCall   = 3 * time.Second
	stillEvery = 10 * time.Second
)

// manyCalls is how many calls a live bar shows with a line for each.
const manyCalls = 60

func newProgress(w io.Writer, p *planner.Plan, o Options, explain Explain) *Progress {
	return &Progress{out: w, canvas: newCanvas(o), total: p.Calls(), quiet: o.Quiet, explain: explain}
}

// NewProgress returns a listener that writes plain lines to w until Close, also about calls that take long.
func NewProgress(w io.Writer, p *planner.Plan, o Options, explain Explain) *Progress {
	g := newProgress(w, p, o, explain)
	g.bar = repeat(stillEvery, g.still, func() {})
	return g
}

// still writes a line for each call that has been running for stillEvery or longer.
func (g *Progress) still() {
	g.mu.Lock()
	var lines []string
	for _, r := range g.running {
		if took := time.Since(r.began); took >= stillEvery {
			r.Type, r.ElapsedMS = "running", took.Milliseconds()
			lines = append(lines, g.line(r))
		}
	}
	g.mu.Unlock()
	g.write(strings.Join(lines, ""))
}

// NewLiveProgress returns a listener that draws a bar below its lines until Close.
func NewLiveProgress(w Live, p *planner.Plan, o Options, explain Explain) *Progress {
	g := newProgress(w, p, o, explain)
	if g.total == 0 {
		return g
	}
	g.quiet = g.quiet || g.total > manyCalls
	began := time.Now()
	show := func() { _ = w.Status(g.status(time.Since(began))) } // a closed terminal must not stop an apply
	show()
	g.bar = repeat(redrawn, show, func() { _ = w.Status("") })
	return g
}

// Notify takes one event of the apply.
func (g *Progress) Notify(ev applier.Event) {
	e := eventOf(ev, g.explain)
	if line := g.take(e); line != "" {
		g.write(line)
	}
}

// write serializes the lines of events and of the ticker.
func (g *Progress) write(lines string) {
	g.writing.Lock()
	defer g.writing.Unlock()
	_, _ = io.WriteString(g.out, lines) // a closed stream must not stop an apply
}

// take counts an event and returns its line, or "".
func (g *Progress) take(e Event) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	same := func(r Event) bool { return r.Address == e.Address && r.Call == e.Call }
	switch e.Type {
	case "":
		return ""
	case "started":
		e.began = time.Now()
		g.running = append(slices.DeleteFunc(g.running, same), e)
		return ""
	case "retried":
		return g.line(e)
	case "waiting":
		i := slices.IndexFunc(g.running, same)
		if i < 0 {
			return ""
		}
		first := g.running[i].until.IsZero()
		g.running[i].until = e.until // the bar counts it down
		if first {
			return g.line(e)
		}
		return ""
	}
	g.running = slices.DeleteFunc(g.running, same)
	switch e.Type {
	case "failed":
		g.failed++
	case "blocked":
		g.blocked++
	}
	if e.Type == "interrupted" {
		return "" // the summary says it, for all calls at once
	}
	if e.Call > 0 { // a rename or an import has no call
		g.ended++
	}
	if g.quiet && e.Type == "done" {
		return ""
	}
	return g.line(e)
}

// line is an event as text: `[3/8] source.customers: created 6f2a1c88… (0.2 s)`.
func (g *Progress) line(e Event) string {
	c := g.canvas
	counter := fmt.Sprintf("[%*d/%d] ", len(fmt.Sprint(g.total)), g.ended, g.total)
	took := fmt.Sprintf(" (%s)", elapsedText(time.Duration(e.ElapsedMS)*time.Millisecond))
	if e.Call == 0 || e.Type == "retried" || e.Type == "waiting" || e.Type == "running" {
		counter = strings.Repeat(" ", len(counter))
	}
	var text string
	switch e.Type {
	case "retried":
		text = c.paint(yellow, fmt.Sprintf("attempt %d to %s, after: %s", e.Attempt, stepVerb(e), oneLine(e.Error.text)))
	case "waiting":
		atMost := elapsedText(time.Duration(e.WaitMS) * time.Millisecond)
		text = c.paint(yellow, fmt.Sprintf(
			"not known whether the %s was carried out; looking for it, %s at most (--lost-after)", stepNoun(e), atMost))
	case "running":
		text = c.paint(dim, fmt.Sprintf("still running: %s%s", stepVerb(e), took))
	case "failed":
		// The summary has the whole text.
		text = fmt.Sprintf("could not %s%s: %s", stepVerb(e), took, oneLine(e.Error.text))
		text = c.paint(red, c.cut(text, output.Width(counter+e.Address.String()+": ")))
	case "blocked":
		text = c.paint(yellow, fmt.Sprintf("did not %s, blocked by %s", stepVerb(e), e.BlockedBy))
	default:
		text = stepDone(e)
		switch {
		case e.Already && e.Step == planner.StepCreate:
			text = "exists already"
		case e.Already:
			text = "already as documented, nothing was changed"
		}
		if e.ID != "" && e.Step == planner.StepCreate {
			text += " " + shortID(e.ID)
		}
		if e.Adopted {
			text += ", found on the platform after a lost answer"
		}
		text = c.paint(styleOfStep(e), text)
		if e.Call > 0 {
			text += c.paint(dim, took)
		}
	}
	return counter + c.paint(bold, e.Address.String()) + ": " + text + "\n"
}

// left estimates the remaining time from the elapsed time; "" while that says nothing.
func (g *Progress) left(elapsed time.Duration) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended == 0 || g.ended == g.total || elapsed < time.Second {
		return ""
	}
	rest := elapsed * time.Duration(g.total-g.ended) / time.Duration(g.ended)
	return " " + clock(rest) + " left"
}

// current is the end of the bar: failures and running calls.
func (g *Progress) current() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var parts []string
	if g.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", g.failed))
	}
	if g.blocked > 0 {
		parts = append(parts, fmt.Sprintf("%d blocked", g.blocked))
	}
	names := make([]string, 0, len(g.running))
	for _, r := range g.running {
		name := stepVerb(r) + " " + r.Address.String()
		if left, took := time.Until(r.until), time.Since(r.began); left > 0 {
			name += fmt.Sprintf(" (looking for it, %s left)", left.Round(time.Second))
		} else if took >= slowCall {
			name += fmt.Sprintf(" (%s)", took.Truncate(time.Second))
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		parts = append(parts, Few(names, 2))
	}
	return output.Line(" " + strings.Join(parts, " · "))
}

// status is the bar: ` 3/8  00:07 [===>      ] 00:11 left create flow.orders`.
func (g *Progress) status(elapsed time.Duration) string {
	g.mu.Lock()
	ended := g.ended
	g.mu.Unlock()
	return fmt.Sprintf("%*d/%d  %s %s%s%s", len(fmt.Sprint(g.total)), ended, g.total, clock(elapsed),
		bar(min(40, g.canvas.width/3), ended, g.total), g.left(elapsed), g.current())
}

// bar draws how much of a total is done, with room characters between its brackets.
func bar(room, done, total int) string {
	n := room * done / total
	filled := strings.Repeat("=", n)
	if n > 0 && n < room {
		filled = filled[1:] + ">"
	}
	return fmt.Sprintf("[%-*s]", room, filled)
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// Close ends the lines about long calls, and erases the bar.
func (g *Progress) Close() {
	if g.bar != nil {
		g.bar.close()
	}
}

const redrawn = 150 * time.Millisecond

// ticker repeats a function until close.
type ticker struct {
	stop, stopped chan struct{}
}

func repeat(every time.Duration, show, end func()) *ticker {
	b := &ticker{stop: make(chan struct{}), stopped: make(chan struct{})}
	go func() {
		defer close(b.stopped)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-b.stop:
				end()
				return
			case <-tick.C:
				show()
			}
		}
	}()
	return b
}

func (b *ticker) close() {
	close(b.stop)
	<-b.stopped
}

// stepVerb says what a call does, as a verb.
func stepVerb(e Event) string {
	switch e.Step {
	case planner.StepRetire:
		return "disable the old one"
	case planner.StepDelete:
		if e.Action == planner.Replace.String() {
			return "delete the old one"
		}
	case "":
		return e.Action
	}
	return string(e.Step)
}

// styleOfStep is the style of the action in a plan.
func styleOfStep(e Event) style {
	switch {
	case e.Step == planner.StepDelete, e.Step == planner.StepRetire:
		return styleOf(planner.Delete)
	case e.Action == planner.Replace.String():
		return styleOf(planner.Replace)
	case e.Step == planner.StepCreate:
		return styleOf(planner.Create)
	case e.Step == "":
		return cyan
	}
	return styleOf(planner.Update)
}

// stepNoun says what a call does, as a noun.
func stepNoun(e Event) string {
	if e.Step == planner.StepRetire {
		return "stop of the old one"
	}
	return string(e.Step)
}

// stepDone says what a call did.
func stepDone(e Event) string {
	switch e.Step {
	case planner.StepCreate:
		return "created"
	case planner.StepUpdate:
		return "updated"
	case planner.StepEnable:
		return "enabled"
	case planner.StepDisable:
		return "disabled"
	case planner.StepRetire:
		return "old one disabled"
	case planner.StepDelete:
		if e.Action == planner.Replace.String() {
			return "old one deleted"
		}
		return "deleted"
	}
	return map[string]string{"move": "renamed", "forget": "forgotten, nothing was called", "import": "adopted"}[e.Action]
}

// oneLine joins the lines of a message, which the summary shows separately.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// shortID is the start of an id. Ids of schemas are URLs.
func shortID(id string) string {
	const n = 8
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	if r := []rune(id); len(r) > n {
		return string(r[:n]) + "…"
	}
	return id
}

func elapsedText(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}
