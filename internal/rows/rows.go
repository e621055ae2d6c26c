// Package rows reads the files of bound folders as the platform's file sources
// do: delimited text, JSON, and Parquet, also compressed. It works on bytes in
// memory; which file is read is its callers' business.
package rows

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

type object = map[string]any

// Format says how a file is read, in the words of data.format and data.properties of
// a source connection. A member that is empty has its default.
type Format struct {
	Type        string // delimited, json, parquet
	Delimiter   string // one character, a comma by default
	Encoding    string // UTF-8 by default, or ISO-8859-1
	Compression string // gzip, bzip2, deflate, zipDeflate, tarGzip, tar; none by default
}

// Data is what a file contains.
type Data struct {
	Columns []string // of delimited text, in order; nil for what is hierarchical
	Schema  object   // a JSON Schema of what is hierarchical, nil for delimited text
	Rows    []any    // the first ones, objects
	Count   int64    // of all rows
}

// MaxText is the most bytes that a compressed file may have when it is read.
const MaxText = 64 << 20

// Read reads a file; at most limit of its rows are in the result, and all are counted. Corrupt rows are left out; if
// there are no others, the first one is the error.
func Read(text []byte, f Format, limit int) (*Data, error) {
	if f.Type == "parquet" {
		text, err := unpack(text, f.Compression, MaxText)
		if err != nil {
			return nil, err
		}
		return readParquet(text, limit)
	}
	r, err := Stream(text, f)
	if err != nil {
		return nil, err
	}
	d := &Data{Columns: r.Columns}
	if r.Columns == nil {
		d.Schema = object{"type": "object", "properties": object{}}
	}
	var corrupt error
	for {
		row, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) && d.Count == 0:
			return d, corrupt
		case errors.Is(err, io.EOF):
			return d, nil
		case err != nil:
			return nil, err
		case row.Corrupt != nil:
			corrupt = cmp.Or(corrupt, row.Corrupt)
			continue
		}
		if err := d.add(row, limit); err != nil {
			return nil, err
		}
	}
}

// add counts a row, and notes what it says about the file.
func (d *Data) add(row Row, limit int) error {
	d.Count++
	if row.Object != nil {
		v, err := decodeJSON(row.Object)
		if err != nil {
			return err
		}
		if d.Schema = merge(d.Schema, schemaOf(v)); d.Count <= int64(limit) {
			d.Rows = append(d.Rows, v)
		}
		return nil
	}
	if d.Count > int64(limit) {
		return nil
	}
	v := object{}
	for i, name := range d.Columns {
		v[name] = row.Fields[i]
	}
	d.Rows = append(d.Rows, v)
	return nil
}

func decodeJSON(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("the file is not JSON: %w", err)
	}
	return v, nil
}

// unpack undoes the compression of at most limit bytes. Archives give their files one
// after the other.
func unpack(text []byte, compression string, limit int64) ([]byte, error) {
	var r io.Reader = bytes.NewReader(text)
	var err error
	switch compression {
	case "":
		return text, nil
	case "gzip":
		r, err = gzip.NewReader(r)
	case "bzip2":
		r = bzip2.NewReader(r)
	case "deflate":
		r = flate.NewReader(r)
	case "tar":
		r = &members{r: tar.NewReader(r)}
	case "tarGzip":
		if r, err = gzip.NewReader(r); err == nil {
			r = &members{r: tar.NewReader(r)}
		}
	case "zipDeflate":
		r, err = unzip(text)
	default:
		return nil, fmt.Errorf("compression %q is not known", compression)
	}
	if err != nil {
		return nil, fmt.Errorf("the file is not compressed by %s", compression)
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the file is not compressed by %s, or it is cut off", compression)
	case int64(len(out)) > limit:
		return nil, fmt.Errorf("the file has more than %d MiB without its compression", limit>>20)
	}
	return out, nil
}

// members reads the files of a tar archive as one.
type members struct {
	r       *tar.Reader
	started bool
}

func (m *members) Read(b []byte) (int, error) {
	for {
		if m.started {
			n, err := m.r.Read(b)
			switch {
			case n > 0:
				return n, nil
			case !errors.Is(err, io.EOF):
				return 0, err
			}
		}
		if _, err := m.r.Next(); err != nil {
			return 0, err // io.EOF at the end of the archive
		}
		m.started = true
	}
}

// unzip reads the files of a zip archive as one.
func unzip(text []byte) (io.Reader, error) {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	var parts []io.Reader
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part) // of memory: nothing is left open
	}
	return io.MultiReader(parts...), nil
}

func decode(text []byte, encoding string) string {
	if encoding != "ISO-8859-1" {
		return strings.TrimPrefix(string(text), mark)
	}
	out := make([]rune, len(text))
	for i, b := range text {
		out[i] = rune(b)
	}
	return string(out)
}

// suffixes are the endings of names that say something about a file.
var suffixes = map[string]Format{
	".csv": {Type: "delimited"}, ".tsv": {Type: "delimited", Delimiter: "\t"}, ".json": {Type: "json"},
	".jsonl": {Type: "json"}, ".parquet": {Type: "parquet"}, ".gz": {Compression: "gzip"}, ".bz2": {Compression: "bzip2"},
	".zip": {Compression: "zipDeflate"}, ".tgz": {Compression: "tarGzip"}, ".tar": {Compression: "tar"},
}

// Detect finds out how a file is read, from the end of its name and what it begins with.
func Detect(name string, text []byte) (Format, error) {
	f := suffixes[path.Ext(name)]
	if f.Type == "" {
		inner := suffixes[path.Ext(strings.TrimSuffix(name, path.Ext(name)))]
		f.Type, f.Delimiter = inner.Type, inner.Delimiter
	}
	if f.Compression == "" && bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		f.Compression = "gzip"
	}
	text, err := unpack(text, f.Compression, MaxText)
	if err != nil {
		return f, err
	}
	if f.Type == "" {
		f.Type = "delimited"
		switch begin := bytes.TrimLeft(text, " \t\r\n"); {
		case bytes.HasPrefix(text, []byte("PAR1")):
			f.Type = "parquet"
		case len(begin) > 0 && (begin[0] == '{' || begin[0] == '['):
			f.Type = "json"
		}
	}
	if f.Type == "delimited" && f.Delimiter == "" {
		f.Delimiter = commonest(text)
	}
	return f, nil
}

// commonest is the delimiter that the header line has most of.
func commonest(text []byte) string {
	header, _, _ := bytes.Cut(text, []byte("\n"))
	best := ","
	for _, d := range []string{";", "\t", "|"} {
		if bytes.Count(header, []byte(d)) > bytes.Count(header, []byte(best)) {
			best = d
		}
	}
	return best
}
