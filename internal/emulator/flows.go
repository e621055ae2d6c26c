package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

func flowRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcFlow, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/flows", reads, listEntities(kindFlow)),
		r(http.MethodPost, "/flows", writes, createFlow),
		r(http.MethodPost, "/flows/search", reads, searchEntities(kindFlow)),
		r(http.MethodGet, "/flows/{id}", reads, getEntity(kindFlow)),
		r(http.MethodPatch, "/flows/{id}", writes, patchEntity(kindFlow, flowRules)),
		r(http.MethodDelete, "/flows/{id}", writes, deleteFlow),
		r(http.MethodPost, "/flows/{id}/action", writes, actOnFlow),
	}
}

func createFlow(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if _, has := body["state"]; has {
		return answer{}, flowError(errStateInCreate, "state cannot be set when a flow is created; new flows are enabled")
	}
	state := "enabled"
	if c.isDraft() {
		state = c.env.sw.DraftState
	}
	if err := c.checkFlow(body, c.isDraft(), true); err != nil {
		return answer{}, err
	}
	o := c.addFlow(c.env.newUUID(), state, body)
	return created(brief(o), "/flows/"+text(o, "id"))
}

func (c *call) addFlow(id, state string, body object) object {
	o := c.newEntity(id, state, body)
	c.inherit(o)
	o["runs"] = "/runs?property=flowId==" + id
	if p, isObject := o["scheduleParams"].(object); isObject {
		if s, err := readSchedule(p); err == nil && !s.once() && p["backfill"] == nil {
			p["backfill"] = true // the specification's default
		}
	}
	c.sp.put(kindFlow, id, c.ms(), o)
	return o
}

// inherit fills in what the flow has from its two ends.
func (c *call) inherit(o object) {
	ends := func(k kind, ids []string) []any {
		l := []any{}
		for _, id := range ids {
			e := object{"id": id}
			if r := c.sp.get(k, id); r != nil {
				end := r.view()
				e["connectionSpec"] = end["connectionSpec"]
				if base := at(end, "inheritedAttributes", "baseConnection"); base != nil {
					e["baseConnection"] = base
				}
			}
			l = append(l, e)
		}
		return l
	}
	targets := ends(kindTarget, texts(o, "targetConnectionIds"))
	o["inheritedAttributes"] = object{
		"sourceConnections": ends(kindSource, texts(o, "sourceConnectionIds")),
		"targetConnections": targets,
		"properties":        flowProperties(o, targets),
	}
}

// checkFlow validates a flow's body, in the order in which the platform is
// taken to do it, so that a body with two faults gives the same first one.
// fresh is false for the result of a PATCH, whose start may have passed.
func (c *call) checkFlow(o object, draft, fresh bool) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "flowSpec")
	if err != nil {
		return err
	}
	spec, known := specs.FlowSpecByID(id)
	if !known {
		return flowError(errSpecID, "there is no flow specification %s", id)
	}
	source, target, err := c.flowEnds(o, draft)
	if err != nil {
		return err
	}
	if s := text(source, "connectionSpec", "id"); !spec.Takes(s) {
		return flowError(errConnector, "flow specification %s does not take sources of connection specification %s", spec.Name, s)
	}
	if t := text(target, "connectionSpec", "id"); t != specs.DataLake {
		return flowError(errTargetSpec, "flow specification %s only takes the data lake as target", spec.Name)
	}
	if err := checkOptions(o["options"]); err != nil {
		return err
	}
	if draft {
		return nil
	}
	s, err := readSchedule(o["scheduleParams"])
	if err != nil {
		return err
	}
	if fresh {
		if err := c.notPast(s); err != nil {
			return err
		}
	}
	if err := c.checkTransformations(o, spec, s, source, target, fresh); err != nil {
		return err
	}
	return c.checkTable(source)
}

// flowEnds finds the one source and the one target connection.
func (c *call) flowEnds(o object, draft bool) (source, target object, err error) {
	one := func(k kind, field string) (object, error) {
		l, isList := o[field].([]any)
		if !isList || len(l) == 0 {
			return nil, flowError(errSourceCount, "%s is missing", field)
		}
		if len(l) != 1 {
			return nil, flowError(errIDCount, "%s has %d ids, the flow specification takes exactly one", field, len(l))
		}
		id, isText := l[0].(string)
		if !isText || id == "" {
			return nil, flowError(errNullEntity, "%s has an empty id", field)
		}
		r := c.sp.get(k, id)
		if r == nil {
			return nil, flowError(errNotFound, "there is no %s with id %s", kindNames[k], id)
		}
		e := r.view()
		if !draft && text(e, "state") == c.env.sw.DraftState {
			return nil, flowError(errNullEntity, "%s %s is a draft", kindNames[k], id)
		}
		return e, nil
	}
	if source, err = one(kindSource, "sourceConnectionIds"); err != nil {
		return nil, nil, err
	}
	target, err = one(kindTarget, "targetConnectionIds")
	return source, target, err
}

