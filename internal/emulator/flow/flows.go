package flow

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/specs"
)

func flowRoutes() []core.Route {
	r := core.RoutesOf(core.FlowService)
	return []core.Route{
		r(http.MethodGet, "/flows", core.Reads, listEntities(core.KindFlow)),
		r(http.MethodPost, "/flows", core.Writes, core.With((*core.Call).Object, createFlow)),
		r(http.MethodPost, "/flows/search", core.Reads, searchEntities(core.KindFlow)),
		r(http.MethodGet, "/flows/{id}", core.Reads, getEntity(core.KindFlow)),
		r(http.MethodPatch, "/flows/{id}", core.Writes, patchEntity(core.KindFlow, flowRules)),
		r(http.MethodDelete, "/flows/{id}", core.Writes, core.With(entity(core.KindFlow), deleteFlow)),
		r(http.MethodPost, "/flows/{id}/action", core.Writes, core.With(entity(core.KindFlow), actOnFlow)),
	}
}

func createFlow(c *core.Call, body object) (core.Answer, error) {
	if _, has := body["state"]; has {
		return core.Answer{}, core.FlowError(core.ErrStateInCreate,
			"state cannot be set when a flow is created; new flows are enabled")
	}
	state := "enabled"
	if isDraft(c) {
		state = c.Env.Switches.DraftState
	}
	if err := checkFlow(c, body, isDraft(c), true); err != nil {
		return core.Answer{}, err
	}
	if id := core.Text(body, "flowSpec", "id"); isDraft(c) && id != specs.CRMToAEP {
		return core.Answer{}, core.FlowError(core.ErrDraft, "flow specification %s has no draft mode", id)
	}
	if p, isObject := body["scheduleParams"].(object); isObject {
		if s, err := ReadSchedule(p); err == nil && !s.Once() && p["backfill"] == nil {
			p["backfill"] = true // the specification's default
		}
	}
	publishMapping(c, body)
	o := AddFlow(c, c.Env.NewUUID(), state, body)
	return core.Created(brief(o), "/flows/"+core.Text(o, "id"))
}

// publishMapping is what a flow does to the mapping set that it refers to.
func publishMapping(c *core.Call, o object) {
	params, _ := Transformation(o, "Mapping")
	r := c.Space.Get(core.KindMappingSet, core.Text(params, "mappingId"))
	if r == nil || core.Text(r.View(), "status") == "PUBLISHED" {
		return
	}
	set := r.Object()
	set["status"] = "PUBLISHED"
	c.Space.Put(core.KindMappingSet, r.ID, r.Created, set)
}

// AddFlow stores a flow, completed with what it inherits from its ends, and returns it.
func AddFlow(c *core.Call, id, state string, body object) object {
	o := newEntity(c, id, state, body)
	inherit(c, o)
	openWebhook(c.Env, o)
	o["runs"] = "/runs?property=flowId==" + id
	c.Space.Put(core.KindFlow, id, c.Millis(), o)
	return o
}

// inherit fills in what the flow has from its two ends.
func inherit(c *core.Call, o object) {
	ends := func(k core.Kind, ids []string) []any {
		l := []any{}
		for _, id := range ids {
			e := object{"id": id}
			if r := c.Space.Get(k, id); r != nil {
				end := r.View()
				e["connectionSpec"] = end["connectionSpec"]
				if base := core.At(end, "inheritedAttributes", "baseConnection"); base != nil {
					e["baseConnection"] = base
				}
			}
			l = append(l, e)
		}
		return l
	}
	targets := ends(core.KindTarget, core.Texts(o, "targetConnectionIds"))
	o["inheritedAttributes"] = object{
		"sourceConnections": ends(core.KindSource, core.Texts(o, "sourceConnectionIds")),
		"targetConnections": targets,
		"properties":        flowProperties(o, targets),
	}
}

