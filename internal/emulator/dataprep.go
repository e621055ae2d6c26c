package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Data Prep: mapping sets, with every version kept, and the expression
// language's helpers.
func dataPrepRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcDataPrep, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/mappingSets", reads, listMappingSets),
		r(http.MethodPost, "/mappingSets", writes, createMappingSet),
		r(http.MethodPost, "/mappingSets/validate", reads, validateMappingSet),
		r(http.MethodPost, "/mappingSets/preview", reads, previewMappingSet),
		r(http.MethodGet, "/mappingSets/{id}", reads, getMappingSet),
		r(http.MethodPut, "/mappingSets/{id}", writes, replaceMappingSet),
		r(http.MethodDelete, "/mappingSets/{id}", writes, deleteMappingSet),
		r(http.MethodGet, "/mappingSets/{id}/mappings", reads, listMappings),
		r(http.MethodGet, "/mappingSets/{id}/mappings/{mapping}", reads, getMapping),
		r(http.MethodPost, "/languages/el/validate", reads, validateExpression),
		r(http.MethodGet, "/languages/el/functions", reads, listFunctions),
		r(http.MethodGet, "/languages/el/operators", reads, listOperators),
	}
}

// attributeType is what ATTRIBUTE comes back as in every published answer.
const attributeType = "text/x.schema-path"

func mappingVersionID(id string, version int64) string {
	return id + "@" + strconv.FormatInt(version, 10)
}

