package edit

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
)

// Elsewhere is a value that an edit must not change, because others use the place that it comes from.
type Elsewhere struct {
	At  source.Span
	Why string // "a variable", "an alias"
}

func (e *Elsewhere) Error() string { return "the value comes from " + e.Why }

// SetForTarget returns the edit that gives a key at the top of a document a plain scalar for one target: in the
// document's overlay for the target if the value comes from there, or at the top if the document serves that target
// alone, otherwise in an overlay that it adds or extends. The error is an *Elsewhere.
func SetForTarget(
	f *source.File, root *document.Node, key, value, target string, alone bool,
) (diag.Edit, error) {
	overlays := root.Get("targets")
	var overlay *document.Node
	if overlays != nil {
		if fault := written(root.Pair("targets")); fault != nil {
			return diag.Edit{}, fault
		}
		if p := overlays.Pair(target); p != nil {
			if fault := written(p); fault != nil {
				return diag.Edit{}, fault
			}
			overlay = p.Value
		}
	}
	switch {
	case overlay != nil && overlay.Get(key) != nil:
		return replace(overlay.Pair(key), value)
	case alone && root.Get(key) != nil:
		return replace(root.Pair(key), value)
	case alone:
		return AddPair(f, root, key, value), nil
	case overlay != nil && overlay.Kind == document.MapKind:
		return AddPair(f, overlay, key, value), nil
	case overlays != nil && overlays.Kind == document.MapKind && overlay == nil:
		return AddPair(f, overlays, target, "{"+key+": "+value+"}"), nil
	case overlays != nil:
		return diag.Edit{}, &Elsewhere{overlays.Span, "an overlay that is not a map"}
	}
	return AddPair(f, root, "targets", "\n  "+document.QuoteKey(target)+": {"+key+": "+value+"}"), nil
}

// replace is the edit of the value of a pair.
func replace(p *document.Pair, value string) (diag.Edit, error) {
	if fault := written(p); fault != nil {
		return diag.Edit{}, fault
	}
	if strings.Contains(p.Value.Text, "${") {
		return diag.Edit{}, &Elsewhere{p.Value.Span, "a variable"}
	}
	return diag.Edit{Span: p.Value.Span, Text: value}, nil
}

// written returns an error if the value of a pair comes through an alias, also that of a merge key.
func written(p *document.Pair) error {
	if alias := p.Value.Alias(); !alias.IsZero() {
		return &Elsewhere{alias, "an alias"}
	}
	return nil
}
