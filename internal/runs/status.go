package runs

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Health is how a dataflow is, in one word.
type Health string

// How a dataflow is, the worst first. Those up to Late need attention.
const (
	IsFailed      Health = "failed"       // its last run failed
	IsStale       Health = "stale"        // freshness.errorAfter has passed since its last successful run
	IsGone        Health = "gone"         // it was applied, and is not on the platform
	IsSwitchedOff Health = "switched_off" // the document enables it, and the platform does not run it
	IsLate        Health = "late"         // a run is overdue
	IsAging       Health = "aging"        // freshness.warnAfter has passed since its last successful run
	IsPartial     Health = "partial"      // its last run left records out
	IsUnseen      Health = "not_visible"  // it may be gone, or a label hides it
	IsRunning     Health = "running"      // its first run is under way
	IsWaiting     Health = "waiting"      // it has never run, and will
	IsOK          Health = "ok"
	IsStream      Health = "streaming" // streams have no runs
	IsDone        Health = "done"      // a one-time dataflow that has run
	IsDisabled    Health = "disabled"
	IsDraft       Health = "draft"
	IsUnapplied   Health = "not_applied" // only in the documents
)

var healths = []Health{
	IsFailed, IsStale, IsGone, IsSwitchedOff, IsLate, IsAging, IsPartial, IsUnseen, IsRunning, IsWaiting, IsOK, IsStream,
	IsDone, IsDisabled, IsDraft, IsUnapplied,
}

// NeedsAttention reports whether someone has to do something.
func (h Health) NeedsAttention() bool {
	return slices.Index(healths, h) <= slices.Index(healths, IsLate)
}

// IsWarning reports whether someone should look.
func (h Health) IsWarning() bool {
	return !h.NeedsAttention() && slices.Index(healths, h) <= slices.Index(healths, IsUnseen)
}

// Subject is what is known of a dataflow.
type Subject struct {
	Address   resource.Address
	ID        string // "" if it was never applied
	State     string // that its document asks for, "" without a document
	Freshness resource.Freshness
	Live      *Live // nil if the platform did not show it
	Unseen    bool  // without Live: it may be hidden instead of gone
	Runs      []Run // as far as they were read, newest first
}

// Dataflow is the status of a dataflow.
type Dataflow struct {
	Name        string    `json:"name"`
	ID          string    `json:"id,omitempty"`
	Health      Health    `json:"health"`
	Reason      string    `json:"reason,omitempty"` // why it is so, where the word does not say it
	State       string    `json:"state,omitempty"`  // in the documents; absent without a document
	Platform    string    `json:"platform_state,omitempty"`
	LastRun     *Run      `json:"last_run,omitempty"`
	Running     string    `json:"running,omitempty"`          // ID of the run under way, the newest of several
	Overlapping int       `json:"overlapping_runs,omitempty"` // how many are under way, if they are several
	LastSuccess time.Time `json:"last_success_at,omitzero"`
	Age         int64     `json:"age_seconds,omitempty"` // since the end of the last successful run
	WarnAfter   int64     `json:"warn_after_seconds,omitempty"`
	ErrorAfter  int64     `json:"error_after_seconds,omitempty"`
	Every       int64     `json:"every_seconds,omitempty"` // between two runs
	NextRun     time.Time `json:"next_run_at,omitzero"`
	Outputs     *Outputs  `json:"outputs,omitempty"` // of a stream, where they were asked for
}

// Outputs are what the senders of a stream need to know.
type Outputs struct {
	InletURL string `json:"inlet_url,omitempty"` // the address that takes data
	FlowID   string `json:"flow_id,omitempty"`   // which HTTP API asks senders to name
}