func badMapping(format string, args ...any) error {
	return problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

// readMappingSet takes either shape of body, and mixtures of them, and gives
// the set as it is stored and answered.
func (c *call) readMappingSet(body object) (object, error) {
	schema, contentType := text(body, "outputSchema", "schemaRef", "id"), text(body, "outputSchema", "schemaRef", "contentType")
	old := schema == ""
	if old {
		schema, contentType = text(body, "xdmSchema"), "1.0"
		if v := text(body, "xdmVersion"); v != "" {
			contentType = v
		}
	} else if contentType == "" {
		return nil, badMapping("outputSchema.schemaRef.contentType is missing")
	} else if majorVersion(contentType) != "1" {
		return nil, badMapping("outputSchema.schemaRef.contentType is %q; it must name version 1", contentType)
	}
	if schema == "" {
		return nil, badMapping("the target schema is missing: outputSchema.schemaRef.id or xdmSchema")
	}
	if !c.isSchema(schema) {
		return nil, badMapping("there is no schema %s", schema)
	}
	mappings, isList := body["mappings"].([]any)
	if !isList {
		return nil, badMapping("mappings is missing")
	}
	stored := make([]any, 0, len(mappings))
	taken := map[string]bool{}
	for i, m := range mappings {
		o, err := c.readMapping(m)
		if err != nil {
			return nil, badMapping("mapping %d: %s", i, detailOf(err))
		}
		if d := text(o, "destination"); taken[d] {
			return nil, badMapping("mapping %d: destination %s is mapped twice", i, d)
		} else {
			taken[d] = true
		}
		stored = append(stored, o)
	}
	ref := object{"id": schema, "contentType": contentType}
	out := object{
		"name": text(body, "name"), "supportVersion": "1.1", "outputSchema": object{"id": c.env.newHex(32), "version": 0, "schemaRef": ref},
		"schemaRef": ref, "xdmSchema": schema, "xdmVersion": contentType, "status": "PUBLISHED", "strictMapping": false,
		"allowNullValues": body["allowNullValues"] == true, "mappings": stored,
	}
	if in, has := body["inputSchema"]; has && in != nil {
		out["inputSchema"] = in
	}
	if tags, has := body["tags"]; has {
		out["tags"] = tags
	}
	return out, nil
}

func (c *call) readMapping(m any) (object, error) {
	source, destination := text(m, "source"), text(m, "destination")
	if source == "" {
		source = text(m, "sourceAttribute")
	}
	if destination == "" {
		destination = text(m, "destinationXdmPath")
	}
	kind := text(m, "sourceType")
	switch {
	case destination == "":
		return nil, badMapping("destination is missing")
	case source == "" && kind != "STATIC":
		return nil, badMapping("source is missing")
	}
	switch kind {
	case "", "ATTRIBUTE", attributeType:
		kind = attributeType
	case "EXPRESSION", "text/x.aep-xl":
		kind = "EXPRESSION"
		if len([]rune(source)) > maxExpression {
			return nil, badMapping("the expression has more than %d characters", maxExpression)
		}
		if err := checkExpression(source); err != nil {
			return nil, badMapping("the expression is wrong: %v", err)
		}
	case "STATIC":
	default:
		return nil, badMapping("sourceType %q is not ATTRIBUTE, EXPRESSION or STATIC", kind)
	}
	o := object{
		"id": c.env.newHex(32), "version": 0, "createdDate": c.ms(), "modifiedDate": c.ms(), "createdBy": c.client, "modifiedBy": c.client,
		"sourceType": kind, "source": source, "destination": destination, "sourceAttribute": source, "destinationXdmPath": destination,
		"identity": false, "primaryIdentity": false, "matchScore": json.Number("0.0"), "functionVersion": 1, "expressionAttributes": []any{},
		"name": text(m, "name"), "description": text(m, "description"),
	}
	if kind == "EXPRESSION" {
		o["expressionAttributes"] = texts2(expressionAttributes(source))
	}
	return o, nil
}

func texts2(l []string) []any {
	out := make([]any, len(l))
	for i, s := range l {
		out[i] = s
	}
	return out
}

func createMappingSet(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	set, err := c.readMappingSet(body)
	if err != nil {
		return answer{}, err
	}
	if err := c.checkDestinations(set); err != nil {
		return answer{}, err
	}
	o := c.addMappingSet(c.env.newHex(32), set)
	return ok(object{
		"id": o["id"], "version": o["version"], "createdDate": o["createdDate"], "modifiedDate": o["modifiedDate"],
		"createdBy": o["createdBy"], "modifiedBy": o["modifiedBy"],
	})
}

func (c *call) addMappingSet(id string, set object) object {
	set["id"], set["version"] = id, 0
	set["createdDate"], set["modifiedDate"] = c.ms(), c.ms()
	set["createdBy"], set["modifiedBy"] = c.client, c.client
	c.sp.put(kindMappingSet, id, c.ms(), set)
	return set
}

// mappingVersion gives a version of a set: the newest is the set itself, the
// others are kept beside it.
func (sp *space) mappingVersion(set *record, version int64) object {
	body := set.view()
	if newest, _ := asInt(body["version"]); newest == version {
		return body
	}
	if r := sp.get(kindMappingVersion, mappingVersionID(set.id, version)); r != nil {
		return r.view()
	}
	return nil
}

// checkDestinations compares with the schema when the caller or the switch
// asks for it.
func (c *call) checkDestinations(set object) error {
	if c.query.Get("validate") != "true" && !c.env.sw.CheckMappings {
		return nil
	}
	for _, v := range c.validateMappings(set) {
		if text(v, "status") != "SUCCESS" {
			return badMapping("%s", text(list(v, "errors")[0], "exception"))
		}
	}
	return nil
}

// validateMappings judges each mapping by itself: does the destination exist,
// does the expression parse, can the function be known.
func (c *call) validateMappings(set object) []any {
	fields := c.sp.fieldsOf(c.sp.findResource(text(set, "xdmSchema")))
	out := []any{}
	for _, m := range list(set, "mappings") {
		var fault string
		if d := text(m, "destination"); !hasField(fields, d) {
			fault = "destination path " + d + " is not in the schema"
		} else if text(m, "sourceType") == "EXPRESSION" {
			if err := checkExpression(text(m, "source")); err != nil {
				fault = err.Error()
			}
		}
		if fault == "" {
			out = append(out, object{"status": "SUCCESS", "errors": nil})
			continue
		}
		out = append(out, object{"status": "FAILED", "errors": []any{object{
			"destination": text(m, "destination"), "source": text(m, "source"), "sourceType": text(m, "sourceType"), "exception": fault, "columnName": "",
		}}})
	}
	return out
}

// hasField looks a destination up: indexes stand for any element, and the
// platform's own templates leave them out.
func hasField(fields map[string]fieldType, path string) bool {
	plain := indexes.ReplaceAllString(strings.ReplaceAll(path, `\.`, "."), "")
	for p, f := range fields {
		bare := strings.ReplaceAll(p, "[*]", "")
		if bare == plain {
			return true
		}
		if f.xdm == "map" && strings.HasPrefix(plain, bare+".") {
			return true
		}
	}
	return false
}

func (c *call) mappingSet() (*record, error) {
	if r := c.sp.get(kindMappingSet, c.arg("id")); r != nil {
		return r, nil
	}
	return nil, problem(http.StatusNotFound, "NotFoundError", "there is no mapping set with id %s", c.arg("id"))
}

func getMappingSet(c *call) (answer, error) {
	r, err := c.mappingSet()
	if err != nil {
		return answer{}, err
	}
	o := r.view()
	if v := c.query.Get("version"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return answer{}, badMapping("version is %q", v)
		}
		if o = c.sp.mappingVersion(r, n); o == nil {
			return answer{}, problem(http.StatusNotFound, "NotFoundError", "mapping set %s has no version %d", c.arg("id"), n)
		}
	}
	if c.query.Get("expandSchema") == "true" {
		if schema := c.sp.findResource(text(o, "xdmSchema")); schema != nil {
			o = clone(o).(object)
			o["outputSchema"].(object)["jsonSchema"] = c.sp.resolve(schema)
		}
	}
	return ok(o)
}

func replaceMappingSet(c *call) (answer, error) {
	r, err := c.mappingSet()
	if err != nil {
		return answer{}, err
	}
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	set, err := c.readMappingSet(body)
	if err != nil {
		return answer{}, err
	}
	if err := c.checkDestinations(set); err != nil {
		return answer{}, err
	}
	before := r.object()
	version, _ := asInt(before["version"])
	version++
	set["id"], set["version"] = r.id, version
	set["createdDate"], set["createdBy"] = before["createdDate"], before["createdBy"]
	set["modifiedDate"], set["modifiedBy"] = c.ms(), c.client
	for _, m := range list(set, "mappings") {
		m.(object)["version"] = version
	}
	c.sp.put(kindMappingVersion, mappingVersionID(r.id, version-1), r.created, before)
	c.sp.put(kindMappingSet, r.id, r.created, set)
	return ok(set)
}

