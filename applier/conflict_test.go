package applier

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// live returns the object of an entry on the fake platform.
func (w *world) live(addr string) map[string]any {
	e := w.entry(addr)
	return w.fake.objects[resource.SpecOf(e.Address.Kind).Collection+"/"+e.ID]
}

func renamed(things []thing) []thing {
	for i := range things {
		things[i].body = strings.Replace(things[i].body, `"name":"crm source"`, `"name":"crm table"`, 1)
	}
	return things
}

// TestVersionMovedOnItsOwn: runs move the version of an object; the update goes
// through with the fresh one, because what we manage is as we left it.
func TestVersionMovedOnItsOwn(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	w.live("source.crm")["etag"] = `"moved"`
	w.live("source.crm")["lastOperation"] = "a run"
	w.mustUp(renamed(project()))
	if w.live("source.crm")["name"] != "crm table" {
		t.Error("not updated")
	}
	w.isSynced(renamed(project()))
}

func TestConflict(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	w.live("source.crm")["etag"] = `"moved"`
	w.live("source.crm")["name"] = "somebody's"
	res, err := w.up(renamed(project()))
	if err != nil {
		t.Fatal(err)
	}
	var c *ConflictError
	if len(res.Failed) != 1 || !errors.As(res.Failed[0].Err, &c) {
		t.Fatalf("result %+v", res)
	}
	want := []Difference{{Path: "name", Applied: []byte(`"crm source"`), Desired: []byte(`"crm table"`), Live: []byte(`"somebody's"`)}}
	if d := cmp.Diff(want, c.Fields); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	for _, way := range []string{"plan --refresh", "--overwrite source.crm"} {
		if !strings.Contains(c.Error(), way) {
			t.Errorf("the message lacks %q: %v", way, c)
		}
	}
	if w.live("source.crm")["name"] != "somebody's" {
		t.Error("overwritten all the same")
	}
	w.isTidy()

	s := w.open()
	a := w.applier()
	a.Overwrite = []resource.Address{w.entry("source.crm").Address}
	res, err = a.Apply(t.Context(), w.diff(s.Lock(), renamed(project())), s)
	s.Close()
	if err != nil || !res.OK() || w.live("source.crm")["name"] != "crm table" {
		t.Fatalf("overwrite: %v, %+v", err, res)
	}
}

// TestConflictWithOurselves: somebody made the very change that is planned.
func TestConflictWithOurselves(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	w.live("source.crm")["etag"] = `"moved"`
	w.live("source.crm")["name"] = "crm table"
	w.mustUp(renamed(project()))
	if w.entry("source.crm").ETag != `"moved"` {
		t.Error("the version that was read is not on record")
	}
	w.isSynced(renamed(project()))
}

func TestUpdateOfWhatIsGone(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	e := w.entry("source.crm")
	delete(w.fake.objects, resource.SpecOf(resource.Source).Collection+"/"+e.ID)
	res, err := w.up(renamed(project()))
	if err != nil || len(res.Failed) != 1 || !strings.Contains(res.Failed[0].Err.Error(), "404") {
		t.Fatalf("err %v, result %+v", err, res)
	}
}

// TestAlreadyStopped: an action that finds the object in the state it wants.
func TestAlreadyStopped(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	w.live("flow.crm")["state"] = "disabled" // by hand; the fake now answers 400
	things := project()
	things[9].body = strings.TrimSuffix(things[9].body, "}") + `,"state":"disabled"}`
	w.mustUp(things)
	w.isSynced(things)
}

// TestSlowStop waits for a flow that is still at work before it is deleted.
func TestSlowStop(t *testing.T) {
	synctest.Test(t, slowStop)
}

