package runs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Files of failed rows come in the forms of several services.
func TestParseRows(t *testing.T) {
	object := func(text string, faults ...Fault) FailedRow {
		return FailedRow{Row: json.RawMessage(text), Errors: faults}
	}
	for name, tt := range map[string]struct {
		text string
		want []FailedRow
	}{
		"nothing": {"\n \n", nil},
		"lines": {
			`{"b":1,"a":"x","_errors":[{"code":"MAPPER-3700-400","message":"no date"}],"_filename":"f"}` + "\n" + `{"c":2}`,
			[]FailedRow{object(`{"b":1,"a":"x"}`, Fault{Code: "MAPPER-3700-400", Message: "no date"}), object(`{"c":2}`)},
		},
		"a row that cannot be read": {
			"{\n  \"_corrupt_record\": \"{missingQuotes: 'v1'}\",\n" +
				"  \"_errors\": [{\"code\": 1401, \"message\": \"corrupted\"}]\n}\n{\"a\":1}\n",
			[]FailedRow{object(`"{missingQuotes: 'v1'}"`, Fault{Code: "1401", Message: "corrupted"}), object(`{"a":1}`)},
		},
		"a violation of the schema": {
			`{"_validationErrors":[{"keyword":"format","message":"no date","pointerToViolation":"#/timestamp"}]}`,
			[]FailedRow{{Errors: []Fault{{Message: "#/timestamp: no date"}}}},
		},
		"errors by check": {
			`{"_errors":{"b":[{"message":"2"}],"a":[{"message":"1"}],"c":7}}`,
			[]FailedRow{{Errors: []Fault{{Message: "1"}, {Message: "2"}}}},
		},
		"an array": {`[{"a":1},7]`, []FailedRow{object(`{"a":1}`), object(`"7"`)}},
		"no JSON":  {"id,name\n{\"a\":\n{\"b\":1}", []FailedRow{object(`"id,name"`), object(`"{\"a\":"`), object(`{"b":1}`)}},
	} {
		got, more := ParseRows([]byte(tt.text), 10)
		if d := cmp.Diff(tt.want, got); more || d != "" {
			t.Errorf("%s: more %v\n%s", name, more, d)
		}
	}
}

// As many rows as asked for, and as much of a row as is kept.
func TestRowLimits(t *testing.T) {
	const two = "{\"a\":1}\n{\"a\":2}\n"
	for most, want := range []bool{true, true, false, false} {
		if rows, more := ParseRows([]byte(two), most); more != want || len(rows) != min(most, 2) {
			t.Errorf("%d of 2: %d rows, more %v", most, len(rows), more)
		}
	}
	for size, want := range map[int]byte{maxRow: '{', maxRow + 1: '"'} {
		line := `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}`
		rows, _ := ParseRows([]byte(line), 1)
		if len(rows) != 1 || rows[0].Row[0] != want || !json.Valid(rows[0].Row) || len(rows[0].Row) > maxRow+20 {
			t.Errorf("a row of %d bytes: %d rows, %.20s…", size, len(rows), rows[0].Row)
		}
	}
}

func FuzzParseRows(f *testing.F) {
	f.Add([]byte(`{"a":1,"_errors":[{"code":"x"}]}` + "\n{\n}\n[1]\nid,name"))
	f.Add([]byte("{\"_corrupt_record\":7,\"_errors\":{\"a\":[{}]}}\xff\n\"\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _ := ParseRows(b, 5)
		if len(rows) > 5 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, r := range rows {
			if r.Row != nil && !json.Valid(r.Row) {
				t.Fatalf("a row is not JSON: %q", r.Row)
			}
		}
	})
}
