package flow

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Runs. Nothing happens in the background: whoever looks at a sandbox first
// brings it up to the clock. A flow in state enabled has a run at its start
// and then one each period; a run takes runTime and then has its metrics.

const (
	RunTime = 30 * time.Second
	// MaxRunsAtOnce bounds what a leap of the clock makes of one flow; the
	// first run made then covers the window of those left out.
	MaxRunsAtOnce = 200
	running       = "inProgress"
)

func runRoutes() []core.Route {
	r := core.RoutesOf(core.FlowService)
	return []core.Route{
		r(http.MethodGet, "/runs", core.Reads, listEntities(core.KindRun)),
		r(http.MethodPost, "/runs", core.Writes, core.With((*core.Call).Object, createRun)),
		r(http.MethodGet, "/runs/{id}", core.Reads, getEntity(core.KindRun)),
		r(http.MethodPut, "/runs/{id}", core.Writes, func(c *core.Call) (core.Answer, error) {
			return core.Answer{}, core.FlowError(core.ErrRunWrite, "flow runs are written by providers only")
		}),
		r(http.MethodPost, "/runs/{id}/action", core.Writes, core.With(entity(core.KindRun), actOnRun)),
		// Older flows link to their runs this way.
		r(http.MethodGet, "/flows/{id}/runs", core.Reads, func(c *core.Call) (core.Answer, error) {
			return list(c, core.KindRun, listQuery{limit: maxListLimit, exprs: []string{"flowId==" + c.Arg("id")}})
		}),
	}
}

// NextDue is the next slot of an enabled flow, in ms: the first that is neither
// behind the flow's last write nor run already. 0 is never.
func NextDue(flow object, slot int64) int64 {
	if core.Text(flow, "state") != "enabled" || !IsSourceFlow(flow) || len(core.Texts(flow, "sourceConnectionIds")) != 1 ||
		len(core.Texts(flow, "targetConnectionIds")) != 1 {
		return 0
	}
	s, err := ReadSchedule(flow["scheduleParams"])
	if err != nil {
		return 0
	}
	written, _ := core.AsInt(flow["updatedAt"])
	least := written / 1000 // a start in this very second counts
	if slot != 0 {
		least = max(least, slot/1000+1)
	}
	period := int64(s.period() / time.Second)
	switch {
	case s.start >= least:
		return s.start * 1000
	case period == 0:
		return 0
	}
	n := (least - s.start + period - 1) / period
	return (s.start + n*period) * 1000
}

// LastSlot is the last time, in ms, at which a flow was due to run; 0 for none.
func LastSlot(flow object, now int64) int64 {
	s, err := ReadSchedule(flow["scheduleParams"])
	if err != nil || s.start*1000 > now {
		return 0
	}
	period := s.period().Milliseconds()
	if period == 0 {
		return s.start * 1000
	}
	return now - (now-s.start*1000)%period
}

// CatchUp makes the runs that fell due since the last look.
func CatchUp(sp *core.Space, now time.Time) {
	sp.Mu.RLock()
	late := sp.Due == nil || now.UnixMilli() >= sp.NextRun
	sp.Mu.RUnlock()
	if !late {
		return
	}
	sp.Mu.Lock()
	RunDue(sp, now)
	wait := sp.Flush()
	sp.Mu.Unlock()
	if err := wait(); err != nil {
		panic(core.StateError{Err: err})
	}
}

const never = int64(1<<63 - 1)

// RunDue is catchUp with mu held.
func RunDue(sp *core.Space, now time.Time) {
	if sp.Due == nil {
		sp.Due = map[string]int64{}
		for _, r := range sp.Table(core.KindFlow).Order {
			if r.Due != 0 {
				sp.Due[r.ID] = r.Due
			}
		}
		sp.NextRun = 0
	}
	ms := now.UnixMilli()
	if ms < sp.NextRun {
		return
	}
	known := evaluators{}
	finishRuns(sp, ms, known)
	var late []string
	for id, at := range sp.Due {
		if at <= ms {
			late = append(late, id)
		}
	}
	slices.Sort(late)
	for _, id := range late {
		startRuns(sp, id, sp.Due[id], ms)
	}
	finishRuns(sp, ms, known)
	sp.NextRun = never
	for _, at := range sp.Due {
		sp.NextRun = min(sp.NextRun, at)
	}
	for _, r := range sp.Table(core.KindRun).By(core.StatusPath, running) {
		sp.NextRun = min(sp.NextRun, endOfRun(r))
	}
	for _, r := range sp.Table(core.KindRun).By(core.StatusPath, "scheduled") {
		start, _ := core.AsInt(core.At(r.Object(), "params", "startTime"))
		sp.NextRun = min(sp.NextRun, start*1000)
	}
}