func checkOptions(v any) error {
	if v == nil {
		return nil
	}
	o, isObject := v.(object)
	if !isObject {
		return flowError(errParamValue, "options must be an object")
	}
	if p, has := o["partialIngestionPercent"]; has {
		s, leaf := scalar(p)
		if _, isText := p.(string); !leaf || isText || compareScalars(s, "0") <= 0 || compareScalars(s, "100") > 0 {
			return flowError(errParamValue, "options.partialIngestionPercent must be above 0 and at most 100")
		}
	}
	if e, has := o["errorDiagnosticsEnabled"]; has {
		if _, isBool := e.(bool); !isBool {
			return flowError(errParamValue, "options.errorDiagnosticsEnabled must be a boolean")
		}
	}
	return nil
}

// transformation finds the params of the transformation with this name; names
// are case-sensitive, order is free.
func transformation(o object, name string) (params object, found bool) {
	for _, t := range list(o, "transformations") {
		if text(t, "name") == name {
			p, _ := at(t, "params").(object)
			return p, true
		}
	}
	return nil, false
}

func (c *call) checkTransformations(o object, spec specs.FlowSpec, s schedule, source, target object, fresh bool) error {
	known := []string{"Copy", "Mapping"}
	if spec.ID == specs.CloudStorageToAEP {
		known = []string{"Mapping", "Encryption"}
	}
	if v, has := o["transformations"]; has && v != nil {
		if _, isList := v.([]any); !isList {
			return flowError(errTransformations, "transformations must be an array")
		}
	}
	if e, has := transformation(o, "Encryption"); has && text(e, "publicKeyId") == "" {
		return flowError(errEncryption, "the Encryption transformation has no publicKeyId")
	}
	for _, t := range list(o, "transformations") {
		if n := text(t, "name"); !slices.Contains(known, n) {
			return flowError(errParamValue, "transformation %q is not one of %s", n, strings.Join(known, ", "))
		}
	}
	mapping, has := transformation(o, "Mapping")
	if !has {
		return flowError(errMappingColumns, "transformations has no Mapping: the columns to read are not known")
	}
	set, err := c.flowMapping(mapping, target)
	if err != nil {
		return err
	}
	if _, hasCopy := transformation(o, "Copy"); spec.ID == specs.CRMToAEP && (fresh || hasCopy || c.env.sw.KeepCopy) {
		if err := checkDelta(o, s, source); err != nil {
			return err
		}
	}
	if c.env.sw.LooseColumns {
		return nil
	}
	return checkMappedColumns(set, source)
}

// flowMapping finds the mapping set in its version and compares its schema
// with that of the target's dataset.
func (c *call) flowMapping(params, target object) (object, error) {
	if params == nil {
		return nil, flowError(errMappingMissing, "the Mapping transformation has no params")
	}
	id := text(params, "mappingId")
	if id == "" {
		return nil, flowError(errParamEmpty, "params.mappingId of the Mapping transformation is missing or empty")
	}
	set := c.sp.get(kindMappingSet, id)
	if set == nil {
		return nil, flowError(errMappingFailed, "there is no mapping set %s", id)
	}
	body := set.view()
	if v, has := params["mappingVersion"]; has {
		version, isInt := asInt(v)
		if !isInt {
			return nil, flowError(errMappingVersion, "mappingVersion %v is not a number", v)
		}
		if body = c.sp.mappingVersion(set, version); body == nil {
			return nil, flowError(errMappingVersion, "mapping set %s has no version %d", id, version)
		}
	}
	dataset := c.sp.get(kindDataset, text(target, "params", "dataSetId"))
	if dataset == nil {
		return nil, flowError(errDatasetID, "the dataset %q of the target connection is gone", text(target, "params", "dataSetId"))
	}
	schema := text(body, "outputSchema", "schemaRef", "id")
	if got := dataset.key(datasetSchemaKey); !sameSchema(schema, got) {
		return nil, flowError(errSchemaMismatch, "mapping set %s is for schema %s, dataset %s has %s", id, schema, dataset.id, got)
	}
	return body, nil
}

// checkDelta: recurring flows need a delta column, one-time flows must not
// have one.
func checkDelta(o object, s schedule, source object) error {
	copyParams, _ := transformation(o, "Copy")
	delta, has := copyParams["deltaColumn"]
	if s.once() {
		if has {
			return flowError(errOnceDelta, "a one-time flow has no deltaColumn")
		}
		return nil
	}
	name := text(delta, "name")
	if name == "" {
		return flowError(errDeltaMissing, "a recurring flow needs a Copy transformation with deltaColumn.name")
	}
	columns := list(source, "params", "columns")
	if len(columns) == 0 {
		return nil
	}
	for _, col := range columns {
		if text(col, "name") == name {
			return nil
		}
	}
	return flowError(errColumns, "deltaColumn %s is not among the columns of the source connection", name)
}