// checkFlow validates a flow's body, in the order in which the platform is
// taken to do it, so that a body with two faults gives the same first one.
// fresh is false for the result of a PATCH, whose start may have passed.
func checkFlow(c *core.Call, o object, draft, fresh bool) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "flowSpec")
	if err != nil {
		return err
	}
	spec, known := specs.FlowSpecByID(id)
	if !known {
		return core.FlowError(core.ErrSpecID, "there is no flow specification %s", id)
	}
	source, target, err := flowEnds(c, o, draft)
	if err != nil {
		return err
	}
	if s := core.Text(source, "connectionSpec", "id"); !spec.Takes(s) {
		return core.FlowError(core.ErrConnector, "flow specification %s does not take sources of connection specification %s",
			spec.Name, s)
	}
	if t := core.Text(target, "connectionSpec", "id"); t != specs.DataLake {
		return core.FlowError(core.ErrTargetSpec, "flow specification %s only takes the data lake as target", spec.Name)
	}
	if spec.Streams {
		if err := checkStream(c, o, spec, source, target); err != nil || !fresh {
			return err
		}
		return checkReader(c, source)
	}
	if err := checkOptions(o["options"]); err != nil {
		return err
	}
	if draft {
		return nil
	}
	s, err := ReadSchedule(o["scheduleParams"])
	if err != nil {
		return err
	}
	if fresh {
		if err := notPast(c, s); err != nil {
			return err
		}
	}
	if err := checkTransformations(c, o, spec, s, source, target, fresh); err != nil {
		return err
	}
	return checkTable(c, source)
}

// flowEnds finds the one source and the one target connection.
func flowEnds(c *core.Call, o object, draft bool) (source, target object, err error) {
	one := func(k core.Kind, field string) (object, error) {
		l, isList := o[field].([]any)
		if !isList || len(l) == 0 {
			return nil, core.FlowError(core.ErrSourceCount, "%s is missing", field)
		}
		if len(l) != 1 {
			return nil, core.FlowError(core.ErrIDCount, "%s has %d ids, the flow specification takes exactly one", field, len(l))
		}
		id, isText := l[0].(string)
		if !isText || id == "" {
			return nil, core.FlowError(core.ErrNullEntity, "%s has an empty id", field)
		}
		r := c.Space.Get(k, id)
		if r == nil {
			return nil, core.FlowError(core.ErrNotFound, "there is no %s with id %s", kindNames[k], id)
		}
		e := r.View()
		if !draft && core.Text(e, "state") == c.Env.Switches.DraftState {
			return nil, core.FlowError(core.ErrNullEntity, "%s %s is a draft", kindNames[k], id)
		}
		return e, nil
	}
	if source, err = one(core.KindSource, "sourceConnectionIds"); err != nil {
		return nil, nil, err
	}
	target, err = one(core.KindTarget, "targetConnectionIds")
	return source, target, err
}

func checkOptions(v any) error {
	if v == nil {
		return nil
	}
	o, isObject := v.(object)
	if !isObject {
		return core.FlowError(core.ErrParamValue, "options must be an object")
	}
	if p, has := o["partialIngestionPercent"]; has {
		s, leaf := core.Scalar(p)
		if _, isText := p.(string); !leaf || isText || core.CompareScalars(s, "0") <= 0 || core.CompareScalars(s, "100") > 0 {
			return core.FlowError(core.ErrParamValue, "options.partialIngestionPercent must be above 0 and at most 100")
		}
	}
	if e, has := o["errorDiagnosticsEnabled"]; has {
		if _, isBool := e.(bool); !isBool {
			return core.FlowError(core.ErrParamValue, "options.errorDiagnosticsEnabled must be a boolean")
		}
	}
	return nil
}

// Transformation finds the params of the transformation with this name; names
// are case-sensitive, order is free.
func Transformation(o object, name string) (params object, found bool) {
	for _, t := range core.List(o, "transformations") {
		if core.Text(t, "name") == name {
			p, _ := core.At(t, "params").(object)
			return p, true
		}
	}
	return nil, false
}

func checkTransformations(c *core.Call, o object, spec specs.FlowSpec, s schedule, source, target object,
	fresh bool) error {
	known := map[string][]string{specs.CRMToAEP: {"Copy", "Mapping"}, specs.CloudStorageToAEP: {"Mapping", "Encryption"},
		specs.RestStorageToAEP: {"Mapping"}}[spec.ID]
	if err := checkTransformationNames(o, known); err != nil {
		return err
	}
	if fresh {
		if err := checkEncryption(c, o, source); err != nil {
			return err
		}
	}
	mapping, has := Transformation(o, "Mapping")
	if !has {
		return core.FlowError(core.ErrMappingColumns, "transformations has no Mapping: the columns to read are not known")
	}
	set, err := flowMapping(c, mapping, target)
	if err != nil {
		return err
	}
	if err := checkChanges(c, source, target); err != nil {
		return err
	}
	if _, hasCopy := Transformation(o, "Copy"); spec.ID == specs.CRMToAEP &&
		(fresh || hasCopy || c.Env.Switches.KeepCopy) {
		if err := checkDelta(c, o, s, source); err != nil {
			return err
		}
	}
	if c.Env.Switches.LooseColumns {
		return nil
	}
	return checkMappedColumns(set, source)
}

