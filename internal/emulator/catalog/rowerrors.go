package catalog

import (
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

// keepBadRows stores rows that failed beside their batch.
func keepBadRows(sp *core.Space, batch string, at int64, bad []BadRow) {
	lines := []any{}
	size := 0
	for _, b := range bad[:min(len(bad), MaxBadRows)] {
		row, isObject := b.Row.(object)
		if !isObject {
			row = object{"_corrupt_record": b.Row}
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
func badRows(c *core.Call, batch string) []any {
	r := c.Space.Get(core.KindDiagnostics, batch)
	if r == nil {
		return nil
	}
	at, _ := core.AsInt(r.View()["at"])
	if c.Millis()-at > diagnosticsLife.Milliseconds() {
		return nil
	}
	return core.List(r.View(), "rows")
}

const (
	rowErrors  = "row_errors"
	failedFile = "part-00000.json"
)

// diagnosticsFile is the file of a row: what cannot be read, what a mapping cannot convert,
// and what breaks the schema are apart.
func diagnosticsFile(line any) string {
	switch code := core.Text(core.List(line, "_errors")[0], "code"); {
	case core.Text(line, "_corrupt_record") != "":
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
	for _, line := range badRows(c, r.ID) {
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
		if lines := badRows(c, r.ID); len(lines) > 0 {
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
