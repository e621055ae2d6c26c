package remote_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// catalog is a platform with one collection, in the order of creation. It answers like the Flow
// Service, or like Catalog for datasets.
type catalog struct {
	objects []map[string]any
	unread  string // an ID that lists do not show

	mu    sync.Mutex
	calls []string
}

func (c *catalog) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	c.mu.Lock()
	c.calls = append(c.calls, r.Path)
	c.mu.Unlock()
	u := must(url.Parse(r.Path))
	q := u.Query()
	isDataset := strings.HasPrefix(u.Path, specs.Catalog)
	last := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	isList := strings.HasSuffix(last, "s")
	var shown []map[string]any
	for _, o := range c.objects {
		switch {
		case !isList && o["id"] != last, isList && o["id"] == c.unread:
		case q.Has("property") && q.Get("property") != fmt.Sprint("name==", o["name"]):
		default:
			shown = append(shown, o)
		}
	}
	if !isList && len(shown) == 0 {
		return platform.Response{}, &platform.Error{Status: http.StatusNotFound, Code: "FLOW-1439-404", Title: "not found"}
	}
	if strings.HasPrefix(q.Get("orderBy"), "desc") {
		slices.Reverse(shown)
	}
	if isDataset {
		var start, limit int
		fmt.Sscan(q.Get("start"), &start)
		if fmt.Sscan(q.Get("limit"), &limit); isList {
			shown = shown[min(start, len(shown)):min(start+limit, len(shown))]
		}
		byID := map[string]any{}
		for _, o := range shown {
			byID[o["id"].(string)] = o
		}
		return platform.Response{Body: must(json.Marshal(byID))}, nil
	}
	return platform.Response{Body: must(json.Marshal(map[string]any{"items": shown}))}, nil
}

func (c *catalog) fill(n int) *catalog {
	for i := range n {
		id := fmt.Sprintf("id-%03d-x", i)
		c.objects = append(c.objects, map[string]any{"id": id, "name": id, "etag": "e" + id, "version": "v" + id})
	}
	return c
}

func (c *catalog) lock(kind resource.Kind) *lockfile.Lock {
	lock := &lockfile.Lock{}
	for _, o := range c.objects {
		id := o["id"].(string)
		lock.Put(lockfile.Entry{Address: resource.Address{Kind: kind, Name: id}, ID: id})
	}
	return lock
}

// TestReadReplaced: what an entry replaced is read too, after the object of the entry itself.
func TestReadReplaced(t *testing.T) {
	p := (&catalog{}).fill(3)
	lock := p.lock(resource.Source)
	lock.Entries = lock.Entries[:1]
	e := &lock.Entries[0]
	e.Deposed = []lockfile.Deposed{{ID: "gone", Kind: resource.Source}, {ID: "id-002-x", Kind: resource.Source}}
	found, err := remote.NewInventory(p, remote.Options{Limit: 4}).Entries(t.Context(), lock)
	var got []string
	for _, l := range found {
		got = append(got, fmt.Sprint(l.Address.Name, l.ID, l.Deposed, l.Missing))
	}
	want := []string{
		fmt.Sprint(e.Address.Name, e.ID, false, false), fmt.Sprint(e.Address.Name, "gone", true, true),
		fmt.Sprint(e.Address.Name, "id-002-x", true, false),
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %q, want %q", err, got, want)
	}
}

// TestVersions: up to three new datasets are read one by one, more from pages of a hundred, newest first.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		kind  resource.Kind
		fresh bool
		n     int
		calls int
	}{
		{resource.Dataset, true, 3, 3}, {resource.Dataset, true, 4, 1}, {resource.Dataset, true, 100, 1},
		{resource.Dataset, true, 101, 2}, {resource.Dataset, false, 4, 4}, {resource.Source, true, 4, 4},
	} {
		p := (&catalog{}).fill(c.n + 5)
		var objects []remote.ObjectID
		for _, o := range p.objects[5:] {
			objects = append(objects, remote.ObjectID{Kind: c.kind, ID: o["id"].(string), New: c.fresh})
		}
		found := remote.Versions(t.Context(), p, objects, 4)
		if len(found) != c.n || len(p.calls) != c.calls {
			t.Errorf("%+v: %d versions with %d calls", c, len(found), len(p.calls))
		}
		if v := found["id-007-x"]; v != map[resource.Kind]string{resource.Dataset: "vid-007-x", resource.Source: "eid-007-x"}[c.kind] {
			t.Errorf("%+v: version %q", c, v)
		}
	}
}

// TestFind: the filter of a list takes plain names only; other names are looked for in the
// whole list, which a finder reads once. A name may hold what a document has to escape.
func TestFind(t *testing.T) {
	p := (&catalog{}).fill(3)
	for i, name := range []string{"crm 1", "a ${b} of acme", "ä"} {
		p.objects[i]["name"] = name
	}
	f := &remote.Finder{Client: p, Tenant: tenant, Owned: func(id string) bool { return id == "id-002-x" }}
	for _, c := range []struct {
		name, id string
		calls    int
	}{{"crm 1", "id-000-x", 2}, {"a $${b} of {TENANT_ID}", "id-001-x", 2}, {"ä", "", 0}, {"crm 2", "", 1}} {
		p.calls = nil
		sent := lockfile.Entry{
			Address: resource.Address{Kind: resource.Source, Name: "crm"},
			Applied: resource.Object(resource.F("name", must(resource.Parse(must(json.Marshal(c.name)))))).JSON(),
		}
		found, err := f.Find(t.Context(), sent, time.Time{})
		var ids []string
		for _, o := range found {
			ids = append(ids, o.ID)
		}
		var want []string
		if c.id != "" {
			want = []string{c.id}
		}
		if d := cmp.Diff(want, ids); d != "" || err != nil || len(p.calls) != c.calls {
			t.Errorf("%s: %v, %d calls, (-want +got):\n%s", c.name, err, len(p.calls), d)
		}
	}
}
