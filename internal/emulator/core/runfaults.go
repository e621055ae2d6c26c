package core

import (
	"path"
	"sync"
)

// RunFault makes runs end badly, or not begin at all: of flows whose id or name
// matches Flow (with *; empty is all), the first Skip pass, the next Times (0 is 1,
// below 0 all) are hit.
type RunFault struct {
	Flow    string `json:"flow,omitempty"`
	Status  string `json:"status,omitempty"` // failed (default), partialSuccess, or skipped: no run begins
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Records int64  `json:"records,omitempty"` // rows that fail
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
	if f.Status != "partialSuccess" && f.Status != skipped {
		f.Status = "failed"
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

// skipped is the status of runs that do not begin when they are due.
const skipped = "skipped"

// Skips reports whether a run that is due does not begin.
func (fs *runFaults) Skips(flow object) bool { return fs.match(flow, true) != nil }

// Match returns the rule for a run that ends, nil if there is none.
func (fs *runFaults) Match(flow object) *RunFault { return fs.match(flow, false) }

func (fs *runFaults) match(flow object, skips bool) *RunFault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.rules {
		if (f.Status == skipped) != skips {
			continue
		}
		byID, _ := path.Match(f.Flow, Text(flow, "id"))
		byName, _ := path.Match(f.Flow, Text(flow, "name"))
		if f.Flow != "" && !byID && !byName {
			continue
		}
		f.seen++
		if f.seen > f.Skip && (f.Times < 0 || f.seen <= f.Skip+f.Times) {
			return f
		}
	}
	return nil
}
