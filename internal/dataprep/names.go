package dataprep

import (
	"strings"
	"unicode"

	"github.com/aepflow/aepflow/internal/specs"
)

// reservedWords cannot name an attribute without `${…}`. So says the platform,
// and so it is with the name of every function.
var reservedWords = map[string]bool{
	"new": true, "mod": true, "or": true, "break": true, "var": true, "lt": true, "for": true,
	"false": true, "while": true, "eq": true, "gt": true, "div": true, "not": true, "null": true,
	"continue": true, "else": true, "and": true, "ne": true, "true": true, "le": true, "if": true,
	"ge": true, "return": true, "_errors": true, "do": true, "function": true, "empty": true, "size": true,
}

// isReserved reports whether name means something else than an attribute: a
// word of the language or the name or alias of a function.
func isReserved(name string) bool { return reservedWords[name] || isFunction(name) }

// isFunction leaves out what is only called on a value: a column named `get`
// or `equals` does not conflict.
func isFunction(name string) bool {
	f, ok := specs.FunctionByName(name)
	return ok && !f.Method
}

// isIdentifier reports whether name can be written bare, reserved or not: a
// letter of any script, `$` or `_`, then also digits.
func isIdentifier(name string) bool {
	for i, r := range name {
		if !isNameRune(r, i == 0) {
			return false
		}
	}
	return name != ""
}

func isNameRune(r rune, first bool) bool {
	switch {
	case r == '_' || r == '$', unicode.IsLetter(r) && r != unicode.ReplacementChar:
		return true
	default:
		return !first && unicode.IsDigit(r)
	}
}

// QuoteAttribute spells the name of a column so that an expression reads the
// column and nothing else: bare where possible, otherwise `${…}` with a
// backslash before a dot that belongs to the name.
func QuoteAttribute(name string) string {
	if isIdentifier(name) && !isReserved(name) {
		return name
	}
	return "${" + escape(name, `.}\`) + "}"
}

// AttributeSource spells the name of a column as the source of a mapping of
// type ATTRIBUTE: a path, where only a dot or backslash of the name needs an escape.
func AttributeSource(name string) string { return escape(name, `.\`) }

func escape(name, special string) string {
	if !strings.ContainsAny(name, special) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(special, name[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(name[i])
	}
	return b.String()
}
