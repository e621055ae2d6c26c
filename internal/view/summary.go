package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Closing is what the summary of an apply shows besides its result.
type Closing struct {
	Verb    string // apply, the default, or destroy
	Elapsed time.Duration
	GoOn    string // the command that continues where this one stopped
}

// Summary writes how an apply ended: the counts, and after a failure what failed, its
// place in the documents, what it blocked, and how to continue.
func Summary(w io.Writer, p *planner.Plan, r applier.Result, end Closing, o Options) error {
	c := newCanvas(o)
	counts := countsOf(r)
	if !r.OK() {
		failures(c, r)
		blocked(c, r)
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
	c.line(c.paint(st, head+" for "+TargetText(p.Target)+": "+counts.text()+"."),
		c.paint(dim, " ("+elapsedText(end.Elapsed)+")"))
	if !r.OK() {
		c.line("What was done is saved in the lockfile.")
		if end.GoOn != "" {
			c.line("Continue with: ", c.paint(bold, end.GoOn))
		}
	}
	return flush(w, c)
}

// text lists seven counts, and the others where they are not 0.
func (n Counts) text() string {
	parts := []string{
		fmt.Sprintf("%d created, %d updated, %d replaced, %d deleted", n.Created, n.Updated, n.Replaced, n.Deleted),
	}
	for _, more := range []struct {
		n    int
		verb string
	}{{n.Moved, "renamed"}, {n.Forgotten, "forgotten"}, {n.Imported, "imported"}} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more.n, more.verb))
		}
	}
	parts = append(parts, fmt.Sprintf("%d unchanged, %d failed, %d blocked", n.Unchanged, n.Failed, n.Blocked))
	if n.NotSent > 0 {
		parts = append(parts, Count(n.NotSent, "call")+" not sent")
	}
	return strings.Join(parts, ", ")
}

func failures(c *canvas, r applier.Result) {
	for _, f := range r.Failed {
		at := ""
		if place := originText(f.Origin); place != "" {
			at = "  " + c.paint(dim, place)
		}
		c.line(c.paint(red, "failed"), "  ", c.paint(bold, f.Address.String()), at)
		for _, err := range output.Joined(f.Err) {
			c.line("  ", c.paint(plain, err.Error()))
		}
		if f.Unknown {
			c.line("  ", c.paint(yellow, "it may have succeeded; the next apply looks it up before it sends it again"))
		}
		c.line()
	}
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
		for _, l := range wrap(commas(by[cause]), c.width-2) {
			c.line("  ", c.paint(plain, l))
		}
		c.line()
	}
}
