package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Fault is a rule that makes matching calls go wrong. Which calls: Method and
// Path (with * for any run of characters; the query counts when the pattern
// has a ?) and Match (a regular expression over the body), empty ones match
// all; the first Skip of them pass, the next Times (0 is 1, below 0 is all)
// are hit. What happens, in this order: Delay, Kill, Drop, Status; with After
// the work is done first and only its answer suffers.
type Fault struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Match  string `json:"match,omitempty"`
	Skip   int    `json:"skip,omitempty"`
	Times  int    `json:"times,omitempty"`

	// After does the work before the answer is harmed.
	After bool `json:"after,omitempty"`
	// Status and Body replace the answer; a Status alone has the gateway's
	// envelope, 429 that of --rate with its Retry-After.
	Status int               `json:"status,omitempty"`
	Body   json.RawMessage   `json:"body,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	// DelayMillis holds the call back; with After, its answer.
	DelayMillis int64 `json:"delayMillis,omitempty"`
	// Drop breaks the connection: no byte of an answer is sent. With
	// Refuse, Transport answers as if nothing listened; over a port it is
	// a Drop, because the connection is already there.
	Drop   bool `json:"drop,omitempty"`
	Refuse bool `json:"refuse,omitempty"`
	// Garbage replaces the body by text that is not JSON, Truncate sends half
	// of it, ContentType renames it.
	Garbage     bool   `json:"garbage,omitempty"`
	Truncate    bool   `json:"truncate,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	// Kill ends the process with this id, as a crash of the caller would. It
	// is not taken over HTTP.
	Kill int `json:"kill,omitempty"`

	path  *regexp.Regexp
	match *regexp.Regexp
	seen  int
}

type faults struct {
	mu    sync.Mutex
	rules []*Fault
}

// Inject adds rules, all of them or, with an error, none. Rules are tried in
// the order they came; one that is used up is skipped.
func (s *Server) Inject(rules ...Fault) error {
	ready := make([]*Fault, len(rules))
	for i, f := range rules {
		if err := f.compile(); err != nil {
			return fmt.Errorf("fault rule: %w", err)
		}
		ready[i] = &f
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = append(s.faults.rules, ready...)
	return nil
}

func (f *Fault) compile() (err error) {
	if f.Match != "" {
		if f.match, err = regexp.Compile(f.Match); err != nil {
			return fmt.Errorf("match: %w", err)
		}
	}
	if f.Path != "" {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(f.Path), `\*`, `.*`)
		f.path = regexp.MustCompile(pattern + "$") // a tail will do: /flows
	}
	if f.Status != 0 && (f.Status < 100 || f.Status > 599) {
		return fmt.Errorf("status %d", f.Status)
	}
	if f.Kill < 0 || f.Kill == 1 {
		return fmt.Errorf("kill %d is not a process that a caller can be", f.Kill)
	}
	if f.Times == 0 {
		f.Times = 1
	}
	return nil
}

// ClearFaults forgets every rule.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = nil
	s.env.RunFaults.Clear()
}

// ParseFaults reads rules from JSON: an array of them or one alone.
func ParseFaults(b []byte) ([]Fault, error) {
	var many []Fault
	strict := func(v any) error {
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.DisallowUnknownFields()
		return d.Decode(v)
	}
	if err := strict(&many); err == nil {
		return many, nil
	}
	var one Fault
	if err := strict(&one); err != nil {
		return nil, fmt.Errorf("fault rules: %w", err)
	}
	return []Fault{one}, nil
}

func (fs *faults) match(method string, u *url.URL, body []byte) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.rules {
		if f.Method != "" && !strings.EqualFold(f.Method, method) {
			continue
		}
		if f.path != nil {
			target := u.EscapedPath()
			if strings.Contains(f.Path, "?") {
				target = u.RequestURI()
			}
			if !f.path.MatchString(target) {
				continue
			}
		}
		if f.match != nil && !f.match.Match(body) {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || (f.Times > 0 && f.seen > f.Skip+f.Times) {
			continue
		}
		return f
	}
	return nil
}

func (f *Fault) delay() time.Duration { return time.Duration(f.DelayMillis) * time.Millisecond }

// harms says whether the answer is to be replaced or lost.
func (f *Fault) harms() bool { return f.Drop || f.Refuse || f.Status != 0 }

// before is the fault's part ahead of the work; ended means that there will be
// no work.
func (f *Fault) before() (a core.Answer, ended bool) {
	if f.After {
		return core.Answer{}, false
	}
	if f.Kill != 0 {
		killProcess(f.Kill)
	}
	if !f.harms() {
		return core.Answer{}, false
	}
	return f.answer(), true
}

// after is its part behind the work; lost means that no answer may be sent.
func (f *Fault) after(a *core.Answer) (lost bool) {
	if f == nil {
		return false
	}
	if f.After {
		if f.Kill != 0 {
			killProcess(f.Kill)
		}
		if f.Status != 0 {
			*a = f.answer()
		}
	}
	if f.Garbage {
		a.Body, a.ContentType = []byte("<html><body>upstream connect error</body>"), "text/html"
	}
	if f.ContentType != "" {
		a.ContentType = f.ContentType
	}
	return f.Drop || f.Refuse
}

func (f *Fault) answer() core.Answer {
	a := core.Answer{Status: f.Status, Body: f.Body}
	if f.Status == 0 {
		a.Status = http.StatusBadGateway // recorded; the caller sees no answer
	}
	if f.Body == nil {
		no := core.Gateway(fmt.Sprintf("%d000", a.Status), http.StatusText(a.Status))
		if a.Status == http.StatusTooManyRequests {
			no = core.Throttled(1)
		}
		a.Body, a.Header = core.ToJSON(no.Body), no.Header
	}
	var raw string
	if json.Unmarshal(f.Body, &raw) == nil { // a body given as text is sent bare
		a.Body, a.ContentType = []byte(raw), "text/plain"
	}
	for k, v := range f.Header {
		a.Header = append(a.Header, [2]string{k, v})
	}
	return a
}

// write sends the answer, half of it when the rule says so.
func (f *Fault) write(w http.ResponseWriter, now time.Time, id string, a *core.Answer) {
	if f == nil || !f.Truncate || len(a.Body) == 0 {
		writeAnswer(w, now, id, a)
		return
	}
	cut := &truncatedWriter{ResponseWriter: w, left: len(a.Body) / 2}
	writeAnswer(cut, now, id, a)
	panic(http.ErrAbortHandler)
}

type truncatedWriter struct {
	http.ResponseWriter
	left int
}

func (t *truncatedWriter) Write(b []byte) (int, error) {
	n := min(len(b), t.left)
	t.left -= n
	if _, err := t.ResponseWriter.Write(b[:n]); err != nil {
		return 0, err
	}
	if f, ok := t.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
	return len(b), nil
}

func killProcess(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		// The process may be gone already: then the rule's wish is met.
		_ = p.Kill()
	}
}
