package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// perTarget are the keys that say for which targets a document is and what is
// different there.
var perTarget = []string{"only", "except", "targets"}

// overlaid works the defaults and the target's overlay into a document and
// fills in variables. It is false when the document is not for the target, or
// when what it is cannot be told; the report then says why, if anything is
// wrong.
//
// Whatever an overlay for another target says is checked as well, as far as
// that is possible without the variables of that target.
func overlaid(d *Document, o Options, report *diag.Report) (*Document, bool) {
	kind, known := KindOf(d)
	if !known || d.Root.Kind != MapKind {
		return d, true // Check says what is wrong
	}
	base := *d
	if kind == schemas.KindDataflow && o.Defaults != nil && o.Defaults.Kind == MapKind {
		base.Root, base.foreign = defaulted(d.Root, d.Root, o.Defaults, nil), true
	}
	if !perTargetFits(&base, o, report) {
		return &base, false
	}
	chosen := base
	fine := true
	if overlays := base.Root.Get("targets"); overlays != nil {
		for _, p := range overlays.Pairs {
			for _, q := range p.Value.Pairs {
				if slices.Contains(perTarget, q.Key.Text) || q.Key.Text == "name" || q.Key.Text == "kind" {
					report.Add(overlayKey{place{&base, At("targets", p.Key.Text, q.Key.Text)}})
					fine = false
				}
			}
			merged := base
			merged.removed = removals(nil, p.Value, p.Key.Text)
			if o.Target != "" && p.Key.Text == o.Target {
				merged.Root = patch(withoutKeys(base.Root, "targets"), p.Value, p.Key.Text)
				chosen = merged
				continue
			}
			merged.Root = patch(touched(base.Root, p.Value, "kind"), p.Value, p.Key.Text)
			checkLoose(&merged, p.Value, report)
		}
	}
	if !fine {
		return &chosen, false
	}
	if !isFor(base.Root, o.Target) {
		checkLoose(&chosen, nil, report)
		chosen.excluded = true
		return &chosen, true
	}
	root, ok := substituted(&chosen, o, report)
	chosen.Root = root
	return &chosen, ok
}

// perTargetFits checks the keys that are needed before the whole is checked.
func perTargetFits(d *Document, o Options, report *diag.Report) bool {
	fine := true
	names := func(n *Node, path Path) {
		if n.Kind != ListKind {
			report.Add(wrongType{at: place{d, path}, want: "a list", got: n})
			fine = false
			return
		}
		for i, item := range n.Items {
			if item.Kind != StringKind {
				report.Add(wrongType{at: place{d, path.Index(i)}, want: "text", got: item})
				fine = false
				continue
			}
			knownTarget(place{d, path.Index(i)}, item.Text, o, report)
		}
	}
	only, except := d.Root.Get("only"), d.Root.Get("except")
	if only != nil {
		names(only, At("only"))
	}
	if except != nil {
		names(except, At("except"))
	}
	if only != nil && except != nil {
		report.Add(onlyAndExcept{d})
	}
	overlays := d.Root.Get("targets")
	if overlays == nil {
		return fine
	}
	if overlays.Kind != MapKind {
		report.Add(wrongType{at: place{d, At("targets")}, want: "a map of keys and values", got: overlays})
		return false
	}
	for _, p := range overlays.Pairs {
		at := place{d, At("targets", p.Key.Text)}
		if p.Value.Kind != MapKind {
			report.Add(wrongType{at: at, want: "a map of keys and values", got: p.Value})
			fine = false
		}
		knownTarget(at, p.Key.Text, o, report)
	}
	return fine
}

// knownTarget warns of a target that the project does not have.
func knownTarget(at place, name string, o Options, report *diag.Report) {
	if o.Targets != nil && !o.lookup.targets[name] {
		report.Add(unknownTarget{at: at, name: name, known: o.lookup.targetNames})
	}
}

// isFor reports whether a document is for a target. Without a target every
// document counts.
func isFor(root *Node, target string) bool {
	lists := func(key string) bool {
		n := root.Get(key)
		return n != nil && slices.ContainsFunc(n.Items, func(item *Node) bool { return item.Text == target })
	}
	switch {
	case target == "":
		return true
	case root.Get("only") != nil:
		return lists("only") && !lists("except")
	}
	return !lists("except")
}

