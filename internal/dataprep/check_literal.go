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

// checkLiterals checks arguments that are written down and mean something special.
func checkLiterals(f *specs.Function, args []Expr, found *problems) {
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
			checkPatternText(t, found)
		}
	case "date_part", "set_date_part":
		checkOption(text(0), "a part of a date", components, true, found)
	case "sha1", "sha256", "sha512", "md5", "crc32":
		checkOption(text(1), "a character set", charsets, false, found)
	case "hash":
		checkOption(text(2), "a character set", charsets, false, found)
	case "get_url_query_str":
		checkOption(text(1), "an anchor option", []string{"retain", "remove", "append"}, false, found)
	case "explode", "extract_regex", "matches_regex":
		checkRegex(text(1), found)
	case "split":
		if t := text(1); t != nil && len([]rune(t.Value)) > 1 {
			found.add(t.At, diag.Note, Problem{Code: "split-characters",
				Message: fmt.Sprintf("split splits at each character of %q and drops empty parts", t.Value),
				Help:    "explode splits at the whole separator and keeps empty parts"})
		}
	}
}

func checkOption(t *Text, what string, known []string, anyCase bool, found *problems) {
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
	found.add(t.At, diag.Warning, p)
}

// checkRegex warns of a separator that is a single metacharacter: explode(x, "|")
// cuts between all characters.
func checkRegex(t *Text, found *problems) {
	if t == nil || len(t.Value) != 1 || !strings.Contains(`+?^|.[({)*$\`, t.Value) {
		return
	}
	found.add(t.At, diag.Warning, Problem{Code: "regex-metacharacter",
		Message: fmt.Sprintf("%q is a special character in a regular expression", t.Value),
		Help:    `escape it with a backslash`, Replacement: `"\\` + strings.ReplaceAll(t.Value, `\`, `\\`) + `"`})
}

// checkPatternText puts the problems of a date pattern at their place in the text.
func checkPatternText(t *Text, found *problems) {
	for _, p := range CheckPattern(t.Value) {
		if t.Verbatim {
			p.Start, p.End = t.Start+1+p.Start, t.Start+1+p.End
			if strings.IndexByte(p.Replacement, t.Quote) >= 0 {
				p.Replacement = "" // it would end the text
			}
		} else {
			p.Start, p.End, p.Replacement = t.Start, t.End, ""
		}
		*found = append(*found, p)
	}
}
