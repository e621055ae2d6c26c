package remote_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// sandbox answers reads of a number of objects of each kind as the services do, page by page.
type sandbox struct {
	has    map[string]int  // objects by collection
	hidden map[string]bool // IDs that lists do not show
	gone   map[string]bool // IDs that no read shows either
	stale  bool            // the list of datasets has other versions than the reads
	delay  time.Duration
	fail   func(r platform.Request, n int) error // n counts the calls of one path from 1

	mu       sync.Mutex
	calls    map[string]int
	now, top int // calls at the same time, and the most of them
}

const perPage, perRegistryPage = 100, 300

func (s *sandbox) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	s.mu.Lock()
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[r.Path]++
	n := s.calls[r.Path]
	s.now++
	s.top = max(s.top, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	if s.delay > 0 {
		time.Sleep(s.delay)
	}
	if s.fail != nil {
		if err := s.fail(r, n); err != nil {
			return platform.Response{}, err
		}
	}
	u := must(url.Parse(r.Path))
	if count, ok := s.has[u.Path]; ok {
		return platform.Response{Status: 200, Body: s.page(u.Path, count, u.Query())}, nil
	}
	slash := strings.LastIndexByte(u.EscapedPath(), '/')
	id := must(url.PathUnescape(u.EscapedPath()[slash+1:]))
	if s.gone[id] || s.has[u.EscapedPath()[:slash]] == 0 {
		return platform.Response{}, &platform.Error{Status: http.StatusNotFound, Code: "404", Title: "not found"}
	}
	return platform.Response{Status: 200, Body: must(json.Marshal(s.single(u.EscapedPath()[:slash], id)))}, nil
}

func idOf(collection string, i int) string {
	last := collection[strings.LastIndexByte(collection, '/')+1:]
	if strings.HasPrefix(collection, specs.SchemaRegistry) && last != "descriptors" {
		return fmt.Sprintf("https://ns.adobe.com/acme/%s/%04d", last, i)
	}
	return fmt.Sprintf("%s-%04d", last, i)
}

func object(collection, id string) map[string]any {
	switch {
	case strings.HasSuffix(collection, "descriptors"):
		return map[string]any{"@id": id, "@type": "xdm:descriptorIdentity", "version": "1"}
	case strings.HasPrefix(collection, specs.SchemaRegistry):
		return map[string]any{"$id": id, "version": "1.0", "title": id, "meta:immutableTags": []string{"union"}}
	case strings.HasPrefix(collection, specs.Catalog):
		return map[string]any{"version": "1.0.0"}
	case strings.HasPrefix(collection, specs.DataPrep):
		return map[string]any{"id": id, "version": 3}
	}
	return map[string]any{"id": id, "etag": "e"}
}

func (s *sandbox) single(collection, id string) any {
	o := object(collection, id)
	if strings.HasPrefix(collection, specs.Catalog) {
		if s.stale {
			o["version"] = "1.0.9"
		}
		return map[string]any{id: o}
	}
	return o
}

func (s *sandbox) page(collection string, count int, q url.Values) []byte {
	var ids []string
	for i := range count {
		if id := idOf(collection, i); !s.hidden[id] && !s.gone[id] {
			ids = append(ids, id)
		}
	}
	objects := func(from, size int) (out []any) {
		for _, id := range ids[min(from, len(ids)):min(from+size, len(ids))] {
			out = append(out, object(collection, id))
		}
		return out
	}
	number := func(key string) int {
		n, _ := strconv.Atoi(q.Get(key))
		return n
	}
	switch {
	case strings.HasSuffix(collection, "descriptors"):
		return must(json.Marshal(map[string]any{"xdm:descriptorIdentity": objects(0, len(ids))}))
	case strings.HasPrefix(collection, specs.SchemaRegistry):
		from := slices.Index(ids, q.Get("start")) + 1
		page := map[string]any{}
		if from+perRegistryPage < len(ids) {
			page["next"] = ids[from+perRegistryPage-1]
		}
		return must(json.Marshal(map[string]any{"results": objects(from, perRegistryPage), "_page": page}))
	case strings.HasPrefix(collection, specs.Catalog):
		out := map[string]any{}
		for _, id := range ids[min(number("start"), len(ids)):min(number("start")+number("limit"), len(ids))] {
			out[id] = object(collection, id)
		}
		return must(json.Marshal(out))
	case strings.HasPrefix(collection, specs.DataPrep):
		return must(json.Marshal(map[string]any{"data": objects(number("start"), number("limit"))}))
	}
	from := number("continuationToken")
	links := map[string]any{}
	if from+perPage < len(ids) {
		links["next"] = map[string]any{"href": fmt.Sprintf("/x?continuationToken=%d", from+perPage)}
	}
	return must(json.Marshal(map[string]any{"items": objects(from, perPage), "_links": links}))
}

