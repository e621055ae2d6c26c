package applier

import (
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// dropped is what a broken connection looks like.
var errDropped = errors.New("connection reset by peer")

// once calls f for the first request that match takes.
func once(match func(*http.Request) bool, f func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
	var mu sync.Mutex
	spent := false
	return func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		mine := !spent && match(req)
		spent = spent || mine
		mu.Unlock()
		if !mine {
			return nil, nil
		}
		return f(req)
	}
}

func drop(*http.Request) (*http.Response, error) { return nil, errDropped }

func isWrite(method, part string) func(*http.Request) bool {
	return func(req *http.Request) bool {
		return req.Method == method && strings.Contains(req.URL.Path+"?"+req.URL.RawQuery, part)
	}
}

// TestEveryAnswerLost loses the answer to every write once, when the work is
// done. Nothing may be made twice, and nothing be missing.
func TestEveryAnswerLost(t *testing.T) {
	calm := newWorld(t)
	calm.mustUp(second(project()))
	created := calm.fake.inventory()
	calm.mustUp(later())
	changed := calm.fake.inventory()

	w := newWorld(t)
	var mu sync.Mutex
	lost := map[string]bool{}
	w.fake.after = func(req *http.Request) (*http.Response, error) {
		key := req.Method + " " + req.URL.Path + req.URL.RawQuery
		if req.GetBody != nil {
			body, _ := req.GetBody()
			text, _ := io.ReadAll(body)
			key += string(text)
		}
		mu.Lock()
		defer mu.Unlock()
		if req.Method == http.MethodGet || lost[key] {
			return nil, nil
		}
		lost[key] = true
		return nil, errDropped
	}
	w.mustUp(second(project()))
	if d := cmp.Diff(created, w.fake.inventory()); d != "" {
		t.Errorf("after the create (-calm +lossy):\n%s", d)
	}
	w.mustUp(later())
	if d := cmp.Diff(changed, w.fake.inventory()); d != "" {
		t.Errorf("after the update (-calm +lossy):\n%s", d)
	}
	w.isSynced(later())
	w.isTidy()
	t.Logf("%d answers lost", len(lost))
}

// TestDroppedBeforeWork loses requests before anything is done: they are sent
// again once the platform shows that nothing was made.
func TestDroppedBeforeWork(t *testing.T) {
	w := newWorld(t)
	w.fake.before = once(isWrite("POST", "/sourceConnections"), drop)
	var events []Event
	a := w.applier()
	a.Notify = func(e Event) { events = append(events, e) }
	s := w.open()
	defer s.Close()
	res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
	if err != nil || !res.OK() {
		t.Fatalf("apply: %v, failed %v", err, res.Failed)
	}
	retried := 0
	for _, e := range events {
		if r, ok := e.(Retried); ok {
			retried++
			if r.Address.Kind != resource.Source || r.Attempt != 2 {
				t.Errorf("retried %+v", r)
			}
		}
	}
	if retried != 1 {
		t.Errorf("%d calls were sent again, want 1", retried)
	}
}

// TestListedLate hides a new object from lists for a second: the look-up that
// finds nothing at first must not lead to a second object.
func TestListedLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		key := ""
		w.fake.after = once(isWrite("POST", "/sourceConnections"), func(*http.Request) (*http.Response, error) {
			w.fake.mu.Lock()
			defer w.fake.mu.Unlock()
			key = w.fake.order[len(w.fake.order)-1]
			for k := range w.fake.objects {
				if strings.Contains(k, "/sourceConnections/") {
					key = k
				}
			}
			w.fake.hidden[key] = true
			time.AfterFunc(time.Second, func() {
				w.fake.mu.Lock()
				defer w.fake.mu.Unlock()
				delete(w.fake.hidden, key)
			})
			return nil, errDropped
		})
		s := w.open()
		defer s.Close()
		a := w.applier()
		a.SettleWindow = 0 // the default
		res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
		if err != nil || !res.OK() {
			t.Fatalf("apply: %v, failed %v", err, res.Failed)
		}
		if got := w.entry("source.crm").ID; got != path.Base(key) {
			t.Errorf("the entry has %s, the platform made %s", got, key)
		}
		count := 0
		for k := range w.fake.objects {
			if strings.Contains(k, "/sourceConnections/") {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%d source connections", count)
		}
	})
}

// TestTwins makes two identical objects, and loses both answers.
func TestTwins(t *testing.T) {
	body := `{"name":"same","connectionSpec":{"id":"74a1c565","version":"1.0"}}`
	things := []thing{{"connection.one", body}, {"connection.two", body}}
	w := newWorld(t)
	first := once(isWrite("POST", "/connections"), drop)
	second := 0
	w.fake.after = func(req *http.Request) (*http.Response, error) {
		if _, err := first(req); err != nil {
			return nil, err
		}
		if req.Method == http.MethodPost {
			if second++; second == 1 {
				return nil, errDropped
			}
		}
		return nil, nil
	}
	w.mustUp(things)
	one, two := w.entry("connection.one").ID, w.entry("connection.two").ID
	if one == two || len(w.fake.objects) != 2 {
		t.Errorf("entries have %s and %s, the platform %d objects", one, two, len(w.fake.objects))
	}
}

