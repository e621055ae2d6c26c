// Package emulator answers like the platform: token service, Flow Service,
// Schema Registry, Catalog, Data Prep, and sandbox list as one http.Handler
// with state.
//
// In: HTTP requests of any client, over a port or, through Transport, without
// one. Out: the platform's answers, refusals included: same status, code and
// envelope. State is kept in memory or in one file that survives the death of
// the process at any instruction. What no public source settles is a field of
// Switches. The package shares no code with the client: they test each other.
package emulator

import (
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/connectors"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/emulator/flow"
	"github.com/aepflow/aepflow/internal/emulator/ims"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/emulator/sandbox"
	"github.com/aepflow/aepflow/internal/emulator/state"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/specs"
	"golang.org/x/time/rate"
)

// What an emulator has when its seed does not say otherwise.
const (
	DefaultOrg    = specs.EmulatorOrg
	DefaultTenant = "aepflow"
)

// defaultSandboxes are the sandboxes of an org whose seed lists none.
func defaultSandboxes() []string { return []string{"prod", "dev"} }

// What the services define and callers of Open use.
type (
	Switches = core.Switches
	Source   = core.Source
	RunFault = core.RunFault
	Client   = core.Client

	object = core.Object
)

// ParseSource reads NAME=KIND:PATH.
func ParseSource(text string) (Source, error) { return core.ParseSource(text) }

// Options are how to open an emulator; the zero value is one in memory with
// defaults, which forgets everything when it is closed.
type Options struct {
	Dir  files.Folder     // of the state file; none keeps state in memory
	Now  func() time.Time // the clock before it is moved; nil is time.Now
	Seed *Seed            // only what is missing by id is added

	Latency  time.Duration // before every answer
	Rate     float64       // requests a second, 0 is unlimited
	TokenTTL time.Duration // 0 is 24 h
	Faults   []Fault

	Log          io.Writer // our own bugs and trouble with Record; nil is nowhere
	Record       io.Writer // every request as a JSON line, secrets masked
	KeepRequests int       // how many Requests remembers, within 32 MiB; 0 is 10,000, below 0 none
	MaxBody      int64     // bytes; 0 is 8 MiB
	MaxCalls     int       // worked on at a time, further ones wait; 0 is 512

	// IsSecret reports the values that no file may hold, such as a user name from the
	// environment; nil knows none. Declared secrets are not stored in any case.
	IsSecret func(value string) bool

	Sources  []Source // data behind connections, by the connection's name
	Switches Switches
	Rand     io.Reader // of ids and etags; nil is crypto/rand
}

// Server is an emulator. It is safe for concurrent use.
type Server struct {
	env     *core.Env
	router  core.Router
	opts    Options
	limiter *rate.Limiter
	slots   chan struct{} // one for each call that is being worked on
	bodies  atomic.Int64  // bytes of the bodies under way

	faults   faults
	recorder recorder
	bugs     atomic.Int64 // panics that became a 500
}

// Open makes an emulator. A state file that another process holds is an error
// after a short wait.
func Open(opts Options) (*Server, error) {
	e := &core.Env{Switches: opts.Switches.WithDefaults(), Base: opts.Now, TokenTTL: opts.TokenTTL, Rand: opts.Rand,
		IsSecret: opts.IsSecret}
	if e.Base == nil {
		e.Base = time.Now
	}
	if e.TokenTTL == 0 {
		e.TokenTTL = 24 * time.Hour
	}
	if e.Rand == nil {
		e.Rand = rand.Reader
	}
	e.Hooks = core.Hooks{NextDue: flow.NextDue,
		DatasetChanged: func(c *core.Call, id string, before, after object) { flow.FollowProfile(c, id, before, after) }}
	s := &Server{opts: opts, env: e}
	s.router = core.NewRouter(s.routes())
	if s.opts.MaxBody == 0 {
		s.opts.MaxBody = 8 << 20
	}
	if s.opts.MaxCalls == 0 {
		s.opts.MaxCalls = 512
	}
	s.slots = make(chan struct{}, s.opts.MaxCalls)
	if opts.Rate > 0 {
		s.limiter = rate.NewLimiter(rate.Limit(opts.Rate), max(1, int(opts.Rate)))
	}
	if err := s.Inject(opts.Faults...); err != nil {
		return nil, err
	}
	s.recorder.open(opts.Record, opts.KeepRequests, s.log())
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// routes are the calls of every service.
func (s *Server) routes() []core.Route {
	return slices.Concat(ims.Routes(), sandbox.Routes(), flow.Routes(), registry.Routes(), catalog.Routes(),
		dataprep.Routes(flow.BoundRows), connectors.Routes(), admin{s}.routes())
}

func (s *Server) open() error {
	if !s.opts.Dir.IsZero() {
		var err error
		if s.env.Store, err = state.Open(s.opts.Dir); err != nil {
			return err
		}
	}
	key, err := s.env.Store.Meta("sign", func() []byte { return s.env.Random(32) })
	if err != nil {
		return fmt.Errorf("open emulator state: %w", err)
	}
	s.env.SignKey = key
	if s.env.Sources, err = core.OpenFixtures(s.opts.Sources); err != nil {
		return err
	}
	for _, f := range s.env.Sources {
		f.Bound = s.env.Now()
	}
	return s.plant(s.opts.Seed)
}

// Close writes what is left and gives the state file free.
func (s *Server) Close() error {
	for _, f := range s.env.Sources {
		f.Close()
	}
	return s.env.Store.Close()
}

func (s *Server) log() io.Writer {
	if s.opts.Log == nil {
		return io.Discard
	}
	return s.opts.Log
}

// Object is one stored object, as Objects lists them.
type Object struct {
	Org     string `json:"org"`
	Sandbox string `json:"sandbox"`
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Body    any    `json:"body"`
	// System marks what the platform made by itself.
	System bool `json:"system,omitempty"`
}

// SetNow moves the clock; it goes on running from there. Scheduled runs that
// fell due meanwhile have happened at the next look.
func (s *Server) SetNow(t time.Time) { s.env.SetNow(t) }

// Advance moves the clock by d.
func (s *Server) Advance(d time.Duration) { s.env.Advance(d) }

// InjectRun adds a rule for runs.
func (s *Server) InjectRun(f RunFault) { s.env.RunFaults.Add(f) }

// Objects dumps everything, sorted by org, sandbox, kind and id.
func (s *Server) Objects() []Object {
	all := []Object{}
	spaces := s.env.AllSpaces()
	for _, o := range s.env.Orgs {
		spaces = append(spaces, s.env.OrgSpace(o))
	}
	for _, sp := range spaces {
		flow.CatchUp(sp, s.env.Now())
		sp.Mu.RLock()
		for k := range sp.Tables {
			for _, r := range sp.Table(k).Order {
				o := r.Object()
				all = append(all, Object{sp.Org.ID, sp.Sandbox.Name, string(k), r.ID, o, o["createdBy"] == core.System})
			}
		}
		sp.Mu.RUnlock()
	}
	slices.SortFunc(all, func(a, b Object) int {
		return strings.Compare(a.Org+"\x00"+a.Sandbox+"\x00"+a.Kind+"\x00"+a.ID,
			b.Org+"\x00"+b.Sandbox+"\x00"+b.Kind+"\x00"+b.ID)
	})
	return all
}
