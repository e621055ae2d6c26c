// Package servetest calls the handlers of one service of the emulator without the
// server around them: a request in, a response out. No token, fault, or port is
// involved, and the state is in memory.
package servetest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Start is the time on the clock of a service.
var Start = time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)

// Service is a sandbox with the routes of a service.
type Service struct {
	Env    *core.Env
	Space  *core.Space
	name   core.Service
	router core.Router
	saved  []string // {name}, value, …
}

// New opens an organization org@AdobeOrg with tenant acme and sandbox prod. Calls
// name paths below the root of the service.
func New(name core.Service, routes []core.Route, switches core.Switches) *Service {
	e := &core.Env{
		Base: func() time.Time { return Start }, TokenTTL: time.Hour, SignKey: []byte("key"),
		Switches: switches.WithDefaults(), Rand: rand.NewChaCha8([32]byte{}),
		Hooks: core.Hooks{
			NextDue:        func(core.Object, int64) int64 { return 0 },
			DatasetChanged: func(*core.Call, string, core.Object, core.Object) {},
		},
	}
	org := &core.Org{ID: "org@AdobeOrg", Tenant: "acme"}
	sandbox := &core.Sandbox{Name: "prod", Title: "Prod", Type: "production", ID: core.StableUUID("prod"), Default: true}
	org.List.Store(&[]*core.Sandbox{sandbox})
	e.Orgs = []*core.Org{org}
	return &Service{Env: e, Space: e.Space(org, sandbox), name: name, router: core.NewRouter(routes)}
}

// Call is a call of a service by its own client.
func (s *Service) Call() *core.Call {
	return &core.Call{Env: s.Env, Space: s.Space, Service: s.name, Client: "client", Now: s.Env.Now(),
		RequestID: "request"}
}

// Put stores an object as it is.
func (s *Service) Put(k core.Kind, id, body string) {
	s.Space.Put(k, id, s.Env.Now().UnixMilli(), core.MustObject([]byte(s.fill(body))))
}

// Step is one call and what its answer must be.
type Step struct {
	Call   string // method and path below the root of the service
	Body   string
	Header string // "Name: value", one a line
	Status int
	Want   string // JSON that the answer must contain, with * for any text
	Exact  string // the whole answer
	Has    string // a text in the answer
	Save   string // NAME=MEMBER: {NAME} is that member of the answer from then on
}

// Run makes the calls in order.
func (s *Service) Run(t *testing.T, steps ...Step) {
	t.Helper()
	for _, step := range steps {
		got := s.do(step)
		body, err := core.DecodeJSON(got.Body)
		if got.Status != step.Status || err != nil && len(got.Body) > 0 {
			t.Fatalf("%s: got %d %s, want %d", s.fill(step.Call), got.Status, got.Body, step.Status)
		}
		if !strings.Contains(string(got.Body), step.Has) || step.Exact != "" && string(got.Body) != s.fill(step.Exact) {
			t.Errorf("%s: got %s, want %s%s", s.fill(step.Call), got.Body, step.Has, step.Exact)
		}
		if step.Want != "" {
			want, err := core.DecodeJSON([]byte(s.fill(step.Want)))
			if err != nil {
				t.Fatalf("%s: want is not JSON: %v", step.Call, err)
			}
			if at := differs(body, want, ""); at != "" {
				t.Errorf("%s: %s in %s", s.fill(step.Call), at, got.Body)
			}
		}
		if name, path, has := strings.Cut(step.Save, "="); has {
			found, _ := core.Scalar(member(body, path))
			s.saved = append([]string{"{" + name + "}", found}, s.saved...)
		}
	}
}

// Saved is what a step saved under a name.
func (s *Service) Saved(name string) string { return s.fill("{" + name + "}") }

func (s *Service) fill(text string) string { return strings.NewReplacer(s.saved...).Replace(text) }

func (s *Service) do(step Step) core.Answer {
	method, path, _ := strings.Cut(s.fill(step.Call), " ")
	c := s.Call()
	c.Request = httptest.NewRequest(method, "http://emulator"+core.RootOf(s.name)+path,
		strings.NewReader(s.fill(step.Body)))
	c.Query = c.Request.URL.Query()
	c.Request.Header.Set("x-gw-ims-org-id", s.Space.Org.ID)
	c.Request.Header.Set("Content-Type", "application/json")
	for line := range strings.Lines(s.fill(step.Header)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		c.Request.Header.Set(name, value)
	}
	c.Raw, _ = io.ReadAll(c.Request.Body)
	route, args, _ := s.router.Find(method, c.Request.URL.EscapedPath())
	if route == nil {
		return core.Answer{Status: 404, Body: core.ToJSON("no route")}
	}
	c.Args = args
	err := c.Decode()
	var a core.Answer
	if err == nil {
		a, err = route.Run(c)
	}
	var no *core.Refusal
	switch {
	case errors.As(err, &no):
		return core.Answer{Status: no.Status, Body: core.ToJSON(no.Body)}
	case err != nil:
		return core.Answer{Status: 500, Body: core.ToJSON(err.Error())}
	}
	return a
}

// member is what is at a dotted path, with numbers for elements.
func member(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		if l, isList := v.([]any); isList {
			if n, err := strconv.Atoi(step); err == nil && n < len(l) {
				v = l[n]
			}
			continue
		}
		v = core.At(v, step)
	}
	return v
}

// differs says where got lacks what want has; "" when it has all of it.
func differs(got, want any, at string) string {
	switch w := want.(type) {
	case core.Object:
		o, is := got.(core.Object)
		if !is {
			return fmt.Sprintf("%s is not an object", at)
		}
		for k, v := range w {
			if d := differs(o[k], v, at+"/"+k); d != "" {
				return d
			}
		}
		return ""
	case []any:
		l, is := got.([]any)
		if !is || len(l) != len(w) {
			return fmt.Sprintf("%s does not have %d elements", at, len(w))
		}
		for i, v := range w {
			if d := differs(l[i], v, fmt.Sprintf("%s/%d", at, i)); d != "" {
				return d
			}
		}
		return ""
	}
	if text, is := got.(string); want == "*" && is && text != "" || core.Same(got, want) {
		return ""
	}
	return fmt.Sprintf("%s is %s, want %s", at, core.ToJSON(got), core.ToJSON(want))
}