// deleteMappingSet is known from a community client only; flows that run with
// the set hold it.
func deleteMappingSet(c *call) (answer, error) {
	if c.env.sw.MappingDelete == "refuse" {
		return answer{}, problem(http.StatusMethodNotAllowed, "MethodNotAllowedError", "mapping sets cannot be deleted")
	}
	r, err := c.mappingSet()
	if err != nil {
		return answer{}, err
	}
	quoted := `"mappingId":"` + r.id + `"`
	for _, f := range c.sp.table(kindFlow).order {
		if strings.Contains(string(f.body), quoted) {
			return answer{}, badMapping("mapping set %s is used by flow %s", r.id, f.id)
		}
	}
	version, _ := asInt(r.object()["version"])
	for v := range version {
		c.sp.remove(kindMappingVersion, mappingVersionID(r.id, v))
	}
	c.sp.remove(kindMappingSet, r.id)
	return answer{status: http.StatusNoContent}, nil
}

// listMappingSets insists on start and limit, which are an offset and a count.
func listMappingSets(c *call) (answer, error) {
	at := map[string]int{}
	for _, name := range []string{"start", "limit"} {
		v := c.query.Get(name)
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || name == "limit" && (n == 0 || n > 1000) {
			return answer{}, badMapping("query parameter %s is %q; a number is required", name, v)
		}
		at[name] = n
	}
	found := c.sp.table(kindMappingSet).order
	if name := c.query.Get("name"); name != "" {
		found = c.sp.table(kindMappingSet).by("name", name)
	}
	rows := slices.Clone(found)
	field, desc := strings.CutPrefix(strings.TrimPrefix(c.query.Get("orderBy"), "+"), "-")
	switch strings.TrimSpace(field) {
	case "", "createdDate", "updatedDate", "lastUpdateDate", "modifiedDate":
	default:
		return answer{}, badMapping("cannot order by %q", field)
	}
	if strings.HasPrefix(field, "updated") || strings.HasPrefix(field, "modified") || strings.HasPrefix(field, "last") {
		slices.SortStableFunc(rows, func(a, b *record) int {
			x, _ := asInt(a.object()["modifiedDate"])
			y, _ := asInt(b.object()["modifiedDate"])
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
		data[i] = json.RawMessage(r.body)
	}
	links := object{}
	if end := at["start"] + len(rows); end < total {
		q := url.Values{"start": {strconv.Itoa(end)}, "limit": {strconv.Itoa(at["limit"])}}
		for _, keep := range []string{"name", "orderBy"} {
			if v := c.query.Get(keep); v != "" {
				q.Set(keep, v)
			}
		}
		links["next"] = object{"href": "/mappingSets?" + q.Encode(), "templated": false}
	}
	return ok(object{"data": data, "_page": object{"count": len(rows), "limit": at["limit"]}, "_links": links})
}

func listMappings(c *call) (answer, error) {
	r, err := c.mappingSet()
	if err != nil {
		return answer{}, err
	}
	return ok(list(r.object(), "mappings"))
}

func getMapping(c *call) (answer, error) {
	r, err := c.mappingSet()
	if err != nil {
		return answer{}, err
	}
	for _, m := range list(r.object(), "mappings") {
		if text(m, "id") == c.arg("mapping") {
			return ok(m)
		}
	}
	return answer{}, problem(http.StatusNotFound, "NotFoundError", "mapping set %s has no mapping %s", r.id, c.arg("mapping"))
}

// validateMappingSet answers 200 even when every mapping is wrong.
func validateMappingSet(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	lenient := clone(body).(object)
	var results []any
	for _, m := range list(lenient, "mappings") {
		if _, err := c.readMapping(m); err != nil {
			results = append(results, object{"status": "FAILED", "errors": []any{object{
				"destination": text(m, "destination"), "source": text(m, "source"), "sourceType": text(m, "sourceType"), "exception": detailOf(err), "columnName": "",
			}}})
			continue
		}
		one := clone(lenient).(object)
		one["mappings"] = []any{m}
		set, err := c.readMappingSet(one)
		if err != nil {
			return answer{}, err
		}
		results = append(results, c.validateMappings(set)...)
	}
	if results == nil {
		results = []any{}
	}
	return ok(object{"validationResponse": results})
}

// attributeColumn is the column that an attribute path starts at.
func attributeColumn(attr string) string {
	if inner, quoted := strings.CutPrefix(attr, "${"); quoted {
		name, _, _ := strings.Cut(inner, "}")
		return strings.ReplaceAll(name, `\.`, ".")
	}
	for i := 0; i < len(attr); i++ {
		if (attr[i] == '.' && (i == 0 || attr[i-1] != '\\')) || attr[i] == '[' {
			attr = attr[:i]
			break
		}
	}
	return strings.ReplaceAll(attr, `\.`, ".")
}
