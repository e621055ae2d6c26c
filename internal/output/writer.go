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

// Writer is a stream that people or pipelines read: standard output or standard
// error. What is written as bytes is made safe; styles and the status line reach the
// terminal. It may be used from several goroutines.
type Writer struct {
	mu     sync.Mutex
	out    io.Writer
	color  bool
	line   lineState
	rest   []byte // what the next bytes decide about: half a character, half a mark
	status string
	drawn  bool // the status line is on the terminal
	obeyed bool // what is written are workflow commands
}

// lineState says what a line has had so far.
type lineState uint8

const (
	blank lineState = iota // nothing but blanks
	begun
)

// New returns the writer of a stream. Styles are dropped until Color allows them.
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

// Columns is the width of the terminal, 0 for other streams.
func (w *Writer) Columns() int {
	if f, ok := w.out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// Write makes p safe and writes it. The end of p waits for the next write or for
// Close when it could be the start of a character or of a mark.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(p), w.write(p, false)
}

// Close writes what waits. The stream stays open.
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

// safe returns what of text may be written now, and what has to wait.
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

// character returns how the first character of s is written. It is one that needs a
// second look.
func (w *Writer) character(s string) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s)
	atStart := w.line == blank
	if !unicode.IsSpace(r) && !isMark(r) {
		w.line = begun
	}
	switch {
	case atStart && !w.obeyed && isCommand(s):
		return codePoint(':'), 1
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

// waits reports whether what follows text decides how it is written.
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

// Status shows a line below all that is written, until another takes its place; ""
// takes it away. It is for terminals only.
func (w *Writer) Status(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = line
	if !w.drawn && (line == "" || w.line != blank) {
		return nil // nothing to take away, or a question that waits for its answer
	}
	return w.write(nil, false)
}

// statusText is the status as it is drawn: safe, and no longer than the terminal.
func (w *Writer) statusText() string {
	columns := w.Columns()
	if columns == 0 {
		columns = 80
	}
	return cells.Truncate(Line(w.status), columns-1, "…")
}

// Commands returns a writer of the same stream for workflow commands to GitHub: its
// lines may begin with `::`. Only the renderer of that form may use it.
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

// Printf writes a format of ours with data in it: each argument becomes one line.
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
