package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// group is a set of changes that say the same of different resources.
type group struct {
	first  planner.Change
	names  []string
	places []string // where the documents ask for each
	others []group  // further kinds of which just the same names are created
}

// bare is a name of the group without its kind.
func (g group) bare(i int) string {
	return strings.TrimPrefix(g.names[i], string(g.first.Address.Kind)+".")
}

// together joins groups of creations that are about the same names: a dataflow
// brings its parts along, and telling each kind apart would tell it seven times.
func together(groups []group) []group {
	var out []group
	index := map[string]int{}
	for _, g := range groups {
		if g.first.Action != planner.Create || len(g.names) < 2 || len(g.first.Guards) > 0 {
			out = append(out, g)
			continue
		}
		names := make([]string, len(g.names))
		for i := range g.names {
			names[i] = g.bare(i)
		}
		slices.Sort(names)
		key := strings.Join(names, " ")
		if i, known := index[key]; known {
			out[i].others = append(out[i].others, g)
			continue
		}
		index[key] = len(out)
		out = append(out, g)
	}
	return out
}

// alone is a group of one change.
func alone(ch planner.Change) group {
	return group{first: ch, names: []string{ch.Address.String()}, places: []string{placeOf(ch)}}
}

// placeOf is the line that a reviewer wants to see: of the first field that
// changes, else of the resource.
func placeOf(ch planner.Change) string {
	if ch.Action != planner.Create {
		for _, f := range fieldsShown(ch, false) {
			if f.Origin.Line > 0 {
				return originText(f.Origin)
			}
		}
	}
	return originText(ch.Origin)
}

// groupsOf gathers alike changes: same action, kind, field changes, effect and
// guards. Creations are alike whatever their bodies hold. Order: that of the
// first change of each group.
func groupsOf(changes []planner.Change) []group {
	var out []group
	index := map[string]int{}
	for _, ch := range changes {
		key := signature(ch)
		i, known := index[key]
		if !known {
			i = len(out)
			index[key] = i
			out = append(out, alone(ch))
			continue
		}
		out[i].names = append(out[i].names, ch.Address.String())
		out[i].places = append(out[i].places, placeOf(ch))
	}
	return out
}

// signature is what two changes must share to be told together. The names of
// the resources themselves are taken out, so that `${source.a.id}` of flow.a
// and `${source.b.id}` of flow.b are alike.
func signature(ch planner.Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|%s|%s", ch.Action, ch.Address.Kind, ch.Effect, ch.Reason)
	if ch.Start != nil {
		b.WriteString("|" + ch.Start.String())
	}
	for _, g := range ch.Guards {
		b.WriteString("|" + g.Code + g.Flag)
	}
	if ch.Action != planner.Create {
		for _, f := range ch.Fields {
			text := strings.ReplaceAll(fieldText(ch.Address.Kind, f), "."+ch.Address.Name+".", ".NAME.")
			fmt.Fprintf(&b, "|%s %t", text, f.ForcesReplace)
		}
	}
	return b.String()
}

// groups writes a large plan: each group once, with the names it is about.
func (t planText) groups(changes []planner.Change) {
	list := together(groupsOf(changes))
	// What is told of many resources at once comes first within its part.
	slices.SortStableFunc(list, func(a, b group) int {
		if a.first.Action.Destroys() != b.first.Action.Destroys() {
			if a.first.Action.Destroys() {
				return 1
			}
			return -1
		}
		return 0
	})
	for _, g := range list {
		t.group(g)
		t.line()
	}
	t.line(t.paint(dim, "Alike changes are told together; --full shows each of them with its place."))
	t.line()
}

// namesShown is how many names a group lists. What destroys is always named in
// full.
const namesShown = 12

func (t planText) group(g group) {
	if len(g.names) == 1 {
		ch := g.first
		if ch.Action == planner.Create {
			ch.Desired = nil
		}
		t.change(ch, 0, 0)
		return
	}
	ch := g.first
	noun := resource.SpecOf(ch.Address.Kind).Noun
	head := []string{"  ", t.paint(styleOf(ch.Action), ch.Action.Symbol()), " ", t.paint(bold, count(len(g.names), noun)), "  ", t.paint(plain, verbOf(ch.Action))}
	nouns := []string{noun}
	if len(g.others) > 0 {
		for _, o := range g.others {
			nouns = append(nouns, resource.SpecOf(o.first.Address.Kind).Noun)
			if effectText(o.first.Effect) != "" {
				ch.Effect = o.first.Effect
			}
		}
		head = append(head[:3], t.paint(bold, count(len(g.names)*len(nouns), "resource")), "  ", t.paint(plain, verbOf(ch.Action)))
	}
	if note := changeNote(groupNote(ch), false); note != "" {
		head = append(head, "  ", t.paint(dim, "# "+note))
	}
	t.line(head...)
	if len(nouns) > 1 {
		t.hanging(plain, "", "one each of "+strings.Join(nouns, ", "))
	}
	if ch.Action != planner.Create {
		for _, f := range fieldsShown(ch, false) {
			f.Origin = planner.Origin{}
			t.field(ch.Address.Kind, f, planner.Origin{}, false)
		}
	}
	ch.Desired = nil
	t.closing(ch)
	names := make([]string, len(g.names))
	for i := range names {
		names[i] = g.bare(i)
	}
	if !ch.Action.Destroys() && len(names) > namesShown {
		names = names[:namesShown]
	}
	for _, l := range wrap(commas(names), t.width-len(changeIndent)) {
		t.line(changeIndent, t.paint(dim, l))
	}
	if rest := len(g.names) - len(names); rest > 0 {
		t.line(changeIndent, t.paint(dim, fmt.Sprintf("… %d more", rest)))
	}
}

// groupNote keeps of a change what holds for the whole group.
func groupNote(ch planner.Change) planner.Change {
	return planner.Change{Action: ch.Action, Reason: ch.Reason}
}

func commas(names []string) []string {
	out := slices.Clone(names)
	for i := range out[:len(out)-1] {
		out[i] += ","
	}
	return out
}
