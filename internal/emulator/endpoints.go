package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Source and target connections: the two ends of a flow.
func endpointRoutes() []route {
	var rs []route
	for _, k := range []kind{kindSource, kindTarget} {
		path := "/" + string(k)
		rs = append(rs,
			route{svc: svcFlow, method: http.MethodGet, pattern: path, access: reads, run: listEntities(k)},
			route{svc: svcFlow, method: http.MethodPost, pattern: path, access: writes, run: createEndpoint(k)},
			route{svc: svcFlow, method: http.MethodGet, pattern: path + "/{id}", access: reads, run: getEntity(k)},
			route{svc: svcFlow, method: http.MethodPatch, pattern: path + "/{id}", access: writes, run: patchEntity(k, endpointRules(k))},
			route{svc: svcFlow, method: http.MethodDelete, pattern: path + "/{id}", access: writes, run: deleteEndpoint(k)},
			route{svc: svcFlow, method: http.MethodPost, pattern: path + "/{id}/action", access: writes, run: actOn(k)},
		)
	}
	return rs
}

func createEndpoint(k kind) handler {
	return func(c *call) (answer, error) {
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		if err := c.checkEndpoint(k, body, c.isDraft()); err != nil {
			return answer{}, err
		}
		state, err := c.newState(text(body, "connectionSpec", "id"))
		if err != nil {
			return answer{}, err
		}
		o := c.addEndpoint(k, c.env.newUUID(), state, body)
		return created(brief(o), "")
	}
}

func (c *call) addEndpoint(k kind, id, state string, body object) object {
	o := c.newEntity(id, state, body)
	if base := c.sp.get(kindConnection, text(o, "baseConnectionId")); base != nil {
		o["inheritedAttributes"] = object{"baseConnection": object{"id": base.id, "connectionSpec": base.view()["connectionSpec"]}}
	} else {
		delete(o, "inheritedAttributes")
	}
	c.sp.put(k, id, c.ms(), o)
	return o
}

func (c *call) checkEndpoint(k kind, o object, draft bool) error {
	if err := requireName(o); err != nil {
		return err
	}
	id, err := specRef(o, "connectionSpec")
	if err != nil {
		return err
	}
	spec, misprint, known := specs.ConnectorByID(id)
	if !known || misprint {
		return flowError(errSpecID, "there is no connection specification %s", id)
	}
	if draft {
		return nil
	}
	if k == kindTarget {
		return c.checkTarget(o, id)
	}
	return c.checkSource(o, spec)
}

var fileFormats = []string{"delimited", "json", "parquet"}

func (c *call) checkSource(o object, spec specs.Connector) error {
	if err := c.checkBase(o, spec); err != nil {
		return err
	}
	format := text(o, "data", "format")
	switch {
	case format != "tabular" && !slices.Contains(fileFormats, format):
		return flowError(errFormat, "data.format is %q, expected tabular, %s", format, strings.Join(fileFormats, ", "))
	case spec.FlowSpec == "CRMToAEP" && format != "tabular":
		return flowError(errFormat, "%s reads tables: data.format must be tabular, not %s", spec.Name, format)
	case spec.FlowSpec == "CloudStorageToAEP" && format == "tabular":
		return flowError(errFormat, "%s reads files: data.format must be %s", spec.Name, strings.Join(fileFormats, ", "))
	}
	params, isObject := o["params"].(object)
	if !isObject {
		return flowError(errFieldMissing, "params is missing")
	}
	if format != "tabular" {
		return checkFileParams(params)
	}
	if text(params, "tableName") == "" && text(params, "path") == "" {
		return flowError(errFieldMissing, "params.tableName is missing")
	}
	if err := checkColumns(params["columns"]); err != nil {
		return err
	}
	if f, has := params["filters"]; has {
		if !spec.FilterAtSource {
			return flowError(errFilterSupport, "%s has no filters at the source", spec.Name)
		}
		if err := checkRowFilter(f, params["columns"]); err != nil {
			return err
		}
	}
	return c.checkTable(o)
}

