package document

import "strings"

// ResolveScalar returns the kind of a plain scalar by the core schema of YAML
// 1.2. The library's own resolution is that of YAML 1.1 in part (dates, octal
// numbers, underscores) and is not used.
//
// So yes, no, on and off are text; a date is text; 017 is the decimal number
// seventeen and 0o17 the octal one. Numbers keep the text that was written,
// however long.
func ResolveScalar(text string) Kind {
	if text == "" {
		return NullKind
	}
	switch text[0] {
	case '~', 'n', 'N':
		if text == "~" || text == "null" || text == "Null" || text == "NULL" {
			return NullKind
		}
	case 't', 'T', 'f', 'F':
		switch text {
		case "true", "True", "TRUE", "false", "False", "FALSE":
			return BoolKind
		}
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '-', '.':
		return numberKind(text)
	}
	return StringKind
}

// numberKind distinguishes integers, floats, and text that begins like a number:
//
//	int    [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+
//	float  [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? | [-+]?\.inf | \.nan
func numberKind(text string) Kind {
	switch {
	case strings.HasPrefix(text, "0o"):
		return only(text[2:], "01234567", IntKind)
	case strings.HasPrefix(text, "0x"):
		return only(text[2:], "0123456789abcdefABCDEF", IntKind)
	}
	switch text {
	case ".nan", ".NaN", ".NAN":
		return FloatKind
	}
	rest := text
	if rest[0] == '+' || rest[0] == '-' {
		rest = rest[1:]
	}
	switch rest {
	case ".inf", ".Inf", ".INF":
		return FloatKind
	}
	whole := digits(rest)
	rest = rest[whole:]
	if whole > 0 && rest == "" {
		return IntKind
	}
	if strings.HasPrefix(rest, ".") {
		fraction := digits(rest[1:])
		rest = rest[1+fraction:]
		whole += fraction
	}
	if whole == 0 {
		return StringKind
	}
	if rest == "" {
		return FloatKind
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return StringKind
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	return only(rest, "0123456789", FloatKind)
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func only(s, set string, kind Kind) Kind {
	if s == "" || strings.Trim(s, set) != "" {
		return StringKind
	}
	return kind
}
