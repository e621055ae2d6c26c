package javaregex

import (
	"slices"
	"strings"
	"sync"
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
	if all {
		return s.foldAll()
	}
	out := slices.Clone(s)
	for _, x := range s {
		if lo, hi := max(x.lo, 'A'), min(x.hi, 'Z'); lo <= hi {
			out = append(out, span{lo + 32, hi + 32})
		}
		if lo, hi := max(x.lo, 'a'), min(x.hi, 'z'); lo <= hi {
			out = append(out, span{lo - 32, hi - 32})
		}
	}
	return out.normal()
}

// foldAll adds letters as Java does. A letter equals others by the lower case of its upper case, so that i
// equals \u0130 and \u0131. A letter is in a range if one of its two cases is: [a-z] has \u212a, which
// becomes k; a range with \u212a has no k.
func (s set) foldAll() set {
	out := slices.Clone(s)
	for _, c := range cased() {
		for _, x := range s {
			in := func(r rune) bool { return x.lo <= r && r <= x.hi }
			one := x.lo == x.hi && unicode.ToUpper(x.lo) != lowerOfUpper(x.lo) && lowerOfUpper(x.lo) == c.lower
			if one || x.lo < x.hi && (in(c.upper) || in(c.lower)) {
				out = append(out, span{c.r, c.r})
				break
			}
		}
	}
	return out.normal()
}

func lowerOfUpper(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

type casedLetter struct{ r, upper, lower rune }

// cased are the letters that have another case, or are the other case of one. They lie below 0x1E944.
var cased = sync.OnceValue(func() []casedLetter {
	var out []casedLetter
	for r := rune(0); r < 0x1E944; r++ {
		if c := (casedLetter{r, unicode.ToUpper(r), lowerOfUpper(r)}); c.upper != c.lower || unicode.SimpleFold(r) != r {
			out = append(out, c)
		}
	}
	return out
})

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
func property(name string, f flags) (set, bool) {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "gc", "general_category":
			return named(value, f.fold)
		case "blk", "block":
			return block(value)
		}
		return nil, false
	}
	if rest, ok := strings.CutPrefix(name, "In"); ok {
		return block(rest)
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		if s, ok := binary(rest, f.fold); ok {
			return s, true
		}
		if s, ok := named(rest, f.fold); ok {
			return s, true
		}
		return script(rest)
	}
	if f.unicodeClass {
		if s, ok := unicodePOSIX(name, f.fold); ok {
			return s, true
		}
	}
	return named(name, f.fold)
}

// named are the properties without a prefix. In patterns that ignore case, a class of one case has all.
func named(name string, fold bool) (set, bool) {
	if fold {
		switch name {
		case "Lower", "Upper":
			name = "Alpha"
		case "Lu", "Ll", "Lt":
			name = "LC"
		case "javaLowerCase", "javaUpperCase", "javaTitleCase":
			return binary("lowercase", true)
		}
	}
	if s, ok := ascii[name]; ok {
		return s, true
	}
	if rest, ok := strings.CutPrefix(name, "java"); ok {
		return javaMethod(rest)
	}
	return generalCategory(name)
}

// unicodePOSIX are the POSIX classes with (?U).
func unicodePOSIX(name string, fold bool) (set, bool) {
	is := func(name string) set { s, _ := binary(name, fold); return s }
	switch strings.ToLower(name) {
	case "alpha":
		return is("alphabetic"), true
	case "lower":
		return is("lowercase"), true
	case "upper":
		return is("uppercase"), true
	case "space":
		return is("white_space"), true
	case "punct":
		return is("punctuation"), true
	case "xdigit":
		return is("hex_digit"), true
	case "digit":
		return is("digit"), true
	case "alnum":
		return is("alphabetic").union(is("digit")), true
	case "cntrl":
		return is("control"), true
	case "blank":
		return category("Zs").union(chars("\t")), true
	case "graph":
		return graph(), true
	case "print":
		return graph().union(category("Zs")).and(is("control").not()), true
	}
	return nil, false
}

