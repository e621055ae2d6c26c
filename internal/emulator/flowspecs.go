package emulator

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/aepflow/aepflow/internal/specs"
)

// Flow and connection specifications: the same for every org, read-only for
// users, filtered by property.
func specRoutes() []route {
	r := func(method, pattern string, h handler) route {
		return route{svc: svcFlow, method: method, pattern: pattern, access: reads, run: h}
	}
	readOnly := func(c *call) (answer, error) {
		return answer{}, flowError(errSpecWrite, "specifications are written by connector authors only")
	}
	return []route{
		r(http.MethodGet, "/flowSpecs", listSpecs("/flowSpecs", flowSpecBodies)),
		r(http.MethodGet, "/flowSpecs/{id}", getSpec(flowSpecBodies)),
		r(http.MethodPost, "/flowSpecs/search", searchSpecs("/flowSpecs", flowSpecBodies)),
		r(http.MethodPost, "/flowSpecs", readOnly),
		r(http.MethodPut, "/flowSpecs/{id}", readOnly),
		r(http.MethodGet, "/connectionSpecs", listSpecs("/connectionSpecs", connectionSpecBodies)),
		r(http.MethodGet, "/connectionSpecs/{id}", getSpec(connectionSpecBodies)),
		r(http.MethodGet, "/connectionSpecs/{id}/explore", exploreSpec),
		r(http.MethodGet, "/connectionSpecs/{id}/configs", func(c *call) (answer, error) { return ok(object{"items": []any{}}) }),
		r(http.MethodPost, "/connectionSpecs", readOnly),
		r(http.MethodPut, "/connectionSpecs/{id}", readOnly),
	}
}

// flowSpecBodies gives the bodies. transformationSpecs is the member of today,
// transformationSpec that of the tutorial; both are answered.
var flowSpecBodies = sync.OnceValue(func() []object {
	var out []object
	for _, f := range specs.FlowSpecs() {
		o := mustObject(f.Body)
		o["transformationSpec"] = o["transformationSpecs"]
		out = append(out, o)
	}
	return out
})

var connectionSpecBodies = sync.OnceValue(func() []object {
	var out []object
	for _, c := range specs.Connectors() {
		out = append(out, connectionSpecBody(c))
	}
	return out
})

func connectionSpecBody(c specs.Connector) object {
	name := c.APIName
	if name == "" {
		name = c.Slug
	}
	auth := []any{}
	for _, a := range c.Auth {
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
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": properties, "required": required,
		}})
	}
	attributes := object{
		"category": c.Kind, "connectorName": c.Name, "isSource": c.FlowSpec != "" || c.Kind == "streaming", "isDraftModeSupported": c.FlowSpec != "",
		"uiAttributes": object{"apiFeatures": object{"explorePaginationSupported": false}},
	}
	if c.FilterAtSource {
		attributes["filterAtSource"] = object{
			"enabled": true, "queryLanguage": "SQL", "logicalOperators": []any{"and", "or", "not"},
			"comparisonOperators": []any{"=", "!=", "<", "<=", ">", ">=", "like", "in"}, "columnNameEscapeChar": "`", "valueEscapeChar": "'",
		}
	}
	permission := func(verb string) []any {
		return []any{object{"@type": "lowLevel", "name": "EnterpriseSource", "permissions": []any{verb}}}
	}
	o := object{
		"id": c.ID, "name": name, "providerId": specs.ProviderID, "version": specVersion, "authSpec": auth, "attributes": attributes,
		"permissionsInfo": object{"view": permission("read"), "manage": permission("write")},
	}
	switch c.FlowSpec {
	case "CRMToAEP":
		o["sourceSpec"] = object{"name": "Source Specification", "type": "SourceParamSpec", "spec": object{
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": []any{"tableName"},
			"properties": object{"tableName": object{"type": "string"}, "columns": object{"type": "array"}, "cdcEnabled": object{"type": "boolean"}},
		}}
		o["exploreSpec"] = object{
			"name": "Table", "type": "Table",
			"requestSpec":  object{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
			"responseSpec": object{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
		}
	case "CloudStorageToAEP":
		o["sourceSpec"] = object{"name": "Source Specification", "type": "SourceParamSpec", "spec": object{
			"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": []any{"path"},
			"properties": object{"path": object{"type": "string"}, "type": object{"type": "string"}, "recursive": object{"type": "boolean"}},
		}}
	}
	return o
}

var specFields = []string{
	"id", "name", "providerId", "version", "attributes", "authSpec", "sourceSpec", "targetSpec", "exploreSpec", "sourceConnectionSpecIds",
	"targetConnectionSpecIds", "transformationSpecs", "transformationSpec", "scheduleSpec", "optionSpec", "runSpec", "permissionsInfo",
}

func listSpecs(path string, bodies func() []object) handler {
	return func(c *call) (answer, error) {
		q, err := c.readListQuery()
		if err != nil {
			return answer{}, err
		}
		if !c.query.Has("limit") {
			q.limit = maxListLimit // short lists, and every client expects them whole
		}
		return c.selectSpecs(path, bodies(), q)
	}
}

// searchSpecs is the same list asked for in a body.
func searchSpecs(path string, bodies func() []object) handler {
	return func(c *call) (answer, error) {
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		q := listQuery{limit: maxListLimit, token: c.query.Get("continuationToken"), count: at(body, "count") == true}
		values, err := url.ParseQuery(text(body, "queryString"))
		if err != nil {
			return answer{}, flowError(errFilterSyntax, "queryString cannot be read")
		}
		q.exprs = values["property"]
		if n, isInt := asInt(at(body, "limit")); isInt && n >= 1 && n <= maxSearchLimit {
			q.limit = int(n)
		}
		return c.selectSpecs(path, bodies(), q)
	}
}

func (c *call) selectSpecs(path string, bodies []object, q listQuery) (answer, error) {
	conds, err := flowConditions(q.exprs, specFields)
	var r *refusal
	if errors.As(err, &r) && r.code == errFilterField.String() && path == "/connectionSpecs" {
		return answer{}, flowError(errSpecFilter, "connection specifications cannot be filtered by that field: %s", detailOf(err))
	}
	if err != nil {
		return answer{}, err
	}
	items := []any{}
	for _, o := range bodies {
		if !slices.ContainsFunc(conds, func(cd condition) bool { return !cd.holds(o) }) {
			items = append(items, o)
		}
	}
	if q.count {
		return ok(object{"count": len(items)})
	}
	links := object{}
	start := 0
	if q.token != "" {
		n := slices.IndexFunc(items, func(o any) bool { return text(o, "id") == q.token })
		if n < 0 {
			return answer{}, flowError(errFilterValue, "the continuation token cannot be read")
		}
		start = n
	}
	items = items[start:]
	if len(items) > q.limit {
		v := url.Values{"continuationToken": {text(items[q.limit], "id")}, "limit": {strconv.Itoa(q.limit)}}
		for _, e := range q.exprs {
			v.Add("property", e)
		}
		links["next"] = object{"href": path + "?" + v.Encode()}
		items = items[:q.limit]
	}
	return ok(object{"items": items, "_links": links})
}

func getSpec(bodies func() []object) handler {
	return func(c *call) (answer, error) {
		for _, o := range bodies() {
			if text(o, "id") == c.arg("id") {
				return ok(object{"items": []any{o}})
			}
		}
		return answer{}, flowError(errNotFound, "there is no specification with id %s", c.arg("id"))
	}
}
