// Package dotenv reads files of NAME=value lines.
//
// In: a file. Out: its entries in order, or a problem at the first line that is
// not one. Law: a value is what the file says; nothing in it is expanded.
package dotenv

import (
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// Entry is one NAME=value. A later entry of the same name wins.
type Entry struct {
	Name, Value string
	At          source.Span // of the name
}

// Parse reads a file. docs/projects.md states the syntax. A byte order mark and
// CRLF line ends are accepted. The problem shows nothing of the line.
func Parse(f *source.File) ([]Entry, diag.Problem) {
	p := parser{file: f, text: string(f.Text)}
	p.pos = len(p.text) - len(strings.TrimPrefix(p.text, "\ufeff"))
	var out []Entry
	for p.pos < len(p.text) {
		start := p.pos
		e, ok, fault := p.line()
		if fault != "" {
			line := f.Span(start, start+len(upTo(p.text[start:], "\r\n")))
			f.Hide(line)
			return nil, malformed{line, fault}
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// Values returns the value of each name.
func Values(entries []Entry) map[string]string {
	out := make(map[string]string, len(entries))
	for _, e := range entries {
		out[e.Name] = e.Value
	}
	return out
}

type parser struct {
	file *source.File
	text string
	pos  int
}

// line reads one line, or several where a quoted value has line breaks.
func (p *parser) line() (e Entry, ok bool, fault string) {
	p.skipSpace()
	if p.ended() {
		return Entry{}, false, ""
	}
	if rest := p.text[p.pos:]; strings.HasPrefix(rest, "export ") || strings.HasPrefix(rest, "export\t") {
		p.pos += len("export")
		p.skipSpace()
	}
	from := p.pos
	for p.pos < len(p.text) && isNameByte(p.text[p.pos], p.pos == from) {
		p.pos++
	}
	e = Entry{Name: p.text[from:p.pos], At: p.file.Span(from, p.pos)}
	p.skipSpace()
	if e.Name == "" || p.pos == len(p.text) || p.text[p.pos] != '=' {
		return Entry{}, false, "expected NAME=value"
	}
	p.pos++
	before := p.pos
	p.skipSpace()
	switch {
	case p.pos == len(p.text):
	case p.text[p.pos] == '\'':
		e.Value, fault = p.single()
	case p.text[p.pos] == '"':
		e.Value, fault = p.double()
	default:
		p.pos = before
		e.Value = p.plain()
	}
	switch {
	case fault != "":
	case strings.IndexByte(e.Value, 0) >= 0:
		fault = "the value contains a NUL byte"
	default:
		p.skipSpace()
		if !p.ended() {
			fault = "unexpected text after the closing quote"
		}
	}
	return e, true, fault
}

// ended skips a comment and the line end; false when something else is there.
func (p *parser) ended() bool {
	rest := p.text[p.pos:]
	line := upTo(rest, "\n")
	if text := strings.TrimSuffix(line, "\r"); text != "" && text[0] != '#' {
		return false
	}
	p.pos = min(len(p.text), p.pos+len(line)+1)
	return true
}

// plain reads up to the end of the line or a comment, which a space precedes.
func (p *parser) plain() string {
	line := upTo(p.text[p.pos:], "\r\n")
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && isBlank(line[i-1]) {
			line = line[:i]
			break
		}
	}
	p.pos += len(line)
	return strings.Trim(line, " \t")
}

const unclosed = "unclosed quote"

// single reads a value in which every character is literal.
func (p *parser) single() (value, fault string) {
	value, _, closed := strings.Cut(p.text[p.pos+1:], "'")
	if !closed {
		return "", unclosed
	}
	p.pos += len(value) + 2
	return strings.ReplaceAll(value, "\r\n", "\n"), ""
}

// escapes are the pairs that mean something in double quotes. In any other pair
// the backslash is a backslash.
var escapes = map[byte]byte{'n': '\n', 'r': '\r', '"': '"', '\\': '\\', '$': '$'}

// double reads a value with escapes.
func (p *parser) double() (value, fault string) {
	var b strings.Builder
	for i := p.pos + 1; i < len(p.text); i++ {
		c := p.text[i]
		switch {
		case c == '"':
			p.pos = i + 1
			return b.String(), ""
		case c == '\\' && i+1 < len(p.text) && escapes[p.text[i+1]] != 0:
			i++
			b.WriteByte(escapes[p.text[i]])
		case c == '\r' && i+1 < len(p.text) && p.text[i+1] == '\n':
		default:
			b.WriteByte(c)
		}
	}
	return "", unclosed
}

func (p *parser) skipSpace() {
	for p.pos < len(p.text) && isBlank(p.text[p.pos]) {
		p.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isNameByte(c byte, first bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || !first && '0' <= c && c <= '9'
}

// upTo returns s before the first of the bytes in stop.
func upTo(s, stop string) string {
	if i := strings.IndexAny(s, stop); i >= 0 {
		return s[:i]
	}
	return s
}

type malformed struct {
	at  source.Span
	why string
}

func (p malformed) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.EnvSyntax, Severity: diag.Error,
		Message: "malformed line: " + p.why,
		Labels:  []diag.Label{{Span: p.at, Text: "the line is hidden: it may contain a secret"}},
		Help: "write NAME=value, NAME='value', or a comment that begins with #; single quotes keep every " +
			"character as it is",
	}
}
