package rows

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// all reads a file as Open does: what its rows contain, then the error.
func all(t *testing.T, name string, text []byte, isFile bool) string {
	t.Helper()
	var file File
	if isFile {
		file = bytes.NewReader(text)
	}
	r, err := Open(name, bytes.NewReader(text), file, int64(len(text)))
	var b strings.Builder
	if err == nil && r.Columns != nil {
		b.WriteString(strings.Join(r.Columns, "|"))
	}
	for err == nil {
		var row Row
		switch row, err = r.Next(); {
		case row.Corrupt != nil:
			b.WriteString(" corrupt: " + row.Corrupt.Error())
		case err == nil:
			b.WriteString(" " + strings.Join(row.Fields, "|") + string(row.Object))
		}
	}
	if !errors.Is(err, io.EOF) {
		b.WriteString(" error: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}

func TestOpen(t *testing.T) {
	gz := func(s string) string { return string(packed(t, asGzip, s)) }
	for _, tt := range []struct{ name, in, want string }{
		{"a.csv", "\ufeffid,name\r\n1,\"A\r\nB\"\r\n2,\r\n", "id|name 1|A\nB 2|"},
		{"a.csv", "id;name\n1;x\n", "id|name 1|x"},
		{"a.tsv", "id\tname\n1\tx,y\n", "id|name 1|x,y"},
		{"a.csv.gz", gz("\ufeffid\r\n1\r\n"), "id 1"},
		{"-", gz("id\n1\n"), "id 1"},
		{"-", `{"a":1}`, `{"a":1}`},
		{"a.json", ` [{"a":1}, {"b":[2]}]`, `{"a":1} {"b":[2]}`},
		{"a.json", "[]", ""},
		{"a.jsonl", "{\"a\":1}\n\n{\"a\":2}\n", `{"a":1} {"a":2}`},
		{"a.jsonl", "\n{\"a\":1}\n2\n{\"a\":\n{\"a\":3}x\n \r\n{}{}\n",
			`{"a":1} corrupt: line 3: it is not a JSON object corrupt: line 4: its object is cut off; write each object on ` +
				`one line corrupt: line 5: it is not JSON: invalid character 'x' looking for beginning of value {} {}`},
		{"a.jsonl", "{\"a\":\n{\"a\":2}", // the first line may be the corrupt one
			`corrupt: line 1: its object is cut off; write each object on one line {"a":2}`},
		{"a.json", "{\n\"a\": 1\n}\n{\n\"a\": 2\n}", "{\n\"a\": 1\n} {\n\"a\": 2\n}"},
		{"a.json", "{\"a\":{\n\"b\": 1\n},\"c\":\n", "error: row 1: the file is cut off"},
		{"a.json", `[{"a":1}, 2, {"a":3}]`, `{"a":1} corrupt: row 2: it is not a JSON object {"a":3}`},
		{"a.json", "x{}", "error: row 1: the file is not JSON"},
		{"a.json", `[{"a":1},`, `{"a":1} error: row 2: the file is cut off`},
		{"a.json", `[{"a":1}] [{"b":2}]`, `{"a":1} error: row 2: the file has more than one list`},
		{"a.json", `[] x`, `error: row 1: the file has more than one list`},
		{"a.jsonl", "{\"a\":", "corrupt: line 1: its object is cut off; write each object on one line"},
		{"a.json", `[{"a":1}`, `{"a":1} error: row 2: the file is cut off`},
		{"a.csv", "", "error: the file has no header line"},
		{"a.csv", "a,b\n1\n",
			`a|b corrupt: line 2: 1 value, but the header line has 2; put a value with ',' in it in quotes`},
		{"a.csv", "a;b\n1;2\n1;2;3\n\n4;5\n",
			`a|b 1|2 corrupt: line 3: 3 values, but the header line has 2; put a value with ';' in it in quotes 4|5`},
		{"a.csv", "a,b\n1,\"x\n2,y\n",
			"a|b corrupt: line 2: a quoted value does not end; close it, and double each quote in it"},
		{"a.csv", "a,b\n1,5\" x\n2,y\n", `a|b corrupt: line 2: a quote inside a value without quotes; write "a ""b"" c" 2|y`},
		{"a.csv", "a,b,a\n1,2,3\n", `error: the header line has two columns "a"; rename one`},
		{"a.csv", "a,b\n1,M\xfcller\n",
			"a|b error: row 1: column b is not UTF-8; convert the file, as with iconv -f ISO-8859-1 -t UTF-8"},
		{"a.csv", "\xff\xfea\x00", "error: it is UTF-16; convert it, as with iconv -f UTF-16 -t UTF-8"},
		{"a.xlsx", "PK\x03\x04", "error: it is an Excel workbook or a zip archive; save its sheet as CSV, or unpack it"},
		{"a.csv.gz", gz("id\n1\n")[:20], "error: the file is cut off"},
		{"a.csv.gz", "id\n1\n", "error: the file is not compressed by gzip"},
		{"a.parquet", "PAR1PAR1PAR1", "error: the file is not Parquet"},
	} {
		if got := all(t, tt.name, []byte(tt.in), true); got != tt.want && !strings.HasPrefix(got, tt.want+": ") {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.name, tt.in, got, tt.want)
		}
	}
	text := parquetFile(t)
	if got := all(t, "a.parquet", text, true); strings.Count(got, `"city":"Lund"`) != 1 || strings.Contains(got, "error") {
		t.Error(got)
	}
	if got := all(t, "-", text, false); !strings.Contains(got, "not compressed as a whole") {
		t.Error(got)
	}
	var before, after runtime.MemStats
	for i := 0; i < len(text); i++ { // however it is damaged, a file is read or refused, and takes little memory
		damaged := bytes.Clone(text)
		damaged[i] ^= 0xff
		runtime.ReadMemStats(&before)
		all(t, "a.parquet", damaged, true)
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 64<<20 {
			t.Errorf("byte %d of %d: %d MB", i, len(text), (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
}

// A row that is too long is refused before it is in memory, whatever its file's length.
func TestLongRows(t *testing.T) {
	for _, c := range []struct {
		name string
		row  int
		want string
	}{
		{"a.csv", maxRow - 1<<16, ""}, {"a.csv", maxRow + 1<<17, "row 1: a row has more than 4 MiB"},
		{"a.jsonl", maxRow - 1<<16, ""}, {"a.jsonl", maxRow + 1<<17, "row 2: a row has more than 4 MiB"},
	} {
		text := "a\n" + strings.Repeat("x", c.row) + "\nb\n"
		if c.name == "a.jsonl" {
			text = `{"a":1}` + "\n" + `{"a":"` + strings.Repeat("x", c.row) + `"}` + "\n{}\n"
		}
		got := all(t, c.name+".gz", packed(t, asGzip, text), true)
		if _, why, _ := strings.Cut(got, "error: "); why != c.want {
			t.Errorf("%s with a row of %d bytes: %.100s", c.name, c.row, why)
		}
	}
}

// What the columns are called is known before the first row is read, and takes no row away.
func TestNames(t *testing.T) {
	for _, c := range []struct{ name, text, names, rows string }{
		{"a.csv", "b,a\n1,2\n", "b a", "1|2"},
		{"a.jsonl", "{\"b\":1,\"a\":{\"c\":2}}\n{\"d\":3}\n", "a b", `{"b":1,"a":{"c":2}} {"d":3}`},
		{"a.json", "[]", "", ""},
		{"a.jsonl", "[1", "", "error: row 2: the file is cut off"},
	} {
		r, err := Open(c.name, strings.NewReader(c.text), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.Names(), " "); got != c.names {
			t.Errorf("%s: names %s, expected %s", c.text, got, c.names)
		}
		var rows []string
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				rows = append(rows, "error: "+err.Error())
				break
			}
			if row.Corrupt == nil {
				rows = append(rows, strings.Join(row.Fields, "|")+string(row.Object))
			}
		}
		if got := strings.Join(rows, " "); got != c.rows {
			t.Errorf("%s: rows %s, expected %s", c.text, got, c.rows)
		}
	}
}

// Of a file in memory, a corrupt row has its text, and of a long one the beginning.
func TestTextOfCorruptRows(t *testing.T) {
	long := strings.Repeat("x", maxCorrupt)
	for _, tt := range []struct{ format, in, want string }{
		{"delimited", "\ufeffa,b\r\n1\r\n\r\n2,3\r\n4,5,6", `"1" "4,5,6"`},
		{"delimited", "a,b\n1,\"2\n3,4\n", `"1,\"2\n3,4"`},
		{"delimited", "a,b\n\u00e9" + long + "\n", `"\u00e9` + long[2:] + `"`},
		{"json", "{}\n {\"a\" \n{}\n", `"{\"a\""`},
		{"json", "{}\n{" + long + "\n{}\n", `"{` + long[1:] + `"`},
		{"json", "[{}, 2]", `"2"`},
	} {
		r, err := Stream([]byte(tt.in), Format{Type: tt.format})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for err == nil {
			var row Row
			if row, err = r.Next(); row.Corrupt != nil {
				got = append(got, strconv.QuoteToASCII(string(row.Text)))
			}
		}
		if got := strings.Join(got, " "); got != tt.want || !errors.Is(err, io.EOF) {
			t.Errorf("%.20q: %.200s, want %.200s; %v", tt.in, got, tt.want, err)
		}
	}
}
