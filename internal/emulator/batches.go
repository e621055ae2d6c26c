package emulator

import (
	"net/http"
	"slices"
)

// Batches: what runs wrote, and what clients brought (batchwrite.go).
func batchRoutes() []route {
	r := func(svc service, pattern string, h handler) route {
		return route{svc: svc, method: http.MethodGet, pattern: pattern, access: reads, run: h}
	}
	return []route{
		r(svcCatalog, "/batches", listCatalog(kindBatch)),
		r(svcCatalog, "/batches/{id}", getCatalog(kindBatch)),
		r(svcCatalog, "/lastBatches", lastBatches),
		r(svcExport, "/batches/{id}/files", batchFiles(false)),
		r(svcExport, "/batches/{id}/failed", batchFiles(true)),
	}
}

// newBatch makes the batch of a finished run and notes it on the dataset.
func (sp *space) newBatch(flow object, out outcome, begun, ended int64) string {
	target := sp.get(kindTarget, texts(flow, "targetConnectionIds")[0])
	if target == nil {
		return ""
	}
	datasetID := text(target.object(), "params", "dataSetId")
	r := sp.get(kindDataset, datasetID)
	if r == nil {
		return ""
	}
	id := sp.env.newULID(ended)
	in, written := out.bytes()
	errs := []any{}
	if out.failed > 0 {
		errs = append(errs, object{"code": "INGEST-1212-400", "description": "some rows were left out", "recordCount": out.failed})
	}
	sp.put(kindBatch, id, ended, object{
		"id": id, "status": "success", "imsOrg": sp.org.ID, "sandboxId": sp.sandbox.ID, "version": "1.0.0", "dataSetId": datasetID,
		"created": ended, "updated": ended, "started": begun, "completed": ended, "createdUser": flow["createdBy"], "updatedUser": flow["createdBy"],
		"createdClient": flow["createdClient"], "inputFormat": object{"format": "parquet"}, "errors": errs,
		"relatedObjects": []any{object{"type": "dataSet", "id": datasetID}},
		"recordCount":    out.written, "failedRecordCount": out.failed,
		"metrics": object{
			"inputRecordCount": out.read, "outputRecordCount": out.written, "failedRecordCount": out.failed,
			"inputByteSize": in, "outputByteSize": written, "inputFileCount": 1, "outputFileCount": 1, "partitionCount": 1,
		},
		"tags": object{"flowId": []any{flow["id"]}},
	})
	o := r.object()
	o["lastBatchId"], o["lastBatchStatus"], o["lastSuccessfulBatch"] = id, "success", id
	sp.put(kindDataset, r.id, r.created, o)
	return id
}

// lastBatches gives the newest batch of each dataset, or of one.
func lastBatches(c *call) (answer, error) {
	out := object{}
	for _, r := range c.sp.table(kindDataset).order {
		if want := c.query.Get("dataSetId"); want != "" && want != r.id {
			continue
		}
		batches := c.sp.table(kindBatch).by("dataSetId", r.id)
		if len(batches) > 0 {
			last := batches[len(batches)-1]
			out[last.id] = last.object()
		}
	}
	return ok(out)
}

func batchFiles(failed bool) handler {
	return func(c *call) (answer, error) {
		r := c.sp.get(kindBatch, c.arg("id"))
		if r == nil {
			return answer{}, problem(http.StatusNotFound, "NotFoundError", "there is no batch with id %s", c.arg("id"))
		}
		o := r.object()
		data := []any{}
		rows, _ := asInt(o["recordCount"])
		if !failed && rows > 0 {
			file := r.id + "-part-0"
			data = append(data, object{
				"dataSetFileId": file, "dataSetViewId": text(o, "dataSetId"), "version": "1.0.0", "created": o["created"], "updated": o["updated"], "isValid": true,
				"_links": object{"self": object{"href": "https://platform.adobe.io/data/foundation/export/files/" + file}},
			})
		}
		return ok(object{"data": slices.Clip(data), "_page": object{"limit": 100, "count": len(data)}})
	}
}
