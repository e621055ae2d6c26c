package runs

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Live is what a flow of the platform says about itself.
type Live struct {
	State   string        // enabled, disabled, draft, or one of a transition
	Updated time.Time     // of its last write
	Start   time.Time     // of its schedule, zero without one
	Every   time.Duration // between two runs, 0 for one run or none
	LastID  string        // of its last run, "" if it never ran
	Last    Result
	Began   time.Time
	Ended   time.Time
}

// units are the frequencies of a schedule that repeats.
var units = map[string]time.Duration{
	"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
}

// mostUnits is how many units an interval may have; a longer one is not read.
const mostUnits = 1_000_000

// ParseFlow reads the state, the schedule, and the last run of a flow.
func ParseFlow(body []byte) (Live, error) {
	var j struct {
		State    word   `json:"state"`
		Updated  number `json:"updatedAt"`
		Schedule struct {
			Start     number `json:"startTime"`
			Frequency word   `json:"frequency"`
			Interval  number `json:"interval"`
		} `json:"scheduleParams"`
		Last struct {
			ID        word   `json:"id"`
			State     word   `json:"state"`
			Started   number `json:"startedAtUTC"`
			Completed number `json:"completedAtUTC"`
		} `json:"lastRunDetails"`
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return Live{}, fmt.Errorf("read a flow: %w", err)
	}
	live := Live{
		State: strings.ToLower(string(j.State)), Updated: j.Updated.time(), LastID: string(j.Last.ID),
		Start: j.Schedule.Start.time(), Began: j.Last.Started.time(), Ended: j.Last.Completed.time(),
	}
	if n := j.Schedule.Interval.n; n > 0 && n <= mostUnits {
		live.Every = time.Duration(n) * units[strings.ToLower(string(j.Schedule.Frequency))]
	}
	if live.LastID != "" || j.Last.State != "" {
		live.Last = resultOf(string(j.Last.State), Records{})
	}
	return live, nil
}

// IsStream reports whether a flow has no schedule, and so no runs.
func (l Live) IsStream() bool { return l.Start.IsZero() && l.Every == 0 }

// Next is the first run by the schedule that is not before a time, zero if there is none.
func (l Live) Next(at time.Time) time.Time {
	switch {
	case l.State != "enabled" || l.Start.IsZero():
		return time.Time{}
	case !l.Start.Before(at):
		return l.Start
	case l.Every <= 0:
		return time.Time{}
	}
	n := (at.Sub(l.Start) + l.Every - 1) / l.Every
	return l.Start.Add(n * l.Every)
}
