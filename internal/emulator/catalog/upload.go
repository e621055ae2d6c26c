package catalog

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Batch ingestion: a batch is begun, files are put into it, and it is
// completed or given up. Files are measured and counted, not kept: there is no
// query over the data lake here.
func uploadRoutes() []core.Route {
	const file = "/batches/{id}/datasets/{dataset}/files/{name}"
	r := core.RoutesOf(core.ImportService)
	return []core.Route{
		r(http.MethodPost, "/batches", core.Writes, core.With((*core.Call).Object, beginBatch)),
		r(http.MethodPost, "/batches/{id}", core.Writes, core.With(batch, endBatch)),
		r(http.MethodPut, file, core.Writes, core.With(openBatch, putFile)),
		r(http.MethodPatch, file, core.Writes, core.With(openBatch, putFile)),
		r(http.MethodPost, file, core.Writes, core.With(openBatch, openFile)),
		r(http.MethodHead, file, core.Reads, headFile),
	}
}

var uploadFormats = []string{"json", "parquet", "csv"}

func beginBatch(c *core.Call, body object) (core.Answer, error) {
	dataset, format := core.Text(body, "datasetId"), strings.ToLower(core.Text(body, "inputFormat", "format"))
	if c.Space.Get(core.KindDataset, dataset) == nil {
		return core.Answer{}, badDataset("there is no dataset with id %q", dataset)
	}
	if format == "" {
		format = "json"
	}
	if !slices.Contains(uploadFormats, format) {
		return core.Answer{}, badDataset("inputFormat.format is %q, expected one of %s", format,
			strings.Join(uploadFormats, ", "))
	}
	o := newBatchObject(c, c.Env.NewULID(c.Millis()))
	o["relatedObjects"] = []any{object{"type": "dataSet", "id": dataset}}
	in, _ := body["inputFormat"].(object)
	if in == nil {
		in = object{}
	}
	in["format"] = format
	o["inputFormat"] = in
	putBatch(c, nil, o)
	return core.Created(o, "/batches/"+core.Text(o, "id"))
}

// endings are the actions on a batch: the states they start from and end in.
var endings = map[string]struct {
	from []string
	to   string
}{
	"COMPLETE": {[]string{"loading"}, "success"},
	"ABORT":    {[]string{"loading"}, "aborted"},
	"FAIL":     {[]string{"loading", "staged"}, "failed"},
	"REVERT":   {[]string{"success", "active"}, "inactive"},
}

func endBatch(c *core.Call, r *core.Record) (core.Answer, error) {
	action := strings.ToUpper(c.Query.Get("action"))
	end, known := endings[action]
	if !known {
		return core.Answer{}, badDataset("action is %q, expected COMPLETE, ABORT, FAIL or REVERT", action)
	}
	o := r.Object()
	if state := core.Text(o, "status"); !slices.Contains(end.from, state) {
		return core.Answer{}, badDataset("the batch is %s; %s needs it to be %s", state, action,
			strings.Join(end.from, " or "))
	}
	o["status"], o["completed"] = end.to, c.Millis()
	if action == "COMPLETE" {
		var size, rows, files int64
		for _, f := range c.Space.Table(core.KindFile).By("batchId", r.ID) {
			n, _ := core.AsInt(f.View()["bytes"])
			m, _ := core.AsInt(f.View()["rows"])
			size, rows, files = size+n, rows+m, files+1
		}
		o["recordCount"], o["failedRecordCount"], o["size"] = rows, 0, size
		o["metrics"] = object{
			"inputRecordCount": rows, "outputRecordCount": rows, "failedRecordCount": 0, "inputByteSize": size,
			"outputByteSize": size, "inputFileCount": files, "outputFileCount": files, "partitionCount": 1,
		}
	} else {
		dropFiles(c, r.ID)
	}
	putBatch(c, r, o)
	return core.Answer{Status: http.StatusOK}, nil
}

// openBatch finds the batch of a file's path while it takes files.
func openBatch(c *core.Call) (*core.Record, error) {
	r, err := batch(c)
	if err != nil {
		return nil, err
	}
	o := r.View()
	if core.Text(o, "dataSetId") != c.Arg("dataset") {
		return nil, badDataset("batch %s is not for dataset %s", r.ID, c.Arg("dataset"))
	}
	if s := core.Text(o, "status"); s != "loading" {
		return nil, badDataset("the batch is %s and takes no more files", s)
	}
	return r, nil
}

func fileID(c *core.Call) string { return c.Arg("id") + "@" + c.Arg("name") }

// putFile stores the measure of a file; PATCH adds a part to a large one.
func putFile(c *core.Call, b *core.Record) (core.Answer, error) {
	if len(c.Raw) == 0 {
		return core.Answer{}, badDataset("the file is empty")
	}
	size, rows := int64(len(c.Raw)), countRows(c.Raw, b.View())
	if old := c.Space.Get(core.KindFile, fileID(c)); old != nil && c.Request.Method == http.MethodPatch {
		n, _ := core.AsInt(old.View()["bytes"])
		m, _ := core.AsInt(old.View()["rows"])
		size, rows = size+n, rows+m
	}
	c.Space.Put(core.KindFile, fileID(c), c.Millis(), object{"id": fileID(c), "batchId": b.ID, "name": c.Arg("name"),
		"bytes": size, "rows": rows})
	return core.Answer{Status: http.StatusOK}, nil
}

// openFile begins or ends a large file, which comes in parts.
func openFile(c *core.Call, b *core.Record) (core.Answer, error) {
	switch action := strings.ToUpper(c.Query.Get("action")); action {
	case "INITIALIZE":
		c.Space.Put(core.KindFile, fileID(c), c.Millis(), object{"id": fileID(c), "batchId": b.ID, "name": c.Arg("name"),
			"bytes": 0, "rows": 0})
		return core.Answer{Status: http.StatusCreated}, nil
	case "COMPLETE":
		if c.Space.Get(core.KindFile, fileID(c)) == nil {
			return core.Answer{}, badDataset("file %s was never begun", c.Arg("name"))
		}
		return core.Answer{Status: http.StatusOK}, nil
	default:
		return core.Answer{}, badDataset("action is %q, expected INITIALIZE or COMPLETE", action)
	}
}

func headFile(c *core.Call) (core.Answer, error) {
	if c.Space.Get(core.KindFile, fileID(c)) == nil {
		return core.Answer{}, core.Missing("there is no file %s in batch %s", c.Arg("name"), c.Arg("id"))
	}
	return core.Answer{Status: http.StatusOK}, nil
}

// dropBatch removes a batch with all that belongs to it.
func dropBatch(c *core.Call, id string) {
	dropFiles(c, id)
	c.Space.Remove(core.KindDiagnostics, id)
	c.Space.Remove(core.KindBatch, id)
}

func dropFiles(c *core.Call, batch string) {
	for _, f := range slices.Clone(c.Space.Table(core.KindFile).By("batchId", batch)) {
		c.Space.Remove(core.KindFile, f.ID)
	}
}

// countRows counts records as far as the format shows them: lines of JSON and
// CSV, elements of a JSON array. Parquet is not looked into.
func countRows(raw []byte, batch object) int64 {
	var lines int64
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimSpace(line)) > 0 {
			lines++
		}
	}
	switch core.Text(batch, "inputFormat", "format") {
	case "csv":
		return max(0, lines-1)
	case "json":
		if core.At(batch, "inputFormat", "isMultiLineJson") != true {
			return lines
		}
		v, err := core.DecodeJSON(raw)
		if l, isList := v.([]any); isList && err == nil {
			return int64(len(l))
		}
		return 1
	}
	return 0
}
