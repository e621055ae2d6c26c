package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/specs"
)

func connectionRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcFlow, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/connections", reads, listEntities(kindConnection)),
		r(http.MethodPost, "/connections", writes, createConnection),
		r(http.MethodPost, "/connections/search", reads, searchEntities(kindConnection)),
		r(http.MethodGet, "/connections/{id}", reads, getEntity(kindConnection)),
		r(http.MethodPatch, "/connections/{id}", writes, patchEntity(kindConnection, connectionRules)),
		r(http.MethodDelete, "/connections/{id}", writes, deleteConnection),
		r(http.MethodGet, "/connections/{id}/test", reads, testConnection),
		r(http.MethodGet, "/connections/{id}/explore", reads, exploreConnection),
		r(http.MethodGet, "/connections/{id}/configs", reads, connectionConfigs),
		r(http.MethodPost, "/connections/{id}/action", writes, actOn(kindConnection)),
	}
}

func createConnection(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.checkConnection(body); err != nil {
		return answer{}, err
	}
	state, err := c.newState(text(body, "connectionSpec", "id"))
	if err != nil {
		return answer{}, err
	}
	o := c.addConnection(c.env.newUUID(), state, body)
	return created(brief(o), "/connections/"+text(o, "id"))
}

func (c *call) addConnection(id, state string, body object) object {
	o := c.newEntity(id, state, body)
	c.env.hideSecrets(o)
	c.sp.put(kindConnection, id, c.ms(), o)
	return o
}

// newState is the state of a created entity: drafts where the connector knows
// them.
func (c *call) newState(connectionSpecID string) (string, error) {
	if !c.isDraft() {
		return "enabled", nil
	}
	if spec, _, ok := specs.ConnectorByID(connectionSpecID); !ok || spec.FlowSpec == "" && connectionSpecID != specs.DataLake {
		return "", flowError(errDraft, "connection specification %s has no draft mode", connectionSpecID)
	}
	return c.env.sw.DraftState, nil
}

func (c *call) isDraft() bool { return strings.EqualFold(c.query.Get("mode"), "draft") }

// checkConnection validates a base connection: name, specification, sign-in.
func (c *call) checkConnection(o object) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "connectionSpec")
	if err != nil {
		return err
	}
	spec, misprint, known := specs.ConnectorByID(id)
	if !known || misprint {
		return &refusal{status: http.StatusBadRequest, code: "spec", body: object{"message": "Please provide a valid spec id"}}
	}
	return c.checkAuth(o, spec)
}

func (c *call) checkAuth(o object, spec specs.Connector) error {
	auth, has := o["auth"]
	if !has || auth == nil {
		if len(spec.Auth) > 0 && !c.isDraft() {
			return flowError(errFieldMissing, "auth is missing; %s signs in by %s", spec.Name, strings.Join(authNames(spec), " or "))
		}
		return nil
	}
	name := text(auth, "specName")
	if name == "" {
		return flowError(errFieldMissing, "auth.specName is missing")
	}
	if len(spec.Auth) == 0 {
		return nil // no source says how this connector signs in
	}
	var ways []specs.Auth
	for _, a := range spec.Auth {
		if a.Name == name && (a.Cloud == "" || c.env.sw.Cloud == "any" || a.Cloud == c.env.sw.Cloud) {
			ways = append(ways, a)
		}
	}
	if len(ways) == 0 {
		return flowError(errAuthSpec, "%s has no auth specification %q; it has %s", spec.Name, name, strings.Join(authNames(spec), ", "))
	}
	params, isObject := at(auth, "params").(object)
	if !isObject {
		return flowError(errFieldMissing, "auth.params is missing")
	}
	var first error
	for _, a := range ways {
		err := checkParams(a, params)
		if err == nil {
			return nil
		}
		first = cmpError(first, err)
	}
	return first
}

func cmpError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func authNames(spec specs.Connector) []string {
	var names []string
	for _, a := range spec.Auth {
		if q := `"` + a.Name + `"`; !slices.Contains(names, q) {
			names = append(names, q)
		}
	}
	return names
}

func checkParams(a specs.Auth, params object) error {
	for _, p := range a.Params {
		v, has := params[p.Name]
		if !has || v == nil || v == "" {
			if p.Required {
				return flowError(errFieldMissing, "auth.params.%s is missing", p.Name)
			}
			continue
		}
		s, leaf := scalar(v)
		_, isText := v.(string)
		_, isInt := asInt(v)
		_, isBool := v.(bool)
		if !leaf || p.Type == "string" && !isText || p.Type == "integer" && !isInt || p.Type == "boolean" && !isBool && s != "true" && s != "false" {
			return flowError(errParamValue, "auth.params.%s must be a %s", p.Name, p.Type)
		}
		if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e string) bool { return strings.EqualFold(e, s) }) {
			return flowError(errParamValue, "auth.params.%s is %q, expected one of %s", p.Name, s, strings.Join(p.Enum, ", "))
		}
	}
	return nil
}

// hideSecrets drops what GET must not answer. By default secrets are not stored
// at all: what the emulator does not have cannot leak from its file.
func (e *env) hideSecrets(o object) {
	params, isObject := at(o, "auth", "params").(object)
	if !isObject || e.sw.Secrets == "show" {
		return
	}
	declared := map[string]bool{}
	spec, _, _ := specs.ConnectorByID(text(o, "connectionSpec", "id"))
	for _, a := range spec.Auth {
		for _, p := range a.Params {
			declared[p.Name] = declared[p.Name] || p.Secret
		}
	}
	for k := range params {
		if secret, listed := declared[k]; !secret && (listed || !redact.IsName(k, true)) {
			continue
		}
		if e.sw.Secrets == "mask" {
			params[k] = "****"
		} else {
			delete(params, k)
		}
	}
}

