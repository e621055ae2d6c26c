package flow

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/specs"
)

// Source and target connections: the two ends of a flow.
func endpointRoutes() []core.Route {
	var rs []core.Route
	r := core.RoutesOf(core.FlowService)
	for _, k := range []core.Kind{core.KindSource, core.KindTarget} {
		path := "/" + string(k)
		rs = append(rs,
			r(http.MethodGet, path, core.Reads, listEntities(k)),
			r(http.MethodPost, path, core.Writes, createEndpoint(k)),
			r(http.MethodGet, path+"/{id}", core.Reads, getEntity(k)),
			r(http.MethodPatch, path+"/{id}", core.Writes, patchEntity(k, endpointRules(k))),
			r(http.MethodDelete, path+"/{id}", core.Writes, deleteEndpoint(k)),
			r(http.MethodPost, path+"/{id}/action", core.Writes, actOn(k)),
		)
	}
	return rs
}

func createEndpoint(k core.Kind) core.Handler {
	return core.With((*core.Call).Object, func(c *core.Call, body object) (core.Answer, error) {
		if err := checkEndpoint(c, k, body, isDraft(c)); err != nil {
			return core.Answer{}, err
		}
		state, err := newState(c, core.Text(body, "connectionSpec", "id"))
		if err != nil {
			return core.Answer{}, err
		}
		o := AddEndpoint(c, k, c.Env.NewUUID(), state, body)
		return core.Created(brief(o), "")
	})
}

// AddEndpoint stores a source or target connection and returns it.
func AddEndpoint(c *core.Call, k core.Kind, id, state string, body object) object {
	o := newEntity(c, id, state, body)
	if base := c.Space.Get(core.KindConnection, core.Text(o, "baseConnectionId")); base != nil {
		o["inheritedAttributes"] = object{"baseConnection": object{"id": base.ID,
			"connectionSpec": base.View()["connectionSpec"]}}
	} else {
		delete(o, "inheritedAttributes")
	}
	c.Space.Put(k, id, c.Millis(), o)
	return o
}

func checkEndpoint(c *core.Call, k core.Kind, o object, draft bool) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "connectionSpec")
	if err != nil {
		return err
	}
	spec, misprint, known := specs.ConnectorByID(id)
	if !known || misprint {
		return core.FlowError(core.ErrSpecID, "there is no connection specification %s", id)
	}
	if draft {
		return nil
	}
	if k == core.KindTarget {
		return checkTarget(c, o, id)
	}
	return checkSource(c, o, spec)
}

func checkSource(c *core.Call, o object, spec specs.Connector) error {
	if err := checkBase(c, o, spec); err != nil {
		return err
	}
	params, isObject := o["params"].(object)
	if f, has := params["filters"]; has {
		if !spec.FilterAtSource {
			return core.FlowError(core.ErrFilterSupport, "%s has no filters at the source", spec.Name)
		}
		if err := checkRowFilter(f, params["columns"]); err != nil {
			return err
		}
	}
	switch {
	case spec.Kind == "streaming":
		return checkStreamSource(o, spec)
	case spec.FlowSpec == "RestStorageToAEP":
		return checkRestSource(o)
	}
	format := core.Text(o, "data", "format")
	switch {
	case format != "tabular" && !slices.Contains(fileFormats, format):
		return core.FlowError(core.ErrFormat, "data.format is %q, expected tabular, %s", format,
			strings.Join(fileFormats, ", "))
	case spec.FlowSpec == "CRMToAEP" && format != "tabular":
		return core.FlowError(core.ErrFormat, "%s reads tables: data.format must be tabular, not %s", spec.Name, format)
	case spec.FlowSpec == "CloudStorageToAEP" && format == "tabular":
		return core.FlowError(core.ErrFormat, "%s reads files: data.format must be %s", spec.Name,
			strings.Join(fileFormats, ", "))
	case !isObject:
		return core.FlowError(core.ErrFieldMissing, "params is missing")
	}
	if cdc, has := params["cdcEnabled"]; has {
		if _, isBool := cdc.(bool); !isBool {
			return core.FlowError(core.ErrParamValue, "params.cdcEnabled must be a boolean")
		}
	}
	if format != "tabular" {
		return checkFileSource(o, format, params)
	}
	if core.Text(params, "tableName") == "" && core.Text(params, "path") == "" {
		return core.FlowError(core.ErrFieldMissing, "params.tableName is missing")
	}
	if err := checkColumns(params["columns"]); err != nil {
		return err
	}
	return checkTable(c, o)
}

