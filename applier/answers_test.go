package applier_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/resource"
)

// lostAfter is the default of --lost-after.
const lostAfter = 92 * time.Second

// harm is one way in which an answer goes wrong, and the row of platform.Answers that
// it is a case of.
type harm struct {
	name   string
	answer platform.Answer
	fault  emulator.Fault
	// work says whether the platform does the work: never, always, or either way.
	never, always bool
	// variant marks another form of what a harm before it shows: it is tried on a create
	// only, and without a kill.
	variant bool
}

func body(text string) json.RawMessage { return json.RawMessage(text) }

// harms are all rows, in all their forms. The status of a form without one is that of
// the emulator's own answer.
func harms() []harm {
	out := []harm{
		{name: "refused connection", answer: platform.NotSent, fault: emulator.Fault{Refuse: true, Drop: true}, never: true},
		{name: "reset", answer: platform.NoAnswer, fault: emulator.Fault{Drop: true}},
		{name: "timeout", answer: platform.NoAnswer, fault: emulator.Fault{DelayMillis: 95_000}},
		{name: "truncated", answer: platform.Unreadable, fault: emulator.Fault{Truncate: true}, always: true},
		{name: "HTML", answer: platform.Unreadable, fault: emulator.Fault{Status: 200, Body: body(`"<html>"`), ContentType: "text/html"}},
		{name: "not JSON", answer: platform.Unreadable, fault: emulator.Fault{Status: 201, Body: body(`"{\"id\":"`), ContentType: "application/json"}},
		{name: "empty", answer: platform.Unreadable, fault: emulator.Fault{Status: 201, Body: body(`""`)}},
		{name: "302", answer: platform.Redirect, fault: emulator.Fault{Status: 302, Header: map[string]string{"Location": "https://elsewhere.example/"}}},
		{name: "401", answer: platform.SignedOut, fault: emulator.Fault{Status: 401}, never: true},
		{name: "429", answer: platform.Throttled, fault: emulator.Fault{Status: 429}, never: true},
	}
	for i, text := range []string{`{}`, `null`, `[]`, `"text"`, `{"id":true}`, `{"id":""}`, `{"etag":"x"}`, `{"id":"../../flows"}`, `{"id":"a/b"}`, `{"id":"x?op=disable"}`, `{"id":"a\u0007b"}`} {
		out = append(out, harm{name: "2xx " + text, answer: platform.Accepted, fault: emulator.Fault{Status: 201, Body: body(text), ContentType: "application/json"}, variant: i > 0})
	}
	for _, status := range []int{400, 403, 404, 409, 410, 412, 422} {
		out = append(out, harm{name: fmt.Sprint(status), answer: platform.Refused, fault: emulator.Fault{Status: status}, never: true})
	}
	for i, status := range []int{404, 400, 401, 429} {
		for k, text := range []string{`"<html>"`, `""`, `{}`, `[]`} {
			out = append(out, harm{name: fmt.Sprint(status, " ", text), answer: platform.Unexplained, fault: emulator.Fault{Status: status, Body: body(text)}, variant: i+k > 0})
		}
	}
	for i, status := range []int{500, 501, 505} {
		out = append(out, harm{name: fmt.Sprint(status), answer: platform.ServerError, fault: emulator.Fault{Status: status}, variant: i > 0})
	}
	for i, status := range []int{503, 408, 502, 504} {
		out = append(out, harm{name: fmt.Sprint(status), answer: platform.Unavailable, fault: emulator.Fault{Status: status}, variant: i > 0})
	}
	return append(out, harm{name: "503 with an error of the service", answer: platform.Unavailable, fault: emulator.Fault{Status: 503,
		Body: body(`{"type":"https://ns.adobe.com/aep/errors/FLOW-1103-503","title":"Service Unavailable","status":503}`), ContentType: "application/json"}, variant: true})
}

// deed is a call that is harmed: its plan leads from one graph to another.
type deed struct {
	name, method string
	from, to     *resource.Graph
}

func connectionOf(t *testing.T, title string) *resource.Graph {
	t.Helper()
	g := compile(t, strings.NewReplacer("title: CRM database", "title: "+title))
	for _, r := range g.All() {
		if r.Address.Kind == resource.Connection { // without its secret, whose hash is slow on purpose
			text := strings.ReplaceAll(string(r.Body.JSON()), "${env.CRM_DB_PASSWORD}", "open")
			r.Body = resource.NewBody(must(resource.Parse([]byte(text))))
			return resource.NewGraph([]resource.Resource{r})
		}
	}
	t.Fatal("the example has no connection")
	return nil
}

