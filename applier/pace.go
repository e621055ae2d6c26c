package applier

import (
	"sync"
	"time"
)

// pace decides how many calls are prepared ahead of the slots. Against a distant
// platform a call takes far longer than a sync of the journal, and few are enough:
// what is prepared early is out of date early. Against one in the same process the
// sync is what takes time, and one has to serve many.
type pace struct {
	mu         sync.Mutex
	call, sync time.Duration // moving averages
}

func (p *pace) called(d time.Duration) { p.note(&p.call, d) }
func (p *pace) synced(d time.Duration) { p.note(&p.sync, d) }

func (p *pace) note(mean *time.Duration, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *mean == 0 {
		*mean = d
		return
	}
	*mean += (d - *mean) / 8
}

// ahead returns how many calls may be prepared for so many slots: one for each,
// another while the first is being sent, and what is sent during two syncs.
func (p *pace) ahead(slots int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := max(4*slots, 64)
	if p.call <= 0 {
		return most // nothing known yet
	}
	syncs := min(2*p.sync/p.call, time.Duration(most))
	return min(slots*(2+int(syncs)), most)
}
