package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"
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

// FuzzOpen: whatever a file contains and is called, its rows end, and each has the form that its format has or is
// corrupt. JSON without a corrupt row has as many rows as decoding it finds.
func FuzzOpen(f *testing.F) {
	names := []string{"a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet", "a.csv.gz", "-"}
	f.Add([]byte("a|b,c\n1|2,3\n"), byte(0), true)
	f.Add([]byte("\ufeffa\tb\r\n\"1\"\t2\r\n"), byte(1), false)
	f.Add([]byte(` [{"a":[1,{"b":null}]},{}]`), byte(2), false)
	f.Add([]byte("{}\n{}\n"), byte(3), true)
	f.Add([]byte("{}{}\n{\n{\"a\":1}\n2"), byte(3), true)
	f.Add([]byte("a,b\n1\n1,2\n\"3"), byte(0), true)
	f.Add(parquetFile(f), byte(4), true)
	for _, codec := range codecs {
		rows := []tagged{{1, nil}, {2, []string{"a", "a"}}}
		f.Add(taggedFile(f, rows, parquet.Compression(codec), parquet.DataPageVersion(1)), byte(4), true)
		f.Add(taggedFile(f, rows, parquet.Compression(codec)), byte(4), true)
	}
	f.Add(packed(f, asGzip, "a,b\n1,2\n"), byte(5), true)
	f.Add(packed(f, asGzip, "{}"), byte(6), false)
	f.Fuzz(func(t *testing.T, text []byte, n byte, isFile bool) {
		var file File
		if isFile {
			file = bytes.NewReader(text)
		}
		r, err := Open(names[int(n)%len(names)], bytes.NewReader(text), file, int64(len(text)))
		count, corrupt := int64(0), false
		for ; err == nil; count++ {
			var row Row
			if row, err = r.Next(); err != nil {
				break
			}
			if count > int64(1000*len(text)+1000) {
				t.Fatalf("more than %d rows in %d bytes", count, len(text))
			}
			if row.Corrupt != nil {
				corrupt = true
				if row.Object != nil || row.Fields != nil || row.Corrupt.Error() == "" {
					t.Fatalf("row %d: %q %q %v", count+1, row.Fields, row.Object, row.Corrupt)
				}
				continue
			}
			if (row.Object == nil) == (r.Columns == nil) || r.Columns != nil && len(row.Fields) != len(r.Columns) ||
				row.Object != nil && (row.Object[0] != '{' || !json.Valid(row.Object)) {
				t.Fatalf("row %d: %q %q of columns %q", count+1, row.Fields, row.Object, r.Columns)
			}
		}
		name := names[int(n)%len(names)]
		if errors.Is(err, io.EOF) && !corrupt && name == "a.jsonl" && !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
			whole, err := decoded(bytes.TrimPrefix(text, []byte(mark)))
			if err != nil || whole != count {
				t.Errorf("%d rows, as a whole %d, %v", count, whole, err)
			}
		}
	})
}

// decoded is how many values a text of JSON has, those of lists apart.
func decoded(text []byte) (n int64, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		if list, isList := v.([]any); isList {
			n += int64(len(list))
			continue
		}
		n++
	}
}
