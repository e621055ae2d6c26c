package planner

import (
	"time"

	"github.com/aepflow/aepflow/internal/words"
)

// TimeText is a time as people read it in plans: `2027-02-03 00:01:06 UTC`.
func TimeText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// DurationText is a duration in its largest unit, rounded down: `33 days`.
func DurationText(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		noun string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / unit.of); n > 0 {
			return words.Count(n, unit.noun)
		}
	}
	return "less than a second"
}
