package applier

import (
	"sync"
	"time"
)

// pace decides how many calls a worker puts on record with one sync. Against a
// distant platform a call takes far longer than a sync, and going one by one lets
// dependents start at once. Against one in the same process the sync is what
// takes time, and is shared.
type pace struct {
	mu         sync.Mutex
	call, sync time.Duration // moving averages
}

func (p *pace) called(d time.Duration) { p.note(&p.call, d) }
func (p *pace) synced(d time.Duration) { p.note(&p.sync, d) }

func (p *pace) note(mean *time.Duration, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*mean += (d - *mean) / 8
}

// group returns the size of the next group, at least 1 and at most most.
func (p *pace) group(most int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.call <= 0 {
		return 1 // nothing known yet
	}
	return max(1, min(most, int(p.sync/p.call)))
}
