package syntax

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// MaxDepth is the deepest nesting of values in a document. It bounds every
// recursive walk over a tree.
const MaxDepth = 100

// BOM is the byte order mark of UTF-8.
var BOM = []byte("\xEF\xBB\xBF")

// IsNameByte reports whether c may be part of the name of an anchor.
func IsNameByte(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// MissingKey reports a value where a key is expected.
type MissingKey struct{ Value source.Span }

func (p MissingKey) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLMissingKey, "missing key before a value", "write `key: value`",
		diag.Label{Span: p.Value, Text: "expected a key before this"})
}

// UnknownTag reports a tag outside the core schema.
type UnknownTag struct {
	At  source.Span
	Tag string
}

func (p UnknownTag) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLTag, fmt.Sprintf("unknown tag `%s`", p.Tag),
		"remove the tag, or put the text in quotes if the `!` is part of it",
		diag.Label{Span: p.At, Text: "expected !!str, !!int, !!float, !!bool, !!null, !!map, or !!seq"})
}

// UnknownAnchor reports an alias without an anchor before it in its document.
// Known are the anchors before it.
type UnknownAnchor struct {
	At    source.Span
	Name  string
	Known []string
}

func (p UnknownAnchor) Diagnose() diag.Diagnostic {
	d := diag.NewError(diag.YAMLUnknownAnchor, fmt.Sprintf("unknown anchor `%s`", p.Name), "",
		diag.Label{Span: p.At, Text: "not defined above"})
	near, ok := diag.Nearest(p.Name, p.Known)
	switch {
	case ok:
		d.Help = fmt.Sprintf("did you mean `*%s`?", near)
		if len(diag.NearestAll(p.Name, p.Known)) == 1 && diag.Mistyped(p.Name, near) {
			d.Fix = diag.Replace("replace with `*"+near+"`", p.At, "*"+near)
		}
	case len(p.Known) == 0:
		d.Help = fmt.Sprintf("define `&%s` before its first use in the same document, "+
			"or put the text in quotes if the `*` is part of it", p.Name)
	default:
		d.Help = "anchors above: `&" + strings.Join(p.Known, "`, `&") + "`"
	}
	return d
}

// TooDeep reports values nested deeper than MaxDepth.
type TooDeep struct{ At source.Span }

func (p TooDeep) Diagnose() diag.Diagnostic {
	return diag.NewError(diag.YAMLDepth, fmt.Sprintf("values are nested more than %d levels deep", MaxDepth),
		"no document needs this depth; look for brackets or dashes that are not meant as YAML",
		diag.Label{Span: p.At, Text: "too deep from here"})
}
