package flow

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/specs"
)

func connectionRoutes() []core.Route {
	r := core.RoutesOf(core.FlowService)
	return []core.Route{
		r(http.MethodGet, "/connections", core.Reads, listEntities(core.KindConnection)),
		r(http.MethodPost, "/connections", core.Writes, core.With((*core.Call).Object, createConnection)),
		r(http.MethodPost, "/connections/search", core.Reads, searchEntities(core.KindConnection)),
		r(http.MethodGet, "/connections/{id}", core.Reads, getEntity(core.KindConnection)),
		r(http.MethodPatch, "/connections/{id}", core.Writes, patchEntity(core.KindConnection, connectionRules)),
		r(http.MethodDelete, "/connections/{id}", core.Writes, core.With(entity(core.KindConnection), deleteConnection)),
		r(http.MethodGet, "/connections/{id}/test", core.Reads, core.With(entity(core.KindConnection), testConnection)),
		r(http.MethodGet, "/connections/{id}/explore", core.Reads, core.With(entity(core.KindConnection), exploreConnection)),
		r(http.MethodGet, "/connections/{id}/configs", core.Reads, core.With(entity(core.KindConnection), connectionConfigs)),
		r(http.MethodPost, "/connections/{id}/action", core.Writes, actOn(core.KindConnection)),
	}
}

func createConnection(c *core.Call, body object) (core.Answer, error) {
	if err := checkConnection(c, body); err != nil {
		return core.Answer{}, err
	}
	state, err := newState(c, core.Text(body, "connectionSpec", "id"))
	if err != nil {
		return core.Answer{}, err
	}
	o := AddConnection(c, c.Env.NewUUID(), state, body)
	return core.Created(brief(o), "/connections/"+core.Text(o, "id"))
}

// AddConnection stores a connection, its secrets as the switch says, and returns
// it.
func AddConnection(c *core.Call, id, state string, body object) object {
	o := newEntity(c, id, state, body)
	openInlet(c.Env, o, o)
	hideSecrets(c.Env, o)
	c.Space.Put(core.KindConnection, id, c.Millis(), o)
	return o
}

// newState is the state of a created entity: drafts where the connector knows
// them.
func newState(c *core.Call, connectionSpecID string) (string, error) {
	if !isDraft(c) {
		return "enabled", nil
	}
	spec, _, ok := specs.ConnectorByID(connectionSpecID)
	if !ok || !hasDrafts(spec) && connectionSpecID != specs.DataLake {
		return "", core.FlowError(core.ErrDraft, "connection specification %s has no draft mode", connectionSpecID)
	}
	return c.Env.Switches.DraftState, nil
}

// hasDrafts reports whether a connector knows drafts. The specifications of files, of
// self-serve sources, and of streams announce none.
func hasDrafts(spec specs.Connector) bool { return spec.FlowSpec == "CRMToAEP" }

func isDraft(c *core.Call) bool { return strings.EqualFold(c.Query.Get("mode"), "draft") }

// checkConnection validates a base connection: name, specification, sign-in.
func checkConnection(c *core.Call, o object) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "connectionSpec")
	if err != nil {
		return err
	}
	spec, misprint, known := specs.ConnectorByID(id)
	if !known || misprint {
		return &core.Refusal{Status: http.StatusBadRequest, Code: "spec",
			Body: object{"message": "Please provide a valid spec id"}}
	}
	return checkAuth(c, o, spec)
}

func checkAuth(c *core.Call, o object, spec specs.Connector) error {
	auth, has := o["auth"]
	if !has || auth == nil {
		if len(spec.Auth) > 0 && !isDraft(c) {
			return core.FlowError(core.ErrFieldMissing, "auth is missing; %s signs in by %s", spec.Name,
				strings.Join(authNames(signIns(spec, &c.Env.Switches)), " or "))
		}
		return nil
	}
	name := core.Text(auth, "specName")
	if name == "" {
		return core.FlowError(core.ErrFieldMissing, "auth.specName is missing")
	}
	if len(spec.Auth) == 0 || !spec.AuthComplete {
		return nil // not all sign-in methods are published
	}
	ways := slices.DeleteFunc(signIns(spec, &c.Env.Switches), func(a specs.Auth) bool { return a.Name != name })
	if len(ways) == 0 {
		return core.FlowError(core.ErrAuthSpec, "%s has no auth specification %q; it has %s", spec.Name, name,
			strings.Join(authNames(signIns(spec, &c.Env.Switches)), ", "))
	}
	params, isObject := core.At(auth, "params").(object)
	if !isObject {
		return core.FlowError(core.ErrFieldMissing, "auth.params is missing")
	}
	var first error
	for _, a := range ways {
		err := checkParams("auth.params", a.Params, params)
		if err == nil {
			return nil
		}
		first = cmp.Or(first, err)
	}
	return first
}

