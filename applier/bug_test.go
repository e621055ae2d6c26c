package applier

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// breaking is a client that panics at one request.
type breaking struct {
	Doer
	at func(platform.Request) bool
}

func (b *breaking) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	if b.at(r) {
		panic("a bug in a client")
	}
	return b.Doer.Do(ctx, r)
}

// TestPanics: a panic in any goroutine of an apply is reported as a bug with its stack,
// ends the run, and loses nothing: what was under way stays open, and the next apply
// finds out and goes on.
func TestPanics(t *testing.T) {
	for name, harm := range map[string]func(*Applier){
		"call": func(a *Applier) {
			a.Client = &breaking{a.Client, func(r platform.Request) bool { return r.Method == "POST" && strings.HasSuffix(r.Path, "/dataSets") }}
		},
		"versions": func(a *Applier) {
			a.Client = &breaking{a.Client, func(r platform.Request) bool { return r.Method == "GET" && strings.Contains(r.Path, "/dataSets/") }}
		},
		"listener": func(a *Applier) {
			a.Notify = func(e Event) {
				if d, ok := e.(Done); ok && d.Address.String() == "schema.crm" {
					panic("a bug in a view")
				}
			}
		},
		"prepare": func(a *Applier) { a.Secrets = func(string) (string, error) { panic("a bug in a vault") } },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.open()
			a := w.applier()
			harm(a)
			res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
			open := len(s.Unresolved())
			if e := s.Close(); e != nil {
				t.Fatal(e)
			}
			var caught *bug.Panic
			if !errors.As(err, &caught) || !strings.Contains(string(caught.Stack), "bug_test.go") {
				t.Fatalf("got %v, stack %s", err, caught)
			}
			if name == "call" && (open != 1 || res.Unknown != 1) {
				t.Errorf("%d calls are open, %d unknown", open, res.Unknown)
			}
			w.mustUp(project())
			w.isSynced(project())
			w.isTidy()
			if n := len(w.fake.objects); n != len(project())-1 { // a tag is not an object
				t.Errorf("%d objects", n)
			}
		})
	}
}

// TestPanicInRecover: the call stays open.
func TestPanicInRecover(t *testing.T) {
	w := newWorld(t)
	w.fake.after = once(isWrite("POST", "/dataSets"), drop)
	w.fake.before = func(req *http.Request) (*http.Response, error) {
		if isWrite("GET", "/dataSets")(req) {
			return nil, errDropped
		}
		return nil, nil
	}
	if res, err := w.up(project()); err != nil || res.Unknown != 1 {
		t.Fatalf("%v, %+v", err, res)
	}
	w.fake.before = nil
	s := w.open()
	a := w.applier()
	a.Client = &breaking{a.Client, func(r platform.Request) bool { return strings.Contains(r.Path, "/dataSets") }}
	_, err := a.Recover(t.Context(), s)
	var caught *bug.Panic
	if !errors.As(err, &caught) || len(s.Unresolved()) != 1 {
		t.Errorf("got %v, %d open", err, len(s.Unresolved()))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	w.mustUp(project())
	w.isSynced(project())
}

// TestIDOfAnother: an answer that names an object which the lockfile knows already, one
// that this run has just made, or one of another kind is not believed: the object is
// looked up.
func TestIDOfAnother(t *testing.T) {
	things := second(project())
	calm := newWorld(t)
	calm.mustUp(things)
	for name, lie := range map[string]func(w *world, id string) string{
		"an earlier one":  func(w *world, _ string) string { return w.entry("connection.crm").ID },
		"one just made":   func(_ *world, id string) string { return id },
		"another service": func(w *world, _ string) string { return w.entry("schema.crm").ID },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.mustUp(project())
			made := ""
			w.fake.after = func(req *http.Request) (*http.Response, error) {
				if req.Method != "POST" || !strings.HasSuffix(req.URL.Path, "/sourceConnections") {
					return nil, nil
				}
				w.fake.mu.Lock()
				id := w.fake.order[len(w.fake.order)-1]
				w.fake.mu.Unlock()
				id = id[strings.LastIndexByte(id, '/')+1:]
				if made == "" {
					made = id
					if name == "one just made" {
						return nil, nil
					}
				}
				return w.fake.answer(req, 201, map[string]any{"id": lie(w, made), "etag": `"e"`}), nil
			}
			s := w.open()
			a := w.applier()
			a.Workers = 1
			res, err := a.Apply(t.Context(), w.diff(s.Lock(), things), s)
			s.Close()
			if err != nil || !res.OK() {
				t.Fatalf("apply: %v, failed %v", err, res.Failed)
			}
			w.isSynced(things)
			if got, want := w.fake.inventory(), calm.fake.inventory(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			ids := map[string]string{}
			for _, e := range w.lock().Entries {
				if e.Address.Kind == resource.Union {
					continue
				}
				if other := ids[e.ID]; other != "" {
					t.Errorf("%s and %s have the same id %s", other, e.Address, e.ID)
				}
				ids[e.ID] = e.Address.String()
			}
		})
	}
}

// TestRefusedAfterDoubt: a create that may have been carried out is not found and sent
// again; the platform then refuses it because the title is taken: by itself.
func TestRefusedAfterDoubt(t *testing.T) {
	w := newWorld(t)
	posts := 0
	w.fake.after = func(req *http.Request) (*http.Response, error) {
		if !isWrite("POST", "/fieldgroups")(req) {
			return nil, nil
		}
		w.fake.mu.Lock()
		defer w.fake.mu.Unlock()
		key := w.fake.order[len(w.fake.order)-1]
		if posts++; posts == 1 {
			w.fake.hidden[key] = true
			return nil, errDropped
		}
		delete(w.fake.objects, key) // the service refused this one
		w.fake.hidden = map[string]bool{}
		return w.fake.refuse(req, 400, "XDM-1521-400"), nil
	}
	res, err := w.up(project())
	if err != nil || !res.OK() || posts != 2 {
		t.Fatalf("%v, failed %v, %d posts", err, res.Failed, posts)
	}
	w.isSynced(project())
	groups := 0
	for key := range w.fake.objects {
		if strings.Contains(key, "/fieldgroups/") {
			groups++
		}
	}
	if groups != 1 {
		t.Errorf("%d field groups", groups)
	}
}
