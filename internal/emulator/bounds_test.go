package emulator

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// What callers make the emulator keep, and how long they can hold it up, has
// bounds, whatever they send.

func TestRememberedRequestsAreBoundedInBytes(t *testing.T) {
	const size, room = 6 << 10, 1 << 20
	body := `{"x":"` + strings.Repeat("x", size) + `"}`
	for name, send := range map[string]func(*api){
		"bodies": func(a *api) { a.post(flowsPath, body).want(400) },
		"URLs":   func(a *api) { a.get(flowsPath + "?x=" + strings.Repeat("x", size)) },
		"headers": func(a *api) {
			a.do("GET", flowsPath, nil, "User-Agent", strings.Repeat("x", size))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, Options{})
			if a.s.recorder.room != 32<<20 {
				t.Errorf("there is room for %d bytes", a.s.recorder.room)
			}
			a.s.recorder.room = room
			held := func() (rs []Recorded, bytes int) {
				rs = a.s.Requests()
				for _, r := range rs {
					bytes += len(r.URL) + len(r.UserAgent) + len(r.Body)
				}
				return rs, bytes
			}
			const below, above = room/size - 20, room/size + 20
			for range below {
				send(a)
			}
			if rs, _ := held(); len(rs) != below+1 {
				t.Errorf("%d requests of %d are remembered", len(rs), below+1)
			}
			for range above - below {
				send(a)
			}
			rs, bytes := held()
			if bytes > room || bytes < room*9/10 {
				t.Errorf("%d bytes are remembered, at most %d are meant to be", bytes, room)
			}
			if first, last := rs[0].N, rs[len(rs)-1].N; last != above+1 || first != last-len(rs)+1 {
				t.Errorf("%d requests are remembered, %d to %d", len(rs), first, last)
			}
		})
	}
}

// within fails when f takes so long that something holds it up.
func within(t *testing.T, what string, f func(context.Context)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Errorf("%s is held up", what)
	}
}

// slowBodies begins n calls whose bodies never end until the test does.
func slowBodies(t *testing.T, a *api, n int, begin string) {
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait) // once every pipe is closed
	want := a.s.bodies.Load() + int64(n*len(begin))
	for range n {
		r, w := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), "POST", a.base+flowsPath, r)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if resp, err := a.http.Do(req); err == nil {
				resp.Body.Close()
			}
		})
		if _, err := io.WriteString(w, begin); err != nil { // it is being read
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
	}
	for a.s.bodies.Load() < want {
		time.Sleep(time.Millisecond)
	}
}

func TestSlowBodiesHoldNobodyUp(t *testing.T) {
	a := open(t, Options{MaxCalls: 2})
	slowBodies(t, a, 8, `{"name":`)
	within(t, "a call beside slow bodies", func(ctx context.Context) {
		a.do("GET", flowsPath, nil).want(200)
	})
}

// stuckWriter is a caller that does not read its answer.
type stuckWriter struct {
	*httptest.ResponseRecorder
	writing, release chan struct{}
}

func (w stuckWriter) Write(b []byte) (int, error) {
	close(w.writing)
	<-w.release
	return len(b), nil
}

func TestSlowReadersHoldNobodyUp(t *testing.T) {
	a := open(t, Options{MaxCalls: 1})
	w := stuckWriter{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.s.ServeHTTP(w, httptest.NewRequest("GET", flowsPath, nil))
	}()
	<-w.writing
	within(t, "a call beside one that does not read", func(ctx context.Context) {
		a.do("GET", flowsPath, nil).want(200)
	})
	close(w.release)
	<-done
}

// All bodies under way share one bound; over it, a call is refused and not
// kept waiting.
func TestBodiesUnderWayAreBounded(t *testing.T) {
	const one = 1000
	a := open(t, Options{MaxBody: one})
	slowBodies(t, a, maxBodies-1, strings.Repeat(" ", one))
	small := `{"name":"x"}`
	a.post(flowsPath, small).want(400)
	slowBodies(t, a, 1, strings.Repeat(" ", one))
	r := a.post(flowsPath, small).want(503)
	if !strings.Contains(string(r.raw), "try again") {
		t.Errorf("answer %s", r.raw)
	}
	a.get(flowsPath).want(200)
}

func TestBodiesUnderWayAreReturned(t *testing.T) {
	a := open(t, Options{MaxBody: 1000})
	for range 3 * maxBodies {
		a.post(flowsPath, strings.Repeat(" ", 1000)).want(400)
		a.post(flowsPath, strings.Repeat(" ", 1001)).want(413)
	}
	if n := a.s.bodies.Load(); n != 0 {
		t.Errorf("%d bytes are counted as under way", n)
	}
}

// A body that breaks off is not a body: half a file must not be taken for one.
func TestBrokenBodyIsRefused(t *testing.T) {
	a := open(t, Options{})
	req := httptest.NewRequest("PUT", "/data/foundation/import/batches/b/datasets/d/files/f",
		io.MultiReader(strings.NewReader("id\n"), failingReader{}))
	req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"}, "X-Gw-Ims-Org-Id": {DefaultOrg},
		"X-Sandbox-Name": {"prod"}}
	w := httptest.NewRecorder()
	a.s.ServeHTTP(w, req)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "breaks off") {
		t.Errorf("answer %d %s", w.Code, fmt.Sprint(w.Body))
	}
}
