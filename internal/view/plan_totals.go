package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// SummaryLine is the totals of a plan on one line, without zeros.
func SummaryLine(s planner.Summary) string {
	planned := tally{}.add(s.Create, "to create").add(s.Update, "to update").add(s.Replace, "to replace").
		add(s.Delete, "to delete").add(s.Import, "to adopt").add(s.Move, "to rename").add(s.Forget, "to forget")
	kept := tally{}.add(s.NoOp, "unchanged").add(s.Drift, "drifted")
	return "Plan: " + strings.Join(append(planned.joined(), kept...), "; ")
}

// tally collects the counts that are not zero.
type tally []string

func (t tally) add(n int, what string) tally {
	if n == 0 {
		return t
	}
	return append(t, fmt.Sprintf("%d %s", n, what))
}

func (t tally) joined() tally {
	if len(t) == 0 {
		return nil
	}
	return tally{strings.Join(t, ", ")}
}

// emptyLine says that a plan has no changes, and what it was compared with or what it leaves out.
func emptyLine(p *planner.Plan) string {
	if !p.Complete {
		return "No changes among the selected resources. The selection leaves out resources that change."
	}
	what := "What was last applied to " + p.Target.Name
	if p.Refreshed && p.Summary.Drift == 0 {
		what = "The platform"
	}
	if p.Summary.NoOp == 0 {
		return "No changes. The documents define nothing, and nothing is applied to " + p.Target.Name + "."
	}
	return fmt.Sprintf("No changes. %s matches the documents: %s.", what, words.Count(p.Summary.NoOp, "resource"))
}

// totals writes the counts, the effects on the data, and the refusals.
func (t planText) totals(changes []planner.Change) {
	p := t.plan
	if len(changes) == 0 {
		t.wrapped(green, "", emptyLine(p))
		if p.Summary.Drift > 0 {
			t.line(t.paint(yellow, words.Count(p.Summary.Drift, "resource")+" drifted on the platform; see above."))
		}
		return
	}
	line := SummaryLine(p.Summary) + "."
	if n := p.Calls(); n > 0 {
		line += " " + words.Count(n, "call") + "."
	}
	t.wrapped(bold, "", line)
	for i, e := range effectsOf(changes) {
		head := "Data: "
		if i > 0 {
			head = "      "
		}
		t.wrapped(effectStyle(e.effect), head, string(e.effect)+" ("+Few(e.names, 4)+")")
	}
	if !p.Complete {
		t.line(t.paint(yellow, "Only a part of the project was planned."))
	}
	t.refusals(changes)
}

type effectGroup struct {
	effect planner.Effect
	names  []string
}

// effectsOf groups the changes by their effect on the data, worst first.
func effectsOf(changes []planner.Change) []effectGroup {
	order := []planner.Effect{
		planner.EffectLost, planner.EffectGap, planner.EffectSenders, planner.EffectAddress, planner.EffectReingests,
		planner.EffectDuplicates, planner.EffectStops, planner.EffectFuture,
	}
	var out []effectGroup
	index := map[planner.Effect]int{}
	for _, e := range order {
		index[e] = len(out)
		out = append(out, effectGroup{effect: e})
	}
	for _, ch := range changes {
		if effectText(ch.Effect) == "" {
			continue
		}
		i, known := index[ch.Effect]
		if !known {
			i = len(out)
			index[ch.Effect] = i
			out = append(out, effectGroup{effect: ch.Effect})
		}
		out[i].names = append(out[i].names, ch.Address.String())
	}
	var used []effectGroup
	for _, g := range out {
		if len(g.names) > 0 {
			used = append(used, g)
		}
	}
	return used
}

