package decode

import (
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// PerTarget are the keys that say for which targets a document is and what is
// different there.
var PerTarget = []string{"only", "except", "targets"}

// TestsKey is the key of data: what is below it is the same for every target, and has no variables.
const TestsKey = "tests"

// SourceKeys are the keys that say what a dataflow reads. It has one of them, or
// database and table.
var SourceKeys = []string{"database", "table", "files", "rest", "stream"}

// ForTarget applies the defaults and the target's overlay to a document and fills
// in variables. It is false when the document is not for the target, or when what
// it is cannot be determined; the report then says why, if anything is wrong.
//
// Whatever an overlay for another target says is checked as well, as far as
// that is possible without the variables of that target.
func ForTarget(d *document.Document, o *Target, report *diag.Report) (*Variant, bool) {
	base := variantOf(d)
	kind, known := base.Kind()
	if !known || d.Root.Kind != document.MapKind {
		return base, true // check says what is wrong
	}
	if kind == schemas.KindDataflow && o.defaults != nil && o.defaults.Kind == document.MapKind {
		base = base.with(base.Provenance.defaulted(d.Root, d.Root, o.defaults, nil))
		base.Defaulted = true
	}
	if !perTargetFits(base, o, report) {
		return base, false
	}
	chosen := base
	fine := true
	if overlays := base.Root.Get("targets"); overlays != nil {
		base.Overlays, chosen.Overlays = overlays, overlays
		for _, p := range overlays.Pairs {
			for _, q := range p.Value.Pairs {
				if slices.Contains(PerTarget, q.Key.Text) || slices.Contains([]string{"name", "kind", TestsKey}, q.Key.Text) {
					report.Add(overlayKey{Place{base, document.At("targets", p.Key.Text, q.Key.Text)}})
					fine = false
				}
			}
			root, isChosen := base.Root, o.target != "" && p.Key.Text == o.target
			if isChosen {
				root = Without(root, "targets")
			} else {
				root = base.Provenance.touched(root, p.Value, "kind")
			}
			merged := base.with(base.Provenance.patch(root, p.Value, p.Key.Text))
			merged.Removed = removals(nil, p.Value, p.Key.Text)
			if isChosen {
				chosen = merged
			} else {
				checkLoose(merged, p.Value, report)
			}
		}
	}
	if !fine {
		return chosen, false
	}
	if !IsFor(base.Root, o.target) {
		checkLoose(chosen, nil, report)
		excluded := *chosen
		excluded.Excluded = true
		return &excluded, true
	}
	root, ok := substituted(chosen, o, report)
	return chosen.with(root), ok
}

// perTargetFits checks the keys that are needed before the whole is checked.
func perTargetFits(d *Variant, o *Target, report *diag.Report) bool {
	fine := true
	names := func(n *document.Node, path document.Path) {
		if n.Kind != document.ListKind {
			report.Add(WrongType{At: Place{d, path}, Want: "a list", Got: n})
			fine = false
			return
		}
		for i, item := range n.Items {
			if item.Kind != document.StringKind {
				report.Add(WrongType{At: Place{d, path.Index(i)}, Want: "text", Got: item})
				fine = false
				continue
			}
			knownTarget(Place{d, path.Index(i)}, item.Text, o, report)
		}
	}
	only, except := d.Root.Get("only"), d.Root.Get("except")
	if only != nil {
		names(only, document.At("only"))
		if only.Kind == document.ListKind && len(only.Items) == 0 {
			report.Add(outOfRange{at: Place{d, document.At("only")}, got: only, want: "at least one target"})
			fine = false
		}
	}
	if except != nil {
		names(except, document.At("except"))
	}
	if only != nil && except != nil {
		report.Add(onlyAndExcept{d})
	}
	overlays := d.Root.Get("targets")
	if overlays == nil {
		return fine
	}
	if overlays.Kind != document.MapKind {
		report.Add(WrongType{At: Place{d, document.At("targets")}, Want: "a map of keys and values", Got: overlays})
		return false
	}
	for _, p := range overlays.Pairs {
		at := Place{d, document.At("targets", p.Key.Text)}
		if p.Value.Kind != document.MapKind {
			report.Add(WrongType{At: at, Want: "a map of keys and values", Got: p.Value})
			fine = false
		}
		knownTarget(at, p.Key.Text, o, report)
	}
	return fine
}

// knownTarget warns of a target that the project does not have.
func knownTarget(at Place, name string, o *Target, report *diag.Report) {
	if o.all != nil && !o.targets[name] {
		report.Add(unknownTarget{at: at, name: name, known: o.targetNames})
	}
}

// IsFor reports whether a document is for a target. Without a target every
// document counts.
func IsFor(root *document.Node, target string) bool {
	lists := func(key string) bool {
		n := root.Get(key)
		return n != nil && slices.ContainsFunc(n.Items, func(item *document.Node) bool { return item.Text == target })
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
// key by key, null removes a key, everything else replaces what is there. Neither
// is changed.
func (p Provenance) patch(base, over *document.Node, target string) *document.Node {
	added := Origin{How: ByOverlay, Name: target}
	replacing := added
	if base != nil {
		replacing.At = base.Span
	}
	if over.Kind != document.MapKind {
		return p.with(over, replacing)
	}
	var out *document.Node
	var own []document.Pair
	if base != nil && base.Kind == document.MapKind {
		out, own = p.CopyOf(base), base.Pairs
	} else {
		out, base = p.with(over, replacing), nil
	}
	out.Pairs = make([]document.Pair, 0, len(own)+len(over.Pairs))
	for _, pair := range own {
		switch q := over.Pair(pair.Key.Text); {
		case q == nil:
			out.Pairs = append(out.Pairs, pair)
		case q.Value.Kind == document.NullKind:
		case q.Value.Kind == document.MapKind && pair.Value.Kind == document.MapKind:
			out.Pairs = append(out.Pairs, document.Pair{Key: pair.Key, Value: p.patch(pair.Value, q.Value, target)})
		default:
			out.Pairs = append(out.Pairs, document.Pair{Key: q.Key, Value: p.patch(pair.Value, q.Value, target)})
		}
	}
	for _, q := range over.Pairs {
		if base.Pair(q.Key.Text) == nil && q.Value.Kind != document.NullKind {
			out.Pairs = append(out.Pairs, document.Pair{Key: p.with(q.Key, added),
				Value: p.patch(nil, q.Value, target)})
		}
	}
	return out.Indexed()
}

// touched returns as much of a map as an overlay is about, and some more keys: what
// the overlay says is right or wrong whatever else the document holds, and there
// may be as many overlays as there are keys.
func (p Provenance) touched(base, over *document.Node, keys ...string) *document.Node {
	if base.Kind != document.MapKind || over.Kind != document.MapKind {
		return base
	}
	out := p.CopyOf(base)
	out.Pairs = nil
	for _, key := range keys {
		if pair := base.Pair(key); pair != nil {
			out.Pairs = append(out.Pairs, *pair)
		}
	}
	for _, q := range over.Pairs {
		if pair := base.Pair(q.Key.Text); pair != nil && !slices.Contains(keys, q.Key.Text) {
			out.Pairs = append(out.Pairs, document.Pair{Key: pair.Key, Value: p.touched(pair.Value, q.Value),
				Merged: pair.Merged})
		}
	}
	return out.Indexed()
}

// removal is a key that an overlay takes out of a document.
type removal struct {
	Path   string
	target string
	Span   source.Span // in the overlay
}

func removals(path document.Path, over *document.Node, target string) []removal {
	var out []removal
	for _, p := range over.Pairs {
		at := path.Field(p.Key.Text)
		if p.Value.Kind == document.NullKind {
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
func (p Provenance) defaulted(root, doc, defaults *document.Node, path document.Path) *document.Node {
	out := *doc
	out.Pairs = slices.Clone(doc.Pairs)
	for i, pair := range out.Pairs {
		if d := defaults.Get(pair.Key.Text); d != nil && d.Kind == document.MapKind &&
			pair.Value.Kind == document.MapKind {
			out.Pairs[i].Value = p.defaulted(root, pair.Value, d, path.Field(pair.Key.Text))
		}
	}
	for _, pair := range defaults.Pairs {
		if doc.Pair(pair.Key.Text) == nil && wanted(root, path.Field(pair.Key.Text).String()) {
			out.Pairs = append(out.Pairs, p.defaultPair(pair))
		}
	}
	return out.Indexed()
}

// wanted reports whether a default is compatible with a document: of two
// ways to the database it chooses one, a schedule of once has no interval, and a
// stream has no schedule.
func wanted(root *document.Node, path string) bool {
	database, frequency := root.Get("database"), root.Get("schedule").Get("frequency")
	isTable := !slices.ContainsFunc(SourceKeys[2:], func(key string) bool { return root.Get(key) != nil })
	switch path {
	case "database.connector", "database.connectionId":
		return database.Get("connection") == nil
	case "database.connection":
		return database.Get("connectionId") == nil
	case "database", "table":
		return isTable
	case "files", "rest", "stream":
		return isTable && database == nil && root.Get("table") == nil
	case "schedule", "options":
		return root.Get("stream") == nil
	case "schedule.interval", "schedule.backfill", "delta":
		return (frequency == nil || frequency.Text != "once") && (path != "delta" || isTable)
	}
	return true
}

func (p Provenance) defaultPair(pair document.Pair) document.Pair {
	return document.Pair{Key: p.with(pair.Key, Origin{How: ByDefault}), Value: p.defaultValue(pair.Value)}
}

func (p Provenance) defaultValue(n *document.Node) *document.Node {
	c := p.with(n, Origin{How: ByDefault})
	c.Pairs, c.Items = slices.Clone(n.Pairs), slices.Clone(n.Items)
	for i, pair := range c.Pairs {
		c.Pairs[i] = p.defaultPair(pair)
	}
	for i, item := range c.Items {
		c.Items[i] = p.defaultValue(item)
	}
	return c.Indexed()
}

// Without returns a map without some of its keys.
func Without(n *document.Node, keys ...string) *document.Node {
	out := *n
	out.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs),
		func(p document.Pair) bool { return slices.Contains(keys, p.Key.Text) })
	return out.Indexed()
}
