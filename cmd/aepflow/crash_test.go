package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/raced"
)

// killPoint is where a process is killed: at a system call, or by the platform at
// a request.
type killPoint struct {
	boundary int // index of the system call's side, -1 for none
	request  int // index of the request
	done     bool
	name     string
	again    int // the run after it dies too, at this boundary; 0 for not
}

// scenario is an apply that is killed at every point.
type scenario struct {
	name string
	from crashed
	to   string // version of the documents
	want []string
	seen []boundary
	asks int // requests of an undisturbed run
	args []string
}

// TestKilledProcess kills the real process with SIGKILL on both sides of every
// system call that writes to the project or carries a request or an answer, and,
// by the platform's hand, at every request before and after its work. The next
// apply goes on; then the platform is what an undisturbed apply would have made,
// ids aside, and the lockfile says so. CRASH_ALL=1 takes every point, which
// takes minutes; otherwise it is a sample.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	tracing := canTrace(t)
	first := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	first.docs("a")
	first.mustRun(applyArgs()...)
	made := first.freeze()

	var mu sync.Mutex
	ran, killed, repeats := 0, 0, 0
	t.Run("points", func(t *testing.T) {
		for _, sc := range []*scenario{
			{name: "create", to: "a", args: applyArgs("--parallelism", "1")},
			{name: "change", from: made, to: "b", args: applyArgs("--parallelism", "1")},
			{name: "change, four workers", from: made, to: "b", args: applyArgs("--parallelism", "4")},
		} {
			if os.Getenv("CRASH_ALL") == "" && strings.Contains(sc.name, "workers") {
				continue
			}
			sc.undisturbed(t, tracing)
			points := sc.points(tracing)
			t.Logf("%s: %d requests, %d sides of system calls, %d points", sc.name, sc.asks, len(sc.seen), len(points))
			for _, p := range points {
				t.Run(sc.name+"/"+p.name, func(t *testing.T) {
					t.Parallel()
					dead, applies := sc.kill(t, p)
					mu.Lock()
					defer mu.Unlock()
					ran++
					killed += dead
					repeats += applies - 1
				})
			}
		}
	})
	t.Logf("%d kill points ran, %d processes were killed, %d further applies were needed beyond the first after the kill", ran, killed, repeats)
}

// undisturbed applies without a kill, and keeps what there was to kill at.
func (sc *scenario) undisturbed(t *testing.T, tracing bool) {
	l := newLab(t, emulator.Options{}, sc.from)
	l.docs(sc.to)
	if tracing {
		l.open()
		code, said := l.traced(sc.args, nil, func(b boundary) bool {
			sc.seen = append(sc.seen, b)
			return false
		})
		if code != exitOK {
			t.Fatalf("undisturbed: exit code %d\n%s", code, said)
		}
	} else {
		l.mustRun(sc.args...)
	}
	sc.asks = len(l.box.Requests())
	sc.want = l.inventory()
	l.settled(sc.want)
}

// traced runs the program under the tracer and returns what it said.
func (l *lab) traced(args []string, started func(int), at func(boundary) bool) (code int, said string) {
	l.t.Helper()
	out, err := os.CreateTemp(l.t.TempDir(), "said")
	if err != nil {
		l.t.Fatal(err)
	}
	defer out.Close()
	code, err = traced(l.dir, append([]string{program(l.t)}, args...), l.environ(), started, out, at)
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		l.t.Fatal(err)
	}
	return code, string(text)
}

// points are the kill points to run: all of them, or those that a person would
// look at first.
func (sc *scenario) points(tracing bool) []killPoint {
	var all []killPoint
	for i, b := range sc.seen {
		all = append(all, killPoint{boundary: i, name: fmt.Sprintf("%03d %s", i, b)})
	}
	for i := range sc.asks {
		for _, done := range []bool{false, true} {
			when := map[bool]string{false: "before the work of", true: "before the answer to"}[done]
			all = append(all, killPoint{boundary: -1, request: i, done: done, name: fmt.Sprintf("%s request %03d", when, i)})
		}
	}
	rng := rand.New(rand.NewPCG(6, uint64(len(sc.name))))
	for i := 0; tracing && i < len(sc.seen); i += 10 {
		b, again := rng.IntN(len(sc.seen)), 1+rng.IntN(len(sc.seen))
		all = append(all, killPoint{boundary: b, again: again, name: fmt.Sprintf("twice, %03d then %03d", b, again)})
	}
	if os.Getenv("CRASH_ALL") != "" {
		if strings.Contains(sc.name, "workers") { // the same calls in another order
			return slices.DeleteFunc(all, func(p killPoint) bool { return (p.boundary+p.request)%3 != 0 })
		}
		return all
	}
	return sc.sample(all)
}

