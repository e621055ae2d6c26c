package catalog

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Batches that clients write through Catalog: the same objects that runs make,
// described by whoever brings the data.
func batchWriteRoutes() []core.Route {
	r := core.RoutesOf(core.CatalogService)
	return []core.Route{
		r(http.MethodPost, "/batches", core.Writes, core.With((*core.Call).Object, createBatch)),
		r(http.MethodPost, "/batches/{id}", core.Writes, core.With((*core.Call).Object, createBatch)),
		r(http.MethodPut, "/batches/{id}", core.Writes, changeBatch(true)),
		r(http.MethodPatch, "/batches/{id}", core.Writes, changeBatch(false)),
		r(http.MethodDelete, "/batches/{id}", core.Writes, core.With(batch, deleteBatch)),
		r(http.MethodGet, "/batches/uniques/{field}", core.Reads, uniquesOfBatches),
		r(http.MethodGet, "/", core.Reads, listServices),
		r(http.MethodGet, "/tags/{namespace}", core.Reads, valuesOfTag),
	}
}

// batchStatuses are the platform's words for where a batch stands.
var batchStatuses = []string{
	"processing", "success", "failure", "queued", "retrying", "stalled", "aborted", "abandoned", "inactive", "failed",
	"loading", "loaded", "staged", "active", "staging", "deleted",
}

// clientBatchFields are the members that a client may write.
var clientBatchFields = []string{
	"status", "relatedObjects", "metrics", "recordCount", "failedRecordCount", "size", "errors", "inputFormat", "tags",
	"availableDates", "started", "completed", "externalId", "replay", "failedBatchLocation",
}

func batchRef(id string) []any { return []any{"@/batches/" + id} }

// batch finds the batch that the path names.
func batch(c *core.Call) (*core.Record, error) {
	if r := c.Space.Get(core.KindBatch, c.Arg("id")); r != nil {
		return r, nil
	}
	return nil, core.Missing("there is no batch with id %s", c.Arg("id"))
}

// datasetOfBatch reads the dataset out of relatedObjects, "" when it names none.
func datasetOfBatch(o object) string {
	for _, e := range core.List(o, "relatedObjects") {
		if core.Text(e, "type") == "dataSet" {
			return core.Text(e, "id")
		}
	}
	return ""
}

func checkBatch(c *core.Call, o object) error {
	if s := core.Text(o, "status"); !slices.Contains(batchStatuses, s) {
		return badDataset("status is %q, expected one of %s", s, strings.Join(batchStatuses, ", "))
	}
	for _, field := range []string{"relatedObjects", "errors"} {
		if _, isList := o[field].([]any); o[field] != nil && !isList {
			return badDataset("%s must be an array", field)
		}
	}
	for _, field := range []string{"metrics", "inputFormat", "tags"} {
		if _, isObject := o[field].(object); o[field] != nil && !isObject {
			return badDataset("%s must be an object", field)
		}
	}
	if id := datasetOfBatch(o); id != "" && c.Space.Get(core.KindDataset, id) == nil {
		return badDataset("there is no dataset with id %s", id)
	}
	return nil
}

// newBatchObject is a batch that a client begins.
func newBatchObject(c *core.Call, id string) object {
	return object{
		"id": id, "imsOrg": c.Space.Org.ID, "sandboxId": c.Space.Sandbox.ID, "version": "1.0.0", "status": "loading",
		"created": c.Millis(), "updated": c.Millis(), "started": c.Millis(), "createdUser": c.Client, "updatedUser": c.Client,
		"createdClient": c.Client, "relatedObjects": []any{}, "tags": object{}, "errors": []any{}, "metrics": object{},
	}
}

func putBatch(c *core.Call, r *core.Record, o object) {
	id, made := core.Text(o, "id"), c.Millis()
	if r != nil {
		made = r.Created
		o["version"] = nextPatch(core.Text(o, "version"))
		o["updated"], o["updatedUser"] = c.Millis(), c.Client
	}
	delete(o, "dataSetId")
	if dataset := datasetOfBatch(o); dataset != "" {
		o["dataSetId"] = dataset
		noteBatch(c.Space, dataset, id, core.Text(o, "status"))
	}
	c.Space.Put(core.KindBatch, id, made, o)
}

