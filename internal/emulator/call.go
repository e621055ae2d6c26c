package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// call is one request on its way through a handler.
type call struct {
	env    *env
	sp     *space // nil for routes without a sandbox
	svc    service
	r      *http.Request
	args   map[string]string
	query  url.Values
	raw    []byte
	body   any // decoded raw, nil when there is none
	client string
	labels []string // that the client may see; nil is all
	now    time.Time
	id     string // request id
}

func (c *call) arg(name string) string { return c.args[name] }

func (c *call) ms() int64 { return c.now.UnixMilli() }

// answer is what goes back. A nil body is an empty one.
type answer struct {
	status      int
	header      [][2]string
	contentType string // "" is application/json
	body        []byte
}

// ok answers 200 with a tree.
func ok(v any) (answer, error) { return answer{status: http.StatusOK, body: toJSON(v)}, nil }

func created(v any, location string) (answer, error) {
	a := answer{status: http.StatusCreated, body: toJSON(v)}
	if location != "" {
		a.header = [][2]string{{"Location", location}}
	}
	return a, nil
}

// authenticate makes the gateway's checks, in the gateway's order, and leaves
// org, sandbox and client in the call.
func (c *call) authenticate(needs access) error {
	h := c.r.Header
	bearer := h.Get("Authorization")
	if bearer == "" {
		return gateway("403010", "Oauth token is missing.")
	}
	tok, ok := c.env.checkToken(bearer, c.now)
	if !ok {
		return gateway("401013", "Oauth token is not valid")
	}
	c.client = tok.client
	key := h.Get("x-api-key")
	if key == "" {
		return gateway("403000", "Api Key is required")
	}
	orgID := h.Get("x-gw-ims-org-id")
	if orgID == "" {
		return gateway("400003", "Missing required header: x-gw-ims-org-id")
	}
	if c.svc == svcFlow && !strings.HasSuffix(orgID, "@AdobeOrg") {
		return flowError(errOrgFormat, "x-gw-ims-org-id %q does not end in @AdobeOrg", orgID)
	}
	o := c.env.org(orgID)
	if o == nil {
		return gateway("403025", "Profile is not valid")
	}
	if !c.env.sw.AnyKey && key != tok.client || !o.knows(key) {
		return gateway("403003", "Api Key is invalid")
	}
	if cl := o.client(key); cl != nil {
		c.labels = cl.Labels
	}
	if needs == noSpace {
		return nil
	}
	if err := c.enter(o, h); err != nil {
		return err
	}
	if needs == writes && o.readOnly(key) {
		return c.sandboxRefusal(errPermission, "the client has no permission to write")
	}
	return nil
}

// enter finds the sandbox.
func (c *call) enter(o *org, h http.Header) error {
	if _, has := h["X-Sandbox-Id"]; has {
		return c.sandboxRefusal(errSandboxID, "x-sandbox-id is not for user and server-to-server tokens; send x-sandbox-name")
	}
	name := h.Get("x-sandbox-name")
	switch {
	case name == "*" && c.query.Has("orderby"):
		return c.sandboxRefusal(errOrderSandbox, "orderby does not work across sandboxes")
	case name == "*":
		return c.sandboxRefusal(errSandboxStar, "calls across sandboxes are not open to this token")
	case name == "" && c.env.sw.SandboxHeader == "required":
		return c.sandboxRefusal(errSandboxMissing, "x-sandbox-name is missing")
	case name == "":
		name = o.defaultSandbox()
	}
	box := o.sandbox(name)
	if box == nil {
		return c.sandboxRefusal(errSandboxNotFound, "there is no sandbox %q in this organization", name)
	}
	if state := box.state(c.now); state != "active" {
		return c.sandboxRefusal(errSandboxNotFound, "sandbox %q is %s", name, state)
	}
	c.sp = c.env.space(o, box)
	return nil
}

// stillThere refuses a call whose sandbox was deleted while it waited.
func (c *call) stillThere() error {
	if c.sp.gone {
		return c.sandboxRefusal(errSandboxNotFound, "sandbox %q was deleted", c.sp.sandbox.Name)
	}
	return nil
}

func (c *call) sandboxRefusal(code flowCode, format string, args ...any) error {
	if c.svc == svcFlow {
		return flowError(code, format, args...)
	}
	return problem(code.status, code.title, format, args...)
}

// decode reads the body as JSON, if there is one and the method takes one.
func (c *call) decode() error {
	switch c.r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
	default:
		return nil
	}
	if c.svc == svcIMS || len(c.raw) == 0 || c.svc == svcImport && c.r.Method != http.MethodPost {
		return nil // a form, nothing, a file
	}
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if c.svc == svcAdmin && kind != "application/json" {
		return refuse(svcAdmin, http.StatusUnsupportedMediaType, "", "content type is %q, expected application/json", kind)
	}
	if c.svc == svcFlow && kind != "" && !strings.HasSuffix(kind, "json") {
		return flowError(errMediaType, "content type %s is not supported, send application/json", kind)
	}
	if kind != "application/json" && !(strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")) {
		return problem(http.StatusBadRequest, "BadRequestError", "A valid content-type must be specified")
	}
	v, err := decodeJSON(c.raw)
	if err != nil {
		if c.svc == svcFlow {
			return problem(http.StatusBadRequest, "BadRequestError", "the body is not JSON: %v", err)
		}
		return refuse(c.svc, http.StatusBadRequest, "BadRequestError", "the body is not JSON: %v", err)
	}
	c.body = v
	return nil
}

// object gives the body as a non-empty JSON object.
func (c *call) object() (object, error) {
	o, isObject := c.body.(object)
	if isObject && len(o) > 0 {
		return o, nil
	}
	if c.svc == svcFlow {
		return nil, flowError(errEmptyBody, "the body is empty or not a JSON object")
	}
	return nil, refuse(c.svc, http.StatusBadRequest, "BadRequestError", "the body is empty or not a JSON object")
}
