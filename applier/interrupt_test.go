package applier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/planner"
)

// slow makes the first create of a dataset last as long as the channel is open,
// or until the request is given up; began is closed when it starts.
func (w *world) slow(last <-chan time.Time) (began chan struct{}) {
	began = make(chan struct{})
	w.fake.before = once(isWrite("POST", "/dataSets"), func(req *http.Request) (*http.Response, error) {
		close(began)
		select {
		case <-last:
			return nil, nil
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	})
	return began
}

func (w *world) interrupted(t *testing.T, a *Applier, began <-chan struct{}) (Result, time.Duration, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := w.open()
	defer s.Close()
	var stopped time.Time
	go func() {
		<-began
		stopped = time.Now()
		cancel()
	}()
	res, err := a.Apply(ctx, w.diff(s.Lock(), project()), s)
	return res, time.Since(stopped), err
}

// TestInterrupt lets the running call end, starts no other, and saves.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := w.slow(time.After(3 * time.Second))
		a := w.applier()
		res, took, err := w.interrupted(t, a, began)
		if !errors.Is(err, ErrInterrupted) || !res.Interrupted || len(res.Failed) != 0 {
			t.Fatalf("err %v, result %+v", err, res)
		}
		if took > 4*time.Second {
			t.Errorf("took %v", took)
		}
		if w.entry("dataset.crm").ID == "" {
			t.Error("the running call is not on record")
		}
		if len(res.Left) < 2 || res.Created+len(res.Left) != 10 {
			t.Errorf("created %d, left %d calls, at least target and flow", res.Created, len(res.Left))
		}
		w.isTidy()
		w.mustUp(project())
		w.isSynced(project())
	})
}

// TestInterruptWithHangingCall gives the call up after the grace period; what
// became of it is found out by the next apply.
func TestInterruptWithHangingCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := w.slow(nil)
		res, took, err := w.interrupted(t, w.applier(), began)
		if !errors.Is(err, ErrInterrupted) || res.Unknown != 1 || len(res.Unanswered) != 1 || len(res.Failed) != 0 {
			t.Fatalf("err %v, result %+v", err, res)
		}
		if took != 10*time.Second {
			t.Errorf("took %v, want 10s", took)
		}
		w.mustUp(project())
		w.isSynced(project())
		w.isTidy()
	})
}

// TestSecondInterrupt stops at once. What the user stopped has not failed, and blocks nothing.
func TestSecondInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := w.slow(nil)
		abort := make(chan struct{})
		a := w.applier()
		a.Abort = abort
		go func() {
			<-began
			time.AfterFunc(time.Second, func() { close(abort) })
		}()
		var ends []Interrupted
		a.Notify = func(e Event) {
			switch e := e.(type) {
			case Failed, Blocked:
				t.Errorf("emitted %+v", e)
			case Interrupted:
				ends = append(ends, e)
			}
		}
		res, took, err := w.interrupted(t, a, began)
		if !errors.Is(err, ErrInterrupted) || took != time.Second {
			t.Fatalf("err %v, took %v", err, took)
		}
		if len(res.Failed)+len(res.Blocked) != 0 || len(res.Unanswered) != 1 ||
			res.Unanswered[0].Address.String() != "dataset.crm" {
			t.Errorf("result %+v", res)
		}
		if len(ends) != 1 || !ends[0].Unanswered || ends[0].Elapsed != time.Second {
			t.Errorf("emitted %+v", ends)
		}
		w.mustUp(project())
		w.isSynced(project())
	})
}

// unsent keeps one call from being sent until it is given up, as a sign-in does.
type unsent struct {
	Doer
	began chan struct{}
}

func (d *unsent) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.Path, "/dataSets") {
		return d.Doer.Do(ctx, r)
	}
	close(d.began)
	<-ctx.Done()
	return platform.Response{}, &platform.UnsentError{
		Method: r.Method, URL: r.Path, Err: fmt.Errorf("sign in: %w", ctx.Err()),
	}
}

// TestSecondInterruptBeforeTheCall: what was not sent is left, not failed.
func TestSecondInterruptBeforeTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, abort := w.applier(), make(chan struct{})
		d := &unsent{a.Client, make(chan struct{})}
		a.Client, a.Abort = d, abort
		go func() {
			<-d.began
			time.AfterFunc(time.Second, func() { close(abort) })
		}()
		res, _, err := w.interrupted(t, a, d.began)
		if !errors.Is(err, ErrInterrupted) || len(res.Failed)+len(res.Blocked)+len(res.Unanswered)+res.Unknown != 0 {
			t.Fatalf("err %v, result %+v", err, res)
		}
		if res.Created+len(res.Left) != 10 {
			t.Errorf("created %d, left %d calls of 10", res.Created, len(res.Left))
		}
		w.isTidy()
		w.mustUp(project())
		w.isSynced(project())
	})
}