// sample takes a few points of each sort.
func (sc *scenario) sample(all []killPoint) []killPoint {
	want := 2
	if raced.Enabled {
		want = 1
	}
	every := max(1, len(all)/envInt("CRASH_POINTS", want))
	var out []killPoint
	for i, p := range all {
		replacing := false // a file: what is left of it must go
		if p.boundary >= 0 && p.again == 0 && sc.name == "change" {
			at := sc.seen[p.boundary].String()
			replacing = strings.HasPrefix(at, "after rename to dataflow") || strings.HasPrefix(at, "before rename to")
		}
		if i%every == every/2 || replacing {
			out = append(out, p)
		}
	}
	return out
}

// kill runs an apply that is killed at a point, and goes on until it is done. It
// returns how many processes were killed and how many applies it took after that.
func (sc *scenario) kill(t *testing.T, p killPoint) (dead, applies int) {
	l := newLab(t, emulator.Options{}, sc.from)
	l.docs(sc.to)
	if p.boundary >= 0 {
		dead += l.killAt(sc.args, p.boundary)
	} else {
		dead += l.killByPlatform(sc.args, p.request, p.done)
	}
	// Mostly somebody comes back after a while; sometimes at once, when the
	// platform may still be late to list what it has made.
	if (p.boundary+p.request)%4 != 0 {
		l.later(2 * time.Minute)
	}
	if p.again > 0 {
		dead += l.killAt(sc.args, p.again)
	}
	for applies = 1; ; applies++ {
		r := l.run(sc.args...)
		if r.code == exitOK {
			break
		}
		if applies == 3 {
			t.Fatalf("not done after %d applies: %s", applies, r)
		}
	}
	l.settled(sc.want)
	return dead, applies
}

func (l *lab) killAt(args []string, n int) int {
	l.open()
	code, _ := l.traced(args, nil, func(boundary) bool {
		n--
		return n < 0
	})
	if code >= 0 {
		return 0 // it had come to its end: fewer calls than the undisturbed one
	}
	return 1
}

// killByPlatform lets the platform kill its caller at a request.
func (l *lab) killByPlatform(args []string, n int, done bool) int {
	l.t.Helper()
	cmd := l.command(args...)
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	if err := l.box.Inject(emulator.Fault{Skip: n, Kill: cmd.Process.Pid, Drop: true, After: done}); err != nil {
		l.t.Fatal(err)
	}
	l.open()
	_ = cmd.Wait() // its state says how it ended
	l.box.ClearFaults()
	if cmd.ProcessState.Exited() {
		return 0
	}
	return 1
}

// settled checks that all is as it should be when everything is done.
func (l *lab) settled(want []string) {
	l.t.Helper()
	if d := cmp.Diff(want, l.inventory()); d != "" {
		l.t.Errorf("the platform differs (-undisturbed +this):\n%s", d)
	}
	l.checkState()
	if r := l.run("plan", "--detailed-exitcode"); r.code != exitOK {
		l.t.Errorf("another plan: %s", r)
	}
}

// TestCrashProjectCovers holds the two versions of the project to what the crash
// tests claim: every kind is created, updated, replaced and deleted, but for what
// the platform does not have.
func TestCrashProjectCovers(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{KeepRequests: -1}, crashed{})
	l.docs("a")
	l.mustRun(applyArgs()...)
	l.docs("b")
	var plan struct {
		Changes []struct {
			Kind    string
			Actions []string
		}
	}
	r := l.mustRun("plan", "-o", "json", "--allow-data-loss", "--allow-mass-delete", "--on-replace", "continue")
	if err := json.Unmarshal([]byte(r.stdout), &plan); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, c := range plan.Changes {
		got[c.Kind+" "+strings.Join(c.Actions, " and ")] = true
	}
	impossible := []string{
		"fieldgroup create and delete", "schema create and delete", // they only grow
		"union update", "union create and delete", "union delete", // a tag stays
	}
	for _, kind := range []string{"connection", "fieldgroup", "schema", "descriptor", "union", "dataset", "source", "target", "mapping", "flow"} {
		for _, action := range []string{"create", "update", "create and delete", "delete"} {
			if what := kind + " " + action; got[what] == slices.Contains(impossible, what) {
				t.Errorf("%s: in the plan %v", what, got[what])
			}
		}
	}
	if _, err := os.Stat(filepath.Join(l.dir, "dataflow.here.lock")); err != nil {
		t.Error(err)
	}
}
