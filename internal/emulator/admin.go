package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// The emulator's own door: what was asked, which faults are set, what time it
// is, what there is. No token is needed and no fault touches it.
func (s *Server) adminRoutes() []core.Route {
	r := func(method, pattern string, h core.Handler) core.Route {
		return core.Route{Service: core.OwnService, Method: method, Pattern: pattern, Run: h}
	}
	return []core.Route{
		r(http.MethodGet, "/requests", func(c *core.Call) (core.Answer, error) { return core.OK(s.Requests()) }),
		r(http.MethodDelete, "/requests", func(c *core.Call) (core.Answer, error) {
			s.ForgetRequests()
			return core.Answer{Status: http.StatusNoContent}, nil
		}),
		r(http.MethodGet, "/objects", func(c *core.Call) (core.Answer, error) {
			return s.stored(func() (core.Answer, error) { return core.OK(s.Objects()) })
		}),
		r(http.MethodPost, "/faults", s.addFaults),
		r(http.MethodDelete, "/faults", func(c *core.Call) (core.Answer, error) {
			s.ClearFaults()
			return core.Answer{Status: http.StatusNoContent}, nil
		}),
		r(http.MethodPost, "/runfaults", s.addRunFault),
		r(http.MethodGet, "/clock", func(c *core.Call) (core.Answer, error) {
			return core.OK(object{"now": s.env.Now().Format(time.RFC3339Nano)})
		}),
		r(http.MethodPost, "/clock", s.setClock),
	}
}

func (s *Server) addFaults(c *core.Call) (core.Answer, error) {
	rules, err := ParseFaults(c.Raw)
	if err != nil {
		return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "%v", err)
	}
	if slices.ContainsFunc(rules, func(f Fault) bool { return f.Kill != 0 }) {
		return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "",
			"kill is not taken over HTTP: start the emulator with the rule in a file, --faults FILE")
	}
	if err := s.Inject(rules...); err != nil {
		return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "%v", err)
	}
	return core.OK(object{"added": len(rules)})
}

func (s *Server) addRunFault(c *core.Call) (core.Answer, error) {
	var f RunFault
	if err := json.Unmarshal(c.Raw, &f); err != nil {
		return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "run fault: %v", err)
	}
	s.env.RunFaults.Add(f)
	return core.OK(object{"added": 1})
}

// setClock takes {"now": RFC 3339} or {"advance": "1h30m"}.
func (s *Server) setClock(c *core.Call) (core.Answer, error) {
	now, advance := core.Text(c.Body, "now"), core.Text(c.Body, "advance")
	switch {
	case now != "":
		t, err := time.Parse(time.RFC3339, now)
		if err != nil {
			return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "now is %q, expected RFC 3339", now)
		}
		s.SetNow(t)
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil {
			return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "advance is %q, expected a duration such as 1h30m", advance)
		}
		s.Advance(d)
	default:
		return core.Answer{}, core.Refuse(core.OwnService, http.StatusBadRequest, "", "expected now or advance")
	}
	return core.OK(object{"now": s.env.Now().Format(time.RFC3339Nano)})
}

// serveAdmin answers outside of recording, faults and rates.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request, raw []byte, bodyErr error) {
	c := &core.Call{Env: s.env, Service: core.OwnService, Request: r, Raw: raw, Now: s.env.Now(), RequestID: s.env.NewHex(32), Query: r.URL.Query()}
	a := s.safely(c, func() (core.Answer, error) {
		rt, _, known := s.router.find(r.Method, r.URL.EscapedPath())
		switch {
		case bodyErr != nil:
			return core.Answer{}, bodyErr
		case r.URL.Path == "/":
			return s.stored(func() (core.Answer, error) { return s.page(c) })
		case rt == nil:
			return core.Answer{}, noRoute(c, known)
		}
		if err := c.Decode(); err != nil {
			return core.Answer{}, err
		}
		return rt.Run(c)
	})
	writeAnswer(w, c.Now, c.RequestID, &a)
}

// stored holds back what is shown of the objects until all of them are on disk.
func (s *Server) stored(show func() (core.Answer, error)) (core.Answer, error) {
	a, err := show()
	if werr := s.env.Store.Settled()(); werr != nil {
		return core.Answer{}, werr
	}
	return a, err
}
