package view

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/aepflow/aepflow/planner"
)

// A reviewer who goes from the terminal to the pull request finds the same changes in
// the same order, with the same lines.
func TestFormatsAgree(t *testing.T) {
	var changes []planner.Change
	for _, p := range []*planner.Plan{firstPlan(), renamed(), scheduleChange(), columnAdded(), removed()} {
		for _, ch := range p.Changes {
			if !slices.ContainsFunc(changes, func(c planner.Change) bool { return c.Address == ch.Address }) {
				changes = append(changes, ch)
			}
		}
	}
	p := plan(7, 0, changes...)
	text := sections(render(t, p, Options{}), `(?m)^  \S+ ([a-z]+\.[a-z-]+)  +.*`)
	if len(text) != len(changes) {
		t.Fatalf("%d of %d changes in the text", len(text), len(changes))
	}
	deleted := func(ch planner.Change) bool { return ch.Action == planner.Delete }
	if first := changes[slices.IndexFunc(changes, deleted)]; first.Address.String() != text[0].address {
		t.Errorf("the text begins with %s, expected %s, which is deleted", text[0].address, first.Address)
	}
	for format, got := range map[string][]section{
		"Markdown": sections(md(t, p), "(?m)^\\| `([a-z]+\\.[a-z-]+)` \\|.*"),
		"HTML":     sections(htmlOf(t, p), `<b>([a-z]+\.[a-z-]+)</b></span> <span class="dim">`),
	} {
		if !slices.EqualFunc(text, got, func(a, b section) bool {
			return a.address == b.address && slices.Equal(a.lines, b.lines)
		}) {
			t.Errorf("%s\n %v\ntext\n %v", format, got, text)
		}
	}
}

// section is a change in one format with the numbers of the lines that it names.
type section struct {
	address string
	lines   []string
}

var (
	lineNumber = regexp.MustCompile(`(?:yaml:|line )([0-9]+)`)
	endOfList  = regexp.MustCompile(`(?m)^Plan: |^<details>|<h2`)
)

// sections cuts an output at the heads of its changes.
func sections(out, head string) []section {
	var list []section
	heads := regexp.MustCompile(head).FindAllStringSubmatchIndex(out, -1)
	for i, at := range heads {
		end := len(out)
		if i < len(heads)-1 {
			end = heads[i+1][0]
		} else if stop := endOfList.FindStringIndex(out[at[1]:]); stop != nil {
			end = at[1] + stop[0]
		}
		lines := map[string]bool{}
		for _, m := range lineNumber.FindAllStringSubmatch(out[at[0]:end], -1) {
			lines[m[1]] = true
		}
		list = append(list, section{out[at[2]:at[3]], slices.Sorted(maps.Keys(lines))})
	}
	return list
}