// total is how many calls the sandbox got.
func (s *sandbox) total() (n int) {
	for _, c := range s.calls {
		n += c
	}
	return n
}

// holding returns a sandbox with a number of objects of some kinds, and a lock of some of them.
func holding(has, own map[resource.Kind]int) (*sandbox, *lockfile.Lock) {
	s, lock := &sandbox{has: map[string]int{}}, &lockfile.Lock{}
	for k, n := range has {
		collection := resource.SpecOf(k).Collection
		s.has[collection] = max(s.has[collection], n)
	}
	for k, n := range own {
		for i := range n {
			id := idOf(resource.SpecOf(k).Collection, i)
			a := resource.Address{Kind: k, Name: fmt.Sprintf("n%04d", i)}
			lock.Entries = append(lock.Entries, lockfile.Entry{Address: a, ID: id})
		}
	}
	slices.SortFunc(lock.Entries, func(a, b lockfile.Entry) int { return a.Address.Compare(b.Address) })
	return s, lock
}

type kinds = map[resource.Kind]int

// TestEntries: up to twenty objects of a list are read one by one, up to three of those of a large lockfile. More are
// read from the list, as long as that costs less. What the list does not show is read by itself.
func TestEntries(t *testing.T) {
	const flow, source, data, set = resource.Flow, resource.Source, resource.Dataset, resource.Mapping
	for _, c := range []struct {
		name         string
		has, own     kinds
		hidden, gone []string
		stale        bool
		calls        int
	}{
		{name: "few", has: kinds{flow: 20}, own: kinds{flow: 20}, calls: 20},
		{name: "more than few", has: kinds{flow: 21}, own: kinds{flow: 21}, calls: 1},
		{name: "hidden in the list", has: kinds{flow: 21}, own: kinds{flow: 21}, hidden: []string{"flows-0007"}, calls: 2},
		{name: "gone", has: kinds{flow: 21}, own: kinds{flow: 21}, gone: []string{"flows-0001"}, calls: 2},
		{name: "few and gone", has: kinds{flow: 3}, own: kinds{flow: 3}, gone: []string{"flows-0001"}, calls: 3},
		{name: "few of 200", has: kinds{flow: 180, source: 20}, own: kinds{flow: 180, source: 20}, calls: 22},
		{name: "few of 201", has: kinds{flow: 181, source: 20}, own: kinds{flow: 181, source: 20}, calls: 3},
		{name: "three of many", has: kinds{flow: 250, source: 3}, own: kinds{flow: 250, source: 3}, calls: 6},
		{name: "four of many", has: kinds{flow: 250, source: 4}, own: kinds{flow: 250, source: 4}, calls: 4},
		{name: "found early", has: kinds{flow: 5000}, own: kinds{flow: 250}, calls: 3},
		{name: "too many of others", has: kinds{flow: 250, source: 5000}, own: kinds{flow: 250, source: 4},
			hidden: []string{"sourceConnections-0001"}, calls: 3 + 4 + 1},
		{name: "pages beyond the expected", has: kinds{set: 350}, own: kinds{set: 50}, calls: 1},
		{name: "datasets", has: kinds{data: 21}, own: kinds{data: 21}, calls: 2},
		{name: "few datasets", has: kinds{data: 20}, own: kinds{data: 20}, calls: 20},
		{name: "datasets whose list has other versions", has: kinds{data: 21}, own: kinds{data: 21}, stale: true,
			calls: 23},
		{name: "a first dataset that is gone", has: kinds{data: 21}, own: kinds{data: 21},
			gone: []string{"dataSets-0000"}, calls: 3},
		{name: "schemas and their tags", has: kinds{resource.Schema: 30},
			own: kinds{resource.Schema: 30, resource.Union: 30}, calls: 1},
		{name: "descriptors", has: kinds{resource.Descriptor: 30}, own: kinds{resource.Descriptor: 30}, calls: 1},
	} {
		s, lock := holding(c.has, c.own)
		s.stale, s.hidden, s.gone = c.stale, setOf(c.hidden), setOf(c.gone)
		found, err := remote.NewInventory(s, remote.Options{Limit: 4}).Entries(t.Context(), lock)
		if err != nil || len(found) != len(lock.Entries) || s.total() != c.calls {
			t.Errorf("%s: %v, %d objects, %d calls, want %d: %v", c.name, err, len(found), s.total(), c.calls,
				slices.Sorted(maps.Keys(s.calls)))
			continue
		}
		for i, l := range found {
			version := map[resource.AnswerStyle]string{
				resource.AnswerIDEtag: "e", resource.AnswerDescriptor: "1", resource.AnswerRegistry: "1.0",
				resource.AnswerMapping: "3", resource.AnswerDataset: "1.0.0",
			}[resource.SpecOf(l.Address.Kind).Answer]
			if c.stale {
				version = "1.0.9"
			}
			if e := lock.Entries[i]; l.Address != e.Address || l.ID != e.ID || l.Missing != s.gone[l.ID] ||
				!l.Missing && l.ETag != version {
				t.Errorf("%s: object %d is %+v", c.name, i, l)
			}
		}
		if s.top > 4 {
			t.Errorf("%s: %d calls at the same time", c.name, s.top)
		}
	}
}

