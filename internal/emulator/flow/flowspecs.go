package flow

import (
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Flow and connection specifications: the same for every org, read-only for
// users, filtered by property.
func specRoutes() []core.Route {
	r := core.RoutesOf(core.FlowService)
	readOnly := func(c *core.Call) (core.Answer, error) {
		return core.Answer{}, core.FlowError(core.ErrSpecWrite, "specifications are written by connector authors only")
	}
	return []core.Route{
		r(http.MethodGet, "/flowSpecs", core.Reads, listSpecs("/flowSpecs", flowSpecBodies)),
		r(http.MethodGet, "/flowSpecs/{id}", core.Reads, getSpec(flowSpecBodies)),
		r(http.MethodPost, "/flowSpecs/search", core.Reads, searchSpecs("/flowSpecs", flowSpecBodies)),
		r(http.MethodPost, "/flowSpecs", core.Reads, readOnly),
		r(http.MethodPut, "/flowSpecs/{id}", core.Reads, readOnly),
		r(http.MethodGet, "/connectionSpecs", core.Reads, listSpecs("/connectionSpecs", connectionSpecBodies)),
		r(http.MethodGet, "/connectionSpecs/{id}", core.Reads, getSpec(connectionSpecBodies)),
		r(http.MethodGet, "/connectionSpecs/{id}/explore", core.Reads, exploreSpec),
		r(http.MethodGet, "/connectionSpecs/{id}/configs", core.Reads,
			func(c *core.Call) (core.Answer, error) { return core.OK(object{"items": []any{}}) }),
		r(http.MethodPost, "/connectionSpecs", core.Reads, readOnly),
		r(http.MethodPut, "/connectionSpecs/{id}", core.Reads, readOnly),
	}
}

// flowSpecBodies gives the bodies, which no switch changes. transformationSpecs is the member of today,
// transformationSpec that of the tutorial; both are answered.
func flowSpecBodies(*core.Switches) []object { return allFlowSpecs() }

var allFlowSpecs = sync.OnceValue(func() []object {
	var out []object
	for _, f := range specs.FlowSpecs() {
		o := core.MustObject(f.Body)
		o["transformationSpec"] = o["transformationSpecs"]
		out = append(out, o)
	}
	return out
})

// connectionSpecBodies gives the bodies as they are on a cloud.
func connectionSpecBodies(sw *core.Switches) []object {
	specBodies.Lock()
	defer specBodies.Unlock()
	if specBodies.byCloud[sw.Cloud] == nil {
		for _, c := range specs.Connectors() {
			if c.ID != "" {
				specBodies.byCloud[sw.Cloud] = append(specBodies.byCloud[sw.Cloud], connectionSpecBody(c, sw))
			}
		}
	}
	return specBodies.byCloud[sw.Cloud]
}

var specBodies = struct {
	sync.Mutex
	byCloud map[string][]object
}{byCloud: map[string][]object{}}

func connectionSpecBody(c specs.Connector, sw *core.Switches) object {
	name := c.APIName
	if name == "" {
		name = c.Slug
	}
	auth := []any{}
	for _, a := range signIns(c, sw) {
		properties, required := object{}, []any{}
		for _, p := range a.Params {
			o := object{"type": p.Type}
			if p.Secret {
				o["format"] = "password"
			}
			if len(p.Enum) > 0 {
				o["enum"] = p.Enum
			}
			if p.Default != "" {
				o["default"] = p.Default
			}
			properties[p.Name] = o
			if p.Required {
				required = append(required, p.Name)
			}
		}
		auth = append(auth, object{"name": a.Name, "type": a.Type, "spec": object{
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": properties,
			"required": required,
		}})
	}
	attributes := object{
		"category": c.Kind, "connectorName": c.Name, "isSource": c.FlowSpec != "" || c.Kind == "streaming",
		"isDraftModeSupported": hasDrafts(c),
		"uiAttributes":         object{"apiFeatures": object{"explorePaginationSupported": false}},
	}
	if c.FilterAtSource {
		attributes["filterAtSource"] = object{
			"enabled": true, "queryLanguage": "SQL", "logicalOperators": []any{"and", "or", "not"},
			"comparisonOperators":  []any{"=", "!=", "<", "<=", ">", ">=", "like", "in"},
			"columnNameEscapeChar": "`", "valueEscapeChar": "'",
		}
	}
	permission := func(verb string) []any {
		return []any{object{"@type": "lowLevel", "name": "EnterpriseSource", "permissions": []any{verb}}}
	}
	o := object{
		"id": c.ID, "name": name, "providerId": providerOf(c), "version": SpecVersion, "authSpec": auth,
		"attributes":      attributes,
		"permissionsInfo": object{"view": permission("read"), "manage": permission("write")},
	}
	switch c.FlowSpec {
	case "CRMToAEP":
		o["sourceSpec"] = object{"name": "Source Specification", "type": "SourceParamSpec", "spec": object{
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": []any{"tableName"},
			"properties": object{"tableName": object{"type": "string"}, "columns": object{"type": "array"},
				"cdcEnabled": object{"type": "boolean"}},
		}}
		o["exploreSpec"] = object{
			"name": "Table", "type": "Table",
			"requestSpec":  object{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
			"responseSpec": object{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
		}
	case "CloudStorageToAEP":
		o["sourceSpec"] = object{"name": "Source Specification", "type": "SourceParamSpec", "spec": object{
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": []any{"path"},
			"properties": object{"path": object{"type": "string"}, "type": object{"type": "string"},
				"recursive": object{"type": "boolean"}},
		}}
	}
	return o
}

// providerOf is the provider of a connector: streams have another one.
func providerOf(c specs.Connector) string {
	if c.Kind == "streaming" {
		return specs.StreamProviderID
	}
	return specs.ProviderID
}

var specFields = []string{
	"id", "name", "providerId", "version", "attributes", "authSpec", "sourceSpec", "targetSpec", "exploreSpec",
	"sourceConnectionSpecIds", "targetConnectionSpecIds", "transformationSpecs", "transformationSpec", "scheduleSpec",
	"optionSpec", "runSpec", "permissionsInfo",
}

func listSpecs(path string, bodies func(*core.Switches) []object) core.Handler {
	return core.With(readListQuery, func(c *core.Call, q listQuery) (core.Answer, error) {
		if !q.limited {
			q.limit = maxListLimit // short lists, and every client expects them whole
		}
		return selectSpecs(path, bodies(&c.Env.Switches), q)
	})
}

// searchSpecs is the same list asked for in a body.
func searchSpecs(path string, bodies func(*core.Switches) []object) core.Handler {
	return core.With((*core.Call).Object, func(c *core.Call, body object) (core.Answer, error) {
		q, err := readSearch(c, body, maxListLimit)
		if err != nil {
			return core.Answer{}, err
		}
		return selectSpecs(path, bodies(&c.Env.Switches), q)
	})
}

func selectSpecs(path string, bodies []object, q listQuery) (core.Answer, error) {
	from, err := q.resume()
	if err != nil {
		return core.Answer{}, err
	}
	conds, err := flowConditions(q.exprs, specFields)
	var r *core.Refusal
	if errors.As(err, &r) && r.Code == core.ErrFilterField.String() && path == "/connectionSpecs" {
		return core.Answer{}, core.FlowError(core.ErrSpecFilter,
			"connection specifications cannot be filtered by that field: %s", core.DetailOf(err))
	}
	if err != nil {
		return core.Answer{}, err
	}
	items := []any{}
	for _, o := range bodies {
		if !slices.ContainsFunc(conds, func(cd core.Condition) bool { return !cd.Holds(o) }) {
			items = append(items, o)
		}
	}
	if q.count {
		return core.OK(object{"count": len(items)})
	}
	start := int(min(from.Seq, uint64(len(items)))) // the list never changes: a place is a number
	links, end := object{}, min(start+q.limit, len(items))
	if end < len(items) {
		links["next"] = q.next(path, cursor{Seq: uint64(end)})
	}
	return core.OK(object{"items": items[start:end], "_links": links})
}

func getSpec(bodies func(*core.Switches) []object) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		for _, o := range bodies(&c.Env.Switches) {
			if core.Text(o, "id") == c.Arg("id") {
				return core.OK(object{"items": []any{o}})
			}
		}
		return core.Answer{}, core.FlowError(core.ErrNotFound, "there is no specification with id %s", c.Arg("id"))
	}
}
