package javaregex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is a part of a pattern.
type node struct {
	kind     nodeKind
	set      set // of opSet
	list     []*node
	min, max int // of opRepeat; max -1 is no limit
	mode     quantifier
	group    int // number of a capturing group or of the one referred to
	fold     foldMode
	unix     bool // of line anchors: only \n ends a line
	whole    bool // of opRepeat: what one round took is not given back in parts
}

type nodeKind uint8

const (
	opSet nodeKind = iota
	opSequence
	opChoice
	opRepeat
	opGroup
	opAtomic
	opAhead
	opNotAhead
	opBehind
	opNotBehind
	opBackreference
	opStart     // \A and ^
	opLineStart // ^ with (?m)
	opEnd       // \z
	opLastEnd   // $ and \Z: before a last line break, too
	opLineEnd   // $ with (?m)
	opWordEdge
	opNotWordEdge
	opLineBreak // \R
)

type quantifier uint8

const (
	greedy quantifier = iota
	lazy
	possessive
)

type foldMode uint8

const (
	foldNone foldMode = iota
	foldASCII
	foldAll
)

type flags struct{ fold, comments, multiline, dotAll, unicodeCase, unixLines, unicodeClass bool }

func (f flags) mode() foldMode {
	switch {
	case f.fold && f.unicodeCase:
		return foldAll
	case f.fold:
		return foldASCII
	}
	return foldNone
}

// maxDepth bounds the nesting of groups and classes.
const maxDepth = 100

type parser struct {
	src    string // without \Q and \E
	pos    int
	flags  flags
	groups int
	names  map[string]int
	depth  int
	refs   []*node
}

type syntaxError struct{ message string }

func (e syntaxError) Error() string { return e.message }

func fail(format string, args ...any) { panic(syntaxError{fmt.Sprintf(format, args...)}) }

// parse reads a pattern. The only panics inside are syntaxErrors.
func parse(src string) (n *node, p *parser, err error) {
	p = &parser{src: unquoted(src), names: map[string]int{}}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case syntaxError:
			n, err = nil, e
		default:
			panic(e)
		}
	}()
	if !utf8.ValidString(src) {
		fail("the pattern is not valid UTF-8")
	}
	n = p.choice()
	if p.more() {
		fail("unmatched `)`")
	}
	for _, ref := range p.refs {
		if ref.group > p.groups {
			*ref = *never // as in Java
		}
	}
	n.keepBreaks(true)
	return n, p, nil
}

// never matches nothing at all.
var never = &node{kind: opSet}