// startRuns makes the runs of one flow from its slot `at` up to now.
func startRuns(sp *core.Space, id string, at, now int64) {
	r := sp.Get(core.KindFlow, id)
	flow := r.Object()
	s, err := ReadSchedule(flow["scheduleParams"])
	if err != nil {
		sp.NoteDue(id, 0)
		return
	}
	period := s.period().Milliseconds()
	if period > 0 {
		if missed := (now - at) / period; missed >= MaxRunsAtOnce {
			at += (missed - MaxRunsAtOnce + 1) * period
		}
	}
	slot, faults, begins := r.Slot, &sp.Env.RunFaults, int64(0)
	for ; at <= now; at += period {
		if at+faults.Delay(flow, true) > now {
			break // it begins late
		}
		if !faults.Skips(flow) {
			begins = max(begins, at+faults.Delay(flow, false)) // not before the one before it
			begin(sp, flow, begins, windowStart(flow, s, slot), at)
		}
		slot = at
		if period == 0 {
			break
		}
	}
	if slot != r.Slot {
		moveEtag(sp, flow, now)
		sp.RanAt(r, flow, slot)
	}
}

// begin makes a run by the schedule, which reads from one time to another, all in ms.
func begin(sp *core.Space, flow object, at, from, to int64) {
	run := newRun(sp, flow, at, from, to, nil, running)
	if takes := sp.Env.RunFaults.Takes(flow); takes > 0 {
		sp.RunsUntil(core.Text(run, "id"), at, run, at+takes)
	}
}

// RunNow begins a run of an enabled source flow outside of its schedule, from the end
// of its last window to now, and returns the run's ID, "" when there is no such flow.
// It is called with mu held.
func RunNow(sp *core.Space, id string, now time.Time) string {
	r := sp.Get(core.KindFlow, id)
	if r == nil {
		return ""
	}
	flow, ms := r.Object(), now.UnixMilli()
	s, err := ReadSchedule(flow["scheduleParams"])
	if err != nil || core.Text(flow, "state") != "enabled" || !IsSourceFlow(flow) {
		return ""
	}
	run := newRun(sp, flow, ms, min(windowStart(flow, s, r.Slot), ms), ms, nil, running)
	moveEtag(sp, flow, ms)
	sp.RanAt(r, flow, ms)
	sp.NextRun = 0
	return core.Text(run, "id")
}

// moveEtag is what a run does to its flow's etag.
func moveEtag(sp *core.Space, flow object, now int64) {
	if !sp.Env.Switches.RunsKeepEtag {
		etag := sp.Env.NewEtag(time.UnixMilli(now))
		flow["etag"], flow["version"] = etag, etag
	}
}

// windowStart is the end of the last window; the first run reads from the
// beginning when backfill is on, and files without it only when they come after the
// start.
func windowStart(flow object, s schedule, slot int64) int64 {
	if slot != 0 {
		return slot
	}
	if s.Once() || s.backfill {
		return 0
	}
	if core.Text(flow, "flowSpec", "id") == specs.CloudStorageToAEP {
		return s.start * 1000
	}
	made, _ := core.AsInt(flow["createdAt"])
	return min(made, s.start*1000)
}

