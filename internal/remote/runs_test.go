package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/runs"
)

// runList is a platform with runs, the newest first, in pages of 100.
type runList struct {
	mu    sync.Mutex
	runs  []map[string]any
	calls int
	deaf  bool // it does not take filters
}

func (l *runList) add(id, flow, status string, created int64) {
	l.runs = append(l.runs, map[string]any{
		"id": id, "flowId": flow, "createdAt": created,
		"metrics": map[string]any{
			"statusSummary": map[string]any{"status": status}, "durationSummary": map[string]any{"startedAtUTC": created},
		},
	})
}

func (l *runList) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	u, err := url.Parse(r.Path)
	if err != nil || !strings.HasSuffix(u.Path, "/runs") {
		return platform.Response{}, &platform.Error{Status: 404}
	}
	q := u.Query()
	var found []map[string]any
	for _, run := range l.runs {
		fits := true
		for _, p := range q["property"] {
			if id, ok := strings.CutPrefix(p, "flowId=="); ok && run["flowId"] != id {
				fits = l.deaf
			}
		}
		if fits {
			found = append(found, run)
		}
	}
	slices.SortStableFunc(found, func(a, b map[string]any) int {
		return int(b["createdAt"].(int64) - a["createdAt"].(int64))
	})
	start, limit := 0, 0
	fmt.Sscan(q.Get("continuationToken"), &start)
	fmt.Sscan(q.Get("limit"), &limit)
	page := map[string]any{"items": found[start:min(start+limit, len(found))]}
	if start+limit < len(found) {
		href := fmt.Sprintf("/runs?continuationToken=%d", start+limit)
		page["_links"] = map[string]any{"next": map[string]any{"href": href}}
	}
	body, err := json.Marshal(page)
	return platform.Response{Status: 200, Body: body}, err
}

// A limit is kept, and said when there are more; a platform that does not filter changes nothing.
func TestRuns(t *testing.T) {
	l := &runList{}
	for i := range 205 {
		l.add(fmt.Sprint("r", i), fmt.Sprint("f", i%2), []string{"failed", "success"}[i%5%2], int64(i+1)*1e9*1000)
	}
	for _, deaf := range []bool{false, true} {
		l.deaf = deaf
		for _, tt := range []struct {
			q    RunQuery
			n    int
			more bool
		}{
			{RunQuery{Limit: 205}, 205, false},
			{RunQuery{Limit: 204}, 204, true},
			{RunQuery{Limit: 500}, 205, false},
			{RunQuery{FlowID: "f1", Limit: 102}, 102, false},
			{RunQuery{FlowID: "f1", Limit: 101}, 101, true},
			{RunQuery{Failed: true, Limit: 500}, 123, false},
		} {
			got, more, err := Runs(t.Context(), l, tt.q)
			if err != nil || len(got) != tt.n || more != tt.more {
				t.Errorf("%+v, deaf %v: %d runs, more %v, %v; want %d, %v", tt.q, deaf, len(got), more, err, tt.n, tt.more)
			}
			for _, r := range got {
				if tt.q.FlowID != "" && r.FlowID != tt.q.FlowID || tt.q.Failed && r.Result != runs.Failed {
					t.Fatalf("%+v: %+v", tt.q, r)
				}
			}
		}
	}
	if got := (RunQuery{Since: time.UnixMilli(7000), Failed: true, FlowID: "a b", Limit: 1000}).values().Encode(); got !=
		"limit=100&orderby=-createdAt&property=flowId%3D%3Da+b&property=metrics.statusSummary.status%3D%3Dfailed&"+
			"property=metrics.durationSummary.startedAtUTC%3E%3D7000" {
		t.Error(got)
	}
}

// Up to ten flows are asked one by one. The newest runs of more are one list, which ends when the last run of each is
// there, or is bounded; of those that failed and are not in it, ten are asked as well.
func TestNewestRuns(t *testing.T) {
	for _, tt := range []struct {
		flows, each, calls, found int
		old                       bool // one flow ran before all others
	}{
		{flows: 10, each: 3, calls: 10, found: 10},
		{flows: 11, each: 3, calls: 1, found: 11},
		{flows: 300, each: 1, calls: 3, found: 300},
		{flows: 300, each: 20, calls: 3, found: 300},
		{flows: 100, each: 20, calls: 9, found: 100, old: true},
	} {
		l := &runList{}
		lives := map[string]runs.Live{}
		for i := range tt.each {
			for f := range tt.flows {
				flow, id := fmt.Sprint("f", f), fmt.Sprintf("r%d-%d", f, i)
				if tt.old && f == 0 {
					continue
				}
				l.add(id, flow, "success", int64(i*1000+f)*1000+1e12)
				lives[flow] = runs.Live{LastID: id, Last: runs.Success}
			}
		}
		if tt.old {
			l.add("old", "f0", "failed", 1e11)
			lives["f0"] = runs.Live{LastID: "old", Last: runs.Failed}
		}
		got, err := NewestRuns(t.Context(), l, 4, lives)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for flow, live := range lives {
			if list := got[flow]; len(list) > 0 && list[0].ID == live.LastID {
				found++
			}
		}
		if l.calls != tt.calls || found != tt.found {
			t.Errorf("%+v: %d calls, the last runs of %d flows", tt, l.calls, found)
		}
	}
}
