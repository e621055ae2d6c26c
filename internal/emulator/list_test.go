package emulator

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// query builds a path with parameters escaped as a client must.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return path + "?" + v.Encode()
}

func names(r reply) []string {
	var out []string
	for _, i := range core.List(r.v, "items") {
		out = append(out, core.Text(i, "name"))
	}
	return out
}

// The filters that the platform's own pages show.
func TestPublishedFilters(t *testing.T) {
	a := open(t, Options{})
	other := with(a.flowParts(), "name", "other")
	tutorial := a.flowParts()
	one := a.post(flowsPath, tutorial).want(201).text("id")
	two := a.post(flowsPath, other).want(201).text("id")
	a.post(flowsPath+"/"+two+"/action?op=disable", nil).want(200)
	source := core.Texts(tutorial, "sourceConnectionIds")[0]
	for _, c := range []struct {
		path, property string
		want           int
	}{
		{"/flowSpecs", `name=="CRMToAEP"`, 1},
		{"/flowSpecs", `name==CRMToAEP`, 1},
		{"/flowSpecs", `name!=CRMToAEP`, 6},
		{"/connectionSpecs", `name=="mysql"`, 1},
		{"/connectionSpecs", `attributes.isSource="true"`, 68},
		{"/connections", "connectionSpec.id==" + bigQuery, 1},
		{"/connections", "auth.params.usePrivateLink==true", 0},
		{"/sourceConnections", "params.tableName==test1.Mytable", 2},
		{"/sourceConnections", "params.tableName==lead", 0},
		{"/sourceConnections", "baseConnectionId==" + tutorialConnection, 2},
		{"/flows", "sourceConnectionIds[]==" + source + "," + noID, 1},
		{"/flows", "state==enabled", 1},
		{"/flows", "state==Disabled", 1},
		{"/flows", "inheritedAttributes.properties.isSourceFlow==true", 2},
		{"/flows", "lastRunDetails.startedAtUTC>=1670880253121", 0},
		{"/flows", "createdAt>1670880253121", 2},
		{"/flows", "id==" + one, 1},
		{"/flows", `name=="other"`, 1},
		{"/flows", "transformations.params.mappingId==" + core.Text(core.List(tutorial, "transformations")[1], "params",
			"mappingId"), 1},
	} {
		r := a.get(query(flowBase+c.path, "property", c.property)).want(200)
		if got := len(core.List(r.v, "items")); got != c.want {
			t.Errorf("%s?property=%s: %d items, want %d", c.path, c.property, got, c.want)
		}
		n, _ := core.AsInt(core.At(a.get(query(flowBase+c.path, "property", c.property, "count", "true")).want(200).v,
			"count"))
		if int(n) != c.want {
			t.Errorf("%s?property=%s: count %d, want %d", c.path, c.property, n, c.want)
		}
	}
	// Several properties mean all of them; a quoted comma is none.
	if got := names(a.get(query(flowsPath, "property", "state==enabled", "property", "name==other"))); got != nil {
		t.Errorf("both: %v", got)
	}
	if got := names(a.get(query(flowsPath, "property", "state==enabled", "orderby", "createdAt"))); len(got) != 1 {
		t.Errorf("filtered and ordered: %v", got)
	}
	body := a.post(flowsPath+"/search", `{"queryString":"property=name==other","limit":1000}`).want(200)
	if got := names(body); !slices.Equal(got, []string{"other"}) {
		t.Errorf("search: %v", got)
	}
}

func TestOrder(t *testing.T) {
	a := open(t, Options{})
	for _, n := range []string{"b", "10", "a", "9", "1a", "a"} {
		a.tryCreate(n)
	}
	for order, want := range map[string]string{
		"name": "10 1a 9 BigQuery a a b", "+name": "10 1a 9 BigQuery a a b", "-name": "b a a BigQuery 9 1a 10",
		"": "BigQuery b 10 a 9 1a a",
	} {
		if got := strings.Join(names(a.get(query(flowBase+"/connections", "orderby", order))), " "); got != want {
			t.Errorf("orderby %q: %s, want %s", order, got, want)
		}
	}
}

