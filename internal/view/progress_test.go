package view

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

var errRefused = errors.New("POST /data/foundation/flowservice/flows: 400 FLOW-1360-400 Invalid request: " +
	"start time is in the past (request id 5d4f)")

// explainRefused does what the command does with the platform's errors.
func explainRefused(err error) ErrorInfo {
	if errors.Is(err, errRefused) {
		return ErrorInfo{Status: 400, Code: "FLOW-1360-400", Title: "Invalid request", Detail: "start time is in the past", RequestID: "5d4f"}
	}
	return ErrorInfo{Title: err.Error()}
}

func about(kind resource.Kind, call int, step planner.Step, action planner.Action) applier.Subject {
	return applier.Subject{Address: addr(kind, "customers"), Call: call, Step: step, Action: action}
}

// aBadDay is an apply in which a call is retried, one fails and one is blocked.
func aBadDay() []applier.Event {
	source := about(resource.Source, 1, planner.StepCreate, planner.Replace)
	target := about(resource.Target, 2, planner.StepCreate, planner.Replace)
	flow := about(resource.Flow, 3, planner.StepCreate, planner.Replace)
	retire := about(resource.Flow, 4, planner.StepRetire, planner.Replace)
	moved := applier.Subject{Address: addr(resource.Mapping, "clients"), Action: planner.Move}
	return []applier.Event{
		applier.Done{Subject: moved, Last: true},
		applier.Started{Subject: source, Attempt: 1},
		applier.Started{Subject: target, Attempt: 1},
		applier.Done{Subject: source, Attempt: 1, ID: "6f2a1c88-4df5-4fe6-936f-81a19ce92f5c", Elapsed: 214 * time.Millisecond},
		applier.Retried{Subject: target, Attempt: 2, Err: errors.New("POST /data/foundation/flowservice/targetConnections: not sent: connection refused")},
		applier.Done{Subject: target, Attempt: 2, ID: "320f119a-5ac1-4ab1-88ea-eb19e674ea2e", Elapsed: 1900 * time.Millisecond, Adopted: true},
		applier.Started{Subject: flow, Attempt: 1},
		applier.Failed{Subject: flow, Attempt: 1, Elapsed: 75 * time.Second, Err: errRefused},
		applier.Blocked{Subject: retire, By: flow.Address, ByCall: 3},
	}
}

func badResult() applier.Result {
	flow := about(resource.Flow, 3, planner.StepCreate, planner.Replace)
	blocked := func(kind resource.Kind, call int, step planner.Step) applier.BlockedStep {
		return applier.BlockedStep{Subject: about(kind, call, step, planner.Replace), By: flow.Address, ByCall: 3}
	}
	return applier.Result{
		Updated: 1, Unchanged: 4,
		Failed: []applier.Failure{{Subject: flow, Method: "POST", URL: fs + "/flows", Origin: at(1), Err: errRefused, Unknown: true}},
		Blocked: []applier.BlockedStep{
			blocked(resource.Flow, 4, planner.StepRetire), blocked(resource.Flow, 5, planner.StepDelete),
			blocked(resource.Source, 6, planner.StepDelete), blocked(resource.Target, 7, planner.StepDelete),
		},
	}
}

func TestProgressPlain(t *testing.T) {
	var b bytes.Buffer
	g := newProgress(&b, columnAdded(), Options{}, nil)
	for _, e := range aBadDay() {
		g.Notify(e)
	}
	g.Close()
	check(t, "progress", b.Bytes())
}

// The bar counts each call once and leaves only its lines.
func TestProgressLive(t *testing.T) {
	var b lockedBuffer
	g := NewLiveProgress(output.New(&b), columnAdded(), Options{Width: 80}, nil)
	for _, e := range aBadDay() {
		g.Notify(e)
	}
	if got, want := g.current(), " 1 failed · 1 blocked"; got != want {
		t.Errorf("end of the bar is %q, want %q", got, want)
	}
	if got, want := g.status(5*time.Second), "4/8  00:05 [============>             ] 00:05 left 1 failed · 1 blocked"; got != want {
		t.Errorf("the bar is %q, want %q", got, want)
	}
	g.Close()
	out := b.String()
	if !strings.HasSuffix(out, "\r\x1b[K") {
		t.Errorf("the bar is left at the end of %q", out)
	}
	for _, want := range []string{"[1/8] source.customers: created 6f2a1c88… (0.2 s)", "could not create (1 min 15 s)", "blocked by flow.customers"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestProgressNamesRunningCalls(t *testing.T) {
	g := newProgress(&bytes.Buffer{}, many(100), Options{}, nil)
	for _, kind := range []resource.Kind{resource.Source, resource.Target, resource.Mapping, resource.Schema} {
		g.Notify(applier.Started{Subject: about(kind, 1, planner.StepCreate, planner.Create), Attempt: 1})
	}
	if got, want := g.current(), " create source.customers, create target.customers and 2 more"; got != want {
		t.Errorf("running calls are %q, want %q", got, want)
	}
}

// lockedBuffer may be written by the bar and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestEvents(t *testing.T) {
	var b bytes.Buffer
	e := NewEvents(&b, columnAdded(), explainRefused)
	for _, ev := range aBadDay() {
		e.Notify(ev)
	}
	if err := e.Finish(badResult(), 80*time.Second); err != nil {
		t.Fatal(err)
	}
	check(t, "events.jsonl", b.Bytes())
}

// A closed stream is reported at the end, once.
func TestEventsReportsTheStream(t *testing.T) {
	e := NewEvents(brokenPipe{}, columnAdded(), nil)
	e.Notify(aBadDay()[1])
	if err := e.Finish(applier.Result{}, 0); !errors.Is(err, errPipe) {
		t.Errorf("error %v, want %v", err, errPipe)
	}
}

var errPipe = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		name   string
		result applier.Result
		end    Closing
	}{
		{"done", applier.Result{Created: 8, Unchanged: 4}, Closing{Elapsed: 3200 * time.Millisecond, GoOn: "aepflow apply --target dev"}},
		{"failed", badResult(), Closing{
			Elapsed: 80 * time.Second, SavedIn: "dataflow.dev.lock", Next: "After correcting the cause, continue with:",
			GoOn: "aepflow apply --target dev", Explain: explainRefused,
		}},
		{"interrupted", applier.Result{Created: 2, Left: make([]planner.Call, 3), Interrupted: true}, Closing{
			Elapsed: time.Second, SavedIn: "dataflow.dev.lock", Next: "Continue with:", GoOn: "aepflow apply --target dev",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Summary(&b, columnAdded(), c.result, c.end, Options{}); err != nil {
				t.Fatal(err)
			}
			check(t, "summary-"+c.name, b.Bytes())
		})
	}
}

