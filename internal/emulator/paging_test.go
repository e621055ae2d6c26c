package emulator

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// An index that lags shows each object once it is old enough, and then exactly
// once, however lists are filtered, ordered and cut, while objects come and go.
func TestPagingBehindALaggingIndex(t *testing.T) {
	const lag = 2000
	a := open(t, Options{Seed: &Seed{}, Switches: Switches{ListDelayMillis: lag}})
	r := rand.New(rand.NewPCG(3, 4))
	made, names := map[string]int64{}, map[string]string{} // id → ms
	for round := range 30 {
		for range r.IntN(6) {
			name := fmt.Sprintf("n%d", r.IntN(5))
			id, _ := a.tryCreate(name)
			made[id], names[id] = a.s.env.Now().UnixMilli(), name
		}
		a.s.Advance(time.Duration(r.IntN(1500)) * time.Millisecond)
		if len(made) > 10 {
			for id := range made { // any one
				a.delete(flowBase + "/connections/" + id).want(204)
				delete(made, id)
				break
			}
		}
		name := fmt.Sprintf("n%d", r.IntN(5))
		params := []string{"limit", fmt.Sprint(1 + r.IntN(7))}
		keep := func(id string) bool { return true }
		if r.IntN(2) == 0 {
			params = append(params, "property", "name!="+name)
			keep = func(id string) bool { return names[id] != name }
		}
		if order := []string{"", "name", "-createdAt"}[r.IntN(3)]; order != "" {
			params = append(params, "orderby", order)
		}
		var want []string
		for id, at := range made {
			if at+lag <= a.s.env.Now().UnixMilli() && keep(id) {
				want = append(want, id)
			}
		}
		got := pages(a, query(flowBase+"/connections", params...))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("round %d %v: %d on the pages, %d are old enough", round, params, len(got), len(want))
		}
	}
}

// Every list of every service, read in pages of any size, holds what it holds
// in one.
func TestEveryListPagesExactly(t *testing.T) {
	a := open(t, Options{})
	id, _ := a.flow()
	a.s.Advance(3 * time.Hour)
	a.runsOf(id)
	for i := range 12 {
		a.post(registryBase+"/tenant/datatypes",
			object{"type": "object", "title": fmt.Sprint("T", i), "properties": object{"x": object{"type": "string"}}}).want(201)
		a.post(catalogBase+"/dataSets", object{"name": fmt.Sprint("D", i%3),
			"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
		a.post(prepBase+"/mappingSets", with(mappingBody(), "name", fmt.Sprint("M", i%3))).want(200)
	}
	href := func(base string) func(reply) string {
		return func(r reply) string {
			if next := core.Text(r.v, "_links", "next", "href"); next != "" {
				return base + strings.TrimPrefix(next, base)
			}
			return ""
		}
	}
	ids := func(list, id string) func(reply) []string {
		return func(r reply) []string {
			var out []string
			for _, e := range core.At(r.v, list).([]any) {
				out = append(out, core.Text(e, id))
			}
			return out
		}
	}
	flow := func(path string) string { return flowBase + path }
	for name, c := range map[string]struct {
		path  string
		ids   func(reply) []string
		next  func(r reply) string // of Catalog nil: pages by offset
		least int
	}{
		"flow specs":       {flow("/flowSpecs?x="), ids("items", "id"), href(flowBase), 2},
		"connection specs": {flow("/connectionSpecs?x="), ids("items", "id"), href(flowBase), 50},
		"filtered specs": {flow("/connectionSpecs?property=attributes.isSource==true"), ids("items", "id"),
			href(flowBase), 40},
		"runs": {flow("/runs?property=flowId==" + id + "&orderby=-createdAt"), ids("items", "id"),
			href(flowBase), 9},
		"data types":        {registryBase + "/tenant/datatypes?orderby=title", ids("results", "$id"), href(""), 12},
		"data types by age": {registryBase + "/tenant/datatypes?orderby=-updated", ids("results", "$id"), href(""), 12},
		"global data types": {registryBase + "/global/datatypes?orderby=title", ids("results", "$id"), href(""), 70},
		"global field groups": {registryBase + "/global/fieldgroups?orderby=title&property=title~Details",
			ids("results", "$id"), href(""), 10},
		"mapping sets":         {prepBase + "/mappingSets?start=0", ids("data", "id"), href(prepBase), 12},
		"mapping sets by name": {prepBase + "/mappingSets?start=0&name=M1", ids("data", "id"), href(prepBase), 4},
		"datasets":             {catalogBase + "/dataSets?orderBy=asc:name", nil, nil, 13},
		"datasets by name":     {catalogBase + "/dataSets?name=D1", nil, nil, 4},
		"batches":              {catalogBase + "/batches?orderBy=desc:created", nil, nil, 8},
	} {
		t.Run(name, func(t *testing.T) {
			a.t = t
			path := strings.Replace(c.path, "?x=", "?", 1)
			read := func(limit int) []string {
				var all []string
				for next, n := path+"&limit="+fmt.Sprint(limit), 0; next != ""; n++ {
					if n > 200 {
						t.Fatalf("pages without end at %s", next)
					}
					r := a.do("GET", next, nil, xedID...).want(200)
					var got []string
					if c.next == nil {
						got = slices.Collect(maps.Keys(r.v.(object)))
						next = fmt.Sprintf("%s&limit=%d&start=%d", path, limit, len(all)+len(got))
						if len(got) == 0 {
							next = ""
						}
					} else {
						got, next = c.ids(r), c.next(r)
					}
					if c.next == nil && len(got) > limit || strings.HasPrefix(path, flowBase) && len(got) > limit {
						t.Fatalf("%d on a page of %d", len(got), limit)
					}
					all = append(all, got...)
				}
				return all
			}
			whole := read(100)
			if len(whole) < c.least {
				t.Errorf("%d in the list, want %d at least", len(whole), c.least)
			}
			slices.Sort(whole)
			limits := []int{1, 2, 5}
			if len(whole) > 20 {
				limits = []int{7, 26}
			}
			for _, limit := range limits {
				got := read(limit)
				slices.Sort(got)
				if !slices.Equal(got, whole) {
					t.Errorf("%d in pages of %d, %d in one", len(got), limit, len(whole))
				}
			}
		})
	}
}
