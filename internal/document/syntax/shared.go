package syntax

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// What the explainer and the builder of trees both know.

// MaxDepth is how deep values may be nested. Real documents stay under ten; the
// limit keeps every walk over a tree, recursive as it is, cheap.
const MaxDepth = 100

// BOM is the byte order mark of UTF-8.
var BOM = []byte("\xEF\xBB\xBF")

// IsNameByte reports whether the library takes a byte for a part of an
// anchor's name.
func IsNameByte(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// MissingKey is the problem of a value where a key has to be.
type MissingKey struct{ Value source.Span }

func (p MissingKey) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLMissingKey, Severity: diag.Error,
		Message: "a value without a key",
		Labels:  diag.At(p.Value, "expected a key before this"),
		Help:    "write `key: value`",
	}
}

// UnknownTag is the problem of a tag that is none of the core schema.
type UnknownTag struct {
	At  source.Span
	Tag string
}

func (p UnknownTag) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLTag, Severity: diag.Error,
		Message: fmt.Sprintf("tag `%s` has no meaning here", p.Tag),
		Labels:  diag.At(p.At, "only !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are known"),
		Help:    "remove the tag, or put the text in quotes if the `!` belongs to it",
	}
}

// UnknownAnchor is the problem of an alias without an anchor before it in its
// document. Known are the anchors that are.
type UnknownAnchor struct {
	At    source.Span
	Name  string
	Known []string
}

func (p UnknownAnchor) Diagnose() diag.Diagnostic {
	d := syntaxError(diag.YAMLUnknownAnchor, fmt.Sprintf("alias `*%s` names no anchor above", p.Name),
		"", diag.At(p.At, "not defined before this"))
	near, ok := diag.Nearest(p.Name, p.Known)
	switch {
	case ok:
		d.Help = fmt.Sprintf("did you mean `*%s`?", near)
		if len(diag.NearestAll(p.Name, p.Known)) == 1 && diag.Mistyped(p.Name, near) {
			d.Fix = &diag.Fix{Title: "replace by `*" + near + "`", Edits: []diag.Edit{{Span: p.At, Text: "*" + near}}}
		}
	case len(p.Known) == 0:
		d.Help = fmt.Sprintf("define `&%s` before its first use, in the same document; put the text in quotes if the star belongs to it", p.Name)
	default:
		d.Help = "anchors above: `&" + strings.Join(p.Known, "`, `&") + "`"
	}
	return d
}

// TooDeep is the problem of values that are nested deeper than MaxDepth.
type TooDeep struct{ At source.Span }

func (p TooDeep) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.YAMLDepth, Severity: diag.Error,
		Message: fmt.Sprintf("values are nested more than %d deep", MaxDepth),
		Labels:  diag.At(p.At, "too deep from here on"),
		Help:    "no document needs this; look for brackets or dashes that are not meant as YAML",
	}
}