// pages follows every link and collects ids.
func pages(a *api, path string) []string {
	a.t.Helper()
	var ids []string
	for path != "" {
		r := a.get(path).want(200)
		for _, i := range core.List(r.v, "items") {
			ids = append(ids, core.Text(i, "id"))
		}
		next := core.Text(r.v, "_links", "next", "href")
		if next == "" {
			return ids
		}
		path = flowBase + next
	}
	return ids
}

// Paging through any filter in any order gives every match exactly once, and
// objects made or deleted between two pages do not hide or repeat others.
func TestPagingIsExact(t *testing.T) {
	a := open(t, Options{Seed: &Seed{}})
	r := rand.New(rand.NewPCG(1, 2))
	made := map[string]string{}
	for i := range 70 {
		name := fmt.Sprintf("n%d", r.IntN(12))
		id, ok := a.tryCreate(name)
		if !ok {
			t.Fatal(i)
		}
		made[id] = name
	}
	for round := range 20 {
		limit := 1 + r.IntN(50)
		params := []string{"limit", fmt.Sprint(limit)}
		var keep func(name string) bool
		switch r.IntN(4) {
		case 0:
			keep = func(string) bool { return true }
		case 1:
			n := fmt.Sprintf("n%d", r.IntN(14))
			params = append(params, "property", "name=="+n)
			keep = func(name string) bool { return name == n }
		case 2:
			n := fmt.Sprintf("n%d", r.IntN(14))
			params = append(params, "property", "name!="+n)
			keep = func(name string) bool { return name != n }
		case 3:
			params = append(params, "property", "name==n1,n2,n3", "property", "state==enabled")
			keep = func(name string) bool { return slices.Contains([]string{"n1", "n2", "n3"}, name) }
		}
		order := []string{"", "name", "-name", "createdAt", "-createdAt,name"}[r.IntN(5)]
		if order != "" {
			params = append(params, "orderby", order)
		}
		var want []string
		for id, name := range made {
			if keep(name) {
				want = append(want, id)
			}
		}
		got := pages(a, query(flowBase+"/connections", params...))
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("round %d %v: %d ids, want %d", round, params, len(got), len(want))
		}
	}
	// Between two pages one object goes and one comes.
	first := a.get(query(flowBase+"/connections", "limit", "10", "orderby", "name")).want(200)
	gone := core.Text(core.List(first.v, "items")[9], "id")
	a.delete(flowBase + "/connections/" + gone).want(204)
	a.tryCreate("a-new-first")
	rest := pages(a, flowBase+core.Text(first.v, "_links", "next", "href"))
	if len(rest) != 60 {
		t.Errorf("%d on the pages after a change, want 60", len(rest))
	}
}

// A token of one query does not fit another.
func TestTokenBelongsToItsQuery(t *testing.T) {
	a := open(t, Options{})
	a.tryCreate("x")
	r := a.get(query(flowBase+"/connections", "limit", "1")).want(200)
	u, err := url.Parse(core.Text(r.v, "_links", "next", "href"))
	if err != nil {
		t.Fatal(err)
	}
	token := u.Query().Get("continuationToken")
	a.get(query(flowBase+"/connections", "continuationToken", token, "property", "name==x")).refused(400, "FLOW-1452-400")
	if got := names(a.get(query(flowBase+"/connections", "continuationToken", token))); !slices.Equal(got, []string{"x"}) {
		t.Errorf("token alone: %v", got)
	}
	ordered := a.get(query(flowBase+"/connections", "limit", "1", "orderby", "-name")).want(200)
	u, _ = url.Parse(core.Text(ordered.v, "_links", "next", "href"))
	if got := names(a.get(query(flowBase+"/connections", "continuationToken",
		u.Query().Get("continuationToken")))); !slices.Equal(got, []string{"BigQuery"}) {
		t.Errorf("ordered token alone: %v", got)
	}
}

