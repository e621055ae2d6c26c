package explore

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The platform answers in several forms.
func TestParseContents(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want Contents
	}{
		"a table": {
			`{"format":"flat","schema":{"columns":[{"name":"a","type":"string","xdm":{"type":"string"}},
			{"name":"at","type":"string","meta:xdmType":"date-time","xdm":{"type":"string","format":"date-time"}},
			{"name":"n","type":"integer","xdm":{"type":"integer","maximum":2147483647}},
			{"name":"big","type":"integer","xdm":{"type":"integer","maximum":2147483648}},
			{"name":"x","type":"double","xdm":{"type":"number"}},{"name":"odd","type":"blob"}]},"data":[{"a":1}]}`,
			Contents{Format: "flat", Columns: []Column{
				{"a", "string"}, {"at", "date-time"}, {"n", "integer"}, {"big", "long"}, {"x", "double"}, {"odd", ""},
			}, Rows: []json.RawMessage{[]byte(`{"a":1}`)}},
		},
		"the columns alone": {
			`[{"name":"a","type":"String"},{"name":"b","type":"string"}]`,
			Contents{Format: "flat", Columns: []Column{{"a", "string"}, {"b", "string"}}},
		},
		"a file": {
			`{"format":"hierarchical","properties":{"fileType":"json","compressionType":"gzip"},
			"schema":{"type":"object","properties":{
			"b":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"}}}},
			"tags":{"type":"array","items":{"type":"string"}},
			"a":{"type":"object","properties":{"city":{"type":"string"}}}}}}`,
			Contents{Format: "hierarchical", FileType: "json", Compression: "gzip", Columns: []Column{
				{"a.city", "string"}, {"b[].sku", "string"}, {"tags", "string[]"},
			}},
		},
	} {
		got, err := ParseContents([]byte(tt.text))
		if d := cmp.Diff(tt.want, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
	for _, text := range []string{
		``, `7`, `{"format":"flat"}`, `{"format":"flat","schema":{"columns":7}}`, `{"schema":[]}`,
	} {
		if got, err := ParseContents([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestParseItems(t *testing.T) {
	want := []Item{{"table", "a", "s.a", false}}
	for _, text := range []string{
		`[{"type":"table","name":"a","path":"s.a","canPreview":true}]`,
		`{"items":[{"type":"table","name":"a","path":"s.a"}]}`,
	} {
		got, err := ParseItems([]byte(text))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", text, err, d)
		}
	}
	if _, err := ParseItems([]byte("7")); err == nil {
		t.Error("a number is not a list")
	}
}

func FuzzParseContents(f *testing.F) {
	f.Add([]byte(`{"format":"hierarchical","schema":{"properties":{"a":{"properties":{"b":{"type":"array"}}}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseContents(b)
		_, _ = ParseItems(b)
	})
}
