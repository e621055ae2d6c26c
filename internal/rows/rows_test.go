package rows

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// shown is a file as a test compares it: names or schema, rows, and their number.
func shown(t *testing.T, d *Data) string {
	t.Helper()
	if d.Schema == nil {
		return text(t, d.Columns) + " " + text(t, d.Rows) + " " + text(t, d.Count)
	}
	return text(t, d.Schema) + " " + text(t, d.Rows) + " " + text(t, d.Count)
}

func TestDelimitedAndJSON(t *testing.T) {
	const big = `{"maximum":9007199254740991,"minimum":-9007199254740992,"type":"integer"}`
	for _, tt := range []struct {
		name, in string
		f        Format
		limit    int
		want     string
	}{
		{"csv", "id,name\n1,Ann\n2,\n", Format{Type: "delimited"}, 9,
			`["id","name"] [{"id":"1","name":"Ann"},{"id":"2","name":""}] 2`},
		{"only some rows", "id\n1\n2\n3\n", Format{Type: "delimited"}, 2, `["id"] [{"id":"1"},{"id":"2"}] 3`},
		{"byte order mark", "\ufeffid\n1\n", Format{Type: "delimited"}, 1, `["id"] [{"id":"1"}] 1`},
		{"tabs", "a\tb\n1\t2,3\n", Format{Type: "delimited", Delimiter: "\t"}, 1, `["a","b"] [{"a":"1","b":"2,3"}] 1`},
		{"Latin-1", "a\nb\xf6\n", Format{Type: "delimited", Encoding: "ISO-8859-1"}, 1, `["a"] [{"a":"bö"}] 1`},
		{"a delimiter of two bytes", "a§b\n1§2\n", Format{Type: "delimited", Delimiter: "§"}, 1,
			`["a","b"] [{"a":"1","b":"2"}] 1`},
		{"array", `[{"a":1},{"a":3000000000}]`, Format{Type: "json"}, 0,
			`{"properties":{"a":` + big + `},"type":"object"} null 2`},
		{"lines", "{\"a\":{\"b\":[1,2.5]}}\n{\"a\":{\"c\":null}}\n", Format{Type: "json"}, 1,
			`{"properties":{"a":{"properties":{"b":{"items":{"type":"number"},"type":"array"},"c":{}},"type":"object"}},` +
				`"type":"object"} [{"a":{"b":[1,2.5]}}] 2`},
		{"one object", `{"a":true,"b":"x"}`, Format{Type: "json"}, 1,
			`{"properties":{"a":{"type":"boolean"},"b":{"type":"string"}},"type":"object"} [{"a":true,"b":"x"}] 1`},
		{"types that do not go together", `[{"a":"x"},{"a":{"b":1}}]`, Format{Type: "json"}, 0,
			`{"properties":{"a":{"type":"string"}},"type":"object"} null 2`},
		{"corrupt rows", "id,name\n1\n2,Ann\n", Format{Type: "delimited"}, 9, `["id","name"] [{"id":"2","name":"Ann"}] 1`},
		{"corrupt lines", "{\"a\":1\n{\"a\":2}\n3\n", Format{Type: "json"}, 9,
			`{"properties":{"a":{"type":"integer"}},"type":"object"} [{"a":2}] 1`},
		{"no rows", `[]`, Format{Type: "json"}, 1, `{"properties":{},"type":"object"} null 0`},
	} {
		d, err := Read([]byte(tt.in), tt.f, tt.limit)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := shown(t, d); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, tt := range []struct {
		in   string
		f    Format
		want string
	}{
		{"", Format{Type: "delimited"}, "no header line"},
		{"a,b\n1\n", Format{Type: "delimited"}, "line 2: 1 value"},
		{"{", Format{Type: "json"}, "line 1: its object is cut off"},
		{"{{", Format{Type: "json"}, "line 1: it is not JSON"},
		{"[1]", Format{Type: "json"}, "row 1: it is not a JSON object"},
		{"PAR1", Format{Type: "parquet"}, "not Parquet"},
		{strings.Repeat("PAR1", 100), Format{Type: "parquet"}, "not Parquet"},
		{"a\n", Format{Type: "delimited", Compression: "gzip"}, "not compressed by gzip"},
		{"a\n", Format{Type: "delimited", Compression: "tar"}, "not compressed by tar"},
		{"a\n", Format{Type: "delimited", Compression: "zipDeflate"}, "not compressed by zipDeflate"},
		{"a\n", Format{Type: "delimited", Compression: "rar"}, `compression "rar" is not known`},
		{"a\n", Format{Type: "xml"}, `format "xml" is not one of`},
	} {
		if _, err := Read([]byte(tt.in), tt.f, 1); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.20q as %+v: %v", tt.in, tt.f, err)
		}
	}
}

