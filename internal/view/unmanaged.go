package view

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
)

// Unmanaged writes a table of the objects that no entry of a lockfile owns, by kind. Those of destinations and of the
// platform itself are only counted, unless everything is wanted.
func Unmanaged(w io.Writer, list []resource.Unmanaged, o Options) error {
	c := newCanvas(o)
	var foreign []string
	if !o.Full {
		list, foreign = withoutForeign(list)
	}
	if len(list)+len(foreign) == 0 {
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
	if len(list) > 0 {
		t.write()
		c.line()
	}
	c.line(fmt.Sprintf("%s in no lockfile of this project, %s among them.",
		words.Count(len(list), "object"), words.Count(orphans, "orphan")))
	if len(foreign) > 0 {
		c.line("Not listed without --full: " + strings.Join(foreign, ", ") + ".")
	}
	return flush(w, c)
}

// withoutForeign returns a list without what no document can describe, and how much of it there is.
func withoutForeign(list []resource.Unmanaged) (rest []resource.Unmanaged, foreign []string) {
	counts := map[string]int{}
	for _, u := range list {
		switch u.What {
		case resource.IsDestination:
			counts["of destinations"]++
		case resource.IsInternal, resource.IsSystem:
			counts["of the platform's own"]++
		default:
			rest = append(rest, u)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		foreign = append(foreign, words.Count(counts[what], "object")+" "+what)
	}
	return rest, foreign
}

func usedBy(names []string) string {
	text := "used by " + names[0]
	if more := len(names) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
