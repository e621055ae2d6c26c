package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// written is what a stream gets of texts that are written one after the other.
func written(color bool, texts ...string) string {
	var b bytes.Buffer
	w := New(&b)
	w.Color(color)
	for _, s := range texts {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			panic("a buffer takes everything")
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func TestHidden(t *testing.T) {
	for _, r := range []rune{
		0, 7, '\t', '\n', '\r', 0x1B, 0x7F, 0x80, 0x9B, 0x9F, 0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029,
		0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x3164, 0xFDD0, 0xFDEF, 0xFE00, 0xFEFF, 0xFFFE, 0xFFFF, 0xE0041, 0xE0100, 0x10FFFF,
	} {
		if !Hidden(r) {
			t.Errorf("%U is printed", r)
		}
	}
	for _, r := range []rune{' ', '~', 0xA0, 'é', '中', 0x301, 0x3000, 0xFE0F, 0xFFFD, '😀'} {
		if Hidden(r) {
			t.Errorf("%U is hidden", r)
		}
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"plain ~ text":        "plain ~ text",
		"日本 é ⚠️":             "日本 é ⚠️",
		"a\x1b[31mb":          "a<U+001B>[31mb",
		"a\r\nerror: b\t":     "a<U+000D><U+000A>error: b<U+0009>",
		"a\u202eb\u2066c":     "a<U+202E>b<U+2066>c",
		"a\xffb\xc3":          "a\uFFFDb\uFFFD",
		"x ##[error]y ## [z]": "x <U+0023>#[error]y ## [z]",
		"##vso[task.x]":       "<U+0023>#vso[task.x]",
		"\U000E0041":          "<U+E0041>",
	} {
		if got := Line(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
		if got := Line(want); got != want {
			t.Errorf("%q escaped again is %q", want, got)
		}
	}
	if got, want := Text("a\n\tb\x1b\r\n"), "a\n\tb<U+001B><U+000D>\n"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
}

// Only errors.Join makes several errors of one; other line breaks are data.
func TestJoined(t *testing.T) {
	a, b, c := errors.New("a\nerror: x"), errors.New("b"), errors.New("c")
	for _, test := range []struct {
		err  error
		want []error
	}{
		{a, []error{a}},
		{errors.Join(a, nil, errors.Join(b, c)), []error{a, b, c}},
	} {
		if got := Joined(test.err); !slices.Equal(got, test.want) {
			t.Errorf("%q is %q, want %q", test.err, got, test.want)
		}
	}
	if both := fmt.Errorf("%w: %w", a, b); len(Joined(both)) != 1 {
		t.Errorf("%q is taken apart", both)
	}
}

func TestWriter(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"our lines", "a\n\tb: c # d\n", "a\n\tb: c # d\n"},
		{"escape", "\x1b]0;title\x07\x1b[2J", "<U+001B>]0;title<U+0007><U+001B>[2J"},
		{"one byte controls", "a\u009b31m", "a<U+009B>31m"},
		{"not UTF-8", "a\xff\xc3\x28b\xe2\x82", "a\uFFFD\uFFFD(b\uFFFD\uFFFD"},
		{"command", "::error::x\n", "<U+003A>:error::x\n"},
		{"command after spaces", "a\n \u00a0\t::Debug::x", "a\n \u00a0\t<U+003A>:Debug::x"},
		{"no command", "a ::error::\n::: file\n:\n::\n::1\n: :a", "a ::error::\n::: file\n:\n::\n::1\n: :a"},
		{"mark in a line", "a ##[error]b ##", "a <U+0023>#[error]b ##"},
		{"style without color", Paint(Red, "a"), "<U+FDD3>a<U+FDEF>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := written(false, c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := written(false, strings.Split(c.in, "")...); utf8.ValidString(c.in) && got != c.want {
				t.Errorf("character by character %q, want %q", got, c.want)
			}
			bytewise := make([]string, len(c.in))
			for i := range len(c.in) {
				bytewise[i] = c.in[i : i+1]
			}
			if got := written(false, bytewise...); got != c.want {
				t.Errorf("byte by byte %q, want %q", got, c.want)
			}
		})
	}
}

func TestWriterPaints(t *testing.T) {
	in := Paint(BoldRed, "a\x1b[0m") + Paint(Plain, "b") + Paint(Added, "") + Paint(Dim, "::c")
	if got, want := written(true, in), "\x1b[1;31ma<U+001B>[0m\x1b[0mb\x1b[2m::c\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := written(true, Paint(Dim, "::error::c")); strings.Contains(got, "::error") {
		t.Errorf("a style hides a command: %q", got)
	}
	if got := Width(Paint(BoldRed, "日本") + "a"); got != 5 {
		t.Errorf("width is %d, want 5", got)
	}
}

