package planner

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// phase is what a resource's own state says about the conditions of the table. The
// zero phase is that of a recurring flow that has not run.
type phase struct {
	draft   bool // it is stored and not published
	fixed   bool // its frequency is once, or it reads a stream
	started bool // its start has passed
}

// phaseOf reads the conditions from what was applied, never from what is
// desired: the running object decides what may still change.
func phaseOf(s *resource.Spec, e *lockfile.Entry, applied resource.Value, at time.Time) phase {
	if isDraft(s, applied) {
		return phase{draft: true} // it has never run: nothing of it is frozen
	}
	if s.Frequency == "" {
		return phase{}
	}
	epoch, ok := startOf(s, e, applied)
	return phase{fixed: runsOnce(s, applied) || resource.IsStream(applied), started: ok && epoch <= at.Unix()}
}

// isDraft reports whether an object is stored and not published.
func isDraft(s *resource.Spec, v resource.Value) bool {
	state, ok := s.Find(v, s.State)
	return s.State != "" && ok && state.Text == "draft"
}

// runsOnce reports whether a flow reads its whole source a single time.
func runsOnce(s *resource.Spec, body resource.Value) bool {
	v, _ := s.Find(body, s.Frequency)
	return v.Text == "once"
}

// startOf returns the start of a running flow in seconds since 1970: the one that
// was sent where that differs from the documented one.
func startOf(s *resource.Spec, e *lockfile.Entry, body resource.Value) (int64, bool) {
	if sent, ok := e.SentAt(s.StartTime); ok {
		epoch, err := strconv.ParseInt(string(sent), 10, 64)
		return epoch, err == nil
	}
	return documentedStart(s, body)
}

// documentedStart returns the start that a body gives, false for one left open.
func documentedStart(s *resource.Spec, body resource.Value) (int64, bool) {
	v, _ := s.Find(body, s.StartTime)
	epoch, err := strconv.ParseInt(v.Text, 10, 64)
	return epoch, err == nil && v.Kind == resource.NumberValue
}

// refusePastStart refuses a flow whose documented start has passed: the
// platform would, after half of the calls. It decodes no more than the start unless
// it does.
func refusePastStart(n *node, at time.Time) {
	spec := n.spec()
	top, _, _ := strings.Cut(spec.StartTime, ".")
	if top == "" {
		return
	}
	v, _ := n.resource.Body.Member(top)
	epoch, ok := documentedStart(spec, resource.Object(resource.F(top, v)))
	if !ok || epoch > at.Unix() {
		return
	}
	start, _ := spec.Find(n.want(), spec.StartTime)
	n.problem = startPassed{
		at: start.Origin, name: n.change.Address, isNew: !n.exists || isDraft(spec, n.applied),
		start: time.Unix(epoch, 0).UTC(), now: at.UTC(),
	}
}

// refuseMovedStart refuses to move the start of a dataflow that has not begun into the past.
func refuseMovedStart(n *node, at time.Time) {
	moves := func(f fieldDiff) bool { return f.change.Path == n.spec().StartTime && f.change.Action == Update }
	if slices.ContainsFunc(n.fields, moves) {
		refusePastStart(n, at)
	}
}

// diffStart adds the start of a draft that is published when the document leaves it
// open and the one that was sent has passed. It refuses a documented start that has
// passed, as the platform does.
func diffStart(n *node, e *env) {
	spec := n.spec()
	if spec.StartTime == "" || !isDraft(spec, n.applied) || isDraft(spec, n.desired) {
		return
	}
	var at resource.Path
	for name := range strings.SplitSeq(spec.StartTime, ".") {
		at = at.Field(name)
	}
	start, _ := spec.At(n.desired, at)
	if start.Kind != resource.StartValue {
		refusePastStart(n, e.At)
		return
	}
	epoch, ok := startOf(spec, n.entry, n.applied)
	known := slices.ContainsFunc(n.fields, func(f fieldDiff) bool { return f.change.Path == spec.StartTime })
	if !ok || known || epoch > e.At.Add(Margin).Unix() {
		return
	}
	passed := resource.Int(epoch)
	n.fields = append(n.fields, diffField(spec, resource.Difference{Path: at, From: &passed, To: &start}, phase{}))
}
