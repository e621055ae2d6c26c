package document

import (
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/source"
)

// Part returns the place of a part of a scalar's text, given by byte offsets
// of Text: what a fault inside an expression points to. It works for every
// style, also where the source has escapes, folded lines and indentation that
// the text does not have.
func (n *Node) Part(from, to int) source.Span {
	if n.Span.File == nil || !n.Kind.IsScalar() {
		return n.Span
	}
	from = min(max(from, 0), len(n.Text))
	to = min(max(to, from), len(n.Text))
	if n.Style == Plain && len(n.Text) == n.Span.End-n.Span.Start { // on one line, as nearly always
		return n.Span.File.Span(n.Span.Start+from, n.Span.Start+to)
	}
	w := partWalk{text: n.Span.File.Text[:n.Span.End], at: n.Span.Start, value: n.Text, style: n.Style}
	switch n.Style {
	case SingleQuoted, DoubleQuoted:
		w.at++
		w.text = w.text[:max(len(w.text)-1, w.at)]
	case Literal, Folded:
		for w.at < len(w.text) && breakLen(w.text, w.at) == 0 {
			w.at++
		}
	}
	start := w.find(from)
	end := start
	if to > from {
		w.find(to - 1)
		end = max(w.next(), start)
	}
	return n.Span.File.Span(min(start, n.Span.End), min(end, n.Span.End))
}

// partWalk reads a scalar's source beside its value. One step takes a piece of
// both that correspond.
type partWalk struct {
	text  []byte
	at    int // in text
	value string
	v     int // in value
	style Style
}

// find goes on to the step that holds an offset of the value and returns its
// place in the text.
func (w *partWalk) find(offset int) int {
	for {
		size, width := w.step()
		if size == 0 && width == 0 || offset < w.v+width {
			if size == width {
				return w.at + offset - w.v // one to one
			}
			return w.at
		}
		w.at += size
		w.v += width
	}
}

// next returns the end of the current step's text.
func (w *partWalk) next() int {
	size, _ := w.step()
	return w.at + size
}

// step returns how many bytes of text represent how many bytes of value. Both
// are zero at the end.
func (w *partWalk) step() (size, width int) {
	if w.at >= len(w.text) || w.v > len(w.value) {
		return 0, 0
	}
	switch c := w.text[w.at]; {
	case w.style == DoubleQuoted && c == '\\':
		return w.escape()
	case w.style == SingleQuoted && c == '\'':
		return 2, 1
	case blankLen(w.text, w.at) > 0:
		return w.spaces()
	case c < utf8.RuneSelf:
		return 1, 1
	}
	_, size = utf8.DecodeRune(w.text[w.at:])
	return size, size
}

// spaces reads a run of spaces and line breaks.
func (w *partWalk) spaces() (size, width int) {
	breaks := 0
	for n := blankLen(w.text, w.at); n > 0; n = blankLen(w.text, w.at+size) {
		switch breakLen(w.text, w.at+size) {
		case 0:
		case 3: // a line or paragraph separator is kept as it is
			breaks, width = breaks+2, width+3
		default:
			if breaks++; breaks > 1 {
				width++
			}
		}
		size += n
	}
	if w.style == Literal || w.style == Folded {
		// What is left of a run depends on the indentation and is read from the value.
		width = 0
		for w.v+width < len(w.value) {
			n := blankLenString(w.value, w.v+width)
			if n == 0 {
				break
			}
			width += n
		}
		return size, width
	}
	switch breaks {
	case 0:
		return size, size
	case 1:
		return size, 1 // a single break folds to a space; of several the first is lost
	}
	return size, width
}

// escape reads a backslash and what belongs to it.
func (w *partWalk) escape() (size, width int) {
	if w.at+1 >= len(w.text) {
		return 1, 0
	}
	digits := 0
	switch c := w.text[w.at+1]; c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case '\n', '\r': // the line continues without a space
		size = 1
		for n := blankLen(w.text, w.at+size); n > 0; n = blankLen(w.text, w.at+size) {
			size += n
		}
		return size, 0
	}
	// The next character of the value is the escaped one.
	if w.v < len(w.value) {
		_, width = utf8.DecodeRuneInString(w.value[w.v:])
	}
	return min(2+digits, len(w.text)-w.at), width
}
