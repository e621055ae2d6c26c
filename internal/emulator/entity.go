package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// What all entities of Flow Service share: the members that the service adds,
// answers wrapped in `items`, etags, PATCH, DELETE.

const specVersion = "1.0"

// serverOwned are the members that no client may send or patch.
var serverOwned = []string{
	"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient", "sandboxId", "sandboxName",
	"imsOrgId", "version", "etag", "inheritedAttributes", "runs", "lastOperation", "lastRunDetails", "providerRefId",
}

// newEntity fills in what the service adds to a created object.
func (c *call) newEntity(id, state string, o object) object {
	for _, k := range serverOwned {
		delete(o, k)
	}
	etag := c.env.newEtag(c.now)
	o["id"], o["state"] = id, state
	o["createdAt"], o["updatedAt"] = c.ms(), c.ms()
	o["createdBy"], o["updatedBy"] = c.client, c.client
	o["createdClient"], o["updatedClient"] = c.client, c.client
	o["sandboxId"], o["sandboxName"], o["imsOrgId"] = c.sp.sandbox.ID, c.sp.sandbox.Name, c.sp.org.ID
	o["version"], o["etag"] = etag, etag
	o["lastOperation"] = operation("create", c.ms(), nil)
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
func (c *call) touch(o object, kind string, ops any) {
	etag := c.env.newEtag(c.now)
	o["updatedAt"], o["updatedBy"], o["updatedClient"] = c.ms(), c.client, c.client
	o["version"], o["etag"] = etag, etag
	o["lastOperation"] = operation(kind, c.ms(), ops)
}

// brief is the answer of every write.
func brief(o object) object { return object{"id": o["id"], "etag": o["etag"]} }

// kindNames are the words of refusals.
var kindNames = map[kind]string{
	kindConnection: "connection", kindSource: "source connection", kindTarget: "target connection", kindFlow: "flow", kindRun: "run",
}

// entity finds the object that the path names.
func (c *call) entity(k kind) (*record, error) {
	id := c.arg("id")
	if r := c.sp.get(k, id); r != nil {
		if c.hides(k, r) {
			return nil, c.hidden(k)
		}
		return r, nil
	}
	return nil, c.noEntity(k, id)
}

// noEntity: flows answer 404 in the current envelope, connections still in the
// older one of two members.
func (c *call) noEntity(k kind, id string) error {
	if strings.TrimSpace(id) == "" {
		return flowError(errEntityID, "the path names no %s", kindNames[k])
	}
	if k == kindConnection {
		detail := "there is no connection with id " + id
		return &refusal{status: http.StatusNotFound, code: "404", body: object{"errorMessage": detail, "errorDetails": detail}}
	}
	return flowError(errNotFound, "there is no %s with id %s", kindNames[k], id)
}

func getEntity(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.entity(k)
		if err != nil {
			return answer{}, err
		}
		return ok(object{"items": []any{json.RawMessage(r.body)}})
	}
}

// ifMatch compares the header, quotes and all, with the stored etag.
func (c *call) ifMatch(o object, required bool) error {
	want := text(o, "etag")
	got, sent := c.r.Header["If-Match"]
	if !sent || got[0] == "" {
		if !required {
			return nil
		}
		return flowError(errIfMatchMissing, "If-Match is missing; it must carry the etag as it was answered, with its quotes")
	}
	if got[0] != want {
		return flowError(errIfMatchStale, "the object has etag %s, If-Match has %s", want, got[0])
	}
	return nil
}

// stable refuses writes to objects that are on their way between states.
func (sw *Switches) stable(k kind, o object, deletes bool) error {
	if isInternal(o) {
		return flowError(errPermission, "the flow is the platform's own")
	}
	switch s := text(o, "state"); s {
	case "enabled", "disabled", sw.DraftState, "":
		return nil
	case "initializing":
		return flowError(errInitializing, "the object is initializing; a user's token cannot change it")
	default:
		return unstable(k, s, deletes)
	}
}

// transitional are the states on the way between two others.
var transitional = []string{"enabling", "disabling", "updating", "pending", "inProgress", "enabled-finalizing", "delete-finalizing"}

