package emulator

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The emulator's own door: what was asked, which faults are set, what time it
// is, what there is. No token is needed and no fault touches it.
func adminRoutes() []route {
	r := func(method, pattern string, h handler) route {
		return route{svc: svcAdmin, method: method, pattern: pattern, run: h}
	}
	return []route{
		r(http.MethodGet, "/requests", func(c *call) (answer, error) { return ok(c.s.Requests()) }),
		r(http.MethodDelete, "/requests", func(c *call) (answer, error) {
			c.s.ForgetRequests()
			return answer{status: http.StatusNoContent}, nil
		}),
		r(http.MethodGet, "/objects", func(c *call) (answer, error) {
			return c.s.stored(func() (answer, error) { return ok(c.s.Objects()) })
		}),
		r(http.MethodPost, "/faults", addFaults),
		r(http.MethodDelete, "/faults", func(c *call) (answer, error) {
			c.s.ClearFaults()
			return answer{status: http.StatusNoContent}, nil
		}),
		r(http.MethodPost, "/runfaults", addRunFault),
		r(http.MethodGet, "/clock", func(c *call) (answer, error) { return ok(object{"now": c.s.now().Format(time.RFC3339Nano)}) }),
		r(http.MethodPost, "/clock", setClock),
	}
}

func addFaults(c *call) (answer, error) {
	rules, err := ParseFaults(c.raw)
	if err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "%v", err)
	}
	if slices.ContainsFunc(rules, func(f Fault) bool { return f.Kill != 0 }) {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "",
			"kill is not taken over HTTP: start the emulator with the rule in a file, --faults FILE")
	}
	if err := c.s.Inject(rules...); err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "%v", err)
	}
	return ok(object{"added": len(rules)})
}

func addRunFault(c *call) (answer, error) {
	var f RunFault
	if err := json.Unmarshal(c.raw, &f); err != nil {
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "run fault: %v", err)
	}
	c.s.InjectRun(f)
	return ok(object{"added": 1})
}

// setClock takes {"now": RFC 3339} or {"advance": "1h30m"}.
func setClock(c *call) (answer, error) {
	now, advance := text(c.body, "now"), text(c.body, "advance")
	switch {
	case now != "":
		t, err := time.Parse(time.RFC3339, now)
		if err != nil {
			return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "now is %q, expected RFC 3339", now)
		}
		c.s.SetNow(t)
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil {
			return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "advance is %q, expected a duration such as 1h30m", advance)
		}
		c.s.Advance(d)
	default:
		return answer{}, refuse(svcAdmin, http.StatusBadRequest, "", "expected now or advance")
	}
	return ok(object{"now": c.s.now().Format(time.RFC3339Nano)})
}

// serveAdmin answers outside of recording, faults and rates.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request, rest string, raw []byte, bodyErr error) {
	c := &call{s: s, svc: svcAdmin, r: r, raw: raw, now: s.now(), id: s.newHex(32), query: r.URL.Query()}
	a := c.safely(func() (answer, error) {
		rt, _, known := findRoute(svcAdmin, r.Method, rest)
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
	if werr := s.store.settled()(); werr != nil {
		return answer{}, werr
	}
	return a, err
}

// stableUUID derives an id from a name, so that a sandbox keeps its id.
func stableUUID(name string) string {
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return h[:8] + "-" + h[8:12] + "-5" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}
