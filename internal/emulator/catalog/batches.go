package catalog

import (
	"net/http"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Batches: what runs wrote, and what clients brought (batchwrite.go).
func batchRoutes() []core.Route {
	read, export := core.RoutesOf(core.CatalogService), core.RoutesOf(core.ExportService)
	return []core.Route{
		read(http.MethodGet, "/batches", core.Reads, listCatalog(core.KindBatch)),
		read(http.MethodGet, "/batches/{id}", core.Reads, getCatalog(core.KindBatch)),
		read(http.MethodGet, "/lastBatches", core.Reads, lastBatches),
		export(http.MethodGet, "/batches/{id}/files", core.Reads, core.With(batch, batchFiles)),
		export(http.MethodGet, "/batches/{id}/failed", core.Reads, core.With(batch, batchFailed)),
		export(http.MethodGet, "/batches/{id}/meta", core.Reads, core.With(batch, batchMeta)),
	}
}

// NewBatch makes the batch of a finished run, also of one whose rows could not be written, and notes it on the dataset.
func NewBatch(sp *core.Space, flow object, out Outcome, begun, ended int64) string {
	target := sp.Get(core.KindTarget, core.Texts(flow, "targetConnectionIds")[0])
	if target == nil {
		return ""
	}
	datasetID := core.Text(target.Object(), "params", "dataSetId")
	r := sp.Get(core.KindDataset, datasetID)
	if r == nil {
		return ""
	}
	id := sp.Env.NewULID(ended)
	in, written := out.Bytes()
	status, errs := "success", []any{}
	switch {
	case out.Status == "failed":
		status = "failed"
		errs = append(errs, object{"code": out.Code, "description": out.Message})
	case out.Failed > 0:
		errs = append(errs, object{"code": "INGEST-1212-400", "description": "some rows were left out",
			"recordCount": out.Failed})
	}
	sp.Put(core.KindBatch, id, ended, object{
		"id": id, "status": status, "imsOrg": sp.Org.ID, "sandboxId": sp.Sandbox.ID, "version": "1.0.0",
		"dataSetId": datasetID, "created": ended, "updated": ended, "started": begun, "completed": ended,
		"createdUser": flow["createdBy"], "updatedUser": flow["createdBy"], "createdClient": flow["createdClient"],
		"inputFormat": object{"format": "parquet"}, "errors": errs,
		"relatedObjects": []any{object{"type": "dataSet", "id": datasetID}}, "recordCount": out.Written,
		"failedRecordCount": out.Failed,
		"metrics": object{
			"inputRecordCount": out.Read, "outputRecordCount": out.Written, "failedRecordCount": out.Failed,
			"inputByteSize": in, "outputByteSize": written, "inputFileCount": 1, "outputFileCount": 1, "partitionCount": 1,
		},
		"tags": object{"flowId": []any{flow["id"]}},
	})
	noteBatch(sp, datasetID, id, status)
	if core.At(flow, "options", "errorDiagnosticsEnabled") == true {
		keepBadRows(sp, id, ended, out.Bad)
	}
	return id
}

// lastBatches gives the newest batch of each dataset, or of one.
func lastBatches(c *core.Call) (core.Answer, error) {
	out := object{}
	for _, r := range c.Space.Table(core.KindDataset).Order {
		if want := c.Query.Get("dataSetId"); want != "" && want != r.ID {
			continue
		}
		batches := c.Space.Table(core.KindBatch).By("dataSetId", r.ID)
		if len(batches) > 0 {
			last := batches[len(batches)-1]
			out[last.ID] = last.Object()
		}
	}
	return core.OK(out)
}

func batchFiles(_ *core.Call, r *core.Record) (core.Answer, error) {
	o := r.Object()
	data := []any{}
	if rows, _ := core.AsInt(o["recordCount"]); rows > 0 {
		file := r.ID + "-part-0"
		data = append(data, object{
			"dataSetFileId": file, "dataSetViewId": core.Text(o, "dataSetId"), "version": "1.0.0", "created": o["created"],
			"updated": o["updated"], "isValid": true,
			"_links": object{"self": object{"href": "https://platform.adobe.io/data/foundation/export/files/" + file}},
		})
	}
	return core.OK(object{"data": data, "_page": object{"limit": 100, "count": len(data)}})
}
