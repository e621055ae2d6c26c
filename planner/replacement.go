package planner

import (
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Start is how the new flow of a replacement begins. Time is absent when it
// begins a minute after it is created; Backfill when it reads everything once.
type Start struct {
	Time     *time.Time `json:"time,omitempty"`
	Backfill *bool      `json:"backfill,omitempty"`
}

// String says it in the words of a plan.
func (s Start) String() string {
	text := fmt.Sprintf("starts %d s after it is created", int(Margin.Seconds()))
	if s.Time != nil {
		text = "starts " + s.Time.Format(time.RFC3339)
	}
	switch {
	case s.Backfill == nil:
		return text + ", reads the whole table once"
	case *s.Backfill:
		return text + ", backfill: true"
	}
	return text + ", backfill: false"
}

// sent returns the body to send for a new object. The new flow of a replacement
// starts a minute after it is created when its documented start has passed, or
// when it continues a flow that may have read data.
func (d *differ) sent(spec *resource.Spec, it *item) resource.Value {
	body := d.want(it)
	if it.change.Action != Replace || spec.StartTime == "" {
		return body
	}
	cut := d.onReplace(it) == "continue" && d.mayHaveRun(spec, it) && !runsOnce(spec, body)
	if epoch, ok := documentedStart(spec, body); cut || ok && epoch <= d.At.Add(Margin).Unix() {
		body = resource.Set(body, spec.StartTime, resource.Start())
	}
	if cut {
		body = resource.Set(body, spec.Backfill, resource.Bool(false))
	}
	return body
}

// onReplace is what is said about the data of a replaced flow: "backfill",
// "continue" or "". The document takes precedence over the flag.
func (d *differ) onReplace(it *item) string {
	if word := d.documented(it); word != "" {
		return word
	}
	return d.OnReplace
}

func (d *differ) documented(it *item) string {
	r, _ := d.graph.Get(it.change.Address)
	return r.Replace
}

// mayHaveRun reports whether an applied flow may have read data by the time its
// replacement is made. A start that was bound when it was sent counts as passed:
// it lay a minute ahead, and the flow may continue an earlier one.
func (d *differ) mayHaveRun(spec *resource.Spec, it *item) bool {
	if isDraft(spec, it.applied) {
		return false
	}
	epoch, known := startOf(spec, *it.entry, it.applied)
	return !known || len(it.entry.Sent) > 0 || epoch <= d.At.Add(Margin).Unix()
}

// runsOnce reports whether a flow reads its whole table a single time.
func runsOnce(spec *resource.Spec, body resource.Value) bool {
	v, _ := spec.Find(body, spec.Frequency)
	return v.Text == "once"
}

// startSent is the start of a body as it is sent.
func startSent(spec *resource.Spec, body resource.Value) *Start {
	s := &Start{}
	if epoch, ok := documentedStart(spec, body); ok {
		at := time.Unix(epoch, 0).UTC()
		s.Time = &at
	}
	if v, ok := spec.Find(body, spec.Backfill); ok {
		on := v.Text == "true"
		s.Backfill = &on
	}
	return s
}

type guardFunc func(code, flag, format string, args ...any)

// judgeReplacement states what a replaced flow does to the data. One that has
// not read any is replaced without a further word; one that reads its table a
// single time cannot continue.
func (d *differ) judgeReplacement(spec *resource.Spec, it *item, guard guardFunc) {
	c := &it.change
	body := d.sent(spec, it)
	c.Start = startSent(spec, body)
	if !d.mayHaveRun(spec, it) {
		return
	}
	c.Effect = EffectReingests
	if on := c.Start.Backfill; on != nil && !*on {
		c.Effect = EffectGap
	}
	switch word := d.onReplace(it); {
	case word == "":
		guard("on-replace", "--on-replace=backfill|continue",
			"%s is replaced by a new dataflow: say with lifecycle.onReplace whether it reads history again (backfill) "+
				"or goes on at the cut-over (continue)", c.Address)
	case word == "continue" && runsOnce(spec, body):
		flag, how := "--on-replace=backfill", ""
		if d.documented(it) != "" {
			flag, how = "", "; write lifecycle.onReplace: backfill to accept that"
		}
		guard("on-replace", flag,
			"%s cannot continue: a one-time dataflow reads the whole table, so its replacement re-ingests history%s", c.Address, how)
	}
}