func deeds(t *testing.T) []deed {
	none, first, second := resource.NewGraph(nil), connectionOf(t, "CRM database"), connectionOf(t, "CRM database, read replica")
	return []deed{{"create", "POST", none, first}, {"update", "PATCH", first, second}, {"delete", "DELETE", first, none}}
}

// expect is what the table says of a harmed call: how often it is sent in the first
// apply, whether that apply is complete, and whether it leaves the call open.
func (h harm) expect(d deed, done bool) (sent int, ok, open bool) {
	row := platform.Answers[h.answer]
	known, again := row.Change, row.ChangeAgain
	if d.method == "DELETE" {
		known, again = row.Delete, row.DeleteAgain
	}
	accepted := h.answer == platform.Unreadable || h.answer == platform.Accepted
	switch {
	case d.method == "DELETE" && h.fault.Status == http.StatusPreconditionFailed:
		return 2, true, false // the version is read again
	case again == platform.AtOnce, h.answer == platform.SignedOut:
		return 2, true, false
	case known == platform.NotDone:
		gone := d.method == "DELETE" && h.fault.Status == http.StatusNotFound
		return 1, gone, false
	case d.method == "DELETE" && known == platform.Done, done:
		return 1, true, false
	case again == platform.AfterLookup:
		return 2, true, false
	}
	return 1, false, accepted
}

// stand is an emulator on the clock of a bubble, whose writes are counted.
type stand struct {
	*site
	began time.Time
	mu    sync.Mutex
	sent  []time.Time // writes of the deed's method
}

func (s *stand) now() time.Time { return noon.Add(time.Since(s.began)) }

func newStand(t *testing.T, lag time.Duration) *stand {
	s := &stand{began: time.Now()}
	s.site = newSite(t, emulator.Options{Now: s.now, KeepRequests: -1, Switches: emulator.Switches{ListDelayMillis: lag.Milliseconds(), Secrets: "show"}})
	return s
}

// up is recover, plan, apply, with the default of Late.
func (s *stand) up(ctx context.Context, g *resource.Graph, d applier.Doer, notify func(applier.Event)) (applier.Result, error) {
	s.t.Helper()
	session := s.open()
	defer session.Close()
	a := applier.Applier{Client: d, Now: s.now, Notify: notify, Secrets: func(string) (string, error) { return "canary-password", nil }}
	if _, err := a.Recover(ctx, session); err != nil {
		return applier.Result{}, fmt.Errorf("recover: %w", err)
	}
	return a.Apply(ctx, s.plan(session.Lock(), g), session)
}

func (s *stand) mustUp(g *resource.Graph) {
	s.t.Helper()
	if res, err := s.up(s.t.Context(), g, s.client(), nil); err != nil || !res.OK() {
		s.t.Fatalf("apply: %v; failed %v", err, res.Failed)
	}
}

// counted returns a client whose writes of a method are counted.
func (s *stand) counted(method string) *platform.Client {
	s.t.Helper()
	next := s.server.Transport()
	return s.clientOver(roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == method && strings.Contains(req.URL.Path, "/flowservice/") {
			s.mu.Lock()
			s.sent = append(s.sent, time.Now())
			s.mu.Unlock()
		}
		return next.RoundTrip(req)
	}))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (s *stand) connections() int {
	n := 0
	for _, o := range s.server.Objects() {
		if o.Kind == "connections" && o.Sandbox == sandbox {
			n++
		}
	}
	return n
}

// isEnd checks that the platform has what the graph asks for, once, and that nothing
// is left to do or to find out.
func (s *stand) isEnd(g *resource.Graph) {
	s.t.Helper()
	if n := s.connections(); n != len(g.All()) {
		s.t.Errorf("%d connections on the platform, want %d", n, len(g.All()))
	}
	if p := s.plan(s.lock(), g); len(p.Changes) != 0 {
		s.t.Errorf("another plan still has %d changes", len(p.Changes))
	}
	session := s.open()
	defer session.Close()
	if open := session.Unresolved(); len(open) != 0 {
		s.t.Errorf("%d calls are still open", len(open))
	}
}

