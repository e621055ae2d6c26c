// Package source holds the text that a user wrote and places in it.
//
// In: a path and its bytes. Out: spans (half-open byte offsets) that travel
// with every later value to the last message. Law: every span that the
// compiler makes lies inside its file.
package source

import (
	"bytes"
	"slices"
	"sort"
	"sync"
	"unicode/utf8"
)

// File is one text as the user wrote it, with the name to print for it.
type File struct {
	Path string
	Text []byte

	once  sync.Once
	lines []int // byte offset of the start of each line, built when first asked for

	counted sync.Once // for runes
	runes   []int     // byte offset of every runesEach-th character; nil when all are ASCII

	mu     sync.Mutex
	hidden []Span
}

// NewFile returns a file that has the given text. The text is not copied.
func NewFile(path string, text []byte) *File {
	return &File{Path: path, Text: text}
}

// Span is a half-open range of bytes, [Start, End), of File.
// The zero Span is "nowhere" and is legal wherever a Span is.
type Span struct {
	File       *File
	Start, End int
}

// Position is a place as people count: line and column from 1.
// Column counts characters (runes), a byte order mark at the start of the file
// not among them; Byte is the offset from 0 in the file.
type Position struct {
	Line, Column, Byte int
}

// Span returns the range [start, end) of f, cut to the file's bounds.
func (f *File) Span(start, end int) Span {
	n := len(f.Text)
	start = min(max(start, 0), n)
	return Span{File: f, Start: start, End: min(max(end, start), n)}
}

// Hide marks text that no output may show, such as a secret. Excerpts show
// asterisks there. It may be called from several goroutines.
func (f *File) Hide(s Span) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hidden = append(f.hidden, f.Span(s.Start, s.End))
}

// Hidden returns what Hide has marked.
func (f *File) Hidden() []Span {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.hidden)
}

// IsZero reports whether s is the "nowhere" span.
func (s Span) IsZero() bool { return s.File == nil }

// Text returns the bytes that s covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return string(s.File.Text[s.Start:s.End])
}

// Path returns the name of the file of s, "" for nowhere.
func (s Span) Path() string {
	if s.File == nil {
		return ""
	}
	return s.File.Path
}

// Pos returns the position of the first byte of s.
func (s Span) Pos() Position {
	if s.File == nil {
		return Position{}
	}
	return s.File.Position(s.Start)
}

// EndPos returns the position just after the last byte of s.
func (s Span) EndPos() Position {
	if s.File == nil {
		return Position{}
	}
	return s.File.Position(s.End)
}

// Join returns the smallest span that covers s and t. Nowhere joins as nothing;
// spans of different files do not join and s is returned.
func (s Span) Join(t Span) Span {
	switch {
	case s.File == nil:
		return t
	case t.File == nil || s.File != t.File:
		return s
	}
	return Span{File: s.File, Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}

// Position converts a byte offset to line and column.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Text))
	line := f.LineOf(offset)
	start := f.lineStarts()[line-1]
	if line == 1 {
		start = min(f.bom(), offset)
	}
	return Position{
		Line:   line,
		Column: f.runesBefore(offset) - f.runesBefore(start) + 1,
		Byte:   offset,
	}
}

// LineOf returns the line, from 1, that an offset lies on.
func (f *File) LineOf(offset int) int { return sort.SearchInts(f.lineStarts(), offset+1) }

// Offset is the inverse of Position: the byte offset of a line and a column
// that counts characters, both from 1, cut to the line's and the file's bounds.
func (f *File) Offset(line, column int) int {
	start, end := f.LineBounds(line)
	return min(f.SkipRunes(start, column-1), end)
}

// runesEach is how many characters lie between the places that are known: a line
// may have many characters, and as many positions.
const runesEach = 512

// runesBefore returns how many characters lie before an offset.
func (f *File) runesBefore(offset int) int {
	f.counted.Do(f.countRunes)
	if f.runes == nil {
		return offset
	}
	k := sort.SearchInts(f.runes, offset+1) - 1
	return k*runesEach + utf8.RuneCount(f.Text[f.runes[k]:offset])
}

// SkipRunes returns the offset n characters after another, the end of the file at
// most.
func (f *File) SkipRunes(offset, n int) int {
	if n <= 0 {
		return offset
	}
	n += f.runesBefore(offset)
	if f.runes == nil {
		return min(n, len(f.Text))
	}
	k := min(n/runesEach, len(f.runes)-1)
	offset = f.runes[k]
	for n -= k * runesEach; n > 0 && offset < len(f.Text); n-- {
		_, size := utf8.DecodeRune(f.Text[offset:])
		offset += size
	}
	return offset
}

// countRunes finds the places of every runesEach-th character.
func (f *File) countRunes() {
	ascii := true
	for _, b := range f.Text {
		if ascii = b < utf8.RuneSelf; !ascii {
			break
		}
	}
	if ascii {
		return
	}
	for offset, n := 0, 0; offset < len(f.Text) || n == 0; n++ {
		if n%runesEach == 0 {
			f.runes = append(f.runes, offset)
		}
		_, size := utf8.DecodeRune(f.Text[offset:])
		offset += size
	}
}

// Lines returns how many lines the file has, at least 1.
func (f *File) Lines() int { return len(f.lineStarts()) }

// LineBounds returns the byte range of a line (from 1) without its line break
// and without a byte order mark.
func (f *File) LineBounds(line int) (start, end int) {
	lines := f.lineStarts()
	line = min(max(line, 1), len(lines))
	start = lines[line-1]
	if line == 1 {
		start = f.bom()
	}
	end = len(f.Text)
	if line < len(lines) {
		end = lines[line] - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return start, end
}

// Line returns the text of a line (from 1) without its line break.
func (f *File) Line(line int) string {
	start, end := f.LineBounds(line)
	return string(f.Text[start:end])
}

// bom returns the length of the byte order mark at the start of the file.
func (f *File) bom() int {
	if bytes.HasPrefix(f.Text, []byte("\xEF\xBB\xBF")) {
		return len("\xEF\xBB\xBF")
	}
	return 0
}

func (f *File) lineStarts() []int {
	f.once.Do(func() {
		f.lines = make([]int, 1, bytes.Count(f.Text, []byte{'\n'})+1)
		for i, b := range f.Text {
			if b == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	})
	return f.lines
}
