package source_test

import (
	"testing"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/source"
)

func TestPositions(t *testing.T) {
	for _, c := range []struct {
		text               string
		offset, line, cols int
	}{
		{"", 0, 1, 1},
		{"a\nb", 2, 2, 1},
		{"a\n", 2, 2, 1},
		{"a\r\nb", 3, 2, 1},
		{"日本: x", 8, 1, 5},
		{"\uFEFFname", 3, 1, 1},
		{"\uFEFFname", 5, 1, 3},
		{"\uFEFFname", 0, 1, 1},
		{"abc", 99, 1, 4},
		{"abc", -1, 1, 1},
	} {
		p := source.NewFile("f", []byte(c.text)).Position(c.offset)
		if p.Line != c.line || p.Column != c.cols {
			t.Errorf("%q at %d: %d:%d, want %d:%d", c.text, c.offset, p.Line, p.Column, c.line, c.cols)
		}
	}
}

func TestLineBounds(t *testing.T) {
	f := source.NewFile("f", []byte("\uFEFFone\r\n\r\nthree\n"))
	for i, want := range []string{"one", "", "three", ""} {
		if got := f.Line(i + 1); got != want {
			t.Errorf("line %d is %q, want %q", i+1, got, want)
		}
	}
	if f.Lines() != 4 {
		t.Errorf("%d lines", f.Lines())
	}
}

func TestSpans(t *testing.T) {
	f, g := source.NewFile("f", []byte("abcdef")), source.NewFile("g", []byte("xyz"))
	if s := f.Span(-1, 99); s.Start != 0 || s.End != 6 {
		t.Errorf("not cut to the file: %d to %d", s.Start, s.End)
	}
	if s := f.Span(4, 2); s.Start != 4 || s.End != 4 {
		t.Errorf("the wrong way round: %d to %d", s.Start, s.End)
	}
	if s := f.Span(1, 2).Join(f.Span(4, 5)); s.Text() != "bcde" {
		t.Errorf("joined to %q", s.Text())
	}
	if s := f.Span(1, 2).Join(g.Span(0, 3)); s.Text() != "b" {
		t.Errorf("spans of two files joined to %q", s.Text())
	}
	if s := (source.Span{}).Join(g.Span(0, 3)); s.Text() != "xyz" {
		t.Errorf("nowhere joined to %q", s.Text())
	}
	if z := (source.Span{}); z.Text() != "" || z.Path() != "" || z.Pos() != (source.Position{}) || !z.IsZero() {
		t.Error("nowhere is somewhere")
	}
}

// Offset is the inverse of Position at every start of a character.
func FuzzOffsetInvertsPosition(f *testing.F) {
	f.Add("a: b\r\nc: 日本\n")
	f.Add("\uFEFFa\n\nb")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		file := source.NewFile("f", []byte(text))
		for i := range text {
			p := file.Position(i)
			if text[i] == '\n' || text[i] == '\r' || i == 0 && p.Byte == 0 && len(text) >= 3 && text[:3] == "\uFEFF" {
				continue // the end of a line, and the mark before the first
			}
			if got := file.Offset(p.Line, p.Column); got != i {
				t.Fatalf("offset %d is %d:%d, which is offset %d", i, p.Line, p.Column, got)
			}
		}
	})
}