// checkBase: table sources need a base connection of the same specification;
// the landing zone must not have one.
func (c *call) checkBase(o object, spec specs.Connector) error {
	base := text(o, "baseConnectionId")
	if spec.Slug == "data-landing-zone" {
		if base != "" {
			return flowError(errNoBase, "a source connection of the landing zone has no baseConnectionId")
		}
		return nil
	}
	if base == "" {
		return flowError(errFieldMissing, "baseConnectionId is missing")
	}
	r := c.sp.get(kindConnection, base)
	if r == nil {
		return flowError(flowCode{1439, http.StatusNotFound, notFound}, "there is no connection with id %s", base)
	}
	b := r.view()
	if s := text(b, "connectionSpec", "id"); s != spec.ID {
		return flowError(errConnector, "connection %s is of specification %s, not %s", base, s, spec.ID)
	}
	if text(b, "state") == c.env.sw.DraftState && !c.isDraft() {
		return flowError(errNullEntity, "connection %s is a draft", base)
	}
	return nil
}

func checkColumns(v any) error {
	if v == nil {
		return nil
	}
	columns, isList := v.([]any)
	if !isList {
		return flowError(errColumns, "params.columns must be an array")
	}
	seen := map[string]bool{}
	for i, col := range columns {
		name := text(col, "name")
		if name == "" || text(col, "type") == "" {
			return flowError(errColumns, "column %d needs a name and a type", i)
		}
		if seen[name] {
			return flowError(errColumns, "column %s is there twice", name)
		}
		seen[name] = true
	}
	return nil
}

// checkTable compares with the source's data, where some is bound.
func (c *call) checkTable(o object) error {
	table := text(o, "params", "tableName")
	f := c.sp.fixtureOfBase(text(o, "baseConnectionId"))
	if f == nil || table == "" {
		return nil
	}
	columns, err := f.columns(c.r.Context(), table)
	if err != nil {
		return flowError(errTable, "there is no table %s behind the connection", table)
	}
	for _, want := range list(o, "params", "columns") {
		name := text(want, "name")
		if !slices.ContainsFunc(columns, func(k column) bool { return k.name == name }) {
			return flowError(errColumns, "table %s has no column %s", table, name)
		}
	}
	return nil
}

func checkFileParams(params object) error {
	if text(params, "path") == "" {
		return flowError(errFieldMissing, "params.path is missing")
	}
	if d, has := params["columnDelimiter"]; has {
		if s, _ := d.(string); len([]rune(s)) != 1 {
			return flowError(errDelimiter, "params.columnDelimiter must be one character")
		}
	}
	return nil
}

func (c *call) checkTarget(o object, specID string) error {
	if specID != specs.DataLake {
		return flowError(errTargetSpec, "the target's connection specification must be the data lake's, %s", specs.DataLake)
	}
	schema, _ := at(o, "data", "schema").(object)
	id, version := text(schema, "id"), text(schema, "version")
	if id == "" || version == "" {
		return flowError(errFieldMissing, "data.schema.id and data.schema.version are both needed")
	}
	if major := majorVersion(version); major != "1" {
		return flowError(errFieldMissing, "data.schema.version is %q; it must name version 1", version)
	}
	if !c.isSchema(id) {
		return flowError(errDatasetID, "there is no schema %s", id)
	}
	dataset := text(o, "params", "dataSetId")
	if dataset == "" {
		dataset = text(o, "params", "datasetId")
	}
	r := c.sp.get(kindDataset, dataset)
	if r == nil {
		return flowError(errDatasetID, "there is no dataset %q", dataset)
	}
	if got := r.key(datasetSchemaKey); !sameSchema(got, id) {
		return flowError(errSchemaMismatch, "dataset %s has schema %s, the target connection %s", dataset, got, id)
	}
	return nil
}

func endpointRules(k kind) patchRules {
	return patchRules{
		fields: []string{"name", "description", "data", "params", "labels", "policy"},
		judge: func(c *call, before, after object, ops []patchOp) error {
			return c.checkEndpoint(k, after, text(after, "state") == c.env.sw.DraftState)
		},
	}
}

func deleteEndpoint(k kind) handler {
	return func(c *call) (answer, error) {
		r, err := c.entity(k)
		if err != nil {
			return answer{}, err
		}
		if err := c.env.sw.stable(k, r.object(), true); err != nil {
			return answer{}, err
		}
		if flows := c.sp.table(kindFlow).by(string(k[:6])+"ConnectionIds[]", r.id); len(flows) > 0 && !c.env.sw.FreeSources {
			return answer{}, flowError(errInUse, "flow %s still uses %s %s", flows[0].id, kindNames[k], r.id)
		}
		c.sp.remove(k, r.id)
		return c.deleted()
	}
}
