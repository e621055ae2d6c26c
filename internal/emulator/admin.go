package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
)

// admin answers the emulator's own calls: requests, faults, clock, and objects.
// They need no token, and no fault, rate, or latency touches them.
type admin struct{ s *Server }

func (a admin) routes() []core.Route {
	r, s := core.RoutesOf(core.OwnService), a.s
	return []core.Route{
		r(http.MethodGet, "/requests", core.NoSpace,
			func(c *core.Call) (core.Answer, error) { return core.OK(s.Requests()) }),
		r(http.MethodDelete, "/requests", core.NoSpace, func(c *core.Call) (core.Answer, error) {
			s.ForgetRequests()
			return core.Answer{Status: http.StatusNoContent}, nil
		}),
		r(http.MethodGet, "/objects", core.NoSpace, func(c *core.Call) (core.Answer, error) {
			return a.stored(func() (core.Answer, error) { return core.OK(s.Objects()) })
		}),
		r(http.MethodGet, "/datasets/{id}/rows", core.NoSpace, func(c *core.Call) (core.Answer, error) {
			return a.stored(func() (core.Answer, error) { return a.records(c) })
		}),
		r(http.MethodPost, "/faults", core.NoSpace, a.addFaults),
		r(http.MethodDelete, "/faults", core.NoSpace, func(c *core.Call) (core.Answer, error) {
			s.ClearFaults()
			return core.Answer{Status: http.StatusNoContent}, nil
		}),
		r(http.MethodPost, "/runfaults", core.NoSpace, a.addRunFault),
		r(http.MethodPost, "/runs", core.NoSpace, a.runNow),
		r(http.MethodGet, "/clock", core.NoSpace, func(c *core.Call) (core.Answer, error) {
			return core.OK(object{"now": s.env.Now().Format(time.RFC3339Nano)})
		}),
		r(http.MethodPost, "/clock", core.NoSpace, a.setClock),
	}
}

// records answers the newest records of a dataset, whichever sandbox it is in: each with its row, what each mapping
// did, and the run that brought it; and the newest rows that failed.
func (a admin) records(c *core.Call) (core.Answer, error) {
	id := c.Arg("id")
	for _, sp := range a.s.env.AllSpaces() {
		flow.CatchUp(sp, c.Now)
		sp.Mu.RLock()
		known := sp.Get(core.KindDataset, id) != nil
		rows, failed := append([]any{}, catalog.RecordsOf(sp, id)...), catalog.FailedRows(sp, id, c.Millis())
		sp.Mu.RUnlock()
		if known {
			body := object{"dataset": id, "org": sp.Org.ID, "sandbox": sp.Sandbox.Name, "rows": rows,
				"failed": failed}
			return core.Answer{Status: http.StatusOK, Body: []byte(indented(core.ToJSON(body)) + "\n")}, nil // for people
		}
	}
	return core.Answer{}, core.Refuse(core.OwnService, http.StatusNotFound, "", "there is no dataset %s", id)
}

func badCall(format string, args ...any) error {
	return core.Refuse(core.OwnService, http.StatusBadRequest, "", format, args...)
}

func (a admin) addFaults(c *core.Call) (core.Answer, error) {
	rules, err := ParseFaults(c.Raw)
	if err != nil {
		return core.Answer{}, badCall("%v", err)
	}
	if slices.ContainsFunc(rules, func(f Fault) bool { return f.Kill != 0 }) {
		return core.Answer{}, badCall(
			"kill is not taken over HTTP: start the emulator with --faults FILE, which has the rule",
		)
	}
	if err := a.s.Inject(rules...); err != nil {
		return core.Answer{}, badCall("%v", err)
	}
	return core.OK(object{"added": len(rules)})
}

func (a admin) addRunFault(c *core.Call) (core.Answer, error) {
	var f RunFault
	if err := json.Unmarshal(c.Raw, &f); err != nil {
		return core.Answer{}, badCall("run fault: %v", err)
	}
	a.s.env.RunFaults.Add(f)
	return core.OK(object{"added": 1})
}

// runNow takes {"flow": ID, "org", "sandbox"} and begins a run of an enabled flow.
func (a admin) runNow(c *core.Call) (core.Answer, error) {
	o := a.s.env.Org(cmp.Or(core.Text(c.Body, "org"), a.s.env.Orgs[0].ID))
	if o == nil {
		return core.Answer{}, badCall("there is no organization %q", core.Text(c.Body, "org"))
	}
	sandbox := o.Sandbox(cmp.Or(core.Text(c.Body, "sandbox"), o.DefaultSandbox()))
	if sandbox == nil {
		return core.Answer{}, badCall("there is no sandbox %q", core.Text(c.Body, "sandbox"))
	}
	sp := a.s.env.Space(o, sandbox)
	sp.Mu.Lock()
	flow.RunDue(sp, c.Now)
	run := flow.RunNow(sp, core.Text(c.Body, "flow"), c.Now)
	wait := sp.Flush()
	sp.Mu.Unlock()
	if err := wait(); err != nil {
		return core.Answer{}, err
	}
	if run == "" {
		return core.Answer{}, badCall(
			"sandbox %s has no enabled source flow with id %q",
			sandbox.Name,
			core.Text(c.Body, "flow"),
		)
	}
	return core.OK(object{"run": run})
}

// setClock takes {"now": RFC 3339} or {"advance": "1h30m"}.
func (a admin) setClock(c *core.Call) (core.Answer, error) {
	now, advance := core.Text(c.Body, "now"), core.Text(c.Body, "advance")
	switch {
	case now != "":
		t, err := time.Parse(time.RFC3339, now)
		if err != nil {
			return core.Answer{}, badCall("now is %q, expected RFC 3339", now)
		}
		a.s.SetNow(t)
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil {
			return core.Answer{}, badCall("advance is %q, expected a duration such as 1h30m", advance)
		}
		a.s.Advance(d)
	default:
		return core.Answer{}, badCall("expected now or advance")
	}
	return core.OK(object{"now": a.s.env.Now().Format(time.RFC3339Nano)})
}

// serve answers outside of recording, faults and rates.
func (a admin) serve(w http.ResponseWriter, r *http.Request, raw []byte, bodyErr error) {
	c := &core.Call{Env: a.s.env, Service: core.OwnService, Request: r, Raw: raw, Now: a.s.env.Now(),
		RequestID: a.s.env.NewHex(32), Query: r.URL.Query()}
	answer := a.s.safely(c, func() (core.Answer, error) {
		rt, args, known := a.s.router.Find(r.Method, r.URL.EscapedPath())
		switch {
		case bodyErr != nil:
			return core.Answer{}, bodyErr
		case r.URL.Path == "/":
			return a.stored(func() (core.Answer, error) { return a.page(c) })
		case rt == nil:
			return core.Answer{}, noRoute(c, known)
		}
		c.Args = args
		if err := c.Decode(); err != nil {
			return core.Answer{}, err
		}
		return rt.Run(c)
	})
	writeAnswer(w, c.Now, c.RequestID, &answer)
}

// stored holds back what is shown of the objects until all of them are on disk.
func (a admin) stored(show func() (core.Answer, error)) (core.Answer, error) {
	answer, err := show()
	if werr := a.s.env.Store.Settled()(); werr != nil {
		return core.Answer{}, werr
	}
	return answer, err
}
