package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// The emulator's own door: what was asked, which faults are set, what time it
// is, what there is. No token is needed and no fault touches it.
func (s *Server) adminRoutes() []route {
	r := func(method, pattern string, h handler) route {
		return route{svc: svcAdmin, method: method, pattern: pattern, run: h}
	}
	return []route{
		r(http.MethodGet, "/requests", func(c *call) (answer, error) { return ok(s.Requests()) }),
		r(http.MethodDelete, "/requests", func(c *call) (answer, error) {
			s.ForgetRequests()
			return answer{status: http.StatusNoContent}, nil
		}),
		r(http.MethodGet, "/objects", func(c *call) (answer, error) {
			return s.stored(func() (answer, error) { return ok(s.Objects()) })
		}),
		r(http.MethodPost, "/faults", s.addFaults),
		r(http.MethodDelete, "/faults", func(c *call) (answer, error) {
			s.ClearFaults()
			return answer{status: http.StatusNoContent}, nil
		}),
		r(http.MethodPost, "/runfaults", s.addRunFault),
		r(http.MethodGet, "/clock", func(c *call) (answer, error) { return ok(object{"now": s.env.now().Format(time.RFC3339Nano)}) }),
		r(http.MethodPost, "/clock", s.setClock),
	}
}

func (s *Server) addFaults(c *call) (answer, error) {
	rules, err := ParseFaults(c.raw)
	if err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "%v", err)
	}
	if slices.ContainsFunc(rules, func(f Fault) bool { return f.Kill != 0 }) {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "",
			"kill is not taken over HTTP: start the emulator with the rule in a file, --faults FILE")
	}
	if err := s.Inject(rules...); err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "%v", err)
	}
	return ok(object{"added": len(rules)})
}

func (s *Server) addRunFault(c *call) (answer, error) {
	var f RunFault
	if err := json.Unmarshal(c.raw, &f); err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "run fault: %v", err)
	}
	s.env.runFaults.add(f)
	return ok(object{"added": 1})
}

// setClock takes {"now": RFC 3339} or {"advance": "1h30m"}.
func (s *Server) setClock(c *call) (answer, error) {
	now, advance := text(c.body, "now"), text(c.body, "advance")
	switch {
	case now != "":
		t, err := time.Parse(time.RFC3339, now)
		if err != nil {
			return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "now is %q, expected RFC 3339", now)
		}
		s.SetNow(t)
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil {
			return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "advance is %q, expected a duration such as 1h30m", advance)
		}
		s.Advance(d)
	default:
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "expected now or advance")
	}
	return ok(object{"now": s.env.now().Format(time.RFC3339Nano)})
}

// serveAdmin answers outside of recording, faults and rates.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request, rest string, raw []byte, bodyErr error) {
	c := &call{env: s.env, svc: svcAdmin, r: r, raw: raw, now: s.env.now(), id: s.env.newHex(32), query: r.URL.Query()}
	a := s.safely(c, func() (answer, error) {
		rt, _, known := s.router.find(svcAdmin, r.Method, rest)
		switch {
		case bodyErr != nil:
			return answer{}, bodyErr
		case r.URL.Path == "/":
			return s.stored(func() (answer, error) { return s.page(c) })
		case rt == nil:
			return answer{}, c.noRoute(known)
		}
		if err := c.decode(); err != nil {
			return answer{}, err
		}
		return rt.run(c)
	})
	writeAnswer(w, c.now, c.id, &a)
}

// stored holds back what is shown of the objects until all of them are on disk.
func (s *Server) stored(show func() (answer, error)) (answer, error) {
	a, err := show()
	if werr := s.env.store.settled()(); werr != nil {
		return answer{}, werr
	}
	return a, err
}
