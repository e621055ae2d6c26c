// Package redact hides secrets in text that people and files will see. It is the
// one home of that knowledge: what a secret looks like on the way, and which
// names speak of one.
//
// Secrets are looked for in foreign text only: answers, errors of the network,
// bodies. What aepflow writes itself, such as the path of a call, is never
// searched by value: a password `data` would show itself in `/(secret)/foundation`.
package redact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Mask replaces a secret.
const Mask = "(secret)"

// shortest is the least number of bytes of a value that is searched for. Shorter
// ones occur in ordinary words, and hiding those would reveal the secret.
const shortest = 6

// IsShort reports whether a secret is too short to be searched for. Only the name
// of its field hides it.
func IsShort(value string) bool { return len(value) < shortest }

// Redactor knows secrets by value. It is safe for concurrent use.
type Redactor struct {
	mu     sync.Mutex
	values map[string]struct{}
	repl   *strings.Replacer // nil after Add: built when next needed
}

// New returns a Redactor that knows no value yet.
func New() *Redactor { return &Redactor{values: map[string]struct{}{}} }

// Add makes values secret from now on.
func (r *Redactor) Add(values ...string) {
	for _, v := range values {
		if !IsShort(v) {
			r.AddExact(Spellings(v)...)
			r.AddExact(parts(v)...)
		}
	}
}

// AddExact makes values secret in this one spelling.
func (r *Redactor) AddExact(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		if _, ok := r.values[v]; !ok && !IsShort(v) {
			r.values[v] = struct{}{}
			r.repl = nil
		}
	}
}

// parts are the spellings of what is secret in a secret that is a JSON object.
func parts(v string) []string {
	var object map[string]any
	if json.Unmarshal([]byte(v), &object) != nil {
		return nil
	}
	var out []string
	for name, part := range object {
		if text, ok := part.(string); ok && IsName(name, true) && !IsShort(text) {
			out = append(out, Spellings(text)...)
		}
	}
	return out
}

// Text masks the known values in foreign text, in every spelling.
func (r *Redactor) Text(s string) string {
	r.mu.Lock()
	repl := r.repl
	if repl == nil {
		repl = r.replacer()
		r.repl = repl
	}
	r.mu.Unlock()
	return repl.Replace(s)
}

// replacer prefers the longer of two values that begin alike.
func (r *Redactor) replacer() *strings.Replacer {
	values := make([]string, 0, len(r.values))
	for v := range r.values {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, Mask)
	}
	return strings.NewReplacer(pairs...)
}

// Spellings are the forms that a value takes in text: as it is, without space
// around it, its lines, and escaped for JSON, HTML, a URL, Go, and base64, also
// as a part of something longer that was encoded.
func Spellings(v string) []string {
	out := []string{v, strings.TrimSpace(v)}
	for line := range strings.SplitSeq(v, "\n") {
		if line = strings.TrimSpace(line); len(line) >= 16 && !strings.HasPrefix(line, "-----") {
			out = append(out, line)
		}
	}
	for _, plain := range slices.Clone(out) {
		out = append(out, escaped(plain)...)
		out = append(out, encoded(plain)...)
	}
	return out
}

func escaped(v string) []string {
	text, _ := json.Marshal(v) // with <, > and & as \u003c…
	inJSON := string(text[1 : len(text)-1])
	literal := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(inJSON)
	quoted, ascii := strconv.Quote(v), strconv.QuoteToASCII(v)
	query := url.QueryEscape(v)
	inHTML := html.EscapeString(v)
	named := strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(inHTML)
	out := []string{
		inJSON, literal, strings.ReplaceAll(literal, "/", `\/`), quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1],
		inHTML, named, strings.ReplaceAll(named, "&apos;", "&#x27;"),
		strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;").Replace(v),
	}
	for _, s := range []string{query, url.PathEscape(v), strings.ReplaceAll(query, "+", "%20")} {
		out = append(out, s, percent.ReplaceAllStringFunc(s, strings.ToLower))
	}
	return out
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// encoded are the base64 forms of v: on its own, and what is certain of it inside
// a longer text, such as user:password, at each of the three offsets.
func encoded(v string) []string {
	out := []string{base64.StdEncoding.EncodeToString([]byte(v)), base64.RawStdEncoding.EncodeToString([]byte(v))}
	for offset, uncertain := range []int{0, 2, 3} {
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), v...))
		if (offset+len(v))%3 != 0 {
			text = text[:len(text)-1] // its last character depends on what follows
		}
		out = append(out, text[uncertain:])
	}
	for _, s := range slices.Clone(out) {
		out = append(out, strings.NewReplacer("+", "-", "/", "_").Replace(s))
	}
	return out
}

var (
	jsonField = regexp.MustCompile(`(?i)("[^"=&]*(?:` + anywhere + `)[^"=&]*"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	formField = regexp.MustCompile(`(?i)((?:^|&)[^"=&]*(?:` + anywhere + `)[^"=&]*=)[^&\s]*`)
)

// Body masks a request's or an answer's body: the known values, and each value
// whose name speaks of a secret, known or not. Of JSON the decoded texts are
// searched, so no way of escaping hides a secret; everything else stays as it was.
func (r *Redactor) Body(b []byte) []byte {
	switch {
	case len(b) == 0:
		return nil
	case json.Valid(b):
		return []byte(r.document(b, 0))
	}
	s := jsonField.ReplaceAllString(r.Text(string(b)), `$1"`+Mask+`"`)
	if !strings.ContainsAny(s[:1], "{[<\"") {
		s = formField.ReplaceAllString(s, "${1}"+Mask)
	}
	return []byte(s)
}

// BodyUpTo is Body for at most the first n bytes of what is not JSON: that may be large, and
// only its beginning is shown. It cuts before a known value, never inside one.
func (r *Redactor) BodyUpTo(b []byte, n int) []byte {
	if len(b) > n && !json.Valid(b) {
		b = b[:r.before(b, n)]
	}
	return r.Body(b)
}

// before returns the largest number of bytes up to n at which no known value of b is divided.
func (r *Redactor) before(b []byte, n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for moved := true; moved; {
		moved = false
		for v := range r.values {
			from := max(n-len(v)+1, 0)
			if i := bytes.Index(b[from:min(n+len(v)-1, len(b))], []byte(v)); i >= 0 && from+i < n {
				n, moved = from+i, true
			}
		}
	}
	return n
}

// Query masks the values in the query of a URL. Names, and the values of those
// that only order and limit a list, are our own text.
func (r *Redactor) Query(raw string) string {
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		if ownQuery[strings.ToLower(name)] {
			continue
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		if hidden := r.Text(plain); hidden != plain {
			parts[i] = name + "=" + hidden
		}
	}
	return strings.Join(parts, "&")
}

var ownQuery = map[string]bool{"limit": true, "orderby": true, "sort": true, "count": true}

// leaf masks one decoded text, which may be JSON itself.
func (r *Redactor) leaf(s string, depth int) string {
	const deepest = 8
	start := strings.TrimLeft(s, " \t\r\n")
	if depth < deepest && start != "" && strings.IndexByte(`{["`, start[0]) >= 0 && json.Valid([]byte(s)) {
		return r.document([]byte(s), depth+1)
	}
	return r.Text(s)
}

// document masks valid JSON. A secret that is JSON itself, such as the key file of
// a service account, goes beyond single texts.
func (r *Redactor) document(b []byte, depth int) string { return r.Text(string(r.json(b, depth))) }

func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into memory
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