// signIns are the sign-in methods of a connector on the cloud of the emulator.
func signIns(spec specs.Connector, sw *core.Switches) (ways []specs.Auth) {
	for _, a := range spec.Auth {
		if a.Cloud == "" || sw.Cloud == "any" || a.Cloud == sw.Cloud {
			ways = append(ways, a)
		}
	}
	return ways
}

func authNames(ways []specs.Auth) []string {
	var names []string
	for _, a := range ways {
		if q := `"` + a.Name + `"`; !slices.Contains(names, q) {
			names = append(names, q)
		}
	}
	return names
}

// checkParams checks the members of an object, which is called in by its path.
func checkParams(in string, known []specs.Param, params object) error {
	for _, p := range known {
		v, has := params[p.Name]
		if !has && p.Alias != "" {
			v, has = params[p.Alias]
		}
		if !has || v == nil || v == "" {
			if p.Required {
				return core.FlowError(core.ErrFieldMissing, "%s.%s is missing", in, p.Name)
			}
			continue
		}
		s, leaf := core.Scalar(v)
		_, isText := v.(string)
		_, isInt := core.AsInt(v)
		_, isBool := v.(bool)
		if !leaf || p.Type == "string" && !isText || p.Type == "integer" && !isInt || p.Type == "boolean" && !isBool &&
			s != "true" && s != "false" {
			return core.FlowError(core.ErrParamValue, "%s.%s must be a %s", in, p.Name, p.Type)
		}
		if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e string) bool { return strings.EqualFold(e, s) }) {
			return core.FlowError(core.ErrParamValue, "%s.%s is %q, expected one of %s", in, p.Name, s,
				strings.Join(p.Enum, ", "))
		}
	}
	return nil
}

// hideSecrets drops what GET must not answer. By default secrets are not stored
// at all: what the emulator does not have cannot leak from its file.
func hideSecrets(e *core.Env, o object) {
	params, isObject := core.At(o, "auth", "params").(object)
	if !isObject || e.Switches.Secrets == "show" {
		return
	}
	declared := map[string]bool{}
	spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
	for _, a := range spec.Auth {
		for _, p := range a.Params {
			declared[p.Name] = declared[p.Name] || p.Secret
		}
	}
	for k, v := range params {
		secret, listed := declared[k]
		if !secret && (listed || !redact.IsName(k, true)) && !isSecretValue(e, v) {
			continue
		}
		if e.Switches.Secrets == "mask" {
			params[k] = "****"
		} else {
			delete(params, k)
		}
	}
}

// isSecretValue reports whether a leaf is one of the values that are not stored.
func isSecretValue(e *core.Env, v any) bool {
	s, isLeaf := core.Scalar(v)
	return isLeaf && e.IsSecret != nil && e.IsSecret(s)
}

// revealSecrets puts stand-ins where the parameters of the connection's sign-in were
// that are not stored, so that a PATCH may address them and the result can be
// checked. It returns them; they are not to be stored either.
func revealSecrets(e *core.Env, o object) (standIns object) {
	standIns = object{}
	params, isObject := core.At(o, "auth", "params").(object)
	if !isObject {
		return standIns
	}
	spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
	for _, a := range spec.Auth {
		if a.Name != core.Text(o, "auth", "specName") {
			continue
		}
		for _, p := range a.Params {
			if _, has := params[p.Name]; has || !p.Secret && (e.IsSecret == nil || !p.Required) {
				continue
			}
			standIns[p.Name] = standIn(p)
			params[p.Name] = standIns[p.Name]
		}
	}
	return standIns
}

// standIn is a value that a parameter accepts.
func standIn(p specs.Param) any {
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case p.Type == "integer":
		return "0"
	case p.Type == "boolean":
		return "false"
	}
	return redact.Mask
}

// dropStandIns removes the stand-ins that a PATCH did not replace.
func dropStandIns(o, standIns object) {
	params, _ := core.At(o, "auth", "params").(object)
	for name, v := range standIns {
		if params[name] == v {
			delete(params, name)
		}
	}
}

