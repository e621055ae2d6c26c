package applier

import (
	"sync"
	"time"
)

// window decides how many calls are prepared that have no slot yet. Against a distant platform a
// call takes far longer than a sync of the journal, and few are enough: what is prepared early is
// out of date early. Against one in the same process the sync is what takes time, and one has to
// serve many.
type window struct {
	slots int

	mu         sync.Mutex
	call, sync time.Duration // moving averages
}

func (w *window) called(d time.Duration) { w.note(&w.call, d) }
func (w *window) synced(d time.Duration) { w.note(&w.sync, d) }

func (w *window) note(mean *time.Duration, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if *mean == 0 {
		*mean = d
		return
	}
	*mean += (d - *mean) / 8
}

// size returns how many calls may be prepared: one for each slot, another while the first is being
// sent, and what is sent during two syncs.
func (w *window) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	most := max(4*w.slots, 64)
	if w.call <= 0 {
		return most // nothing known yet
	}
	syncs := min(2*w.sync/w.call, time.Duration(most))
	return min(w.slots*(2+int(syncs)), most)
}