// StatusOf returns the status of dataflows at a time, those that need attention first.
func StatusOf(subjects []Subject, at time.Time) []Dataflow {
	out := []Dataflow{}
	for _, s := range subjects {
		out = append(out, statusOf(s, at))
	}
	slices.SortStableFunc(out, func(a, b Dataflow) int {
		return cmp.Or(slices.Index(healths, a.Health)-slices.Index(healths, b.Health), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func statusOf(s Subject, at time.Time) Dataflow {
	d := Dataflow{
		Name: s.Address.Name, ID: s.ID, State: s.State,
		WarnAfter: int64(s.Freshness.WarnAfter.Seconds()), ErrorAfter: int64(s.Freshness.ErrorAfter.Seconds()),
	}
	var last Run
	if s.Live != nil {
		d.Platform, d.Every, d.NextRun = s.Live.State, int64(s.Live.Every.Seconds()), s.Live.Next(at)
		last = s.lastRun()
	}
	if last.ID != "" {
		d.LastRun = &last
	}
	running := 0
	for _, r := range s.Runs {
		if r.Result == InProgress || r.Result == Scheduled {
			d.Running = cmp.Or(d.Running, r.ID)
			running++
		}
	}
	if running > 1 {
		d.Overlapping = running
	}
	if d.LastSuccess = s.lastSuccess(); !d.LastSuccess.IsZero() {
		d.Age = int64(at.Sub(d.LastSuccess).Seconds())
	}
	if d.Health, d.Reason = s.health(last, d, at); running > 1 {
		text := fmt.Sprintf("%s are under way at the same time", runCount(running))
		if d.Reason != "" {
			text = d.Reason + "; " + text
		}
		d.Reason = text
	}
	return d
}

// lastRun is the newest run that has ended; of a run that was not read, the flow says how it went.
func (s Subject) lastRun() Run {
	for _, r := range s.Runs {
		if r.Result.IsOver() || r.Result == Unknown {
			return r
		}
	}
	return Run{ID: s.Live.LastID, FlowID: s.ID, Result: s.Live.Last, Started: s.Live.Began, Ended: s.Live.Ended}
}

// lastSuccess is when the last successful run ended, as far as that is known.
func (s Subject) lastSuccess() time.Time {
	for _, r := range s.Runs {
		if r.Result == Success || r.Result == Partial {
			return r.Ended
		}
	}
	if s.Live != nil && s.Live.Last == Success {
		return s.Live.Ended
	}
	return time.Time{}
}

func (s Subject) health(last Run, d Dataflow, at time.Time) (Health, string) {
	switch {
	case s.ID == "":
		return IsUnapplied, ""
	case s.Live == nil && s.Unseen:
		return IsUnseen, "a label may hide it, or it is new; or it is gone"
	case s.Live == nil:
		return IsGone, "it was applied, and is not on the platform"
	case s.Live.State == "draft":
		return IsDraft, ""
	case s.State == "enabled" && s.Live.State == "disabled":
		return IsSwitchedOff, s.switchedOff()
	case s.Live.State != "enabled":
		return IsDisabled, ""
	case s.Live.IsStream():
		return IsStream, ""
	case last.Result == Failed:
		return IsFailed, s.failures(last)
	}
	return s.healthOfRuns(last, d, at)
}

// healthOfRuns is the health of an enabled dataflow whose last run did not fail.
func (s Subject) healthOfRuns(last Run, d Dataflow, at time.Time) (Health, string) {
	age, since := at.Sub(s.Live.begun()), "no run has succeeded"
	if !d.LastSuccess.IsZero() {
		age = at.Sub(d.LastSuccess)
		since = "last success " + Ago(age)
	}
	limit := func(name string, after time.Duration) (string, bool) {
		return fmt.Sprintf("%s, freshness.%s is %s", since, name, Short(after)), after > 0 && age >= after
	}
	if text, isOver := limit("errorAfter", s.Freshness.ErrorAfter); isOver {
		return IsStale, text
	}
	if text, isLate := s.late(at); isLate {
		return IsLate, text
	}
	if text, isOver := limit("warnAfter", s.Freshness.WarnAfter); isOver {
		return IsAging, text
	}
	switch {
	case last.Result == Partial && last.Records.Failed != nil:
		return IsPartial, fmt.Sprintf("%d records failed", *last.Records.Failed)
	case last.Result == Partial:
		return IsPartial, ""
	case last.ID == "" && d.Running != "":
		return IsRunning, ""
	case last.ID == "":
		return IsWaiting, ""
	case s.Live.Every == 0:
		return IsDone, ""
	}
	return IsOK, ""
}

// begun is when the schedule began to count: at its start, or, if that is later, when the flow was last written.
func (l Live) begun() time.Time {
	if l.Updated.After(l.Start) {
		return l.Updated
	}
	return l.Start
}

// leastGrace is how long a run may be overdue at least before the dataflow is late.
const leastGrace = time.Hour

// late reports whether no run has begun for a period, an hour at least, after one was due.
func (s Subject) late(at time.Time) (string, bool) {
	next := s.Live.Next(at)
	if s.Live.Every == 0 || next.IsZero() {
		return "", false
	}
	due := next
	for grace := max(s.Live.Every, leastGrace); due.Add(grace).After(at); {
		due = due.Add(-s.Live.Every)
	}
	begun := s.Live.Began
	for _, r := range s.Runs {
		if r.Started.After(begun) {
			begun = r.Started
		}
	}
	if due.Before(s.Live.begun()) || !begun.Before(due) {
		return "", false
	}
	return "the run due " + Ago(at.Sub(due)) + " has not begun", true
}

// failures says what failed, and how many times.
func (s Subject) failures(last Run) string {
	text := ""
	if n, since := s.streak(); n > 1 {
		text = fmt.Sprintf("last %d runs failed since %s", n, since.Format("2006-01-02 15:04 UTC"))
	}
	if len(last.Errors) == 0 {
		return text
	}
	fault := last.Errors[0].Code
	if message := last.Errors[0].Message; message != "" {
		fault += ": " + message
	}
	if text != "" {
		fault += "; " + text
	}
	return fault
}

// switchedOff says what is known of a flow that the platform does not run.
func (s Subject) switchedOff() string {
	text := "disabled, not by this project"
	if n, since := s.streak(); n > 0 {
		text += fmt.Sprintf("; last %s failed since %s", runCount(n), since.Format("2006-01-02 15:04 UTC"))
	}
	return text
}

// streak counts the runs that failed since the last one that did not, and returns when the first of them began.
func (s Subject) streak() (n int, since time.Time) {
	for _, r := range s.Runs {
		if !r.Result.IsOver() {
			continue
		}
		if r.Result != Failed {
			break
		}
		n++
		since = cmp.Or(r.Started, r.Created)
	}
	return n, since
}

func runCount(n int) string {
	if n == 1 {
		return "run"
	}
	return fmt.Sprintf("%d runs", n)
}

// Short is a duration in its largest unit: 45s, 15m, 3h, 2d.
func Short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour && d%time.Hour != 0, d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour && d%(24*time.Hour) != 0, d < 24*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// Ago is how long ago something was.
func Ago(d time.Duration) string {
	if d < 0 {
		return "in " + Short(-d)
	}
	return Short(d) + " ago"
}

// Summary counts dataflows by how they are.
type Summary struct {
	Dataflows int `json:"dataflows"`
	Attention int `json:"attention"` // that need attention: exit code 2
	Warnings  int `json:"warnings"`
}

// Summarize counts dataflows.
func Summarize(list []Dataflow) Summary {
	s := Summary{Dataflows: len(list)}
	for _, d := range list {
		switch {
		case d.Health.NeedsAttention():
			s.Attention++
		case d.Health.IsWarning():
			s.Warnings++
		}
	}
	return s
}