func slowStop(t *testing.T) {
	w := newWorld(t)
	w.mustUp(project())
	things := project()
	things[6].body = strings.Replace(things[6].body, `"tableName":"t"`, `"tableName":"u"`, 1)
	w.fake.after = once(isWrite("POST", "op=disable"), func(req *http.Request) (*http.Response, error) {
		w.fake.mu.Lock()
		defer w.fake.mu.Unlock()
		for k, o := range w.fake.objects {
			if strings.Contains(k, "/flows/") && o["state"] == "disabled" {
				o["state"] = "disabling"
			}
		}
		return nil, nil
	})
	polls := 0
	w.fake.before = func(req *http.Request) (*http.Response, error) {
		w.fake.mu.Lock()
		defer w.fake.mu.Unlock()
		for k, o := range w.fake.objects {
			if req.Method == http.MethodGet && strings.Contains(k, "/flows/") && strings.HasSuffix(req.URL.Path, k) && o["state"] == "disabling" {
				if polls++; polls == 2 {
					o["state"] = "disabled"
				}
			}
			if req.Method == http.MethodDelete && strings.HasSuffix(req.URL.Path, k) && o["state"] == "disabling" {
				t.Error("deleted while it was stopping")
			}
		}
		return nil, nil
	}
	w.mustUp(things)
	if polls != 2 {
		t.Errorf("looked %d times", polls)
	}
	w.isSynced(things)
}

// TestConflictIsDrift: an update meets a conflict where a refreshed plan shows drift, and nowhere
// else. The state is the exception: action calls and runs change it by themselves.
func TestConflictIsDrift(t *testing.T) {
	schedule := func(o map[string]any) map[string]any { return o["scheduleParams"].(map[string]any) }
	for _, c := range []struct {
		name   string
		kind   resource.Kind
		change func(o map[string]any)
		drift  bool
	}{
		{"member of the platform", resource.Source, func(o map[string]any) { o["updatedBy"] = "a run" }, false},
		{"another value", resource.Source, func(o map[string]any) { o["params"] = map[string]any{"tableName": "u"} }, true},
		{"member gone", resource.Source, func(o map[string]any) { delete(o, "params") }, true},
		{"another spelling", resource.Connection, func(o map[string]any) { o["connectionSpec"] = map[string]any{"id": "74a1c565", "version": 1} }, false},
		{"another version", resource.Connection, func(o map[string]any) { o["connectionSpec"] = map[string]any{"id": "74a1c565", "version": 2} }, true},
		{"interval as text", resource.Flow, func(o map[string]any) { schedule(o)["interval"] = "1" }, false},
		{"another interval", resource.Flow, func(o map[string]any) { schedule(o)["interval"] = 2 }, true},
		{"start that the document leaves open", resource.Flow, func(o map[string]any) { schedule(o)["startTime"] = 1 }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.mustUp(alone(c.kind))
			e := w.entry(string(c.kind) + ".crm")
			o := w.live(e.Address.String())
			o["etag"] = `"moved"`
			c.change(o)
			text := must(json.Marshal(o))
			p, _ := planner.Diff(w.lock(), graphOf(alone(c.kind)), planner.Options{
				At: w.now(), Refreshed: true, Live: []resource.Live{{Address: e.Address, ID: e.ID, ETag: `"moved"`, Body: text}},
			})
			described := alone(c.kind)
			described[0].body = strings.TrimSuffix(described[0].body, "}") + `,"description":"new"}`
			res, err := w.up(described)
			if err != nil {
				t.Fatal(err)
			}
			var conflict *ConflictError
			found := len(res.Failed) == 1 && errors.As(res.Failed[0].Err, &conflict)
			if drift := len(p.Drift) > 0; drift != c.drift || found != c.drift || res.OK() == found {
				t.Errorf("drift %t, conflict %t, want %t; failed %v", drift, found, c.drift, res.Failed)
			}
		})
	}
}

// TestConflictOfStart: a start is in seconds for programs, and a time in the text.
func TestConflictOfStart(t *testing.T) {
	err := &ConflictError{Address: resource.Address{Kind: resource.Flow, Name: "crm"}, Fields: []Difference{{
		Path: "scheduleParams.startTime", Applied: []byte("1801612866"), Live: []byte(`"1798761600"`),
	}}}
	want := "scheduleParams.startTime is 2027-01-01 00:00:00 UTC, applied was 2027-02-03 00:01:06 UTC, desired is absent"
	if !strings.Contains(err.Error(), want) {
		t.Errorf("%s\nwant %s", err, want)
	}
}