func graph() set {
	unassigned, _ := generalCategory("Cn")
	return category("Zs", "Zl", "Zp", "Cc", "Cs").union(unassigned).not()
}

func unicodeWord() set {
	alphabetic, _ := binary("alphabetic", false)
	return alphabetic.union(category("Mn", "Me", "Mc", "Nd", "Pc")).union(tableSet(unicode.Join_Control))
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
func binary(name string, fold bool) (set, bool) {
	name = strings.ToLower(name)
	if fold && (name == "lowercase" || name == "uppercase" || name == "titlecase") {
		lower, _ := binary("lowercase", false)
		upper, _ := binary("uppercase", false)
		return lower.union(upper).union(category("Lt")), true
	}
	switch name {
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
	case "assigned":
		unassigned, _ := generalCategory("Cn")
		return unassigned.not(), true
	case "join_control", "joincontrol":
		return tableSet(unicode.Join_Control), true
	case "noncharacter_code_point", "noncharactercodepoint":
		return tableSet(unicode.Noncharacter_Code_Point), true
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
		return binary("alphabetic", false)
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
	case "ISOControl":
		return category("Cc"), true
	case "Defined", "Ideographic":
		return binary(map[string]string{"Defined": "assigned", "Ideographic": "ideographic"}[name], false)
	}
	return nil, false
}

// blocks are the ones that patterns for data about people name.
var blocks = map[string]set{
	"basiclatin": ranges(0, 0x7f), "latin1supplement": ranges(0x80, 0xff), "latinextendeda": ranges(0x100, 0x17f),
	"latinextendedb": ranges(0x180, 0x24f), "greek": ranges(0x370, 0x3ff), "greekandcoptic": ranges(0x370, 0x3ff),
	"cyrillic": ranges(0x400, 0x4ff), "armenian": ranges(0x530, 0x58f), "hebrew": ranges(0x590, 0x5ff),
	"arabic": ranges(0x600, 0x6ff), "devanagari": ranges(0x900, 0x97f), "thai": ranges(0xe00, 0xe7f),
	"hiragana": ranges(0x3040, 0x309f), "katakana": ranges(0x30a0, 0x30ff),
	"cjkunifiedideographs": ranges(0x4e00, 0x9fff), "hangulsyllables": ranges(0xac00, 0xd7af),
	"generalpunctuation": ranges(0x2000, 0x206f), "currencysymbols": ranges(0x20a0, 0x20cf),
	"combiningdiacriticalmarks": ranges(0x300, 0x36f), "ipaextensions": ranges(0x250, 0x2af),
	"cyrillicsupplement": ranges(0x500, 0x52f), "bengali": ranges(0x980, 0x9ff), "georgian": ranges(0x10a0, 0x10ff),
	"hanguljamo": ranges(0x1100, 0x11ff), "latinextendedadditional": ranges(0x1e00, 0x1eff),
	"greekextended": ranges(0x1f00, 0x1fff), "superscriptsandsubscripts": ranges(0x2070, 0x209f),
	"letterlikesymbols": ranges(0x2100, 0x214f), "numberforms": ranges(0x2150, 0x218f), "arrows": ranges(0x2190, 0x21ff),
	"mathematicaloperators": ranges(0x2200, 0x22ff), "miscellaneoussymbols": ranges(0x2600, 0x26ff),
	"dingbats": ranges(0x2700, 0x27bf), "cjksymbolsandpunctuation": ranges(0x3000, 0x303f),
	"bopomofo": ranges(0x3100, 0x312f), "halfwidthandfullwidthforms": ranges(0xff00, 0xffef),
	"miscellaneoussymbolsandpictographs": ranges(0x1f300, 0x1f5ff), "emoticons": ranges(0x1f600, 0x1f64f),
	"transportandmapsymbols": ranges(0x1f680, 0x1f6ff), "supplementalsymbolsandpictographs": ranges(0x1f900, 0x1f9ff),
}

func block(name string) (set, bool) {
	s, ok := blocks[strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))]
	return s, ok
}
