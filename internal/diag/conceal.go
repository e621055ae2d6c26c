package diag

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/source"
)

// shown is the text of files with an asterisk for each byte of a secret, so that offsets
// stay valid.
//
// Secrets are what the compiler marked with File.Hide, and the values of keys below
// `auth` or `params` that are named like secrets, so that a file that cannot be parsed
// shows none either.
type shown struct {
	text    map[*source.File]string
	secrets *redact.Redactor // nil when there are none
}

// conceal returns the diagnostics without secrets in their texts, and the texts for
// excerpts.
func conceal(list []Diagnostic) ([]Diagnostic, shown) {
	s := shown{text: map[*source.File]string{}}
	for _, d := range list {
		for _, l := range d.Labels {
			s.add(l.Span.File)
		}
		if d.Fix != nil {
			for _, e := range d.Fix.Edits {
				s.add(e.Span.File)
			}
		}
	}
	if s.secrets == nil {
		return list, s
	}
	out := make([]Diagnostic, len(list))
	for i, d := range list {
		out[i] = s.diagnostic(d)
	}
	return out, s
}

// Concealed returns the diagnostics without secrets in their texts and without fixes that
// repeat one.
func Concealed(list []Diagnostic) []Diagnostic {
	out, _ := conceal(list)
	return out
}

func (s *shown) add(f *source.File) {
	if f == nil {
		return
	}
	if _, ok := s.text[f]; ok {
		return
	}
	text := bytes.Clone(f.Text)
	spans := append(f.Hidden(), likelySecrets(f)...)
	for _, span := range spans {
		for i := span.Start; i < span.End; i++ {
			if text[i] != '\n' && text[i] != '\r' {
				text[i] = '*'
			}
		}
		s.remember(span.Text())
	}
	s.text[f] = string(text)
}

// remember collects the forms of a secret in a message: whole, without quotes, and line
// by line.
func (s *shown) remember(text string) {
	if s.secrets == nil {
		s.secrets = redact.New()
	}
	for _, line := range append(strings.Split(text, "\n"), text) {
		line = strings.TrimSpace(line)
		s.secrets.AddExact(line, strings.Trim(line, `"'`), strings.ReplaceAll(line, "'", "''"))
	}
}

func (s *shown) diagnostic(d Diagnostic) Diagnostic {
	d.Message, d.Help = s.words(d.Message), s.words(d.Help)
	d.Labels = slices.Clone(d.Labels)
	for i := range d.Labels {
		d.Labels[i].Text = s.words(d.Labels[i].Text)
	}
	d.Notes = slices.Clone(d.Notes)
	for i := range d.Notes {
		d.Notes[i] = s.words(d.Notes[i])
	}
	if d.Fix != nil {
		fix := *d.Fix
		fix.Title = s.words(fix.Title)
		for _, e := range fix.Edits {
			if s.words(e.Text) != e.Text { // a fix that repeats a secret is not shown
				d.Fix = nil
				return d
			}
		}
		d.Fix = &fix
	}
	return d
}

func (s *shown) words(text string) string { return s.secrets.Text(text) }

// line returns a line of a file without secrets, and its offset.
func (s *shown) line(f *source.File, n int) (string, int) {
	start, end := f.LineBounds(n)
	return s.text[f][start:end], start
}

// likelySecrets finds values that are probably secret line by line, since the file may
// not be YAML.
func likelySecrets(f *source.File) []source.Span {
	if !bytes.Contains(f.Text, []byte("auth")) && !bytes.Contains(f.Text, []byte("params")) {
		return nil
	}
	var out []source.Span
	within := -1 // indentation of the enclosing auth or params key
	hidden := -1 // indentation of a secret key whose value continues
	for n := 1; n <= f.Lines(); n++ {
		start, end := f.LineBounds(n)
		line := string(f.Text[start:end])
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if indent == len(line) {
			continue
		}
		if hidden >= 0 && indent > hidden {
			out = append(out, f.Span(start+indent, end))
			continue
		}
		hidden = -1
		if within >= 0 && indent <= within {
			within = -1
		}
		from, brace := 0, strings.IndexByte(line, '{')
		for _, p := range pairsOnLine(line) {
			switch {
			case within < 0 && (p.key == "auth" || p.key == "params"):
				within = indent
			case within >= 0 && redact.IsName(p.key, true) && p.value >= from:
				value, stop := secretValue(line, p.value, brace)
				from = stop
				if value < stop {
					out = append(out, f.Span(start+value, start+stop))
				}
				if strings.TrimSpace(line[stop:]) == "" && !strings.HasPrefix(line[value:stop], "${") &&
					!strings.HasPrefix(strings.TrimSpace(line[p.value:]), "{") {
					hidden = indent
				}
			}
		}
	}
	return out
}

// linePair is a key on a line, and the offset of its value.
type linePair struct {
	key   string
	value int
}

// longestKey bounds the search for the start of a key.
const longestKey = 60

// pairsOnLine finds every "key:" on a line, also in braces.
func pairsOnLine(line string) []linePair {
	var out []linePair
	for i := 0; i < len(line); i++ {
		if line[i] != ':' || i+1 < len(line) && strings.IndexByte(" \t", line[i+1]) < 0 &&
			(i == 0 || strings.IndexByte(`"'`, line[i-1]) < 0) {
			continue
		}
		from := i
		for from > max(0, i-longestKey) && strings.IndexByte(" \t{,", line[from-1]) < 0 {
			from--
		}
		if key := strings.Trim(line[from:i], `"'`); key != "" {
			out = append(out, linePair{key, i + 1})
		}
	}
	return out
}

// secretValue returns the extent of a secret that begins at i on a line, empty for a
// reference. brace is the offset of the first brace of the line, -1 for none.
func secretValue(line string, i, brace int) (start, end int) {
	start = i + len(line[i:]) - len(strings.TrimLeft(line[i:], " \t"))
	rest := line[start:]
	switch {
	case rest == "" || strings.HasPrefix(rest, "${env.") || strings.HasPrefix(rest, "{") || rest[0] == '#':
		return start, start
	case rest[0] == '|' || rest[0] == '>':
		return start, start + 1
	case rest[0] == '"' || rest[0] == '\'':
		stop := strings.IndexByte(rest[1:], rest[0])
		if stop >= 0 && strings.IndexByte(",} \t", (rest[1+stop+1:] + " ")[0]) >= 0 {
			return start, start + stop + 2
		}
	}
	// In braces a comma or brace ends it.
	if 0 <= brace && brace < i {
		if stop := strings.IndexAny(rest, ",}"); stop >= 0 {
			return start, start + stop
		}
	}
	return start, start + len(strings.TrimRight(rest, " \t"))
}
