package catalog

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// Catalog: datasets, in all their odd shapes. A created one is answered as
// ["@/dataSets/ID"], a read one as {ID: {…}}, a list as one object of those.
func catalogRoutes() []core.Route {
	r := core.RoutesOf(core.CatalogService)
	return []core.Route{
		r(http.MethodGet, "/dataSets", core.Reads, listCatalog(core.KindDataset)),
		r(http.MethodPost, "/dataSets", core.Writes, core.With((*core.Call).Object, createDataset)),
		r(http.MethodGet, "/dataSets/{id}", core.Reads, getCatalog(core.KindDataset)),
		r(http.MethodPut, "/dataSets/{id}", core.Writes, core.With(dataset, putDataset)),
		r(http.MethodPatch, "/dataSets/{id}", core.Writes, patchDataset(false)),
		r(http.MethodPatch, "/v2/dataSets/{id}", core.Writes, patchDataset(true)),
		r(http.MethodDelete, "/dataSets/{id}", core.Writes, deleteDataset),
	}
}

func badDataset(format string, args ...any) error {
	return core.Problem(http.StatusBadRequest, "BadRequestError", format, args...)
}

func datasetRef(id string) []any { return []any{"@/dataSets/" + id} }

var (
	datasetFormats  = []string{"", "csv", "text", "parquet", "json", "sequencefile", "avro"}
	datasetCharsets = []string{"US-ASCII", "UTF-8", "ISO-8859-1", ""}
	contentTypeForm = regexp.MustCompile(`^application/vnd\.adobe\.(xed|xdm)(-[a-z]+)*\+json; ?version=1(\.\d+)?$`)
)

// clientDatasetFields are the members that a client may write.
var clientDatasetFields = []string{
	"name", "description", "schemaRef", "fileDescription", "tags", "enableErrorDiagnostics", "observableSchema",
	"dataSourceId", "extensions", "aspect", "connectorId", "connectionId", "saveStrategy", "basePath",
	"streamingIngestionEnabled", "classification", "unifiedTags",
}

