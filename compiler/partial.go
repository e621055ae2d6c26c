package compiler

import (
	"iter"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
)

// A document with faults of shape is resolved all the same, so that one run reports
// everything: an unknown connector does not hide an interval that is too short.
// What could only follow from a fault of shape is left out.

// dependsOn says which other keys of a document the rules about a key look at.
var dependsOn = map[string][]string{
	"database":   {"table", "files", "rest", "stream"},
	"table":      {"database", "files", "rest", "stream"},
	"files":      {"schedule"},
	"stream":     {"state"},
	"schedule":   {"state", "stream"},
	"options":    {"stream"},
	"filter":     {"columns", "database", "files", "rest", "stream"},
	"cdc":        {"columns", "database", "files", "rest", "stream", "target"},
	"delta":      {"schedule", "columns", "files", "rest", "stream", "cdc"},
	"mappings":   {"columns", "target", "files", "state", "stream", "cdc", "mappingSet"},
	"columns":    {"mappings", "delta", "files", "stream", "cdc"},
	"tests":      {"mappings", "columns", "files", "stream"},
	"target":     {"mappings"},
	"lifecycle":  {"target"},
	"identities": {"class", "fieldGroups", "fields"},
	"profile":    {"identities", "schema"},

	"referenceIdentities": {"class", "fieldGroups", "fields", "relationships"},
	"relationships":       {"class", "fieldGroups", "fields", "referenceIdentities"},
	"displayNames":        {"class", "fieldGroups", "fields"},
	"deprecated":          {"class", "fieldGroups", "fields"},
}

// decodePartial returns a document with faults of shape as far as it can be read,
// and the paths that have faults. Nil when there is nothing to go on.
func decodePartial(u unit, found *diag.Report, tenant string) *partial {
	if u.doc.Root.Kind != document.MapKind || u.kind == "" {
		return nil
	}
	partly := partial{unit: u}
	partly.faulty = newFaultyPaths(found.Sorted())
	partly.faulty.addMisspelled(u.kind, nil, u.doc.Root)
	partly.take(decode.ReadPart(partly.doc), tenant) // its faults are known from the check
	return &partly
}

// partial is a document that is read in part.
type partial struct {
	unit
	faulty faultyPaths
}

// faultyPaths are the paths of a document that have faults of shape.
type faultyPaths struct {
	at    map[string]bool // the paths
	above map[string]bool // and all levels above one
	top   map[string]bool // the top keys of the paths
}

func newFaultyPaths(found []diag.Diagnostic) faultyPaths {
	f := faultyPaths{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, d := range found {
		f.add(d.Path)
	}
	return f
}

func (f *faultyPaths) add(path string) {
	f.at[path], f.top[topKey(path)] = true, true
	for p := range levels(path) {
		f.above[p] = true
	}
}

// levels are a path and the levels above it, but the root.
func levels(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 1; i < len(path); i++ {
			if (path[i] == '.' || path[i] == '[') && !yield(path[:i]) {
				return
			}
		}
		if path != "" {
			yield(path)
		}
	}
}

// hides reports whether a fault could only follow from a fault of shape.
func (p *partial) hides(d diag.Diagnostic) bool {
	key := topKey(d.Path)
	if key == "" || d.Severity != diag.Error {
		return true
	}
	f := p.faulty
	switch {
	case f.at[""] || f.above[d.Path]:
		return true
	case d.Code == diag.UnknownColumn && f.at["columns"]: // the names are known as soon as the columns are a map
		return true
	}
	for path := range levels(d.Path) {
		if f.at[path] {
			return true
		}
	}
	if d.Code == diag.UnknownColumn && len(f.at) > 0 {
		return false
	}
	return slices.ContainsFunc(dependsOn[key], func(other string) bool { return f.top[other] })
}

// resolvePartial resolves what can be resolved of a document with faults.
func (r *resolver) resolvePartial(partly *partial) {
	found := &diag.Report{}
	(&resolver{r.symbols, r.options, found}).resolve(&partly.unit)
	r.report.Append(found.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
		return d, !partly.hides(d)
	}))
}

func topKey(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}
