package diag

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
)

// TextOptions says how text is printed.
type TextOptions struct {
	Color bool
	Width int // columns of the terminal, 0 for unknown: then texts are not wrapped. Source is cut to output.Room.
}

// MostShown is how many diagnostics of one file Text prints.
const MostShown = 100

// Text prints the diagnostics of r for people, sorted and without repeats, and
// a line that counts them. An empty report prints nothing. Of a file with
// very many diagnostics it prints the most severe, and how many more there are.
//
//	error: column `amount` has unknown type `doublee` [unknown-type]
//	  --> dataflow.yaml:14:11
//	   |
//	14 |     type: doublee
//	   |           ^^^^^^^ expected string, integer, double or date
//	   = help: did you mean `double`?
func Text(w io.Writer, r *Report, opt TextOptions) error {
	wraps := opt.Width > 0
	opt.Width = output.Room(opt.Width)
	all := r.Sorted()
	list, more := mostSevere(all)
	list, texts := conceal(list)
	t := &textPrinter{w: bufio.NewWriter(w), opt: opt, wraps: wraps, texts: texts}
	for i, d := range list {
		t.diagnostic(d)
		t.line()
		path := d.Primary().Path()
		if n := more[path]; n > 0 && (i+1 == len(list) || list[i+1].Primary().Path() != path) {
			t.line(piece{bold, "and " + thousands(n) + " more" + oneLine(inFile(path))})
			t.line()
		}
	}
	if len(all) > 0 {
		t.line(piece{summarySeverity(all).style(), summary(all)})
	}
	return t.w.Flush()
}

// mostSevere returns the diagnostics to show of a sorted list, in its order, and
// how many more there are of each file.
func mostSevere(all []Diagnostic) (list []Diagnostic, more map[string]int) {
	more = map[string]int{}
	for rest := all; len(rest) > 0; {
		path := rest[0].Primary().Path()
		n := 1
		for n < len(rest) && rest[n].Primary().Path() == path {
			n++
		}
		file := rest[:n]
		rest = rest[n:]
		left := MostShown
		shown := map[Severity]int{}
		for _, s := range []Severity{Error, Warning, Note} {
			shown[s] = min(left, countSeverity(file, s))
			left -= shown[s]
		}
		for _, d := range file {
			if shown[d.Severity]--; shown[d.Severity] >= 0 {
				list = append(list, d)
			} else {
				more[path]++
			}
		}
	}
	return list, more
}

func inFile(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}

