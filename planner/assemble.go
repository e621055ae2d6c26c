package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
)

// newPlan returns a plan without changes: where it comes from, and what its report
// and the notes say.
func newPlan(e *env, report *diag.Report, notes []Diagnostic) *Plan {
	p := &Plan{
		FormatVersion: FormatVersion, ToolVersion: e.Tool, At: e.At.UTC(), Target: e.Target,
		Lock: LockRef{Lineage: e.lock.Lineage, Serial: e.lock.Serial},
		Options: Chosen{
			OnReplace: e.OnReplace, AllowDataLoss: e.AllowDataLoss, AllowMassDelete: e.AllowMassDelete,
			Recreate: e.Recreate, ResendSecrets: e.Secrets.Resend, SecretsUnchecked: e.Secrets.Unchecked,
			Only: e.Only, Exclude: e.Exclude,
		},
		ConfigDigest: ConfigDigest(e.graph), Refreshed: e.Refreshed, Complete: true, Applyable: !report.HasErrors(),
		Drift: []Change{}, Diagnostics: append([]Diagnostic{}, notes...),
	}
	for _, found := range report.Sorted() {
		p.Diagnostics = append(p.Diagnostics, Diagnostic{
			Severity: found.Severity.String(), Code: string(found.Code),
			Message: found.Message, Help: found.Help, Origin: originOf(found.Primary()),
		})
	}
	return p
}

// assemble adds the changes of all nodes to the plan, in the order of their first
// calls. It lets go of each node once it is done: a first plan is nothing but changes.
func (p *Plan) assemble(list []*node, e *env) {
	p.Changes = make([]Change, 0, len(list))
	for i, n := range list {
		list[i] = nil
		if drift, ok := driftOf(n, e); ok {
			p.Drift = append(p.Drift, drift)
		}
		if n.excluded {
			p.Complete = false
			continue
		}
		p.count(n.change.Action)
		if n.change.Action.Changes() {
			p.Changes = append(p.Changes, finished(n))
		}
		if len(n.change.Guards) > 0 {
			p.Applyable = false
		}
	}
	p.Summary.Drift = len(p.Drift)
	slices.SortStableFunc(p.Changes, func(a, b Change) int { return firstCall(a) - firstCall(b) })
}

// finished returns the change of a node with its calls and fields.
func finished(n *node) Change {
	c := n.change
	c.Actions = actionList(c.Action)
	switch {
	case len(n.destroy) == 0:
		c.Calls = n.create
	case n.freesFirst():
		c.Calls = slices.Concat(n.destroy, n.create)
	default:
		c.Calls = slices.Concat(n.create, n.destroy)
	}
	c.Fields = make([]FieldChange, 0, len(n.fields))
	desired := n.spec().Tree(n.desired)
	for _, f := range n.fields {
		f.change.Origin = fieldOrigin(n, desired, f)
		if f.change.Secret {
			f.change.Applied, f.change.Desired = nil, nil
		}
		c.Fields = append(c.Fields, f.change)
	}
	return c
}

// fieldOrigin is the line that asks for a field: its own, or that of the nearest
// value around it which the documents give.
func fieldOrigin(n *node, desired *resource.Tree, f fieldDiff) Origin {
	for steps := len(f.path); steps > 0; steps-- {
		if v, ok := desired.At(f.path[:steps]); ok && !v.Origin.IsZero() {
			return originOf(v.Origin)
		}
	}
	return n.change.Origin
}

func firstCall(c Change) int {
	if len(c.Calls) == 0 {
		return 0
	}
	return c.Calls[0].N
}

func (p *Plan) count(a Action) {
	s := &p.Summary
	n := [...]*int{
		NoOp: &s.NoOp, Move: &s.Move, Forget: &s.Forget, Import: &s.Import,
		Create: &s.Create, Update: &s.Update, Replace: &s.Replace, Delete: &s.Delete,
	}
	*n[a]++
}

// ConfigDigest is the digest of everything that the documents ask for.
func ConfigDigest(g *resource.Graph) string {
	sum := sha256.New()
	var line []byte
	for _, r := range g.All() {
		line = line[:0]
		for _, word := range [...]string{string(r.Address.Kind), ".", r.Address.Name, " ", r.Body.Digest(), " "} {
			line = append(line, word...)
		}
		line = strconv.AppendBool(line, r.Protect)
		for _, word := range [...]string{" ", r.Replace, " ", r.Moved.String(), " ", r.Import, "\n"} {
			line = append(line, word...)
		}
		for _, i := range r.Ignores {
			line = fmt.Appendf(line, "%s %d\n", i.Field, i.Until.Unix())
		}
		sum.Write(line)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
