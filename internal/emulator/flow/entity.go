package flow

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/redact"
)

// What all entities of Flow Service share: the members that the service adds,
// answers wrapped in `items`, etags, PATCH, DELETE.

const SpecVersion = "1.0"

// serverOwned are the members that no client may send or patch.
var serverOwned = []string{
	"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient", "sandboxId", "sandboxName",
	"imsOrgId", "version", "etag", "inheritedAttributes", "runs", "lastOperation", "lastRunDetails", "providerRefId",
}

// newEntity fills in what the service adds to a created object.
func newEntity(c *core.Call, id, state string, o object) object {
	for _, k := range serverOwned {
		delete(o, k)
	}
	etag := c.Env.NewEtag(c.Now)
	o["id"], o["state"] = id, state
	o["createdAt"], o["updatedAt"] = c.Millis(), c.Millis()
	o["createdBy"], o["updatedBy"] = c.Client, c.Client
	o["createdClient"], o["updatedClient"] = c.Client, c.Client
	o["sandboxId"], o["sandboxName"], o["imsOrgId"] = c.Space.Sandbox.ID, c.Space.Sandbox.Name, c.Space.Org.ID
	o["version"], o["etag"] = etag, etag
	made := "create"
	if state == c.Env.Switches.DraftState {
		made = "draft_create"
	}
	o["lastOperation"] = operation(made, c.Millis(), nil)
	return o
}

func operation(kind string, at int64, ops any) object {
	if ops == nil {
		ops = []any{}
	}
	return object{
		"started": at, "updated": at, "percentCompleted": json.Number("100.0"), "operation": kind, "ops": ops,
		"status": object{"value": "completed", "errors": []any{}},
	}
}

// touch renews what a write renews.
func touch(c *core.Call, o object, kind string, ops any) {
	etag := c.Env.NewEtag(c.Now)
	o["updatedAt"], o["updatedBy"], o["updatedClient"] = c.Millis(), c.Client, c.Client
	o["version"], o["etag"] = etag, etag
	o["lastOperation"] = operation(kind, c.Millis(), ops)
}

// brief is the answer of every write.
func brief(o object) object { return object{"id": o["id"], "etag": o["etag"]} }

// kindNames are the words of refusals.
var kindNames = map[core.Kind]string{
	core.KindConnection: "connection", core.KindSource: "source connection", core.KindTarget: "target connection",
	core.KindFlow: "flow", core.KindRun: "run",
}

// entity finds the object that the path names.
func entity(k core.Kind) func(*core.Call) (*core.Record, error) {
	return func(c *core.Call) (*core.Record, error) {
		r := c.Space.Get(k, c.Arg("id"))
		switch {
		case r == nil:
			return nil, noEntity(k, c.Arg("id"))
		case c.Hides(r):
			return nil, hidden(c, k)
		}
		return r, nil
	}
}

// noEntity: flows answer 404 in the current envelope, connections still in the
// older one of two members.
func noEntity(k core.Kind, id string) error {
	if strings.TrimSpace(id) == "" {
		return core.FlowError(core.ErrEntityID, "the path names no %s", kindNames[k])
	}
	if k == core.KindConnection {
		detail := "there is no connection with id " + id
		return &core.Refusal{Status: http.StatusNotFound, Code: "404",
			Body: object{"errorMessage": detail, "errorDetails": detail}}
	}
	return core.FlowError(core.ErrNotFound, "there is no %s with id %s", kindNames[k], id)
}

func getEntity(k core.Kind) core.Handler {
	return core.With(entity(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		return core.OK(object{"items": []any{json.RawMessage(r.Body)}})
	})
}

// ifMatch compares the header, quotes and all, with the stored etag.
func ifMatch(c *core.Call, o object, required bool) error {
	want := core.Text(o, "etag")
	got, sent := c.Request.Header["If-Match"]
	if !sent || got[0] == "" {
		if !required {
			return nil
		}
		return core.FlowError(core.ErrIfMatchMissing,
			"If-Match is missing; it must carry the etag as it was answered, with its quotes")
	}
	if got[0] != want {
		return core.FlowError(core.ErrIfMatchStale, "the object has etag %s, If-Match has %s", want, got[0])
	}
	return nil
}

// stable refuses writes to objects that are on their way between states.
func stable(sw *core.Switches, k core.Kind, o object, deletes bool) error {
	if core.IsInternal(o) {
		return core.FlowError(core.ErrPermission, "the flow is the platform's own")
	}
	switch s := core.Text(o, "state"); s {
	case "enabled", "disabled", sw.DraftState, "":
		return nil
	case "initializing":
		return core.FlowError(core.ErrInitializing, "the object is initializing; a user's token cannot change it")
	default:
		return unstable(k, s, deletes)
	}
}

// transitional are the states on the way between two others.
var transitional = []string{"enabling", "disabling", "updating", "pending", "inProgress", "enabled-finalizing",
	"delete-finalizing"}

// unstable names what a state does not allow, in the words that the platform
// has for the kind of object and the kind of write.
func unstable(k core.Kind, state string, deletes bool) error {
	switch {
	case k == core.KindConnection:
		return core.FlowError(core.ErrState,
			"the connection is %s; only what is enabled, disabled or initializing can be changed", state)
	case deletes:
		return core.FlowError(core.ErrDeleteFinalizing, "delete cannot be applied in state %s", state)
	case strings.HasSuffix(state, "-finalizing"):
		return core.FlowError(core.ErrUpdateFinalizing, "update cannot be applied in state %s", state)
	case slices.Contains(transitional, state):
		return core.FlowError(core.ErrUpdateState, "the state %s cannot be updated; wait until it is over", state)
	}
	return core.FlowError(core.ErrStateValue, "the state %s is not one of enabled, disabled, initializing", state)
}

