package decode

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/output"
)

// ToJSON returns a document as JSON. It is false when a number has no place there; that is reported.
func ToJSON(d *document.Document, report *diag.Report) (json.RawMessage, bool) {
	found := &diag.Report{}
	dec := decoder{variantOf(d), found}
	dec.finite(nil, d.Root)
	report.Append(found)
	return JSON(d.Root), !found.HasErrors()
}

// JSON returns a value as JSON, keys in the order of the document.
func JSON(n *document.Node) json.RawMessage { return appendJSON(nil, n) }

func appendJSON(b []byte, n *document.Node) []byte {
	switch n.Kind {
	case document.MapKind:
		b = append(b, '{')
		for i, p := range n.Pairs {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, output.Quote(p.Key.Text)...), ':')
			b = appendJSON(b, p.Value)
		}
		return append(b, '}')
	case document.ListKind:
		b = append(b, '[')
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case document.NullKind:
		return append(b, "null"...)
	case document.BoolKind:
		return append(b, strings.ToLower(n.Text)...)
	case document.IntKind, document.FloatKind:
		if literal, ok := numberLiteral(n); ok {
			return append(b, literal...)
		}
	}
	return append(b, output.Quote(n.Text)...)
}

// maxDigits bounds the numbers that are taken: enough for every number that the
// platform holds, too few to make big arithmetic slow.
const maxDigits = 400

// numberLiteral returns a number as JSON writes it: YAML also has +1, 017, 0x1F,
// 0o17, .5 and 5. as numbers. False for .inf, .nan and numbers out of bounds.
func numberLiteral(n *document.Node) (string, bool) {
	text := strings.TrimPrefix(n.Text, "+")
	if n.Kind == document.IntKind {
		base, digits := 10, text
		switch {
		case strings.HasPrefix(text, "0o"):
			base, digits = 8, text[2:]
		case strings.HasPrefix(text, "0x"):
			base, digits = 16, text[2:]
		}
		i, ok := new(big.Int).SetString(digits, base)
		if !ok || len(digits) > maxDigits {
			return "", false
		}
		return i.String(), true
	}
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	if e, err := strconv.Atoi(exponent); hasExponent && (err != nil || e > maxDigits || e < -maxDigits) {
		return "", false
	}
	sign := ""
	if rest, ok := strings.CutPrefix(mantissa, "-"); ok {
		sign, mantissa = "-", rest
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if strings.Trim(whole+fraction, "0123456789") != "" || len(mantissa) > maxDigits {
		return "", false // .inf and .nan
	}
	literal := sign + whole
	if fraction != "" {
		literal += "." + fraction
	}
	if hasExponent {
		literal += "e" + exponent
	}
	return literal, true
}
