package core

import (
	"cmp"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Call is one request on its way through a handler.
type Call struct {
	Env       *Env
	Space     *Space // nil for routes without a sandbox
	Service   Service
	Request   *http.Request
	Args      map[string]string
	Query     url.Values
	Raw       []byte
	Body      any // decoded raw, nil when there is none
	Client    string
	Labels    []string // that the client may see; nil is all
	Now       time.Time
	RequestID string // request id
}

// OrgSpace is the state that all sandboxes of the organization share. A call that has the lock of its sandbox may
// take that of this space, never the other way round.
func (c *Call) OrgSpace() *Space { return c.Env.OrgSpace(c.Space.Org) }

// InOrg changes the space of the organization, and answers 200 with a tree when that is on disk.
func (c *Call) InOrg(change func(own *Space) (any, error)) (Answer, error) {
	own := c.OrgSpace()
	own.Mu.Lock()
	tree, err := change(own)
	wait := own.Flush()
	own.Mu.Unlock()
	if err = cmp.Or(err, wait()); err != nil {
		return Answer{}, err
	}
	return OK(tree)
}

// Arg is what stands in the path for {name}, unescaped.
func (c *Call) Arg(name string) string { return c.Args[name] }

// Millis is the time of the call in ms.
func (c *Call) Millis() int64 { return c.Now.UnixMilli() }

// Answer is what goes back. A nil body is an empty one.
type Answer struct {
	Status      int
	Header      [][2]string
	ContentType string // "" is application/json
	Body        []byte
}

// OK answers 200 with a tree.
func OK(v any) (Answer, error) { return Answer{Status: http.StatusOK, Body: ToJSON(v)}, nil }

// Created answers 201 with a tree and, unless empty, its location.
func Created(v any, location string) (Answer, error) {
	a := Answer{Status: http.StatusCreated, Body: ToJSON(v)}
	if location != "" {
		a.Header = [][2]string{{"Location", location}}
	}
	return a, nil
}

// Authenticate makes the gateway's checks, in the gateway's order, and leaves
// org, sandbox and client in the call.
func (c *Call) Authenticate(needs Access) error {
	h := c.Request.Header
	bearer := h.Get("Authorization")
	if bearer == "" {
		return Gateway("403010", "Oauth token is missing.")
	}
	tok, ok := c.Env.CheckToken(bearer, c.Now)
	if !ok {
		return Gateway("401013", "Oauth token is not valid")
	}
	c.Client = tok.Client
	key := h.Get("x-api-key")
	if key == "" {
		return Gateway("403000", "Api Key is required")
	}
	orgID := h.Get("x-gw-ims-org-id")
	if orgID == "" {
		return Gateway("400003", "Missing required header: x-gw-ims-org-id")
	}
	if c.Service == FlowService && !strings.HasSuffix(orgID, "@AdobeOrg") {
		return FlowError(errOrgFormat, "x-gw-ims-org-id %q does not end in @AdobeOrg", orgID)
	}
	o := c.Env.Org(orgID)
	if o == nil {
		return Gateway("403025", "Profile is not valid")
	}
	if !c.Env.Switches.AnyKey && key != tok.Client || !o.knows(key) {
		return Gateway("403003", "Api Key is invalid")
	}
	if cl := o.client(key); cl != nil {
		c.Labels = cl.Labels
	}
	if needs == NoSpace {
		return nil
	}
	if err := c.enter(o, h); err != nil {
		return err
	}
	if needs == Writes && o.ReadOnly(key) {
		return c.sandboxRefusal(ErrPermission, "the client has no permission to write")
	}
	return nil
}

// enter finds the sandbox.
func (c *Call) enter(o *Org, h http.Header) error {
	if _, has := h["X-Sandbox-Id"]; has {
		return c.sandboxRefusal(errSandboxID, "x-sandbox-id is not for user and server-to-server tokens; send x-sandbox-name")
	}
	name := h.Get("x-sandbox-name")
	switch {
	case name == "*" && c.Query.Has("orderby"):
		return c.sandboxRefusal(errOrderSandbox, "orderby does not work across sandboxes")
	case name == "*":
		return c.sandboxRefusal(errSandboxStar, "calls across sandboxes are not open to this token")
	case name == "" && c.Env.Switches.SandboxHeader == "required":
		return c.sandboxRefusal(errSandboxMissing, "x-sandbox-name is missing")
	case name == "":
		name = o.DefaultSandbox()
	}
	sandbox := o.Sandbox(name)
	if sandbox == nil {
		return c.sandboxRefusal(errSandboxNotFound, "there is no sandbox %q in this organization", name)
	}
	if state := sandbox.State(c.Now); state != "active" {
		return c.sandboxRefusal(errSandboxNotFound, "sandbox %q is %s", name, state)
	}
	c.Space = c.Env.Space(o, sandbox)
	return nil
}

// StillThere refuses a call whose sandbox was deleted while it waited.
func (c *Call) StillThere() error {
	if c.Space.Gone {
		return c.sandboxRefusal(errSandboxNotFound, "sandbox %q was deleted", c.Space.Sandbox.Name)
	}
	return nil
}

func (c *Call) sandboxRefusal(code FlowCode, format string, args ...any) error {
	if c.Service == FlowService {
		return FlowError(code, format, args...)
	}
	return Problem(code.Status, code.Title, format, args...)
}

// Decode reads the body as JSON, if there is one and the method takes one.
func (c *Call) Decode() error {
	switch c.Request.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
	default:
		return nil
	}
	if c.Service == IMSService || len(c.Raw) == 0 || c.Service == ImportService && c.Request.Method != http.MethodPost {
		return nil // a form, nothing, a file
	}
	kind, _, _ := strings.Cut(c.Request.Header.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if c.Service == OwnService && kind != "application/json" {
		return Refuse(OwnService, http.StatusUnsupportedMediaType, "", "content type is %q, expected application/json", kind)
	}
	if c.Service == FlowService && kind != "" && !strings.HasSuffix(kind, "json") {
		return FlowError(errMediaType, "content type %s is not supported, send application/json", kind)
	}
	if kind != "application/json" && !(strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")) {
		return Problem(http.StatusBadRequest, "BadRequestError", "A valid content-type must be specified")
	}
	v, err := DecodeJSON(c.Raw)
	if err != nil {
		if c.Service == FlowService {
			return Problem(http.StatusBadRequest, "BadRequestError", "the body is not JSON: %v", err)
		}
		return Refuse(c.Service, http.StatusBadRequest, "BadRequestError", "the body is not JSON: %v", err)
	}
	c.Body = v
	return nil
}

// Object gives the body as a non-empty JSON object.
func (c *Call) Object() (object, error) {
	o, isObject := c.Body.(object)
	if isObject && len(o) > 0 {
		return o, nil
	}
	if c.Service == FlowService {
		return nil, FlowError(ErrEmptyBody, "the body is empty or not a JSON object")
	}
	return nil, Refuse(c.Service, http.StatusBadRequest, "BadRequestError", "the body is empty or not a JSON object")
}

// Hides reports whether a record carries a label that the client may not see. A
// run carries the labels of its flow, a dataset those that Dataset Service has for it.
func (c *Call) Hides(r *Record) bool {
	if c.Labels == nil {
		return false
	}
	o := r.View()
	if id := Text(o, "flowId"); id != "" {
		flow := c.Space.Get(KindFlow, id)
		return flow != nil && c.Hides(flow)
	}
	if of := c.Space.Get(KindDatasetLabels, r.ID); of != nil {
		o = of.View()
	}
	return slices.ContainsFunc(Texts(o, "labels"), func(l string) bool {
		return !slices.ContainsFunc(c.Labels, func(may string) bool { return may == l || path.Base(may) == l })
	})
}

// Find finds an object that the client may see; nil when there is none.
func (c *Call) Find(k Kind, id string) *Record {
	if r := c.Space.Get(k, id); r != nil && !c.Hides(r) {
		return r
	}
	return nil
}

// Hidden is what a list leaves out; nil when the client sees everything.
func (c *Call) Hidden() func(*Record) bool {
	if c.Labels == nil {
		return nil
	}
	return c.Hides
}
