package view

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
)

// style is a way to paint text on a terminal.
type style uint8

const (
	plain style = iota
	bold
	dim
	green
	yellow
	red
	magenta
	cyan
	greenMark // the changed words within a changed line
	redMark
)

var codes = [...]string{"", "1", "2", "32", "33", "31", "35", "36", "1;4;32", "1;4;31"}

// canvas collects painted text.
type canvas struct {
	buf   bytes.Buffer
	color bool
	width int
}

func newCanvas(o Options) *canvas { return &canvas{color: o.Color, width: o.width()} }

// paint returns s in a style. Control characters are made visible first: text
// from documents and from the platform must not steer the terminal.
func (c *canvas) paint(st style, s string) string {
	s = visible(s)
	if !c.color || st == plain || s == "" {
		return s
	}
	return "\x1b[" + codes[st] + "m" + s + "\x1b[0m"
}

func (c *canvas) line(parts ...string) {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p)
	}
	c.buf.WriteString(strings.TrimRight(b.String(), " "))
	c.buf.WriteByte('\n')
}

// visible replaces control characters and the marks that turn the direction of
// writing by their Go escapes.
func visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// stripped takes the codes of paint off again, to measure a line.
func stripped(s string) string {
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			return s
		}
		s = s[:i] + s[i+strings.IndexByte(s[i:], 'm')+1:]
	}
}

// pad returns blanks that fill s up to n cells.
func pad(s string, n int) string { return strings.Repeat(" ", max(0, n-widthOf(s))) }

// wrap breaks words into lines of at most width cells; a word is never broken.
func wrap(words []string, width int) []string {
	var out []string
	line := ""
	for _, w := range words {
		switch {
		case line == "":
			line = w
		case widthOf(line)+1+widthOf(w) <= width:
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// count says a number with its noun: `1 field`, `2 fields`.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + plural(noun)
}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		return strings.TrimSuffix(noun, "y") + "ies"
	default:
		return noun + "s"
	}
}
