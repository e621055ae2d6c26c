package applier

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lands breaks the first create of a dataset for its sender, and carries it out
// after all, some time later.
func (w *world) lands(after time.Duration, broken func(*http.Request) error) {
	w.fake.before = once(isWrite("POST", "/dataSets"), func(req *http.Request) (*http.Response, error) {
		late := req.Clone(context.WithoutCancel(req.Context()))
		late.Body, _ = req.GetBody()
		err := broken(req)
		time.AfterFunc(after, func() {
			w.fake.mu.Lock()
			defer w.fake.mu.Unlock()
			w.fake.serve(late)
		})
		return nil, err
	})
}

func (w *world) datasets() int {
	n := 0
	for k := range w.fake.objects {
		if strings.Contains(k, "/dataSets/") {
			n++
		}
	}
	return n
}

// TestLandsAfterTheProcess: the process stops at once while a call is under way,
// the next apply comes at once, and the platform carries the call out much later.
func TestLandsAfterTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began, abort := make(chan struct{}), make(chan struct{})
		w.lands(50*time.Second, func(req *http.Request) error {
			close(began)
			<-req.Context().Done()
			return req.Context().Err()
		})
		a := w.applier()
		a.SettleWindow, a.Abort = 0, abort
		go func() {
			<-began
			time.AfterFunc(time.Second, func() { close(abort) }) // the second Ctrl-C comes after the first
		}()
		_, _, err := w.interrupted(t, a, began)
		if !errors.Is(err, ErrInterrupted) {
			t.Fatal(err)
		}
		if w.datasets() != 0 {
			t.Fatal("the call was carried out already: this test shows nothing")
		}
		next := w.applier()
		next.SettleWindow = 0
		var told []Waiting
		next.Notify = func(e Event) { told = append(told, e.(Waiting)) }
		s := w.open()
		begin := time.Now()
		got, err := next.Recover(t.Context(), s)
		took := time.Since(begin)
		s.Close()
		if err != nil || len(got) != 1 || !got[0].Done {
			t.Fatalf("recovered %+v, %v", got, err)
		}
		if took < 50*time.Second || took > 65*time.Second {
			t.Errorf("took %v, the dataset came after 50s", took)
		}
		if len(told) == 0 || told[0].Calls != 1 || told[0].Most < inFlight {
			t.Errorf("told %+v", told)
		}
		w.mustUp(project())
		if n := w.datasets(); n != 1 {
			t.Errorf("%d datasets", n)
		}
		w.isSynced(project())
		w.isTidy()
	})
}

// TestNeverLands: what does not come in time will not come, and is made again; an
// apply much later need not wait for it at all.
func TestNeverLands(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Minute, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			began, abort := make(chan struct{}), make(chan struct{})
			w.fake.before = once(isWrite("POST", "/dataSets"), func(req *http.Request) (*http.Response, error) {
				close(began)
				<-req.Context().Done()
				return nil, req.Context().Err()
			})
			a := w.applier()
			a.SettleWindow, a.Abort = 0, abort
			go func() {
				<-began
				time.AfterFunc(time.Second, func() { close(abort) })
			}()
			if _, _, err := w.interrupted(t, a, began); !errors.Is(err, ErrInterrupted) {
				t.Fatal(err)
			}
			<-time.After(pause)
			s := w.open()
			begin := time.Now()
			next := w.applier()
			next.SettleWindow = 0
			got, err := next.Recover(t.Context(), s)
			s.Close()
			if err != nil || len(got) != 1 || got[0].Done {
				t.Fatalf("recovered %+v, %v", got, err)
			}
			want := max(inFlight+listLag+next.heartbeat()-pause, 0)
			if took := time.Since(begin); took < want-time.Second || took > want+2*time.Second {
				t.Errorf("%v later: took %v, want about %v", pause, took, want)
			}
			w.mustUp(project())
			if n := w.datasets(); n != 1 {
				t.Errorf("%d datasets", n)
			}
		})
	}
}

// TestLandsLate: the connection breaks, the platform goes on with the call, and the
// apply that sent it goes on too, with all that does not need it.
func TestLandsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.lands(40*time.Second, func(*http.Request) error { return errDropped })
		a := w.applier()
		a.SettleWindow, a.Workers = 0, 1
		s := w.open()
		begin := time.Now()
		var mapping time.Duration
		a.Notify = func(e Event) {
			if d, ok := e.(Done); ok && d.Address.String() == "mapping.crm" {
				mapping = time.Since(begin)
			}
		}
		res, err := a.Apply(t.Context(), w.diff(s.Lock(), project()), s)
		s.Close()
		if err != nil || !res.OK() {
			t.Fatalf("apply: %v, failed %v", err, res.Failed)
		}
		if mapping > time.Second {
			t.Errorf("the mapping set, which needs no dataset, waited %v for the only slot", mapping)
		}
		if n := w.datasets(); n != 1 {
			t.Errorf("%d datasets", n)
		}
		w.isSynced(project())
	})
}