func newRun(sp *core.Space, flow object, at, from, to int64, params any, status string) object {
	id := sp.Env.NewUUID()
	etag := sp.Env.NewEtag(time.UnixMilli(at))
	o := object{
		"id": id, "flowId": flow["id"], "flowSpec": flow["flowSpec"], "etag": etag, "version": etag, "createdAt": at,
		"updatedAt": at, "createdBy": flow["createdBy"], "updatedBy": flow["createdBy"],
		"createdClient": flow["createdClient"], "updatedClient": flow["createdClient"], "sandboxId": sp.Sandbox.ID,
		"sandboxName": sp.Sandbox.Name, "imsOrgId": sp.Org.ID, "providerRefId": sp.Env.NewUUID(),
		"metrics": object{
			"durationSummary": object{"startedAtUTC": at, "extensions": object{"windowStart": from, "windowEnd": to}},
			"statusSummary":   object{"status": status, "errors": []any{}},
		},
		"activities": []any{},
	}
	if params != nil {
		o["params"] = params
	}
	sp.Put(core.KindRun, id, at, o)
	return o
}

// endOfRun is when a run that has begun is over, in ms.
func endOfRun(r *core.Record) int64 {
	if r.Slot != 0 {
		return r.Slot
	}
	return r.Created + RunTime.Milliseconds()
}

// finishRuns ends every run whose time is over, and begins on-demand runs.
func finishRuns(sp *core.Space, now int64, known evaluators) {
	runs := sp.Table(core.KindRun)
	for _, r := range append([]*core.Record(nil), runs.By(core.StatusPath, "scheduled")...) {
		o := r.Object()
		if start, _ := core.AsInt(core.At(o, "params", "startTime")); start*1000 <= now {
			core.At(o, "metrics", "statusSummary").(object)["status"] = running
			sp.Put(core.KindRun, r.ID, r.Created, o)
		}
	}
	for _, r := range append([]*core.Record(nil), runs.By(core.StatusPath, running)...) {
		if endOfRun(r) <= now {
			finishRun(sp, r, known)
		}
	}
}

func finishRun(sp *core.Space, r *core.Record, known evaluators) {
	o := r.Object()
	f := sp.Get(core.KindFlow, core.Text(o, "flowId"))
	if f == nil {
		return
	}
	flow := f.Object()
	out, records := ingest(sp.Env, sp, flow, o, known)
	begun, _ := core.AsInt(core.At(o, "metrics", "durationSummary", "startedAtUTC"))
	ended := max(begun, endOfRun(r))
	batch := ""
	if !failedToCopy(out) {
		batch = catalog.NewBatch(sp, flow, out, begun, ended)
		catalog.KeepRecords(sp, flow, r.ID, records, ended)
	}
	window := core.At(o, "metrics", "durationSummary", "extensions")
	o["metrics"], o["activities"] = metrics(out, window, begun, ended), activities(out, flow, batch, window, begun, ended)
	o["updatedAt"] = ended
	etag := sp.Env.NewEtag(time.UnixMilli(ended))
	o["etag"], o["version"] = etag, etag
	sp.Put(core.KindRun, r.ID, r.Created, o)
	d, _ := flow["lastRunDetails"].(object)
	if d == nil {
		d = object{}
	}
	d["id"], d["startedAtUTC"], d["completedAtUTC"] = r.ID, begun, ended
	d["state"] = out.Status
	if out.Status != "failed" {
		d["state"] = "success"
	}
	flow["lastRunDetails"] = d
	moveEtag(sp, flow, ended)
	sp.Put(core.KindFlow, f.ID, f.Created, flow)
}