// patchRules judges the operations before, and the result after, a PATCH.
type patchRules struct {
	fields []string // top-level members that may change
	judge  func(c *core.Call, before, after object, ops []core.PatchOp) error
}

func patchEntity(k core.Kind, rules patchRules) core.Handler {
	return core.With(entity(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		if len(c.Raw) == 0 || c.Body == nil {
			return core.Answer{}, core.FlowError(core.ErrEmptyBody, "the body is empty")
		}
		before := r.Object()
		if err := ifMatch(c, before, true); err != nil {
			return core.Answer{}, err
		}
		if err := stable(&c.Env.Switches, k, before, false); err != nil {
			return core.Answer{}, err
		}
		if k == core.KindConnection && fixes(&c.Env.Switches, before) {
			return core.Answer{}, core.FlowError(core.ErrPatchDisabled, "connections of this connector cannot be changed")
		}
		ops, fault := core.ReadPatch(c.Body)
		if fault != nil {
			return core.Answer{}, flowPatchError(fault)
		}
		for _, op := range ops {
			if err := rules.allow(op, before); err != nil {
				return core.Answer{}, err
			}
		}
		after := core.Clone(before).(object)
		var standIns object
		if k == core.KindConnection {
			standIns = revealSecrets(c.Env, after)
		}
		patched, fault := core.ApplyPatch(after, ops)
		if fault != nil {
			return core.Answer{}, flowPatchError(fault)
		}
		after = patched.(object)
		if err := rules.judge(c, before, after, ops); err != nil {
			return core.Answer{}, err
		}
		touch(c, after, "update", maskSecrets(c.Env, c.Body))
		if k == core.KindConnection {
			openInlet(c.Env, after, before)
			dropStandIns(after, standIns)
			hideSecrets(c.Env, after)
		}
		c.Space.Put(k, r.ID, r.Created, after)
		return core.OK(brief(after))
	})
}

func flowPatchError(f *core.PatchFault) error {
	switch f.Kind {
	case core.PatchShape:
		return core.FlowError(core.ErrPatchInstruction, "%s", f.Detail)
	case core.PatchOpKind:
		return core.FlowError(core.ErrOp, "%s", f.Detail)
	case core.PatchPath:
		return core.FlowError(core.ErrPatchPath, "%s", f.Detail)
	}
	return core.FlowError(core.ErrPatchInstruction, "%s", f.Detail)
}

// allow refuses an operation on a member that may not change, or is not there.
func (p patchRules) allow(op core.PatchOp, before object) error {
	for _, f := range p.fields {
		if op.Steps[0] == f {
			return nil
		}
	}
	if op.Steps[0] == "connectionSpec" {
		return core.FlowError(core.ErrSpecImmutable, "the connection specification of an object cannot change")
	}
	if _, has := before[op.Steps[0]]; !has && op.Op != "add" {
		return core.FlowError(core.ErrPatchInstruction, "%s %s: there is nothing at that path", op.Op, op.Path)
	}
	return core.FlowError(core.ErrPatchPath, "%s cannot be patched", op.Path)
}

// specRef reads {id, version} of a connection or flow specification.
func specRef(o object, field string) (id string, err error) {
	ref, isObject := o[field].(object)
	if !isObject {
		return "", core.FlowError(core.ErrSpecID, "%s is missing", field)
	}
	id = core.Text(ref, "id")
	if id == "" {
		return "", core.FlowError(core.ErrSpecID, "%s.id is missing", field)
	}
	version, has := ref["version"]
	if !has {
		return "", core.FlowError(core.FlowCode{Number: 1413, Status: http.StatusUnprocessableEntity, Title: core.Invalid},
			"%s.version is missing", field)
	}
	if s, _ := core.Scalar(version); s != SpecVersion {
		return "", core.FlowError(core.FlowCode{Number: 1413, Status: http.StatusUnprocessableEntity, Title: core.Invalid},
			"%s.version is %q, the specification has %q", field, s, SpecVersion)
	}
	return id, nil
}

// optionalText refuses a member that is there and no text.
func optionalText(o object, fields ...string) error {
	for _, f := range fields {
		v, has := o[f]
		if _, isText := v.(string); has && v != nil && !isText {
			return core.FlowError(core.ErrParamValue, "%s must be a text", f)
		}
	}
	return nil
}

func requireName(o object) error {
	if err := optionalText(o, "name", "description"); err != nil {
		return err
	}
	if strings.TrimSpace(core.Text(o, "name")) == "" {
		return core.FlowError(core.ErrFieldMissing, "name is missing")
	}
	return nil
}

// deleted is the answer of a successful DELETE.
func deleted(c *core.Call) (core.Answer, error) {
	return core.Answer{Status: c.Env.Switches.DeleteStatus}, nil
}

// maskSecrets replaces the secret leaves of a body, by their names and values.
func maskSecrets(e *core.Env, v any) any {
	out, err := core.DecodeJSON(redact.New().Body(core.ToJSON(v)))
	if err != nil {
		panic("emulator: masked body: " + err.Error()) // it was JSON, and is
	}
	return maskValues(e, out)
}

// maskValues replaces the leaves of a tree that are not stored.
func maskValues(e *core.Env, v any) any {
	switch v := v.(type) {
	case object:
		for k := range v {
			v[k] = maskValues(e, v[k])
		}
	case []any:
		for i := range v {
			v[i] = maskValues(e, v[i])
		}
	default:
		if isSecretValue(e, v) {
			return redact.Mask
		}
	}
	return v
}
