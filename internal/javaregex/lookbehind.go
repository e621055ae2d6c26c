package javaregex

import (
	"math"
	"slices"
)

// lookBehind checks that Java knows how far the body of a look-behind reaches, and marks what
// can never match.
func lookBehind(n *node) *node {
	s := studyOf(n.list[0])
	switch {
	case !s.known:
		fail("look-behind without an obvious longest match")
	case s.most < 0 && s.most > math.MinInt32/2, s.most >= 0 && int(s.most) < s.least:
		if n.kind == opNotBehind {
			return &node{kind: opRepeat, list: []*node{n}}
		}
		return &node{kind: opSequence, list: []*node{never, n}}
	}
	return n
}

// study is what Java finds out about a part of a pattern. The length of the longest match overflows as in Java, where
// (?<=\w+@\w+) never matches and (?<=\w+@) does.
type study struct {
	least int
	most  int32
	known bool // most is meant
	fixed bool // there is only one way to match
}

func studyOf(todo ...*node) study {
	s := study{known: true, fixed: true}
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		switch n.kind {
		case opSet:
			s.least++
			s.most++
		case opLineBreak:
			s.least++
			s.most += 2
		case opBackreference:
			s.known = false
		case opRepeat:
			if !n.repeatsGroup() || n.min != 0 || n.max != 1 {
				s.repeat(n)
				break
			}
			return s.branch([]*node{n.list[0], {kind: opSequence}}, todo)
		case opChoice:
			return s.branch(n.list, todo)
		case opSequence, opGroup, opAtomic:
			todo = append(slices.Clone(n.list), todo...)
		}
	}
	return s
}

// branch adds alternatives and what follows them.
func (s study) branch(branches, todo []*node) study {
	least, most := math.MaxInt32, int32(-1)
	for _, x := range branches {
		one := studyOf(x)
		least, most = min(least, one.least), max(most, one.most)
		s.known = s.known && one.known
	}
	rest := studyOf(todo...)
	return study{s.least + least + rest.least, s.most + most + rest.most, s.known && rest.known, false}
}

// repeatsGroup reports whether n repeats a group, and may give back what it took.
func (n *node) repeatsGroup() bool {
	body := n.list[0]
	return (body.kind == opGroup || body.kind == opSequence && len(body.list) > 0) && n.mode != possessive
}

func (s *study) repeat(n *node) {
	one := studyOf(n.list[0])
	before := *s
	times := int32(n.max)
	if n.max < 0 {
		times = math.MaxInt32
	}
	switch {
	case n.min == 0 && n.max == 1:
		s.most, s.known, s.fixed = s.most+one.most, s.known && one.known, false
	case n.list[0].kind == opSet && n.mode == greedy && n.max < 0:
		s.least, s.most, s.fixed = s.least+n.min, s.most+times, false
	case n.repeatsGroup() && !one.fixed:
		s.known, s.fixed = false, false
	default:
		s.least += min(one.least*n.min, math.MaxInt32)
		s.most += one.most * times
		s.known = s.known && one.known && s.most >= before.most
		s.fixed = s.fixed && one.fixed && n.min == n.max
	}
}

// keepBreaks marks the repetitions of \R that take \r\n as one, as in Java, where that can make a difference. The
// others run in linear time. ends says that nothing follows n, or what refuses a line feed.
func (n *node) keepBreaks(ends bool) {
	switch n.kind {
	case opChoice, opGroup:
		for _, x := range n.list {
			x.keepBreaks(ends)
		}
	case opSequence:
		for i, x := range n.list {
			ends := ends
			if i < len(n.list)-1 {
				ends = n.list[i+1].refuses('\n')
			}
			if x.kind == opRepeat && x.list[0].isBreak() {
				x.whole = x.min > 1 || !ends
			} else {
				x.keepBreaks(ends)
			}
		}
	case opRepeat, opAtomic, opAhead, opNotAhead, opBehind, opNotBehind:
		n.list[0].keepBreaks(false)
	}
}

// isBreak reports whether n is \R, in groups or not.
func (n *node) isBreak() bool {
	return n.kind == opLineBreak || (n.kind == opGroup || n.kind == opSequence) && len(n.list) == 1 && n.list[0].isBreak()
}

// refuses reports whether n takes a character, and not that one.
func (n *node) refuses(r rune) bool {
	return n.kind == opSet && !n.set.has(r) || n.kind == opRepeat && n.min > 0 && n.list[0].refuses(r)
}