// checkBase: table sources need a base connection of the same specification;
// the landing zone and webhooks must not have one.
func checkBase(c *core.Call, o object, spec specs.Connector) error {
	base := core.Text(o, "baseConnectionId")
	if spec.Slug == core.LandingZone || spec.IsWebhook() {
		if base != "" {
			return core.FlowError(core.ErrNoBase, "a source connection of %s has no baseConnectionId", spec.Name)
		}
		return nil
	}
	if base == "" {
		return core.FlowError(core.ErrFieldMissing, "baseConnectionId is missing")
	}
	r := c.Space.Get(core.KindConnection, base)
	if r == nil {
		return core.FlowError(core.FlowCode{Number: 1439, Status: http.StatusNotFound, Title: core.NotFound},
			"there is no connection with id %s", base)
	}
	b := r.View()
	if s := core.Text(b, "connectionSpec", "id"); s != spec.ID {
		return core.FlowError(core.ErrConnector, "connection %s is of specification %s, not %s", base, s, spec.ID)
	}
	if core.Text(b, "state") == c.Env.Switches.DraftState && !isDraft(c) {
		return core.FlowError(core.ErrNullEntity, "connection %s is a draft", base)
	}
	return nil
}

func checkColumns(v any) error {
	if v == nil {
		return nil
	}
	columns, isList := v.([]any)
	if !isList {
		return core.FlowError(core.ErrColumns, "params.columns must be an array")
	}
	seen := map[string]bool{}
	for i, col := range columns {
		name := core.Text(col, "name")
		if name == "" || core.Text(col, "type") == "" {
			return core.FlowError(core.ErrColumns, "column %d needs a name and a type", i)
		}
		if seen[name] {
			return core.FlowError(core.ErrColumns, "column %s is there twice", name)
		}
		seen[name] = true
	}
	return nil
}

// checkTable compares with the source's data, where some is bound.
func checkTable(c *core.Call, o object) error {
	table := core.Text(o, "params", "tableName")
	f := fixtureOfBase(c.Space, core.Text(o, "baseConnectionId"))
	if f == nil || table == "" {
		return nil
	}
	columns, err := f.Columns(c.Request.Context(), table)
	if err != nil {
		return core.FlowError(core.ErrTable, "there is no table %s at the source", table)
	}
	for _, want := range core.List(o, "params", "columns") {
		name := core.Text(want, "name")
		if !slices.ContainsFunc(columns, func(k core.Column) bool { return k.Name == name }) {
			return core.FlowError(core.ErrColumns, "table %s has no column %s", table, name)
		}
	}
	return nil
}

func checkTarget(c *core.Call, o object, specID string) error {
	if specID != specs.DataLake {
		return core.FlowError(core.ErrTargetSpec, "the target's connection specification must be the data lake's, %s",
			specs.DataLake)
	}
	id := core.Text(o, "data", "schema", "id")
	if err := checkTargetSchema(c, o, id); err != nil {
		return err
	}
	dataset := core.Text(o, "params", "dataSetId")
	if dataset == "" {
		dataset = core.Text(o, "params", "datasetId")
	}
	r := c.Space.Get(core.KindDataset, dataset)
	if r == nil {
		return core.FlowError(core.ErrDatasetID, "there is no dataset %q", dataset)
	}
	if got := r.Key(core.DatasetSchemaKey); id != "" && !registry.SameSchema(got, id) {
		return core.FlowError(core.ErrSchemaMismatch, "dataset %s has schema %s, the target connection %s", dataset, got, id)
	}
	return nil
}

// checkTargetSchema: a target names its schema, unless its format says that it takes what
// the dataset has.
func checkTargetSchema(c *core.Call, o object, id string) error {
	version := core.Text(o, "data", "schema", "version")
	switch major := registry.MajorVersion(version); {
	case core.At(o, "data", "schema") == nil && core.Text(o, "data", "format") == "parquet_xdm":
		return nil
	case id == "" || version == "":
		return core.FlowError(core.ErrFieldMissing, "data.schema.id and data.schema.version are both needed")
	case major != "1":
		return core.FlowError(core.ErrFieldMissing, "data.schema.version is %q; it must name version 1", version)
	case !registry.IsSchema(c, id):
		return core.FlowError(core.ErrDatasetID, "there is no schema %s", id)
	}
	return nil
}

func endpointRules(k core.Kind) patchRules {
	return patchRules{
		fields: []string{"name", "description", "data", "params", "labels", "policy"},
		judge: func(c *core.Call, before, after object, ops []core.PatchOp) error {
			return checkEndpoint(c, k, after, core.Text(after, "state") == c.Env.Switches.DraftState)
		},
	}
}

func deleteEndpoint(k core.Kind) core.Handler {
	return core.With(entity(k), func(c *core.Call, r *core.Record) (core.Answer, error) {
		if err := stable(&c.Env.Switches, k, r.Object(), true); err != nil {
			return core.Answer{}, err
		}
		if flows := c.Space.Table(core.KindFlow).By(string(k[:6])+"ConnectionIds[]", r.ID); len(flows) > 0 &&
			!c.Env.Switches.FreeSources {
			return core.Answer{}, core.FlowError(core.ErrInUse, "flow %s still uses %s %s", flows[0].ID, kindNames[k], r.ID)
		}
		c.Space.Remove(k, r.ID)
		return deleted(c)
	})
}
