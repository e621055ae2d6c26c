// Package javaregex matches texts with the regular expressions of Java.
//
// A pattern is rewritten: classes are spelled out, so that `\w`, `.`, `(?i)`, and
// `[a-z&&[^x]]` mean what they mean in Java. Go's regexp, whose time is linear,
// runs whatever it can express. Look-around, back-references, possessive
// quantifiers, atomic groups, and line anchors run on a backtracking engine, on
// short texts and for a bounded time.
//
// Laws: no pattern and no text makes a function panic; the answer is the same
// every time, unless it is ErrSlow.
package javaregex

import (
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// Limits. MaxBacktrack is in bytes and holds for texts that the backtracking engine
// reads; MaxTime is for one call.
const (
	MaxPattern   = 4096
	maxWritten   = 256 << 10 // bytes of a pattern with its classes spelled out
	MaxBacktrack = 64 << 10
	MaxTime      = time.Second
	maxStack     = 1 << 22 // numbers on the stack of the backtracking engine
	maxLinear    = 10_000  // instructions of a pattern that Go's regexp runs, which take memory
)

// Errors of a match.
var (
	ErrSlow = errors.New("the regular expression takes too long")
	ErrLong = fmt.Errorf("the text is longer than %d KiB, too long for a regular expression with look-around, "+
		"back-references, possessive quantifiers, or line anchors", MaxBacktrack>>10)
)

var errLarge = errors.New("regular expression: too large, with all characters of its classes and its repetitions")

// Regexp is a compiled pattern.
type Regexp struct {
	// linear engines find and match the whole text; nil when Go's regexp cannot.
	find, whole *regexp.Regexp
	// lastEnd says that the linear engines are wrong for a text that ends in a line break.
	lastEnd bool
	tree    *node
	groups  int
	written int                // length of the pattern with its classes spelled out
	slow    [2]*regexp2.Regexp // find, whole; compiled when first needed
	slowErr error
}

// Compile reads a pattern.
func Compile(pattern string) (*Regexp, error) {
	if len(pattern) > MaxPattern {
		return nil, fmt.Errorf("expected at most %d bytes in a regular expression, found %d", MaxPattern, len(pattern))
	}
	n, p, err := parse(pattern)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	r := &Regexp{tree: n, groups: p.groups}
	w := writer{}
	w.node(n)
	if !w.backtracks && w.Len() > maxWritten {
		return nil, errLarge
	}
	r.written = w.Len()
	if !w.backtracks && n.size() <= maxLinear {
		r.lastEnd = w.lastEnd
		find, err1 := regexp.Compile(w.String())
		whole, err2 := regexp.Compile(`\A(?:` + w.String() + `)\z`)
		if err1 == nil && err2 == nil {
			r.find, r.whole = find, whole
		}
	}
	if r.find == nil || r.lastEnd {
		if err := r.compileSlow(); err != nil && r.find == nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Regexp) compileSlow() error {
	w := writer{slow: true}
	w.node(r.tree)
	if w.Len() > maxWritten {
		r.slowErr = errLarge
		return errLarge
	}
	for i, pattern := range []string{w.String(), `\A(?:` + w.String() + `)\z`} {
		re, err := regexp2.Compile(pattern, regexp2.OptionMaintainCaptureOrder(),
			regexp2.OptionMaxBacktrackingStackSize(maxStack))
		if err != nil {
			r.slowErr = errLarge
			return errLarge
		}
		re.MatchTimeout = MaxTime
		r.slow[i] = re
	}
	return nil
}

// Groups is the number of capturing groups.
func (r *Regexp) Groups() int { return r.groups }

// Steps says how much work it can be to search a text of n bytes, in units of about a microsecond.
func (r *Regexp) Steps(n int) int {
	return r.tree.size() * min(n, 1<<30) >> 7 * (1 + r.groups/16)
}

// Size is about how much memory the pattern takes.
func (r *Regexp) Size() int { return r.tree.size() + r.written/10 }

// size is about the number of instructions of n.
func (n *node) size() int {
	total := 1
	for _, x := range n.list {
		total += x.size()
	}
	if n.kind == opRepeat {
		total *= max(n.min, n.max, 1)
	}
	return min(total, 1<<20)
}

// Linear reports whether every match takes linear time.
func (r *Regexp) Linear() bool { return r.find != nil && !r.lastEnd }

// Match reports whether the whole text matches.
func (r *Regexp) Match(s string) (bool, error) {
	if r.useLinear(s) {
		return r.whole.MatchString(s), nil
	}
	m, err := r.backtrack(1, s, 0)
	return m != nil, err
}

func (r *Regexp) useLinear(s string) bool {
	if r.find == nil || !r.lastEnd {
		return r.find != nil
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	return !terminator.has(last)
}

// Find returns where the first match and its groups lie, as pairs of byte
// offsets, -1 for a group that took no part; nil without a match.
func (r *Regexp) Find(s string) ([]int, error) {
	if r.useLinear(s) {
		return r.find.FindStringSubmatchIndex(s), nil
	}
	return r.backtrack(0, s, 0)
}

func (r *Regexp) backtrack(i int, s string, from int) ([]int, error) {
	switch {
	case r.slow[i] == nil:
		return nil, r.slowErr
	case len(s) > MaxBacktrack:
		return nil, ErrLong
	}
	m, err := r.slow[i].FindStringMatchStartingAt(s, from)
	if err != nil {
		return nil, ErrSlow
	}
	if m == nil {
		return nil, nil
	}
	var out []int
	for _, g := range m.Groups() {
		if len(g.Captures) == 0 {
			out = append(out, -1, -1)
			continue
		}
		start, n := g.ByteRange()
		out = append(out, start, start+n)
	}
	return out, nil
}

// Split cuts a text at every match as Java's split(regex, -1) does: all parts are
// kept, except that an empty match at the start cuts nothing off.
func (r *Regexp) Split(s string) ([]string, error) {
	matches, err := r.all(s)
	if err != nil {
		return nil, err
	}
	parts := make([]string, 0, len(matches)+1)
	start := 0
	for _, m := range matches {
		if m[1] == 0 {
			continue
		}
		parts = append(parts, s[start:m[0]])
		start = m[1]
	}
	return append(parts, s[start:]), nil
}

// all returns where the matches lie, one after the other. An empty match may touch
// the one before it, unlike in Go.
func (r *Regexp) all(s string) ([][2]int, error) {
	var out [][2]int
	deadline := time.Now().Add(MaxTime)
	if r.useLinear(s) && !r.tree.empty() {
		// The engine may read to the end of the text for each match.
		for most := 16; ; most *= 2 {
			found := r.find.FindAllStringIndex(s, most)
			if len(found) < most {
				for _, m := range found {
					out = append(out, [2]int{m[0], m[1]})
				}
				return out, nil
			}
			if time.Now().After(deadline) {
				return nil, ErrSlow
			}
		}
	}
	if r.slow[0] == nil && r.slowErr == nil {
		var again Regexp
		again.tree = r.tree
		if err := again.compileSlow(); err != nil {
			return nil, err
		}
		r = &again
	}
	for from := 0; from <= len(s); {
		m, err := r.backtrack(0, s, from)
		if err != nil || m == nil {
			return out, err
		}
		if time.Now().After(deadline) {
			return nil, ErrSlow
		}
		out = append(out, [2]int{m[0], m[1]})
		from = m[1]
		if m[0] == m[1] {
			_, n := utf8.DecodeRuneInString(s[from:])
			from += max(n, 1)
		}
	}
	return out, nil
}
