package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Between writes how two targets differ: in their documents, then in their lockfiles.
func Between(w io.Writer, targets [2]string, list []planner.Divergence, o Options) error {
	c := newCanvas(o)
	if len(list) == 0 {
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
	c.line()
	c.line(Count(resourcesOf(list), "resource") + " differ between " + targets[0] + " and " + targets[1] + ".")
	return flush(w, c)
}

// BetweenMarkdown writes the same for a pull request.
func BetweenMarkdown(w io.Writer, targets [2]string, list []planner.Divergence) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s and %s\n\n", code(targets[0]), code(targets[1]))
	if len(list) == 0 {
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
	if len(list) > 0 {
		fmt.Fprintf(&b, "\n%s differ.\n", Count(resourcesOf(list), "resource"))
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