// walk calls f for every row, deed, and work done or not, in a bubble of its own.
func walk(t *testing.T, lag time.Duration, variants bool, f func(t *testing.T, s *stand, h harm, d deed, done bool)) {
	rows := map[platform.Answer]bool{platform.NotSendable: true} // nothing is harmed there
	all := deeds(t)
	for _, h := range harms() {
		rows[h.answer] = true
		for _, d := range all {
			for _, done := range []bool{false, true} {
				lies := d.method == "DELETE" && platform.Answers[h.answer].Delete == platform.Done && !done
				lies = lies || d.method == "DELETE" && h.fault.Status == http.StatusNotFound && h.answer == platform.Refused
				if h.never && done || h.always && !done || lies || h.variant && (!variants || d.method != "POST") {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/done %v", h.name, d.name, done), func(t *testing.T) {
					if raced.Enabled && h.variant {
						t.Skip("runs as it ships: each case is an apply")
					}
					synctest.Test(t, func(t *testing.T) {
						s := newStand(t, lag)
						if len(d.from.All()) > 0 {
							s.mustUp(d.from)
							time.Sleep(lag)
						}
						fault := h.fault
						fault.Method, fault.Path, fault.After = d.method, "/flowservice/*", done
						if err := s.server.Inject(fault); err != nil {
							t.Fatal(err)
						}
						f(t, s, h, d, done)
					})
				})
			}
		}
	}
	for answer := range platform.Answers {
		if !rows[platform.Answer(answer)] {
			t.Errorf("no case of row %q", platform.Answers[answer].When)
		}
	}
}

// TestAnswers walks the table of platform.Answers, with lists that show an object a
// minute after it was created: never two objects, never a lost one, as many calls as
// the table says, and none sent again before its time.
func TestAnswers(t *testing.T) {
	walk(t, time.Minute, true, func(t *testing.T, s *stand, h harm, d deed, done bool) {
		sent, ok, open := h.expect(d, done)
		waited := false
		res, err := s.up(t.Context(), d.to, s.counted(d.method), func(e applier.Event) {
			if w, is := e.(applier.Waiting); is && w.Calls == 1 && w.Most <= lostAfter {
				waited = true
			}
		})
		if err != nil || res.OK() != ok || (res.Unknown > 0) != open {
			t.Fatalf("error %v, failed %v, unknown %d; want complete %v, open %v", err, res.Failed, res.Unknown, ok, open)
		}
		if len(s.sent) != sent {
			t.Errorf("sent %d times, want %d", len(s.sent), sent)
		}
		late := platform.Answers[h.answer].ChangeAgain == platform.AfterLookup && d.method != "DELETE"
		if late && sent == 2 {
			if gap := s.sent[1].Sub(s.sent[0]); gap < lostAfter {
				t.Errorf("sent again after %v", gap)
			}
			if !waited {
				t.Error("the wait was not told")
			}
		}
		if h.answer == platform.Refused && (waited || time.Since(s.sent[0]) > 0) {
			t.Errorf("a plain refusal took %v", time.Since(s.sent[0]))
		}
		s.goOn(t, d, open)
		s.isEnd(d.to)
	})
}

// goOn applies again, until all is done. A create that the platform accepted and did
// not carry out stays open until it is given up.
func (s *stand) goOn(t *testing.T, d deed, open bool) {
	t.Helper()
	if res, err := s.up(t.Context(), d.to, s.client(), nil); err == nil && res.OK() {
		return
	} else if unlisted := (*applier.UnlistedError)(nil); !open || d.method != "POST" || !errors.As(err, &unlisted) {
		t.Fatalf("apply again: %v; failed %v", err, res.Failed)
	}
	if n := s.connections(); n != 0 {
		t.Fatalf("open, with %d connections", n)
	}
	session := s.open()
	for _, in := range session.Unresolved() {
		session.Settle(lockfile.Outcome{N: in.N, Aborted: true})
	}
	if err := errors.Join(session.Commit(""), session.Close()); err != nil {
		t.Fatal(err)
	}
	s.mustUp(d.to)
}

