package runs

import "time"

// Read is what earlier runs of a dataflow have read.
type Read struct {
	Runs    int   // that say how many rows they read
	Sum     int64 // of their rows
	Windows int   // that all its runs have read, as far as that is known
}

// History adds up the rows of the runs that succeeded.
func History(list []Run) Read {
	var h Read
	for _, r := range list {
		if (r.Result == Success || r.Result == Partial) && r.Records.Read != nil {
			h.Runs++
			h.Sum += *r.Records.Read
		}
	}
	h.Windows = h.Runs
	return h
}

// mostWindows bounds an estimate.
const mostWindows = 10_000_000

// Windows is how many runs a schedule has had at a time.
func (l Live) Windows(at time.Time) int {
	switch {
	case l.Start.IsZero() || l.Start.After(at):
		return 0
	case l.Every <= 0:
		return 1
	}
	return int(min(at.Sub(l.Start)/l.Every, mostWindows-1)) + 1
}