var connectionRules = patchRules{
	fields: []string{"name", "description", "auth", "labels", "policy"},
	judge: func(c *core.Call, before, after object, ops []core.PatchOp) error {
		if err := requireName(after); err != nil {
			return err
		}
		if emptyFields(after["policy"]) {
			return core.FlowError(core.ErrEmptyFields, "policy has an empty array fields")
		}
		if !slices.ContainsFunc(ops, func(op core.PatchOp) bool { return op.Steps[0] == "auth" }) {
			return nil // a seeded connection may have none
		}
		spec, _, _ := specs.ConnectorByID(core.Text(after, "connectionSpec", "id"))
		return checkAuth(c, after, spec)
	},
}

// fixes says whether a connection is of a connector whose connections refuse
// every PATCH.
func fixes(sw *core.Switches, o object) bool {
	if sw.FixedConnectors == "" {
		return false
	}
	spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
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
func deleteConnection(c *core.Call, r *core.Record) (core.Answer, error) {
	if err := stable(&c.Env.Switches, core.KindConnection, r.Object(), true); err != nil {
		return core.Answer{}, err
	}
	for _, src := range c.Space.Table(core.KindSource).By("baseConnectionId", r.ID) {
		if flows := c.Space.Table(core.KindFlow).By("sourceConnectionIds[]", src.ID); len(flows) > 0 {
			return core.Answer{}, core.FlowError(core.ErrBaseInUse, "connection %s is used by flow %s", r.ID, flows[0].ID)
		}
	}
	c.Space.Remove(core.KindConnection, r.ID)
	return deleted(c)
}

// testConnection says yes to every connection that is not a draft, unless
// source data is bound to it and cannot be read.
func testConnection(c *core.Call, r *core.Record) (core.Answer, error) {
	o := r.Object()
	result := core.Text(o, "state") == "enabled"
	if f := FixtureOf(c.Env, o); f != nil && result {
		result = f.Reachable(c.Request.Context())
	}
	return core.OK(object{"result": result})
}

// actOn answers POST …/action of connections: publish for drafts.
func actOn(k core.Kind) core.Handler {
	return core.With(entity(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		o := r.Object()
		if err := ifMatch(c, o, false); err != nil {
			return core.Answer{}, err
		}
		if err := checkSubOp(c); err != nil {
			return core.Answer{}, err
		}
		switch op := strings.ToLower(c.Query.Get("op")); op {
		case "publish":
			if err := publish(c, k, o); err != nil {
				return core.Answer{}, err
			}
			touch(c, o, "update", nil)
			c.Space.Put(k, r.ID, r.Created, o)
			return core.OK(brief(o))
		case "finalize", "finalize_update":
			return core.Answer{}, core.FlowError(core.ErrFinalize, "op %s is for providers", op)
		default:
			return core.Answer{}, core.FlowError(core.ErrOp, "op %q is not supported", c.Query.Get("op"))
		}
	})
}

// checkSubOp: sub operations are for providers' finalize alone.
func checkSubOp(c *core.Call) error {
	sub, op := strings.ToUpper(c.Query.Get("subOp")), c.Query.Get("op")
	switch {
	case sub == "" || strings.HasPrefix(strings.ToLower(op), "finalize"):
		return nil
	case !slices.Contains([]string{"APPLY", "ROLLBACK", "PROGRESS"}, sub):
		return core.FlowError(core.ErrSubOp, "sub action %q is not supported", c.Query.Get("subOp"))
	}
	return core.FlowError(core.ErrSubOpUse, "sub operation %s does not go with operation %q", sub, op)
}

// publish checks that what a draft stands on is published, then that the draft
// is complete.
func publish(c *core.Call, k core.Kind, o object) error {
	if core.Text(o, "state") != c.Env.Switches.DraftState {
		return core.FlowError(core.ErrActionState, "the %s is %s, not a draft", kindNames[k], core.Text(o, "state"))
	}
	if base := core.Text(o, "baseConnectionId"); base != "" {
		if r := c.Space.Get(core.KindConnection, base); r == nil || core.Text(r.Object(), "state") != "enabled" {
			return core.FlowError(core.ErrActionState, "connection %s must be published first", base)
		}
	}
	switch k {
	case core.KindConnection:
		spec, _, _ := specs.ConnectorByID(core.Text(o, "connectionSpec", "id"))
		full := core.Clone(o).(object)
		revealSecrets(c.Env, full)
		if err := checkAuth(c, full, spec); err != nil {
			return err
		}
	case core.KindSource, core.KindTarget:
		if err := checkEndpoint(c, k, o, false); err != nil {
			return err
		}
	}
	o["state"] = "enabled"
	return nil
}