// checkMappedColumns compares attributes with the source's columns. Expressions
// are not looked into: Data Prep does that.
func checkMappedColumns(set, source object) error {
	columns := list(source, "params", "columns")
	if len(columns) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, col := range columns {
		names[text(col, "name")] = true
	}
	for _, m := range list(set, "mappings") {
		if text(m, "sourceType") != attributeType {
			continue
		}
		if attr := text(m, "source"); !names[attributeColumn(attr)] && !names[attr] {
			return flowError(errColumns, "the mapping set maps %s, which is not among the columns of the source connection", attr)
		}
	}
	return nil
}

var flowRules = patchRules{
	fields: []string{"name", "description", "scheduleParams", "transformations", "options", "labels", "policy", "sourceConnectionIds", "targetConnectionIds"},
	judge:  judgeFlowPatch,
}

func judgeFlowPatch(c *call, before, after object, ops []patchOp) error {
	if !isSourceFlow(before) {
		return requireName(after) // the rest is for the destination's owner to know
	}
	draft := text(before, "state") == c.env.sw.DraftState
	for _, field := range []string{"sourceConnectionIds", "targetConnectionIds"} {
		if !draft && !same(before[field], after[field]) {
			return flowError(errPatchPath, "%s of a flow cannot change; create another flow", field)
		}
	}
	if !draft {
		if err := c.checkScheduleChange(before["scheduleParams"], after["scheduleParams"]); err != nil {
			return err
		}
		if err := c.checkTransformationChange(before, after); err != nil {
			return err
		}
	}
	if err := c.checkFlow(after, draft, false); err != nil {
		return err
	}
	c.inherit(after)
	return nil
}

// checkTransformationChange: the mapping of a recurring flow may move to
// another set or version, that of a one-time flow may not; a delta column that
// is set stays.
func (c *call) checkTransformationChange(before, after object) error {
	if same(before["transformations"], after["transformations"]) {
		return nil
	}
	s, err := readSchedule(before["scheduleParams"])
	if err != nil {
		return nil
	}
	was, _ := transformation(before, "Mapping")
	is, _ := transformation(after, "Mapping")
	if s.once() && !same(was, is) {
		return flowError(errPatchInstruction, "the mapping of a one-time flow cannot change")
	}
	wasCopy, _ := transformation(before, "Copy")
	isCopy, hasCopy := transformation(after, "Copy")
	if d := wasCopy["deltaColumn"]; d != nil && (hasCopy || c.env.sw.KeepCopy) && !same(d, isCopy["deltaColumn"]) {
		return flowError(errRunDelta, "the delta column of a flow cannot change")
	}
	return nil
}

func deleteFlow(c *call) (answer, error) {
	r, err := c.entity(kindFlow)
	if err != nil {
		return answer{}, err
	}
	if err := c.env.sw.stable(kindFlow, r.object(), true); err != nil {
		return answer{}, err
	}
	for _, run := range slices.Clone(c.sp.table(kindRun).by("flowId", r.id)) {
		c.sp.remove(kindRun, run.id)
	}
	c.sp.remove(kindFlow, r.id)
	return c.deleted()
}

// actOnFlow: enable, disable, publish. State is never patched.
func actOnFlow(c *call) (answer, error) {
	r, err := c.entity(kindFlow)
	if err != nil {
		return answer{}, err
	}
	o := r.object()
	if err := c.ifMatch(o, false); err != nil {
		return answer{}, err
	}
	if isInternal(o) {
		return answer{}, flowError(errPermission, "the flow is the platform's own")
	}
	state := text(o, "state")
	if err := c.checkSubOp(); err != nil {
		return answer{}, err
	}
	switch op := strings.ToLower(c.query.Get("op")); op {
	case "enable", "disable":
		want, from := "enabled", "disabled"
		if op == "disable" {
			want, from = from, want
		}
		if slices.Contains(transitional, state) {
			return answer{}, flowError(errTransition, "the state %s cannot be left by %s", state, op)
		}
		if state != from {
			return answer{}, flowError(errActionState, "the flow is %s; %s needs it to be %s", state, op, from)
		}
		o["state"] = want
	case "publish":
		if state != c.env.sw.DraftState {
			return answer{}, flowError(errActionState, "the flow is %s, not a draft", state)
		}
		if err := c.checkFlow(o, false, true); err != nil {
			return answer{}, err
		}
		o["state"] = "enabled"
	case "finalize", "finalize_update":
		return answer{}, flowError(errFinalize, "op %s is for providers", op)
	default:
		return answer{}, flowError(errOp, "op %q is not supported", c.query.Get("op"))
	}
	c.touch(o, "update", nil)
	c.sp.put(kindFlow, r.id, r.created, o)
	return ok(brief(o))
}