// unquoted writes what stands between \Q and \E with backslashes, as Java does before it reads a pattern: the
// quotes neither end a repetition nor hide what it repeats.
func unquoted(src string) string {
	var b strings.Builder
	for quote := false; src != ""; {
		switch c := src[0]; {
		case quote && strings.HasPrefix(src, `\E`), !quote && strings.HasPrefix(src, `\Q`):
			quote, src = !quote, src[2:]
			if quote && src != "" && src[0] >= '0' && src[0] <= '9' { // no digit of \1 before it
				b.WriteString(`\x3`)
				b.WriteByte(src[0])
				src = src[1:]
			}
			continue
		case !quote && c == '\\' && len(src) > 1:
			b.WriteString(src[:2])
			src = src[2:]
			continue
		case quote && c < utf8.RuneSelf && !alpha.has(rune(c)) && !digits.has(rune(c)):
			b.WriteByte('\\')
		}
		b.WriteByte(src[0])
		src = src[1:]
	}
	return b.String()
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		fail("expected at most %d nested groups", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) more() bool { return p.pos < len(p.src) }

func (p *parser) rest() string { return p.src[p.pos:] }

func (p *parser) accept(s string) bool {
	if !strings.HasPrefix(p.rest(), s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *parser) next() rune {
	r, n := utf8.DecodeRuneInString(p.rest())
	p.pos += n
	return r
}

func (p *parser) skipComments() {
	for p.flags.comments && p.more() {
		switch c := p.src[p.pos]; {
		case c <= ' ' && strings.IndexByte(" \t\n\v\f\r", c) >= 0:
			p.pos++
		case c == '#':
			for p.more() && !terminator.has(p.next()) {
				continue
			}
		default:
			return
		}
	}
}

func (s set) has(r rune) bool {
	for _, x := range s {
		if r >= x.lo && r <= x.hi {
			return true
		}
	}
	return false
}

func (p *parser) choice() *node {
	p.enter()
	defer p.leave()
	var branches []*node
	for {
		branches = append(branches, p.sequence())
		if !p.accept("|") {
			break
		}
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return &node{kind: opChoice, list: branches}
}

func (p *parser) sequence() *node {
	s := &node{kind: opSequence}
	for {
		p.skipComments()
		if !p.more() || p.src[p.pos] == '|' || p.src[p.pos] == ')' {
			return s
		}
		if p.src[p.pos] == '{' { // repeats the empty text, as in x{2}{3}
			s.list = append(s.list, p.quantified(&node{kind: opSequence}))
			continue
		}
		if n := p.atom(); n != nil {
			s.list = append(s.list, p.quantified(n))
		}
	}
}

func (p *parser) char(r rune) *node {
	s := set{{r, r}}
	if m := p.flags.mode(); m != foldNone {
		s = s.fold(m == foldAll)
	}
	return &node{kind: opSet, set: s}
}

// atom reads one element; it is nil for what only changes flags.
func (p *parser) atom() *node {
	switch c := p.next(); c {
	case '(':
		return p.group()
	case '[':
		return &node{kind: opSet, set: p.class(true)}
	case '.':
		return &node{kind: opSet, set: p.dot()}
	case '^':
		if p.flags.multiline {
			return &node{kind: opLineStart, unix: p.flags.unixLines}
		}
		return &node{kind: opStart}
	case '$':
		if p.flags.multiline {
			return &node{kind: opLineEnd, unix: p.flags.unixLines}
		}
		return &node{kind: opLastEnd, unix: p.flags.unixLines}
	case '*', '+', '?':
		fail("nothing before `%c` to repeat", c)
	case '\\':
		return p.escape()
	default:
		return p.char(c)
	}
	return nil
}

func (p *parser) dot() set {
	switch {
	case p.flags.dotAll:
		return ranges(0, maxRune)
	case p.flags.unixLines:
		return chars("\n").not()
	}
	return terminator.not()
}

func (p *parser) quantified(n *node) *node {
	p.skipComments()
	r := &node{kind: opRepeat, list: []*node{n}, max: -1}
	switch {
	case p.accept("*"):
	case p.accept("+"):
		r.min = 1
	case p.accept("?"):
		r.max = 1
	case p.accept("{"):
		r.min, r.max = p.bounds()
	default:
		return n
	}
	p.skipComments()
	switch {
	case p.accept("?"):
		r.mode = lazy
	case p.accept("+"):
		r.mode = possessive
	}
	return r
}

func (p *parser) bounds() (int, int) {
	n := func() int {
		start := p.pos
		for p.more() && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
			p.pos++
		}
		v, err := strconv.Atoi(p.src[start:p.pos])
		if err != nil || v > 1<<31-1 {
			fail("a repetition without a number: write \\{ for the character")
		}
		return v
	}
	least := n()
	most := least
	if p.accept(",") {
		if most = -1; !strings.HasPrefix(p.rest(), "}") {
			most = n()
		}
	}
	if !p.accept("}") {
		fail("missing `}` of a repetition")
	}
	if most >= 0 && most < least {
		fail("a repetition from %d to %d", least, most)
	}
	return least, most
}

func (p *parser) group() *node {
	outer := p.flags
	n := &node{kind: opSequence}
	switch {
	case !p.accept("?"):
		p.groups++
		n = &node{kind: opGroup, group: p.groups}
	case p.accept(":"):
	case p.accept(">"):
		n.kind = opAtomic
	case p.accept("="):
		n.kind = opAhead
	case p.accept("!"):
		n.kind = opNotAhead
	case p.accept("<="):
		n.kind = opBehind
	case p.accept("<!"):
		n.kind = opNotBehind
	case p.accept("<"):
		p.groups++
		name := p.groupName()
		if _, ok := p.names[name]; ok {
			fail("two groups with the name `%s`", name)
		}
		p.names[name] = p.groups
		n = &node{kind: opGroup, group: p.groups}
	default:
		if p.setFlags() {
			return nil // (?i) holds up to the end of the group around it
		}
	}
	body := p.choice()
	if !p.accept(")") {
		fail("missing `)`")
	}
	p.flags = outer
	n.list = []*node{body}
	if n.kind == opBehind || n.kind == opNotBehind {
		return lookBehind(n)
	}
	return n
}

func (p *parser) groupName() string {
	name, _, ok := strings.Cut(p.rest(), ">")
	if !ok || name == "" || !alpha.has(rune(name[0])) ||
		strings.ContainsFunc(name, func(r rune) bool { return !alpha.has(r) && !digits.has(r) }) {
		fail("expected the name of a group and `>`")
	}
	p.pos += len(name) + 1
	return name
}

// setFlags reads what follows `(?` up to `:` or `)`; it reports the latter.
func (p *parser) setFlags() bool {
	on := true
	f := p.flags
	for p.more() {
		switch c := p.next(); c {
		case 'i':
			f.fold = on
		case 'm':
			f.multiline = on
		case 's':
			f.dotAll = on
		case 'd':
			f.unixLines = on
		case 'u':
			f.unicodeCase = on
		case 'x':
			f.comments = on
		case 'U':
			f.unicodeClass, f.unicodeCase = on, on
		case '-':
			if !on {
				fail("a second `-` among the flags")
			}
			on = false
		case ')', ':':
			p.flags = f
			return c == ')'
		default:
			fail("unknown flag `%c`", c)
		}
	}
	fail("missing `)`")
	return false
}