// revealSecrets puts stand-ins where the secrets of the connection's sign-in
// were, so that a PATCH may address them and the result can be checked.
func (e *env) revealSecrets(o object) {
	params, isObject := at(o, "auth", "params").(object)
	if !isObject {
		return
	}
	spec, _, _ := specs.ConnectorByID(text(o, "connectionSpec", "id"))
	for _, a := range spec.Auth {
		if a.Name != text(o, "auth", "specName") {
			continue
		}
		for _, p := range a.Params {
			if _, has := params[p.Name]; p.Secret && !has {
				params[p.Name] = redact.Mask
			}
		}
	}
}

var connectionRules = patchRules{
	fields: []string{"name", "description", "auth", "labels", "policy"},
	judge: func(c *call, before, after object, ops []patchOp) error {
		if err := requireName(after); err != nil {
			return err
		}
		if emptyFields(after["policy"]) {
			return flowError(errEmptyFields, "policy has an empty array fields")
		}
		if !slices.ContainsFunc(ops, func(op patchOp) bool { return op.steps[0] == "auth" }) {
			return nil // a seeded connection may have none
		}
		spec, _, _ := specs.ConnectorByID(text(after, "connectionSpec", "id"))
		return c.checkAuth(after, spec)
	},
}

// fixes says whether a connection is of a connector whose connections refuse
// every PATCH.
func (sw *Switches) fixes(o object) bool {
	if sw.FixedConnectors == "" {
		return false
	}
	spec, _, _ := specs.ConnectorByID(text(o, "connectionSpec", "id"))
	return slices.Contains(strings.Split(sw.FixedConnectors, ","), spec.Slug)
}

// emptyFields looks for an empty array of fields anywhere in a policy.
func emptyFields(v any) bool {
	switch v := v.(type) {
	case object:
		if l, isList := v["fields"].([]any); isList && len(l) == 0 {
			return true
		}
		for _, e := range v {
			if emptyFields(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, emptyFields)
	}
	return false
}

// deleteConnection refuses while a flow reads through one of the connection's
// source connections; source connections alone do not hold it.
func deleteConnection(c *call) (answer, error) {
	r, err := c.entity(kindConnection)
	if err != nil {
		return answer{}, err
	}
	if err := c.env.sw.stable(kindConnection, r.object(), true); err != nil {
		return answer{}, err
	}
	for _, src := range c.sp.table(kindSource).by("baseConnectionId", r.id) {
		if flows := c.sp.table(kindFlow).by("sourceConnectionIds[]", src.id); len(flows) > 0 {
			return answer{}, flowError(errBaseInUse, "connection %s is used by flow %s", r.id, flows[0].id)
		}
	}
	c.sp.remove(kindConnection, r.id)
	return c.deleted()
}

// testConnection says yes to every connection that is not a draft, unless
// source data is bound to it and cannot be read.
func testConnection(c *call) (answer, error) {
	r, err := c.entity(kindConnection)
	if err != nil {
		return answer{}, err
	}
	o := r.object()
	result := text(o, "state") == "enabled"
	if f := c.env.fixtureOf(o); f != nil && result {
		result = f.reachable(c.r.Context())
	}
	return ok(object{"result": result})
}

// actOn answers POST …/action of connections: publish for drafts.
func actOn(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.entity(k)
		if err != nil {
			return answer{}, err
		}
		o := r.object()
		if err := c.ifMatch(o, false); err != nil {
			return answer{}, err
		}
		if err := c.checkSubOp(); err != nil {
			return answer{}, err
		}
		switch op := strings.ToLower(c.query.Get("op")); op {
		case "publish":
			if err := c.publish(k, o); err != nil {
				return answer{}, err
			}
			c.touch(o, "update", nil)
			c.sp.put(k, r.id, r.created, o)
			return ok(brief(o))
		case "finalize", "finalize_update":
			return answer{}, flowError(errFinalize, "op %s is for providers", op)
		default:
			return answer{}, flowError(errOp, "op %q is not supported", c.query.Get("op"))
		}
	}
}

// checkSubOp: sub operations are for providers' finalize alone.
func (c *call) checkSubOp() error {
	sub, op := strings.ToUpper(c.query.Get("subOp")), c.query.Get("op")
	switch {
	case sub == "" || strings.HasPrefix(strings.ToLower(op), "finalize"):
		return nil
	case !slices.Contains([]string{"APPLY", "ROLLBACK", "PROGRESS"}, sub):
		return flowError(errSubOp, "sub action %q is not supported", c.query.Get("subOp"))
	}
	return flowError(errSubOpUse, "sub operation %s does not go with operation %q", sub, op)
}

// publish checks that what a draft stands on is published, then that the draft
// is complete.
func (c *call) publish(k kind, o object) error {
	if text(o, "state") != c.env.sw.DraftState {
		return flowError(errActionState, "the %s is %s, not a draft", kindNames[k], text(o, "state"))
	}
	if base := text(o, "baseConnectionId"); base != "" {
		if r := c.sp.get(kindConnection, base); r == nil || text(r.object(), "state") != "enabled" {
			return flowError(errActionState, "connection %s must be published first", base)
		}
	}
	switch k {
	case kindConnection:
		spec, _, _ := specs.ConnectorByID(text(o, "connectionSpec", "id"))
		full := clone(o).(object)
		c.env.revealSecrets(full)
		if err := c.checkAuth(full, spec); err != nil {
			return err
		}
	case kindSource, kindTarget:
		if err := c.checkEndpoint(k, o, false); err != nil {
			return err
		}
	}
	o["state"] = "enabled"
	return nil
}