// Few lists n names and counts the others; it lists n+1 names in full.
func Few(names []string, n int) string {
	if len(names) <= n+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

// Refusal is a flag and the addresses of the changes that it allows. Without a flag, todo says what to do about them.
type Refusal struct {
	Flag  string
	todo  string // with %s for the addresses
	Names []string
}

// Todo says what to do about changes that no flag allows, given their addresses as a text.
func (r Refusal) Todo(names string) string { return fmt.Sprintf(r.todo, names) }

// todoOf is what to do about a guard that no flag allows.
func todoOf(g planner.Guard) string {
	switch g.Code {
	case "state", "schema-change":
		return "undo the change to %s"
	case "hidden":
		return "the platform does not show %s: use a client with its labels, try again later if it is new, " +
			"or forget it with `aepflow state rm`"
	default:
		return "the refusal says what to do about %s"
	}
}

// Headings of the refusals that a flag allows, and of those that none allows.
const (
	unlessText  = "Apply refuses this plan unless it is given:"
	refusedPlan = "Apply refuses this plan as a whole, and no flag allows it:"
	refusedText = "Apply refuses this plan, and no flag allows it;"
)

// Refusals groups the guarded changes by the flag that allows them, and those that no flag allows by what to do.
func Refusals(changes []planner.Change) (flagged, refused []Refusal) {
	for _, ch := range changes {
		for _, g := range ch.Guards {
			if g.Flag == "" {
				refused = refusedFor(refused, Refusal{todo: todoOf(g)}, ch.Address.String())
			} else {
				flagged = refusedFor(flagged, Refusal{Flag: g.Flag}, ch.Address.String())
			}
		}
	}
	return flagged, refused
}

// refusedFor adds a name to the refusals of its group, once.
func refusedFor(list []Refusal, group Refusal, name string) []Refusal {
	i := slices.IndexFunc(list, func(r Refusal) bool { return r.Flag == group.Flag && r.todo == group.todo })
	if i < 0 {
		i = len(list)
		list = append(list, group)
	}
	if !slices.Contains(list[i].Names, name) {
		list[i].Names = append(list[i].Names, name)
	}
	return list
}

func (t planText) refusals(changes []planner.Change) {
	if t.options.Applying {
		return // apply says why it refuses
	}
	flagged, refused := Refusals(changes)
	for _, g := range t.plan.Guards {
		t.wrapped(red, "", refusedPlan+" "+g.Message)
	}
	if len(flagged) == 0 && len(refused) == 0 {
		if !t.plan.Applyable && len(t.plan.Guards) == 0 {
			t.line(t.paint(red, "This plan cannot be applied."))
		}
		return
	}
	for _, r := range refused {
		t.wrapped(red, "", refusedText+" "+r.Todo(Few(r.Names, 6)))
	}
	if len(flagged) > 0 {
		t.line(t.paint(red, unlessText))
	}
	for _, r := range flagged {
		t.wrapped(bold, "  ", r.Flag+"  for "+Few(r.Names, 6))
	}
}

// destroyed lists what a plan destroys, which -q shows too.
func (t planText) destroyed(changes []planner.Change) {
	for _, ch := range changes {
		if ch.Action.Destroys() {
			t.line(t.paint(styleOf(ch.Action), ch.Action.Symbol()), " ", t.paint(plain, ch.Address.String()),
				"  ", t.paint(dim, verbOf(ch.Action)))
		}
	}
}

func (t planText) diagnostics() { t.notices(t.plan.Diagnostics) }

func (t planText) notices(list []planner.Diagnostic) {
	for _, d := range list {
		st := yellow
		if d.Severity == "error" {
			st = red
		}
		for i, l := range t.lines(d.Message+" ["+d.Code+"]", len(d.Severity)+2) {
			head := t.paint(st, d.Severity) + ": "
			if i > 0 {
				head = strings.Repeat(" ", len(d.Severity)+2)
			}
			t.line(head, t.paint(plain, l))
		}
		if at := originText(d.Origin); at != "" {
			t.line("  --> ", t.paint(plain, fmt.Sprintf("%s:%d", at, d.Origin.Column)))
		}
		if d.Help != "" {
			t.wrapped(plain, "  = help: ", d.Help)
		}
	}
	if len(list) > 0 {
		t.line()
	}
}

// drift shows what changed on the platform since the last apply.
func (t planText) drift() {
	if len(t.plan.Drift) == 0 {
		return
	}
	t.line(t.paint(bold, "Drift: changed on the platform since the last apply"))
	for _, ch := range t.plan.Drift {
		t.remarked("  "+t.paint(yellow, "!")+" "+t.paint(bold, ch.Address.String()), ch)
		for _, f := range ch.Fields {
			t.driftField(ch.Address.Kind, f)
		}
	}
	t.line()
}

// driftField shows the applied and the live value of a field, and the desired one if it
// is a third.
func (t planText) driftField(kind resource.Kind, f planner.FieldChange) {
	line := changeIndent + t.paint(yellow, "!") + " " + t.paint(plain, fieldName(kind, f.Path)) + ": "
	if f.Secret {
		t.line(line, t.paint(cyan, secretText(f)))
		return
	}
	line += "applied " + t.paint(plain, t.sideText(kind, f.Path, f.Applied, "(absent)"))
	line += ", live " + t.paint(yellow, t.sideText(kind, f.Path, f.Live, "(absent)"))
	if f.Desired != nil && string(f.Desired) != string(f.Applied) {
		line += ", desired " + t.paint(green, t.sideText(kind, f.Path, f.Desired, ""))
	}
	if f.Class != "" {
		line += "  " + t.paint(dim, "("+f.Class+")")
	}
	t.line(line)
}
