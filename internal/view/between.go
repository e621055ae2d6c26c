package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// Compared are the names of two targets that are compared, and to which of them nothing was applied.
type Compared struct {
	Names  [2]string
	AreNew [2]bool
}

// Between writes how two targets differ: in their documents, then in their lockfiles.
func Between(w io.Writer, what Compared, list []planner.Divergence, o Options) error {
	c, targets, all := newCanvas(o), what.Names, list
	list, note := what.withoutNew(list)
	if len(all) == 0 {
		c.line(c.paint(green, fmt.Sprintf("No difference between %s and %s.", targets[0], targets[1])))
		return flush(w, c)
	}
	in := ""
	for _, d := range list {
		if d.In != in {
			if in != "" {
				c.line()
			}
			in = d.In
			c.line(c.paint(bold, betweenHead(in, targets)))
		}
		c.line("  ", c.paint(bold, d.Address.String()), c.paint(dim, betweenNotes(d, targets)))
		t := newTable(c, "    "+"FIELD", strings.ToUpper(targets[0]), strings.ToUpper(targets[1]))
		t.folds = []int{1, 2}
		for _, f := range d.Fields {
			t.row(plain, []string{"    " + f.Path, sideText(f.Values[0]), sideText(f.Values[1])})
		}
		if len(d.Fields) > 0 {
			t.write()
		}
	}
	if len(list) > 0 {
		c.line()
	}
	if note != "" {
		c.line(note)
	}
	c.line(words.Count(resourcesOf(all), "resource") + " differ between " + targets[0] + " and " + targets[1] + ".")
	return flush(w, c)
}

// withoutNew returns a list without what only the other target of a new one has, and a note that says so instead.
func (c Compared) withoutNew(list []planner.Divergence) (rest []planner.Divergence, note string) {
	only := [2]int{}
	for _, d := range list {
		i := slices.Index(d.Has[:], true)
		if d.In == planner.InLockfiles && i >= 0 && !d.Has[1-i] && c.AreNew[1-i] {
			only[i]++
			continue
		}
		rest = append(rest, d)
	}
	for i, n := range only {
		if n > 0 {
			note = fmt.Sprintf("Nothing was applied to %s yet: only %s has %s.", c.Names[1-i], c.Names[i],
				words.Count(n, "resource"))
		}
	}
	return rest, note
}

// BetweenMarkdown writes the same for a pull request.
func BetweenMarkdown(w io.Writer, what Compared, list []planner.Divergence) error {
	var b strings.Builder
	targets, all := what.Names, list
	list, note := what.withoutNew(list)
	fmt.Fprintf(&b, "### %s and %s\n\n", code(targets[0]), code(targets[1]))
	if len(all) == 0 {
		b.WriteString("No difference.\n")
	}
	in := ""
	for _, d := range list {
		if d.In != in {
			if in != "" {
				b.WriteString("\n")
			}
			in = d.In
			fmt.Fprintf(&b, "#### %s\n\n", betweenHead(in, [2]string{code(targets[0]), code(targets[1])}))
			fmt.Fprintf(&b, "| resource | field | %s | %s |\n| --- | --- | --- | --- |\n", code(targets[0]), code(targets[1]))
		}
		name := cell(code(d.Address.String())) + escapeMarkdown(betweenNotes(d, targets))
		if len(d.Fields) == 0 {
			fmt.Fprintf(&b, "| %s | | %s | %s |\n", name, isThere(d.Has[0]), isThere(d.Has[1]))
		}
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, cell(code(f.Path)), cell(code(sideText(f.Values[0]))),
				cell(code(sideText(f.Values[1]))))
			name = ""
		}
	}
	if note != "" {
		if len(list) > 0 {
			b.WriteString("\n")
		}
		b.WriteString(escapeMarkdown(note) + "\n")
	}
	if len(all) > 0 {
		fmt.Fprintf(&b, "\n%s differ.\n", words.Count(resourcesOf(all), "resource"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func betweenHead(in string, targets [2]string) string {
	if in == planner.InDocuments {
		return "Documents for " + targets[0] + " and for " + targets[1]
	}
	return "Applied to " + targets[0] + " and to " + targets[1] + ", beyond what the documents say"
}

// betweenNotes says which target has a resource, what was not applied yet, and which versions there are.
func betweenNotes(d planner.Divergence, targets [2]string) string {
	var notes []string
	for i, name := range targets {
		if d.Has[i] && !d.Has[1-i] {
			notes = append(notes, "only in "+name)
		}
	}
	for i, name := range targets {
		if !d.Applied[i] {
			notes = append(notes, "not applied to "+name)
		}
	}
	if v := d.Versions; v[0] != v[1] && v[0] != "" && v[1] != "" {
		notes = append(notes, "versions "+v[0]+" and "+v[1])
	}
	if len(notes) == 0 {
		return ""
	}
	return "  " + strings.Join(notes, ", ")
}

func sideText(v *resource.Value) string {
	if v == nil {
		return "-"
	}
	return valueText(*v)
}

func isThere(has bool) string {
	if has {
		return "yes"
	}
	return "no"
}

func resourcesOf(list []planner.Divergence) int {
	seen := map[resource.Address]bool{}
	for _, d := range list {
		seen[d.Address] = true
	}
	return len(seen)
}
