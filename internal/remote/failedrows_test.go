package remote

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/runs"
)

// batchFiles is a platform with files of batches, by the end of their path.
type batchFiles struct {
	files map[string]string
	asked []string
}

func (b *batchFiles) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	u, err := url.Parse(r.Path)
	if err != nil {
		return platform.Response{}, err
	}
	at := strings.TrimPrefix(u.Path, "/data/foundation/export/batches/")
	if u.RawQuery != "" {
		at += "?" + u.RawQuery
	}
	b.asked = append(b.asked, at)
	text, ok := b.files[at]
	if !ok {
		return platform.Response{}, &platform.Error{Status: 404}
	}
	return platform.Response{Status: 200, Body: []byte(text)}, nil
}

func listOf(names ...string) string {
	var items []string
	for _, n := range names {
		items = append(items, fmt.Sprintf(`{"name":%q,"length":"10"}`, n))
	}
	return `{"data":[` + strings.Join(items, ",") + `],"_page":{"limit":100}}`
}

// The rows of all batches are read until there are enough; the files of a failed batch only if it has no diagnostics.
func TestFailedRows(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprint("f", i))
	}
	files := map[string]string{
		"a/meta?path=row_errors":           listOf("x.json", "y.json"),
		"a/meta?path=row_errors%2Fx.json":  `{"n":1}` + "\n" + `{"n":2}`,
		"a/meta?path=row_errors%2Fy.json":  `{"n":3}`,
		"b/meta?path=row_errors":           listOf(),
		"b/failed":                         listOf("_SUCCESS", "part.json"),
		"b/failed?path=part.json":          `{"n":4}`,
		"d/meta?path=row_errors":           listOf(many...),
		"d/meta?path=row_errors&start=100": listOf("last"),
		"d/meta?path=row_errors%2Flast":    `{"n":5}`,
		"e/meta?path=row_errors":           `{"data":[{"name":"big","length":"67108865"}]}`,
		"f/meta?path=row_errors":           `{"data":[{"name":"../../secrets","length":"1"}]}`,
		"g/meta?path=row_errors":           `[]`,
		"h/meta?path=row_errors":           `{"data":[{"name":"big","length":"67108864"}]}`,
		"h/meta?path=row_errors%2Fbig":     `{"n":6}`,
	}
	for _, n := range many {
		files["d/meta?path=row_errors%2F"+n] = ""
	}
	for _, tt := range []struct {
		batches string
		result  runs.Result
		most    int
		want    string
		more    bool
		fault   string
	}{
		{"a b c", runs.Failed, 10, `{"n":1} {"n":2} {"n":3} {"n":4}`, false, ""},
		{"a b c", runs.Partial, 10, `{"n":1} {"n":2} {"n":3}`, false, ""},
		{"a b c", runs.Failed, 4, `{"n":1} {"n":2} {"n":3} {"n":4}`, false, ""},
		{"a b c", runs.Failed, 3, `{"n":1} {"n":2} {"n":3}`, true, ""},
		{"a b c", runs.Failed, 1, `{"n":1}`, true, ""},
		{"c", runs.Failed, 10, "", false, ""},
		{"d", runs.Partial, 10, `{"n":5}`, false, ""},
		{"h", runs.Partial, 10, `{"n":6}`, false, ""},
		{"e", runs.Partial, 10, "", false, "file big has 67108865 bytes, 67108864 at most can be read"},
		{"f", runs.Partial, 10, "", false, `"../../secrets" in the answer is not an id`},
		{"g", runs.Partial, 10, "", false, "the answer is not a list of files"},
		{"../x", runs.Partial, 10, "", false, `"../x" in the answer is not an id`},
	} {
		b := &batchFiles{files: files}
		run := runs.Run{Result: tt.result, Batches: strings.Fields(tt.batches)}
		rows, more, err := FailedRows(t.Context(), b, run, tt.most)
		var got []string
		for _, r := range rows {
			got = append(got, string(r.Row))
		}
		if tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) || tt.fault == "" && err != nil ||
			strings.Join(got, " ") != tt.want || more != tt.more {
			t.Errorf("%+v: %s, more %v, %v", tt, got, more, err)
		}
		if tt.result != runs.Failed && slices.ContainsFunc(b.asked, func(at string) bool {
			return strings.Contains(at, "/failed")
		}) {
			t.Errorf("%+v: asked %s", tt, b.asked)
		}
	}
}
