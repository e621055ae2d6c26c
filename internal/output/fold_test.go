package output_test

import (
	"testing"

	"github.com/aepflow/aepflow/internal/output"
)

func TestFold(t *testing.T) {
	const wide = "  interval           How many units lie between two runs, and a word more"
	for _, c := range []struct {
		name, text string
		columns    int
		want       string
	}{
		{"unknown columns", wide + "\n", 0, wide + "\n"},
		{"fits", wide + "\n", len(wide), wide + "\n"},
		{"one too wide", wide + "\n", len(wide) - 1,
			"  interval           How many units lie between two runs, and a word\n                     more\n"},
		{"no column", "a text of many words that does not fit into a line of sixty cells\n", 60,
			"a text of many words that does not fit into a line of sixty\ncells\n"},
		{"a word is not broken", "see 0123456789012345678901234567890123456789012345678901234567890123456789\n", 60,
			"see\n0123456789012345678901234567890123456789012345678901234567890123456789\n"},
	} {
		if got := output.Fold(c.text, c.columns); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
