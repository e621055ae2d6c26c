package view

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// Event is one line of `apply --output json`. Text is rendered from it too.
type Event struct {
	// Type is plan, started, retried, waiting, done, failed, blocked, interrupted, outputs, or summary.
	Type       string           `json:"type"`
	Address    resource.Address `json:"address,omitzero"`
	Call       int              `json:"call,omitempty"`   // the call's n in the plan
	Step       planner.Step     `json:"step,omitempty"`   // what the call does for its resource
	Action     string           `json:"action,omitempty"` // of the whole change
	Attempt    int              `json:"attempt,omitempty"`
	ID         string           `json:"id,omitempty"`
	Adopted    bool             `json:"adopted,omitempty"` // found on the platform after a lost answer
	Already    bool             `json:"already,omitempty"` // of done: the platform had it before the call
	ElapsedMS  int64            `json:"elapsed_ms,omitempty"`
	WaitMS     int64            `json:"wait_ms,omitempty"` // of waiting: the longest that it still takes
	BlockedBy  resource.Address `json:"blocked_by,omitzero"`
	Unanswered bool             `json:"unanswered,omitempty"` // of interrupted: the call was sent
	Error      *ErrorInfo       `json:"error,omitempty"`
	Target     *planner.Target  `json:"target,omitempty"`  // of plan
	Calls      int              `json:"calls,omitempty"`   // of plan
	Planned    *planner.Summary `json:"planned,omitempty"` // of plan
	Summary    *Counts          `json:"summary,omitempty"` // of summary
	// Of outputs, what the senders of a stream need to know: see Outputs.
	InletURL  string `json:"inlet_url,omitempty"`
	FlowID    string `json:"flow_id,omitempty"`
	WasFlowID string `json:"was_flow_id,omitempty"`

	until time.Time // of waiting
	began time.Time // of started
}

// ErrorInfo is a refusal of the platform in parts. Other errors have only a title.
type ErrorInfo struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Title     string `json:"title"`
	Detail    string `json:"detail,omitempty"`
	RequestID string `json:"request_id,omitempty"`
	text      string
}

// Explain returns the parts of an error. The caller provides it, since views do not know
// the platform's types.
type Explain func(error) ErrorInfo

func (x Explain) info(err error) *ErrorInfo {
	if err == nil {
		err = errors.New("unknown error")
	}
	e := ErrorInfo{Title: err.Error()}
	if x != nil {
		e = x(err)
	}
	e.text = err.Error()
	return &e
}

// Counts is the result of an apply in resources.
type Counts struct {
	Created     int  `json:"created"`
	Updated     int  `json:"updated"`
	Replaced    int  `json:"replaced"`
	Deleted     int  `json:"deleted"`
	Moved       int  `json:"moved,omitempty"`
	Forgotten   int  `json:"forgotten,omitempty"`
	Imported    int  `json:"imported,omitempty"`
	Unchanged   int  `json:"unchanged"`
	Failed      int  `json:"failed"`
	Blocked     int  `json:"blocked"`
	NotSent     int  `json:"not_sent,omitempty"`   // calls, after an interruption
	Unanswered  int  `json:"unanswered,omitempty"` // calls, after an interruption
	Interrupted bool `json:"interrupted,omitempty"`
}

// countsOf counts failed and blocked resources once each, as failed if both.
func countsOf(r applier.Result) Counts {
	c := Counts{
		Created: r.Created, Updated: r.Updated, Replaced: r.Replaced, Deleted: r.Deleted,
		Moved: r.Moved, Forgotten: r.Forgotten, Imported: r.Imported, Unchanged: r.Unchanged,
		NotSent: len(r.Left), Unanswered: len(r.Unanswered), Interrupted: r.Interrupted,
	}
	seen := map[resource.Address]bool{}
	for _, f := range r.Failed {
		if !seen[f.Address] {
			c.Failed++
		}
		seen[f.Address] = true
	}
	for _, b := range r.Blocked {
		if !seen[b.Address] {
			c.Blocked++
		}
		seen[b.Address] = true
	}
	return c
}

// eventOf is an applier's event as it is printed; the zero Event for an unknown one.
func eventOf(e applier.Event, explain Explain) Event {
	about := func(kind string, s applier.Subject) Event {
		return Event{Type: kind, Address: s.Address, Call: s.Call, Step: s.Step, Action: s.Action.String()}
	}
	switch e := e.(type) {
	case applier.Started:
		out := about("started", e.Subject)
		out.Attempt = e.Attempt
		return out
	case applier.Retried:
		out := about("retried", e.Subject)
		out.Attempt, out.Error = e.Attempt, explain.info(e.Err)
		return out
	case applier.Done:
		out := about("done", e.Subject)
		out.Attempt, out.ID, out.ElapsedMS = e.Attempt, e.ID, e.Elapsed.Milliseconds()
		out.Adopted, out.Already = e.Adopted, e.Already
		return out
	case applier.Failed:
		out := about("failed", e.Subject)
		out.Attempt, out.Error, out.ElapsedMS = e.Attempt, explain.info(e.Err), e.Elapsed.Milliseconds()
		return out
	case applier.Blocked:
		out := about("blocked", e.Subject)
		out.BlockedBy = e.By
		return out
	case applier.Interrupted:
		out := about("interrupted", e.Subject)
		out.Attempt, out.ElapsedMS, out.Unanswered = e.Attempt, e.Elapsed.Milliseconds(), e.Unanswered
		return out
	case applier.Waiting:
		out := about("waiting", e.Subject)
		out.WaitMS, out.until = e.Most.Milliseconds(), time.Now().Add(e.Most)
		return out
	default:
		return Event{} // a view must not stop an apply
	}
}

// Events writes the events of an apply as JSON lines.
type Events struct {
	explain Explain

	mu  sync.Mutex
	out io.Writer
	err error
}

// NewEvents writes the plan as the first event.
func NewEvents(w io.Writer, p *planner.Plan, explain Explain) *Events {
	e := &Events{out: w, explain: explain}
	target, summary := p.Target, p.Summary
	e.write(Event{Type: "plan", Target: &target, Calls: p.Calls(), Planned: &summary})
	return e
}

// Notify writes one event.
func (e *Events) Notify(ev applier.Event) {
	if out := eventOf(ev, e.explain); out.Type != "" {
		e.write(out)
	}
}

// Outputs writes what the senders of streams need to know, an event for each stream.
func (e *Events) Outputs(list []Outputs) {
	for _, o := range list {
		out := Event{
			Type: "outputs", Address: o.Address, InletURL: o.InletURL, FlowID: o.FlowID, WasFlowID: o.WasFlowID,
		}
		if o.Problem != nil {
			out.Error = e.explain.info(o.Problem)
		}
		e.write(out)
	}
}

// Finish writes the summary and returns the first error of writing.
func (e *Events) Finish(r applier.Result, elapsed time.Duration) error {
	counts := countsOf(r)
	e.write(Event{Type: "summary", Summary: &counts, ElapsedMS: elapsed.Milliseconds()})
	return e.err
}

func (e *Events) write(ev Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := output.JSONLine(e.out, ev); err != nil && e.err == nil {
		e.err = err
	}
}
