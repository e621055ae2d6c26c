package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/raced"
)

// storm is a platform that is in trouble, in a way that an apply gets through.
type storm struct {
	name    string
	options emulator.Options
	// raise is called for each call to the services, with its number from 0; it
	// answers and returns true, or leaves it to the platform.
	raise   func(l *lab, n int, w http.ResponseWriter, r *http.Request, next http.Handler) bool
	args    []string
	applies int // how many it may take
	check   func(t *testing.T, l *lab)
}

func refuseWith(w http.ResponseWriter, status int, after string) bool {
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"error_code": "` + http.StatusText(status) + `", "message": "storm"}`))
	return true
}

// lose does the work and breaks the connection.
func lose(r *http.Request, next http.Handler) bool {
	next.ServeHTTP(nowhere{http.Header{}}, r)
	panic(http.ErrAbortHandler)
}

// nowhere loses the answer.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// signIns counts the tokens that were asked for.
func (l *lab) signIns() int {
	n := 0
	for _, r := range l.box.Requests() {
		if strings.HasPrefix(r.URL, "/ims/") {
			n++
		}
	}
	return n
}

// ticking is a clock that goes on, from the time that is pinned.
func ticking(t *testing.T) func() time.Time {
	at, err := time.Parse(time.RFC3339, pinned)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	return func() time.Time { return at.Add(time.Since(began)) }
}

// TestStorms takes the project from its first version to its second on a platform
// in trouble, and compares with a calm one.
func TestStorms(t *testing.T) {
	t.Parallel()
	calm := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	calm.docs("a")
	calm.mustRun(applyArgs()...)
	made := calm.freeze()
	calm = newLab(t, emulator.Options{KeepRequests: -1}, made)
	calm.docs("b")
	calm.mustRun(applyArgs()...)
	want := calm.inventory()

	writes := func(r *http.Request) bool { return r.Method != http.MethodGet }
	var quiet sync.Mutex
	var until time.Time // no call may come before this
	early := 0
	uses := map[string]int{} // by token
	for i, s := range []storm{
		// A change that does not show, as that of a secret, is sent up to five times: the
		// next apply goes on with a call that was hit each time.
		{
			name: "every third answer to a write is lost", applies: 2,
			raise: func(_ *lab, n int, _ http.ResponseWriter, r *http.Request, next http.Handler) bool {
				return writes(r) && n%3 == 0 && lose(r, next)
			},
		},
		{
			name: "429 with Retry-After", applies: 1,
			raise: func(_ *lab, n int, w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
				quiet.Lock()
				defer quiet.Unlock()
				if time.Now().Before(until) {
					early++
				}
				if n%20 != 10 {
					return false
				}
				// Calls that are on their way already are not a fault.
				until = time.Now().Add(time.Second - 10*time.Millisecond)
				return refuseWith(w, http.StatusTooManyRequests, "1")
			},
			check: func(t *testing.T, _ *lab) {
				quiet.Lock()
				defer quiet.Unlock()
				if early > 3*5 {
					t.Errorf("%d calls came during the pauses that the platform had asked for", early)
				}
			},
		},
		{
			name: "500 on every seventeenth call", applies: 12,
			raise: func(_ *lab, n int, w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
				return n%17 == 8 && refuseWith(w, http.StatusInternalServerError, "")
			},
		},
		{
			name: "each token is refused after twelve calls", applies: 1,
			raise: func(_ *lab, _ int, w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
				quiet.Lock()
				defer quiet.Unlock()
				token := r.Header.Get("Authorization")
				uses[token]++
				return uses[token] > 12 && refuseWith(w, http.StatusUnauthorized, "")
			},
			check: func(t *testing.T, l *lab) {
				if n := l.signIns(); n < 4 {
					t.Errorf("%d sign-ins for some 50 calls", n)
				}
			},
		},
		{
			name: "tokens live two seconds", applies: 1, args: []string{"--parallelism", "1"},
			options: emulator.Options{Now: ticking(t), TokenTTL: 2 * time.Second, Latency: 50 * time.Millisecond},
			check: func(t *testing.T, l *lab) {
				if n := l.signIns(); n < 2 {
					t.Errorf("%d sign-ins in an apply of more than two seconds", n)
				}
			},
		},
		{
			name: "new objects are listed late, and answers are lost", applies: 1,
			options: emulator.Options{Now: ticking(t), Switches: emulator.Switches{ListDelayMillis: 800}},
			raise: func(_ *lab, n int, _ http.ResponseWriter, r *http.Request, next http.Handler) bool {
				return r.Method == http.MethodPost && n%12 == 7 && lose(r, next)
			},
		},
	} {
		if raced.Enabled && i > 1 {
			break
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, s.options, made)
			var mu sync.Mutex
			n := 0
			l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.HasPrefix(r.URL.Path, "/data/") {
					next.ServeHTTP(w, r)
					return
				}
				mu.Lock()
				k := n
				n++
				mu.Unlock()
				if s.raise == nil || !s.raise(l, k, w, r, next) {
					next.ServeHTTP(w, r)
				}
			})
			l.docs("b")
			for k := 1; ; k++ {
				r := l.run(applyArgs(s.args...)...)
				if r.code == exitOK {
					break
				}
				if k == s.applies {
					t.Fatalf("not done after %d applies: %s", k, r)
				}
			}
			l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
			l.settled(want)
			if s.check != nil {
				s.check(t, l)
			}
			mu.Lock()
			defer mu.Unlock()
			t.Logf("%d calls", n)
		})
	}
}

// TestKilledAndListedLate: the process dies when the platform has made an object
// that it does not list yet, and the next apply comes at once.
func TestKilledAndListedLate(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{Now: ticking(t), Switches: emulator.Switches{ListDelayMillis: 900}}, crashed{})
	l.docs("a")
	var mu sync.Mutex
	posts, killed := 0, false
	cmd := l.command(applyArgs("--parallelism", "1")...)
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		if strings.HasPrefix(r.URL.Path, "/data/") && r.Method == http.MethodPost {
			posts++
		}
		dies := posts == 11 && !killed
		killed = killed || dies
		mu.Unlock()
		if dies {
			next.ServeHTTP(nowhere{http.Header{}}, r)
			_ = cmd.Process.Kill() // it waits for this very answer
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l.open()
	_ = cmd.Wait() // killed
	r := l.mustRun(applyArgs()...)
	mu.Lock()
	defer mu.Unlock()
	// One answer was lost; those before it may not have been on record yet.
	if !killed || !strings.Contains(r.stderr, ": done, ") {
		t.Errorf("the next apply did not find the object: %s", r)
	}
	if n := l.writes(); n != 37 {
		t.Errorf("%d writes, want each of the 37 once", n)
	}
	l.checkState()
}
