package dataprep

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// Routes are the calls of Data Prep: mapping sets, with every version kept, and
// the expression language's helpers. Where a call gives no rows, bound does.
func Routes(bound Bound) []core.Route {
	r := core.RoutesOf(core.DataPrep)
	return []core.Route{
		r(http.MethodGet, "/mappingSets", core.Reads, listMappingSets),
		r(http.MethodPost, "/mappingSets", core.Writes, core.With((*core.Call).Object, createMappingSet)),
		r(http.MethodPost, "/mappingSets/validate", core.Reads, core.With((*core.Call).Object, bound.validate)),
		r(http.MethodPost, "/mappingSets/preview", core.Reads, core.With((*core.Call).Object, bound.preview)),
		r(http.MethodGet, "/mappingSets/{id}", core.Reads, core.With(mappingSet, getMappingSet)),
		r(http.MethodPut, "/mappingSets/{id}", core.Writes, core.With(mappingSet, replaceMappingSet)),
		r(http.MethodDelete, "/mappingSets/{id}", core.Writes, deleteMappingSet),
		r(http.MethodGet, "/mappingSets/{id}/mappings", core.Reads, core.With(mappingSet, listMappings)),
		r(http.MethodPost, "/mappingSets/{id}/mappings", core.Writes, core.With(mappingSet, writeMapping)),
		r(http.MethodGet, "/mappingSets/{id}/mappings/{mapping}", core.Reads, core.With(mappingSet, getMapping)),
		r(http.MethodPut, "/mappingSets/{id}/mappings/{mapping}", core.Writes, core.With(mappingSet, writeMapping)),
		r(http.MethodDelete, "/mappingSets/{id}/mappings/{mapping}", core.Writes, core.With(mappingSet, writeMapping)),
		r(http.MethodPost, "/languages/el/validate", core.Reads, core.With((*core.Call).Object, bound.validateExpression)),
		r(http.MethodGet, "/languages/el/functions", core.Reads, listFunctions),
		r(http.MethodGet, "/languages/el/operators", core.Reads, listOperators),
	}
}

// attributeType is what ATTRIBUTE comes back as in every published answer.
const attributeType = "text/x.schema-path"

func mappingVersionID(id string, version int64) string {
	return id + "@" + strconv.FormatInt(version, 10)
}

func createMappingSet(c *core.Call, body object) (core.Answer, error) {
	set, err := ReadMappingSet(c, body, true)
	if err != nil {
		return core.Answer{}, err
	}
	if err := checkMappings(c, set); err != nil {
		return core.Answer{}, err
	}
	o := AddMappingSet(c, c.Env.NewHex(32), set)
	return core.OK(object{
		"id": o["id"], "version": o["version"], "createdDate": o["createdDate"], "modifiedDate": o["modifiedDate"],
		"createdBy": o["createdBy"], "modifiedBy": o["modifiedBy"],
	})
}

// AddMappingSet stores a mapping set that was checked, and returns it.
func AddMappingSet(c *core.Call, id string, set object) object {
	set["id"], set["version"] = id, 0
	set["createdDate"], set["modifiedDate"] = c.Millis(), c.Millis()
	set["createdBy"], set["modifiedBy"] = c.Client, c.Client
	c.Space.Put(core.KindMappingSet, id, c.Millis(), set)
	return set
}

// KeepVersion keeps a set as it is, as one of its former versions.
func KeepVersion(sp *core.Space, id string) {
	r := sp.Get(core.KindMappingSet, id)
	before := r.Object()
	version, _ := core.AsInt(before["version"])
	sp.Put(core.KindMappingVersion, mappingVersionID(id, version), r.Created, before)
}

// MappingVersion gives a version of a set: the newest is the set itself, the
// others are kept beside it.
func MappingVersion(sp *core.Space, set *core.Record, version int64) object {
	body := set.View()
	if newest, _ := core.AsInt(body["version"]); newest == version {
		return body
	}
	if r := sp.Get(core.KindMappingVersion, mappingVersionID(set.ID, version)); r != nil {
		return r.View()
	}
	return nil
}

