package view

import (
	"cmp"
	"io"
	"strings"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Closing is what the summary of an apply shows besides its result.
type Closing struct {
	Verb    string // apply, the default, or destroy
	Elapsed time.Duration
	SavedIn string // the file that records what was done, if the apply is not complete
	Next    string // what to do then: a lead such as "Continue with:"
	GoOn    string // and the command
	Explain Explain
}

// Summary writes how an apply ended: the counts, and after a failure what failed, its
// place in the documents, what it blocked, and how to continue.
func Summary(w io.Writer, p *planner.Plan, r applier.Result, end Closing, o Options) error {
	c := newCanvas(o)
	counts := countsOf(r)
	if !r.OK() {
		failures(c, r, end.Explain)
		blocked(c, r)
		unanswered(c, r)
	}
	verb := cmp.Or(end.Verb, "apply")
	verb = strings.ToUpper(verb[:1]) + verb[1:]
	st, head := green, verb+" complete"
	switch {
	case r.Interrupted:
		st, head = yellow, verb+" interrupted"
	case !r.OK():
		st, head = red, verb+" not complete"
	}
	c.wrapped(st, "", head+" for "+TargetText(p.Target)+": "+counts.text()+". ("+elapsedText(end.Elapsed)+")")
	if !r.OK() {
		if end.SavedIn != "" {
			c.line("What was done is saved in ", c.paint(plain, end.SavedIn), ".")
		}
		if end.GoOn != "" {
			c.line(c.paint(plain, end.Next), " ", c.paint(bold, end.GoOn))
		}
	}
	return flush(w, c)
}

// text lists the counts that are not zero.
func (n Counts) text() string {
	parts := tally{}.add(n.Created, "created").add(n.Updated, "updated").add(n.Replaced, "replaced").
		add(n.Deleted, "deleted").add(n.Moved, "renamed").add(n.Forgotten, "forgotten").add(n.Imported, "adopted").
		add(n.Unchanged, "unchanged").add(n.Failed, "failed").add(n.Blocked, "blocked")
	if n.NotSent > 0 {
		parts = append(parts, words.Count(n.NotSent, "call")+" not sent")
	}
	if n.Unanswered > 0 {
		parts = append(parts, words.Count(n.Unanswered, "call")+" without an answer")
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing to do")
}

func failures(c *canvas, r applier.Result, explain Explain) {
	for _, f := range r.Failed {
		at := ""
		if place := originText(f.Origin); place != "" {
			at = "  " + c.paint(dim, place)
		}
		c.line(c.paint(red, "failed"), "  ", c.paint(bold, f.Address.String()), at)
		for _, err := range output.Joined(f.Err) {
			c.wrapped(plain, "  ", err.Error())
		}
		if known, ok := specs.ErrorByCode(explain.info(f.Err).Code); ok {
			c.wrapped(dim, "  = help: ", known.Fix+" (aepflow explain "+known.Code+")")
		}
		if f.Unknown {
			c.line("  ", c.paint(yellow, "it may have succeeded; the next apply looks it up before it sends it again"))
		}
		c.line()
	}
}

// unanswered lists the calls that an interruption left without an answer.
func unanswered(c *canvas, r applier.Result) {
	if len(r.Unanswered) == 0 {
		return
	}
	names := make([]string, len(r.Unanswered))
	for i, s := range r.Unanswered {
		names[i] = stepVerb(Event{Step: s.Step, Action: s.Action.String()}) + " " + s.Address.String()
	}
	c.wrapped(yellow, "", "no answer yet: "+Few(names, 4)+"; the next apply finds out whether the platform did it")
}

// blocked lists the blocked resources by what blocks them, without those that failed.
func blocked(c *canvas, r applier.Result) {
	var order []string
	by := map[string][]string{}
	said := map[resource.Address]bool{}
	for _, f := range r.Failed {
		said[f.Address] = true
	}
	for _, b := range r.Blocked {
		if said[b.Address] {
			continue
		}
		said[b.Address] = true
		cause := b.By.String()
		if _, known := by[cause]; !known {
			order = append(order, cause)
		}
		by[cause] = append(by[cause], b.Address.String())
	}
	for _, cause := range order {
		c.line(c.paint(yellow, "blocked"), " by ", c.paint(bold, cause))
		for _, l := range output.Wrap(commas(by[cause]), c.width-2) {
			c.line("  ", c.paint(plain, l))
		}
		c.line()
	}
}
