package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// group is a set of similar changes.
type group struct {
	first   planner.Change
	names   []string
	origins []string // places in the documents, by name
	others  []group  // creations of the same names in other kinds
}

// bareNames returns the names of a group without their kind.
func (g group) bareNames() []string {
	out := make([]string, len(g.names))
	for i, name := range g.names {
		out[i] = strings.TrimPrefix(name, string(g.first.Address.Kind)+".")
	}
	return out
}

// mergeCreations joins groups that create the same names in several kinds, such as a
// dataflow and its parts.
func mergeCreations(groups []group) []group {
	var out []group
	index := map[string]int{}
	for _, g := range groups {
		if g.first.Action != planner.Create || len(g.names) < 2 || len(g.first.Guards) > 0 {
			out = append(out, g)
			continue
		}
		names := g.bareNames()
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

// single is a group of one change.
func single(ch planner.Change) group {
	return group{first: ch, names: []string{ch.Address.String()}, origins: []string{originText(ch.Origin)}}
}

// changeOrigin is the place of the first field that changes, or of the resource.
func changeOrigin(ch planner.Change) string {
	if ch.Action != planner.Create {
		for _, f := range fieldsShown(ch, false) {
			if f.Origin.Line > 0 {
				return originText(f.Origin)
			}
		}
	}
	return originText(ch.Origin)
}

// groupsOf groups changes with the same action, kind, field changes, effect, and guards,
// in the order of their first change. The bodies of creations may differ.
func (t planText) groupsOf(changes []planner.Change) []group {
	var out []group
	index := map[string]int{}
	for _, ch := range changes {
		key := t.signature(ch)
		i, known := index[key]
		if !known {
			i = len(out)
			index[key] = i
			out = append(out, single(ch))
			continue
		}
		if len(out[i].names) == 1 { // the fields of a group are printed once, without lines
			out[i].origins[0] = changeOrigin(out[i].first)
		}
		out[i].names = append(out[i].names, ch.Address.String())
		out[i].origins = append(out[i].origins, changeOrigin(ch))
	}
	return out
}

// signature is what the changes of a group have in common. It has no names of their own
// resources, so that `${source.a.id}` of flow.a and `${source.b.id}` of flow.b are equal.
func (t planText) signature(ch planner.Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|%s|%s", ch.Action, ch.Address.Kind, ch.Effect, ch.Reason)
	if ch.Start != nil {
		b.WriteString("|" + startText(*ch.Start, t.plan.At))
	}
	for _, g := range ch.Guards {
		b.WriteString("|" + g.Code + g.Flag)
	}
	if ch.Action != planner.Create {
		for _, f := range ch.Fields {
			text := strings.ReplaceAll(t.fieldText(ch.Address.Kind, f), "."+ch.Address.Name+".", ".NAME.")
			fmt.Fprintf(&b, "|%s %t", text, f.ForcesReplace)
		}
	}
	return b.String()
}

// groups writes a large plan by groups.
func (t planText) groups(changes []planner.Change) {
	for _, g := range mergeCreations(t.groupsOf(changes)) {
		t.group(g)
		t.line()
	}
	t.line(t.paint(dim, "Similar changes are grouped; --full shows each one with its place."))
	t.line()
}

// namesShown is how many names a group lists; one that destroys lists all.
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
	nouns := []string{resource.SpecOf(ch.Address.Kind).Noun}
	for _, o := range g.others {
		nouns = append(nouns, resource.SpecOf(o.first.Address.Kind).Noun)
		if effectText(o.first.Effect) != "" {
			ch.Effect = o.first.Effect
		}
	}
	noun := nouns[0]
	if len(nouns) > 1 {
		noun = "resource"
	}
	head := []string{
		"  ", t.paint(styleOf(ch.Action), ch.Action.Symbol()), " ", t.paint(bold, words.Count(len(g.names)*len(nouns), noun)),
		"  ", t.paint(plain, verbOf(ch.Action)),
	}
	if note := changeNote(planner.Change{Action: ch.Action, Reason: ch.Reason}, false); note != "" {
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
	names := g.bareNames()
	if !ch.Action.Destroys() && len(names) > namesShown {
		names = names[:namesShown]
	}
	for _, l := range output.Wrap(commas(names), t.width-len(changeIndent)) {
		t.line(changeIndent, t.paint(dim, l))
	}
	if rest := len(g.names) - len(names); rest > 0 {
		t.line(changeIndent, t.paint(dim, fmt.Sprintf("… %d more", rest)))
	}
}

func commas(names []string) []string {
	out := slices.Clone(names)
	for i := range out[:len(out)-1] {
		out[i] += ","
	}
	return out
}