func setOf(ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// thousand is a sandbox of a thousand dataflows that grew over years: some were replaced, and some share a dataset.
var thousand = kinds{
	resource.Flow: 1000, resource.Source: 1156, resource.Target: 1079, resource.Mapping: 1070, resource.Dataset: 333,
	resource.Connection: 30, resource.Schema: 300, resource.FieldGroup: 60, resource.Descriptor: 200, resource.Union: 40,
}

// TestThousand: the objects of a thousand dataflows cost at most 60 calls, as the whole lists do. With answers after
// 50 ms and ten calls at the same time, they take little longer than the longest list alone.
func TestThousand(t *testing.T) {
	for _, whole := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s, lock := holding(thousand, thousand)
			s.delay = 50 * time.Millisecond
			v := remote.NewInventory(s, remote.Options{Limit: 10})
			begin := time.Now()
			n := len(lock.Entries)
			if whole {
				lists, err := v.Lists(t.Context(), slices.Collect(maps.Keys(thousand))...)
				if err != nil {
					t.Fatal(err)
				}
				n = 0
				for k, all := range lists {
					n += len(all)
					if want := thousand[k]; len(all) != want && k != resource.Union {
						t.Errorf("%s: %d of %d", k, len(all), want)
					}
				}
			} else if found, err := v.Entries(t.Context(), lock); err != nil || len(found) != n {
				t.Fatalf("%d objects, %v", len(found), err)
			}
			took := time.Since(begin)
			t.Logf("%d objects, %d calls, %v", n, s.total(), took)
			if s.total() > 60 || took > 850*time.Millisecond || s.top > 10 {
				t.Errorf("%d calls in %v, %d at the same time", s.total(), took, s.top)
			}
			if whole { // what was read whole is not read again
				calls := s.total()
				if _, err := v.Entries(t.Context(), lock); err != nil || s.total() > calls+1 {
					t.Errorf("the entries after the lists: %v, %d calls more", err, s.total()-calls)
				}
			}
		})
	}
}

// TestListsGoOn: a page for which the client has no answer is asked for again later; nothing before it is.
func TestListsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := holding(kinds{resource.Flow: 350}, nil)
		down := &platform.Error{Status: http.StatusServiceUnavailable}
		s.fail = func(r platform.Request, n int) error {
			if strings.Contains(r.Path, "Token=200") && n < 4 {
				return down
			}
			return nil
		}
		begin := time.Now()
		lists, err := remote.NewInventory(s, remote.Options{Limit: 4}).Lists(t.Context(), resource.Flow)
		if err != nil || len(lists[resource.Flow]) != 350 || s.total() != 4+3 {
			t.Errorf("%v, %d objects, %d calls", err, len(lists[resource.Flow]), s.total())
		}
		if took := time.Since(begin); took != 50*time.Second {
			t.Errorf("it took %v", took)
		}
		s.fail = func(r platform.Request, n int) error { return down }
		if _, err := remote.NewInventory(s, remote.Options{}).Lists(t.Context(), resource.Flow); err != down {
			t.Errorf("a platform that stays away: %v", err)
		}
		refused := &platform.Error{Status: http.StatusForbidden}
		calls := s.total()
		s.fail = func(r platform.Request, n int) error { return refused }
		if _, err := remote.NewInventory(s, remote.Options{}).Lists(t.Context(), resource.Flow); err != refused ||
			s.total() != calls+1 {
			t.Errorf("a refusal: %v, %d calls", err, s.total()-calls)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		s.fail = func(r platform.Request, n int) error { return down }
		begin = time.Now()
		_, err = remote.NewInventory(s, remote.Options{}).Lists(ctx, resource.Flow)
		if err == nil || time.Since(begin) != time.Second {
			t.Errorf("interrupted in a pause: %v after %v", err, time.Since(begin))
		}
	})
}

