package applier

import (
	"context"
	"net/url"
	"strconv"
	"sync"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// version is one that is to be read: the answer of some calls does not say which
// version they made, and later updates name it.
type version struct {
	address resource.Address
	id      string
	made    bool // by this run; else it was changed
}

// noteChange notes that the run has changed an entry, and whether its version has
// to be read.
func (r *run) noteChange(p *prepared, id, etag string) {
	style := resource.SpecOf(p.change.Kind).Update
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched[p.change.Address] = true
	if etag == "" && makes(p.call().Step) && (style == resource.PatchMatch || style == resource.PatchTyped) {
		r.unread = append(r.unread, version{p.change.Address, id, p.call().Step == planner.StepCreate})
	}
}

// datasetPage is how many datasets the catalog lists at most, fewReads how many it
// takes before a list is worth it.
const (
	datasetPage = 100
	fewReads    = 3
)

// readVersions completes entries at the end of a run, when nothing waits for it.
// New datasets are read from lists: one by one they would be one call more for
// each. Without its version nothing is wrong: the next update then meets a
// conflict that it settles by reading. So no failure here is one.
func (r *run) readVersions(ctx context.Context) {
	if r.queue.isHalted() || len(r.unread) == 0 {
		return
	}
	slots := make(chan struct{}, r.workers())
	listed := r.listVersions(ctx, slots)
	var reads bug.Group
	for _, v := range r.unread {
		if etag := listed[v.id]; v.made && etag != "" {
			r.session.Edit(lockfile.Edit{ETag: &lockfile.ETag{Address: v.address, ID: v.id, ETag: etag}})
			continue
		}
		slots <- struct{}{}
		reads.Go(func() {
			defer func() { <-slots }()
			if o, ok, err := r.get(ctx, v.address.Kind, v.id); err == nil && ok && o.ETag != "" {
				r.session.Edit(lockfile.Edit{ETag: &lockfile.ETag{Address: v.address, ID: v.id, ETag: o.ETag}})
			}
		})
	}
	reads.Wait()
}

// listVersions lists the newest datasets, as many as the run has made, and returns
// their versions by id. Where others make some meanwhile, a few of ours are missing.
func (r *run) listVersions(ctx context.Context, slots chan struct{}) map[string]string {
	made := 0
	for _, v := range r.unread {
		if v.made && v.address.Kind == resource.Dataset {
			made++
		}
	}
	if made <= fewReads {
		return nil
	}
	var mu sync.Mutex
	found := make(map[string]string, made)
	var pages bug.Group
	for start := 0; start < made; start += datasetPage {
		q := url.Values{
			"orderBy": {"desc:created"}, "properties": {"version"}, "limit": {strconv.Itoa(datasetPage)}, "start": {strconv.Itoa(start)},
		}
		slots <- struct{}{}
		pages.Go(func() {
			defer func() { <-slots }()
			n := 0
			for o, err := range platform.Datasets(ctx, r.platform, q) {
				if err != nil {
					return
				}
				mu.Lock()
				found[o.ID] = o.ETag
				mu.Unlock()
				if n++; n == datasetPage {
					return // the next page is another's
				}
			}
		})
	}
	pages.Wait()
	return found
}