// TestAmbiguous finds two strangers that could be the lost object: nothing is
// adopted and nothing is made until somebody says which.
func TestAmbiguous(t *testing.T) {
	body := `{"name":"same","connectionSpec":{"id":"74a1c565","version":"1.0"}}`
	w := newWorld(t)
	w.fake.after = once(isWrite("POST", "/connections"), func(req *http.Request) (*http.Response, error) {
		w.fake.mu.Lock()
		defer w.fake.mu.Unlock()
		w.fake.create(req, resource.Connection, resource.SpecOf(resource.Connection).Collection,
			map[string]any{"name": "same", "connectionSpec": map[string]any{"id": "74a1c565", "version": "1.0"}})
		return nil, errDropped
	})
	res, err := w.up([]thing{{"connection.one", body}})
	if err != nil {
		t.Fatal(err)
	}
	var ambiguous *AmbiguousError
	if len(res.Failed) != 1 || !errors.As(res.Failed[0].Err, &ambiguous) || len(ambiguous.Candidates) != 2 || res.Unknown != 1 {
		t.Fatalf("result %+v", res)
	}
	if w.file(w.paths.Journal) == "" {
		t.Fatal("the journal no longer knows of the open call")
	}
	if _, err := w.up([]thing{{"connection.one", body}}); !errors.As(err, &ambiguous) {
		t.Fatalf("the next apply: %v", err)
	}
	if len(w.fake.objects) != 2 {
		t.Errorf("%d objects", len(w.fake.objects))
	}
	// Somebody deletes the one that is not wanted: now there is nothing to ask.
	for k := range w.fake.objects {
		delete(w.fake.objects, k)
		break
	}
	w.mustUp([]thing{{"connection.one", body}})
	if len(w.fake.objects) != 1 {
		t.Errorf("%d objects", len(w.fake.objects))
	}
	w.isTidy()
}

// TestServerErrorInTheMiddle fails one call for good; the next apply goes on.
func TestServerErrorInTheMiddle(t *testing.T) {
	w := newWorld(t)
	w.fake.before = func(req *http.Request) (*http.Response, error) {
		if isWrite("POST", "/dataSets")(req) {
			return w.fake.refuse(req, 500, "CAT-1-500"), nil
		}
		return nil, nil
	}
	var blocked []Blocked
	a := w.applier()
	a.Notify = func(e Event) {
		if b, ok := e.(Blocked); ok {
			blocked = append(blocked, b)
		}
	}
	s := w.open()
	res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
	s.Close()
	if err != nil || len(res.Failed) != 1 || res.Failed[0].Address.String() != "dataset.crm" || res.Unknown != 0 {
		t.Fatalf("err %v, result %+v", err, res)
	}
	var names []string
	for _, b := range res.Blocked {
		names = append(names, b.Address.String()+" by "+b.By.String())
	}
	if d := cmp.Diff([]string{"target.crm by dataset.crm", "flow.crm by dataset.crm"}, names); d != "" {
		t.Errorf("blocked (-want +got):\n%s", d)
	}
	if len(blocked) != 2 {
		t.Errorf("%d events of blocked calls", len(blocked))
	}
	if res.Created != 7 {
		t.Errorf("created %d, want the 7 that do not need the dataset", res.Created)
	}
	w.isTidy() // everything is known, so the lockfile says it all
	w.fake.before = nil
	if res := w.mustUp(project()); res.Created != 3 {
		t.Errorf("then created %d, want 3", res.Created)
	}
	w.isSynced(project())
}

// TestNoAnswerAtAll loses the answer and then the platform: the call stays open,
// and the next apply finds its object.
func TestNoAnswerAtAll(t *testing.T) {
	w := newWorld(t)
	gone := false
	w.fake.before = func(req *http.Request) (*http.Response, error) {
		if gone {
			return nil, errDropped
		}
		return nil, nil
	}
	w.fake.after = once(isWrite("POST", "/mappingSets"), func(*http.Request) (*http.Response, error) {
		gone = true
		return nil, errDropped
	})
	s := w.open()
	a := w.applier()
	a.Workers = 1
	res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
	s.Close()
	if err != nil || res.OK() || res.Unknown == 0 {
		t.Fatalf("err %v, result %+v", err, res)
	}
	if _, err := w.up(project()); err == nil || !strings.Contains(err.Error(), "find out what came of create") {
		t.Fatalf("recover without a platform: %v", err)
	}
	gone = false
	s = w.open()
	got, err := w.applier().Recover(t.Context(), s)
	s.Close()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range got {
		found[r.Address.String()] = r.Done
	}
	if !found["mapping.crm"] {
		t.Errorf("recovered %+v", got)
	}
	w.mustUp(project())
	w.isSynced(project())
	w.isTidy()
	sets := 0
	for k := range w.fake.objects {
		if strings.Contains(k, "/mappingSets/") {
			sets++
		}
	}
	if sets != 1 {
		t.Errorf("%d mapping sets", sets)
	}
}

// TestUnresolvedRefused refuses to apply over open calls.
func TestUnresolvedRefused(t *testing.T) {
	w := newWorld(t)
	w.fake.after = func(req *http.Request) (*http.Response, error) { return nil, errDropped }
	w.fake.before = func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodGet && !strings.HasSuffix(req.URL.Path, "/stats") {
			return nil, errDropped
		}
		return nil, nil
	}
	things := []thing{{"connection.one", `{"name":"one"}`}}
	s := w.open()
	defer s.Close()
	a := w.applier()
	w.fake.after = once(isWrite("POST", ""), drop)
	if res, err := a.Apply(t.Context(), w.diff(s.Lock(), things), s); err != nil || res.Unknown != 1 {
		t.Fatalf("err %v, result %+v", err, res)
	}
	if _, err := a.Apply(t.Context(), &planner.Plan{}, s); !errors.Is(err, ErrUnresolved) {
		t.Errorf("applied over an open call: %v", err)
	}
}
