package output

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// Writer is standard output or standard error. It escapes what is written; styles and
// the status line reach the terminal. It is safe for concurrent use.
type Writer struct {
	mu     sync.Mutex
	out    io.Writer
	color  bool
	line   lineState
	rest   []byte // an incomplete character or mark at the end
	status string
	drawn  bool // the status line is on the terminal
	obeyed bool // what is written is workflow commands
}

// lineState says what the current line has.
type lineState uint8

const (
	blank lineState = iota // only spaces
	begun
)

// New returns the writer of a stream. It drops styles until Color allows them.
func New(out io.Writer) *Writer { return &Writer{out: out} }

// Color says whether styles reach the stream.
func (w *Writer) Color(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.color = on
}

// IsTerminal reports whether the stream is a terminal.
func (w *Writer) IsTerminal() bool {
	f, ok := w.out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Columns returns the width of the terminal, 0 for other streams.
func (w *Writer) Columns() int {
	if f, ok := w.out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// Write escapes and writes p. If the end of p could be the start of a character or of a
// mark, it waits for the next write or for Close.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(p), w.write(p, false)
}

// Close writes what waits and erases the status. The stream stays open.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = ""
	return w.write(nil, true)
}

func (w *Writer) write(p []byte, end bool) error {
	text := p
	if len(w.rest) > 0 {
		text = append(w.rest, p...)
	}
	safe, rest := w.safe(text, end)
	w.rest = append([]byte(nil), rest...)
	if w.drawn {
		safe = append([]byte(eraseLine), safe...)
	}
	if w.drawn = w.status != "" && w.line == blank; w.drawn {
		safe = append(safe, w.statusText()...)
	}
	if len(safe) == 0 {
		return nil
	}
	_, err := w.out.Write(safe)
	return err
}

const eraseLine = "\r\x1b[K"

// safe returns the escaped text, and the end that waits.
func (w *Writer) safe(text []byte, end bool) (safe, rest []byte) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c := text[i]
		if c == '\n' {
			out, w.line = append(out, c), blank
			i++
			continue
		}
		if ' ' < c && c < 0x7F && c != '#' && (c != ':' || w.line != blank) || c == ' ' || c == '\t' {
			if c != ' ' && c != '\t' {
				w.line = begun
			}
			out = append(out, c)
			i++
			continue
		}
		if !end && waits(text[i:], w.line == blank && !w.obeyed) {
			return out, text[i:]
		}
		shown, size := w.character(string(text[i:min(i+utf8.UTFMax+4, len(text))]))
		out = append(out, shown...)
		i += size
	}
	return out, nil
}

// character returns how the first character of s is written, one that may need an escape.
func (w *Writer) character(s string) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s)
	atStart := w.line == blank
	if !unicode.IsSpace(r) && !isMark(r) {
		w.line = begun
	}
	switch {
	case atStart && !w.obeyed && isCommand(s):
		return codePoint(':'), 1
	case atStart && w.obeyed && hasCommandMark(s):
		return s[:1], 1
	case w.color && sequence(r) != "":
		return sequence(r), size
	}
	if shown, size := Escape(s); size > 0 {
		return shown, size
	}
	return s[:size], size
}

// isCommand reports whether a line that begins with s is a workflow command to
// GitHub: `::name`.
func isCommand(s string) bool {
	return len(s) > 2 && s[:2] == "::" && (s[2]|0x20 >= 'a' && s[2]|0x20 <= 'z')
}

// waits reports whether the text that follows decides how text is written.
func waits(text []byte, atStart bool) bool {
	switch {
	case !utf8.FullRune(text):
		return true
	case text[0] == ':':
		return atStart && (len(text) == 1 || len(text) == 2 && text[1] == ':')
	case text[0] == '#':
		for _, mark := range commandMarks {
			if len(text) < len(mark) && mark[:len(text)] == string(text) {
				return true
			}
		}
	}
	return false
}

// Status shows a line below what is written, and replaces the last one; "" erases it. It
// is for terminals only.
func (w *Writer) Status(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = line
	if !w.drawn && (line == "" || w.line != blank) {
		return nil // nothing to erase, or a question without its answer
	}
	return w.write(nil, false)
}

// statusText is the status, escaped and truncated to the terminal.
func (w *Writer) statusText() string {
	columns := w.Columns()
	if columns == 0 {
		columns = 80
	}
	return cells.Truncate(Line(w.status), columns-1, "…")
}

// Commands returns a writer of the same stream for commands of a pipeline, whose lines
// begin with `::` (GitHub) or `##vso[` (Azure).
func (w *Writer) Commands() io.Writer { return commands{w} }

type commands struct{ w *Writer }

func (c commands) Write(p []byte) (int, error) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.obeyed = true
	defer func() { c.w.obeyed = false }()
	return len(p), c.w.write(p, false)
}

// Block is an argument of Printf that keeps its own line breaks.
type Block string

// Printf writes a format with data. Each argument is on one line, except for a Block.
func (w *Writer) Printf(format string, args ...any) error {
	for i, arg := range args {
		args[i] = printable(arg)
	}
	_, err := fmt.Fprintf(w, format, args...)
	return err
}

func printable(arg any) any {
	switch a := arg.(type) {
	case nil:
		return nil
	case Block:
		return Text(string(a))
	case error:
		return Line(a.Error())
	case fmt.Stringer:
		return Line(a.String())
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return arg
	case reflect.String:
		return Line(v.String())
	}
	return Line(fmt.Sprint(arg))
}
