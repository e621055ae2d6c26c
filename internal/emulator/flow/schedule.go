package flow

import (
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// schedule is a flow's scheduleParams, read leniently: every number may be a
// text and every boolean too, as in the platform's own samples.
type schedule struct {
	start     int64 // Unix seconds
	Frequency string
	Interval  int64
	backfill  bool
}

var frequencies = []string{"once", "minute", "hour", "day", "week"}

func (s schedule) Once() bool { return s.Frequency == "once" }

// period is the time between two runs, 0 for one-time flows.
func (s schedule) period() time.Duration {
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour,
		"week": 7 * 24 * time.Hour}[s.Frequency]
	return unit * time.Duration(min(s.Interval, 1<<20))
}

// ReadSchedule checks scheduleParams by themselves, in the platform's order.
func ReadSchedule(v any) (schedule, error) {
	var s schedule
	o, isObject := v.(object)
	if !isObject || len(o) == 0 {
		return s, core.FlowError(core.ErrScheduleEmpty, "scheduleParams is missing or empty")
	}
	s.Frequency = core.Text(o, "frequency")
	if !slices.Contains(frequencies, s.Frequency) {
		return s, core.FlowError(core.ErrFrequency, "scheduleParams.frequency is %q, expected one of %s", s.Frequency,
			strings.Join(frequencies, ", "))
	}
	start, isInt := core.AsInt(o["startTime"])
	if !isInt || start < 0 || start > 1e11 {
		return s, core.FlowError(core.ErrTimeFormat, "scheduleParams.startTime must be Unix seconds")
	}
	s.start = start
	interval, hasInterval := o["interval"]
	backfill, hasBackfill := o["backfill"]
	if s.Once() {
		if hasInterval {
			return s, core.FlowError(core.ErrOnceInterval, "a one-time flow has no interval")
		}
		if hasBackfill {
			return s, core.FlowError(core.ErrOnceBackfill, "a one-time flow has no backfill")
		}
		return s, nil
	}
	if !hasInterval {
		return s, core.FlowError(core.ErrIntervalMissing, "scheduleParams.interval is missing")
	}
	if s.Interval, isInt = core.AsInt(interval); !isInt {
		return s, core.FlowError(core.ErrIntervalMissing, "scheduleParams.interval must be an integer")
	}
	least := int64(1)
	if s.Frequency == "minute" {
		least = 15
	}
	if s.Interval < least {
		return s, core.FlowError(core.ErrIntervalSmall,
			"scheduleParams.interval is %d, less than %d, the least for frequency %s", s.Interval, least, s.Frequency)
	}
	s.backfill = true
	if hasBackfill {
		b, isBool := backfill.(bool)
		if t, isText := backfill.(string); isText && (t == "true" || t == "false") {
			b, isBool = t == "true", true
		}
		if !isBool {
			return s, core.FlowError(core.ErrScheduleEmpty, "scheduleParams.backfill must be a boolean")
		}
		s.backfill = b
	}
	return s, nil
}

// notPast refuses a start that the clock has left behind.
func notPast(c *core.Call, s schedule) error {
	if now := c.Now.Unix(); s.start < now-c.Env.Switches.StartGraceSeconds {
		return core.FlowError(core.ErrStartPast, "scheduleParams.startTime %d is %d seconds in the past", s.start,
			now-s.start)
	}
	return nil
}

// started says whether the stored start has passed, which freezes it.
func (s schedule) started(now time.Time) bool { return s.start <= now.Unix() }

// checkScheduleChange judges a PATCH of a flow's schedule.
func checkScheduleChange(c *core.Call, before, after any) error {
	if core.Same(before, after) {
		return nil
	}
	was, err := ReadSchedule(before)
	if err != nil {
		return nil // there was none: a draft gets its schedule
	}
	is, err := ReadSchedule(after)
	if err != nil {
		return err
	}
	started := was.started(c.Now)
	if is.start != was.start {
		if started {
			return core.FlowError(core.ErrStartFrozen, "the start time has passed and cannot change any more")
		}
		if err := notPast(c, is); err != nil {
			return err
		}
	}
	if was.Once() != is.Once() && (started || was.Once()) {
		return core.FlowError(core.ErrFrequencyFrozen, "a flow that has started, or runs once, cannot change to or from once")
	}
	if started && is.backfill != was.backfill {
		return core.FlowError(core.ErrBackfillFrozen, "backfill cannot change after the start time")
	}
	return nil
}