// unstable names what a state does not allow, in the words that the platform
// has for the kind of object and the kind of write.
func unstable(k kind, state string, deletes bool) error {
	switch {
	case k == kindConnection:
		return flowError(errState, "the connection is %s; only what is enabled, disabled or initializing can be changed", state)
	case deletes:
		return flowError(errDeleteFinalizing, "delete cannot be applied in state %s", state)
	case strings.HasSuffix(state, "-finalizing"):
		return flowError(errUpdateFinalizing, "update cannot be applied in state %s", state)
	case slices.Contains(transitional, state):
		return flowError(errUpdateState, "the state %s cannot be updated; wait until it is over", state)
	}
	return flowError(errStateValue, "the state %s is not one of enabled, disabled, initializing", state)
}

// patchRules judges the operations before, and the result after, a PATCH.
type patchRules struct {
	fields []string // top-level members that may change
	judge  func(c *call, before, after object, ops []patchOp) error
}

func patchEntity(k kind, rules patchRules) handler {
	return func(c *call) (answer, error) {
		r, err := c.entity(k)
		if err != nil {
			return answer{}, err
		}
		if len(c.raw) == 0 || c.body == nil {
			return answer{}, flowError(errEmptyBody, "the body is empty")
		}
		before := r.object()
		if err := c.ifMatch(before, true); err != nil {
			return answer{}, err
		}
		if err := c.env.sw.stable(k, before, false); err != nil {
			return answer{}, err
		}
		if k == kindConnection && c.env.sw.fixes(before) {
			return answer{}, flowError(errPatchDisabled, "connections of this connector cannot be changed")
		}
		ops, fault := readPatch(c.body)
		if fault != nil {
			return answer{}, flowPatchError(fault)
		}
		for _, op := range ops {
			if err := rules.allow(op); err != nil {
				return answer{}, err
			}
		}
		after := clone(before).(object)
		if k == kindConnection {
			c.env.revealSecrets(after)
		}
		patched, fault := applyPatch(after, ops)
		if fault != nil {
			return answer{}, flowPatchError(fault)
		}
		after = patched.(object)
		if err := rules.judge(c, before, after, ops); err != nil {
			return answer{}, err
		}
		c.touch(after, "update", maskSecrets(c.body))
		if k == kindConnection {
			c.env.hideSecrets(after)
		}
		c.sp.put(k, r.id, r.created, after)
		return ok(brief(after))
	}
}

func flowPatchError(f *patchFault) error {
	switch f.kind {
	case patchShape:
		return flowError(errPatchInstruction, "%s", f.detail)
	case patchOpKind:
		return flowError(errOp, "%s", f.detail)
	case patchPath:
		return flowError(errPatchPath, "%s", f.detail)
	}
	return flowError(errPatchInstruction, "%s", f.detail)
}

func (p patchRules) allow(op patchOp) error {
	for _, f := range p.fields {
		if op.steps[0] == f {
			return nil
		}
	}
	if op.steps[0] == "connectionSpec" {
		return flowError(errSpecImmutable, "the connection specification of an object cannot change")
	}
	return flowError(errPatchPath, "%s cannot be patched", op.path)
}

// specRef reads {id, version} of a connection or flow specification.
func specRef(o object, field string) (id string, err error) {
	ref, isObject := o[field].(object)
	if !isObject {
		return "", flowError(errSpecID, "%s is missing", field)
	}
	id = text(ref, "id")
	if id == "" {
		return "", flowError(errSpecID, "%s.id is missing", field)
	}
	version, has := ref["version"]
	if !has {
		return "", flowError(flowCode{1413, http.StatusUnprocessableEntity, invalid}, "%s.version is missing", field)
	}
	if s, _ := scalar(version); s != specVersion {
		return "", flowError(flowCode{1413, http.StatusUnprocessableEntity, invalid}, "%s.version is %q, the specification has %q", field, s, specVersion)
	}
	return id, nil
}

// optionalText refuses a member that is there and no text.
func optionalText(o object, fields ...string) error {
	for _, f := range fields {
		v, has := o[f]
		if _, isText := v.(string); has && v != nil && !isText {
			return flowError(errParamValue, "%s must be a text", f)
		}
	}
	return nil
}

func requireName(o object) error {
	if err := optionalText(o, "name", "description"); err != nil {
		return err
	}
	if strings.TrimSpace(text(o, "name")) == "" {
		return flowError(errFieldMissing, "name is missing")
	}
	return nil
}

// deleted is the answer of a successful DELETE.
func (c *call) deleted() (answer, error) { return answer{status: c.env.sw.DeleteStatus}, nil }
