package document

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/aepflow/aepflow/internal/output"
)

// QuoteKey writes text as a key of YAML: plain where YAML reads the same text
// back, else in double quotes with hidden characters escaped.
func QuoteKey(text string) string {
	return quoteUnless(isPlain(text) && !strings.Contains(text, ":"), text)
}

// QuoteValue is QuoteKey for a value, which may contain colons.
func QuoteValue(text string) string { return quoteUnless(isPlain(text), text) }

func quoteUnless(plain bool, text string) string {
	if plain {
		return text
	}
	return QuoteText(text)
}

func isPlain(s string) bool {
	if s == "" || s == "<<" || strings.HasPrefix(s, "...") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, " ") ||
		strings.Contains(s, ": ") || strings.Contains(s, " #") || output.Line(s) != s ||
		ResolveScalar(s) != StringKind {
		return false
	}
	for i, r := range s {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
			strings.ContainsRune("_/.($<", r)
		if !letter && (r < ' ' || i == 0 && r < 0x7f || r == 0x7f || r > 0x7f && !unicode.IsPrint(r)) {
			return false
		}
	}
	return true
}

// QuoteText writes text in double quotes with hidden characters escaped.
func QuoteText(s string) string {
	var text, b strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	quoted := strings.TrimSuffix(text.String(), "\n")
	for i, r := range quoted {
		_, escaped := output.Escape(quoted[i:])
		switch {
		case escaped == 0 && (r < 0x7f || unicode.IsPrint(r)):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}
