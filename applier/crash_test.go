package applier

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// graphOf is the graph of hand-made things.
func graphOf(things []thing) *resource.Graph {
	var list []resource.Resource
	for _, th := range things {
		v := must(resource.Parse([]byte(th.body)))
		var rules []resource.Edge
		switch th.address().Kind {
		case resource.Union:
			rules = append(rules, resource.Edge{To: must(resource.ParseAddress("descriptor.crm-id")), Via: "primary identity"})
		case resource.Dataset:
			rules = append(rules, resource.Edge{To: must(resource.ParseAddress("union.crm")), Via: "profile"})
		}
		list = append(list, resource.Resource{Address: th.address(), Body: resource.NewBody(v), Needs: resource.NeedsOf(v, rules...), Replace: "backfill"})
	}
	return resource.NewGraph(list)
}

// diff plans with the real planner.
func (w *world) diff(l *lockfile.Lock, things []thing) *planner.Plan {
	p, report := planner.Diff(l, graphOf(things), planner.Options{
		At: w.now(), Target: planner.Target{Name: "dev", Org: target.Org, Sandbox: target.Sandbox}, AllowDataLoss: true,
	})
	if report.HasErrors() {
		w.t.Fatalf("diff: %v", report.Sorted())
	}
	return p
}

// up is what a person does: recover, plan, apply.
func (w *world) up(things []thing) (Result, error) {
	w.t.Helper()
	s := w.open()
	defer s.Close()
	if _, err := w.applier().Recover(w.t.Context(), s); err != nil {
		return Result{}, fmt.Errorf("recover: %w", err)
	}
	return w.applier().Apply(w.t.Context(), w.diff(s.Lock(), things), s)
}

func (w *world) mustUp(things []thing) Result {
	w.t.Helper()
	res, err := w.up(things)
	if err != nil || !res.OK() {
		w.t.Fatalf("apply: %v; failed %v, blocked %v", err, res.Failed, res.Blocked)
	}
	return res
}

// isSynced checks that another plan has nothing to do.
func (w *world) isSynced(things []thing) {
	w.t.Helper()
	p := w.diff(w.lock(), things)
	for _, c := range p.Changes {
		w.t.Errorf("still planned: %s %s (%s)", c.Action, c.Address, c.Reason)
	}
}

// later is the project after a change of everything that can change: a table
// that makes the trio go, a mapping, names, a stop, and one flow less.
func later() []thing {
	things := second(project())
	for i, th := range things {
		things[i].body = strings.NewReplacer(
			`"tableName":"t"`, `"tableName":"u"`,
			"First Name", "Last Name",
			`"name":"crm data"`, `"name":"crm records"`,
			`"title":"crm"`, `"title":"crm schema"`,
			`"title":"crm fields"`, `"title":"crm own fields"`,
			`"name":"crm","auth"`, `"name":"crm base","auth"`,
			`"interval":1}`, `"interval":2},"state":"disabled"`,
		).Replace(th.body)
	}
	return slices.DeleteFunc(things, func(th thing) bool { return strings.HasSuffix(th.addr, ".gone") })
}

// second adds two more dataflows: one that only changes in place, one that goes.
func second(things []thing) []thing {
	for _, name := range []string{"stays", "gone"} {
		table := map[string]string{"stays": "s", "gone": "g"}[name]
		for _, th := range project()[6:] {
			kind, _, _ := strings.Cut(th.addr, ".")
			body := strings.NewReplacer(
				"source.crm", "source."+name, "target.crm", "target."+name, "mapping.crm", "mapping."+name,
				`"name":"crm`, `"name":"`+name, `"tableName":"t"`, `"tableName":"`+table+`"`,
			).Replace(th.body)
			things = append(things, thing{kind + "." + name, body})
		}
	}
	return things
}

// streams are two flows, each of which alone reads a consumer group, or one.
func streams(first, second, reset string) []thing {
	var out []thing
	for name, group := range map[string]string{"first": first, "second": second} {
		if group == "" {
			continue
		}
		out = append(out,
			thing{"source." + name, `{"name":"` + name + `","baseConnectionId":"hubs","params":{"eventHubName":"h","reset":"` +
				reset + `","consumerGroup":"` + group + `"},"connectionSpec":{"id":"bf9f5905-92b7-48bf-bf20-455bc6b60a4e"}}`},
			thing{"target." + name, `{"name":"` + name + `","params":{"dataSetId":"d"}}`},
			thing{"flow." + name, `{"name":"` + name + `","flowSpec":{"id":"d69717ba-71b4-4313-b654-49f9cf126d7a"},` +
				`"sourceConnectionIds":["${source.` + name + `.id}"],"targetConnectionIds":["${target.` + name + `.id}"]}`},
		)
	}
	return out
}

