// Package runs reads what the platform says about the runs of dataflows, and says from it how each dataflow is.
//
// In: JSON of Flow Service, and a time. Out: plain values, which are also the JSON of the commands status and runs.
// Laws: nothing here reads the world; JSON of any shape is read without a panic, and what is not known is absent.
package runs

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result is how a run went, in one spelling; the platform has several.
type Result string

// The results of a run.
const (
	Scheduled  Result = "scheduled"   // an on-demand run that has not begun
	InProgress Result = "in_progress" // also queued
	Success    Result = "success"
	Partial    Result = "partial" // some records failed; the rest was ingested
	Failed     Result = "failed"
	Unknown    Result = "unknown" // a word that is in no table
)

// IsOver reports whether a run has ended.
func (r Result) IsOver() bool { return r == Success || r == Partial || r == Failed }

// Run is one run of a dataflow.
type Run struct {
	ID       string     `json:"id"`
	FlowID   string     `json:"flow_id"`
	Dataflow string     `json:"dataflow,omitempty"` // name in the project, if it has one
	Result   Result     `json:"result"`
	Status   string     `json:"status,omitempty"`    // the platform's word
	OnDemand bool       `json:"on_demand,omitempty"` // asked for with a window of its own
	Created  time.Time  `json:"created_at,omitzero"`
	Started  time.Time  `json:"started_at,omitzero"`
	Ended    time.Time  `json:"completed_at,omitzero"`
	Window   Window     `json:"window,omitzero"`
	Records  Records    `json:"records,omitzero"`
	Bytes    Sizes      `json:"bytes,omitzero"`
	Files    Sizes      `json:"files,omitzero"`
	Errors   []Fault    `json:"errors,omitempty"`
	Steps    []Activity `json:"activities,omitempty"`
	Batches  []string   `json:"batches,omitempty"`
}

// Window is the part of the source that a run reads: changes from Start on, before End. A zero Start is the beginning.
type Window struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// Records counts the records of a run. An absent number is not known.
type Records struct {
	Read    *int64 `json:"read,omitempty"`
	Written *int64 `json:"written,omitempty"`
	Failed  *int64 `json:"failed,omitempty"`
	Skipped *int64 `json:"skipped,omitempty"`
	Deleted *int64 `json:"deleted,omitempty"`
}

// Sizes are bytes or files that a run read and wrote.
type Sizes struct {
	Read    *int64 `json:"read,omitempty"`
	Written *int64 `json:"written,omitempty"`
}

// Fault is an error that the platform notes on a run.
type Fault struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Records int64  `json:"records,omitempty"` // that have it, where the platform counts them
}

// Activity is one step of a run: the copy from the source, or the promotion into the dataset.
type Activity struct {
	Name    string    `json:"name"`
	Result  Result    `json:"result"`
	Started time.Time `json:"started_at,omitzero"`
	Ended   time.Time `json:"completed_at,omitzero"`
	Records Records   `json:"records,omitzero"`
	Errors  []Fault   `json:"errors,omitempty"`
}

// Duration is how long a run took, 0 if it has not ended.
func (r Run) Duration() time.Duration {
	if r.Started.IsZero() || r.Ended.Before(r.Started) {
		return 0
	}
	return r.Ended.Sub(r.Started)
}

// number is a number of the platform: written as one, as text, or absent.
type number struct {
	n     int64
	known bool
}

func (v *number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(f) >= 1<<62 {
		return nil // null, or something that is not a number
	}
	*v = number{int64(f), true}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		v.n = n
	}
	return nil
}

// count is a number of records, bytes, or files: a failed run has -1 for what it does not know.
func (v number) count() *int64 {
	if !v.known || v.n < 0 {
		return nil
	}
	return &v.n
}

// lastMilli is the end of the year 9999, the last that RFC 3339 can write.
const lastMilli = 253402300799999

// time is a time in milliseconds, or in seconds, as one published sample has it. 0 is the beginning of time: absent.
func (v number) time() time.Time {
	n := v.n
	if n > 0 && n < 1e11 { // 1973 in milliseconds, 5138 in seconds
		n *= 1000
	}
	if !v.known || n <= 0 || n > lastMilli {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// word is a text of the platform. Something else is ignored.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*w = word(s)
	} else if len(b) > 0 && b[0] != '{' && b[0] != '[' && string(b) != "null" {
		*w = word(b) // a code such as 133
	}
	return nil
}

type jsonDuration struct {
	Started    number `json:"startedAtUTC"`
	Completed  number `json:"completedAtUTC"`
	Extensions struct {
		WindowStart number `json:"windowStart"`
		WindowEnd   number `json:"windowEnd"`
	} `json:"extensions"`
}

type jsonRecords struct {
	Input   number `json:"inputRecordCount"`
	Output  number `json:"outputRecordCount"`
	Failed  number `json:"failedRecordCount"`
	Skipped number `json:"skippedRecordCount"`
	Deleted number `json:"deletedRecordCount"`
}

func (r jsonRecords) records() Records {
	return Records{
		Read: r.Input.count(), Written: r.Output.count(), Failed: r.Failed.count(), Skipped: r.Skipped.count(),
		Deleted: r.Deleted.count(),
	}
}

type jsonStatus struct {
	Status     word        `json:"status"`
	Errors     []jsonFault `json:"errors"`
	Extensions struct {
		Errors []jsonFault `json:"errors"`
	} `json:"extensions"`
}