func mappingSet(c *core.Call) (*core.Record, error) {
	if r := c.Find(core.KindMappingSet, c.Arg("id")); r != nil {
		return r, nil
	}
	return nil, core.Missing("there is no mapping set with id %s", c.Arg("id"))
}

func getMappingSet(c *core.Call, r *core.Record) (core.Answer, error) {
	o := r.View()
	if v := c.Query.Get("version"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return core.Answer{}, badMapping("version is %q", v)
		}
		if o = MappingVersion(c.Space, r, n); o == nil {
			return core.Answer{}, core.Missing("mapping set %s has no version %d", c.Arg("id"), n)
		}
	}
	return core.OK(expanded(c, o))
}

// expanded is a set with its output schema, if the call asks for that.
func expanded(c *core.Call, set object) object {
	schema := registry.FindResource(c.Space, core.Text(set, "xdmSchema"))
	if c.Query.Get("expandSchema") != "true" || schema == nil {
		return set
	}
	set = core.Clone(set).(object)
	if output, has := set["outputSchema"].(object); has {
		output["jsonSchema"] = registry.Resolve(c.Space, schema)
	}
	return set
}

func replaceMappingSet(c *core.Call, r *core.Record) (core.Answer, error) {
	body, err := c.Object()
	if err != nil {
		return core.Answer{}, err
	}
	set, err := newVersion(c, r, body)
	if err != nil {
		return core.Answer{}, err
	}
	return core.OK(set)
}

// newVersion stores a body as the next version of a set.
func newVersion(c *core.Call, r *core.Record, body object) (object, error) {
	set, err := ReadMappingSet(c, body, true)
	if err != nil {
		return nil, err
	}
	if err := checkMappings(c, set); err != nil {
		return nil, err
	}
	before := r.Object()
	version, _ := core.AsInt(before["version"])
	version++
	set["id"], set["version"], set["status"] = r.ID, version, before["status"]
	set["createdDate"], set["createdBy"] = before["createdDate"], before["createdBy"]
	set["modifiedDate"], set["modifiedBy"] = c.Millis(), c.Client
	for _, m := range core.List(set, "mappings") {
		m.(object)["version"] = version
	}
	KeepVersion(c.Space, r.ID)
	c.Space.Put(core.KindMappingSet, r.ID, r.Created, set)
	return set, nil
}

// writeMapping adds, replaces, or deletes one mapping of a set, which makes a new
// version of the set. It is known from a community client only.
func writeMapping(c *core.Call, r *core.Record) (core.Answer, error) {
	set := r.Object()
	list := core.List(set, "mappings")
	at := len(list)
	if id := c.Arg("mapping"); id != "" {
		at = slices.IndexFunc(list, func(m any) bool { return core.Text(m, "id") == id })
		if at < 0 {
			return core.Answer{}, noMapping(c, r)
		}
	}
	switch c.Request.Method {
	case http.MethodDelete:
		set["mappings"] = slices.Delete(list, at, at+1)
	default:
		body, err := c.Object()
		if err != nil {
			return core.Answer{}, err
		}
		set["mappings"] = append(append(list[:at:at], body), list[min(at+1, len(list)):]...)
	}
	after, err := newVersion(c, r, set)
	if err != nil {
		return core.Answer{}, err
	}
	if c.Request.Method == http.MethodDelete {
		return core.Answer{Status: http.StatusNoContent}, nil
	}
	return core.OK(core.List(after, "mappings")[at])
}

func noMapping(c *core.Call, r *core.Record) error {
	return core.Missing("mapping set %s has no mapping %s", r.ID, c.Arg("mapping"))
}

