package planner

import (
	"cmp"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Start is how the new flow of a replacement begins. Time is absent when it
// begins a minute after it is created; Backfill when it reads everything once.
type Start struct {
	Time     *time.Time `json:"time,omitempty"`
	Backfill *bool      `json:"backfill,omitempty"`
}

// bodyToSend returns the body to send for a new object. The new flow of a replacement
// starts a minute after it is created when its documented start has passed, or
// when it continues a flow that may have read data.
func bodyToSend(n *node, e *env) resource.Value {
	body, spec := n.want(), n.spec()
	if n.change.Action != Replace || spec.StartTime == "" || resource.IsStream(body) {
		return body
	}
	continues := onReplace(n, e) == "continue" && mayHaveRun(n, e) && !runsOnce(spec, body)
	if epoch, ok := documentedStart(spec, body); continues || ok && epoch <= e.At.Add(Margin).Unix() {
		body = resource.Set(body, spec.StartTime, resource.Start())
	}
	if continues {
		body = resource.Set(body, spec.Backfill, resource.Bool(false))
	}
	return body
}

// onReplace is what becomes of the data of a replaced flow: "backfill", "continue"
// or "" when nothing is said. The document takes precedence over the flag.
func onReplace(n *node, e *env) string { return cmp.Or(n.resource.Replace, e.OnReplace) }

// mayHaveRun reports whether an applied flow may have read data by the time its
// replacement is created. A start that was bound when it was sent counts as passed:
// it was a minute ahead, and the flow may continue an earlier one.
func mayHaveRun(n *node, e *env) bool {
	spec := n.spec()
	if isDraft(spec, n.applied) {
		return false
	}
	epoch, known := startOf(spec, n.entry, n.applied)
	return !known || len(n.entry.Sent) > 0 || epoch <= e.At.Add(Margin).Unix()
}

// startSent is the start of a body as it is sent, nil for a stream, which has none.
func startSent(spec *resource.Spec, body resource.Value) *Start {
	if resource.IsStream(body) {
		return nil
	}
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

// replacementEffect is what a replaced flow does to the data, by the start of the
// new one, or by where that begins to read its stream. A flow that has not read any data
// changes none.
func replacementEffect(n *node, e *env) Effect {
	if !mayHaveRun(n, e) {
		return EffectNone
	}
	switch stream, ok := desiredStream(n, e); {
	case stream.Webhook:
		return EffectAddress
	case stream.Pushed:
		return EffectSenders
	case stream.Latest:
		return EffectGap
	case ok:
		return EffectDuplicates
	}
	if on := n.change.Start.Backfill; on != nil && !*on {
		return EffectGap
	}
	return EffectReingests
}

// guardReplacement refuses to replace a flow that may have read data while nothing
// is said about it, and to continue one that reads its table a single time.
func guardReplacement(n *node, e *env) {
	if !mayHaveRun(n, e) {
		return
	}
	switch word := onReplace(n, e); {
	case word == "" && resource.IsStream(n.want()):
		n.guard("on-replace", "--on-replace=backfill|continue",
			"%s is replaced by a new dataflow (%s): accept that with lifecycle.onReplace, continue or backfill",
			n.change.Address, replacementEffect(n, e))
	case word == "":
		n.guard("on-replace", "--on-replace=backfill|continue",
			"%s is replaced by a new dataflow: say with lifecycle.onReplace whether it reads history again (backfill) "+
				"or goes on at the cut-over (continue)", n.change.Address)
	case word == "continue" && runsOnce(n.spec(), n.want()):
		flag, how := "--on-replace=backfill", ""
		if n.resource.Replace != "" {
			flag, how = "", "; write lifecycle.onReplace: backfill to accept that"
		}
		n.guard("on-replace", flag,
			"%s cannot continue: a one-time dataflow reads everything, so its replacement re-ingests history%s",
			n.change.Address, how)
	}
}
