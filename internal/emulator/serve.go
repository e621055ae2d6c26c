package emulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

// ServeHTTP answers one call. A fault rule may stop it before or after its work.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	svc, rest, known := serviceOf(path)
	if svc == svcAdmin || !known && r.Method == http.MethodGet && path == "/" {
		s.serveAdmin(w, r, rest)
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-r.Context().Done():
		return
	}
	started := time.Now()
	c := &call{s: s, svc: svc, r: r, now: s.now(), id: s.newHex(32), query: r.URL.Query()}
	raw, tooLarge := readBody(w, r, s.opts.MaxBody)
	c.raw = raw

	fault := s.faults.match(r.Method, r.URL, raw)
	a, err := s.before(c, fault)
	switch {
	case err == nil && a.status != 0: // answered by the fault
	case err != nil:
		a = c.refusal(err)
	case tooLarge:
		a = c.refusal(refuse(svc, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is larger than %d bytes", s.opts.MaxBody))
	case !known:
		a = c.refusal(problem(http.StatusNotFound, "NotFoundError", "there is no service at %s", r.URL.Path))
	default:
		a = s.dispatch(c, rest)
	}
	lost := fault.after(&a)
	s.recorder.add(c, &a, fault, time.Since(started))
	if lost {
		if t, inProcess := w.(interface{ refuse() }); inProcess && fault.Refuse {
			t.refuse()
		}
		panic(http.ErrAbortHandler)
	}
	fault.write(w, s.now(), c.id, &a)
}

// readBody reads the whole body; a fault rule and the record need it too.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) (raw []byte, tooLarge bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, false
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	return raw, errors.As(err, &over)
}

// before is what can happen ahead of the work: the fault's part, latency, the
// rate limit. A non-zero answer ends the call.
func (s *Server) before(c *call, fault *Fault) (answer, error) {
	if err := s.pause(c.r, s.opts.Latency); err != nil {
		return answer{}, err
	}
	if fault != nil {
		if err := s.pause(c.r, fault.delay()); err != nil {
			return answer{}, err
		}
		if a, ended := fault.before(); ended {
			return a, nil
		}
	}
	if s.limiter != nil && c.svc != svcIMS && !s.limiter.Allow() {
		return answer{}, throttled(max(1, int(1/s.opts.Rate)))
	}
	return answer{}, nil
}

func (s *Server) pause(r *http.Request, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// dispatch finds the handler, checks the caller, and runs it with its sandbox.
func (s *Server) dispatch(c *call, rest string) (a answer) {
	defer func() {
		switch p := recover(); p := p.(type) {
		case nil:
		case stateError:
			a = c.refusal(p.err)
		default:
			s.bugs.Add(1)
			fmt.Fprintf(s.log(), "emulator: %s %s: %v\n%s", c.r.Method, c.r.URL.Path, p, debug.Stack())
			a = c.refusal(fmt.Errorf("internal error: %v", p))
		}
	}()
	rt, args, known := findRoute(c.svc, c.r.Method, rest)
	needs := reads
	if rt != nil {
		needs = rt.access
	}
	if c.svc != svcIMS {
		if err := c.authenticate(needs); err != nil {
			return c.refusal(err)
		}
	}
	if rt == nil {
		if known {
			return c.refusal(refuse(c.svc, http.StatusMethodNotAllowed, "MethodNotAllowedError", "%s is not allowed here", c.r.Method))
		}
		return c.refusal(refuse(c.svc, http.StatusNotFound, notFound, "there is nothing at %s", c.r.URL.Path))
	}
	c.args = args
	if err := c.decode(); err != nil {
		return c.refusal(err)
	}
	a, err := s.run(c, rt)
	if err != nil {
		return c.refusal(err)
	}
	return a
}

func (s *Server) run(c *call, rt *route) (answer, error) {
	switch rt.access {
	case reads:
		if c.svc == svcFlow || c.svc == svcCatalog {
			c.sp.catchUp(c.now)
		}
		c.sp.mu.RLock()
		defer c.sp.mu.RUnlock()
		if err := c.stillThere(); err != nil {
			return answer{}, err
		}
		return rt.run(c)
	case writes:
		a, wait, err := s.runAlone(c, rt)
		if werr := wait(); werr != nil {
			return answer{}, werr
		}
		return a, err
	}
	return rt.run(c)
}

// runAlone gives the sandbox free before the disk is waited for, so that calls
// that come meanwhile share the next write.
func (s *Server) runAlone(c *call, rt *route) (a answer, wait func() error, err error) {
	c.sp.mu.Lock()
	defer c.sp.mu.Unlock()
	defer func() { wait = c.sp.flush() }()
	if err := c.stillThere(); err != nil {
		return answer{}, nil, err
	}
	if c.svc == svcFlow {
		c.sp.runDue(c.now)
	}
	a, err = rt.run(c)
	return a, nil, err
}

// refusal writes an error in its envelope; what is not a refusal is our fault.
func (c *call) refusal(err error) answer {
	var r *refusal
	if !errors.As(err, &r) {
		r = refuse(c.svc, http.StatusInternalServerError, "Internal Error", "%v", err)
	}
	body := clone(r.body).(object)
	if report, ok := body["report"].(object); ok {
		if c.svc == svcRegistry {
			report["registryRequestId"] = c.id
			report["timestamp"] = c.now.Format("01-02-2006 15:04:05")
		} else {
			report["request-id"] = c.id
		}
	}
	return answer{status: r.status, header: r.header, body: toJSON(body), contentType: "application/json"}
}

// writeAnswer sends an answer; the Date is the emulator's, because clients
// take the platform's time from it.
func writeAnswer(w http.ResponseWriter, now time.Time, requestID string, a *answer) {
	w.Header().Set("Date", now.Format(http.TimeFormat))
	w.Header().Set("x-request-id", requestID)
	a.send(w)
}

func (a *answer) send(w http.ResponseWriter) {
	h := w.Header()
	for _, kv := range a.header {
		h.Set(kv[0], kv[1])
	}
	if len(a.body) > 0 {
		kind := a.contentType
		if kind == "" {
			kind = "application/json"
		}
		h.Set("Content-Type", kind)
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}
