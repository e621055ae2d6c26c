package planner

import (
	"encoding/json"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// fieldDiff is a field change with what it asks of its resource.
type fieldDiff struct {
	change  FieldChange
	path    resource.Path
	rule    resource.Path // the path that the row of the table rules as one
	trait   resource.Trait
	refused bool // neither update nor replacement is safe
}

// diffField decides what one difference leads to, by its row in the table.
func diffField(s *resource.Spec, d resource.Difference, p phase) fieldDiff {
	trait, rule := s.TraitOf(d.Path)
	f := fieldDiff{path: d.Path, rule: rule, trait: trait}
	f.change = FieldChange{
		Path: d.Path.String(), Action: Update, Reason: trait.Why, Applied: raw(d.From), Desired: raw(d.To),
	}
	switch trait.Does {
	case resource.InPlace:
		switch {
		case trait.While == resource.Recurring && p.fixed, trait.While == resource.BeforeStart && p.started,
			trait.While == resource.Draft && !p.draft:
			f.change.Action = Replace
		case trait.While != resource.Always:
			f.change.Reason = "" // of the replacement that is not necessary
		}
		if d.Path.String() == s.Frequency && p.started && d.To != nil && d.To.Text == "once" {
			f.change.Action = Replace
			f.change.Reason = "a recurring flow that has started cannot become a one-time flow"
		}
	case resource.Additive:
		f.refused = !isAddition(s, d)
	case resource.RequiresReplace:
		f.change.Action = Replace
	case resource.Immutable:
		f.refused = true
	}
	f.change.ForcesReplace = f.change.Action == Replace
	return f
}

// isAddition reports whether a difference only adds, or only changes a label.
func isAddition(s *resource.Spec, d resource.Difference) bool {
	if slices.ContainsFunc(d.Path, func(at resource.Step) bool { return slices.Contains(s.Free, at.Name) }) {
		return true
	}
	last := d.Path[len(d.Path)-1]
	if last.Sort != resource.FieldStep {
		return d.From == nil
	}
	if slices.Contains(s.Labels, last.Name) && isLeaf(d.From) && isLeaf(d.To) {
		return true
	}
	return d.From == nil && !slices.Contains(s.Narrowing, last.Name)
}

// isLeaf reports whether a value is absent or a scalar: no field that has the name of a label.
func isLeaf(v *resource.Value) bool {
	return v == nil || v.Kind != resource.ObjectValue && v.Kind != resource.ListValue
}

func raw(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return v.JSON()
}

// severest returns the action of a resource: the most severe of its fields'.
func severest(fields []fieldDiff) Action {
	action := NoOp
	for _, f := range fields {
		action = max(action, f.change.Action)
	}
	return action
}

// pathsOf are the paths of fields as they are printed.
func pathsOf(fields []fieldDiff) map[string]bool {
	out := make(map[string]bool, len(fields))
	for _, f := range fields {
		out[f.change.Path] = true
	}
	return out
}
