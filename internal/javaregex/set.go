package javaregex

import (
	"slices"
	"strings"
	"unicode"
)

// set is a set of characters: sorted ranges without overlap.
type set []span

type span struct{ lo, hi rune }

const maxRune = unicode.MaxRune

func chars(s string) set {
	var out set
	for _, r := range s {
		out = append(out, span{r, r})
	}
	return out.normal()
}

func ranges(pairs ...rune) set {
	var out set
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, span{pairs[i], pairs[i+1]})
	}
	return out.normal()
}

func (s set) normal() set {
	if len(s) < 2 {
		return s
	}
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b span) int { return int(a.lo - b.lo) })
	out := s[:1]
	for _, x := range s[1:] {
		if last := &out[len(out)-1]; x.lo <= last.hi+1 {
			last.hi = max(last.hi, x.hi)
		} else {
			out = append(out, x)
		}
	}
	return out
}

func (s set) union(t set) set { return append(slices.Clone(s), t...).normal() }

func (s set) not() set {
	var out set
	next := rune(0)
	for _, x := range s {
		if x.lo > next {
			out = append(out, span{next, x.lo - 1})
		}
		next = x.hi + 1
	}
	if next <= maxRune {
		out = append(out, span{next, maxRune})
	}
	return out
}

func (s set) and(t set) set { return s.not().union(t.not()).not() }

// fold adds the other case of each letter: of ASCII, or of all scripts.
func (s set) fold(all bool) set {
	out := slices.Clone(s)
	for _, x := range s {
		for r := max(x.lo, 'A'); r <= min(x.hi, 'z'); r++ {
			switch {
			case r >= 'A' && r <= 'Z':
				out = append(out, span{r + 32, r + 32})
			case r >= 'a' && r <= 'z':
				out = append(out, span{r - 32, r - 32})
			}
		}
		// Everything that has another case lies below 0x1E944.
		for r := x.lo; all && r <= min(x.hi, 0x1E944); r++ {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				out = append(out, span{f, f})
			}
		}
	}
	return out.normal()
}

func tableSet(t *unicode.RangeTable) set {
	var out set
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			out = append(out, span{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			out = append(out, span{r, r})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return out.normal()
}

var (
	digits     = ranges('0', '9')
	upper      = ranges('A', 'Z')
	lower      = ranges('a', 'z')
	alpha      = upper.union(lower)
	wordChars  = alpha.union(digits).union(chars("_"))
	space      = chars(" \t\n\v\f\r")
	horizontal = chars(" \t\u00a0\u1680\u180e\u202f\u205f\u3000").union(ranges(0x2000, 0x200a))
	vertical   = ranges('\n', '\r', 0x85, 0x85, 0x2028, 0x2029)
	terminator = chars("\n\r\u0085\u2028\u2029")
	punct      = ranges('!', '/', ':', '@', '[', '`', '{', '~')
)

// ascii are the POSIX classes, which know ASCII only.
var ascii = map[string]set{
	"Lower": lower, "Upper": upper, "ASCII": ranges(0, 0x7f), "Alpha": alpha, "Digit": digits,
	"Alnum": alpha.union(digits), "Punct": punct, "Graph": ranges('!', '~'), "Print": ranges(' ', '~'),
	"Blank": chars(" \t"), "Cntrl": ranges(0, 0x1f, 0x7f, 0x7f),
	"XDigit": ranges('0', '9', 'a', 'f', 'A', 'F'), "Space": space,
}

func category(names ...string) set {
	var out set
	for _, n := range names {
		out = out.union(tableSet(unicode.Categories[n]))
	}
	return out
}

// property finds \p{name}.
func property(name string) (set, bool) {
	if s, ok := ascii[name]; ok {
		return s, true
	}
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "gc", "general_category":
			return generalCategory(value)
		case "blk", "block":
			return block(value)
		}
		return nil, false
	}
	switch {
	case strings.HasPrefix(name, "Is"):
		if s, ok := binary(name[2:]); ok {
			return s, true
		}
		if s, ok := generalCategory(name[2:]); ok {
			return s, true
		}
		return script(name[2:])
	case strings.HasPrefix(name, "In"):
		return block(name[2:])
	case strings.HasPrefix(name, "java"):
		return javaMethod(name[4:])
	}
	return generalCategory(name)
}