// A call that takes long shows that the program is alive: a line every ten seconds, or its time at the end of the bar.
func TestSlowCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		g := NewProgress(&b, many(100), Options{}, nil)
		s := about(resource.Flow, 1, planner.StepCreate, planner.Create)
		g.Notify(applier.Started{Subject: s, Attempt: 1})
		time.Sleep(slowCall - time.Second)
		if got := g.current(); got != " create flow.customers" {
			t.Errorf("the bar ends with %q after %s", got, slowCall-time.Second)
		}
		time.Sleep(23 * time.Second)
		if got := g.current(); got != " create flow.customers (25s)" {
			t.Errorf("the bar ends with %q", got)
		}
		g.Notify(applier.Done{Subject: s, Attempt: 1, ID: "1", Elapsed: 25 * time.Second})
		time.Sleep(time.Minute)
		g.Close()
		want := "still running: create (10.0 s)\nstill running: create (20.0 s)\ncreated 1 (25.0 s)\n"
		if got := regexp.MustCompile(`(?m)^.*flow.customers: `).ReplaceAllString(b.String(), ""); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// On a terminal, totals break between words; in a file, they stay one line.
func TestWrapped(t *testing.T) {
	text := strings.TrimSuffix(strings.Repeat("0123456789 ", 12), " ")
	for width, want := range map[int]string{
		0:  "head " + text + "\n",
		80: "head " + text[:65] + "\n     " + text[66:] + "\n",
		81: "head " + text[:76] + "\n     " + text[77:] + "\n",
	} {
		c := newCanvas(Options{Width: width})
		c.wrapped(plain, "head ", text)
		if got := c.buf.String(); got != want {
			t.Errorf("width %d: got\n%swant\n%s", width, got, want)
		}
	}
}

// What a call did has the color of its action in the plan.
func TestProgressColors(t *testing.T) {
	for want, c := range map[style]struct {
		step   planner.Step
		action planner.Action
	}{
		green: {planner.StepCreate, planner.Create}, yellow: {planner.StepUpdate, planner.Update},
		magenta: {planner.StepCreate, planner.Replace}, red: {planner.StepDelete, planner.Delete}, cyan: {"", planner.Move},
	} {
		if got := styleOfStep(Event{Step: c.step, Action: c.action.String()}); got != want {
			t.Errorf("%s %s: style %d, want %d", c.step, c.action, got, want)
		}
	}
}

func TestTimeLeft(t *testing.T) {
	g := &Progress{total: 40}
	for _, c := range []struct {
		settled int
		elapsed time.Duration
		want    string
	}{
		{0, time.Minute, ""}, {1, 900 * time.Millisecond, ""}, {10, 20 * time.Second, " 01:00 left"},
		{39, 39 * time.Minute, " 01:00 left"}, {1, 2 * time.Hour, " 4680:00 left"}, {40, time.Minute, ""},
	} {
		g.ended = c.settled
		if got := g.left(c.elapsed); got != c.want {
			t.Errorf("%d of %d after %s: %q, want %q", c.settled, g.total, c.elapsed, got, c.want)
		}
	}
}

// TestProgressWaiting: the wait for an object is one line, and then counted
// down at the end of the bar until the call has come to its end.
func TestProgressWaiting(t *testing.T) {
	var b bytes.Buffer
	g := newProgress(&b, many(100), Options{}, nil)
	s := about(resource.Flow, 1, planner.StepCreate, planner.Create)
	g.Notify(applier.Started{Subject: s, Attempt: 1})
	for _, left := range []time.Duration{90 * time.Second, 80 * time.Second} {
		g.Notify(applier.Waiting{Subject: s, Calls: 1, Most: left})
	}
	line := "flow.customers: not known whether the create was carried out; looking for it, 1 min 30 s at most (--lost-after)\n"
	if got := b.String(); strings.TrimLeft(got, " ") != line {
		t.Errorf("got  %swant %s", got, line)
	}
	if got, want := g.current(), " create flow.customers (looking for it, 1m20s left)"; got != want {
		t.Errorf("the bar ends with %q, want %q", got, want)
	}
	g.Notify(applier.Done{Subject: s, Attempt: 1, ID: "1", Adopted: true})
	if got := g.current(); strings.Contains(got, "looking") {
		t.Errorf("the bar ends with %q", got)
	}
}
