package emulator

import (
	"slices"
	"strings"
	"time"
)

// schedule is a flow's scheduleParams, read leniently: every number may be a
// text and every boolean too, as in the platform's own samples.
type schedule struct {
	start     int64 // Unix seconds
	frequency string
	interval  int64
	backfill  bool
}

var frequencies = []string{"once", "minute", "hour", "day", "week"}

func (s schedule) once() bool { return s.frequency == "once" }

// period is the time between two runs, 0 for one-time flows.
func (s schedule) period() time.Duration {
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}[s.frequency]
	return unit * time.Duration(min(s.interval, 1<<20))
}

// readSchedule checks scheduleParams by themselves, in the platform's order.
func readSchedule(v any) (schedule, error) {
	var s schedule
	o, isObject := v.(object)
	if !isObject || len(o) == 0 {
		return s, flowError(errScheduleEmpty, "scheduleParams is missing or empty")
	}
	s.frequency = text(o, "frequency")
	if !slices.Contains(frequencies, s.frequency) {
		return s, flowError(errFrequency, "scheduleParams.frequency is %q, expected one of %s", s.frequency, strings.Join(frequencies, ", "))
	}
	start, isInt := asInt(o["startTime"])
	if !isInt || start < 0 || start > 1e11 {
		return s, flowError(errTimeFormat, "scheduleParams.startTime must be Unix seconds")
	}
	s.start = start
	interval, hasInterval := o["interval"]
	backfill, hasBackfill := o["backfill"]
	if s.once() {
		if hasInterval {
			return s, flowError(errOnceInterval, "a one-time flow has no interval")
		}
		if hasBackfill {
			return s, flowError(errOnceBackfill, "a one-time flow has no backfill")
		}
		return s, nil
	}
	if !hasInterval {
		return s, flowError(errIntervalMissing, "scheduleParams.interval is missing")
	}
	if s.interval, isInt = asInt(interval); !isInt {
		return s, flowError(errIntervalMissing, "scheduleParams.interval must be an integer")
	}
	least := int64(1)
	if s.frequency == "minute" {
		least = 15
	}
	if s.interval < least {
		return s, flowError(errIntervalSmall, "scheduleParams.interval is %d, less than %d, the least for frequency %s", s.interval, least, s.frequency)
	}
	s.backfill = true
	if hasBackfill {
		b, isBool := backfill.(bool)
		if t, isText := backfill.(string); isText && (t == "true" || t == "false") {
			b, isBool = t == "true", true
		}
		if !isBool {
			return s, flowError(errScheduleEmpty, "scheduleParams.backfill must be a boolean")
		}
		s.backfill = b
	}
	return s, nil
}

// notPast refuses a start that the clock has left behind.
func (c *call) notPast(s schedule) error {
	if now := c.now.Unix(); s.start < now-c.env.sw.StartGraceSeconds {
		return flowError(errStartPast, "scheduleParams.startTime %d is %d seconds in the past", s.start, now-s.start)
	}
	return nil
}

// started says whether the stored start has passed, which freezes it.
func (s schedule) started(now time.Time) bool { return s.start <= now.Unix() }

// checkScheduleChange judges a PATCH of a flow's schedule.
func (c *call) checkScheduleChange(before, after any) error {
	if same(before, after) {
		return nil
	}
	was, err := readSchedule(before)
	if err != nil {
		return nil // there was none: a draft gets its schedule
	}
	is, err := readSchedule(after)
	if err != nil {
		return err
	}
	started := was.started(c.now)
	if is.start != was.start {
		if started {
			return flowError(errStartFrozen, "the start time has passed and cannot change any more")
		}
		if err := c.notPast(is); err != nil {
			return err
		}
	}
	if was.once() != is.once() {
		return flowError(errFrequencyFrozen, "a flow cannot change between once and a recurring frequency")
	}
	if started && is.backfill != was.backfill {
		return flowError(errBackfillFrozen, "backfill cannot change after the start time")
	}
	return nil
}
