package javaregex

import (
	"fmt"
	"slices"
	"strings"
)

// writer writes a pattern for one of the two engines.
type writer struct {
	strings.Builder
	slow       bool // for regexp2
	backtracks bool // Go's regexp cannot express the pattern
	lastEnd    bool // `$`: right in Go's regexp unless the text ends in a line break
}

// What the backtracking engine is told about lines.
const (
	breaks     = `[\n\r\u0085\u2028\u2029]`
	insideCRLF = `(?!(?<=\r)\n)`
	lastEnd    = insideCRLF + `(?=(?:\r\n|` + breaks + `)?\z)`
	lineEnd    = insideCRLF + `(?=` + breaks + `|\z)`
	lineStart  = insideCRLF + `(?:\A|(?<=` + breaks + `))(?!\z)`
)

func (w *writer) node(n *node) {
	switch n.kind {
	case opSet:
		w.set(n.set)
	case opSequence:
		for _, x := range n.list {
			w.grouped(x)
		}
	case opChoice:
		for i, x := range n.list {
			if i > 0 {
				w.WriteByte('|')
			}
			w.node(x)
		}
	case opGroup:
		w.wrap("(", n)
	case opAtomic, opAhead, opNotAhead, opBehind, opNotBehind:
		w.backtracks = true
		w.wrap(map[nodeKind]string{opAtomic: "(?>", opAhead: "(?=", opNotAhead: "(?!", opBehind: "(?<=",
			opNotBehind: "(?<!"}[n.kind], n)
	case opRepeat:
		w.repeat(n)
	case opBackreference:
		w.backtracks = true
		if n.fold != foldNone {
			fmt.Fprintf(w, `(?i:\%d)`, n.group)
		} else {
			fmt.Fprintf(w, `(?:\%d)`, n.group)
		}
	default:
		w.anchor(n)
	}
}

func (w *writer) wrap(open string, n *node) {
	w.WriteString(open)
	for _, x := range n.list {
		w.node(x)
	}
	w.WriteByte(')')
}

// grouped writes a part of a sequence.
func (w *writer) grouped(n *node) {
	if n.kind == opChoice {
		w.WriteString("(?:")
		w.node(n)
		w.WriteByte(')')
		return
	}
	w.node(n)
}

func (w *writer) repeat(n *node) {
	// Go's regexp allows at most 1000 repetitions.
	if n.mode == possessive || n.whole || n.min > 1000 || n.max > 1000 {
		w.backtracks = true
	}
	if n.mode == possessive {
		w.WriteString("(?>")
	}
	if n.whole || n.mode == possessive { // no round gives back
		w.WriteString("(?>")
	} else {
		w.WriteString("(?:")
	}
	w.node(n.list[0])
	if w.slow && n.list[0].repeats(n.mode == possessive) {
		w.WriteString(always)
	}
	w.WriteByte(')')
	switch {
	case n.min == 0 && n.max < 0:
		w.WriteByte('*')
	case n.min == 1 && n.max < 0:
		w.WriteByte('+')
	case n.min == 0 && n.max == 1:
		w.WriteByte('?')
	case n.max < 0:
		fmt.Fprintf(w, "{%d,}", n.min)
	case n.max == n.min:
		fmt.Fprintf(w, "{%d}", n.min)
	default:
		fmt.Fprintf(w, "{%d,%d}", n.min, n.max)
	}
	switch n.mode {
	case lazy:
		w.WriteByte('?')
	case possessive:
		w.WriteByte(')')
	}
}

// always matches. It keeps regexp2 from taking (?>X+){2} for X{2,}.
const always = `(?!(?!))`

// repeats reports whether n is a repetition that gives nothing back, or any one.
func (n *node) repeats(any bool) bool {
	switch {
	case n.kind == opSequence && len(n.list) == 1:
		return n.list[0].repeats(any)
	case n.kind == opAtomic:
		return n.list[0].repeats(true)
	}
	return n.kind == opRepeat && (any || n.mode == possessive)
}

func (w *writer) anchor(n *node) {
	unix := func(text string) string {
		if n.unix {
			text = strings.ReplaceAll(strings.ReplaceAll(text, breaks, `\n`), insideCRLF, "")
			return strings.ReplaceAll(text, `\r\n|`, "")
		}
		return text
	}
	switch n.kind {
	case opStart:
		w.WriteString(`\A`)
	case opEnd:
		w.WriteString(`\z`)
	case opLastEnd:
		if w.slow {
			w.WriteString(unix(lastEnd))
			return
		}
		w.lastEnd = true
		w.WriteString(`\z`)
	case opLineStart:
		w.backtracks = true
		w.WriteString(unix(lineStart))
	case opLineEnd:
		w.backtracks = true
		w.WriteString(unix(lineEnd))
	case opWordEdge:
		w.wordEdge(n, `\b`, "!", "=")
	case opNotWordEdge:
		w.wordEdge(n, `\B`, "=", "!")
	case opLineBreak:
		w.WriteString(`(?:\r\n|`)
		w.set(vertical)
		w.WriteByte(')')
	}
}

// wordEdge writes an edge that Go's regexp knows by name if words are ASCII. after says what follows a word
// character, and otherwise what follows any other.
func (w *writer) wordEdge(n *node, name, after, otherwise string) {
	if !w.slow {
		w.backtracks = w.backtracks || !slices.Equal(n.set, wordChars)
		w.WriteString(name)
		return
	}
	word := writer{slow: true}
	word.set(n.set)
	fmt.Fprintf(w, `(?:(?<=%[1]s)(?%[2]s%[1]s)|(?<!%[1]s)(?%[3]s%[1]s))`, word.String(), after, otherwise)
}

func (w *writer) set(s set) {
	switch {
	case len(s) == 0:
		if w.slow {
			w.WriteString(`(?!)`)
		} else {
			w.WriteString(`[^\x00-\x{10FFFF}]`)
		}
		return
	case len(s) == 1 && s[0].lo == s[0].hi:
		w.char(s[0].lo)
		return
	}
	w.WriteByte('[')
	for _, x := range s {
		w.char(x.lo)
		if x.hi > x.lo {
			w.WriteByte('-')
			w.char(x.hi)
		}
	}
	w.WriteByte(']')
}

// char writes a character so that both engines take it as itself, also in a class.
func (w *writer) char(r rune) {
	switch {
	case alpha.has(r) || digits.has(r):
		w.WriteRune(r)
	case r < 0x100:
		fmt.Fprintf(w, `\x%02x`, r)
	case !w.slow:
		fmt.Fprintf(w, `\x{%x}`, r)
	case r < 0x10000:
		fmt.Fprintf(w, `\u%04x`, r)
	default:
		w.WriteRune(r)
	}
}

// empty reports whether n can match the empty text.
func (n *node) empty() bool {
	switch n.kind {
	case opSet, opLineBreak:
		return false
	case opRepeat:
		return n.min == 0 || n.list[0].empty()
	case opChoice:
		for _, x := range n.list {
			if x.empty() {
				return true
			}
		}
		return false
	case opSequence, opGroup, opAtomic:
		for _, x := range n.list {
			if !x.empty() {
				return false
			}
		}
	}
	return true
}