// thousands writes a number with commas: 9,900.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func countSeverity(list []Diagnostic, s Severity) int {
	n := 0
	for _, d := range list {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// summary counts diagnostics by severity: "2 errors, 1 warning".
func summary(list []Diagnostic) string {
	var parts []string
	for _, s := range []Severity{Error, Warning, Note} {
		if n := countSeverity(list, s); n > 0 {
			parts = append(parts, words.Count(n, s.String()))
		}
	}
	return strings.Join(parts, ", ")
}

func summarySeverity(list []Diagnostic) Severity {
	worst := Note
	for _, d := range list {
		worst = max(worst, d.Severity)
	}
	return worst
}

// The styles of the parts of a diagnostic.
const (
	plain       = output.Plain
	bold        = output.Bold
	gutterStyle = output.BoldBlue
	secondStyle = output.BoldBlue
)

func (s Severity) style() output.Style {
	switch s {
	case Error:
		return output.BoldRed
	case Warning:
		return output.BoldYellow
	default:
		return output.BoldCyan
	}
}

// piece is a run of text in one style.
type piece struct {
	style output.Style
	text  string
}

type textPrinter struct {
	w      *bufio.Writer
	opt    TextOptions
	wraps  bool // the width is that of a terminal: texts are broken between words
	texts  shown
	gutter int // digits of the largest line number of the diagnostic
}

// line prints a line of pieces without trailing spaces.
func (t *textPrinter) line(pieces ...piece) {
	last := len(pieces)
	for last > 0 && strings.TrimRight(pieces[last-1].text, " ") == "" {
		last--
	}
	for i, p := range pieces[:last] {
		if i == last-1 {
			p.text = strings.TrimRight(p.text, " ")
		}
		if t.opt.Color {
			p.text = output.Paint(p.style, p.text)
		}
		t.w.WriteString(p.text)
	}
	t.w.WriteByte('\n')
}

func (t *textPrinter) diagnostic(d Diagnostic) {
	word, code := d.Severity.String(), ""
	if d.Code != "" {
		code = " [" + string(d.Code) + "]"
	}
	lines := t.wrapped(oneLine(d.Message)+code, len(word)+len(": "))
	for i, l := range lines {
		text, rest := l, ""
		if i == len(lines)-1 {
			rest = code[len(code)-min(len(code), len(l)):]
			text = strings.TrimSuffix(l, rest)
		}
		head := piece{d.Severity.style(), word}
		if i > 0 {
			head = piece{plain, strings.Repeat(" ", len(word))}
		}
		t.line(head, piece{bold, [...]string{": ", "  "}[min(i, 1)] + text}, piece{plain, rest})
	}

	groups := groupLabels(d.Labels)
	t.gutter = 1
	for _, g := range groups {
		t.gutter = max(t.gutter, len(strconv.Itoa(g.lastLine)))
	}
	for i, g := range groups {
		t.excerpt(g, i == 0, d.Severity)
	}
	for _, n := range d.Notes {
		t.remark("note", n)
	}
	if d.Help != "" {
		t.remark("help", d.Help)
	}
}

// remark prints "= help: text".
func (t *textPrinter) remark(word, text string) {
	margin := strings.Repeat(" ", t.gutter+1)
	indent := t.gutter + len(" = : ") + len(word)
	for i, l := range t.wrapped(oneLine(text), indent) {
		if i > 0 {
			t.line(piece{plain, strings.Repeat(" ", indent) + l})
			continue
		}
		t.line(piece{gutterStyle, margin + "= "}, piece{bold, word}, piece{plain, ": " + l})
	}
}

// wrapped breaks a text between words into lines that fit right of an indent.
func (t *textPrinter) wrapped(text string, indent int) []string {
	if !t.wraps {
		return []string{text}
	}
	return output.Wrap(strings.Split(text, " "), t.opt.Width-indent)
}

// oneLine returns s as printable text of one line.
func oneLine(s string) string { return visible(unbroken(s)) }

var breaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// unbroken returns s with spaces for its line breaks. Texts of diagnostics quote the
// user, whose lines must not look like ours.
func unbroken(s string) string { return strings.TrimRight(breaks.Replace(s), " ") }

// fileLabels are the labels of one diagnostic in one file.
type fileLabels struct {
	file     *source.File
	labels   []placed
	lastLine int
}

// placed is a label with its lines.
type placed struct {
	Label
	first, last int  // lines
	primary     bool // the diagnostic's first label
}

// groupLabels groups labels by file in order of appearance. Labels without a span are
// dropped.
func groupLabels(labels []Label) []fileLabels {
	var groups []fileLabels
	for i, l := range labels {
		if l.Span.IsZero() {
			continue
		}
		l.Span = trimSpan(l.Span)
		p := placed{Label: l, first: l.Span.Pos().Line, last: l.Span.EndPos().Line, primary: i == 0}
		at := 0
		for at < len(groups) && groups[at].file != l.Span.File {
			at++
		}
		if at == len(groups) {
			groups = append(groups, fileLabels{file: l.Span.File})
		}
		g := &groups[at]
		g.labels = append(g.labels, p)
		g.lastLine = max(g.lastLine, p.last)
	}
	return groups
}

// trimSpan removes trailing line breaks and spaces from a span, so that a span of whole
// lines ends on its last line.
func trimSpan(s source.Span) source.Span {
	text := s.File.Text[s.Start:s.End]
	trimmed := strings.TrimRight(string(text[max(0, len(text)-4096):]), " \t\r\n")
	if cut := min(len(text), 4096) - len(trimmed); cut > 0 && trimmed != "" {
		s.End -= cut
	}
	return s
}