// deleteMappingSet is known from a community client only; flows that run with
// the set hold it.
func deleteMappingSet(c *core.Call) (core.Answer, error) {
	if c.Env.Switches.MappingDelete == "refuse" {
		return core.Answer{}, core.Problem(http.StatusMethodNotAllowed, "MethodNotAllowedError",
			"mapping sets cannot be deleted")
	}
	r, err := mappingSet(c)
	if err != nil {
		return core.Answer{}, err
	}
	quoted := `"mappingId":"` + r.ID + `"`
	for _, f := range c.Space.Table(core.KindFlow).Order {
		if strings.Contains(string(f.Body), quoted) {
			return core.Answer{}, badMapping("mapping set %s is used by flow %s", r.ID, f.ID)
		}
	}
	version, _ := core.AsInt(r.Object()["version"])
	for v := range version {
		c.Space.Remove(core.KindMappingVersion, mappingVersionID(r.ID, v))
	}
	c.Space.Remove(core.KindMappingSet, r.ID)
	return core.Answer{Status: http.StatusNoContent}, nil
}

// maxExpanded is how many sets a page has with their schemas, of which each may be large.
const maxExpanded = 100

// listMappingSets takes start and limit, an offset and a count. Both are documented
// as required; clients leave start out.
func listMappingSets(c *core.Call) (core.Answer, error) {
	at := map[string]int{}
	for _, name := range []string{"start", "limit"} {
		v := c.Query.Get(name)
		if name == "start" && v == "" && c.Env.Switches.MappingStart != "required" {
			continue
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || name == "limit" && (n == 0 || n > 1000) {
			return core.Answer{}, badMapping("query parameter %s is %q; a number is required", name, v)
		}
		at[name] = n
	}
	expand := c.Query.Get("expandSchema") == "true"
	if expand {
		at["limit"] = min(at["limit"], maxExpanded)
	}
	var conds []core.Condition
	if name := c.Query.Get("name"); name != "" {
		conds = append(conds, core.Condition{Path: "name", Op: "==", Values: []string{name}})
	}
	found := c.Space.Table(core.KindMappingSet).SelectRecords(conds, core.Selection{Skip: c.Hidden()})
	rows := slices.Clone(found)
	field, desc := strings.CutPrefix(strings.TrimPrefix(c.Query.Get("orderBy"), "+"), "-")
	switch strings.TrimSpace(field) {
	case "", "createdDate", "updatedDate", "lastUpdateDate", "modifiedDate":
	default:
		return core.Answer{}, badMapping("cannot order by %q", field)
	}
	if strings.HasPrefix(field, "updated") || strings.HasPrefix(field, "modified") || strings.HasPrefix(field, "last") {
		slices.SortStableFunc(rows, func(a, b *core.Record) int {
			x, _ := core.AsInt(a.Object()["modifiedDate"])
			y, _ := core.AsInt(b.Object()["modifiedDate"])
			return int(min(max(x-y, -1), 1))
		})
	}
	if desc {
		slices.Reverse(rows)
	}
	total := len(rows)
	rows = rows[min(at["start"], total):]
	rows = rows[:min(at["limit"], len(rows))]
	data := make([]any, len(rows))
	for i, r := range rows {
		data[i] = json.RawMessage(r.Body)
		if expand {
			data[i] = expanded(c, r.View())
		}
	}
	links := object{}
	if end := at["start"] + len(rows); end < total {
		q := url.Values{"start": {strconv.Itoa(end)}, "limit": {strconv.Itoa(at["limit"])}}
		for _, keep := range []string{"name", "orderBy", "expandSchema"} {
			if v := c.Query.Get(keep); v != "" {
				q.Set(keep, v)
			}
		}
		links["next"] = object{"href": "/mappingSets?" + q.Encode(), "templated": false}
	}
	return core.OK(object{"data": data, "_page": object{"count": len(rows), "limit": at["limit"]}, "_links": links})
}

func listMappings(c *core.Call, r *core.Record) (core.Answer, error) {
	return core.OK(core.List(r.Object(), "mappings"))
}

func getMapping(c *core.Call, r *core.Record) (core.Answer, error) {
	for _, m := range core.List(r.Object(), "mappings") {
		if core.Text(m, "id") == c.Arg("mapping") {
			return core.OK(m)
		}
	}
	return core.Answer{}, noMapping(c, r)
}
