package applier

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

func TestCreateEveryKind(t *testing.T) {
	w := newWorld(t)
	res := w.mustApply(createAll)
	if res.Created != 10 {
		t.Errorf("created %d, want 10", res.Created)
	}
	w.isTidy()
	l := w.lock()
	if l.Serial != 1 || l.Target.Tenant != "acme" || l.Lineage == "" {
		t.Errorf("header: serial %d, tenant %q, lineage %q", l.Serial, l.Target.Tenant, l.Lineage)
	}
	for _, th := range project() {
		e := w.entry(th.addr)
		if e.ID == "" || e.ETag == "" {
			t.Errorf("%s: id %q, etag %q", th.addr, e.ID, e.ETag)
		}
		if string(e.Applied) != th.body {
			t.Errorf("%s applied: %s", th.addr, cmp.Diff(th.body, string(e.Applied)))
		}
	}
	flow := w.entry("flow.crm")
	mapping := w.entry("mapping.crm")
	want := []lockfile.Need{
		{Edge: resource.Edge{To: mapping.Address, Via: "transformations[0].params.mappingId"}, ID: mapping.ID},
		{Edge: resource.Edge{To: mapping.Address, Via: "transformations[0].params.mappingVersion"}, Field: "version", ID: "0"},
		{Edge: resource.Edge{To: w.entry("source.crm").Address, Via: "sourceConnectionIds[0]"}, ID: w.entry("source.crm").ID},
		{Edge: resource.Edge{To: w.entry("target.crm").Address, Via: "targetConnectionIds[0]"}, ID: w.entry("target.crm").ID},
	}
	if d := cmp.Diff(want, flow.Needs); d != "" {
		t.Errorf("needs of the flow (-want +got):\n%s", d)
	}
	if _, ok := flow.SentAt("scheduleParams.startTime"); !ok {
		t.Error("the start that was sent is not on record")
	}
	if d := cmp.Diff([]lockfile.Need{
		{Edge: resource.Edge{To: w.entry("descriptor.crm-id").Address, Via: "rule"}},
		{Edge: resource.Edge{To: w.entry("schema.crm").Address, Via: "schemaId"}, ID: w.entry("schema.crm").ID},
	}, w.entry("union.crm").Needs); d != "" {
		t.Errorf("needs of the union (-want +got):\n%s", d)
	}
	if w.entry("union.crm").ETag != w.entry("schema.crm").ETag {
		t.Error("the tag moved the schema's version, the schema's entry does not know")
	}
}

func TestWhatWasSent(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	inv := w.fake.inventory()
	for _, want := range []string{
		`"password":"canary-pw"`,    // the secret itself goes to the platform
		`"source":"${First Name}"`,  // a literal ${ is unescaped
		`"mappingVersion":"0"`,      // a version goes as text
		`"_acme":{"type":"object"}`, // tenant in a key
		`"/_acme/id"`,               // and in a text
		`"meta:immutableTags":["union"]`,
	} {
		if !strings.Contains(inv, want) {
			t.Errorf("the platform has no %s:\n%s", want, inv)
		}
	}
	for _, path := range []string{w.paths.Lock, w.paths.Journal} {
		if strings.Contains(w.file(path), "canary-pw") {
			t.Errorf("%s holds a secret", path)
		}
	}
}

func updatePlan(b *builder, l *lockfile.Lock) *planner.Plan {
	m, f, c := get(l, "mapping.crm"), get(l, "flow.crm"), get(l, "connection.crm")
	newMapping := strings.Replace(string(m.Applied), "First Name", "Last Name", 1)
	b.change(planner.Update, "mapping.crm", newMapping, m, b.call(planner.Call{
		Step: planner.StepUpdate, Method: "PUT", URL: item(resource.Mapping, m.ID), Body: json.RawMessage(newMapping),
	}))
	newFlow := strings.Replace(string(f.Applied), `"interval":1}`, `"interval":2},"state":"disabled"`, 1)
	b.change(planner.Update, "flow.crm", newFlow, f,
		b.call(planner.Call{
			Step: planner.StepUpdate, Method: "PATCH", URL: item(resource.Flow, f.ID), IfMatch: f.ETag,
			Body:    json.RawMessage(`[{"op":"replace","path":"/scheduleParams/interval","value":2},{"op":"replace","path":"/transformations/0/params/mappingVersion","value":"${mapping.crm.version}"}]`),
			Settles: []string{"scheduleParams.interval", "transformations[Mapping].params.mappingVersion"},
		}, 1),
		b.call(planner.Call{Step: planner.StepDisable, Method: "POST", URL: item(resource.Flow, f.ID) + "/action?op=disable", IfMatch: f.ETag}, 2))
	newConn := strings.Replace(string(c.Applied), `"crm"`, `"CRM"`, 1)
	b.change(planner.Update, "connection.crm", newConn, c, b.call(planner.Call{
		Step: planner.StepUpdate, Method: "PATCH", URL: item(resource.Connection, c.ID), IfMatch: c.ETag,
		Body: json.RawMessage(`[{"op":"replace","path":"/name","value":"CRM"}]`),
	}))
	return &b.plan
}

