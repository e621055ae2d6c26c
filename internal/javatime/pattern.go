package javatime

import (
	"errors"
	"fmt"
	"strings"
)

// Pattern is a compiled pattern of DateTimeFormatter, such as yyyy-MM-dd.
type Pattern struct{ items []item }

// MaxPattern is the length of the longest pattern that is compiled, in bytes.
const MaxPattern = 1000

type itemKind uint8

const (
	literal itemKind = iota
	number
	fraction
	word
	offset
	localizedOffset
	zoneID
	zoneName
	dayPeriod
	optional
)

type signStyle uint8

const (
	normalSign signStyle = iota
	notNegative
	exceedsPad
)

// item is one element of a pattern.
type item struct {
	kind  itemKind
	field field
	text  string // a literal; the form of an offset
	zero  string // how an offset of zero is written
	width textWidth
	items []item // of an optional section
	pad   int    // the width that `p` gives to the item

	// Of a number:
	least, most int
	sign        signStyle
	reduced     bool // two digits from 2000 on
	// after is the width of the numbers that follow without anything between; -1
	// says that this one has a fixed width for the sake of others.
	after int
}

type textWidth uint8

const (
	short textWidth = iota
	full
	narrow
)

// Compile reads a pattern.
func Compile(pattern string) (*Pattern, error) {
	if len(pattern) > MaxPattern {
		return nil, fmt.Errorf("expected at most %d characters in a date pattern, found %d", MaxPattern, len(pattern))
	}
	c := &patternCompiler{src: pattern}
	items, err := c.section(0)
	if err != nil {
		return nil, err
	}
	return &Pattern{items}, nil
}

type patternCompiler struct {
	src string
	pos int
}

// maxOptional bounds the nesting of optional sections.
const maxOptional = 20

