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
		if c == 'b' && p.accept("{g}") {
			fail("unsupported: \\b{g}")
		}
		n := &node{kind: opWordEdge, set: p.wordChars()}
		if c == 'B' {
			n.kind = opNotWordEdge
		}
		return n
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
		s = p.wordChars()
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
		if s, ok = property(name, p.flags); !ok {
			fail("unknown character property `%s`", name)
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

func (p *parser) wordChars() set {
	if p.flags.unicodeClass {
		return unicodeWord()
	}
	return wordChars
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
		if alpha.has(c) || digits.has(c) {
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

// class reads a class after its opening bracket, or the part of one after `&&`, which leaves the closing bracket.
func (p *parser) class(bracket bool) set {
	p.enter()
	defer p.leave()
	negated := bracket && p.accept("^")
	var s set
	for seen := false; ; seen = true {
		p.skipComments()
		switch {
		case !p.more():
			fail("missing `]` of a class")
		case p.src[p.pos] == ']' && seen:
			if bracket {
				p.pos++
			}
			if negated {
				return s.not()
			}
			return s
		case p.accept("&&"):
			right, ok := p.intersection()
			switch {
			case !seen && !ok:
				fail("nothing before and after `&&` in a class")
			case !seen:
				s = right
			case ok:
				s = s.and(right)
			}
		case p.accept("["):
			s = s.union(p.class(true))
		default:
			s = s.union(p.classItem())
		}
	}
}

// intersection reads what follows `&&` in a class, if there is anything.
func (p *parser) intersection() (right set, ok bool) {
	for p.skipComments(); p.more() && p.src[p.pos] != ']' && p.src[p.pos] != '&'; p.skipComments() {
		right, ok = right.union(p.class(p.accept("["))), true
	}
	return right, ok
}

// classItem reads a character, a range, or an escape inside a class.
func (p *parser) classItem() set {
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
	p.skipComments()
	hi := lo
	if rest := p.rest(); len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '[' {
		p.pos++
		p.skipComments()
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
