package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// maxRenameDiff is the percentage of fields that may differ between a removed and a
// new resource that look like one renamed resource.
const maxRenameDiff = 20

// maxRenames is how many removed resources of a kind are compared with each new one.
const maxRenames = 50

// rename is a new resource and a removed one that look like one renamed document, or the
// resources of one kind of two such documents.
type rename struct{ from, to *node }

// looksRenamed finds documents that seem to have been renamed: without movedFrom, a dataflow
// is created again and reads its data again.
func looksRenamed(list []*node) []rename {
	gone := map[resource.Kind][]*node{}
	removed := map[resource.Address]*node{}
	for _, n := range list {
		if n.removes() {
			gone[n.change.Kind] = append(gone[n.change.Kind], n)
			removed[n.change.Address] = n
		}
	}
	was := map[string]string{} // name → the one that it seems to have had
	var out []rename
	for _, n := range list {
		if n.change.Action != Create || len(gone[n.change.Kind]) > maxRenames || was[n.change.Address.Name] != "" {
			continue
		}
		for _, old := range gone[n.change.Kind] {
			if isNearlySame(n, old) {
				was[n.change.Address.Name] = old.change.Address.Name
				out = append(out, rename{old, n})
				break
			}
		}
	}
	for _, n := range list {
		old := removed[resource.Address{Kind: n.change.Kind, Name: was[n.change.Address.Name]}]
		if n.change.Action == Create && old != nil && !slices.Contains(out, rename{old, n}) {
			out = append(out, rename{old, n})
		}
	}
	return out
}

// hintRenames notes where a document seems to have been renamed, once for each document.
func hintRenames(renames []rename) []Diagnostic {
	var out []Diagnostic
	hinted := map[string]bool{}
	for _, r := range renames {
		from, to := r.from.change.Address, r.to.change.Address
		if hinted[to.Name] {
			continue
		}
		hinted[to.Name] = true
		out = append(out, Diagnostic{
			Severity: "note", Code: "moved-from",
			Message: fmt.Sprintf("%s is created and %s removed, and the two are nearly the same", to, from),
			Help: fmt.Sprintf("if the document was renamed, write `lifecycle: {movedFrom: %s}`: "+
				"nothing is then created or removed", from.Name),
			Origin: r.to.change.Origin,
		})
	}
	return out
}

// isNearlySame compares a new resource with a removed one, without the names in
// references.
func isNearlySame(n, old *node) bool {
	spec := n.spec()
	if len(spec.Identifying) == 0 {
		return false
	}
	applied, desired := parse(old.entry.Applied), n.want()
	identified := false
	for _, field := range spec.Identifying {
		a, had := spec.Find(applied, field)
		b, has := spec.Find(desired, field)
		if had != has || had && !a.Equal(b) {
			return false
		}
		identified = identified || had
	}
	if !identified {
		return false
	}
	leaves := 0
	desired.Walk(func(_ resource.Path, v resource.Value) {
		if v.Kind != resource.ListValue && v.Kind != resource.ObjectValue {
			leaves++
		}
	})
	differ := 0
	for _, d := range spec.Diff(applied, desired) {
		if d.From == nil || d.To == nil || d.From.Kind != resource.RefValue || d.To.Kind != resource.RefValue {
			differ++
		}
	}
	return differ*100 <= leaves*maxRenameDiff
}

// hintDerivedNames notes where one line of a document renames several objects: their names derive
// from its title.
func hintDerivedNames(list []*node) []Diagnostic {
	var order []Origin
	renamed := map[Origin][]string{}
	parts := map[Origin]bool{} // of a dataflow
	for _, n := range list {
		if n.excluded || len(n.fields) == 0 {
			continue
		}
		desired := n.spec().Tree(n.desired)
		for _, f := range n.fields {
			if path := f.change.Path; path != "name" && path != "title" || f.change.Desired == nil {
				continue
			}
			at := fieldOrigin(n, desired, f)
			if at == (Origin{}) {
				continue
			}
			if renamed[at] == nil {
				order = append(order, at)
			}
			renamed[at] = append(renamed[at], n.change.Address.String())
			parts[at] = parts[at] || n.spec().Stops
		}
	}
	var out []Diagnostic
	for _, at := range order {
		if names := renamed[at]; len(names) > 1 {
			note := Diagnostic{
				Severity: "note", Code: string(diag.DerivedName), Origin: at,
				Message: fmt.Sprintf("this line renames %d objects, whose names derive from it: %s",
					len(names), strings.Join(names, ", ")),
			}
			if parts[at] {
				note.Help = "to keep the name of a part, give it a title of its own"
			}
			out = append(out, note)
		}
	}
	return out
}

// warnExpired warns of fields that count again, because the time in which others may change them is over.
func warnExpired(list []*node, e *env) []Diagnostic {
	var out []Diagnostic
	warned := map[source.Span]bool{}
	for _, n := range list {
		if n.resource == nil {
			continue
		}
		for _, i := range n.resource.Ignores {
			if i.Until.IsZero() || e.At.Before(i.Until) || warned[i.At] {
				continue
			}
			warned[i.At] = true
			last := i.Until.AddDate(0, 0, -1).Format(time.DateOnly)
			out = append(out, Diagnostic{
				Severity: "warning", Code: string(diag.IgnoreExpired), Origin: originOf(i.At),
				Message: fmt.Sprintf("changes of %s.%s were ignored until %s, and count again", n.change.Kind, i.Field, last),
				Help:    "remove the entry of `ignoreChanges`, or set a later day",
			})
		}
	}
	return out
}

// noteNewerVersions reports versions of mapping sets that no dataflow uses yet. They change nothing: the next version
// that an apply writes follows the newest.
func noteNewerVersions(e *env) []Diagnostic {
	var out []Diagnostic
	for _, l := range e.Live {
		if l.Newest == "" {
			continue
		}
		note := Diagnostic{
			Severity: diag.Note.String(), Code: string(diag.NewerVersion),
			Message: fmt.Sprintf("%s has version %s on the platform, but the dataflow uses version %s",
				l.Address, l.Newest, l.ETag),
			Help: "nothing is to be done; a change of the mappings is written as a later version",
		}
		if r, ok := e.graph.Get(l.Address); ok {
			note.Origin = originOf(r.Origin)
		}
		out = append(out, note)
	}
	return out
}