func TestUpdate(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	before := w.lock()
	if res := w.mustApply(updatePlan); res.Updated != 3 {
		t.Errorf("updated %d, want 3", res.Updated)
	}
	if got := w.entry("mapping.crm").ETag; got != "1" {
		t.Errorf("version of the mapping is %q, want 1", got)
	}
	flow := w.entry("flow.crm")
	if !strings.Contains(string(flow.Applied), `"interval":2},"state":"disabled"`) {
		t.Errorf("applied: %s", flow.Applied)
	}
	if was, is := get(before, "flow.crm").Sent[0], flow.Sent[0]; string(was.Value) != string(is.Value) {
		t.Errorf("the sent start moved from %s to %s although the update does not send it", was.Value, is.Value)
	}
	if was, is := get(before, "connection.crm").Secrets[0], w.entry("connection.crm").Secrets[0]; was != is {
		t.Error("an unchanged secret got a new hash")
	}
	if w.lock().Secrets != before.Secrets || before.Secrets == "" {
		t.Error("the hash over all secrets changed although no secret did")
	}
	if !strings.Contains(w.fake.inventory(), `"mappingVersion":"1"`) {
		t.Error("the flow was not moved to the new version")
	}
}

func replacePlan(b *builder, l *lockfile.Lock) *planner.Plan {
	s, g, f := get(l, "source.crm"), get(l, "target.crm"), get(l, "flow.crm")
	post := func(k resource.Kind, body json.RawMessage, after ...int) planner.Call {
		return b.call(planner.Call{Step: planner.StepCreate, Method: "POST", URL: resource.SpecOf(k).Collection, Body: body}, after...)
	}
	source := strings.Replace(string(s.Applied), `"tableName":"t"`, `"tableName":"u"`, 1)
	c1 := post(resource.Source, json.RawMessage(source))
	c2 := post(resource.Target, g.Applied)
	c3 := post(resource.Flow, f.Applied, 1, 2)
	c4 := b.call(planner.Call{Step: planner.StepRetire, Method: "POST", URL: item(resource.Flow, f.ID) + "/action?op=disable", Object: f.ID}, 3)
	c5 := b.call(planner.Call{Step: planner.StepDelete, Method: "DELETE", URL: item(resource.Flow, f.ID), Object: f.ID}, 4)
	c6 := b.call(planner.Call{Step: planner.StepDelete, Method: "DELETE", URL: item(resource.Source, s.ID), Object: s.ID}, 5)
	c7 := b.call(planner.Call{Step: planner.StepDelete, Method: "DELETE", URL: item(resource.Target, g.ID), Object: g.ID}, 5)
	b.change(planner.Replace, "source.crm", source, s, c1, c6)
	b.change(planner.Replace, "target.crm", string(g.Applied), g, c2, c7)
	b.change(planner.Replace, "flow.crm", string(f.Applied), f, c3, c4, c5)
	return &b.plan
}

func TestReplaceCutOver(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	before := w.lock()
	count := len(w.fake.objects)
	w.fake.log = nil
	if res := w.mustApply(replacePlan); res.Replaced != 3 {
		t.Errorf("replaced %d, want 3", res.Replaced)
	}
	if len(w.fake.objects) != count {
		t.Errorf("%d objects, want %d", len(w.fake.objects), count)
	}
	for _, a := range []string{"source.crm", "target.crm", "flow.crm"} {
		e := w.entry(a)
		if e.ID == get(before, a).ID || e.Deposed != nil {
			t.Errorf("%s: id %s, deposed %v", a, e.ID, e.Deposed)
		}
	}
	flow := get(before, "flow.crm").ID
	var order []string
	for _, l := range w.fake.writes() {
		if strings.Contains(l, "/flowservice/flows") {
			order = append(order, strings.Replace(l, flow, "OLD", 1))
		}
	}
	want := []string{
		"POST /data/foundation/flowservice/flows",
		"POST /data/foundation/flowservice/flows/OLD/action",
		"DELETE /data/foundation/flowservice/flows/OLD",
	}
	if d := cmp.Diff(want, order); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
}