// noteBatch leaves the batch's mark on its dataset.
func noteBatch(sp *core.Space, dataset, id, status string) {
	r := sp.Get(core.KindDataset, dataset)
	if r == nil {
		return
	}
	o := r.Object()
	o["lastBatchId"], o["lastBatchStatus"] = id, status
	switch status {
	case "success":
		o["lastSuccessfulBatch"] = id
	case "failed", "failure":
		o["lastFailedBatch"] = id
	}
	sp.Put(core.KindDataset, r.ID, r.Created, o)
}

func createBatch(c *core.Call, body object) (core.Answer, error) {
	id := c.Arg("id")
	if id == "" {
		id = c.Env.NewULID(c.Millis())
	} else if c.Space.Get(core.KindBatch, id) != nil {
		return core.Answer{}, badDataset("there is a batch with id %s already", id)
	}
	o := newBatchObject(c, id)
	for _, k := range clientBatchFields {
		if v, has := body[k]; has {
			o[k] = v
		}
	}
	if err := checkBatch(c, o); err != nil {
		return core.Answer{}, err
	}
	putBatch(c, nil, o)
	return core.Created(batchRef(id), "@/batches/"+id)
}

// changeBatch replaces what a client may write (whole) or only what it sends.
func changeBatch(whole bool) core.Handler {
	return core.With(batch, func(c *core.Call, r *core.Record) (core.Answer, error) {
		body, err := c.Object()
		if err != nil {
			return core.Answer{}, err
		}
		o := r.Object()
		if err := matchVersion(c, o); err != nil {
			return core.Answer{}, err
		}
		for _, k := range clientBatchFields {
			v, has := body[k]
			switch {
			case has:
				o[k] = v
			case whole && k != "status":
				delete(o, k)
			}
		}
		if err := checkBatch(c, o); err != nil {
			return core.Answer{}, err
		}
		putBatch(c, r, o)
		return core.OK(batchRef(r.ID))
	})
}

func deleteBatch(c *core.Call, r *core.Record) (core.Answer, error) {
	dropBatch(c, r.ID)
	return core.OK(batchRef(r.ID))
}

// uniquesOfBatches lists the values that a field has, each once, sorted.
func uniquesOfBatches(c *core.Call) (core.Answer, error) {
	seen := map[string]any{}
	for _, r := range c.Space.Table(core.KindBatch).Order {
		for _, v := range core.Lookup(r.View(), c.Arg("field")) {
			if s, leaf := core.Scalar(v); leaf {
				seen[s] = v
			}
		}
	}
	values := []any{}
	for _, s := range slices.Sorted(maps.Keys(seen)) {
		values = append(values, seen[s])
	}
	return core.OK(values)
}

// listServices names the collections and where they are.
func listServices(c *core.Call) (core.Answer, error) {
	return core.OK(object{"dataSet": "@/dataSets", "batch": "@/batches"})
}

// valuesOfTag gathers what a tag is set to and on which objects.
func valuesOfTag(c *core.Call) (core.Answer, error) {
	name := c.Arg("namespace")
	var values []string
	on := object{}
	for _, k := range []core.Kind{core.KindDataset, core.KindBatch} {
		refs := []any{}
		for _, r := range c.Space.Table(k).Order {
			tags, _ := r.View()["tags"].(object)
			if tags[name] == nil {
				continue
			}
			values = append(values, core.Texts(tags, name)...)
			refs = append(refs, "@/"+string(k)+"/"+r.ID)
		}
		if len(refs) > 0 {
			on[strings.ToLower(string(k))] = refs
		}
	}
	slices.Sort(values)
	l := []any{}
	for _, v := range slices.Compact(values) {
		l = append(l, v)
	}
	return core.OK(object{name: l, "objectType": on})
}
