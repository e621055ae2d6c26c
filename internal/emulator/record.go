package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/redact"
)

// Recorded is one request as the emulator saw it. Secrets are masked; tokens
// and the IMS form are never kept.
type Recorded struct {
	N         int             `json:"n"`
	Time      time.Time       `json:"time"`
	Method    string          `json:"method"`
	URL       string          `json:"url"` // path and query
	Sandbox   string          `json:"sandbox,omitempty"`
	IfMatch   string          `json:"if_match,omitempty"`
	UserAgent string          `json:"user_agent,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
	Status    int             `json:"status"`
	Code      string          `json:"code,omitempty"` // of a refusal
	RequestID string          `json:"request_id"`
	Faulty    bool            `json:"faulty,omitempty"` // a fault rule had its hand in it
	Micros    int64           `json:"micros"`
}

// recorder keeps the last requests, within a count and a number of bytes, and
// writes all of them to a file.
type recorder struct {
	mu    sync.Mutex
	w     io.Writer
	keep  int
	n     int
	ring  []kept
	bytes int // of ring
	room  int // bytes
	log   io.Writer
}

type kept struct {
	Recorded
	raw []byte // masked when it is looked at: most never are
}

// size is what a kept request weighs.
func (k *kept) size() int {
	return len(k.raw) + len(k.URL) + len(k.Sandbox) + len(k.IfMatch) + len(k.UserAgent) + len(k.Code)
}

const maxRecordedBody = 64 << 10

func (rec *recorder) open(w io.Writer, keep int, log io.Writer) {
	rec.w, rec.keep, rec.room, rec.log = w, keep, 32<<20, log
	if keep == 0 {
		rec.keep = 10_000
	}
}

func (rec *recorder) add(c *core.Call, a *core.Answer, f *Fault, took time.Duration) {
	if rec.keep < 0 && rec.w == nil {
		return
	}
	k := kept{Recorded: Recorded{
		Time:      c.Now,
		Method:    c.Request.Method,
		URL:       c.Request.URL.RequestURI(),
		Sandbox:   c.Request.Header.Get("x-sandbox-name"),
		IfMatch:   c.Request.Header.Get("If-Match"),
		UserAgent: c.Request.UserAgent(),
		Status:    a.Status,
		RequestID: c.RequestID,
		Faulty:    f != nil,
		Micros:    took.Microseconds(),
	}}
	if c.Service == core.IMSService {
		k.URL = c.Request.URL.EscapedPath() // the query may carry the secret
	} else if len(c.Raw) <= maxRecordedBody {
		k.raw = bytes.Clone(c.Raw) // its own array has room to spare
	}
	if a.Status >= 400 {
		k.Code = codeOf(a.Body)
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.n++
	k.N = rec.n
	if rec.w != nil {
		line, err := json.Marshal(k.masked())
		if err == nil {
			_, err = rec.w.Write(append(line, '\n'))
		}
		if err != nil {
			rec.w = nil // a full disk must not stop the emulator
			fmt.Fprintf(rec.log, "emulator: record requests: %v\n", err)
		}
	}
	if rec.keep < 0 {
		return
	}
	rec.ring = append(rec.ring, k)
	rec.bytes += k.size()
	for len(rec.ring) > rec.keep || rec.bytes > rec.room {
		rec.bytes -= rec.ring[0].size()
		rec.ring[0] = kept{}
		rec.ring = rec.ring[1:]
	}
}

// Requests lists the remembered requests, oldest first.
func (s *Server) Requests() []Recorded {
	rec := &s.recorder
	rec.mu.Lock()
	ring := slices.Clone(rec.ring)
	rec.mu.Unlock()
	out := make([]Recorded, len(ring))
	for i := range ring {
		out[i] = ring[i].masked()
	}
	return out
}

// ForgetRequests empties the memory of requests; numbering goes on.
func (s *Server) ForgetRequests() {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	s.recorder.ring, s.recorder.bytes = nil, 0
}

// codeOf finds the code of a refusal in any of the envelopes.
func codeOf(body []byte) string {
	v, err := core.DecodeJSON(body)
	if err != nil {
		return ""
	}
	if s := core.Text(v, "error_code"); s != "" {
		return s
	}
	if m := errorType.FindStringSubmatch(core.Text(v, "type")); m != nil {
		return m[1]
	}
	if s := core.Text(v, "title"); s != "" {
		return s
	}
	return core.Text(v, "error")
}

var errorType = regexp.MustCompile(`/errors/([A-Z]+-\d+-\d+)$`)

func (k *kept) masked() Recorded {
	r := k.Recorded
	if len(k.raw) == 0 {
		return r
	}
	if !json.Valid(k.raw) {
		r.Body = core.ToJSON(fmt.Sprintf("(%d bytes, not JSON)", len(k.raw)))
		return r
	}
	r.Body = redact.New().Body(k.raw)
	return r
}
