package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/aepflow/aepflow/internal/resource"
)

// plan turns the items into the plan: effects, guards, calls, numbers, totals.
func (d *differ) plan() *Plan {
	p := &Plan{
		FormatVersion: FormatVersion, ToolVersion: d.Tool, At: d.At.UTC(), Target: d.Target,
		Lock:         LockRef{Lineage: d.lock.Lineage, Serial: d.lock.Serial},
		ConfigDigest: ConfigDigest(d.graph), Complete: true, Applyable: !d.report.HasErrors(),
		Drift: []Change{}, Diagnostics: []Diagnostic{},
	}
	for _, it := range d.order {
		if !it.left {
			d.makeCalls(it)
		}
	}
	d.number()
	d.guardRemovals()
	p.Diagnostics = append(append(p.Diagnostics, d.notes...), d.hintRenames()...)
	// A first plan is nothing but changes: none is kept longer than it is needed.
	d.items = nil
	p.Changes = make([]Change, 0, len(d.order))
	for i, it := range d.order {
		d.order[i] = nil
		c := &it.change
		if it.left {
			p.Complete = false
			continue
		}
		if c.Calls = it.make; len(it.unmake) > 0 {
			c.Calls = slices.Concat(it.make, it.unmake)
		}
		c.Fields = []FieldChange{}
		tree := resource.SpecOf(c.Kind).Tree(it.desired)
		for _, j := range it.fields {
			f := j.change
			f.Origin = fieldOrigin(it, tree, j)
			if f.Secret {
				f.Applied, f.Desired = nil, nil
			}
			c.Fields = append(c.Fields, f)
		}
		d.judgeWhole(it)
		p.count(c.Action)
		if c.Action == NoOp && !it.keep {
			continue
		}
		c.Actions = actionList(c.Action)
		if len(c.Guards) > 0 {
			p.Applyable = false
		}
		p.Changes = append(p.Changes, *c)
	}
	p.Summary.NoOp += d.noop
	p.Refreshed, p.Summary.Drift = d.Refreshed, len(d.drift)
	p.Drift = append(p.Drift, d.drift...)
	slices.SortStableFunc(p.Changes, func(a, b Change) int { return firstCall(a) - firstCall(b) })
	for _, found := range d.report.Sorted() {
		p.Diagnostics = append(p.Diagnostics, Diagnostic{
			Severity: found.Severity.String(), Code: string(found.Code),
			Message: found.Message, Help: found.Help, Origin: originOf(found.Primary()),
		})
	}
	return p
}

// fieldOrigin is the line that asks for a field: its own, or that of the nearest
// value around it which the documents give.
func fieldOrigin(it *item, desired *resource.Tree, j judged) Origin {
	for n := len(j.path); n > 0; n-- {
		if v, ok := desired.At(j.path[:n]); ok && !v.Origin.IsZero() {
			return originOf(v.Origin)
		}
	}
	return it.change.Origin
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

// judgeWhole states the effect on the data and what needs a further word
// before it is done.
func (d *differ) judgeWhole(it *item) {
	c := &it.change
	spec := resource.SpecOf(c.Kind)
	guard := func(code, flag, format string, args ...any) {
		c.Guards = append(c.Guards, Guard{Code: code, Flag: flag, Message: fmt.Sprintf(format, args...)})
	}
	if c.Action.Destroys() && c.Deposed == "" && it.entry.Protect {
		guard("protected", "", "%s is protected: apply it with lifecycle.protect removed, then change it", c.Address)
	}
	if c.Action.Destroys() && spec.KeepsData {
		c.Effect = EffectLost
		if !d.AllowDataLoss {
			guard("data-loss", "--allow-data-loss", "the %s %s would be removed, with what it holds or describes", spec.Noun, c.Address)
		}
	}
	if it.named {
		guard("named-by-id", "", "%s %s would be deleted, but a document names it by its ID: name %s in that document instead", spec.Noun, c.ID, c.Address)
	}
	if c.Action == Import {
		d.guardImport(it, guard)
	}
	if it.missing && !d.Recreate && c.Action != Import {
		guard("missing", "--recreate", "%s was not found on the platform; if a label only hides it, making it again makes it twice", c.Address)
	}
	for _, j := range it.fields {
		if j.refused {
			guard("schema-change", "", "%s of the %s %s cannot change like this: %s", j.change.Path, spec.Noun, c.Address, j.trait.Why)
		}
	}
	if c.Action == Update && slices.ContainsFunc(it.fields, func(j judged) bool { return isSwitched(spec, j.rule) }) {
		c.Effect = EffectFuture
	}
	if !spec.Stops {
		return // only a dataflow moves data; what its parts do to them shows there
	}
	switch c.Action {
	case Delete:
		if c.Deposed == "" {
			c.Effect = EffectStops
		}
	case Update:
		if slices.ContainsFunc(it.fields, func(j judged) bool { return !slices.Contains(spec.Cosmetic, j.change.Path) }) {
			c.Effect = EffectFuture
		}
	case Replace:
		d.judgeReplacement(spec, it, guard)
	}
	if (c.Action == Update || c.Action == Replace) && isDraft(spec, it.desired) && !isDraft(spec, it.applied) {
		guard("state", "", "%s has been published and cannot become a draft again", c.Address)
	}
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
		sum.Write(line)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
