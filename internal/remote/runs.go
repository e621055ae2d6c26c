package remote

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/runs"
)

const (
	// fewFlows is how many flows are asked for their runs one by one: the last runs of more are read in lists.
	fewFlows = 10
	// runsOfFlow is how many runs of one flow its status is made of: what is under way, and how many failed in a row.
	runsOfFlow = 20
	// recentRuns is how many runs can be newer than one that is under way.
	recentRuns = 500
	// minRunPages bounds a list of the newest runs of many flows, with runPages for every hundred flows.
	minRunPages, runPages = 5, 3
)

// RunQuery says which runs to read.
type RunQuery struct {
	FlowID string    // "" for the runs of all flows
	Since  time.Time // only runs that began then or later; zero for all
	Failed bool      // only failed runs
	Limit  int       // at most so many, the newest

	InProgress bool     // only runs that are under way
	IDs        []string // only these runs
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
	if len(q.IDs) > 0 {
		v.Add("property", "id=="+strings.Join(q.IDs, ","))
	}
	if !q.Since.IsZero() {
		v.Add("property", "metrics.durationSummary.startedAtUTC>="+strconv.FormatInt(q.Since.UnixMilli(), 10))
	}
	return v
}

// errNotByID is the error of a platform that does not list runs by ID.
var errNotByID = errors.New("list runs: the platform does not list them by ID")

// Runs returns runs, the newest first, and whether there are more.
func Runs(ctx context.Context, d platform.Doer, q RunQuery) (out []runs.Run, more bool, err error) {
	skipped := 0
	for o, err := range platform.FlowObjects(ctx, d, "runs", q.values()) {
		if err != nil {
			return nil, false, fmt.Errorf("list runs: %w", err)
		}
		r, err := runs.Parse(o.Body)
		if err != nil {
			return nil, false, err
		}
		if !q.takes(r) {
			// The platform did not take the filter.
			if len(q.IDs) > 0 {
				return nil, false, errNotByID
			}
			if skipped++; q.InProgress && skipped >= recentRuns {
				break
			}
			continue
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
		(q.FlowID == "" || r.FlowID == q.FlowID) && (len(q.IDs) == 0 || slices.Contains(q.IDs, r.ID))
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

// NewestRuns returns the newest runs of flows by the flow's ID, newest first. Of many flows, these are the runs under
// way and the last one of each; of ten that failed, also what came before.
func NewestRuns(ctx context.Context, d platform.Doer, limit int, flows map[string]runs.Live) (
	map[string][]runs.Run, error,
) {
	out := map[string][]runs.Run{}
	if len(flows) > fewFlows {
		if err := listLast(ctx, d, limit, flows, out); err != nil {
			return nil, err
		}
	}
	var single []string
	for _, id := range slices.Sorted(maps.Keys(flows)) {
		few := len(flows) <= fewFlows
		if few || flows[id].Last == runs.Failed && len(single) < fewFlows {
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

// listLast adds the last run of each flow, by lists of a hundred IDs, and the runs under way. If the platform does not
// list runs by ID, it adds the newest runs of all flows instead.
func listLast(
	ctx context.Context, d platform.Doer, limit int, flows map[string]runs.Live, out map[string][]runs.Run,
) error {
	var ids []string
	for _, live := range flows {
		if isPlainID(live.LastID) {
			ids = append(ids, live.LastID)
		}
	}
	slices.Sort(ids)
	queries := []RunQuery{{InProgress: true, Limit: len(flows)}}
	for chunk := range slices.Chunk(ids, pageSize) {
		queries = append(queries, RunQuery{IDs: chunk, Limit: len(chunk)})
	}
	var mu sync.Mutex
	found, byID := map[string]bool{}, true
	err := parallel.Calls(ctx, limit, queries, func(ctx context.Context, q RunQuery) error {
		list, _, err := Runs(ctx, d, q)
		mu.Lock()
		defer mu.Unlock()
		if len(q.IDs) > 0 && (platform.IsInvalid(err) || errors.Is(err, errNotByID)) {
			byID = false
			return nil
		}
		for _, r := range list {
			if _, ok := flows[r.FlowID]; ok && !found[r.ID] {
				found[r.ID] = true
				out[r.FlowID] = append(out[r.FlowID], r)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if !byID {
		clear(out)
		pages := minRunPages + runPages*len(flows)/pageSize
		return listNewest(ctx, d, flows, pages*pageSize, out)
	}
	for _, list := range out {
		runs.NewestFirst(list)
	}
	return nil
}

// isPlainID reports whether an ID can be in a list of a filter.
func isPlainID(id string) bool {
	return id != "" && len(id) <= maxPlainID && !strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// maxPlainID is how long an ID in a filter may be: those of runs have 36 characters.
const maxPlainID = 64

// listNewest adds the newest runs of all flows, until the last run of each is there, or limit runs were read.
func listNewest(
	ctx context.Context, d platform.Doer, flows map[string]runs.Live, limit int, out map[string][]runs.Run,
) error {
	wanted := map[string]bool{} // flows whose last run is missing
	for id, live := range flows {
		if live.LastID != "" {
			wanted[id] = true
		}
	}
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
