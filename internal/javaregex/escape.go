package javaregex

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// escape reads what follows a backslash outside of a class.
func (p *parser) escape() *node {
	if !p.more() {
		fail("a backslash at the end of the pattern")
	}
	before := p.pos
	switch c := p.next(); c {
	case 'A':
		return &node{kind: opStart}
	case 'z':
		return &node{kind: opEnd}
	case 'Z':
		return &node{kind: opLastEnd, unix: p.flags.unixLines}
	case 'b', 'B':
		if p.flags.unicodeClass {
			fail("unsupported: \\%c with (?U)", c)
		}
		if c == 'B' {
			return &node{kind: opNotWordEdge}
		}
		return &node{kind: opWordEdge}
	case 'R':
		return &node{kind: opLineBreak}
	case 'G', 'X', 'N':
		fail("unsupported: \\%c", c)
	case 'k':
		if !p.accept("<") {
			fail("expected the name of a group after \\k")
		}
		name := p.groupName()
		group, ok := p.names[name]
		if !ok {
			fail("no group with the name `%s`", name)
		}
		return p.reference(group)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		group := int(c - '0')
		for p.more() && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
			longer := group*10 + int(p.src[p.pos]-'0')
			if longer > p.groups {
				break
			}
			group = longer
			p.pos++
		}
		return p.reference(group)
	default:
		p.pos = before
	}
	if s, ok := p.classEscape(); ok {
		return &node{kind: opSet, set: s}
	}
	return p.char(p.charEscape())
}

func (p *parser) reference(group int) *node {
	n := &node{kind: opBackreference, group: group, fold: p.flags.mode()}
	p.refs = append(p.refs, n)
	return n
}

// classEscape reads an escape that stands for a set of characters.
func (p *parser) classEscape() (set, bool) {
	before := p.pos
	c := p.next()
	var s set
	switch c {
	case 'd', 'D':
		if s = digits; p.flags.unicodeClass {
			s = category("Nd")
		}
	case 'w', 'W':
		if s = wordChars; p.flags.unicodeClass {
			alphabetic, _ := binary("alphabetic")
			s = alphabetic.union(category("Mn", "Me", "Mc", "Nd", "Pc")).union(tableSet(unicode.Join_Control))
		}
	case 's', 'S':
		if s = space; p.flags.unicodeClass {
			s = tableSet(unicode.White_Space)
		}
	case 'h', 'H':
		s = horizontal
	case 'v', 'V':
		s = vertical
	case 'p', 'P':
		name := ""
		if p.accept("{") {
			end := strings.IndexByte(p.rest(), '}')
			if end < 0 {
				fail("missing `}` of \\%c", c)
			}
			name = p.rest()[:end]
			p.pos += end + 1
		} else if p.more() {
			name = string(p.next())
		}
		ok := false
		if s, ok = property(name); !ok {
			fail("unknown character property `%s`", name)
		}
		if m := p.flags.mode(); m != foldNone && (name == "Lower" || name == "Upper") {
			s = s.fold(false)
		}
	default:
		p.pos = before
		return nil, false
	}
	if unicode.IsUpper(c) {
		s = s.not()
	}
	return s, true
}

// charEscape reads an escape that stands for one character.
func (p *parser) charEscape() rune {
	switch c := p.next(); c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return '\a'
	case 'e':
		return 0x1b
	case 'c':
		if !p.more() {
			fail("a character is missing after \\c")
		}
		return p.next() ^ 64
	case '0':
		return p.octal()
	case 'x':
		if p.accept("{") {
			end := strings.IndexByte(p.rest(), '}')
			if end < 0 {
				fail("missing `}` of \\x")
			}
			s := p.rest()[:end]
			p.pos += end + 1
			return hex(s, len(s))
		}
		return p.hex(2)
	case 'u':
		r := p.hex(4)
		if utf16.IsSurrogate(r) && p.accept(`\u`) {
			r = utf16.DecodeRune(r, p.hex(4))
		}
		if utf16.IsSurrogate(r) || r == unicode.ReplacementChar {
			fail("half of a surrogate pair")
		}
		return r
	default:
		if alpha.has(c) {
			fail("unknown escape \\%c", c)
		}
		return c
	}
}

func (p *parser) hex(n int) rune {
	if len(p.rest()) < n {
		fail("expected %d hexadecimal digits", n)
	}
	s := p.rest()[:n]
	p.pos += n
	return hex(s, n)
}

func hex(s string, n int) rune {
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil || v > maxRune || utf16.IsSurrogate(rune(v)) && n != 4 {
		fail("expected %d hexadecimal digits, found `%s`", n, s)
	}
	return rune(v)
}

func (p *parser) octal() rune {
	v, n := 0, 0
	for n < 3 && p.more() && p.src[p.pos] >= '0' && p.src[p.pos] <= '7' {
		if n == 2 && v > 0o37 {
			break
		}
		v = v*8 + int(p.src[p.pos]-'0')
		p.pos++
		n++
	}
	if n == 0 {
		fail("expected octal digits after \\0")
	}
	return rune(v)
}

// class reads a class after its opening bracket.
func (p *parser) class() set {
	p.enter()
	defer p.leave()
	negated := p.accept("^")
	all := ranges(0, maxRune) // of the parts before `&&`
	var part set
	seen, intersected := false, false
	for {
		p.skipComments()
		if !p.more() {
			fail("missing `]` of a class")
		}
		switch {
		case p.src[p.pos] == ']' && (seen || intersected):
			p.pos++
			if seen || !intersected {
				all = all.and(part)
			}
			if negated {
				all = all.not()
			}
			return all
		case p.accept("&&"):
			for p.accept("&&") {
				continue
			}
			if seen {
				all = all.and(part)
			}
			part, seen, intersected = nil, false, true
		case p.accept("["):
			part, seen = part.union(p.class()), true
		default:
			part, seen = part.union(p.classItem()), true
		}
	}
}

// classItem reads a character, a range, or an escape inside a class.
func (p *parser) classItem() set {
	if p.accept(`\Q`) {
		text, rest, _ := strings.Cut(p.rest(), `\E`)
		p.pos = len(p.src) - len(rest)
		return p.folded(chars(text))
	}
	lo := p.next()
	if lo == '\\' {
		if !p.more() {
			fail("a backslash at the end of the pattern")
		}
		if s, ok := p.classEscape(); ok {
			return s
		}
		lo = p.charEscape()
	}
	hi := lo
	if rest := p.rest(); len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '[' {
		p.pos++
		if hi = p.next(); hi == '\\' {
			if !p.more() {
				fail("a backslash at the end of the pattern")
			}
			before := p.pos
			if _, ok := p.classEscape(); ok {
				p.pos = before
				fail("a range that ends in a class")
			}
			hi = p.charEscape()
		}
		if hi < lo {
			fail("a range from `%c` to `%c`", lo, hi)
		}
	}
	return p.folded(set{{lo, hi}})
}

func (p *parser) folded(s set) set {
	if m := p.flags.mode(); m != foldNone {
		return s.fold(m == foldAll)
	}
	return s
}
