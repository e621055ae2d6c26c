package emulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Batches that clients write through Catalog: the same objects that runs make,
// described by whoever brings the data.
func batchWriteRoutes() []route {
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcCatalog, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodPost, "/batches", writes, createBatch),
		r(http.MethodPost, "/batches/{id}", writes, createBatch),
		r(http.MethodPut, "/batches/{id}", writes, changeBatch(true)),
		r(http.MethodPatch, "/batches/{id}", writes, changeBatch(false)),
		r(http.MethodDelete, "/batches/{id}", writes, deleteBatch),
		r(http.MethodGet, "/batches/uniques/{field}", reads, uniquesOfBatches),
		r(http.MethodGet, "/", reads, listServices),
		r(http.MethodGet, "/tags/{namespace}", reads, valuesOfTag),
	}
}

// batchStatuses are the platform's words for where a batch stands.
var batchStatuses = []string{
	"processing", "success", "failure", "queued", "retrying", "stalled", "aborted", "abandoned", "inactive", "failed", "loading", "loaded",
	"staged", "active", "staging", "deleted",
}

// clientBatchFields are the members that a client may write.
var clientBatchFields = []string{
	"status", "relatedObjects", "metrics", "recordCount", "failedRecordCount", "size", "errors", "inputFormat", "tags", "availableDates",
	"started", "completed", "externalId", "replay", "failedBatchLocation",
}

func batchRef(id string) []any { return []any{"@/batches/" + id} }

// batch finds the batch that the path names.
func (c *call) batch() (*record, error) {
	if r := c.sp.get(kindBatch, c.arg("id")); r != nil {
		return r, nil
	}
	return nil, problem(http.StatusNotFound, "NotFoundError", "there is no batch with id %s", c.arg("id"))
}

// datasetOfBatch reads the dataset out of relatedObjects, "" when it names none.
func datasetOfBatch(o object) string {
	for _, e := range list(o, "relatedObjects") {
		if text(e, "type") == "dataSet" {
			return text(e, "id")
		}
	}
	return ""
}

func (c *call) checkBatch(o object) error {
	if s := text(o, "status"); !slices.Contains(batchStatuses, s) {
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
	if id := datasetOfBatch(o); id != "" && c.sp.get(kindDataset, id) == nil {
		return badDataset("there is no dataset with id %s", id)
	}
	return nil
}

// newBatchObject is a batch that a client begins.
func (c *call) newBatchObject(id string) object {
	return object{
		"id": id, "imsOrg": c.sp.org.ID, "sandboxId": c.sp.sandbox.ID, "version": "1.0.0", "status": "loading",
		"created": c.ms(), "updated": c.ms(), "started": c.ms(), "createdUser": c.client, "updatedUser": c.client, "createdClient": c.client,
		"relatedObjects": []any{}, "tags": object{}, "errors": []any{}, "metrics": object{},
	}
}

func (c *call) putBatch(r *record, o object) {
	id, made := text(o, "id"), c.ms()
	if r != nil {
		made = r.created
		o["version"] = nextPatch(text(o, "version"))
		o["updated"], o["updatedUser"] = c.ms(), c.client
	}
	delete(o, "dataSetId")
	if dataset := datasetOfBatch(o); dataset != "" {
		o["dataSetId"] = dataset
		c.noteBatch(dataset, id, text(o, "status"))
	}
	c.sp.put(kindBatch, id, made, o)
}

// noteBatch leaves the batch's mark on its dataset.
func (c *call) noteBatch(dataset, id, status string) {
	r := c.sp.get(kindDataset, dataset)
	if r == nil {
		return
	}
	o := r.object()
	o["lastBatchId"], o["lastBatchStatus"] = id, status
	switch status {
	case "success":
		o["lastSuccessfulBatch"] = id
	case "failed", "failure":
		o["lastFailedBatch"] = id
	}
	c.sp.put(kindDataset, r.id, r.created, o)
}

func createBatch(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	id := c.arg("id")
	if id == "" {
		id = c.env.newULID(c.ms())
	} else if c.sp.get(kindBatch, id) != nil {
		return answer{}, badDataset("there is a batch with id %s already", id)
	}
	o := c.newBatchObject(id)
	for _, k := range clientBatchFields {
		if v, has := body[k]; has {
			o[k] = v
		}
	}
	if err := c.checkBatch(o); err != nil {
		return answer{}, err
	}
	c.putBatch(nil, o)
	return created(batchRef(id), "@/batches/"+id)
}

// changeBatch replaces what a client may write (whole) or only what it sends.
func changeBatch(whole bool) handler {
	return func(c *call) (answer, error) {
		r, err := c.batch()
		if err != nil {
			return answer{}, err
		}
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		o := r.object()
		if err := c.matchVersion(o); err != nil {
			return answer{}, err
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
		if err := c.checkBatch(o); err != nil {
			return answer{}, err
		}
		c.putBatch(r, o)
		return ok(batchRef(r.id))
	}
}

func deleteBatch(c *call) (answer, error) {
	r, err := c.batch()
	if err != nil {
		return answer{}, err
	}
	c.dropFiles(r.id)
	c.sp.remove(kindBatch, r.id)
	return ok(batchRef(r.id))
}

// uniquesOfBatches lists the values that a field has, each once, sorted.
func uniquesOfBatches(c *call) (answer, error) {
	seen := map[string]any{}
	for _, r := range c.sp.table(kindBatch).order {
		for _, v := range lookup(r.view(), c.arg("field")) {
			if s, leaf := scalar(v); leaf {
				seen[s] = v
			}
		}
	}
	values := []any{}
	for _, s := range slices.Sorted(maps.Keys(seen)) {
		values = append(values, seen[s])
	}
	return ok(values)
}

// listServices names the collections and where they are.
func listServices(c *call) (answer, error) {
	return ok(object{"dataSet": "@/dataSets", "batch": "@/batches"})
}

// valuesOfTag gathers what a tag is set to and on which objects.
func valuesOfTag(c *call) (answer, error) {
	name := c.arg("namespace")
	var values []string
	on := object{}
	for _, k := range []kind{kindDataset, kindBatch} {
		refs := []any{}
		for _, r := range c.sp.table(k).order {
			tags, _ := r.view()["tags"].(object)
			if tags[name] == nil {
				continue
			}
			values = append(values, texts(tags, name)...)
			refs = append(refs, "@/"+string(k)+"/"+r.id)
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
	return ok(object{name: l, "objectType": on})
}
