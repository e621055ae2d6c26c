package emulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/flow"
)

// ServeHTTP answers one call. A fault rule may stop it before or after its
// work. A call takes one of the slots only for its work: neither a body that
// comes slowly nor an answer that is read slowly holds other calls up.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	svc, known := core.ServiceOf(path)
	raw, bodyErr := s.readBody(w, r, svc)
	defer s.bodies.Add(-int64(len(raw)))
	if svc == core.OwnService || !known && r.Method == http.MethodGet && path == "/" {
		admin{s}.serve(w, r, raw, bodyErr)
		return
	}
	select {
	case s.slots <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	c := &core.Call{Env: s.env, Service: svc, Request: r, Raw: raw}
	a, fault, lost := s.work(c, known, bodyErr)
	if lost {
		if t, inProcess := w.(interface{ refuse() }); inProcess && fault.Refuse {
			t.refuse()
		}
		panic(http.ErrAbortHandler)
	}
	fault.write(w, s.env.Now(), c.RequestID, &a)
}

// work makes and records the answer of a call that has a slot, and gives the
// slot back; lost means that no answer may be sent.
func (s *Server) work(c *core.Call, known bool, bodyErr error) (a core.Answer, fault *Fault, lost bool) {
	defer func() { <-s.slots }()
	started := time.Now()
	c.Now, c.RequestID, c.Query = s.env.Now(), s.env.NewHex(32), c.Request.URL.Query()
	fault = s.faults.match(c.Request.Method, c.Request.URL, c.Raw)
	a, err := s.before(c, fault)
	switch {
	case err == nil && a.Status != 0: // answered by the fault
	case err != nil:
		a = refusal(c, err)
	case bodyErr != nil:
		a = refusal(c, bodyErr)
	case !known:
		a = refusal(c, core.Missing("there is no service at %s", c.Request.URL.Path))
	default:
		a = s.safely(c, func() (core.Answer, error) { return s.dispatch(c) })
	}
	if fault != nil && fault.After {
		_ = pause(c.Request, fault.delay()) // the work is done, whether or not the caller still waits
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
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, svc core.Service) (raw []byte, err error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	raw, err = io.ReadAll(meter{http.MaxBytesReader(w, r.Body, s.opts.MaxBody), s})
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		err = core.Refuse(svc, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is larger than %d bytes",
			s.opts.MaxBody)
	case errors.Is(err, errBodies):
		err = core.Refuse(svc, http.StatusServiceUnavailable, "ServiceUnavailable",
			"the bodies under way have more than %d bytes, try again later",
			maxBodies*s.opts.MaxBody)
	case err != nil:
		err = core.Refuse(svc, http.StatusBadRequest, "BadRequestError", "the body breaks off after %d bytes", len(raw))
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
func (s *Server) before(c *core.Call, fault *Fault) (core.Answer, error) {
	if err := pause(c.Request, s.opts.Latency); err != nil {
		return core.Answer{}, err
	}
	if fault != nil {
		if !fault.After {
			if err := pause(c.Request, fault.delay()); err != nil {
				return core.Answer{}, err
			}
		}
		if a, ended := fault.before(); ended {
			return a, nil
		}
	}
	if s.limiter != nil && c.Service != core.IMSService && !s.limiter.Allow() {
		return core.Answer{}, core.Throttled(max(1, int(1/s.opts.Rate)))
	}
	return core.Answer{}, nil
}

func pause(r *http.Request, d time.Duration) error {
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

// safely makes an answer of whatever comes out of a piece of work. A panic, also
// one that another goroutine carried here, is logged with its stack.
func (s *Server) safely(c *core.Call, work func() (core.Answer, error)) (a core.Answer) {
	var err error
	if p := bug.Catch(func() { a, err = work() }); p != nil {
		err = p
	}
	var p *bug.Panic
	if errors.As(err, &p) {
		if unread, is := p.Value.(core.StateError); is {
			return refusal(c, unread.Err)
		}
		s.bugs.Add(1)
		fmt.Fprintf(s.log(), "emulator: %q %q: %q\n%s", c.Request.Method, c.Request.URL.Path, fmt.Sprint(p.Value), p.Stack)
	}
	if err != nil {
		return refusal(c, err)
	}
	return a
}

// dispatch finds the handler, checks the caller, and runs it with its sandbox.
func (s *Server) dispatch(c *core.Call) (core.Answer, error) {
	rt, args, known := s.router.Find(c.Request.Method, c.Request.URL.EscapedPath())
	needs := core.Reads
	if rt != nil {
		needs = rt.Access
	}
	if c.Service != core.IMSService && c.Service != core.InletService {
		if err := c.Authenticate(needs); err != nil {
			return core.Answer{}, err
		}
	}
	if rt == nil {
		return core.Answer{}, noRoute(c, known)
	}
	c.Args = args
	if err := c.Decode(); err != nil {
		return core.Answer{}, err
	}
	if err := s.env.Store.Failure(); err != nil && c.Service != core.IMSService {
		return core.Answer{}, err
	}
	return run(c, rt)
}

// noRoute refuses a path that no handler has, or none with this method.
func noRoute(c *core.Call, known bool) error {
	if known {
		return core.Refuse(c.Service, http.StatusMethodNotAllowed, "MethodNotAllowedError", "%s is not allowed here",
			c.Request.Method)
	}
	return core.Refuse(c.Service, http.StatusNotFound, core.NotFound, "there is nothing at %s", c.Request.URL.Path)
}

func run(c *core.Call, rt *core.Route) (core.Answer, error) {
	switch rt.Access {
	case core.Reads:
		if c.Service == core.FlowService || c.Service == core.CatalogService {
			flow.CatchUp(c.Space, c.Now)
		}
		a, wait, err := runShared(c, rt)
		if werr := wait(); werr != nil {
			return core.Answer{}, werr
		}
		return a, err
	case core.Writes:
		a, wait, err := runAlone(c, rt)
		if werr := wait(); werr != nil {
			return core.Answer{}, werr
		}
		return a, err
	}
	return rt.Run(c)
}

// runShared leaves out what waits for the disk: whoever shows it waits too.
func runShared(c *core.Call, rt *core.Route) (a core.Answer, wait func() error, err error) {
	c.Space.Mu.RLock()
	defer c.Space.Mu.RUnlock()
	wait = c.Env.Store.Settled()
	if err := c.StillThere(); err != nil {
		return core.Answer{}, wait, err
	}
	a, err = rt.Run(c)
	return a, wait, err
}

// runAlone gives the sandbox free before the disk is waited for, so that calls
// that come meanwhile share the next write.
func runAlone(c *core.Call, rt *core.Route) (a core.Answer, wait func() error, err error) {
	c.Space.Mu.Lock()
	defer c.Space.Mu.Unlock()
	defer func() { wait = c.Space.Flush() }()
	if err := c.StillThere(); err != nil {
		return core.Answer{}, nil, err
	}
	if c.Service == core.FlowService {
		flow.RunDue(c.Space, c.Now)
	}
	a, err = rt.Run(c)
	return a, nil, err
}

// refusal writes an error in its envelope; what is not a refusal is our fault.
func refusal(c *core.Call, err error) core.Answer {
	var r *core.Refusal
	if !errors.As(err, &r) {
		r = core.Refuse(c.Service, http.StatusInternalServerError, "Internal Error", "%v", err)
	}
	body := core.Clone(r.Body).(object)
	if report, ok := body["report"].(object); ok {
		if c.Service == core.SchemaRegistry {
			report["registryRequestId"] = c.RequestID
			report["timestamp"] = c.Now.Format("01-02-2006 15:04:05")
		} else {
			report["request-id"] = c.RequestID
		}
	}
	return core.Answer{Status: r.Status, Header: r.Header, Body: core.ToJSON(body), ContentType: "application/json"}
}

// writeAnswer sends an answer; the Date is the emulator's, because clients
// take the platform's time from it.
func writeAnswer(w http.ResponseWriter, now time.Time, requestID string, a *core.Answer) {
	w.Header().Set("Date", now.Format(http.TimeFormat))
	w.Header().Set("x-request-id", requestID)
	send(a, w)
}

func send(a *core.Answer, w http.ResponseWriter) {
	h := w.Header()
	for _, kv := range a.Header {
		h.Set(kv[0], kv[1])
	}
	if len(a.Body) > 0 {
		kind := a.ContentType
		if kind == "" {
			kind = "application/json"
		}
		h.Set("Content-Type", kind)
		h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body)
}
