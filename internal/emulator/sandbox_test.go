package emulator

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	sandboxes "github.com/aepflow/aepflow/internal/emulator/sandbox"
	"github.com/aepflow/aepflow/internal/files"
)

const boxBase = "/data/foundation/sandbox-management/sandboxes"

func (a *api) box(name string) object {
	a.t.Helper()
	return a.get(boxBase + "/" + name).want(200).v.(object)
}

func (a *api) connections(sandbox string) int {
	a.t.Helper()
	return len(core.List(a.do("GET", flowBase+"/connections", nil, "x-sandbox-name", sandbox).want(200).v, "items"))
}

// A sandbox is made, used, renamed, emptied and deleted; each step outlives a
// restart.
func TestSandboxLife(t *testing.T) {
	o := Options{Dir: files.Project(t.TempDir()), Switches: Switches{SandboxMillis: 60_000}}
	a := open(t, o)
	restart := func() {
		t.Helper()
		now := a.s.env.Now()
		if err := a.s.Close(); err != nil {
			t.Fatal(err)
		}
		o.Now = func() time.Time { return now }
		a = open(t, o)
	}
	made := a.post(boxBase, object{"name": "qa", "title": "Quality", "type": "development"}).want(202)
	if made.text("state") != "creating" || core.Text(a.box("qa"), "state") != "creating" {
		t.Errorf("a new sandbox is %s", made.raw)
	}
	a.do("GET", flowBase+"/connections", nil, "x-sandbox-name", "qa").refused(404, "FLOW-2100-404")
	a.s.Advance(time.Minute)
	if got := core.Text(a.box("qa"), "state"); got != "active" {
		t.Errorf("after a minute the sandbox is %s", got)
	}
	a.sandbox = "qa"
	a.tryCreate("mine")
	restart()
	if core.Text(a.box("qa"), "title") != "Quality" || a.connections("qa") != 1 {
		t.Error("a restart lost the sandbox or what is in it")
	}

	if got := a.do("PATCH", boxBase+"/qa", object{"title": "Better"}).want(200); got.text("title") != "Better" {
		t.Errorf("renamed: %s", got.raw)
	}
	if got := a.do("PUT", boxBase+"/qa", object{"action": "reset"}).want(202); got.text("state") != "resetting" {
		t.Errorf("reset: %s", got.raw)
	}
	a.s.Advance(time.Minute)
	if a.connections("qa") != 0 || a.connections("prod") != 1 {
		t.Error("a reset left objects, or took those of another sandbox")
	}
	a.sandbox = "qa"
	a.tryCreate("again")
	restart()
	if b := a.box("qa"); core.Text(b, "title") != "Better" || a.connections("qa") != 1 {
		t.Errorf("after a reset and a restart: %s, %d connections", core.ToJSON(b), a.connections("qa"))
	}

	if got := a.delete(boxBase + "/qa").want(202); got.text("state") != "deleted" {
		t.Errorf("deleted: %s", got.raw)
	}
	a.get(boxBase+"/qa").refused(404, "Sandbox not found")
	restart()
	a.do("GET", flowBase+"/connections", nil, "x-sandbox-name", "qa").refused(404, "FLOW-2100-404")
	a.post(boxBase, object{"name": "qa", "title": "Third", "type": "production"}).want(202)
	a.s.Advance(time.Minute)
	if n := a.connections("qa"); n != 0 {
		t.Errorf("a new sandbox of an old name holds %d connections", n)
	}
}

func TestSandboxRefusals(t *testing.T) {
	a := open(t, Options{})
	for name, c := range map[string]struct {
		r      reply
		status int
		code   string
	}{
		"a name with a blank": {a.post(boxBase, object{"name": "a b", "title": "t", "type": "development"}), 400,
			"BadRequestError"},
		"no title": {a.post(boxBase, object{"name": "a", "type": "development"}), 400, "BadRequestError"},
		"an unknown type": {a.post(boxBase, object{"name": "a", "title": "t", "type": "test"}), 400,
			"BadRequestError"},
		"a name that is taken": {a.post(boxBase, object{"name": "dev", "title": "t", "type": "development"}), 409,
			"ConflictError"},
		"the default":            {a.delete(boxBase + "/prod"), 400, "BadRequestError"},
		"an unknown sandbox":     {a.delete(boxBase + "/none"), 404, "Sandbox not found"},
		"an unknown action":      {a.do("PUT", boxBase+"/dev", object{"action": "burn"}), 400, "BadRequestError"},
		"a type that is changed": {a.do("PATCH", boxBase+"/dev", object{"type": "production"}), 400, "BadRequestError"},
	} {
		t.Run(name, func(t *testing.T) {
			c.r.t = t
			c.r.refused(c.status, c.code)
			checkEnvelope(t, c.r)
		})
	}
	for i := len(a.s.env.Orgs[0].Sandboxes()); i < sandboxes.MaxSandboxes; i++ {
		a.post(boxBase, object{"name": fmt.Sprint("more-", i), "title": "t", "type": "development"}).want(202)
	}
	a.post(boxBase, object{"name": "one-too-many", "title": "t", "type": "development"}).refused(400, "BadRequestError")
	a = open(t, Options{Seed: seedOf(t, `{"clients": [{"id": "key", "secret": "s3cret", "role": "read"}]}`)})
	a.delete(boxBase+"/dev").refused(403, "Forbidden")
	a.get(boxBase + "/dev").want(200)
}

// Calls into a sandbox that is deleted and made anew meanwhile are answered or
// refused; what the new one holds was written to the new one.
func TestSandboxDeletedUnderLoad(t *testing.T) {
	a := open(t, Options{})
	a.sandbox = "dev"
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 20 {
				a.tryCreate(fmt.Sprint(w, "-", i))
			}
		})
	}
	for range 5 {
		a.delete(boxBase + "/dev").want(202)
		a.post(boxBase, object{"name": "dev", "title": "d", "type": "development"}).want(202)
	}
	wg.Wait()
	a.delete(boxBase + "/dev").want(202)
	a.post(boxBase, object{"name": "dev", "title": "d", "type": "development"}).want(202)
	if n := a.connections("dev"); n != 0 {
		t.Errorf("%d connections outlived their sandbox", n)
	}
}