// Only the renderer of GitHub's form starts commands, and it cuts no character.
func TestCommands(t *testing.T) {
	var b bytes.Buffer
	w := New(&b)
	for _, s := range []string{"::error::é"[:10], "::error::é"[10:], "\x1b\n", "##vs", "o[x]##vso[y]\n"} {
		if _, err := w.Commands().Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write([]byte("::error::x\n##vso[x]\n")); err != nil {
		t.Fatal(err)
	}
	want := "::error::é<U+001B>\n##vso[x]<U+0023>#vso[y]\n<U+003A>:error::x\n<U+0023>#vso[x]\n"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The status is below every line, and gone where something is asked.
func TestStatus(t *testing.T) {
	var b bytes.Buffer
	w := New(&b)
	step := func(want string) {
		t.Helper()
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		b.Reset()
	}
	_ = w.Status("1/3 \x1b[2Ja\nb")
	step("1/3 <U+001B>[2Ja<U+000A>b")
	_ = w.Printf("line\n")
	step("\r\x1b[Kline\n1/3 <U+001B>[2Ja<U+000A>b")
	_ = w.Status(strings.Repeat("x", 100))
	step("\r\x1b[K" + strings.Repeat("x", 78) + "…")
	_ = w.Printf("sure? ")
	step("\r\x1b[Ksure? ")
	_ = w.Status("2/3")
	step("")
	_ = w.Printf("yes\n")
	step("yes\n2/3")
	_ = w.Status("")
	step("\r\x1b[K")
	_ = w.Status("")
	step("")
}

func TestPrintf(t *testing.T) {
	var b bytes.Buffer
	type name string
	err := New(&b).Printf("%s|%v|%d|%-3s|%v|%v|%s|%t", "a\nb", name("c\x1b"), 7, "d", []string{"e\n", "f"}, nil, Block("g\n\x1bh"), true)
	if got, want := b.String(), "a<U+000A>b|c<U+001B>|7|d  |[e<U+000A> f]|<nil>|g\n<U+001B>h|true"; err != nil || got != want {
		t.Errorf("got %q, error %v, want %q", got, err, want)
	}
}

func TestJSON(t *testing.T) {
	in := map[string]string{"a\u202e": "b\x7f\u009b\x1b\xff<>&\u2028 ##[error] \U000E0041 # é"}
	var b bytes.Buffer
	if err := JSONLine(&b, in); err != nil {
		t.Fatal(err)
	}
	want := `{"a\u202e":"b\u007f\u009b\u001b�<>&\u2028 \u0023#[error] \udb40\udc41 # é"}` + "\n"
	if b.String() != want {
		t.Errorf("got  %s want %s", b.String(), want)
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back["a\u202e"] != strings.ToValidUTF8(in["a\u202e"], "\uFFFD") {
		t.Errorf("reads back as %q, error %v", back, err)
	}
}

// pieces keeps what each call of Write got.
type pieces []string

func (p *pieces) Write(b []byte) (int, error) {
	*p = append(*p, string(b))
	return len(b), nil
}

// JSON of any size is written in whole lines, so that none of it is held as a whole and
// no hidden character is cut in two.
func TestJSONInLines(t *testing.T) {
	list := slices.Repeat([]string{"a\u202eb", "##[c]", "日本\n"}, 10_000)
	var got pieces
	if err := JSON(&got, list); err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		if len(p) > 1<<18 || !strings.HasSuffix(p, "\n") {
			t.Errorf("a piece of %d bytes that ends in %q", len(p), p[max(0, len(p)-5):])
		}
	}
	whole, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if want := string(EscapeJSON(whole)) + "\n"; strings.Join(got, "") != want || len(got) < 3 {
		t.Errorf("%d pieces of another text", len(got))
	}
}

// An error of the writer is returned as it is, wherever in the text it happens.
func TestJSONWriteError(t *testing.T) {
	full := errors.New("disk full")
	for _, size := range []int{1, 50_000} {
		if err := JSON(failing{full}, slices.Repeat([]string{"text"}, size)); err != full {
			t.Errorf("%d: %v", size, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestRoom(t *testing.T) {
	for columns, want := range map[int]int{-1: 100, 0: 100, 1: 60, 59: 60, 60: 60, 61: 61, 200: 200} {
		if got := Room(columns); got != want {
			t.Errorf("%d columns give room for %d cells, want %d", columns, got, want)
		}
	}
}

// Whatever is written in whatever pieces is UTF-8 without a hidden character, starts
// no command, and is the same however it is cut.
func FuzzWriter(f *testing.F) {
	f.Add([]byte("a\x1b[31m\u202e\xff\n::error::x ##[y] \ufeff"), uint8(3), false)
	f.Add([]byte(Paint(Red, "x")), uint8(1), true)
	f.Fuzz(func(t *testing.T, text []byte, cut uint8, color bool) {
		at := min(int(cut), len(text))
		got := written(color, string(text[:at]), string(text[at:]))
		if whole := written(color, string(text)); whole != got {
			t.Errorf("cut at %d %q, whole %q", at, got, whole)
		}
		if color {
			for _, code := range sgr {
				got = strings.ReplaceAll(got, "\x1b["+code+"m", "")
			}
			got = strings.ReplaceAll(got, "\x1b[0m", "")
		}
		if StartsCommand(got) {
			t.Errorf("%q writes the command %q", text, got)
		}
		if fault := Fault(got); fault != "" {
			t.Errorf("%q writes %q: %s", text, got, fault)
		}
		if line := Line(string(text)); strings.ContainsFunc(line, Hidden) || Line(line) != line {
			t.Errorf("%q is the line %q", text, line)
		}
	})
}