// createRun starts a one-time flow again for a window of its own.
func createRun(c *core.Call, body object) (core.Answer, error) {
	id := core.Text(body, "flowId")
	if id == "" {
		return core.Answer{}, core.FlowError(core.ErrEmptyFlowID, "flowId is missing")
	}
	r := c.Space.Get(core.KindFlow, id)
	if r == nil || c.Hides(r) {
		return core.Answer{}, core.FlowError(core.ErrRunFlow, "there is no flow with id %s", id)
	}
	flow := r.Object()
	if Streams(flow) {
		return core.Answer{}, core.FlowError(core.ErrRunConnector, "a stream has no runs")
	}
	s, err := ReadSchedule(flow["scheduleParams"])
	if err != nil || !s.Once() {
		return core.Answer{}, core.FlowError(core.ErrRunFrequency,
			"on-demand runs are for one-time flows, this one runs by %q", s.Frequency)
	}
	params, isObject := body["params"].(object)
	if !isObject || len(params) == 0 {
		return core.Answer{}, core.FlowError(core.ErrRunParams, "params is missing or empty")
	}
	if err := checkRunParams(c, params, flow); err != nil {
		return core.Answer{}, err
	}
	from, _ := core.AsInt(params["windowStartTime"])
	to, _ := core.AsInt(params["windowEndTime"])
	o := newRun(c.Space, flow, c.Millis(), from*1000, to*1000, params, "scheduled")
	if d := params["deltaColumn"]; d != nil {
		setDelta(flow, d)
		touch(c, flow, "update", nil)
		c.Space.Put(core.KindFlow, r.ID, r.Created, flow)
	}
	c.Space.NextRun = 0
	switch c.Env.Switches.CreateRunShape {
	case "bare":
		return core.Created(brief(o), "")
	case "full":
		return core.Created(o, "")
	}
	return core.Created(object{"items": []any{brief(o)}}, "")
}

func checkRunParams(c *core.Call, p, flow object) error {
	times := map[string]int64{}
	for _, name := range []string{"startTime", "windowStartTime", "windowEndTime"} {
		n, isInt := core.AsInt(p[name])
		if !isInt || n < 0 {
			return core.FlowError(core.ErrRunParams, "params.%s must be Unix seconds", name)
		}
		times[name] = n
	}
	if times["windowEndTime"] < times["windowStartTime"] {
		return core.FlowError(core.ErrRunWindow, "the window ends before it starts")
	}
	if core.Text(flow, "flowSpec", "id") != specs.CRMToAEP {
		return nil
	}
	copyParams, _ := Transformation(flow, "Copy")
	had := core.Text(copyParams, "deltaColumn", "name")
	name := core.Text(p, "deltaColumn", "name")
	switch {
	case name == "" && had == "":
		return core.FlowError(core.ErrRunDeltaMissing, "the first on-demand run needs params.deltaColumn.name")
	case name != "" && had != "" && name != had:
		return core.FlowError(core.ErrRunDelta, "the flow's delta column is %s, params has %s", had, name)
	}
	return nil
}

// setDelta writes the delta column of the first on-demand run into Copy, where
// it stays.
func setDelta(flow object, delta any) {
	l := core.List(flow, "transformations")
	for _, t := range l {
		if core.Text(t, "name") == "Copy" {
			t.(object)["params"] = object{"deltaColumn": delta}
			return
		}
	}
	flow["transformations"] = append([]any{object{"name": "Copy", "params": object{"deltaColumn": delta}}}, l...)
}

// actOnRun retries: failed runs, or successful ones that brought nothing.
func actOnRun(c *core.Call, r *core.Record) (core.Answer, error) {
	op := strings.ReplaceAll(strings.ToLower(c.Query.Get("op")), "_", "-")
	if op != "re-trigger" && op != "retrigger" {
		return core.Answer{}, core.FlowError(core.ErrOp, "op %q is not supported", c.Query.Get("op"))
	}
	o := r.Object()
	status := core.Text(o, "metrics", "statusSummary", "status")
	n, _ := core.AsInt(core.At(o, "metrics", "recordSummary", "outputRecordCount"))
	if status != "failed" && !(status == "success" && n == 0) {
		return core.Answer{}, core.FlowError(core.ErrRetriggerState,
			"the run is %s with %d records; only failed or empty runs can be repeated", status, n)
	}
	f := c.Space.Get(core.KindFlow, core.Text(o, "flowId"))
	if f == nil || core.Text(f.Object(), "state") != "enabled" {
		return core.Answer{}, core.FlowError(core.ErrRetriggerFlow, "the flow is not enabled")
	}
	ext := core.At(o, "metrics", "durationSummary", "extensions")
	from, _ := core.AsInt(core.At(ext, "windowStart"))
	to, _ := core.AsInt(core.At(ext, "windowEnd"))
	again := newRun(c.Space, f.Object(), c.Millis(), from, to, o["params"], running)
	c.Space.NextRun = 0
	return core.OK(brief(again))
}
