package runs

import (
	"testing"
	"time"
)

func TestParseSpan(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"", 0, true}, {"90m", 90 * time.Minute, true}, {"24h", day, true}, {"7d", 7 * day, true},
		{"1.5d", 36 * time.Hour, true},
		{"99999d", 99_999 * day, true}, {"100000d", 0, false}, {"999999999999d", 0, false}, {"9999999999h", 0, false},
		{"0d", 0, false}, {"0s", 0, false}, {"-1d", 0, false}, {"-1h", 0, false},
		{"d", 0, false}, {"7dd", 0, false}, {"1hd", 0, false}, {"7", 0, false}, {"7 d", 0, false}, {"NaNd", 0, false},
	} {
		if got, ok := ParseSpan(c.text); ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %s, %t", c.text, got, ok)
		}
	}
}