// stage is what a crash would leave: the platform and the files.
type stage struct {
	at    string
	fake  *fake
	files map[string]string
}

func (w *world) stage(at string) stage {
	w.fake.mu.Lock()
	defer w.fake.mu.Unlock()
	s := stage{at: at, fake: w.fake.clone(), files: map[string]string{}}
	for _, p := range []string{w.paths.Lock, w.paths.Journal} {
		if text := w.file(p); text != "" {
			s.files[p] = text
		}
	}
	return s
}

// resumed is a world in which the process of another one was killed.
func (w *world) resumed(t *testing.T, s stage) *world {
	n := newWorld(t)
	n.fake, n.now = s.fake.clone(), w.now
	_ = os.MkdirAll(n.paths.Folder, 0o755)
	for p, text := range s.files {
		if p == w.paths.Lock {
			p = n.paths.Lock
		} else {
			p = n.paths.Journal
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// torn is the stage with the last line of the journal cut: the outcome of the
// call before it and the intent of the coming one never reached the disk.
func (s stage) torn(journal string, part float64) stage {
	text := s.files[journal]
	last := strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n') + 1
	s.files = maps.Clone(s.files)
	s.files[journal] = text[:last+int(part*float64(len(text)-last))]
	s.at += fmt.Sprintf(", journal torn at %.2f", part)
	return s
}

// TestKilledAnywhere takes the state of disk and platform at every boundary of
// every request of an apply that creates, updates, replaces and deletes each
// kind, goes on from there, and compares with an apply that nothing disturbed.
// With one worker it also tears the journal in the line written last.
func TestKilledAnywhere(t *testing.T) {
	for _, run := range []struct {
		name       string
		from, want []thing
		workers    int
	}{
		{"create", nil, second(project()), 1},
		{"update, replace, delete", second(project()), later(), 1},
		{"replace what reads a stream alone", streams("a", "b", "earliest"), streams("b", "a", "latest"), 1},
		{"one takes over the stream of another", streams("a", "b", "earliest"), streams("b", "", "latest"), 1},
		{
			"replace what reads a stream alone with four workers", streams("a", "b", "earliest"), streams("b", "a", "latest"),
			4,
		},
		{"create with four workers", nil, second(project()), 4},
		{"update, replace, delete with four workers", second(project()), later(), 4},
	} {
		t.Run(run.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if run.from != nil {
				w.mustUp(run.from)
			}
			stages := w.record(run.want, run.workers)
			w.isSynced(run.want)
			want := w.fake.inventory()
			for i, st := range stages {
				if run.workers > 1 && i%5 != 0 || raced.Enabled && i%15 != 0 {
					continue // the same calls in another order, or far slower
				}
				n := w.resumed(t, st)
				if res, err := n.up(run.want); err != nil || !res.OK() {
					t.Fatalf("kill %d, %s: %v; failed %v; blocked %v", i, st.at, err, res.Failed, res.Blocked)
				}
				if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(n.fake.inventory(), "\n")); d != "" {
					t.Fatalf("kill %d, %s: the platform differs (-undisturbed +resumed):\n%s", i, st.at, d)
				}
				n.isSynced(run.want)
				n.isTidy()
			}
			t.Logf("%d kill points", len(stages))
		})
	}
}

// record applies, undisturbed, and returns what a kill at any boundary of a
// request would have left.
func (w *world) record(want []thing, workers int) []stage {
	var mu sync.Mutex
	var stages []stage
	lines := 0 // of the journal when the last call was sent
	keep := func(when string, tear bool) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				return nil, nil
			}
			st := w.stage(fmt.Sprintf("%s %s %s", when, req.Method, req.URL.Path))
			mu.Lock()
			defer mu.Unlock()
			stages = append(stages, st)
			// A line that an earlier call waited for was durable then: nothing tears it.
			fresh := strings.Count(st.files[w.paths.Journal], "\n") > lines
			if tear && fresh && len(stages)%3 == 0 {
				stages = append(stages, st.torn(w.paths.Journal, float64(len(stages)%10)/10))
			}
			lines = max(lines, strings.Count(st.files[w.paths.Journal], "\n"))
			return nil, nil
		}
	}
	w.fake.before, w.fake.after = keep("before", workers == 1), keep("after", false)
	defer func() { w.fake.before, w.fake.after = nil, nil }()
	s := w.open()
	defer s.Close()
	a := w.applier()
	a.Workers = workers
	if res, err := a.Apply(w.t.Context(), w.diff(s.Lock(), want), s); err != nil || !res.OK() {
		w.t.Fatalf("undisturbed: %v; failed %v", err, res.Failed)
	}
	return stages
}
