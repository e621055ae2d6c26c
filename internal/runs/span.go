package runs

import (
	"strings"
	"time"
)

// ParseSpan reads a time such as 90m, 24h, or 7d; "" is 0.
func ParseSpan(text string) (time.Duration, bool) {
	if text == "" {
		return 0, true
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = days + "h"
		d, err := time.ParseDuration(text)
		return 24 * d, err == nil && d > 0 && d < 1e5*time.Hour
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0
}