// patch merges a part of a document into base as RFC 7386 says: maps are merged
// key by key, null removes a key, everything else takes the place of what is
// there. Neither is changed.
func patch(base, over *Node, target string) *Node {
	given := Given{How: ByOverlay, Name: target}
	if over.Kind != MapKind {
		if base != nil {
			given.At = base.Span
		}
		return over.with(given)
	}
	if base == nil || base.Kind != MapKind {
		if base != nil {
			given.At = base.Span
		}
		out := over.with(given)
		out.Pairs = nil
		for _, p := range over.Pairs {
			if p.Value.Kind != NullKind {
				out.Pairs = append(out.Pairs, Pair{Key: p.Key.with(Given{How: ByOverlay, Name: target}), Value: patch(nil, p.Value, target)})
			}
		}
		return out.indexed()
	}
	out := *base
	out.Pairs = make([]Pair, 0, len(base.Pairs)+len(over.Pairs))
	for _, p := range base.Pairs {
		switch q := over.pair(p.Key.Text); {
		case q == nil:
			out.Pairs = append(out.Pairs, p)
		case q.Value.Kind == NullKind:
		case q.Value.Kind == MapKind && p.Value.Kind == MapKind:
			out.Pairs = append(out.Pairs, Pair{Key: p.Key, Value: patch(p.Value, q.Value, target)})
		default:
			out.Pairs = append(out.Pairs, Pair{Key: q.Key, Value: patch(p.Value, q.Value, target)})
		}
	}
	for _, q := range over.Pairs {
		if base.pair(q.Key.Text) == nil && q.Value.Kind != NullKind {
			out.Pairs = append(out.Pairs, Pair{Key: q.Key.with(given), Value: patch(nil, q.Value, target)})
		}
	}
	return out.indexed()
}

// touched returns as much of a map as an overlay is about, and some more keys: what
// the overlay says is right or wrong whatever else the document holds, and there
// may be as many overlays as there are keys.
func touched(base, over *Node, keys ...string) *Node {
	if base.Kind != MapKind || over.Kind != MapKind {
		return base
	}
	out := *base
	out.Pairs = nil
	for _, key := range keys {
		if p := base.pair(key); p != nil {
			out.Pairs = append(out.Pairs, *p)
		}
	}
	for _, q := range over.Pairs {
		if p := base.pair(q.Key.Text); p != nil && !slices.Contains(keys, q.Key.Text) {
			out.Pairs = append(out.Pairs, Pair{Key: p.Key, Value: touched(p.Value, q.Value), Merged: p.Merged})
		}
	}
	return out.indexed()
}

// removal is a key that an overlay takes out of a document.
type removal struct {
	path   string
	target string
	span   source.Span // in the overlay
}

func removals(path Path, over *Node, target string) []removal {
	var out []removal
	for _, p := range over.Pairs {
		at := path.Field(p.Key.Text)
		if p.Value.Kind == NullKind {
			out = append(out, removal{at.String(), target, p.Key.Span})
			continue
		}
		out = append(out, removals(at, p.Value, target)...)
	}
	return out
}

// defaulted returns a document with what the defaults say about keys that it
// does not have. What the document says always holds, null included, which is
// no value anywhere but in an overlay.
func defaulted(root, doc, defaults *Node, path Path) *Node {
	out := *doc
	out.Pairs = slices.Clone(doc.Pairs)
	for i, p := range out.Pairs {
		if d := defaults.Get(p.Key.Text); d != nil && d.Kind == MapKind && p.Value.Kind == MapKind {
			out.Pairs[i].Value = defaulted(root, p.Value, d, path.Field(p.Key.Text))
		}
	}
	for _, p := range defaults.Pairs {
		if doc.pair(p.Key.Text) == nil && wanted(root, path.Field(p.Key.Text).String()) {
			out.Pairs = append(out.Pairs, Pair{Key: p.Key.with(Given{How: ByDefault}), Value: asDefault(p.Value)})
		}
	}
	return out.indexed()
}

// wanted reports whether a default can stand beside what a document says: of two
// ways to the database it chooses one, and a schedule of once has no interval.
func wanted(root *Node, path string) bool {
	database, schedule := root.Get("database"), root.Get("schedule")
	switch path {
	case "database.connector", "database.connectionId":
		return database.Get("connection") == nil
	case "database.connection":
		return database.Get("connectionId") == nil
	case "schedule.interval", "schedule.backfill", "delta":
		frequency := schedule.Get("frequency")
		return frequency == nil || frequency.Text != "once"
	}
	return true
}

func asDefault(n *Node) *Node {
	c := n.with(Given{How: ByDefault})
	c.Pairs = slices.Clone(n.Pairs)
	for i, p := range c.Pairs {
		c.Pairs[i] = Pair{Key: p.Key.with(Given{How: ByDefault}), Value: asDefault(p.Value)}
	}
	c.Items = slices.Clone(n.Items)
	for i, item := range c.Items {
		c.Items[i] = asDefault(item)
	}
	return c.indexed()
}

// withoutKeys returns a map without some of its keys.
func withoutKeys(n *Node, keys ...string) *Node {
	out := *n
	out.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p Pair) bool { return slices.Contains(keys, p.Key.Text) })
	return out.indexed()
}