// deletePlan removes what the platform lets go: leaves first.
func deletePlan(b *builder, l *lockfile.Lock) *planner.Plan {
	prev := 0
	for _, a := range []string{"flow.crm", "mapping.crm", "target.crm", "source.crm", "connection.crm"} {
		e := get(l, a)
		var calls []planner.Call
		after := []int{}
		if prev > 0 {
			after = append(after, prev)
		}
		if e.Address.Kind == resource.Flow {
			calls = append(calls, b.call(planner.Call{Step: planner.StepRetire, Method: "POST", URL: item(resource.Flow, e.ID) + "/action?op=disable"}, after...))
			after = []int{b.n}
		}
		calls = append(calls, b.call(planner.Call{Step: planner.StepDelete, Method: "DELETE", URL: item(e.Address.Kind, e.ID)}, after...))
		prev = b.n
		b.change(planner.Delete, a, "", e, calls...)
	}
	return &b.plan
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	// Somebody has removed source and flow by hand: that is as good as removing them, or stopping them first.
	for _, a := range []string{"source.crm", "flow.crm"} {
		e := w.entry(a)
		delete(w.fake.objects, resource.SpecOf(e.Address.Kind).Collection+"/"+e.ID)
	}
	if res := w.mustApply(deletePlan); res.Deleted != 5 {
		t.Errorf("deleted %d, want 5", res.Deleted)
	}
	var left []string
	for _, e := range w.lock().Entries {
		left = append(left, e.Address.String())
	}
	if d := cmp.Diff([]string{"dataset.crm", "descriptor.crm-id", "fieldgroup.crm", "schema.crm", "union.crm"}, left); d != "" {
		t.Errorf("entries left (-want +got):\n%s", d)
	}
	if w.lock().Secrets != "" {
		t.Error("the hash over all secrets outlives the last secret")
	}
}

func TestLockOnlyChanges(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	w.fake.log = nil
	old, new := must(resource.ParseAddress("source.crm")), must(resource.ParseAddress("source.clients"))
	res := w.mustApply(func(b *builder, l *lockfile.Lock) *planner.Plan {
		b.plan.Summary.NoOp = 7
		b.plan.Changes = []planner.Change{
			{Address: new, Kind: resource.Source, Action: planner.Move, MovedFrom: old},
			{
				Address: get(l, "descriptor.crm-id").Address, Kind: resource.Descriptor, Action: planner.Forget,
				ID: get(l, "descriptor.crm-id").ID,
			},
			{Address: get(l, "dataset.crm").Address, Kind: resource.Dataset, Action: planner.NoOp, Protect: true},
		}
		return &b.plan
	})
	if len(w.fake.log) != 0 {
		t.Errorf("calls were sent: %v", w.fake.log)
	}
	if res.Moved != 1 || res.Forgotten != 1 || res.Unchanged != 7 {
		t.Errorf("result %+v", res)
	}
	if !w.entry("dataset.crm").Protect {
		t.Error("protection is not on record")
	}
	flow := w.entry("flow.crm")
	if !strings.Contains(string(flow.Applied), `${source.clients.id}`) || strings.Contains(string(flow.Applied), `${source.crm.id}`) {
		t.Errorf("the flow still refers to the old name: %s", flow.Applied)
	}
	if _, ok := w.lock().Get(old); ok {
		t.Error("the old name is still there")
	}
}

func TestNothingToDoWritesNothing(t *testing.T) {
	w := newWorld(t)
	w.mustApply(createAll)
	before := w.file(w.paths.Lock)
	w.mustApply(func(b *builder, _ *lockfile.Lock) *planner.Plan { return &b.plan })
	if w.file(w.paths.Lock) != before {
		t.Error("the lockfile changed")
	}
	w.isTidy()
}
