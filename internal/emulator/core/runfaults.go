package core

import (
	"path"
	"slices"
	"sync"
)

// RunFault makes runs end badly, or not begin at all: of flows whose id or name
// matches Flow (with *; empty is all), the first Skip pass, the next Times (0 is 1,
// below 0 all) are hit.
type RunFault struct {
	Flow string `json:"flow,omitempty"`
	// Status is failed (default) or partialSuccess; or how a run begins: skipped (not at all), late (Seconds after it is
	// due), or slow (it takes Seconds).
	Status  string `json:"status,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Records int64  `json:"records,omitempty"` // rows that fail
	Seconds int64  `json:"seconds,omitempty"` // of late and slow; 0 is an hour
	Skip    int    `json:"skip,omitempty"`
	Times   int    `json:"times,omitempty"`

	seen int
}

// runFaults are the rules of an emulator.
type runFaults struct {
	mu    sync.Mutex
	rules []*RunFault
}

func (fs *runFaults) Add(f RunFault) {
	if f.Times == 0 {
		f.Times = 1
	}
	if !slices.Contains([]string{"partialSuccess", skipped, late, slow}, f.Status) {
		f.Status = "failed"
	}
	if f.Seconds <= 0 || f.Seconds > maxSeconds {
		f.Seconds = 3600
	}
	if f.Code == "" {
		f.Code, f.Message = "CONNECTOR-2001-500", "the copied data could not be processed"
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.rules = append(fs.rules, &f)
}

// Clear forgets every rule.
func (fs *runFaults) Clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.rules = nil
}

const (
	// skipped is the status of runs that do not begin when they are due; late and slow are those of runs that begin
	// later, or end later.
	skipped, late, slow = "skipped", "late", "slow"
	// maxSeconds is how late or slow a run may be: a year.
	maxSeconds = 366 * 24 * 3600
)

// Skips reports whether a run that is due does not begin.
func (fs *runFaults) Skips(flow object) bool { return fs.match(flow, false, skipped) != nil }

// Delay is how late the next run begins, in ms. Only a look does not use the rule up.
func (fs *runFaults) Delay(flow object, look bool) int64 { return fs.millis(flow, look, late) }

// Takes is how long the next run takes, in ms; 0 is the usual time.
func (fs *runFaults) Takes(flow object) int64 { return fs.millis(flow, false, slow) }

func (fs *runFaults) millis(flow object, look bool, status string) int64 {
	if f := fs.match(flow, look, status); f != nil {
		return f.Seconds * 1000
	}
	return 0
}

// Match returns the rule for a run that ends, nil if there is none.
func (fs *runFaults) Match(flow object) *RunFault {
	return fs.match(flow, false, "failed", "partialSuccess")
}

func (fs *runFaults) match(flow object, look bool, statuses ...string) *RunFault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.rules {
		if !slices.Contains(statuses, f.Status) {
			continue
		}
		byID, _ := path.Match(f.Flow, Text(flow, "id"))
		byName, _ := path.Match(f.Flow, Text(flow, "name"))
		if f.Flow != "" && !byID && !byName {
			continue
		}
		seen := f.seen + 1
		if !look {
			f.seen = seen
		}
		if seen > f.Skip && (f.Times < 0 || seen <= f.Skip+f.Times) {
			return f
		}
	}
	return nil
}