func packed(t testing.TB, wrap func(io.Writer) (io.WriteCloser, error), plain string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := wrap(&b)
	if err == nil {
		_, err = io.WriteString(w, plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGzip(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

// archived is a tar archive, or a zip one, of two files.
func archived(t testing.TB, zipped bool, plain ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw, tw := zip.NewWriter(&b), tar.NewWriter(&b)
	for i, p := range plain {
		name := string(rune('a' + i))
		var w io.Writer = tw
		var err error
		if zipped {
			w, err = zw.Create(name)
		} else {
			err = tw.WriteHeader(&tar.Header{Name: name, Size: int64(len(p)), Mode: 0o600})
		}
		if err == nil {
			_, err = io.WriteString(w, p)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if zipped {
		zw.Close()
	} else {
		tw.Close()
	}
	return b.Bytes()
}

func TestCompression(t *testing.T) {
	for how, in := range map[string][]byte{
		"gzip": packed(t, asGzip, "{}\n{}\n"),
		"deflate": packed(t, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 9) },
			"{}\n{}\n"),
		"tar":        archived(t, false, "{}\n", "{}\n"),
		"tarGzip":    packed(t, asGzip, string(archived(t, false, "{}\n", "{}\n"))),
		"zipDeflate": archived(t, true, "{}\n", "{}\n"),
	} {
		if d, err := Read(in, Format{Type: "json", Compression: how}, 0); err != nil || d.Count != 2 {
			t.Errorf("%s: %+v %v", how, d, err)
		}
	}
	for size, fits := range map[int]bool{1 << 20: true, 1<<20 + 1: false} {
		out, err := unpack(packed(t, asGzip, strings.Repeat("a", size)), "gzip", 1<<20)
		if (err == nil) != fits || fits && len(out) != size || !fits && !strings.Contains(err.Error(), "more than 1 MiB") {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestDetect(t *testing.T) {
	gz := string(packed(t, asGzip, "a;b\n1;2\n"))
	for _, tt := range []struct {
		name, in string
		want     Format
	}{
		{"a.csv", "a,b;c\n", Format{Type: "delimited", Delimiter: ","}},
		{"a.csv", "a|b|c,d\n", Format{Type: "delimited", Delimiter: "|"}},
		{"a.tsv", "a,b\n", Format{Type: "delimited", Delimiter: "\t"}},
		{"a.json", "[]", Format{Type: "json"}},
		{"a.jsonl", "{}", Format{Type: "json"}},
		{"a.parquet", "", Format{Type: "parquet"}},
		{"a", "PAR1", Format{Type: "parquet"}},
		{"a", " {}", Format{Type: "json"}},
		{"a.csv.gz", gz, Format{Type: "delimited", Delimiter: ";", Compression: "gzip"}},
		{"a", gz, Format{Type: "delimited", Delimiter: ";", Compression: "gzip"}},
	} {
		if got, err := Detect(tt.name, []byte(tt.in)); err != nil || got != tt.want {
			t.Errorf("%s %.9q: %+v %v, want %+v", tt.name, tt.in, got, err, tt.want)
		}
	}
	if _, err := Detect("a.gz", []byte("a")); err == nil {
		t.Error("what is not compressed is detected as compressed")
	}
}

type place struct {
	City string `parquet:"city,optional"`
	No   int32  `parquet:"no"`
}

type record struct {
	ID     int64              `parquet:"id"`
	Name   *string            `parquet:"name,optional"`
	At     time.Time          `parquet:"at,timestamp(microsecond)"`
	Day    int32              `parquet:"day,date"`
	Paid   bool               `parquet:"paid"`
	Total  float64            `parquet:"total"`
	Home   *place             `parquet:"home,optional"`
	Tags   []string           `parquet:"tags,list"`
	Places []place            `parquet:"places"`
	Rates  map[string]float64 `parquet:"rates"`
}

// Parquet returns two records, the second of which has nothing that it need not have.
func parquetFile(t testing.TB) []byte {
	t.Helper()
	ann := "Ann"
	var b bytes.Buffer
	w := parquet.NewGenericWriter[record](&b)
	_, err := w.Write([]record{{1, &ann, time.UnixMicro(1_500_000).UTC(), 20_000, true, 9.5,
		&place{"Lund", 2}, []string{"a", "b"},
		[]place{{"Ystad", 1}}, map[string]float64{"k": 1.5}}, {ID: 2, Total: math.Inf(1), At: time.Unix(0, 0)}})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquet(t *testing.T) {
	in := parquetFile(t)
	d, err := Read(in, Format{Type: "parquet"}, 9)
	if err != nil {
		t.Fatal(err)
	}
	const place = `{"properties":{"city":{"type":"string"},"no":{"type":"integer"}},"type":"object"}`
	want := `{"properties":{"at":{"format":"date-time","type":"string"},` +
		`"day":{"format":"date","type":"string"},"home":` + place +
		`,"id":{"maximum":9007199254740991,"minimum":-9007199254740992,"type":"integer"},"name":{"type":"string"},` +
		`"paid":{"type":"boolean"},"places":{"items":` + place + `,"type":"array"},` +
		`"rates":{"additionalProperties":{"type":"number"},"type":"object"},` +
		`"tags":{"items":{"type":"string"},"type":"array"},"total":{"type":"number"}},"type":"object"}`
	if got := text(t, d.Schema); got != want {
		t.Errorf("schema\ngot  %s\nwant %s", got, want)
	}
	want = `[{"at":"1970-01-01T00:00:01.5Z","day":"2024-10-04","home":{"city":"Lund","no":2},"id":1,"name":"Ann",` +
		`"paid":true,"places":[{"city":"Ystad","no":1}],"rates":{"k":1.5},"tags":["a","b"],"total":9.5},` +
		`{"at":"1970-01-01T00:00:00Z","day":"1970-01-01","home":null,"id":2,"name":null,"paid":false,"places":[],` +
		`"rates":{},"tags":[],"total":null}]`
	if got := text(t, d.Rows); got != want || d.Count != 2 {
		t.Errorf("%d rows\ngot  %s\nwant %s", d.Count, got, want)
	}
	if d, err := Read(in, Format{Type: "parquet"}, 1); err != nil || len(d.Rows) != 1 || d.Count != 2 {
		t.Errorf("one row: %+v %v", d, err)
	}
	// However it is damaged, a file is read or refused.
	for i := 0; i < len(in); i += 3 {
		damaged := bytes.Clone(in)
		damaged[i] ^= 0xff
		_, _ = Read(damaged, Format{Type: "parquet"}, 2)
		if _, err := Read(in[:i], Format{Type: "parquet"}, 2); err == nil {
			t.Errorf("the first %d bytes are read", i)
		}
	}
}

// TestManyMembers: rows with members of their own each take no more time than others.
func TestManyMembers(t *testing.T) {
	const many = 50_000
	var b bytes.Buffer
	for i := range many {
		fmt.Fprintf(&b, "{\"k%d\":1}\n", i)
	}
	began := time.Now()
	d, err := Read(b.Bytes(), Format{Type: "json"}, 1)
	if err != nil || d.Count != many || len(d.Schema["properties"].(object)) != many {
		t.Fatalf("%+v, %v", d, err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestDeepJSON: a row that is nested deeply is refused by a message.
func TestDeepJSON(t *testing.T) {
	text := `{"a":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + "}"
	r, err := Open("a.jsonl", strings.NewReader(text), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := r.Next(); err != nil || row.Corrupt == nil || !strings.Contains(row.Corrupt.Error(), "max depth") {
		t.Errorf("%v, %v", row.Corrupt, err)
	}
}
