package xdm

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// nearest returns the candidates that word was most likely meant to be, sorted:
// all that are equally near, none when nothing is.
func nearest(word string, candidates []string) []string {
	best := farthest(word)
	folded := fold(word)
	var out []string
	for _, c := range candidates {
		// The difference in length is a lower bound; most candidates end here.
		if n := len(c) - len(word); c == word || n > best+2 || -n > best+2 {
			continue
		}
		switch d := slips(folded, fold(c)); {
		case d > best:
		case d < best:
			best, out = d, append(out[:0], c)
		default:
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// farthest is how many slips still make a misspelling of word: none where it is
// so short that everything is near.
func farthest(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 3:
		return 0
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

// slips counts letters added, left out or changed, and neighbours swapped.
func slips(a, b string) int {
	d := levenshtein.Distance(a, b, nil)
	if d == 2 && len(a) == len(b) {
		i := 0
		for a[i] == b[i] {
			i++
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return 1
		}
	}
	return d
}

// fold makes spellings alike that differ only in case, dashes and underscores.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// only returns the one nearest candidate, "" when there are none or several.
func only(word string, candidates []string) string {
	if all := nearest(word, candidates); len(all) == 1 {
		return all[0]
	}
	return ""
}
