package emulator

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// Batch ingestion: a batch is begun, files are put into it, and it is
// completed or given up. Files are measured and counted, not kept: there is no
// query over the data lake here.
func uploadRoutes() []route {
	const file = "/batches/{id}/datasets/{dataset}/files/{name}"
	r := func(method, pattern string, a access, h handler) route {
		return route{svc: svcImport, method: method, pattern: pattern, access: a, run: h}
	}
	return []route{
		r(http.MethodPost, "/batches", writes, beginBatch),
		r(http.MethodPost, "/batches/{id}", writes, endBatch),
		r(http.MethodPut, file, writes, putFile),
		r(http.MethodPatch, file, writes, putFile),
		r(http.MethodPost, file, writes, openFile),
		r(http.MethodHead, file, reads, headFile),
	}
}

var uploadFormats = []string{"json", "parquet", "csv"}

func beginBatch(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	dataset, format := text(body, "datasetId"), strings.ToLower(text(body, "inputFormat", "format"))
	if c.sp.get(kindDataset, dataset) == nil {
		return answer{}, badDataset("there is no dataset with id %q", dataset)
	}
	if format == "" {
		format = "json"
	}
	if !slices.Contains(uploadFormats, format) {
		return answer{}, badDataset("inputFormat.format is %q, expected one of %s", format, strings.Join(uploadFormats, ", "))
	}
	o := c.newBatchObject(c.env.newULID(c.ms()))
	o["relatedObjects"] = []any{object{"type": "dataSet", "id": dataset}}
	in, _ := body["inputFormat"].(object)
	if in == nil {
		in = object{}
	}
	in["format"] = format
	o["inputFormat"] = in
	c.putBatch(nil, o)
	return created(o, "/batches/"+text(o, "id"))
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

func endBatch(c *call) (answer, error) {
	r, err := c.batch()
	if err != nil {
		return answer{}, err
	}
	action := strings.ToUpper(c.query.Get("action"))
	end, known := endings[action]
	if !known {
		return answer{}, badDataset("action is %q, expected COMPLETE, ABORT, FAIL or REVERT", action)
	}
	o := r.object()
	if state := text(o, "status"); !slices.Contains(end.from, state) {
		return answer{}, badDataset("the batch is %s; %s needs it to be %s", state, action, strings.Join(end.from, " or "))
	}
	o["status"], o["completed"] = end.to, c.ms()
	if action == "COMPLETE" {
		var size, rows, files int64
		for _, f := range c.sp.table(kindFile).by("batchId", r.id) {
			n, _ := asInt(f.view()["bytes"])
			m, _ := asInt(f.view()["rows"])
			size, rows, files = size+n, rows+m, files+1
		}
		o["recordCount"], o["failedRecordCount"], o["size"] = rows, 0, size
		o["metrics"] = object{
			"inputRecordCount": rows, "outputRecordCount": rows, "failedRecordCount": 0, "inputByteSize": size, "outputByteSize": size,
			"inputFileCount": files, "outputFileCount": files, "partitionCount": 1,
		}
	} else {
		c.dropFiles(r.id)
	}
	c.putBatch(r, o)
	return answer{status: http.StatusOK}, nil
}

// openBatch finds the batch of a file's path while it takes files.
func (c *call) openBatch() (*record, error) {
	r, err := c.batch()
	if err != nil {
		return nil, err
	}
	o := r.view()
	if text(o, "dataSetId") != c.arg("dataset") {
		return nil, badDataset("batch %s is not for dataset %s", r.id, c.arg("dataset"))
	}
	if s := text(o, "status"); s != "loading" {
		return nil, badDataset("the batch is %s and takes no more files", s)
	}
	return r, nil
}

func (c *call) fileID() string { return c.arg("id") + "@" + c.arg("name") }

// putFile stores the measure of a file; PATCH adds a part to a large one.
func putFile(c *call) (answer, error) {
	b, err := c.openBatch()
	if err != nil {
		return answer{}, err
	}
	if len(c.raw) == 0 {
		return answer{}, badDataset("the file is empty")
	}
	size, rows := int64(len(c.raw)), countRows(c.raw, b.view())
	if old := c.sp.get(kindFile, c.fileID()); old != nil && c.r.Method == http.MethodPatch {
		n, _ := asInt(old.view()["bytes"])
		m, _ := asInt(old.view()["rows"])
		size, rows = size+n, rows+m
	}
	c.sp.put(kindFile, c.fileID(), c.ms(), object{"id": c.fileID(), "batchId": b.id, "name": c.arg("name"), "bytes": size, "rows": rows})
	return answer{status: http.StatusOK}, nil
}

// openFile begins or ends a large file, which comes in parts.
func openFile(c *call) (answer, error) {
	b, err := c.openBatch()
	if err != nil {
		return answer{}, err
	}
	switch action := strings.ToUpper(c.query.Get("action")); action {
	case "INITIALIZE":
		c.sp.put(kindFile, c.fileID(), c.ms(), object{"id": c.fileID(), "batchId": b.id, "name": c.arg("name"), "bytes": 0, "rows": 0})
		return answer{status: http.StatusCreated}, nil
	case "COMPLETE":
		if c.sp.get(kindFile, c.fileID()) == nil {
			return answer{}, badDataset("file %s was never begun", c.arg("name"))
		}
		return answer{status: http.StatusOK}, nil
	default:
		return answer{}, badDataset("action is %q, expected INITIALIZE or COMPLETE", action)
	}
}

func headFile(c *call) (answer, error) {
	if c.sp.get(kindFile, c.fileID()) == nil {
		return answer{}, problem(http.StatusNotFound, "NotFoundError", "there is no file %s in batch %s", c.arg("name"), c.arg("id"))
	}
	return answer{status: http.StatusOK}, nil
}

func (c *call) dropFiles(batch string) {
	for _, f := range slices.Clone(c.sp.table(kindFile).by("batchId", batch)) {
		c.sp.remove(kindFile, f.id)
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
	switch text(batch, "inputFormat", "format") {
	case "csv":
		return max(0, lines-1)
	case "json":
		if at(batch, "inputFormat", "isMultiLineJson") != true {
			return lines
		}
		v, err := decodeJSON(raw)
		if l, isList := v.([]any); isList && err == nil {
			return int64(len(l))
		}
		return 1
	}
	return 0
}
