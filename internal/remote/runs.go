package remote

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/runs"
)

const (
	// fewFlows is how many flows are asked for their runs one by one: more have their newest runs in one list.
	fewFlows = 10
	// runsOfFlow is how many runs of one flow its status is made of: what is under way, and how many failed in a row.
	runsOfFlow = 20
	// minRunPages bounds a list of the newest runs of many flows, with runPages for every hundred flows.
	minRunPages, runPages = 5, 3
)

// RunQuery says which runs to read.
type RunQuery struct {
	FlowID string    // "" for the runs of all flows
	Since  time.Time // only runs that began then or later; zero for all
	Failed bool      // only failed runs
	Limit  int       // at most so many, the newest

	InProgress bool // only runs that are under way
}

func (q RunQuery) values() url.Values {
	v := url.Values{"orderby": {"-createdAt"}, "limit": {strconv.Itoa(min(max(q.Limit, 1), pageSize))}}
	if q.FlowID != "" {
		v.Add("property", "flowId=="+q.FlowID)
	}
	if q.Failed {
		v.Add("property", "metrics.statusSummary.status==failed")
	}
	if q.InProgress {
		v.Add("property", "metrics.statusSummary.status==inProgress")
	}
	if !q.Since.IsZero() {
		v.Add("property", "metrics.durationSummary.startedAtUTC>="+strconv.FormatInt(q.Since.UnixMilli(), 10))
	}
	return v
}

// Runs returns runs, the newest first, and whether there are more.
func Runs(ctx context.Context, d platform.Doer, q RunQuery) (out []runs.Run, more bool, err error) {
	for o, err := range platform.FlowObjects(ctx, d, "runs", q.values()) {
		if err != nil {
			return nil, false, fmt.Errorf("list runs: %w", err)
		}
		r, err := runs.Parse(o.Body)
		if err != nil {
			return nil, false, err
		}
		if !q.takes(r) {
			continue // the platform did not take the filter
		}
		if len(out) == q.Limit {
			return out, true, nil
		}
		out = append(out, r)
	}
	return out, false, nil
}

// takes reports whether a query asks for a run.
func (q RunQuery) takes(r runs.Run) bool {
	return (!q.Failed || r.Result == runs.Failed) && (!q.InProgress || r.Result == runs.InProgress) &&
		(q.FlowID == "" || r.FlowID == q.FlowID)
}

// Run returns one run, false if the platform shows none with that ID.
func Run(ctx context.Context, d platform.Doer, id string) (r runs.Run, ok bool, err error) {
	o, err := platform.FlowObject(ctx, d, "runs", id)
	switch {
	case platform.IsNotFound(err):
		return runs.Run{}, false, nil
	case err != nil:
		return runs.Run{}, false, fmt.Errorf("read run %s: %w", id, err)
	}
	r, err = runs.Parse(o.Body)
	return r, err == nil, err
}

// NewestRuns returns the newest runs of flows by the flow's ID, newest first. Of many flows, those that ran long before
// the others may be missing.
func NewestRuns(ctx context.Context, d platform.Doer, limit int, flows map[string]runs.Live) (
	map[string][]runs.Run, error,
) {
	out := map[string][]runs.Run{}
	wanted := map[string]bool{} // flows whose last run is missing
	for id, live := range flows {
		if live.LastID != "" {
			wanted[id] = true
		}
	}
	if len(flows) > fewFlows {
		pages := minRunPages + runPages*len(flows)/pageSize
		if err := listNewest(ctx, d, flows, wanted, pages*pageSize, out); err != nil {
			return nil, err
		}
	}
	var single []string
	for id, live := range flows {
		few := len(flows) <= fewFlows
		if few || wanted[id] && live.Last == runs.Failed && len(single) < fewFlows {
			single = append(single, id)
		}
	}
	lists := make([][]runs.Run, len(single))
	at := make([]int, len(single))
	for i := range at {
		at[i] = i
	}
	err := parallel.Calls(ctx, limit, at, func(ctx context.Context, i int) (err error) {
		lists[i], _, err = Runs(ctx, d, RunQuery{FlowID: single[i], Limit: runsOfFlow})
		return err
	})
	for i, id := range single {
		out[id] = lists[i]
	}
	return out, err
}

// listNewest adds the newest runs of all flows, until the last run of each is there, or limit runs were read.
func listNewest(
	ctx context.Context, d platform.Doer, flows map[string]runs.Live, wanted map[string]bool, limit int,
	out map[string][]runs.Run,
) error {
	read := 0
	for o, err := range platform.FlowObjects(ctx, d, "runs", RunQuery{Limit: pageSize}.values()) {
		if err != nil {
			return fmt.Errorf("list runs: %w", err)
		}
		r, err := runs.Parse(o.Body)
		if err != nil {
			return err
		}
		if live, ok := flows[r.FlowID]; ok {
			out[r.FlowID] = append(out[r.FlowID], r)
			if r.ID == live.LastID {
				delete(wanted, r.FlowID)
			}
		}
		if read++; read >= limit || len(wanted) == 0 {
			break
		}
	}
	return nil
}
