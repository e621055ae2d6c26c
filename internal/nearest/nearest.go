// Package nearest finds the name that a misspelt one most likely means.
//
// In: a word and the names that there are. Out: those that are few slips away.
// A slip is a letter added, left out or changed, or two neighbors swapped; case,
// dashes and underscores do not count. Law: the time for a word does not grow
// with the number of names once those are Names, nor with the square of a length.
package nearest

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
)

const (
	// longest is the number of characters of a word from which only another
	// spelling of the same letters is near: the distance of long words takes time.
	longest = 100
	// scanned is how many names are compared with a word one by one. Of more names
	// only those are found that are one slip away.
	scanned = 500
	// probed is how many names of a long list are compared with a word at most.
	probed = 200
)

// Names are the names that there are. They may be searched by several goroutines.
type Names struct {
	list  []string
	once  sync.Once
	words []word
	far   sync.Once
	begin []int32 // words by their folded text; of a long list
	slips []slip  // by hash; of a long list
}

// word is a name without what does not count.
type word struct {
	text   string // as written
	folded []rune
	plain  string // folded
	bag    uint64 // which letters it has, roughly
}

// slip is one way to leave out a letter of a word, or none.
type slip struct {
	hash uint64
	word int32
}

// Of returns the names to search. Their order does not matter.
func Of(list []string) *Names { return &Names{list: list} }

// All returns the names that are equally near to a text, sorted: none when
// nothing is, and the text itself never.
func (n *Names) All(text string) []string { return n.search(text, false) }

// AllBegun is All, but the beginning of a name, of three letters and more, counts
// as one slip.
func (n *Names) AllBegun(text string) []string { return n.search(text, true) }

// List returns the names as they were given.
func (n *Names) List() []string {
	if n == nil {
		return nil
	}
	return n.list
}

func (n *Names) search(text string, begun bool) []string {
	if n == nil || len(n.list) == 0 {
		return nil
	}
	n.once.Do(func() {
		n.words = make([]word, len(n.list))
		for i, name := range n.list {
			n.words[i] = wordOf(name)
		}
	})
	s := search{word: wordOf(text), begun: begun}
	if s.best = farthest(s.folded); !begun && len(s.folded) < 3 {
		s.best = 0
	}
	if len(n.words) <= scanned {
		for i := range n.words {
			s.try(&n.words[i])
		}
	} else {
		n.far.Do(n.index)
		n.probe(&s)
	}
	slices.Sort(s.found)
	found := slices.Compact(s.found)
	if s.cut && len(found) == 1 {
		return nil // there may be others as near
	}
	return found
}

// search looks for what is near to one word.
type search struct {
	word
	begun bool
	best  int
	found []string
	cut   bool // not all that may be near was looked at
}

func (s *search) try(w *word) {
	if w.text == s.text || w.text == "" {
		return
	}
	d, ok := s.distance(w)
	switch {
	case !ok || d > s.best:
	case d < s.best:
		s.best, s.found = d, append(s.found[:0], w.text)
	default:
		s.found = append(s.found, w.text)
	}
}

// distance counts the slips between two words; false when there are too many.
func (s *search) distance(w *word) (int, bool) {
	a, b := s.folded, w.folded
	switch {
	case s.plain == w.plain:
		return 0, true
	case len(a) > longest || s.best == 0:
		return 0, false
	case s.begun && len(a) >= 3 && strings.HasPrefix(w.plain, s.plain):
		return 1, true
	case len(a)-len(b) > s.best || len(b)-len(a) > s.best, bits.OnesCount64(s.bag^w.bag) > 2*s.best:
		return 0, false // lower bounds; most names end here
	case swapped(a, b):
		return 1, true
	}
	return within(a, b, s.best)
}

// index prepares the search in a long list.
func (n *Names) index() {
	n.begin = make([]int32, len(n.words))
	for i := range n.words {
		n.begin[i] = int32(i)
		n.words[i].variants(func(hash uint64) { n.slips = append(n.slips, slip{hash, int32(i)}) })
	}
	slices.SortFunc(n.begin, func(a, b int32) int { return strings.Compare(n.words[a].plain, n.words[b].plain) })
	slices.SortFunc(n.slips, func(a, b slip) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.word, b.word))
	})
}

// probe tries the words that become the same as the one searched when a letter
// is left out of either, and those that begin with it.
func (n *Names) probe(s *search) {
	left := probed
	take := func(i int32) bool {
		if left--; left < 0 {
			s.cut = true
			return false
		}
		s.try(&n.words[i])
		return true
	}
	s.variants(func(hash uint64) {
		at, _ := slices.BinarySearchFunc(n.slips, hash,
			func(x slip, hash uint64) int { return cmp.Compare(x.hash, hash) })
		for ; at < len(n.slips) && n.slips[at].hash == hash && take(n.slips[at].word); at++ {
		}
	})
	if !s.begun || len(s.folded) < 3 {
		return
	}
	at, _ := slices.BinarySearchFunc(n.begin, s.plain,
		func(i int32, text string) int { return strings.Compare(n.words[i].plain, text) })
	for ; at < len(n.begin) && strings.HasPrefix(n.words[n.begin[at]].plain, s.plain) && take(n.begin[at]); at++ {
	}
}

// variants calls f with the hash of the word and with those of the word without
// each of its letters.
func (w *word) variants(f func(hash uint64)) {
	f(hash(w.folded, -1))
	if len(w.folded) > longest {
		return
	}
	for i := range w.folded {
		f(hash(w.folded, i))
	}
}

// hash is FNV-1a over the letters but one.
func hash(letters []rune, without int) uint64 {
	h := uint64(14695981039346656037)
	for i, r := range letters {
		if i != without {
			h = (h ^ uint64(r)) * 1099511628211
		}
	}
	return h
}

func wordOf(text string) word {
	w := word{text: text, plain: Fold(text)}
	w.folded = []rune(w.plain)
	for _, r := range w.folded {
		w.bag |= 1 << (r % 64)
	}
	return w
}

// Fold makes spellings alike that differ only in case, dashes and underscores.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// farthest is how many slips still make a misspelling of a word: more in long
// words, none in words so short that everything is near.
func farthest(letters []rune) int {
	switch n := len(letters); {
	case n < 2:
		return 0
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

// Swapped reports whether b is a with two neighbors in the other order.
func Swapped(a, b string) bool { return swapped([]rune(a), []rune(b)) }

func swapped(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
		}
	}
	return false
}

// OneSlip reports whether two folded texts are one letter apart.
func OneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > longest || len(x)-len(y) > 1 || len(y)-len(x) > 1 {
		return false
	}
	d, ok := within(x, y, 1)
	return ok && d == 1
}

// within returns how many letters must be added, left out or changed to make b of
// a, if no more than most; only that much of the table is filled in.
func within(a, b []rune, most int) (int, bool) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return 0, false
	}
	row := make([]int, len(b)+1) // distances from a[:i] to each b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range a {
		from, to := max(0, i+1-most), min(len(b), i+1+most)
		before := row[max(from-1, 0)] // of a[:i] to b[:j-1]
		if from == 0 {
			row[0] = i + 1
		} else {
			row[from-1] = most + 1
		}
		for j := max(from, 1); j <= to; j++ {
			above := row[j]
			if j == i+1+most {
				above = most + 1 // outside of the band of the row before
			}
			d := before
			if a[i] != b[j-1] {
				d = min(before, above, row[j-1]) + 1
			}
			before, row[j] = above, d
		}
	}
	return row[len(b)], row[len(b)] <= most
}