func generalCategory(name string) (set, bool) {
	switch name {
	case "L1":
		return ranges(0, 0xff), true
	case "LD":
		return category("L", "Nd"), true
	case "LC":
		return category("Lu", "Ll", "Lt"), true
	case "all":
		return ranges(0, maxRune), true
	case "Cn": // unassigned
		return category("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co", "Cs").not(), true
	case "C":
		return category("L", "M", "N", "P", "S", "Z").not(), true
	}
	if len(name) > 2 {
		return nil, false
	}
	t, ok := unicode.Categories[name]
	if !ok {
		return nil, false
	}
	return tableSet(t), true
}

func script(name string) (set, bool) {
	for key, t := range unicode.Scripts {
		if strings.EqualFold(key, name) {
			return tableSet(t), true
		}
	}
	return nil, false
}

// binary are the properties that Java has as \p{Is…}.
func binary(name string) (set, bool) {
	switch strings.ToLower(name) {
	case "alphabetic":
		return category("L", "Nl").union(tableSet(unicode.Other_Alphabetic)), true
	case "ideographic":
		return tableSet(unicode.Ideographic), true
	case "letter":
		return category("L"), true
	case "lowercase":
		return category("Ll").union(tableSet(unicode.Other_Lowercase)), true
	case "uppercase":
		return category("Lu").union(tableSet(unicode.Other_Uppercase)), true
	case "titlecase":
		return category("Lt"), true
	case "punctuation":
		return category("P"), true
	case "control":
		return category("Cc"), true
	case "white_space", "whitespace":
		return tableSet(unicode.White_Space), true
	case "digit":
		return category("Nd"), true
	case "hex_digit", "hexdigit":
		return category("Nd").union(tableSet(unicode.Hex_Digit)), true
	}
	return nil, false
}

// javaMethod are the methods of Character that a pattern may name.
func javaMethod(name string) (set, bool) {
	switch name {
	case "LowerCase":
		return category("Ll").union(tableSet(unicode.Other_Lowercase)), true
	case "UpperCase":
		return category("Lu").union(tableSet(unicode.Other_Uppercase)), true
	case "Alphabetic":
		return binary("alphabetic")
	case "TitleCase":
		return category("Lt"), true
	case "Digit":
		return category("Nd"), true
	case "Letter":
		return category("L"), true
	case "LetterOrDigit":
		return category("L", "Nd"), true
	case "Whitespace":
		return category("Z").and(chars("\u00a0\u2007\u202f").not()).union(ranges('\t', '\r', 0x1c, 0x1f)), true
	case "SpaceChar":
		return category("Z"), true
	}
	return nil, false
}

// blocks are the ones that patterns of European data name.
var blocks = map[string]set{
	"basiclatin": ranges(0, 0x7f), "latin1supplement": ranges(0x80, 0xff), "latinextendeda": ranges(0x100, 0x17f),
	"latinextendedb": ranges(0x180, 0x24f), "greek": ranges(0x370, 0x3ff), "greekandcoptic": ranges(0x370, 0x3ff),
	"cyrillic": ranges(0x400, 0x4ff), "armenian": ranges(0x530, 0x58f), "hebrew": ranges(0x590, 0x5ff),
	"arabic": ranges(0x600, 0x6ff), "devanagari": ranges(0x900, 0x97f), "thai": ranges(0xe00, 0xe7f),
	"hiragana": ranges(0x3040, 0x309f), "katakana": ranges(0x30a0, 0x30ff),
	"cjkunifiedideographs": ranges(0x4e00, 0x9fff), "hangulsyllables": ranges(0xac00, 0xd7af),
	"generalpunctuation": ranges(0x2000, 0x206f), "currencysymbols": ranges(0x20a0, 0x20cf),
	"combiningdiacriticalmarks": ranges(0x300, 0x36f),
}

func block(name string) (set, bool) {
	s, ok := blocks[strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))]
	return s, ok
}
