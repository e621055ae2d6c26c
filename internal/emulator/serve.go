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

// ServeHTTP answers one call. A fault rule may stop it before or after its
// work. A call takes one of the slots only for its work: neither a body that
// comes slowly nor an answer that is read slowly holds other calls up.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	svc, rest, known := serviceOf(path)
	raw, bodyErr := s.readBody(w, r, svc)
	defer s.bodies.Add(-int64(len(raw)))
	if svc == svcAdmin || !known && r.Method == http.MethodGet && path == "/" {
		s.serveAdmin(w, r, rest, raw, bodyErr)
		return
	}
	select {
	case s.slots <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	c := &call{env: s.env, svc: svc, r: r, raw: raw}
	a, fault, lost := s.work(c, rest, known, bodyErr)
	if lost {
		if t, inProcess := w.(interface{ refuse() }); inProcess && fault.Refuse {
			t.refuse()
		}
		panic(http.ErrAbortHandler)
	}
	fault.write(w, s.env.now(), c.id, &a)
}

// work makes and records the answer of a call that has a slot, and gives the
// slot back; lost means that no answer may be sent.
func (s *Server) work(c *call, rest string, known bool, bodyErr error) (a answer, fault *Fault, lost bool) {
	defer func() { <-s.slots }()
	started := time.Now()
	c.now, c.id, c.query = s.env.now(), s.env.newHex(32), c.r.URL.Query()
	fault = s.faults.match(c.r.Method, c.r.URL, c.raw)
	a, err := s.before(c, fault)
	switch {
	case err == nil && a.status != 0: // answered by the fault
	case err != nil:
		a = c.refusal(err)
	case bodyErr != nil:
		a = c.refusal(bodyErr)
	case !known:
		a = c.refusal(problem(http.StatusNotFound, "NotFoundError", "there is no service at %s", c.r.URL.Path))
	default:
		a = s.safely(c, func() (answer, error) { return s.dispatch(c, rest) })
	}
	if fault != nil && fault.After {
		_ = s.pause(c.r, fault.delay()) // the work is done, whether or not the caller still waits
	}
	lost = fault.after(&a)
	s.recorder.add(c, &a, fault, time.Since(started))
	return a, fault, lost
}

// maxBodies is how many of the largest bodies may be under way at a time, or
// more of smaller ones.
const maxBodies = 32

// errBodies says that the bodies under way leave no room for more.
var errBodies = errors.New("too many bodies under way")

// readBody reads the whole body, for a fault rule and the record need it too.
// Its bytes count as under way until the call is answered, with an error too.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, svc service) (raw []byte, err error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	raw, err = io.ReadAll(meter{http.MaxBytesReader(w, r.Body, s.opts.MaxBody), s})
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		err = refuse(svc, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is larger than %d bytes", s.opts.MaxBody)
	case errors.Is(err, errBodies):
		err = refuse(svc, http.StatusServiceUnavailable, "ServiceUnavailable", "the bodies under way have more than %d bytes, try again later",
			maxBodies*s.opts.MaxBody)
	case err != nil:
		err = refuse(svc, http.StatusBadRequest, "BadRequestError", "the body breaks off after %d bytes", len(raw))
	}
	return raw, err
}

// meter counts the bytes of a body among those under way.
type meter struct {
	body io.Reader
	s    *Server
}

func (m meter) Read(b []byte) (int, error) {
	n, err := m.body.Read(b)
	if m.s.bodies.Add(int64(n)) > maxBodies*m.s.opts.MaxBody {
		return n, errBodies
	}
	return n, err
}

// before is what can happen ahead of the work: the fault's part, latency, the
// rate limit. A non-zero answer ends the call.
func (s *Server) before(c *call, fault *Fault) (answer, error) {
	if err := s.pause(c.r, s.opts.Latency); err != nil {
		return answer{}, err
	}
	if fault != nil {
		if !fault.After {
			if err := s.pause(c.r, fault.delay()); err != nil {
				return answer{}, err
			}
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

// safely makes an answer of whatever comes out of a piece of work.
func (s *Server) safely(c *call, work func() (answer, error)) (a answer) {
	defer func() {
		switch p := recover(); p := p.(type) {
		case nil:
		case stateError:
			a = c.refusal(p.err)
		default:
			s.bugs.Add(1)
			fmt.Fprintf(s.log(), "emulator: %q %q: %q\n%s", c.r.Method, c.r.URL.Path, fmt.Sprint(p), debug.Stack())
			a = c.refusal(fmt.Errorf("internal error: %v", p))
		}
	}()
	a, err := work()
	if err != nil {
		return c.refusal(err)
	}
	return a
}

// dispatch finds the handler, checks the caller, and runs it with its sandbox.
func (s *Server) dispatch(c *call, rest string) (answer, error) {
	rt, args, known := s.router.find(c.svc, c.r.Method, rest)
	needs := reads
	if rt != nil {
		needs = rt.access
	}
	if c.svc != svcIMS {
		if err := c.authenticate(needs); err != nil {
			return answer{}, err
		}
	}
	if rt == nil {
		return answer{}, c.noRoute(known)
	}
	c.args = args
	if err := c.decode(); err != nil {
		return answer{}, err
	}
	if err := s.env.store.failure(); err != nil && c.svc != svcIMS {
		return answer{}, err
	}
	return s.run(c, rt)
}

// noRoute refuses a path that no handler has, or none with this method.
func (c *call) noRoute(known bool) error {
	if known {
		return refuse(c.svc, http.StatusMethodNotAllowed, "MethodNotAllowedError", "%s is not allowed here", c.r.Method)
	}
	return refuse(c.svc, http.StatusNotFound, notFound, "there is nothing at %s", c.r.URL.Path)
}

func (s *Server) run(c *call, rt *route) (answer, error) {
	switch rt.access {
	case reads:
		if c.svc == svcFlow || c.svc == svcCatalog {
			c.sp.catchUp(c.now)
		}
		a, wait, err := s.runShared(c, rt)
		if werr := wait(); werr != nil {
			return answer{}, werr
		}
		return a, err
	case writes:
		a, wait, err := s.runAlone(c, rt)
		if werr := wait(); werr != nil {
			return answer{}, werr
		}
		return a, err
	}
	return rt.run(c)
}

// runShared leaves out what waits for the disk: whoever shows it waits too.
func (s *Server) runShared(c *call, rt *route) (a answer, wait func() error, err error) {
	c.sp.mu.RLock()
	defer c.sp.mu.RUnlock()
	wait = s.env.store.settled()
	if err := c.stillThere(); err != nil {
		return answer{}, wait, err
	}
	a, err = rt.run(c)
	return a, wait, err
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
