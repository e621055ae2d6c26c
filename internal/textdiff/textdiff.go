// Package textdiff compares two texts by lines, as hunks with context, and by words.
//
// In: two strings. Out: chunks in order. Laws: the equal and deleted chunks are the first
// text; the equal and inserted ones are the second; the same input gives the same output
// on any machine.
package textdiff

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Op is what happened to a piece of text.
type Op uint8

// The operations.
const (
	Equal Op = iota
	Delete
	Insert
)

// Chunk is a piece of text that was kept, deleted or inserted.
type Chunk struct {
	Op   Op
	Text string
}

// Hunk is a run of changed lines with unchanged ones around it. From and To
// count the first line of the hunk in each text, from 1.
type Hunk struct {
	From, To int
	Lines    []Chunk // one line each, without its line break
}

// maxTokens bounds the work, which grows with the square of a difference. A larger
// difference is split at the tokens that both texts have once; of a part that is
// still larger, all tokens are deleted and inserted. A bound of time would make the
// output depend on the machine.
const maxTokens = 2000

// Words compares two texts word by word. Edits close to one another are joined.
func Words(from, to string) []Chunk {
	return compare(words(from), words(to), true)
}

// Lines compares two texts line by line and returns hunks with up to context unchanged
// lines before and after the changed ones.
func Lines(from, to string, context int) []Hunk {
	var flat []Chunk
	for _, c := range compare(lines(from), lines(to), false) {
		for _, l := range lines(c.Text) {
			flat = append(flat, Chunk{c.Op, strings.TrimSuffix(l, "\n")})
		}
	}
	return hunks(flat, context)
}

// compare returns the chunks of two token lists; adjacent chunks differ in their Op.
func compare(from, to []string, semantic bool) []Chunk {
	head := 0
	for head < len(from) && head < len(to) && from[head] == to[head] {
		head++
	}
	tail := 0
	for tail < len(from)-head && tail < len(to)-head && from[len(from)-1-tail] == to[len(to)-1-tail] {
		tail++
	}
	a, b := from[head:len(from)-tail], to[head:len(to)-tail]
	var out chunker
	out.push(Equal, from[:head])
	if len(a)+len(b) <= maxTokens {
		out.bisect(a, b, semantic)
	} else {
		out.split(a, b, semantic)
	}
	out.push(Equal, from[len(from)-tail:])
	return out.chunks()
}

// chunker collects tokens; adjacent ones of one operation make one chunk.
type chunker struct {
	ops    []Op
	tokens [][]string
}

func (c *chunker) push(op Op, tokens []string) {
	n := len(c.ops)
	switch {
	case len(tokens) == 0:
	case n > 0 && c.ops[n-1] == op:
		c.tokens[n-1] = append(c.tokens[n-1], tokens...)
	default:
		c.ops, c.tokens = append(c.ops, op), append(c.tokens, slices.Clone(tokens))
	}
}

func (c *chunker) chunks() []Chunk {
	var out []Chunk
	for i, op := range c.ops {
		out = append(out, Chunk{op, strings.Join(c.tokens[i], "")})
	}
	return out
}

// split compares the parts between the tokens that both lists have once. Of those,
// it keeps the largest selection that has the same order in both.
func (c *chunker) split(a, b []string, semantic bool) {
	i, j := 0, 0
	for _, p := range append(inOrder(once(a, b)), pair{len(a), len(b)}) {
		if p.a < i || p.b < j {
			continue // part of the equal tokens after an earlier pair
		}
		c.part(a[i:p.a], b[j:p.b], semantic)
		for i, j = p.a, p.b; i < len(a) && j < len(b) && a[i] == b[j]; i, j = i+1, j+1 {
		}
		c.push(Equal, a[p.a:i])
	}
}

func (c *chunker) part(a, b []string, semantic bool) {
	if len(a)+len(b) <= maxTokens {
		c.bisect(a, b, semantic)
		return
	}
	c.push(Delete, a)
	c.push(Insert, b)
}

// pair is a token that two lists share, by its index in each.
type pair struct{ a, b int }

// once returns the tokens that each list has exactly once, in the order of a.
func once(a, b []string) []pair {
	type place struct{ count, at int }
	inB := make(map[string]place, len(b))
	for i, t := range b {
		inB[t] = place{inB[t].count + 1, i}
	}
	count := make(map[string]int, len(a))
	for _, t := range a {
		count[t]++
	}
	var out []pair
	for i, t := range a {
		if p := inB[t]; p.count == 1 && count[t] == 1 {
			out = append(out, pair{i, p.at})
		}
	}
	return out
}

