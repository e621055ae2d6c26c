package main

import (
	"testing"

	"github.com/aepflow/aepflow/internal/runs"
)

func TestRowsText(t *testing.T) {
	for _, tt := range []struct {
		history runs.Read
		want    string
	}{
		{runs.Read{}, "how many rows is not known: no earlier run has counted them"},
		{runs.Read{Runs: 1, Sum: 1, Windows: 1}, "about 1 row (estimate: the sum of 1 earlier run)"},
		{runs.Read{Runs: 100, Sum: 250_000, Windows: 100}, "about 250,000 rows (estimate: the sum of 100 earlier runs)"},
		{runs.Read{Runs: 100, Sum: 250_000, Windows: 101},
			"about 252,500 rows (estimate: the mean of 100 earlier runs times 101 windows)"},
	} {
		if got := rowsText(tt.history); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.history, got, tt.want)
		}
	}
}