// TestAnswersKilled walks the same table and kills the process at the first look-up
// after the harmed call: the next one goes on from the journal.
func TestAnswersKilled(t *testing.T) {
	if raced.Enabled {
		t.Skip("runs as it ships: each case is three applies")
	}
	killed := 0
	walk(t, time.Minute, false, func(t *testing.T, s *stand, h harm, d deed, done bool) {
		copied := lockfile.PathsIn(t.TempDir(), "dev")
		doomed := &doomed{next: s.counted(d.method), method: d.method, die: func() { copyFiles(t, s.paths, copied) }}
		res, err := s.up(t.Context(), d.to, doomed, nil)
		if err != nil {
			t.Fatalf("error %v, failed %v", err, res.Failed)
		}
		if doomed.dead {
			killed++
			s.paths = copied
		}
		sent, _, open := h.expect(d, done)
		s.goOn(t, d, open)
		s.isEnd(d.to)
		if done && len(s.sent) > sent {
			t.Errorf("sent %d times, want %d at most", len(s.sent), sent)
		}
	})
	t.Logf("%d killed in a look-up", killed)
	if killed < 25 {
		t.Errorf("only %d look-ups were killed", killed)
	}
}

// doomed dies at the first read after a write.
type doomed struct {
	next    applier.Doer
	method  string
	die     func()
	mu      sync.Mutex
	written bool
	dead    bool
}

func (k *doomed) Do(ctx context.Context, r platform.Request) (platform.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.written && r.Method == http.MethodGet && !k.dead {
		k.dead = true
		k.die()
	}
	if k.dead {
		return platform.Response{}, errDead
	}
	res, err := k.next.Do(ctx, r)
	k.written = k.written || r.Method == k.method
	return res, err
}

// TestAcceptedListedMuchLater: an accepted create is not sent again however long the
// lists lag, and is found when they show it.
func TestAcceptedListedMuchLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, time.Hour)
		g := connectionOf(t, "CRM database")
		if err := s.server.Inject(emulator.Fault{Method: "POST", Path: "/connections", After: true, Status: 201, Body: body(`{}`)}); err != nil {
			t.Fatal(err)
		}
		c := s.counted("POST")
		began := time.Now()
		res, err := s.up(t.Context(), g, c, nil)
		if took := time.Since(began); err != nil || res.Unknown != 1 || took < lostAfter || took > lostAfter+time.Second {
			t.Fatalf("after %v: %v, %+v", took, err, res)
		}
		for range 3 {
			time.Sleep(5 * time.Minute)
			began := time.Now()
			var unlisted *applier.UnlistedError
			if _, err := s.up(t.Context(), g, c, nil); !errors.As(err, &unlisted) || time.Since(began) > time.Second {
				t.Fatalf("after %v: %v", time.Since(began), err)
			}
		}
		time.Sleep(time.Hour)
		if res, err := s.up(t.Context(), g, c, nil); err != nil || !res.OK() || len(s.sent) != 1 {
			t.Errorf("%v, failed %v, sent %d times", err, res.Failed, len(s.sent))
		}
		s.isEnd(g)
	})
}

// TestInterruptedLookup: the first Ctrl-C ends the wait for a lost answer at once, and
// the call stays open.
func TestInterruptedLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, time.Minute)
		g := connectionOf(t, "CRM database")
		if err := s.server.Inject(emulator.Fault{Method: "POST", Path: "/connections", After: true, Status: 503}); err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, interrupt)
		began := time.Now()
		res, err := s.up(ctx, g, s.client(), nil)
		if took := time.Since(began); !errors.Is(err, applier.ErrInterrupted) || res.Unknown != 1 || took != 5*time.Second {
			t.Errorf("after %v: %v, %+v", took, err, res)
		}
		s.mustUp(g)
		s.isEnd(g)
	})
}

// TestAnswersOfEveryKind loses the answer to each create of the example to a 503 and to
// an empty object, with lists that lag: every kind is found.
func TestAnswersOfEveryKind(t *testing.T) {
	g := first(t)
	for _, fault := range []emulator.Fault{
		{Status: 503}, {Status: 500}, {Status: 201, Body: body(`{}`), ContentType: "application/json"}, {Status: 200, Body: body(`null`), ContentType: "application/json"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStand(t, 4*time.Second)
			fault.Path, fault.After, fault.Times = "/data/foundation/*", true, -1
			for _, fault.Method = range []string{"POST", "PATCH", "PUT"} {
				if err := s.server.Inject(fault); err != nil {
					t.Fatal(err)
				}
			}
			s.mustUp(g)
			calm := newStand(t, 0)
			calm.mustUp(g)
			if got, want := s.inventory(), calm.inventory(); !slices.Equal(got, want) {
				t.Errorf("%d %s: got %d objects, want %d", fault.Status, fault.Body, len(got), len(want))
			}
			for _, e := range s.lock().Entries {
				if !e.Address.IsZero() && e.ID == "" {
					t.Errorf("%s has no id", e.Address)
				}
			}
		})
	}
}