// section reads up to the end, or up to the bracket that closes an optional section.
func (c *patternCompiler) section(depth int) ([]item, error) {
	s := section{active: -1}
	pad := 0
	for c.pos < len(c.src) {
		ch := c.src[c.pos]
		it := item{}
		switch {
		case letter(ch):
			count := c.run(ch)
			if ch == 'p' {
				if pad = count; c.pos == len(c.src) || !letter(c.src[c.pos]) || c.src[c.pos] == 'p' {
					return nil, fmt.Errorf("`p` without a letter to pad in the date pattern")
				}
				continue
			}
			var err error
			if it, err = letters(ch, count); err != nil {
				return nil, err
			}
		case ch == '\'':
			t, err := c.quoted()
			if err != nil {
				return nil, err
			}
			it = item{kind: literal, text: t}
		case ch == '[':
			c.pos++
			if depth == maxOptional {
				return nil, fmt.Errorf("expected at most %d nested sections in the date pattern", maxOptional)
			}
			items, err := c.section(depth + 1)
			if err != nil {
				return nil, err
			}
			it = item{kind: optional, items: items}
		case ch == ']':
			if depth == 0 {
				return nil, fmt.Errorf("`]` without `[` in the date pattern")
			}
			c.pos++
			return s.items, nil
		case ch == '{' || ch == '}' || ch == '#':
			return nil, fmt.Errorf("the character `%c` is reserved in date patterns: write '%c'", ch, ch)
		default:
			it = item{kind: literal, text: c.src[c.pos : c.pos+1]}
			c.pos++
		}
		it.pad, pad = pad, 0
		if err := s.add(it); err != nil {
			return nil, err
		}
	}
	return s.items, nil // an open section ends with the pattern
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (c *patternCompiler) run(ch byte) int {
	start := c.pos
	for c.pos < len(c.src) && c.src[c.pos] == ch {
		c.pos++
	}
	return c.pos - start
}

func (c *patternCompiler) quoted() (string, error) {
	var b strings.Builder
	start := c.pos
	for c.pos++; c.pos < len(c.src); c.pos++ {
		if c.src[c.pos] != '\'' {
			b.WriteByte(c.src[c.pos])
			continue
		}
		if c.pos++; c.pos == len(c.src) || c.src[c.pos] != '\'' {
			if b.Len() == 0 {
				return "'", nil
			}
			return b.String(), nil
		}
		b.WriteByte('\'')
	}
	return "", fmt.Errorf("missing closing quote in the date pattern at `%s`", c.src[start:])
}

// section collects items; numbers without anything between share their digits.
type section struct {
	items  []item
	active int // the number that gives way to those that follow it, or -1
}

func (s *section) add(it item) error {
	s.items = append(s.items, it)
	if it.kind != number && it.kind != fraction {
		s.active = -1
		return nil
	}
	last := len(s.items) - 1
	switch {
	case s.active < 0 || it.pad > 0:
		s.active = last
	case s.items[s.active].pad > 0: // Java fails, too
		return errors.New("a number right after a padded one in the date pattern")
	case it.pad == 0 && it.least == it.most && it.sign == notNegative:
		base := &s.items[s.active]
		base.after = max(base.after, 0) + it.most
		s.items[last].after = -1
	default:
		s.items[s.active].after = -1
		s.active = last
	}
	return nil
}

var offsetForms = []string{"+HHmm", "+HHMM", "+HH:MM", "+HHMMss", "+HH:MM:ss"}

// letters returns the item that a letter and its count stand for.
func letters(ch byte, count int) (item, error) {
	tooMany := func(most int) error {
		if count <= most {
			return nil
		}
		return fmt.Errorf("too many letters `%s` in the date pattern: expected at most %d",
			strings.Repeat(string(ch), count), most)
	}
	value := func(f field, least, most int, sign signStyle) item {
		return item{kind: number, field: f, least: least, most: most, sign: sign}
	}
	switch ch {
	case 'u', 'y', 'Y':
		f := map[byte]field{'u': year, 'y': yearOfEra, 'Y': weekYear}[ch]
		switch {
		case count == 2:
			it := value(f, 2, 2, notNegative)
			it.reduced = true
			return it, nil
		case count < 4:
			return value(f, count, 19, normalSign), nil
		}
		return value(f, count, 19, exceedsPad), tooMany(19)
	case 'M', 'L', 'Q', 'q', 'E', 'e', 'c':
		return nameOrNumber(ch, count, tooMany)
	case 'G':
		return item{kind: word, field: era, width: widthOf(max(count, 3))}, tooMany(5)
	case 'a':
		return item{kind: word, field: amPM}, tooMany(1)
	case 'B':
		if count != 1 && count != 4 && count != 5 {
			return item{}, fmt.Errorf("expected 1, 4, or 5 letters `B` in the date pattern, found %d", count)
		}
		return item{kind: dayPeriod}, nil
	case 'S':
		return item{kind: fraction, field: nano, least: count, most: count, sign: notNegative}, tooMany(9)
	case 'd', 'h', 'H', 'k', 'K', 'm', 's':
		if count == 2 {
			return value(fieldOf[ch], 2, 2, notNegative), nil
		}
		return value(fieldOf[ch], 1, 19, normalSign), tooMany(2)
	case 'w':
		return value(weekOfYear, count, 2, notNegative), tooMany(2)
	case 'W':
		return value(weekOfMonth, 1, 1, notNegative), tooMany(1)
	case 'F':
		return value(alignedWeekday, 1, 19, normalSign), tooMany(1)
	case 'D':
		if count == 1 {
			return value(dayOfYear, 1, 19, normalSign), nil
		}
		return value(dayOfYear, count, 3, notNegative), tooMany(3)
	case 'g':
		return value(julianDay, count, 19, normalSign), tooMany(19)
	case 'A', 'n', 'N':
		return value(fieldOf[ch], count, 19, notNegative), tooMany(19)
	}
	return zoneLetters(ch, count, tooMany)
}

func nameOrNumber(ch byte, count int, tooMany func(int) error) (item, error) {
	f := fieldOf[ch]
	switch {
	case count >= 3 || ch == 'E':
		return item{kind: word, field: f, width: widthOf(count)}, tooMany(5)
	case ch == 'c' && count == 2:
		return item{}, fmt.Errorf("expected 1, 3, 4, or 5 letters `c` in the date pattern, found 2")
	case ch == 'e' || ch == 'c':
		return item{kind: number, field: localWeekday, least: count, most: count, sign: notNegative}, nil
	case count == 1:
		return item{kind: number, field: f, least: 1, most: 19}, nil
	}
	return item{kind: number, field: f, least: 2, most: 2, sign: notNegative}, nil
}

func widthOf(count int) textWidth {
	switch count {
	case 4:
		return full
	case 5:
		return narrow
	}
	return short
}

func zoneLetters(ch byte, count int, tooMany func(int) error) (item, error) {
	exactly := func(ok bool, want string) error {
		if ok {
			return nil
		}
		return fmt.Errorf("expected %s letters `%c` in the date pattern, found %d", want, ch, count)
	}
	width := short
	if count == 4 {
		width = full
	}
	switch ch {
	case 'V':
		return item{kind: zoneID}, exactly(count == 2, "2")
	case 'z':
		return item{kind: zoneName, width: width}, tooMany(4)
	case 'v':
		return item{}, errors.New("unsupported letter `v` in the date pattern: write `z`")
	case 'O':
		return item{kind: localizedOffset, width: width}, exactly(count == 1 || count == 4, "1 or 4")
	case 'Z':
		switch {
		case count < 4:
			return item{kind: offset, text: "+HHMM", zero: "+0000"}, nil
		case count == 4:
			return item{kind: localizedOffset, width: full}, nil
		}
		return item{kind: offset, text: "+HH:MM:ss", zero: "Z"}, tooMany(5)
	case 'X', 'x':
		if err := tooMany(5); err != nil {
			return item{}, err
		}
		zero := "Z"
		if ch == 'x' {
			zero = []string{"+00", "+0000", "+00:00", "+0000", "+00:00"}[count-1]
		}
		return item{kind: offset, text: offsetForms[count-1], zero: zero}, nil
	}
	return item{}, fmt.Errorf("unknown letter `%c` in the date pattern: write text as '%c'", ch, ch)
}
