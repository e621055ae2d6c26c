// Package textdiff compares two texts by lines, as hunks with context, and by words.
//
// In: two strings. Out: chunks in order. Laws: the equal and deleted chunks are the first
// text; the equal and inserted ones are the second; the same input gives the same output
// on any machine.
package textdiff

import (
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

// maxTokens bounds the work: of more tokens that differ, all are deleted and inserted. A
// bound of time would make the output depend on the machine.
const maxTokens = 8000

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
	var out []Chunk
	out = push(out, Equal, from[:head])
	if len(a)+len(b) > maxTokens {
		out = push(out, Delete, a)
		out = push(out, Insert, b)
	} else {
		out = bisect(out, a, b, semantic)
	}
	return push(out, Equal, from[len(from)-tail:])
}

// bisect runs the library on tokens, with a rune for each distinct token.
func bisect(out []Chunk, a, b []string, semantic bool) []Chunk {
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
		out = push(out, opOf(d.Type), list)
	}
	return out
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

func push(out []Chunk, op Op, tokens []string) []Chunk {
	if len(tokens) == 0 {
		return out
	}
	text := strings.Join(tokens, "")
	if n := len(out); n > 0 && out[n-1].Op == op {
		out[n-1].Text += text
		return out
	}
	return append(out, Chunk{op, text})
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
