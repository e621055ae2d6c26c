package dataprep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// charsets are those that the hash functions take.
var charsets = []string{"UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII"}

// components are the parts of a date, in lower case.
var components = strings.Fields("year yyyy yy quarter qq q month mm m dayofyear dy y day dd d week ww w weekday dw " +
	"hour hh hh24 hh12 minute mi n second ss s millisecond sss")

// literals checks arguments that are written down and mean something special.
func (c *checker) literals(f *specs.Function, args []Expr) {
	text := func(i int) *Text {
		if i >= len(args) {
			return nil
		}
		t, _ := args[i].(*Text)
		return t
	}
	switch f.Name {
	case "date", "format", "dformat":
		if t := text(1); t != nil {
			c.pattern(t)
		}
	case "date_part", "set_date_part":
		c.oneOf(text(0), "a part of a date", components, true)
	case "sha1", "sha256", "sha512", "md5", "crc32":
		c.oneOf(text(1), "a character set", charsets, false)
	case "hash":
		c.oneOf(text(2), "a character set", charsets, false)
	case "get_url_query_str":
		c.oneOf(text(1), "an anchor option", []string{"retain", "remove", "append"}, false)
	case "explode", "extract_regex", "matches_regex":
		c.regex(text(1))
	case "split":
		if t := text(1); t != nil && len([]rune(t.Value)) > 1 {
			c.add(t.At, diag.Note, Problem{Code: "split-characters",
				Message: fmt.Sprintf("split splits at each character of %q and drops empty parts", t.Value),
				Help:    "explode splits at the whole separator and keeps empty parts"})
		}
	}
}

func (c *checker) oneOf(t *Text, what string, known []string, anyCase bool) {
	if t == nil {
		return
	}
	word := t.Value
	if anyCase {
		word = strings.ToLower(word)
	}
	if slices.Contains(known, word) {
		return
	}
	p := Problem{Code: "unknown-option", Message: fmt.Sprintf("expected %s, found %q", what, t.Value),
		Help: "one of " + strings.Join(known, ", ")}
	p.suggest(nearest.Of(known).All(t.Value), func(word string) string { return `"` + word + `"` })
	c.add(t.At, diag.Warning, p)
}

// regex warns of a separator that is a single metacharacter: explode(x, "|")
// cuts between all characters.
func (c *checker) regex(t *Text) {
	if t == nil || len(t.Value) != 1 || !strings.Contains(`+?^|.[({)*$\`, t.Value) {
		return
	}
	c.add(t.At, diag.Warning, Problem{Code: "regex-metacharacter",
		Message: fmt.Sprintf("%q is a special character in a regular expression", t.Value),
		Help:    `escape it with a backslash`, Replacement: `"\\` + strings.ReplaceAll(t.Value, `\`, `\\`) + `"`})
}

// pattern puts the problems of a date pattern at their place in the text.
func (c *checker) pattern(t *Text) {
	for _, p := range CheckPattern(t.Value) {
		if t.Verbatim {
			p.Start, p.End = t.Start+1+p.Start, t.Start+1+p.End
		} else {
			p.Start, p.End, p.Replacement = t.Start, t.End, ""
		}
		c.problems = append(c.problems, p)
	}
}