func checkTransformationNames(o object, known []string) error {
	if v, has := o["transformations"]; has && v != nil {
		if _, isList := v.([]any); !isList {
			return core.FlowError(core.ErrTransformations, "transformations must be an array")
		}
	}
	for _, t := range core.List(o, "transformations") {
		if n := core.Text(t, "name"); !slices.Contains(known, n) {
			return core.FlowError(core.ErrParamValue, "transformation %q is not one of %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}

// flowMapping finds the mapping set in its version and compares its schema
// with that of the target's dataset.
func flowMapping(c *core.Call, params, target object) (object, error) {
	if params == nil {
		return nil, core.FlowError(core.ErrMappingMissing, "the Mapping transformation has no params")
	}
	id := core.Text(params, "mappingId")
	if id == "" {
		return nil, core.FlowError(core.ErrParamEmpty, "params.mappingId of the Mapping transformation is missing or empty")
	}
	set := c.Space.Get(core.KindMappingSet, id)
	if set == nil {
		return nil, core.FlowError(core.ErrMappingFailed, "there is no mapping set %s", id)
	}
	body := set.View()
	if v, has := params["mappingVersion"]; has {
		version, isInt := core.AsInt(v)
		if !isInt {
			return nil, core.FlowError(core.ErrMappingVersion, "mappingVersion %v is not a number", v)
		}
		if body = dataprep.MappingVersion(c.Space, set, version); body == nil {
			return nil, core.FlowError(core.ErrMappingVersion, "mapping set %s has no version %d", id, version)
		}
	}
	dataset := c.Space.Get(core.KindDataset, core.Text(target, "params", "dataSetId"))
	if dataset == nil {
		return nil, core.FlowError(core.ErrDatasetID, "the dataset %q of the target connection is gone",
			core.Text(target, "params", "dataSetId"))
	}
	schema := core.Text(body, "outputSchema", "schemaRef", "id")
	if got := dataset.Key(core.DatasetSchemaKey); !registry.SameSchema(schema, got) {
		return nil, core.FlowError(core.ErrSchemaMismatch, "mapping set %s is for schema %s, dataset %s has %s", id, schema,
			dataset.ID, got)
	}
	return body, nil
}

// checkDelta: recurring flows need a delta column unless they read changes, one-time
// flows must not have one.
func checkDelta(c *core.Call, o object, s schedule, source object) error {
	copyParams, _ := Transformation(o, "Copy")
	delta, has := copyParams["deltaColumn"]
	if s.Once() {
		if has {
			return core.FlowError(core.ErrOnceDelta, "a one-time flow has no deltaColumn")
		}
		return nil
	}
	name := core.Text(delta, "name")
	switch optional := readsChanges(source) && !c.Env.Switches.CDCDelta; {
	case !has && optional:
		return nil
	case name == "":
		return core.FlowError(core.ErrDeltaMissing, "a recurring flow needs a Copy transformation with deltaColumn.name")
	}
	columns := core.List(source, "params", "columns")
	if len(columns) == 0 {
		return nil
	}
	for _, col := range columns {
		if core.Text(col, "name") == name {
			return nil
		}
	}
	return core.FlowError(core.ErrColumns, "deltaColumn %s is not among the columns of the source connection", name)
}

// checkMappedColumns compares attributes with the source's columns. Expressions
// are not looked into: Data Prep does that.
func checkMappedColumns(set, source object) error {
	columns := core.List(source, "params", "columns")
	if len(columns) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, col := range columns {
		names[core.Text(col, "name")] = true
	}
	for _, m := range core.List(set, "mappings") {
		if dataprep.KindOf(m) != "ATTRIBUTE" {
			continue
		}
		if attr := core.Text(m, "source"); !names[dataprep.AttributeColumn(attr)] && !names[attr] {
			return core.FlowError(core.ErrColumns,
				"the mapping set maps %s, which is not among the columns of the source connection", attr)
		}
	}
	return nil
}

var flowRules = patchRules{
	fields: []string{"name", "description", "scheduleParams", "transformations", "options", "labels", "policy",
		"sourceConnectionIds", "targetConnectionIds"},
	judge: judgeFlowPatch,
}

func judgeFlowPatch(c *core.Call, before, after object, ops []core.PatchOp) error {
	if _, known := specs.FlowSpecByID(core.Text(before, "flowSpec", "id")); !known {
		return requireName(after) // the rest is for the owner of the specification to know
	}
	if err := checkLabels(before, after); err != nil {
		return err
	}
	draft := core.Text(before, "state") == c.Env.Switches.DraftState
	for _, field := range []string{"sourceConnectionIds", "targetConnectionIds"} {
		if !draft && !core.Same(before[field], after[field]) {
			return core.FlowError(core.ErrPatchPath, "%s of a flow cannot change; create another flow", field)
		}
	}
	if err := checkFixed(before, after); err != nil {
		return err
	}
	if !draft {
		if err := checkScheduleChange(c, before["scheduleParams"], after["scheduleParams"]); err != nil {
			return err
		}
		if err := checkTransformationChange(c, before, after); err != nil {
			return err
		}
	}
	if err := checkFlow(c, after, draft, false); err != nil {
		return err
	}
	publishMapping(c, after)
	inherit(c, after)
	return nil
}

// checkTransformationChange: the mapping of a recurring flow may move to
// another set or version, that of a one-time flow may not; a delta column that
// is set stays.
func checkTransformationChange(c *core.Call, before, after object) error {
	if core.Same(before["transformations"], after["transformations"]) {
		return nil
	}
	was, _ := Transformation(before, "Encryption")
	if is, _ := Transformation(after, "Encryption"); !core.Same(was, is) {
		if r := c.Space.Get(core.KindSource, core.Texts(after, "sourceConnectionIds")[0]); r != nil {
			if err := checkEncryption(c, after, r.View()); err != nil {
				return err
			}
		}
	}
	s, err := ReadSchedule(before["scheduleParams"])
	if err != nil {
		return nil
	}
	was, _ = Transformation(before, "Mapping")
	is, _ := Transformation(after, "Mapping")
	if s.Once() && !core.Same(was, is) {
		return core.FlowError(core.ErrPatchInstruction, "the mapping of a one-time flow cannot change")
	}
	wasCopy, _ := Transformation(before, "Copy")
	isCopy, hasCopy := Transformation(after, "Copy")
	if d := wasCopy["deltaColumn"]; d != nil && (hasCopy || c.Env.Switches.KeepCopy) &&
		!core.Same(d, isCopy["deltaColumn"]) {
		return core.FlowError(core.ErrRunDelta, "the delta column of a flow cannot change")
	}
	return nil
}

func deleteFlow(c *core.Call, r *core.Record) (core.Answer, error) {
	if err := stable(&c.Env.Switches, core.KindFlow, r.Object(), true); err != nil {
		return core.Answer{}, err
	}
	for _, run := range slices.Clone(c.Space.Table(core.KindRun).By("flowId", r.ID)) {
		c.Space.Remove(core.KindRun, run.ID)
	}
	c.Space.Remove(core.KindFlow, r.ID)
	return deleted(c)
}

// actOnFlow: enable, disable, publish. State is never patched.
func actOnFlow(c *core.Call, r *core.Record) (core.Answer, error) {
	o := r.Object()
	if err := ifMatch(c, o, false); err != nil {
		return core.Answer{}, err
	}
	if core.IsInternal(o) {
		return core.Answer{}, core.FlowError(core.ErrPermission, "the flow is the platform's own")
	}
	state := core.Text(o, "state")
	if err := checkSubOp(c); err != nil {
		return core.Answer{}, err
	}
	switch op := strings.ToLower(c.Query.Get("op")); op {
	case "enable", "disable":
		want, from := "enabled", "disabled"
		if op == "disable" {
			want, from = from, want
		}
		if slices.Contains(transitional, state) {
			return core.Answer{}, core.FlowError(core.ErrTransition, "the state %s cannot be left by %s", state, op)
		}
		if state != from {
			return core.Answer{}, core.FlowError(core.ErrActionState, "the flow is %s; %s needs it to be %s", state, op, from)
		}
		o["state"] = want
	case "publish":
		if state != c.Env.Switches.DraftState {
			return core.Answer{}, core.FlowError(core.ErrActionState, "the flow is %s, not a draft", state)
		}
		if err := checkFlow(c, o, false, true); err != nil {
			return core.Answer{}, err
		}
		o["state"] = "enabled"
	case "finalize", "finalize_update":
		return core.Answer{}, core.FlowError(core.ErrFinalize, "op %s is for providers", op)
	default:
		return core.Answer{}, core.FlowError(core.ErrOp, "op %q is not supported", c.Query.Get("op"))
	}
	touch(c, o, "update", nil)
	c.Space.Put(core.KindFlow, r.ID, r.Created, o)
	return core.OK(brief(o))
}