// TestProgress: the objects that are looked for are counted, one notice for each, by kind.
func TestProgress(t *testing.T) {
	s, lock := holding(kinds{resource.Flow: 150, resource.Source: 30}, kinds{resource.Flow: 50, resource.Source: 2})
	last, notices := remote.Progress{}, 0
	v := remote.NewInventory(s, remote.Options{Limit: 4, Notify: func(p remote.Progress) {
		notices++
		last = p
		last.Kinds = maps.Clone(p.Kinds)
	}})
	if _, err := v.Entries(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	if last.Read != 52 || last.Expected != 52 || notices != 52 ||
		last.Kinds[resource.Flow] != 50 || last.Kinds[resource.Source] != 2 {
		t.Errorf("%+v after %d notices", last, notices)
	}
}

// lying is a platform whose lists are wrong.
type lying func(r platform.Request) string

func (l lying) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	if !strings.HasPrefix(r.Path, "/data/foundation/") {
		return platform.Response{}, fmt.Errorf("asked for %s", r.Path)
	}
	return platform.Response{Status: 200, Body: []byte(l(r))}, nil
}

// TestHostileLists: whatever a platform answers, an inventory ends, shows each object once, and asks nobody else.
func TestHostileLists(t *testing.T) {
	many := func(n int, id string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(`{"id":"%s"}`, strings.ReplaceAll(id, "#", strconv.Itoa(i)))
		}
		return strings.Join(all, ",")
	}
	next := `,"_links":{"next":{"href":"%s"}}}`
	pages := 0
	for name, c := range map[string]struct {
		kind   resource.Kind
		answer lying
		want   int // objects; -1 for an error
	}{
		"a loop": {resource.Flow, func(r platform.Request) string {
			return `{"items":[{"id":"a"}]` + fmt.Sprintf(next, "/flows?continuationToken=x")
		}, -1},
		"a list without an end": {resource.Flow, func(r platform.Request) string {
			pages++
			return `{"items":[{"id":"a"}]` + fmt.Sprintf(next, "/flows?continuationToken="+strconv.Itoa(pages))
		}, -1},
		"a link to another host": {resource.Flow, func(r platform.Request) string {
			if strings.Contains(r.Path, "continuationToken=x") {
				return `{"items":[{"id":"b"}]}`
			}
			return `{"items":[{"id":"a"}]` + fmt.Sprintf(next, "https://evil.example/flows?continuationToken=x")
		}, 2},
		"the same object on every page": {resource.Mapping, func(r platform.Request) string {
			if strings.Contains(r.Path, "start=0") {
				return `{"data":[` + many(100, "m") + `],"_links":{"next":{"href":"x"}}}`
			}
			return `{"data":[]}`
		}, 1},
		"more on a page than was asked for": {resource.Mapping, func(r platform.Request) string {
			if strings.Contains(r.Path, "start=0") {
				return `{"data":[` + many(250, "m#") + `]}`
			}
			return `{"data":[]}`
		}, 250},
		"IDs that are paths":  {resource.Flow, func(platform.Request) string { return `{"items":[{"id":"../x"}]}` }, -1},
		"another form":        {resource.Flow, func(platform.Request) string { return `[]` }, -1},
		"an offset for a key": {resource.Dataset, func(platform.Request) string { return `{"a b":{}}` }, -1},
	} {
		v := remote.NewInventory(c.answer, remote.Options{Limit: 2})
		lists, err := v.Lists(t.Context(), c.kind)
		if (err != nil) != (c.want < 0) || err == nil && len(lists[c.kind]) != c.want {
			t.Errorf("%s: %d objects, %v", name, len(lists[c.kind]), err)
		}
	}
}
