package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// connections are the resources of connections from c0000 up to n, without the first ones.
func connections(without, n int) *resource.Graph {
	var list []resource.Resource
	for i := without; i < n; i++ {
		name := fmt.Sprintf("c%04d", i)
		body := resource.NewBody(resource.Object(resource.F("name", resource.String(name))))
		list = append(list, resource.Resource{Address: resource.Address{Kind: resource.Connection, Name: name}, Body: body})
	}
	return resource.NewGraph(list)
}

// TestMassDelete: a plan needs a further word when it removes at least ten
// resources that are more than a quarter of all, or everything there is.
func TestMassDelete(t *testing.T) {
	for _, c := range []struct {
		removed, of int
		want        bool
		o           planner.Options
	}{
		{removed: 0, of: 20},
		{removed: 1, of: 2},
		{removed: 9, of: 10},
		{removed: 9, of: 35},
		{removed: 10, of: 11, want: true},
		{removed: 10, of: 39, want: true},
		{removed: 10, of: 40},
		{removed: 11, of: 40, want: true},
		{removed: 19, of: 40, want: true},
		{removed: 25, of: 100},
		{removed: 26, of: 100, want: true},
		{removed: 1, of: 1, want: true},
		{removed: 9, of: 9, want: true},
		{removed: 30, of: 40, o: planner.Options{AllowMassDelete: true}},
		{removed: 9, of: 9, o: planner.Options{AllowMassDelete: true}},
		{removed: 40, of: 40, o: planner.Options{Destroy: true}},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.removed, c.of), func(t *testing.T) {
			c.o.At = now
			p, _ := planner.Diff(applied(t, connections(0, c.of)), connections(c.removed, c.of), c.o)
			if p.Summary.Delete != c.removed {
				t.Fatalf("%d are removed", p.Summary.Delete)
			}
			guarded := p.Guarded()
			if c.want != (len(guarded) > 0) || p.Applyable == c.want {
				t.Errorf("%d changes have a guard, applyable is %t", len(guarded), p.Applyable)
			}
			if c.want && len(guarded) != c.removed {
				t.Errorf("%d of %d removals have the guard", len(guarded), c.removed)
			}
			for _, ch := range guarded {
				g := ch.Guards[0]
				if len(ch.Guards) != 1 || g.Code != "mass-delete" || g.Flag != "--allow-mass-delete" ||
					!strings.Contains(g.Message, fmt.Sprint(c.removed)) {
					t.Errorf("guards %+v", ch.Guards)
				}
			}
		})
	}
}

// TestMassDeleteCounts: what is not removed by this plan, or not by its documents,
// does not count as removed; entries without an object are not there.
func TestMassDeleteCounts(t *testing.T) {
	lock := applied(t, connections(0, 40))
	leftOver, empty := lock.Clone(), lock.Clone()
	for i := range 40 {
		a := lock.Entries[i].Address
		if i >= 30 {
			e, _ := leftOver.Get(a)
			e.Deposed = []lockfile.Deposed{{Kind: a.Kind, ID: "old-" + a.Name, StepsLeft: []string{"delete"}}}
			leftOver.Put(e)
		}
		if i >= 39 {
			e, _ := empty.Get(a)
			e.ID = ""
			empty.Put(e)
		}
	}
	for _, c := range []struct {
		name string
		lock *lockfile.Lock
		o    planner.Options
		want bool
	}{
		{"ten of forty", lock, planner.Options{}, false},
		{"and ten that are left over", leftOver, planner.Options{}, false},
		{"one of the others has no object", empty, planner.Options{}, true},
		{"and one removal is left out", empty, planner.Options{Exclude: []resource.Address{lock.Entries[0].Address}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.At = now
			p, _ := planner.Diff(c.lock, connections(10, 40), c.o)
			if got := len(p.Guarded()) > 0; got != c.want {
				t.Errorf("guarded %t", got)
			}
		})
	}
}

// TestRenameHint: a removed and a new resource that differ in up to a fifth of their
// fields, and in none that identifies them, look like one that was renamed.
func TestRenameHint(t *testing.T) {
	source := func(name, table string, other ...string) resource.Resource {
		fields := []resource.Field{resource.F("name", resource.String("n"))}
		for i, v := range other {
			fields = append(fields, resource.F(fmt.Sprintf("p%d", i), resource.String(v)))
		}
		body := resource.Object(append(fields, resource.F("params", resource.Object(resource.F("tableName",
			resource.String(table)))))...)
		return resource.Resource{Address: resource.Address{Kind: resource.Source, Name: name}, Body: resource.NewBody(body)}
	}
	same := slices.Repeat([]string{"x"}, 8) // ten fields with the name and the table
	differ := func(n int) []string { return append(slices.Repeat([]string{"y"}, n), same[n:]...) }
	for _, c := range []struct {
		name string
		next resource.Resource
		want bool
	}{
		{"no field", source("b", "t", same...), true},
		{"two fields of ten", source("b", "t", differ(2)...), true},
		{"three fields of ten", source("b", "t", differ(3)...), false},
		{"the table", source("b", "u", same...), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			lock := applied(t, resource.NewGraph([]resource.Resource{source("a", "t", same...)}))
			p, _ := planner.Diff(lock, resource.NewGraph([]resource.Resource{c.next}), planner.Options{At: now})
			if got := len(p.Diagnostics) == 1 && strings.Contains(p.Diagnostics[0].Help, "movedFrom: a"); got != c.want {
				t.Errorf("diagnostics %+v", p.Diagnostics)
			}
		})
	}
}
