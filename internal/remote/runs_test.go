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
	picky bool // it refuses a filter by ID
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
			if ids, ok := strings.CutPrefix(p, "id=="); ok && l.picky {
				return platform.Response{}, &platform.Error{Status: 400}
			} else if ok && !slices.Contains(strings.Split(ids, ","), run["id"].(string)) {
				fits = l.deaf
			}
			status, ok := strings.CutPrefix(p, "metrics.statusSummary.status==")
			of := run["metrics"].(map[string]any)["statusSummary"].(map[string]any)["status"]
			if ok && of != status {
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

// Up to ten flows are asked one by one. Of more, the last runs are lists of a hundred by ID, with one list of what is
// under way; ten that failed are asked for what came before. A platform that does not list by ID lists the newest.
func TestNewestRuns(t *testing.T) {
	for _, tt := range []struct {
		flows, each, calls, found int
		old                       bool // one flow ran before all others
		running                   bool // another run of each flow is under way
		deaf, picky               bool
	}{
		{flows: 10, each: 3, calls: 10, found: 10},
		{flows: 11, each: 3, calls: 2, found: 11},
		{flows: 100, each: 3, calls: 2, found: 100},
		{flows: 101, each: 3, calls: 3, found: 101},
		{flows: 1000, each: 1, calls: 11, found: 1000},
		{flows: 100, each: 20, calls: 3, found: 100, old: true},
		{flows: 100, each: 1, calls: 2, found: 100, running: true},
		{flows: 300, each: 20, calls: 1 + 3 + 3, found: 300, picky: true},
		{flows: 300, each: 20, calls: 5 + 3 + 3, found: 300, deaf: true},
		{flows: 100, each: 20, calls: 1 + 1 + 8 + 1, found: 100, old: true, picky: true},
	} {
		l := &runList{deaf: tt.deaf, picky: tt.picky}
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
		for f := range tt.flows {
			if tt.running {
				l.add(fmt.Sprint("now", f), fmt.Sprint("f", f), "inProgress", 2e12)
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
			list := got[flow]
			if tt.running && len(list) > 0 && list[0].Result == runs.InProgress {
				list = list[1:]
			} else if tt.running {
				t.Errorf("%s: the run under way is not the first: %+v", flow, list)
			}
			if len(list) > 0 && list[0].ID == live.LastID {
				found++
			}
		}
		if l.calls != tt.calls || found != tt.found {
			t.Errorf("%+v: %d calls, the last runs of %d flows", tt, l.calls, found)
		}
	}
}