// inOrder returns a longest increasing subsequence of the pairs by their second index.
func inOrder(pairs []pair) []pair {
	var ends []int                    // for each length, the pair that ends the best subsequence
	before := make([]int, len(pairs)) // the pair before each one in its subsequence
	for i, p := range pairs {
		n := sort.Search(len(ends), func(n int) bool { return pairs[ends[n]].b > p.b })
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	out := make([]pair, len(ends))
	if len(ends) == 0 {
		return out
	}
	for n, i := len(ends)-1, ends[len(ends)-1]; n >= 0; n, i = n-1, before[i] {
		out[n] = pairs[i]
	}
	return out
}

// bisect runs the library on tokens, with a rune for each distinct token.
func (c *chunker) bisect(a, b []string, semantic bool) {
	var tokens []string
	index := map[string]rune{}
	code := func(list []string) []rune {
		runes := make([]rune, len(list))
		for i, t := range list {
			r, known := index[t]
			if !known {
				r = toRune(len(tokens))
				index[t] = r
				tokens = append(tokens, t)
			}
			runes[i] = r
		}
		return runes
	}
	ra, rb := code(a), code(b)
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	diffs := dmp.DiffMainRunes(ra, rb, false)
	if semantic {
		diffs = dmp.DiffCleanupSemantic(diffs)
	}
	for _, d := range diffs {
		list := make([]string, 0, len(d.Text))
		for _, r := range d.Text {
			list = append(list, tokens[fromRune(r)])
		}
		c.push(opOf(d.Type), list)
	}
}

func opOf(t diffmatchpatch.Operation) Op {
	switch t {
	case diffmatchpatch.DiffDelete:
		return Delete
	case diffmatchpatch.DiffInsert:
		return Insert
	default:
		return Equal
	}
}

// Codes of tokens begin after the characters that the library treats as line breaks, and
// skip the surrogates, which are not runes.
const (
	firstRune      = 0x4e00
	surrogates     = 0xd800
	afterSurrogate = 0xe000
)

func toRune(i int) rune {
	r := rune(firstRune + i)
	if r >= surrogates {
		r += afterSurrogate - surrogates
	}
	return r
}

func fromRune(r rune) int {
	if r >= afterSurrogate {
		r -= afterSurrogate - surrogates
	}
	return int(r - firstRune)
}

// lines splits after each line break.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	out := strings.SplitAfter(s, "\n")
	if out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// words splits into runs of letters and digits, runs of spaces, and single other
// characters, without loss of invalid UTF-8.
func words(s string) []string {
	var out []string
	for start := 0; start < len(s); {
		r, size := utf8.DecodeRuneInString(s[start:])
		end := start + size
		if class := classOf(r); class != 0 {
			for end < len(s) {
				next, n := utf8.DecodeRuneInString(s[end:])
				if classOf(next) != class {
					break
				}
				end += n
			}
		}
		out = append(out, s[start:end])
		start = end
	}
	return out
}

func classOf(r rune) int {
	switch {
	case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
		return 1
	case r == ' ' || r == '\t':
		return 2
	default:
		return 0
	}
}

// hunks splits a list of lines into hunks.
func hunks(flat []Chunk, context int) []Hunk {
	var out []Hunk
	from, to := 1, 1
	last := -1 // index of the last changed line of the open hunk
	starts := make([][2]int, len(flat))
	for i, c := range flat {
		starts[i] = [2]int{from, to}
		if c.Op != Insert {
			from++
		}
		if c.Op != Delete {
			to++
		}
	}
	for i, c := range flat {
		if c.Op == Equal {
			continue
		}
		if last < 0 || i-last > 2*context+1 {
			begin := max(i-context, 0)
			if last >= 0 {
				closeHunk(out, flat, last, context)
				begin = max(begin, last+context+1)
			}
			out = append(out, Hunk{From: starts[begin][0], To: starts[begin][1], Lines: flat[begin:i:i]})
		} else {
			h := &out[len(out)-1]
			h.Lines = append(h.Lines, flat[last+1:i]...)
		}
		h := &out[len(out)-1]
		h.Lines = append(h.Lines, c)
		last = i
	}
	if last >= 0 {
		closeHunk(out, flat, last, context)
	}
	return out
}

// closeHunk adds the context after the last changed line.
func closeHunk(out []Hunk, flat []Chunk, last, context int) {
	h := &out[len(out)-1]
	end := min(last+1+context, len(flat))
	h.Lines = append(h.Lines, flat[last+1:end]...)
}
