package platform

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const mask = "(secret)"

// Redactor masks secrets in text that people or files will see. It knows them by
// value, in each spelling they can take on the way (JSON, URL, quoted), and in
// bodies also by the name of the field. It is safe for concurrent use.
type Redactor struct {
	mu     sync.Mutex
	values map[string]struct{}
	repl   *strings.Replacer // nil after Add: built when next needed
}

// NewRedactor returns a Redactor that knows no value yet.
func NewRedactor() *Redactor { return &Redactor{values: map[string]struct{}{}} }

// Add makes values secret from now on. Texts of less than three bytes are let
// through: they hide nothing and occur everywhere.
func (r *Redactor) Add(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		for _, s := range spellings(v) {
			if _, ok := r.values[s]; !ok && len(s) >= 3 {
				r.values[s] = struct{}{}
				r.repl = nil
			}
		}
	}
}

func spellings(v string) []string {
	escaped, _ := json.Marshal(v) // with <, > and & as \u003c…
	quoted := strconv.Quote(v)
	literal := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(escaped))
	return []string{
		v, strings.TrimSpace(v), url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "+", "%20"),
		string(escaped[1 : len(escaped)-1]), literal[1 : len(literal)-1], quoted[1 : len(quoted)-1],
	}
}

// Text masks the known values in s.
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
		pairs = append(pairs, v, mask)
	}
	return strings.NewReplacer(pairs...)
}

const secretName = `[^"=&]*(?:password|passwd|passphrase|secret|token|credential|connection_?string|(?:account|access|private|shared|service_?account)_?key)[^"=&]*`

var (
	jsonField = regexp.MustCompile(`(?i)("` + secretName + `"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	formField = regexp.MustCompile(`(?i)((?:^|&)` + secretName + `=)[^&\s]*`)
)

// Body masks the known values in a request's or answer's body, and the text of
// each field whose name speaks of a password, whether its value is known or not.
func (r *Redactor) Body(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	s := jsonField.ReplaceAllString(r.Text(string(b)), `$1"`+mask+`"`)
	if !strings.ContainsAny(s[:1], "{[<\"") {
		s = formField.ReplaceAllString(s, "${1}"+mask)
	}
	return []byte(s)
}