// TestLookupHoldsItsBound: the next apply takes no longer than it announces, even if no lookup gets an answer.
func TestLookupHoldsItsBound(t *testing.T) {
	for _, answers := range []int{0, 1, 3} { // of the lookups, before the platform hangs
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			began, abort := w.slow(nil), make(chan struct{})
			a := w.applier()
			a.SettleWindow, a.Abort = 0, abort
			go func() {
				<-began
				time.AfterFunc(time.Second, func() { close(abort) })
			}()
			if _, _, err := w.interrupted(t, a, began); !errors.Is(err, ErrInterrupted) {
				t.Fatal(err)
			}
			seen := 0
			w.fake.before = func(req *http.Request) (*http.Response, error) {
				if req.Method != http.MethodGet || !strings.Contains(req.URL.Path, "/dataSets") {
					return nil, nil
				}
				if seen++; seen <= answers {
					return nil, nil
				}
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			next, begin := w.applier(), time.Now()
			next.SettleWindow = 0
			var end time.Time // as announced
			next.Notify = func(e Event) { end = time.Now().Add(e.(Waiting).Most) }
			s := w.open()
			_, err := next.Recover(t.Context(), s)
			if err == nil || !strings.Contains(err.Error(), "did not answer the lookup in time") {
				t.Errorf("%d answers: %v", answers, err)
			}
			if now := time.Now(); now.After(end) || now.Sub(begin) > inFlight+listLag+30*time.Second {
				t.Errorf("%d answers: took %v, %v longer than announced", answers, now.Sub(begin), now.Sub(end))
			}
			if len(s.Unresolved()) != 1 {
				t.Errorf("%d answers: %d open calls", answers, len(s.Unresolved()))
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			w.fake.before = nil
			w.mustUp(project())
			w.isSynced(project())
		})
	}
}

// TestFolderGone: nothing is sent when nothing can be put on record.
func TestFolderGone(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	defer s.Close()
	if err := os.RemoveAll(w.paths.Folder); err != nil {
		t.Fatal(err)
	}
	_, err := w.applier().Apply(t.Context(), w.diff(s.Lock(), project()), s)
	if err == nil || !strings.Contains(err.Error(), "open journal") {
		t.Errorf("apply: %v", err)
	}
	if writes := w.fake.writes(); len(writes) != 0 {
		t.Errorf("sent all the same: %v", writes)
	}
}

func TestStalePlan(t *testing.T) {
	w := newWorld(t)
	plan := w.diff(&lockfile.Lock{}, project())
	w.mustUp(project())
	s := w.open()
	defer s.Close()
	var stale *StaleError
	if _, err := w.applier().Apply(t.Context(), plan, s); !errors.As(err, &stale) {
		t.Errorf("apply: %v", err)
	}
	plan = w.diff(s.Lock(), project())
	plan.Target.Sandbox = "prod"
	if _, err := w.applier().Apply(t.Context(), plan, s); err == nil || !strings.Contains(err.Error(), "sandbox prod") {
		t.Errorf("apply to another sandbox: %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	w := newWorld(t)
	w.fake.before = drop
	_, err := w.up(project())
	if err == nil || !strings.Contains(err.Error(), "ask for the tenant") {
		t.Errorf("apply: %v", err)
	}
	if w.file(w.paths.Lock) != "" || w.file(w.paths.Journal) != "" {
		t.Error("something was written")
	}
}

func TestSecretNotThere(t *testing.T) {
	w := newWorld(t)
	a := w.applier()
	a.Secrets = func(from string) (string, error) { return "", errors.New(from + " is not set") }
	s := w.open()
	defer s.Close()
	res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
	if err != nil || len(res.Failed) != 1 || res.Failed[0].Address.String() != "connection.crm" {
		t.Fatalf("err %v, result %+v", err, res)
	}
	if res.Created != 7 {
		t.Errorf("created %d, want what does not need the connection", res.Created)
	}
}

func TestBrokenPlans(t *testing.T) {
	w := newWorld(t)
	for name, calls := range map[string][]planner.Call{
		"ring":     {{N: 1, After: []int{2}}, {N: 2, After: []int{1}}},
		"unknown":  {{N: 1, After: []int{7}}},
		"itself":   {{N: 1, After: []int{1}}},
		"repeated": {{N: 1}, {N: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.open()
			defer s.Close()
			b := newBuilder(s)
			b.change(planner.Create, "connection.crm", `{"name":"crm"}`, lockfile.Entry{}, calls...)
			if _, err := w.applier().Apply(t.Context(), &b.plan, s); err == nil || !strings.Contains(err.Error(), "order the calls") {
				t.Errorf("apply: %v", err)
			}
		})
	}
}
