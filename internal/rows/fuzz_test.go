package rows

import (
	"encoding/json"
	"testing"
)

// FuzzRead: whatever a file contains, it is read or refused, its rows can be shown, and
// no more of them than asked for.
func FuzzRead(f *testing.F) {
	formats := []Format{{Type: "delimited"}, {Type: "delimited", Delimiter: "|", Encoding: "ISO-8859-1"}, {Type: "json"},
		{Type: "parquet"}, {Type: "json", Compression: "gzip"}, {Type: "delimited", Compression: "zipDeflate"},
		{Type: "json", Compression: "tar"}, {Type: "json", Compression: "bzip2"}}
	f.Add([]byte("a|b,c\n1|2,3\n"), byte(0))
	f.Add([]byte(`[{"a":[1,{"b":null}]}]`), byte(2))
	f.Add([]byte("{}\n{}\n"), byte(2))
	f.Add(parquetFile(f), byte(3))
	f.Add(packed(f, asGzip, "{}"), byte(4))
	f.Add(archived(f, true, "a\n1\n"), byte(5))
	f.Add(archived(f, false, "{}"), byte(6))
	f.Fuzz(func(t *testing.T, text []byte, n byte) {
		d, err := Read(text, formats[int(n)%len(formats)], 3)
		if err != nil {
			return
		}
		if len(d.Rows) > 3 || int64(len(d.Rows)) > d.Count || (d.Columns == nil) == (d.Schema == nil) {
			t.Errorf("%d rows of %d, columns %v, schema %v", len(d.Rows), d.Count, d.Columns, d.Schema)
		}
		for _, v := range []any{d.Rows, d.Schema} {
			if _, err := json.Marshal(v); err != nil {
				t.Error(err)
			}
		}
		_, _ = Detect("a", text)
	})
}