func checkDataset(c *core.Call, o object, id string) error {
	name, isText := o["name"].(string)
	if !isText || strings.TrimSpace(name) == "" {
		return badDataset("name is missing")
	}
	if d, has := o["description"]; has {
		if _, isText := d.(string); !isText {
			return badDataset("description must be a text")
		}
	}
	if c.Env.Switches.UniqueDatasets {
		for _, r := range c.Space.Table(core.KindDataset).By("name", name) {
			if r.ID != id {
				return core.Problem(http.StatusConflict, "ConflictError", "name %q is taken by dataset %s", name, r.ID)
			}
		}
	}
	ref, isObject := o["schemaRef"].(object)
	if !isObject || core.Text(ref, "id") == "" {
		return badDataset("schemaRef.id is missing")
	}
	if ct := core.Text(ref, "contentType"); !contentTypeForm.MatchString(ct) {
		return badDataset("schemaRef.contentType is %q, expected application/vnd.adobe.xed+json;version=1 or "+
			"another form with a version", ct)
	}
	schema := registry.FindResource(c.Space, core.Text(ref, "id"))
	if schema == nil || core.Text(schema, "meta:resourceType") != "schemas" {
		return badDataset("schemaRef.id names %s, which is not a schema", core.Text(ref, "id"))
	}
	if f, has := o["fileDescription"]; has {
		if !slices.Contains(datasetFormats, core.Text(f, "format")) ||
			!slices.Contains(datasetCharsets, core.Text(f, "charset")) {
			return badDataset("fileDescription has format %q and charset %q", core.Text(f, "format"), core.Text(f, "charset"))
		}
	}
	if err := checkExpiration(o, schema); err != nil {
		return err
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
	if Enabled(tags, "unifiedProfile") && !registry.HasUnionTag(schema) {
		return badDataset("tag unifiedProfile needs a schema with the union tag; %s has none", core.Text(schema, "$id"))
	}
	return nil
}

// Enabled reads a tag such as unifiedProfile; pages print enabled:true with
// and without a blank.
func Enabled(tags object, name string) bool {
	return slices.ContainsFunc(core.Texts(tags, name),
		func(s string) bool { return strings.ReplaceAll(s, " ", "") == "enabled:true" })
}

func createDataset(c *core.Call, body object) (core.Answer, error) {
	if err := checkDataset(c, body, ""); err != nil {
		return core.Answer{}, err
	}
	if c.Request.Header.Get("Pragma") == "validate-only" {
		return core.OK([]any{})
	}
	id := c.Env.NewHex(24)
	delete(body, "extensions") // a create does not take them
	AddDataset(c, id, body)
	return core.Created(datasetRef(id), "@/dataSets/"+id)
}

// AddDataset stores a dataset, completed with what the platform adds, and returns it.
func AddDataset(c *core.Call, id string, body object) object {
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
		tags["adobe/pqs/table"] = []any{tableName(c, core.Text(o, "name"))}
	}
	o["tags"] = tags
	if o["fileDescription"] == nil {
		o["fileDescription"] = object{"persisted": true, "containerFormat": "parquet", "format": "parquet"}
	}
	if o["observableSchema"] == nil {
		o["observableSchema"] = object{}
	}
	if o["classification"] == nil {
		behavior := "record"
		if schema := registry.FindResource(c.Space, core.Text(o, "schemaRef", "id")); schema != nil && hasEvents(schema) {
			behavior = "time-series"
		}
		o["classification"] = object{"dataBehavior": behavior, "managedBy": "CUSTOMER"}
	}
	o["version"], o["imsOrg"], o["sandboxId"] = "1.0.0", c.Space.Org.ID, c.Space.Sandbox.ID
	o["created"], o["updated"] = c.Millis(), c.Millis()
	o["createdClient"], o["createdUser"], o["updatedUser"] = c.Client, c.Client, c.Client
	o["viewId"], o["files"], o["persistence"] = c.Env.NewHex(24), "@/dataSetFiles?dataSetId="+id, object{}
	o["basePath"] = ""
	c.Space.Put(core.KindDataset, id, c.Millis(), o)
	c.Env.Hooks.DatasetChanged(c, id, nil, o)
	return o
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// tableName is the name under which Query Service knows the dataset.
func tableName(c *core.Call, name string) string {
	base := strings.Trim(notWord.ReplaceAllString(strings.ToLower(name), "_"), "_")
	if base == "" {
		base = "dataset"
	}
	n := len(c.Space.Table(core.KindDataset).By("name", name))
	if n == 0 {
		return base
	}
	return fmt.Sprintf("%s_%d", base, n)
}

func dataset(c *core.Call) (*core.Record, error) {
	if r := c.Find(core.KindDataset, c.Arg("id")); r != nil {
		return r, nil
	}
	return nil, core.Missing("there is no dataset with id %s", c.Arg("id"))
}

// matchVersion is Catalog's If-Match: the version text, quoted or not.
func matchVersion(c *core.Call, o object) error {
	want := c.Request.Header.Get("If-Match")
	if want == "" || strings.Trim(want, `"`) == core.Text(o, "version") {
		return nil
	}
	return core.Problem(http.StatusPreconditionFailed, "PreconditionFailedError",
		"the object has version %s, If-Match has %s", core.Text(o, "version"), want)
}

func getCatalog(k core.Kind) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		r := c.Find(k, c.Arg("id"))
		if r == nil {
			return core.Answer{}, core.Missing("there is nothing with id %s in %s", c.Arg("id"), k)
		}
		o := r.Object()
		version := core.Text(o, "version")
		a, err := core.OK(object{r.ID: project(o, c.Query.Get("properties"))})
		a.Header = [][2]string{{"E-Tag", version}, {"ETag", `"` + version + `"`}}
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

func putDataset(c *core.Call, r *core.Record) (core.Answer, error) {
	body, err := c.Object()
	if err != nil {
		return core.Answer{}, err
	}
	before := r.Object()
	if err := matchVersion(c, before); err != nil {
		return core.Answer{}, err
	}
	after := core.Clone(before).(object)
	for _, k := range clientDatasetFields {
		delete(after, k)
		if v, has := body[k]; has {
			after[k] = v
		}
	}
	return writeDataset(c, r, before, after)
}

// writeDataset checks and stores a changed dataset. Its version grows in the
// last part.
func writeDataset(c *core.Call, r *core.Record, before, after object) (core.Answer, error) {
	for _, k := range []string{"version", "imsOrg", "sandboxId", "created", "updated", "createdClient", "createdUser",
		"updatedUser", "viewId", "files"} {
		if !core.Same(before[k], after[k]) {
			return core.Answer{}, badDataset("%s cannot be changed", k)
		}
	}
	if err := checkDataset(c, after, r.ID); err != nil {
		return core.Answer{}, err
	}
	if was, is := core.Text(before, "schemaRef", "id"), core.Text(after, "schemaRef", "id"); was != is &&
		c.Space.HasData(r.ID) {
		return core.Answer{}, badDataset("the schema of a dataset with data cannot change")
	}
	if c.Request.Header.Get("Pragma") == "validate-only" {
		return core.OK([]any{})
	}
	noteExpiration(c, before, after)
	after["version"] = nextPatch(core.Text(before, "version"))
	after["updated"], after["updatedUser"] = c.Millis(), c.Client
	c.Space.Put(core.KindDataset, r.ID, r.Created, after)
	c.Env.Hooks.DatasetChanged(c, r.ID, before, after)
	return core.OK(datasetRef(r.ID))
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
func patchDataset(deep bool) core.Handler {
	return core.With(dataset, func(c *core.Call, r *core.Record) (core.Answer, error) {
		before := r.Object()
		if err := matchVersion(c, before); err != nil {
			return core.Answer{}, err
		}
		after := core.Clone(before).(object)
		if strings.HasPrefix(c.Request.Header.Get("Content-Type"), "application/json-patch+json") {
			ops, fault := core.ReadPatch(c.Body)
			if fault == nil {
				var patched any
				if patched, fault = core.ApplyPatch(after, ops); fault == nil {
					after = patched.(object)
				}
			}
			if fault != nil {
				return core.Answer{}, badDataset("%s", fault.Detail)
			}
			return writeDataset(c, r, before, after)
		}
		body, err := c.Object()
		if err != nil {
			return core.Answer{}, err
		}
		for k, v := range body {
			if !slices.Contains(clientDatasetFields, k) {
				return core.Answer{}, badDataset("%s cannot be changed", k)
			}
			if sub, isObject := v.(object); deep && isObject {
				old, _ := after[k].(object)
				if old == nil {
					old = object{}
				}
				after[k] = core.MergePatch(old, sub)
				continue
			}
			after[k] = v
		}
		return writeDataset(c, r, before, after)
	})
}

// deleteDataset answers 200 either way: [] for an id that is not there.
func deleteDataset(c *core.Call) (core.Answer, error) {
	r := c.Find(core.KindDataset, c.Arg("id"))
	if r == nil {
		return core.OK([]any{})
	}
	for _, t := range c.Space.Table(core.KindTarget).By("params.dataSetId", r.ID) {
		if flows := c.Space.Table(core.KindFlow).By("targetConnectionIds[]", t.ID); len(flows) > 0 &&
			!c.Env.Switches.FreeSources && !core.IsInternal(flows[0].View()) {
			return core.Answer{}, badDataset("dataset %s is written by flow %s", r.ID, flows[0].ID)
		}
	}
	for _, b := range slices.Clone(c.Space.Table(core.KindBatch).By("dataSetId", r.ID)) {
		dropBatch(c, b.ID)
	}
	c.Env.Hooks.DatasetChanged(c, r.ID, nil, nil)
	c.Space.Remove(core.KindDatasetLabels, r.ID)
	c.Space.Remove(core.KindRecords, r.ID)
	c.Space.Remove(core.KindDataset, r.ID)
	return core.OK(datasetRef(r.ID))
}