// Lists of the registry page by value; of Catalog and Data Prep by offset.
func TestOtherLists(t *testing.T) {
	a := open(t, Options{})
	titles := map[string]bool{"Tutorial": true}
	for i := range 23 {
		title := fmt.Sprintf("S%02d", i)
		titles[title] = true
		a.post(registryBase+"/tenant/schemas", object{"type": "object", "title": title,
			"allOf": []any{object{"$ref": registry.ClassProfile}}}).want(201)
		a.post(catalogBase+"/dataSets", object{"name": title,
			"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
	}
	accept := func(path string) reply {
		return a.do("GET", path, nil, "Accept", "application/vnd.adobe.xed-id+json").want(200)
	}
	for _, orderby := range []string{"title", "-title", "updated", "version"} {
		seen := map[string]int{}
		next := ""
		for range 40 {
			p := query(registryBase+"/tenant/schemas", "orderby", orderby, "limit", "5")
			if next != "" {
				p = query(registryBase+"/tenant/schemas", "orderby", orderby, "limit", "5", "start", next)
			}
			r := accept(p)
			for _, item := range core.List(r.v, "results") {
				seen[core.Text(item, "title")]++
			}
			if next = core.Text(r.v, "_page", "next"); next == "" {
				break
			}
		}
		for title := range titles {
			if seen[title] != 1 {
				t.Errorf("ordered by %s, %s was seen %d times", orderby, title, seen[title])
			}
		}
	}
	for property, want := range map[string]int{
		"title==S07": 1, "title~S1": 10, "meta:class==" + registry.ClassProfile: 24, "meta:immutableTags==union": 0,
		"meta:immutableTags": 0, "meta:extends!=" + registry.BehaviorAdhoc: 24, "title>S20": 3,
	} {
		if got := len(core.List(accept(query(registryBase+"/tenant/schemas", "property", property)).v,
			"results")); got != want {
			t.Errorf("property %s: %d, want %d", property, got, want)
		}
	}
	for params, want := range map[string]int{
		"limit=100": 24, "": 20, "limit=100&start=20": 4, "name=S01,S02": 2, "name=S0*&limit=50": 10,
		"name=!S0*&limit=50": 14, "property=" + url.QueryEscape("schemaRef.id=="+tutorialSchema) + "&limit=99": 24,
		"property=name~%5ES2": 3, "property=!description&limit=50": 24, "tags=adobe/pqs/table:s05": 1,
		"tags=adobe/pqs/table:*&limit=50": 24, "createdAfter=1": 20, "property=name==S03": 1,
	} {
		if got := len(a.get(catalogBase + "/dataSets?" + params).want(200).v.(object)); got != want {
			t.Errorf("dataSets?%s: %d, want %d", params, got, want)
		}
	}
	r := a.get(catalogBase + "/dataSets?orderBy=desc:name&limit=2&properties=name").want(200)
	if got := string(r.raw); strings.Index(got, "Tutorial") > strings.Index(got, "S22") ||
		strings.Contains(got, "schemaRef") {
		t.Errorf("ordered and projected: %s", got)
	}
}

func TestListDelay(t *testing.T) {
	a := open(t, Options{Switches: Switches{ListDelayMillis: 5000}, Seed: &Seed{}})
	id, _ := a.tryCreate("late")
	if got := names(a.get(flowBase + "/connections").want(200)); got != nil {
		t.Errorf("listed at once: %v", got)
	}
	a.get(flowBase + "/connections/" + id).want(200)
	a.s.Advance(5e9)
	if got := names(a.get(flowBase + "/connections").want(200)); len(got) != 1 {
		t.Errorf("listed later: %v", got)
	}
}
