package planner

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

// life is what a resource's own state says about the conditions of the table. The
// zero life is that of what has not run and runs again and again.
type life struct {
	once    bool // its frequency is once
	started bool // its start has passed
}

// lifeOf reads the conditions from what was applied, never from what is
// desired: the running object decides what may still change.
func lifeOf(s *resource.Spec, e lockfile.Entry, applied resource.Value, at time.Time) life {
	var l life
	if s.Frequency == "" || isDraft(s, applied) {
		return l // a draft has never run: nothing of it is frozen
	}
	if v, ok := s.Find(applied, s.Frequency); ok {
		l.once = v.Text == "once"
	}
	if epoch, ok := startOf(s, e, applied); ok {
		l.started = epoch <= at.Unix()
	}
	return l
}

// isDraft reports whether an object is stored and not published.
func isDraft(s *resource.Spec, v resource.Value) bool {
	state, ok := s.Find(v, s.State)
	return s.State != "" && ok && state.Text == "draft"
}

// startOf returns the start that a running flow has: the one that was sent
// where that differs from the documented one.
func startOf(s *resource.Spec, e lockfile.Entry, body resource.Value) (int64, bool) {
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

// judged is a field change with what it asks of its resource.
type judged struct {
	change  FieldChange
	path    resource.Path
	rule    resource.Path // the path that the row rules as one
	trait   resource.Trait
	refused bool // neither update nor replacement is safe
}

// judge decides what one difference leads to, by its row in the table.
func judge(s *resource.Spec, d resource.Difference, l life) judged {
	trait, rule := s.TraitOf(d.Path)
	j := judged{path: d.Path, rule: rule, trait: trait}
	j.change = FieldChange{Path: d.Path.String(), Reason: trait.Why, Applied: raw(d.From), Desired: raw(d.To)}
	switch trait.Does {
	case resource.InPlace:
		j.change.Action = Update
		if trait.While == resource.Recurring && l.once || trait.While == resource.BeforeStart && l.started {
			j.change.Action = Replace
		}
		if d.Path.String() == s.Frequency && l.started && d.To != nil && d.To.Text == "once" {
			j.change.Action, j.change.Reason = Replace, "a recurring flow that has started cannot become a one-time flow"
		}
	case resource.Action, resource.WriteOnly:
		j.change.Action = Update
	case resource.Additive:
		j.change.Action = Update
		j.refused = !grows(s, d)
	case resource.RequiresReplace:
		j.change.Action = Replace
	case resource.Immutable:
		j.change.Action, j.refused = Update, true
	}
	j.change.ForcesReplace = j.change.Action == Replace
	return j
}

// grows reports whether a difference only adds, or only changes a label.
func grows(s *resource.Spec, d resource.Difference) bool {
	last := d.Path[len(d.Path)-1]
	if last.Sort == resource.FieldStep && slices.Contains(s.Labels, last.Name) && isText(d.From) && isText(d.To) {
		return true
	}
	narrows := last.Sort == resource.FieldStep && slices.Contains(s.Narrowing, last.Name)
	return d.From == nil && !narrows
}

func isText(v *resource.Value) bool { return v == nil || v.Kind == resource.StringValue }

func raw(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return v.JSON()
}

// severest returns the action of a resource: the most severe of its fields'.
func severest(fields []judged) Action {
	action := NoOp
	for _, f := range fields {
		action = max(action, f.change.Action)
	}
	return action
}
