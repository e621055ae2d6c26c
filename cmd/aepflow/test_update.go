package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/rowtest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

// updateTests writes what records have into the tests that expect something else, and returns what the tests give
// then. It only changes values that are expected, and adds those that `exactly` asks for.
func (a *app) updateTests(
	ctx context.Context, p *project, names []string, most int64,
) ([]view.TestedFlow, error) {
	p.removeLeftovers()
	changed := map[string]bool{}
	updated := map[string]bool{} // tests, by dataflow and name
	const rounds = 50            // a test has no more differences than that
	for round := 0; ; round++ {
		tested, err := a.runTests(ctx, p, names, most)
		if err != nil {
			return nil, err
		}
		for _, f := range tested {
			for _, t := range f.Tests {
				most -= t.Work
			}
		}
		edits := testEdits(tested, updated)
		if len(edits) == 0 || round == rounds {
			return tested, saveTests(a, p, changed, len(updated))
		}
		for file, list := range edits {
			text, err := edit.Apply(file.Text, list)
			if err != nil {
				return nil, err
			}
			p.files[slices.Index(p.files, file)] = source.NewFile(file.Path, text)
			changed[file.Path] = true
		}
		if _, report := compiler.Compile(p.files, p.options()); report.HasErrors() {
			return nil, exit(exitDocuments, "the updated tests would not be valid; nothing was written")
		}
	}
}

// testEdits are the edits that bring tests closer to what they gave, by file.
func testEdits(tested []view.TestedFlow, updated map[string]bool) map[*source.File][]diag.Edit {
	edits := map[*source.File][]diag.Edit{}
	for _, f := range tested {
		for _, t := range f.Tests {
			if t.Broken != "" || t.Passed() {
				continue
			}
			for _, e := range testCaseEdits(t) {
				edits[t.At.File] = append(edits[t.At.File], e)
				updated[f.Name+"\x00"+t.Name] = true
			}
		}
	}
	return edits
}

// testCaseEdits are the edits for one test: a value at most once, and at most one new key of a map, as the next one may
// need a comma. What every record of several rows has is only changed if they agree.
func testCaseEdits(t view.TestedCase) []diag.Edit {
	expect := t.Node.Get("expect")
	if expect == nil {
		return nil
	}
	each := 1 // how many records have one expectation
	if expect.Kind == document.MapKind {
		each = t.Rows
	}
	agree := map[string]int{} // records that have the same at a place
	place := func(d rowtest.Difference) string { return strings.Join(d.Where, "\x00") + "\x00" + d.Got }
	for _, d := range t.Differences {
		agree[place(d)]++
	}
	seen := map[*document.Node]bool{}
	var list []diag.Edit
	for _, d := range t.Differences {
		parent, node := expectedNode(expect, d.Where)
		at := cmp.Or(node, parent)
		if d.Where == nil || at == nil || seen[at] || agree[place(d)] < each {
			continue
		}
		seen[at] = true
		got := []byte(cmp.Or(d.Got, "null"))
		if node == nil {
			list = append(list, edit.AddPair(t.At.File, parent, d.Where[len(d.Where)-1], edit.Flow(got)))
		} else if e, err := edit.ReplaceValue(t.At.File, node, got); err == nil {
			list = append(list, e)
		}
	}
	return list
}

// expectedNode returns the value at keys and indexes of what is expected, nil if it lacks the last one, and what holds
// it.
func expectedNode(n *document.Node, where []string) (parent, node *document.Node) {
	node = n
	for i, key := range where {
		if node == nil || !node.Alias().IsZero() {
			return nil, nil
		}
		parent = node
		if index, err := strconv.Atoi(key); err == nil && node.Kind == document.ListKind && index < len(node.Items) {
			node = node.Items[index]
			continue
		}
		if node = node.Get(key); node == nil && i < len(where)-1 {
			return nil, nil
		}
	}
	return parent, node
}

// saveTests writes the files that were changed.
func saveTests(a *app, p *project, changed map[string]bool, tests int) error {
	for _, f := range p.files {
		if !changed[f.Path] {
			continue
		}
		if err := p.places[f.Path].Write(0o644, f.Text); err != nil {
			return exit(exitWorld, "write %s: %s", f.Path, reason(err))
		}
		a.say("updated %s", f.Path)
	}
	if tests > 0 {
		a.say("%s updated: look at the difference before you commit it", words.Count(tests, "test"))
	}
	return nil
}
