// Package emulator is the platform in a box: token service, Flow Service,
// Schema Registry, Catalog, Data Prep and sandbox list as one http.Handler
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
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/aepflow/aepflow/internal/specs"
)

// What an emulator has when its seed does not say otherwise.
const (
	DefaultOrg    = specs.EmulatorOrg
	DefaultTenant = "aepflow"
)

// DefaultSandboxes are the sandboxes of an org whose seed lists none.
func DefaultSandboxes() []string { return []string{"prod", "dev"} }

// Options are how to open an emulator; the zero value is one in memory with
// defaults, which forgets everything when it is closed.
type Options struct {
	Dir  string           // folder of the state file; "" keeps state in memory
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

	Sources  []Source // data behind connections, by the connection's name
	Switches Switches
	Rand     io.Reader // of ids and etags; nil is crypto/rand
}

// Server is an emulator. It is safe for concurrent use.
type Server struct {
	opts    Options
	sw      Switches
	store   *store
	signKey []byte
	limiter *rate.Limiter
	slots   chan struct{} // one for each call that is being worked on
	bodies  atomic.Int64  // bytes of the bodies under way
	offset  atomic.Int64  // ns that the clock was moved by

	orgs   []*org // sorted by id
	spaces sync.Map
	tokens sync.Map // token text → token

	randMu sync.Mutex
	rand   io.Reader

	faults   faults
	recorder recorder
	sources  map[string]*fixture
	clockMu  sync.Mutex
	adminMu  sync.Mutex   // held while the list of sandboxes changes
	bugs     atomic.Int64 // panics that became a 500
}

// Open makes an emulator. A state file that another process holds is an error
// after a short wait.
func Open(opts Options) (*Server, error) {
	s := &Server{opts: opts, sw: opts.Switches.withDefaults(), rand: opts.Rand}
	if s.opts.Now == nil {
		s.opts.Now = time.Now
	}
	if s.opts.TokenTTL == 0 {
		s.opts.TokenTTL = 24 * time.Hour
	}
	if s.opts.MaxBody == 0 {
		s.opts.MaxBody = 8 << 20
	}
	if s.opts.MaxCalls == 0 {
		s.opts.MaxCalls = 512
	}
	s.slots = make(chan struct{}, s.opts.MaxCalls)
	if s.rand == nil {
		s.rand = rand.Reader
	}
	if opts.Rate > 0 {
		s.limiter = rate.NewLimiter(rate.Limit(opts.Rate), max(1, int(opts.Rate)))
	}
	if err := s.Inject(opts.Faults...); err != nil {
		return nil, err
	}
	s.recorder.open(opts.Record, opts.KeepRequests)
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) open() error {
	if s.opts.Dir != "" {
		var err error
		if s.store, err = openStore(s.opts.Dir); err != nil {
			return err
		}
	}
	key, err := s.store.meta("sign", func() []byte { return s.random(32) })
	if err != nil {
		return fmt.Errorf("open emulator state: %w", err)
	}
	s.signKey = key
	if s.sources, err = openFixtures(s.opts.Sources); err != nil {
		return err
	}
	return s.plant(s.opts.Seed)
}

// Close writes what is left and gives the state file free.
func (s *Server) Close() error {
	for _, f := range s.sources {
		f.close()
	}
	return s.store.close()
}

// now is the emulator's clock.
func (s *Server) now() time.Time {
	return s.opts.Now().Add(time.Duration(s.offset.Load())).UTC()
}

func (s *Server) log() io.Writer {
	if s.opts.Log == nil {
		return io.Discard
	}
	return s.opts.Log
}

// SetNow moves the clock; it goes on running from there. Scheduled runs that
// fell due meanwhile have happened at the next look.
func (s *Server) SetNow(t time.Time) {
	s.clockMu.Lock()
	defer s.clockMu.Unlock()
	s.offset.Store(int64(t.Sub(s.opts.Now())))
}

// Advance moves the clock by d.
func (s *Server) Advance(d time.Duration) {
	s.clockMu.Lock()
	defer s.clockMu.Unlock()
	s.offset.Add(int64(d))
}

// space gives a sandbox's state, made at first use.
func (s *Server) space(o *org, box *sandbox) *space {
	key := spaceKey(o, box)
	if sp, ok := s.spaces.Load(key); ok {
		return sp.(*space)
	}
	sp, _ := s.spaces.LoadOrStore(key, newSpace(s, o, box))
	return sp.(*space)
}

func spaceKey(o *org, box *sandbox) string { return o.ID + "\x00" + box.Name }

// allSpaces lists every sandbox of every org, sorted.
func (s *Server) allSpaces() []*space {
	var all []*space
	for _, o := range s.orgs {
		for _, box := range o.boxes() {
			all = append(all, s.space(o, box))
		}
	}
	return all
}

func (s *Server) random(n int) []byte {
	b := make([]byte, n)
	s.randMu.Lock()
	defer s.randMu.Unlock()
	if _, err := io.ReadFull(s.rand, b); err != nil {
		panic("emulator: random source: " + err.Error())
	}
	return b
}

func (s *Server) newHex(chars int) string {
	b := s.random((chars + 1) / 2)
	out := make([]byte, 0, len(b)*2)
	for _, c := range b {
		out = append(out, hexDigits[c>>4], hexDigits[c&15])
	}
	return string(out[:chars])
}

func (s *Server) newUUID() string {
	h := s.newHex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// newEtag has the platform's shape: its own quotes, a random head, and the
// second of the write at the end.
func (s *Server) newEtag(now time.Time) string {
	return fmt.Sprintf("\"%s-0000-0200-0000-%08x0000\"", s.newHex(8), uint32(now.Unix()))
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

// Objects dumps everything, sorted by org, sandbox, kind and id.
func (s *Server) Objects() []Object {
	all := []Object{}
	for _, sp := range s.allSpaces() {
		sp.catchUp(s.now())
		sp.mu.RLock()
		for k := range sp.tables {
			for _, r := range sp.table(k).order {
				o := r.object()
				all = append(all, Object{sp.org.ID, sp.sandbox.Name, string(k), r.id, o, o["createdBy"] == system})
			}
		}
		sp.mu.RUnlock()
	}
	slices.SortFunc(all, func(a, b Object) int {
		return strings.Compare(a.Org+"\x00"+a.Sandbox+"\x00"+a.Kind+"\x00"+a.ID, b.Org+"\x00"+b.Sandbox+"\x00"+b.Kind+"\x00"+b.ID)
	})
	return all
}
