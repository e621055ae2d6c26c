package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// Runs. Nothing happens in the background: whoever looks at a sandbox first
// brings it up to the clock. A flow in state enabled has a run at its start
// and then one each period; a run takes runTime and then has its metrics.

const (
	runTime = 30 * time.Second
	// maxRunsAtOnce bounds what a leap of the clock makes of one flow; the
	// first run made then covers the window of those left out.
	maxRunsAtOnce = 200
	running       = "inProgress"
)

func runRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcFlow, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/runs", reads, listEntities(kindRun)),
		r(http.MethodPost, "/runs", writes, createRun),
		r(http.MethodGet, "/runs/{id}", reads, getEntity(kindRun)),
		r(http.MethodPut, "/runs/{id}", writes, func(c *call) (answer, error) {
			return answer{}, flowError(errRunWrite, "flow runs are written by providers only")
		}),
		r(http.MethodPost, "/runs/{id}/action", writes, actOnRun),
		// Older flows link to their runs this way.
		r(http.MethodGet, "/flows/{id}/runs", reads, func(c *call) (answer, error) {
			return c.list(kindRun, listQuery{limit: maxListLimit, exprs: []string{"flowId==" + c.arg("id")}})
		}),
	}
}

// nextDue is the next slot of an enabled flow, in ms: the first that is neither
// behind the flow's last write nor run already. 0 is never.
func nextDue(flow object, slot int64) int64 {
	if text(flow, "state") != "enabled" || !isSourceFlow(flow) || len(texts(flow, "sourceConnectionIds")) != 1 || len(texts(flow, "targetConnectionIds")) != 1 {
		return 0
	}
	s, err := readSchedule(flow["scheduleParams"])
	if err != nil {
		return 0
	}
	written, _ := asInt(flow["updatedAt"])
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

// catchUp makes the runs that fell due since the last look.
func (sp *space) catchUp(now time.Time) {
	sp.mu.RLock()
	late := sp.due == nil || now.UnixMilli() >= sp.nextRun
	sp.mu.RUnlock()
	if !late {
		return
	}
	sp.mu.Lock()
	sp.runDue(now)
	wait := sp.flush()
	sp.mu.Unlock()
	if err := wait(); err != nil {
		panic(stateError{err})
	}
}

const never = int64(1<<63 - 1)

// runDue is catchUp with mu held.
func (sp *space) runDue(now time.Time) {
	if sp.due == nil {
		sp.due = map[string]int64{}
		for _, r := range sp.table(kindFlow).order {
			if r.due != 0 {
				sp.due[r.id] = r.due
			}
		}
		sp.nextRun = 0
	}
	ms := now.UnixMilli()
	if ms < sp.nextRun {
		return
	}
	sp.finishRuns(ms)
	var late []string
	for id, at := range sp.due {
		if at <= ms {
			late = append(late, id)
		}
	}
	slices.Sort(late)
	for _, id := range late {
		sp.startRuns(id, sp.due[id], ms)
	}
	sp.finishRuns(ms)
	sp.nextRun = never
	for _, at := range sp.due {
		sp.nextRun = min(sp.nextRun, at)
	}
	for _, r := range sp.table(kindRun).by(statusPath, running) {
		sp.nextRun = min(sp.nextRun, r.created+runTime.Milliseconds())
	}
	for _, r := range sp.table(kindRun).by(statusPath, "scheduled") {
		start, _ := asInt(at(r.object(), "params", "startTime"))
		sp.nextRun = min(sp.nextRun, start*1000)
	}
}

// startRuns makes the runs of one flow from its slot `at` up to now.
func (sp *space) startRuns(id string, at, now int64) {
	r := sp.get(kindFlow, id)
	flow := r.object()
	s, err := readSchedule(flow["scheduleParams"])
	if err != nil {
		sp.noteDue(id, 0)
		return
	}
	period := s.period().Milliseconds()
	if period > 0 {
		if missed := (now - at) / period; missed >= maxRunsAtOnce {
			at += (missed - maxRunsAtOnce + 1) * period
		}
	}
	slot := r.slot
	for ; at <= now; at += period {
		sp.newRun(flow, at, windowStart(flow, s, slot), at, nil, running)
		slot = at
		if period == 0 {
			break
		}
	}
	sp.moveEtag(flow, now)
	sp.ranAt(r, flow, slot)
}

// moveEtag is what a run does to its flow's etag.
func (sp *space) moveEtag(flow object, now int64) {
	if !sp.env.sw.RunsKeepEtag {
		etag := sp.env.newEtag(time.UnixMilli(now))
		flow["etag"], flow["version"] = etag, etag
	}
}

// windowStart is the end of the last window; the first run reads from the
// beginning when backfill is on.
func windowStart(flow object, s schedule, slot int64) int64 {
	if slot != 0 {
		return slot
	}
	if s.once() || s.backfill {
		return 0
	}
	made, _ := asInt(flow["createdAt"])
	return min(made, s.start*1000)
}

func (sp *space) newRun(flow object, at, from, to int64, params any, status string) object {
	id := sp.env.newUUID()
	etag := sp.env.newEtag(time.UnixMilli(at))
	o := object{
		"id": id, "flowId": flow["id"], "flowSpec": flow["flowSpec"], "etag": etag, "version": etag, "createdAt": at, "updatedAt": at,
		"createdBy": flow["createdBy"], "updatedBy": flow["createdBy"], "createdClient": flow["createdClient"], "updatedClient": flow["createdClient"],
		"sandboxId": sp.sandbox.ID, "sandboxName": sp.sandbox.Name, "imsOrgId": sp.org.ID, "providerRefId": sp.env.newUUID(),
		"metrics": object{
			"durationSummary": object{"startedAtUTC": at, "extensions": object{"windowStart": from, "windowEnd": to}},
			"statusSummary":   object{"status": status, "errors": []any{}},
		},
		"activities": []any{},
	}
	if params != nil {
		o["params"] = params
	}
	sp.put(kindRun, id, at, o)
	return o
}

// finishRuns ends every run whose time is over, and begins on-demand runs.
func (sp *space) finishRuns(now int64) {
	runs := sp.table(kindRun)
	for _, r := range append([]*record(nil), runs.by(statusPath, "scheduled")...) {
		o := r.object()
		if start, _ := asInt(at(o, "params", "startTime")); start*1000 <= now {
			at(o, "metrics", "statusSummary").(object)["status"] = running
			sp.put(kindRun, r.id, r.created, o)
		}
	}
	for _, r := range append([]*record(nil), runs.by(statusPath, running)...) {
		if r.created+runTime.Milliseconds() <= now {
			sp.finishRun(r)
		}
	}
}

func (sp *space) finishRun(r *record) {
	o := r.object()
	f := sp.get(kindFlow, text(o, "flowId"))
	if f == nil {
		return
	}
	flow := f.object()
	out := sp.env.ingest(sp, flow, o)
	begun, _ := asInt(at(o, "metrics", "durationSummary", "startedAtUTC"))
	ended := max(begun, r.created) + runTime.Milliseconds()
	batch := ""
	if out.status != "failed" {
		batch = sp.newBatch(flow, out, begun, ended)
	}
	o["metrics"], o["activities"] = out.metrics(at(o, "metrics", "durationSummary", "extensions"), begun, ended), out.activities(flow, batch, begun, ended)
	o["updatedAt"] = ended
	etag := sp.env.newEtag(time.UnixMilli(ended))
	o["etag"], o["version"] = etag, etag
	sp.put(kindRun, r.id, r.created, o)
	d, _ := flow["lastRunDetails"].(object)
	if d == nil {
		d = object{}
	}
	d["id"], d["startedAtUTC"], d["completedAtUTC"] = r.id, begun, ended
	d["state"] = out.status
	if out.status != "failed" {
		d["state"] = "success"
	}
	flow["lastRunDetails"] = d
	sp.moveEtag(flow, ended)
	sp.put(kindFlow, f.id, f.created, flow)
}

// createRun starts a one-time flow again for a window of its own.
func createRun(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	id := text(body, "flowId")
	if id == "" {
		return answer{}, flowError(errEmptyFlowID, "flowId is missing")
	}
	r := c.sp.get(kindFlow, id)
	if r == nil || c.hides(kindFlow, r) {
		return answer{}, flowError(errRunFlow, "there is no flow with id %s", id)
	}
	flow := r.object()
	s, err := readSchedule(flow["scheduleParams"])
	if err != nil || !s.once() {
		return answer{}, flowError(errRunFrequency, "on-demand runs are for one-time flows, this one runs by %q", s.frequency)
	}
	params, isObject := body["params"].(object)
	if !isObject || len(params) == 0 {
		return answer{}, flowError(errRunParams, "params is missing or empty")
	}
	if err := c.checkRunParams(params, flow); err != nil {
		return answer{}, err
	}
	from, _ := asInt(params["windowStartTime"])
	to, _ := asInt(params["windowEndTime"])
	o := c.sp.newRun(flow, c.ms(), from*1000, to*1000, params, "scheduled")
	if d := params["deltaColumn"]; d != nil {
		setDelta(flow, d)
		c.touch(flow, "update", nil)
		c.sp.put(kindFlow, r.id, r.created, flow)
	}
	c.sp.nextRun = 0
	switch c.env.sw.CreateRunShape {
	case "bare":
		return created(brief(o), "")
	case "full":
		return created(o, "")
	}
	return created(object{"items": []any{brief(o)}}, "")
}

func (c *call) checkRunParams(p, flow object) error {
	times := map[string]int64{}
	for _, name := range []string{"startTime", "windowStartTime", "windowEndTime"} {
		n, isInt := asInt(p[name])
		if !isInt || n < 0 {
			return flowError(errRunParams, "params.%s must be Unix seconds", name)
		}
		times[name] = n
	}
	if times["windowEndTime"] < times["windowStartTime"] {
		return flowError(errRunWindow, "the window ends before it starts")
	}
	if text(flow, "flowSpec", "id") != specs.CRMToAEP {
		return nil
	}
	copyParams, _ := transformation(flow, "Copy")
	had := text(copyParams, "deltaColumn", "name")
	name := text(p, "deltaColumn", "name")
	switch {
	case name == "" && had == "":
		return flowError(errRunDeltaMissing, "the first on-demand run needs params.deltaColumn.name")
	case name != "" && had != "" && name != had:
		return flowError(errRunDelta, "the flow's delta column is %s, params has %s", had, name)
	}
	return nil
}

// setDelta writes the delta column of the first on-demand run into Copy, where
// it stays.
func setDelta(flow object, delta any) {
	l := list(flow, "transformations")
	for _, t := range l {
		if text(t, "name") == "Copy" {
			t.(object)["params"] = object{"deltaColumn": delta}
			return
		}
	}
	flow["transformations"] = append([]any{object{"name": "Copy", "params": object{"deltaColumn": delta}}}, l...)
}

// actOnRun retries: failed runs, or successful ones that brought nothing.
func actOnRun(c *call) (answer, error) {
	r, err := c.entity(kindRun)
	if err != nil {
		return answer{}, err
	}
	op := strings.ReplaceAll(strings.ToLower(c.query.Get("op")), "_", "-")
	if op != "re-trigger" && op != "retrigger" {
		return answer{}, flowError(errOp, "op %q is not supported", c.query.Get("op"))
	}
	o := r.object()
	status := text(o, "metrics", "statusSummary", "status")
	n, _ := asInt(at(o, "metrics", "recordSummary", "outputRecordCount"))
	if status != "failed" && !(status == "success" && n == 0) {
		return answer{}, flowError(errRetriggerState, "the run is %s with %d records; only failed or empty runs can be repeated", status, n)
	}
	f := c.sp.get(kindFlow, text(o, "flowId"))
	if f == nil || text(f.object(), "state") != "enabled" {
		return answer{}, flowError(errRetriggerFlow, "the flow is not enabled")
	}
	ext := at(o, "metrics", "durationSummary", "extensions")
	from, _ := asInt(at(ext, "windowStart"))
	to, _ := asInt(at(ext, "windowEnd"))
	again := c.sp.newRun(f.object(), c.ms(), from, to, o["params"], running)
	c.sp.nextRun = 0
	return ok(brief(again))
}
