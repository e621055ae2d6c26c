package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Catalog: datasets, in all their odd shapes. A created one is answered as
// ["@/dataSets/ID"], a read one as {ID: {…}}, a list as one object of those.
func catalogRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcCatalog, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodGet, "/dataSets", reads, listCatalog(kindDataset)),
		r(http.MethodPost, "/dataSets", writes, createDataset),
		r(http.MethodGet, "/dataSets/{id}", reads, getCatalog(kindDataset)),
		r(http.MethodPut, "/dataSets/{id}", writes, putDataset),
		r(http.MethodPatch, "/dataSets/{id}", writes, patchDataset(false)),
		r(http.MethodPatch, "/v2/dataSets/{id}", writes, patchDataset(true)),
		r(http.MethodDelete, "/dataSets/{id}", writes, deleteDataset),
	}
}

func badDataset(format string, args ...any) error {
	return problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

func datasetRef(id string) []any { return []any{"@/dataSets/" + id} }

var (
	datasetFormats  = []string{"", "csv", "text", "parquet", "json", "sequencefile", "avro"}
	datasetCharsets = []string{"US-ASCII", "UTF-8", "ISO-8859-1", ""}
	contentTypeForm = regexp.MustCompile(`^application/vnd\.adobe\.(xed|xdm)(-[a-z]+)*\+json; ?version=1(\.\d+)?$`)
)

// clientDatasetFields are the members that a client may write.
var clientDatasetFields = []string{
	"name", "description", "schemaRef", "fileDescription", "tags", "enableErrorDiagnostics", "observableSchema", "dataSourceId",
	"extensions", "aspect", "connectorId", "connectionId", "saveStrategy", "basePath", "streamingIngestionEnabled", "classification", "unifiedTags",
}

func (c *call) checkDataset(o object, id string) error {
	name, isText := o["name"].(string)
	if !isText || strings.TrimSpace(name) == "" {
		return badDataset("name is missing")
	}
	if d, has := o["description"]; has {
		if _, isText := d.(string); !isText {
			return badDataset("description must be a text")
		}
	}
	if c.env.sw.UniqueDatasets {
		for _, r := range c.sp.table(kindDataset).by("name", name) {
			if r.id != id {
				return problem(http.StatusConflict, "ConflictError", "name %q is taken by dataset %s", name, r.id)
			}
		}
	}
	ref, isObject := o["schemaRef"].(object)
	if !isObject || text(ref, "id") == "" {
		return badDataset("schemaRef.id is missing")
	}
	if ct := text(ref, "contentType"); !contentTypeForm.MatchString(ct) {
		return badDataset("schemaRef.contentType is %q, expected application/vnd.adobe.xed+json;version=1 or another form with a version", ct)
	}
	schema := c.sp.findResource(text(ref, "id"))
	if schema == nil || text(schema, "meta:resourceType") != "schemas" {
		return badDataset("schemaRef.id names %s, which is not a schema", text(ref, "id"))
	}
	if f, has := o["fileDescription"]; has {
		if !slices.Contains(datasetFormats, text(f, "format")) || !slices.Contains(datasetCharsets, text(f, "charset")) {
			return badDataset("fileDescription has format %q and charset %q", text(f, "format"), text(f, "charset"))
		}
	}
	return checkTags(o["tags"], schema)
}

func checkTags(v any, schema object) error {
	if v == nil {
		return nil
	}
	tags, isObject := v.(object)
	if !isObject {
		return badDataset("tags must be an object")
	}
	for name, values := range tags {
		l, isList := values.([]any)
		if !isList {
			return badDataset("tag %s must be an array of texts", name)
		}
		for _, e := range l {
			if _, isText := e.(string); !isText {
				return badDataset("tag %s must be an array of texts", name)
			}
		}
	}
	if enabled(tags, "unifiedProfile") && !hasUnionTag(schema) {
		return badDataset("tag unifiedProfile needs a schema with the union tag; %s has none", text(schema, "$id"))
	}
	return nil
}

// enabled reads a tag such as unifiedProfile; pages print enabled:true with
// and without a blank.
func enabled(tags object, name string) bool {
	return slices.ContainsFunc(texts(tags, name), func(s string) bool { return strings.ReplaceAll(s, " ", "") == "enabled:true" })
}

func createDataset(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.checkDataset(body, ""); err != nil {
		return answer{}, err
	}
	if c.r.Header.Get("Pragma") == "validate-only" {
		return ok([]any{})
	}
	id := c.env.newHex(24)
	c.addDataset(id, body)
	return created(datasetRef(id), "@/dataSets/"+id)
}

func (c *call) addDataset(id string, body object) object {
	o := object{}
	for _, k := range clientDatasetFields {
		if v, has := body[k]; has {
			o[k] = v
		}
	}
	tags, _ := o["tags"].(object)
	if tags == nil {
		tags = object{}
	}
	if tags["adobe/pqs/table"] == nil {
		tags["adobe/pqs/table"] = []any{c.tableName(text(o, "name"))}
	}
	o["tags"] = tags
	if o["fileDescription"] == nil {
		o["fileDescription"] = object{"persisted": true, "containerFormat": "parquet", "format": "parquet"}
	}
	if o["observableSchema"] == nil {
		o["observableSchema"] = object{}
	}
	behavior := "record"
	if schema := c.sp.findResource(text(o, "schemaRef", "id")); schema != nil {
		if slices.Contains(texts(schema, "meta:extends"), behaviorSeries) || text(schema, "meta:class") == classEvent {
			behavior = "time-series"
		}
	}
	if o["classification"] == nil {
		o["classification"] = object{"dataBehavior": behavior, "managedBy": "CUSTOMER"}
	}
	o["version"], o["imsOrg"], o["sandboxId"] = "1.0.0", c.sp.org.ID, c.sp.sandbox.ID
	o["created"], o["updated"] = c.ms(), c.ms()
	o["createdClient"], o["createdUser"], o["updatedUser"] = c.client, c.client, c.client
	o["viewId"], o["files"], o["persistence"] = c.env.newHex(24), "@/dataSetFiles?dataSetId="+id, object{}
	o["basePath"] = ""
	c.sp.put(kindDataset, id, c.ms(), o)
	c.env.hooks.datasetChanged(c, id, nil, o)
	return o
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// tableName is the name under which Query Service knows the dataset.
func (c *call) tableName(name string) string {
	base := strings.Trim(notWord.ReplaceAllString(strings.ToLower(name), "_"), "_")
	if base == "" {
		base = "dataset"
	}
	n := len(c.sp.table(kindDataset).by("name", name))
	if n == 0 {
		return base
	}
	return fmt.Sprintf("%s_%d", base, n)
}

func (c *call) dataset() (*record, error) {
	if r := c.sp.get(kindDataset, c.arg("id")); r != nil {
		return r, nil
	}
	return nil, problem(http.StatusNotFound, "NotFoundError", "there is no dataset with id %s", c.arg("id"))
}

// matchVersion is Catalog's If-Match: the version text, quoted or not.
func (c *call) matchVersion(o object) error {
	want := c.r.Header.Get("If-Match")
	if want == "" || strings.Trim(want, `"`) == text(o, "version") {
		return nil
	}
	return problem(http.StatusPreconditionFailed, "PreconditionFailedError", "the object has version %s, If-Match has %s", text(o, "version"), want)
}

func getCatalog(k kind) handler {
	return func(c *call) (answer, error) {
		r := c.sp.get(k, c.arg("id"))
		if r == nil {
			return answer{}, problem(http.StatusNotFound, "NotFoundError", "there is nothing with id %s in %s", c.arg("id"), k)
		}
		o := r.object()
		version := text(o, "version")
		a, err := ok(object{r.id: project(o, c.query.Get("properties"))})
		a.header = [][2]string{{"E-Tag", version}, {"ETag", `"` + version + `"`}}
		return a, err
	}
}

// project keeps the top-level members of an allow-list.
func project(o object, properties string) object {
	if properties == "" {
		return o
	}
	out := object{}
	for name := range strings.SplitSeq(properties, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
		if v, has := o[name]; has {
			out[name] = v
		}
	}
	return out
}

func putDataset(c *call) (answer, error) {
	r, err := c.dataset()
	if err != nil {
		return answer{}, err
	}
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	before := r.object()
	if err := c.matchVersion(before); err != nil {
		return answer{}, err
	}
	after := clone(before).(object)
	for _, k := range clientDatasetFields {
		delete(after, k)
		if v, has := body[k]; has {
			after[k] = v
		}
	}
	return c.writeDataset(r, before, after)
}

// writeDataset checks and stores a changed dataset. Its version grows in the
// last part.
func (c *call) writeDataset(r *record, before, after object) (answer, error) {
	for _, k := range []string{"version", "imsOrg", "sandboxId", "created", "updated", "createdClient", "createdUser", "updatedUser", "viewId", "files"} {
		if !same(before[k], after[k]) {
			return answer{}, badDataset("%s cannot be changed", k)
		}
	}
	if err := c.checkDataset(after, r.id); err != nil {
		return answer{}, err
	}
	if was, is := text(before, "schemaRef", "id"), text(after, "schemaRef", "id"); was != is && len(c.sp.table(kindBatch).by("dataSetId", r.id)) > 0 {
		return answer{}, badDataset("the schema of a dataset with data cannot change")
	}
	if c.r.Header.Get("Pragma") == "validate-only" {
		return ok([]any{})
	}
	after["version"] = nextPatch(text(before, "version"))
	after["updated"], after["updatedUser"] = c.ms(), c.client
	c.sp.put(kindDataset, r.id, r.created, after)
	c.env.hooks.datasetChanged(c, r.id, before, after)
	return ok(datasetRef(r.id))
}

func nextPatch(version string) string {
	i := strings.LastIndexByte(version, '.')
	n, err := strconv.Atoi(version[i+1:])
	if err != nil {
		return "1.0.1"
	}
	return version[:i+1] + strconv.Itoa(n+1)
}

// patchDataset: by its content type, a JSON Patch, or a partial object whose
// top-level members replace (v2: are merged deeply).
func patchDataset(deep bool) handler {
	return func(c *call) (answer, error) {
		r, err := c.dataset()
		if err != nil {
			return answer{}, err
		}
		before := r.object()
		if err := c.matchVersion(before); err != nil {
			return answer{}, err
		}
		after := clone(before).(object)
		if strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json-patch+json") {
			ops, fault := readPatch(c.body)
			if fault == nil {
				var patched any
				if patched, fault = applyPatch(after, ops); fault == nil {
					after = patched.(object)
				}
			}
			if fault != nil {
				return answer{}, badDataset("%s", fault.detail)
			}
			return c.writeDataset(r, before, after)
		}
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		for k, v := range body {
			if !slices.Contains(clientDatasetFields, k) {
				return answer{}, badDataset("%s cannot be changed", k)
			}
			if sub, isObject := v.(object); deep && isObject {
				old, _ := after[k].(object)
				if old == nil {
					old = object{}
				}
				after[k] = mergePatch(old, sub)
				continue
			}
			after[k] = v
		}
		return c.writeDataset(r, before, after)
	}
}

// deleteDataset answers 200 either way: [] for an id that is not there.
func deleteDataset(c *call) (answer, error) {
	r := c.sp.get(kindDataset, c.arg("id"))
	if r == nil {
		return ok([]any{})
	}
	for _, t := range c.sp.table(kindTarget).by("params.dataSetId", r.id) {
		if flows := c.sp.table(kindFlow).by("targetConnectionIds[]", t.id); len(flows) > 0 && !c.env.sw.FreeSources && !isInternal(flows[0].view()) {
			return answer{}, badDataset("dataset %s is written by flow %s", r.id, flows[0].id)
		}
	}
	for _, b := range slices.Clone(c.sp.table(kindBatch).by("dataSetId", r.id)) {
		c.dropFiles(b.id)
		c.sp.remove(kindBatch, b.id)
	}
	c.env.hooks.datasetChanged(c, r.id, nil, nil)
	c.sp.remove(kindDataset, r.id)
	return ok(datasetRef(r.id))
}
