package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// Unmanaged writes a table of the objects that no entry of a lockfile owns, by kind.
func Unmanaged(w io.Writer, list []resource.Unmanaged, o Options) error {
	c := newCanvas(o)
	if len(list) == 0 {
		c.line("Every object of the sandbox belongs to this project.")
		return flush(w, c)
	}
	t := newTable(c, "NAME", "KIND", "WHAT", "CREATED (UTC)", "ID")
	orphans := 0
	for _, u := range list {
		id := u.ID
		if !o.Full {
			id = strings.TrimSuffix(shortID(id), "…")
		}
		what := cmp.Or(u.What, u.State)
		if u.What == resource.IsOrphan {
			orphans++
		}
		if len(u.UsedBy) > 0 && u.What == "" {
			what = usedBy(u.UsedBy)
		}
		t.row(plain, []string{cmp.Or(u.Name, "-"), resource.SpecOf(u.Kind).Noun, what, timeText(u.Created), id})
	}
	t.write()
	c.line()
	c.line(fmt.Sprintf("%s in no lockfile of this project, %s among them.",
		Count(len(list), "object"), Count(orphans, "orphan")))
	return flush(w, c)
}

func usedBy(names []string) string {
	text := "used by " + names[0]
	if more := len(names) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
