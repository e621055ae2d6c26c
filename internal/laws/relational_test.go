package laws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/planner"
)

const ledger = `kind: Schema
name: ledger
title: Ledger
relational: {primaryKey: entry, version: revision}
fields: {entry: integer, shop: integer, revision: integer, number: string}
identities: {number: {namespace: CRMID, primary: true}}
---
kind: Dataset
name: ledger
title: Ledger
schema: ledger
`

func ledgerWorld(t *testing.T) (*world, func(edits ...string) *resource.Graph) {
	w := newWorld(t, 4, emulator.Switches{})
	graph := func(edits ...string) *resource.Graph {
		text := strings.NewReplacer(edits...).Replace(ledger)
		return compile(t, []*source.File{source.NewFile("dataflow.yaml", []byte(text))})
	}
	w.apply(w.plan(graph(), w.options()))
	w.checkEmpty(graph())
	return w, graph
}

// Another primary key takes the place of the old one, which the platform allows only once
// the old one is gone, and only where data may be lost.
func TestAnotherPrimaryKey(t *testing.T) {
	w, graph := ledgerWorld(t)
	next := graph("primaryKey: entry", "primaryKey: [entry, shop]")
	o := w.options()
	o.AllowDataLoss = false
	if p := w.plan(next, o); p.Applyable || len(guarded(p, "data-loss")) != 1 {
		t.Errorf("the key is replaced although data may be lost:\n%s", sketch(p))
	}
	p := w.plan(next, w.options())
	made, gone := callOf(p, "key.ledger-entry-shop", planner.StepCreate), callOf(p, "key.ledger-entry", planner.StepDelete)
	if !slices.Contains(made.After, gone.N) || gone.N == 0 {
		t.Errorf("call %d creates the new key, after %v; call %d deletes the old one", made.N, made.After, gone.N)
	}
	w.apply(p)
	w.checkEmpty(next)
	property := w.object("key.ledger-entry-shop")["xdm:sourceProperty"]
	if got, _ := property.([]any); !slices.Equal(got, []any{"/entry", "/shop"}) {
		t.Errorf("the primary key is %v", property)
	}
}

// Where the key and the version change places, neither can go first.
func TestKeyAndVersionChangePlaces(t *testing.T) {
	w, graph := ledgerWorld(t)
	p := w.plan(graph("primaryKey: entry, version: revision", "primaryKey: revision, version: entry"), w.options())
	if got := guarded(p, "schema-change"); p.Applyable || len(got) != 2 {
		t.Errorf("guards of %v:\n%s", got, sketch(p))
	}
}

// A renamed schema keeps its keys.
func TestRenamedRelationalSchema(t *testing.T) {
	w, graph := ledgerWorld(t)
	next := graph("name: ledger", "name: book\nlifecycle: {movedFrom: ledger}", "schema: ledger", "schema: book")
	p := w.plan(next, w.options())
	for _, c := range p.Changes {
		if len(c.Calls) > 0 || c.Action != planner.Move {
			t.Errorf("%s: %s with %d calls", c.Address, c.Action, len(c.Calls))
		}
	}
	w.apply(p)
	w.checkEmpty(next)
}

// Destroy keeps the schema with its keys, and the dataset, unless data may be lost.
func TestDestroyedRelationalSchema(t *testing.T) {
	w, _ := ledgerWorld(t)
	o := w.options()
	o.Destroy, o.AllowDataLoss = true, false
	if p := w.plan(resource.NewGraph(nil), o); len(p.Changes) > 0 {
		t.Errorf("destroy removes what holds data:\n%s", sketch(p))
	}
	o.AllowDataLoss = true
	w.apply(w.plan(resource.NewGraph(nil), o))
	if n := len(w.lock().Entries); n > 0 {
		t.Errorf("%d entries are left", n)
	}
}

// guarded are the addresses of the changes that a guard refuses.
func guarded(p *planner.Plan, code string) []string {
	var out []string
	for _, c := range p.Changes {
		if slices.ContainsFunc(c.Guards, func(g planner.Guard) bool { return g.Code == code }) {
			out = append(out, c.Address.String())
		}
	}
	return out
}

func callOf(p *planner.Plan, address string, step planner.Step) planner.Call {
	for _, c := range p.Changes {
		for _, k := range c.Calls {
			if c.Address.String() == address && k.Step == step {
				return k
			}
		}
	}
	return planner.Call{}
}
