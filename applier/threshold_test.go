package applier

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// alone is a resource of a kind that needs no other and has no secret.
func alone(kind resource.Kind) []thing {
	bodies := map[resource.Kind]string{
		resource.Connection: `{"name":"crm","connectionSpec":{"id":"74a1c565","version":"1.0"}}`,
		resource.FieldGroup: `{"type":"object","title":"crm fields"}`,
		resource.Schema:     `{"type":"object","title":"crm","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"}]}`,
		resource.Dataset:    `{"name":"crm data","schemaRef":{"id":"https://ns.adobe.com/acme/schemas/1"}}`,
		resource.Source:     `{"name":"crm source","params":{"tableName":"t"}}`,
		resource.Mapping:    `{"name":"crm mapping","mappings":[{"sourceType":"ATTRIBUTE","source":"a","destination":"_id"}]}`,
		resource.Flow:       `{"name":"crm","scheduleParams":{"startTime":"${time.start}","frequency":"hour","interval":1}}`,
	}
	return []thing{{string(kind) + ".crm", bodies[kind]}}
}

// TestAdoptsNothingOlder: a lost create adopts an object that looks like the one it
// sent, unless that object is older than the create's intent.
func TestAdoptsNothingOlder(t *testing.T) {
	now := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, kind := range []resource.Kind{resource.Connection, resource.FieldGroup, resource.Schema, resource.Dataset, resource.Mapping} {
		for _, c := range []struct {
			age   time.Duration
			adopt bool
		}{{clockMargin, true}, {clockMargin + time.Millisecond, false}} {
			t.Run(fmt.Sprintf("%s of %s ago", kind, c.age), func(t *testing.T) {
				w := newWorld(t)
				w.now = func() time.Time { return now }
				w.fake.now = w.now
				coll := resource.SpecOf(kind).Collection
				alike := ""
				w.fake.before = once(isWrite("POST", coll), func(req *http.Request) (*http.Response, error) {
					w.fake.mu.Lock()
					defer w.fake.mu.Unlock()
					body, err := req.GetBody()
					if err != nil {
						return nil, err
					}
					var o map[string]any
					if err := json.NewDecoder(body).Decode(&o); err != nil {
						return nil, err
					}
					w.fake.now = func() time.Time { return now.Add(-c.age) }
					w.fake.create(req, kind, coll, o)
					w.fake.now = w.now
					alike = strings.TrimPrefix(w.fake.order[len(w.fake.order)-1], coll+"/")
					return nil, errDropped
				})
				w.mustUp(alone(kind))
				if got := w.entry(string(kind)+".crm").ID == alike; got != c.adopt {
					t.Errorf("adopted: %t, want %t", got, c.adopt)
				}
				count := 0
				for key := range w.fake.objects {
					if strings.HasPrefix(key, coll+"/") {
						count++
					}
				}
				if want := map[bool]int{true: 1, false: 2}[c.adopt]; count != want {
					t.Errorf("the platform has %d objects, want %d", count, want)
				}
			})
		}
	}
}

// TestResentAfterConflict: an update whose object only moves on by itself is sent
// again with the version that was read, twice and no more.
func TestResentAfterConflict(t *testing.T) {
	for _, c := range []struct {
		moves, sent int
		ok          bool
	}{{0, 1, true}, {1, 2, true}, {2, 3, true}, {3, 3, false}, {100, 3, false}} {
		t.Run(fmt.Sprintf("%d moves", c.moves), func(t *testing.T) {
			w := newWorld(t)
			w.mustUp(alone(resource.Source))
			moves, sent := 0, 0
			w.fake.before = func(req *http.Request) (*http.Response, error) {
				if !isWrite("PATCH", "/sourceConnections/")(req) {
					return nil, nil
				}
				if sent++; moves < c.moves {
					moves++
					w.live("source.crm")["etag"] = fmt.Sprintf("%q", fmt.Sprint("moved ", moves))
				}
				return nil, nil
			}
			res, err := w.up(renamed(alone(resource.Source)))
			if err != nil {
				t.Fatal(err)
			}
			if sent != c.sent || res.OK() != c.ok {
				t.Errorf("sent %d times, want %d; failed %v", sent, c.sent, res.Failed)
			}
			var conflict *ConflictError
			if !c.ok && (len(res.Failed) != 1 || !errors.As(res.Failed[0].Err, &conflict)) {
				t.Errorf("failed: %+v", res.Failed)
			}
		})
	}
}

// TestSentIsOverwritten: what a create sent in the place of a documented value is
// kept until an update sends another.
func TestSentIsOverwritten(t *testing.T) {
	open := alone(resource.Flow)
	flow := func(from, to string) []thing {
		things := alone(resource.Flow)
		if things[0].body = strings.Replace(things[0].body, from, to, 1); things[0].body == open[0].body {
			t.Fatalf("no %s", from)
		}
		return things
	}
	for _, c := range []struct {
		name string
		next []thing
		want []string
	}{
		{"interval", flow(`"interval":1`, `"interval":2`), []string{"scheduleParams.startTime"}},
		{"a documented start", flow(`"${time.start}"`, `4102444800`), nil},
		{"both", flow(`"${time.start}","frequency":"hour","interval":1`, `4102444800,"frequency":"hour","interval":2`), nil},
		{"state", flow(`"interval":1}`, `"interval":1},"state":"disabled"`), []string{"scheduleParams.startTime"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			before := time.Now().Add(-time.Hour)
			w.now = func() time.Time { return before } // the open start has not passed by then
			w.fake.now = w.now
			w.mustUp(open)
			e := w.entry("flow.crm")
			if len(e.Sent) != 1 {
				t.Fatalf("sent %v", e.Sent)
			}
			w.mustUp(c.next)
			var paths []string
			for _, s := range w.entry("flow.crm").Sent {
				paths = append(paths, s.Path)
				if !slices.ContainsFunc(e.Sent, func(old lockfile.Sent) bool { return old.Path == s.Path && string(old.Value) == string(s.Value) }) {
					t.Errorf("%s is now %s", s.Path, s.Value)
				}
			}
			if d := cmp.Diff(c.want, paths); d != "" {
				t.Errorf("values that were sent (-want +got):\n%s", d)
			}
			w.isSynced(c.next)
		})
	}
}

// TestVersionOfOurOwnCall: the second call of a change names the version that the
// first one made, so that it meets no conflict and needs no look-up.
func TestVersionOfOurOwnCall(t *testing.T) {
	w := newWorld(t)
	w.mustUp(alone(resource.Source))
	e := w.entry("source.crm")
	update := func(name string) planner.Call {
		return planner.Call{
			Step: planner.StepUpdate, Method: "PATCH", URL: item(resource.Source, e.ID), IfMatch: e.ETag,
			Body: json.RawMessage(`[{"op":"replace","path":"/name","value":"` + name + `"}]`),
		}
	}
	w.fake.log = nil
	w.mustApply(func(b *builder, _ *lockfile.Lock) *planner.Plan {
		first := b.call(update("one"))
		b.change(planner.Update, "source.crm", renamed(alone(resource.Source))[0].body, e, first, b.call(update("crm table"), first.N))
		return &b.plan
	})
	want := []string{"PATCH /data/foundation/flowservice/sourceConnections/" + e.ID, "PATCH /data/foundation/flowservice/sourceConnections/" + e.ID}
	got := slices.DeleteFunc(slices.Clone(w.fake.log), func(l string) bool { return strings.HasSuffix(l, "/stats") })
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
	if name := w.live("source.crm")["name"]; name != "crm table" {
		t.Errorf("the object is called %v", name)
	}
}
