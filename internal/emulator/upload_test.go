package emulator

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

const importBase = "/data/foundation/import"

// A batch from its first call to what Catalog and its lists show.
func TestBatchUpload(t *testing.T) {
	a := open(t, Options{})
	made := a.post(importBase+"/batches", object{"datasetId": tutorialDataset,
		"inputFormat": object{"format": "json"}}).want(201)
	id := made.text("id")
	if made.text("status") != "loading" || made.text("inputFormat", "format") != "json" {
		t.Errorf("a new batch: %s", made.raw)
	}
	files := importBase + "/batches/" + id + "/datasets/" + tutorialDataset + "/files/"
	put := func(name, body string) reply {
		return a.do("PUT", files+name, body, "Content-Type", "application/octet-stream")
	}
	put("one.json", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n").want(200)
	put("two.json", "{\"_id\":\"3\"}").want(200)
	put("two.json", "{\"_id\":\"3\"}\n\n{\"_id\":\"4\"}").want(200) // again: the file is replaced
	a.do("HEAD", files+"one.json", nil).want(200)
	a.do("HEAD", files+"three.json", nil).want(404)
	a.post(files+"big.json?action=INITIALIZE", nil).want(201)
	for range 3 {
		a.do("PATCH", files+"big.json", "{\"_id\":\"5\"}\n", "Content-Type", "application/octet-stream", "Content-Range",
			"bytes 0-12/39").want(200)
	}
	a.post(files+"big.json?action=COMPLETE", nil).want(200)
	if got := a.get(catalogBase + "/batches?status=loading&dataSet=" + tutorialDataset).want(200); core.At(got.v,
		id) == nil {
		t.Errorf("under way: %s", got.raw)
	}
	a.post(importBase+"/batches/"+id+"?action=COMPLETE", nil).want(200)

	b := core.At(a.get(catalogBase+"/batches/"+id).want(200).v, id)
	rows, _ := core.AsInt(core.At(b, "recordCount"))
	if n, _ := core.AsInt(core.At(b, "metrics", "inputFileCount")); core.Text(b, "status") != "success" || rows != 7 ||
		n != 3 || core.Text(b, "version") == "1.0.0" {
		t.Errorf("completed: %s", core.ToJSON(b))
	}
	set := core.At(a.get(catalogBase+"/dataSets/"+tutorialDataset).v, tutorialDataset)
	if core.Text(set, "lastBatchId") != id || core.Text(set, "lastSuccessfulBatch") != id {
		t.Errorf("the dataset knows %s", core.ToJSON(set))
	}
	if got := a.get(catalogBase + "/lastBatches?dataSetId=" + tutorialDataset); core.At(got.v, id) == nil {
		t.Errorf("last batches: %s", got.raw)
	}
	put("late.json", "{}").refused(400, "BadRequestError")
	a.post(importBase+"/batches/"+id+"?action=ABORT", nil).refused(400, "BadRequestError")
	a.post(importBase+"/batches/"+id+"?action=REVERT", nil).want(200)
	if got := a.get(catalogBase + "/batches/uniques/status").want(200); string(got.raw) != `["inactive"]` {
		t.Errorf("states: %s", got.raw)
	}
}

func TestBatchEndings(t *testing.T) {
	a := open(t, Options{})
	begin := func(format string) string {
		return a.post(importBase+"/batches", object{"datasetId": tutorialDataset,
			"inputFormat": object{"format": format}}).want(201).text("id")
	}
	for action, want := range map[string]string{"ABORT": "aborted", "FAIL": "failed", "complete": "success"} {
		id := begin("csv")
		a.do("PUT", importBase+"/batches/"+id+"/datasets/"+tutorialDataset+"/files/a.csv", "a,b\n1,2\n3,4\n", "Content-Type",
			"application/octet-stream").want(200)
		a.post(importBase+"/batches/"+id+"?action="+action, nil).want(200)
		b := core.At(a.get(catalogBase+"/batches/"+id).v, id)
		n, _ := core.AsInt(core.At(b, "recordCount"))
		if core.Text(b, "status") != want || want == "success" && n != 2 {
			t.Errorf("%s gives %s", action, core.ToJSON(b))
		}
	}
	set := core.At(a.get(catalogBase+"/dataSets/"+tutorialDataset).v, tutorialDataset)
	if core.Text(set, "lastFailedBatch") == "" {
		t.Errorf("no failed batch on the dataset: %s", core.ToJSON(set))
	}
	for _, o := range a.s.Objects() {
		if o.Kind == string(core.KindFile) && !strings.Contains(string(core.ToJSON(o.Body)), "a.csv") {
			t.Errorf("file %s", core.ToJSON(o.Body))
		}
	}
	a.post(importBase+"/batches", object{"datasetId": "none"}).refused(400, "BadRequestError")
	a.post(importBase+"/batches", object{"datasetId": tutorialDataset,
		"inputFormat": object{"format": "xml"}}).refused(400, "BadRequestError")
	a.post(importBase+"/batches/none?action=COMPLETE", nil).refused(404, "NotFoundError")
	a.post(importBase+"/batches/"+begin("json")+"?action=EXPLODE", nil).refused(400, "BadRequestError")
	a.do("PUT", importBase+"/batches/"+begin("json")+"/datasets/other/files/a", "x", "Content-Type",
		"text/plain").refused(400, "BadRequestError")
}

// Batches that a client describes through Catalog.
func TestCatalogBatches(t *testing.T) {
	a := open(t, Options{})
	mine := object{"status": "queued", "relatedObjects": []any{object{"type": "dataSet", "id": tutorialDataset}},
		"tags": object{"team": []any{"crm", "web"}}}
	ref := a.post(catalogBase+"/batches", mine).want(201)
	path := catalogBase + strings.TrimPrefix(ref.v.([]any)[0].(string), "@")
	id := path[strings.LastIndexByte(path, '/')+1:]
	if ref.header.Get("Location") != "@/batches/"+id || len(id) != 26 {
		t.Errorf("made %s at %s", ref.raw, ref.header.Get("Location"))
	}
	a.do("PATCH", path, object{"status": "success", "recordCount": 5}).want(200)
	a.do("PATCH", path, object{"status": "done"}).refused(400, "BadRequestError")
	a.do("PATCH", path, object{"status": "failed"}, "If-Match", "1.0.0").refused(412, "PreconditionFailedError")
	b := core.At(a.get(path).want(200).v, id)
	if n, _ := core.AsInt(core.At(b, "recordCount")); core.Text(b, "status") != "success" || n != 5 ||
		core.Text(b, "version") != "1.0.1" {
		t.Errorf("patched: %s", core.ToJSON(b))
	}
	a.do("PUT", path, object{"status": "inactive"}).want(200)
	if b := core.At(a.get(path).v, id); core.Text(b, "status") != "inactive" || core.At(b, "tags") != nil {
		t.Errorf("replaced: %s", core.ToJSON(b))
	}
	a.post(catalogBase+"/batches/"+id, mine).refused(400, "BadRequestError")
	a.post(catalogBase+"/batches/0123456789ABCDEF01234567", mine).want(201)
	if got := a.get(catalogBase + "/tags/team").want(200); string(got.raw) != `{"objectType":{"batches":["@/batches/0123456789ABCDEF01234567"]},"team":["crm","web"]}` {
		t.Errorf("tags %s", got.raw)
	}
	a.delete(path).want(200)
	a.get(path).refused(404, "NotFoundError")
	a.delete(path).refused(404, "NotFoundError")
}