type jsonFault struct {
	Code        word   `json:"code"`
	Message     word   `json:"message"`
	RecordCount number `json:"recordCount"`
}

func (s jsonStatus) faults() []Fault {
	var out []Fault
	for _, e := range slices.Concat(s.Errors, s.Extensions.Errors) {
		f := Fault{Code: string(e.Code), Message: string(e.Message), Records: max(e.RecordCount.n, 0)}
		if !slices.Contains(out, f) && f != (Fault{}) {
			out = append(out, f)
		}
	}
	return out
}

type jsonRun struct {
	ID      string          `json:"id"`
	FlowID  string          `json:"flowId"`
	Created number          `json:"createdAt"`
	Params  json.RawMessage `json:"params"`
	Metrics struct {
		Duration jsonDuration `json:"durationSummary"`
		Size     struct {
			Input  number `json:"inputBytes"`
			Output number `json:"outputBytes"`
		} `json:"sizeSummary"`
		Records jsonRecords `json:"recordSummary"`
		Files   struct {
			Input  number `json:"inputFileCount"`
			Output number `json:"outputFileCount"`
		} `json:"fileSummary"`
		Status jsonStatus `json:"statusSummary"`
	} `json:"metrics"`
	Activities []jsonActivity `json:"activities"`
	Activites  []jsonActivity `json:"activites"` // as the published interface description spells it
}

type jsonActivity struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Duration jsonDuration `json:"durationSummary"`
	Records  jsonRecords  `json:"recordSummary"`
	Status   jsonStatus   `json:"statusSummary"`
	Targets  []struct {
		Reference struct {
			Type string   `json:"type"`
			IDs  []string `json:"ids"`
		} `json:"reference"`
	} `json:"targetInfo"`
}

// Parse reads a run. The error is for what is not a run: text that is not JSON, or members of another type.
func Parse(body []byte) (Run, error) {
	var j jsonRun
	if err := json.Unmarshal(body, &j); err != nil {
		return Run{}, fmt.Errorf("read a run: %w", err)
	}
	m := j.Metrics
	r := Run{
		ID: j.ID, FlowID: j.FlowID, Status: string(m.Status.Status),
		OnDemand: len(j.Params) > 2 && string(j.Params) != "null",
		Created:  j.Created.time(), Started: m.Duration.Started.time(), Ended: m.Duration.Completed.time(),
		Window:  Window{m.Duration.Extensions.WindowStart.time(), m.Duration.Extensions.WindowEnd.time()},
		Records: m.Records.records(),
		Bytes:   Sizes{m.Size.Input.count(), m.Size.Output.count()},
		Files:   Sizes{m.Files.Input.count(), m.Files.Output.count()},
		Errors:  m.Status.faults(),
	}
	for _, a := range slices.Concat(j.Activities, j.Activites) {
		r.add(a)
	}
	r.Result = resultOf(r.Status, r.Records)
	return r, nil
}

// add adds an activity, with the window, the batches, and the errors that only activities have.
func (r *Run) add(a jsonActivity) {
	records := a.Records.records()
	step := Activity{
		Name: a.ID, Result: resultOf(string(a.Status.Status), records), Records: records,
		Started: a.Duration.Started.time(), Ended: a.Duration.Completed.time(), Errors: a.Status.faults(),
	}
	if a.Name != "" {
		step.Name = a.Name
	}
	r.Steps = append(r.Steps, step)
	window := Window{a.Duration.Extensions.WindowStart.time(), a.Duration.Extensions.WindowEnd.time()}
	if r.Window == (Window{}) {
		r.Window = window
	}
	for _, t := range a.Targets {
		for _, id := range t.Reference.IDs {
			if strings.EqualFold(t.Reference.Type, "Batch") && !slices.Contains(r.Batches, id) {
				r.Batches = append(r.Batches, id)
			}
		}
	}
	for _, f := range step.Errors {
		if !slices.Contains(r.Errors, f) {
			r.Errors = append(r.Errors, f)
		}
	}
}

// results are the platform's words without case and underscores.
var results = map[string]Result{
	"scheduled": Scheduled, "queued": InProgress, "inprogress": InProgress, "success": Success, "completed": Success,
	"partialsuccess": Partial, "partialfailure": Partial, "failed": Failed,
}

// resultOf reads a word. A success with failed records is a partial one: the platform names both the same.
func resultOf(status string, records Records) Result {
	r, ok := results[strings.ReplaceAll(strings.ToLower(status), "_", "")]
	switch {
	case !ok:
		return Unknown
	case r == Success && records.Failed != nil && *records.Failed > 0:
		return Partial
	}
	return r
}

// NewestFirst sorts runs by the time when they were created.
func NewestFirst(list []Run) {
	slices.SortStableFunc(list, func(a, b Run) int { return b.Created.Compare(a.Created) })
}

// Overlaps reports whether two windows share a moment. A window without an end is not known, and shares none.
func (w Window) Overlaps(o Window) bool {
	return !w.End.IsZero() && !o.End.IsZero() && w.Start.Before(o.End) && o.Start.Before(w.End)
}

// String is the window in words.
func (w Window) String() string {
	from := "the beginning"
	if !w.Start.IsZero() {
		from = w.Start.UTC().Format("2006-01-02 15:04:05")
	}
	return from + " to " + w.End.UTC().Format("2006-01-02 15:04:05")
}
