package catalog

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Rows that failed: the diagnostics of a batch, and the rows of one that failed as a
// whole. Both are lists of files, and files of JSON, one row a line.

// BadRow is a row that was left out, and why.
type BadRow struct {
	Row           any // an object, or a text that could not be read
	Code, Message string
}

const (
	// MaxBadRows and maxBadBytes bound what is kept of the rows of a batch.
	MaxBadRows  = 100
	maxBadBytes = 1 << 20
	// diagnosticsLife is how long the platform keeps diagnostics.
	diagnosticsLife = 30 * 24 * time.Hour
)

// corruptRecord is the member of a line with the text of a row that cannot be read.
const corruptRecord = "_corrupt_record"

// keepBadRows stores rows that failed beside their batch.
func keepBadRows(sp *core.Space, batch string, at int64, bad []BadRow) {
	lines := []any{}
	size := 0
	for _, b := range bad[:min(len(bad), MaxBadRows)] {
		row, isObject := b.Row.(object)
		if !isObject {
			row = object{corruptRecord: b.Row}
		}
		line := maps.Clone(row)
		line["_errors"] = []any{object{"code": b.Code, "message": b.Message}} // whatever the row has
		n := len(core.ToJSON(line))
		if n > maxBadBytes {
			continue // alone, it is more than what is kept
		}
		if size += n; size > maxBadBytes {
			break
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		sp.Put(core.KindDiagnostics, batch, at, object{"id": batch, "at": at, "rows": lines})
	}
}

// badRows are the lines about the rows of a batch that failed; none after their life.
func badRows(sp *core.Space, batch string, now int64) []any {
	r := sp.Get(core.KindDiagnostics, batch)
	if r == nil {
		return nil
	}
	at, _ := core.AsInt(r.View()["at"])
	if now-at > diagnosticsLife.Milliseconds() {
		return nil
	}
	return core.List(r.View(), "rows")
}

const (
	// maxFailedBatches is in how many batches of a dataset FailedRows looks, and maxFailedBytes how many bytes of
	// diagnostics it reads, unless those of one batch are more.
	maxFailedBatches = 1000
	maxFailedBytes   = 2 * maxBadBytes
)

// FailedRows are up to MaxBadRows rows of a dataset that failed, those of the newest batch first, each with the
// dataflow, the time, and why: not the platform's own, which has files of a batch, but what people look at.
func FailedRows(sp *core.Space, dataset string, now int64) []any {
	batches := sp.Table(core.KindBatch).By("dataSetId", dataset)
	var failed []*core.Record
	for _, b := range batches[max(0, len(batches)-maxFailedBatches):] {
		if sp.Get(core.KindDiagnostics, b.ID) != nil {
			failed = append(failed, b)
		}
	}
	// Of several dataflows, the runs of one are made up to now before those of the next.
	slices.SortStableFunc(failed, func(a, b *core.Record) int { return cmp.Compare(a.Created, b.Created) })
	out := []any{}
	room := maxFailedBytes
	for _, b := range slices.Backward(failed) {
		if room -= len(sp.Get(core.KindDiagnostics, b.ID).Body); room < 0 && len(out) > 0 {
			break
		}
		for _, line := range badRows(sp, b.ID, now) {
			if len(out) == MaxBadRows {
				return out
			}
			out = append(out, failedRow(b, line))
		}
	}
	return out
}

func failedRow(batch *core.Record, line any) object {
	why := core.List(line, "_errors")[0]
	row := maps.Clone(line.(object))
	delete(row, "_errors")
	o := object{"batch": batch.ID, "at": batch.Created, "row": row, "code": core.Text(why, "code"),
		"message": core.Text(why, "message")}
	if text, isText := row[corruptRecord]; isText {
		o["row"] = text
	}
	if ids := core.Texts(batch.View(), "tags", "flowId"); len(ids) > 0 {
		o["flow"] = ids[0]
	}
	return o
}

const (
	rowErrors  = "row_errors"
	failedFile = "part-00000.json"
)

// diagnosticsFile is the file of a row: what cannot be read, what a mapping cannot convert,
// and what breaks the schema are apart.
func diagnosticsFile(line any) string {
	switch code := core.Text(core.List(line, "_errors")[0], "code"); {
	case core.Text(line, corruptRecord) != "":
		return "parsing_errors_0.json"
	case strings.HasPrefix(code, "MAPPER"):
		return "conversion_errors_0.json"
	}
	return "validation_errors_0.json"
}

// batchMeta lists the diagnostics of a batch, or answers one of their files.
func batchMeta(c *core.Call, r *core.Record) (core.Answer, error) {
	dir, name, _ := strings.Cut(c.Query.Get("path"), "/")
	if dir != rowErrors {
		return core.Answer{}, core.Missing("there is no path %q in the metadata of batch %s", c.Query.Get("path"), r.ID)
	}
	files := map[string][]any{}
	for _, line := range badRows(c.Space, r.ID, c.Millis()) {
		file := diagnosticsFile(line)
		files[file] = append(files[file], line)
	}
	return answerFiles(c, r.ID, "/meta?path="+rowErrors+"%2F", name, files)
}

// batchFailed lists the files of a batch that failed, or answers one of them.
func batchFailed(c *core.Call, r *core.Record) (core.Answer, error) {
	files := map[string][]any{}
	if core.Text(r.View(), "status") == "failed" {
		files["_SUCCESS"] = nil
		if lines := badRows(c.Space, r.ID, c.Millis()); len(lines) > 0 {
			files[failedFile] = lines
		}
	}
	return answerFiles(c, r.ID, "/failed?path=", c.Query.Get("path"), files)
}

// answerFiles answers the lines of the file that a call names, or the list of all.
func answerFiles(c *core.Call, batch, link, name string, files map[string][]any) (core.Answer, error) {
	text := func(file string) (out []byte) {
		for _, line := range files[file] {
			o := maps.Clone(line.(object))
			o["_filename"] = file
			out = append(append(out, core.ToJSON(o)...), '\n')
		}
		return out
	}
	if name != "" {
		if _, has := files[name]; !has {
			return core.Answer{}, core.Missing("there is no file %s in batch %s", name, batch)
		}
		return core.Answer{Status: http.StatusOK, ContentType: "application/octet-stream", Body: text(name)}, nil
	}
	start, limit := 0, catalogMaxLimit
	for name, at := range map[string]*int{"start": &start, "limit": &limit} {
		if n, err := strconv.Atoi(c.Query.Get(name)); err == nil && n >= 0 {
			*at = min(n, catalogMaxLimit)
		}
	}
	names := []string{}
	for file := range files {
		names = append(names, file)
	}
	slices.Sort(names)
	data := []any{}
	for _, file := range page(names, start, limit) {
		data = append(data, object{
			"name": file, "length": strconv.Itoa(len(text(file))),
			"_links": object{"self": object{
				"href": "https://platform.adobe.io:443/data/foundation/export/batches/" + batch + link + file,
			}},
		})
	}
	return core.OK(object{"data": data, "_page": object{"limit": limit, "count": len(data)}})
}
