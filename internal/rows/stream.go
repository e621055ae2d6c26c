package rows

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/aepflow/aepflow/internal/words"
)

// Reader reads rows one after the other: the memory that it takes does not grow with
// their number.
type Reader struct {
	Columns []string // of delimited text; nil for what is hierarchical
	next    func() (Row, error)
	first   *result // that Next has not returned yet
	read    int     // rows
}

type result struct {
	row Row
	err error
}

// Row is a row of a file; it is valid until the next one is read.
type Row struct {
	Fields  []string // of delimited text, as many as Columns
	Object  []byte   // of what is hierarchical: a JSON object
	Corrupt error    // why the row has neither, nil if it has: the rows after it can be read
	Text    []byte   // the first bytes of a corrupt row, if the file is in memory
}

// maxCorrupt is how many bytes of a corrupt row are in its text.
const maxCorrupt = 4 << 10

// Fault is why a row or the rest of a file cannot be read.
type Fault struct{ Where, What string }

func (f *Fault) Error() string { return f.Where + ": " + f.What }

// Next returns the next row, and io.EOF after the last one. Any other error is a Fault.
func (r *Reader) Next() (Row, error) {
	if first := r.first; first != nil {
		r.first = nil
		return first.row, first.err
	}
	row, err := r.next()
	r.read++
	var fault *Fault
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &fault) {
		err = &Fault{"row " + strconv.Itoa(r.read), err.Error()}
	}
	return row, err
}

// Names are the columns of delimited text, or the members of the first row, which Next has not returned yet.
func (r *Reader) Names() []string {
	if r.Columns != nil {
		return r.Columns
	}
	row, err := r.Next()
	r.first = &result{row, err}
	var members map[string]json.RawMessage
	if err != nil || json.Unmarshal(row.Object, &members) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(members))
}

// File is what a reader reads from. Parquet is read from all places of it.
type File interface {
	io.Reader
	io.ReaderAt
}

// Open begins to read a file whose name says its format: csv, tsv, json, jsonl, or
// parquet, and gz for a compressed one. Without such a name, its beginning says it.
// Size is that of the file. Without a file, Open reads from a stream.
func Open(name string, stream io.Reader, file File, size int64) (*Reader, error) {
	if file != nil {
		stream = file
	}
	in := bufio.NewReaderSize(stream, 1<<16)
	packed := false
	if begin, _ := in.Peek(2); bytes.Equal(begin, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, errors.New("the file is not compressed by gzip")
		}
		in, packed = bufio.NewReaderSize(unpacked, 1<<16), true
		name = strings.TrimSuffix(name, ".gz")
	}
	f := suffixes[strings.ToLower(path.Ext(name))]
	begin, err := in.Peek(1 << 12)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, readError("read", err)
	}
	if f.Compression != "" {
		return nil, fmt.Errorf("the file is not compressed by gzip")
	}
	if f.Type == "" || f.Type == "delimited" && f.Delimiter == "" {
		found, _ := Detect(name, begin)
		f.Type, f.Delimiter = found.Type, found.Delimiter
	}
	if what := foreign(begin); what != "" {
		return nil, errors.New(what)
	}
	text := &meter{in: in}
	switch f.Type {
	case "json":
		return text.bound(openJSON(text))
	case "parquet":
		if packed || file == nil {
			return nil, errors.New("a Parquet file must be a file on disk that is not compressed as a whole")
		}
		return openParquet(file, size)
	}
	return text.bound(strict(openDelimited(text, f.Delimiter, "")))
}

// foreign says what a file is that people take for text with columns, "" if it is none of that.
func foreign(begin []byte) string {
	switch {
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return "it is an Excel workbook or a zip archive; save its sheet as CSV, or unpack it"
	case bytes.HasPrefix(begin, []byte{0xff, 0xfe}), bytes.HasPrefix(begin, []byte{0xfe, 0xff}):
		return "it is UTF-16; convert it, as with iconv -f UTF-16 -t UTF-8"
	}
	return ""
}

// strict refuses what a person would want to know of before a preview or a test: two columns of one name, of which the
// second hides the first, and text that is not UTF-8.
func strict(r *Reader, err error) (*Reader, error) {
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, name := range r.Columns {
		if seen[name] {
			return nil, fmt.Errorf("the header line has two columns %q; rename one", name)
		}
		seen[name] = true
	}
	next := r.next
	r.next = func() (Row, error) {
		row, err := next()
		for i, field := range row.Fields {
			if !utf8.ValidString(field) {
				return Row{}, fmt.Errorf("column %s is not UTF-8; convert the file, as with iconv -f ISO-8859-1 -t UTF-8",
					r.Columns[i])
			}
		}
		return row, err
	}
	return r, nil
}

// maxRow is the most bytes that a row may have: it is in memory as a whole.
const maxRow = 4 << 20

var errLongRow = fmt.Errorf("a row has more than %d MiB", maxRow>>20)

// meter refuses to read a row that is too long. What is compressed may be far longer than its file.
type meter struct {
	in io.Reader
	n  int // bytes since the last row
}

func (m *meter) Read(b []byte) (int, error) {
	if m.n > maxRow {
		return 0, errLongRow
	}
	n, err := m.in.Read(b)
	m.n += n
	return n, err
}

// bound lets each row of a reader have its own length.
func (m *meter) bound(r *Reader, err error) (*Reader, error) {
	if err != nil {
		return nil, err
	}
	next := r.next
	r.next = func() (Row, error) {
		m.n = 0
		return next()
	}
	return r, nil
}

// Stream begins to read a file in memory whose format is known. Compression is undone for at most MaxText bytes.
func Stream(text []byte, f Format) (*Reader, error) {
	text, err := unpack(text, f.Compression, MaxText)
	if err != nil {
		return nil, err
	}
	switch f.Type {
	case "delimited":
		whole := decode(text, f.Encoding)
		return openDelimited(strings.NewReader(whole), f.Delimiter, whole)
	case "json":
		return openJSON(bytes.NewReader(text))
	case "parquet":
		return openParquet(bytes.NewReader(text), int64(len(text)))
	}
	return nil, fmt.Errorf("format %q is not one of delimited, json, parquet", f.Type)
}

// openDelimited reads text with a header line. Whole is the same text, "" if it is not in memory.
func openDelimited(stream io.Reader, delimiter, whole string) (*Reader, error) {
	in := bufio.NewReader(stream)
	if begin, _ := in.Peek(len(mark)); string(begin) == mark {
		_, _ = in.Discard(len(mark))
	}
	r := csv.NewReader(in)
	if delimiter != "" {
		r.Comma, _ = utf8.DecodeRuneInString(delimiter)
	}
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file has no header line")
	}
	if err != nil {
		return nil, delimitedError(err, 0, 0, r.Comma)
	}
	r.ReuseRecord = true
	return &Reader{Columns: names, next: func() (Row, error) {
		begin := r.InputOffset()
		fields, err := r.Read()
		if err == nil || errors.Is(err, io.EOF) {
			return Row{Fields: fields}, err
		}
		err = delimitedError(err, len(fields), len(names), r.Comma)
		if _, isLine := errors.AsType[*lineFault](err); !isLine {
			return Row{}, err
		}
		row := Row{Corrupt: err}
		if whole != "" {
			row.Text = cut([]byte(strings.Trim(whole[begin:min(r.InputOffset(), begin+maxCorrupt)], "\r\n")))
		}
		return row, nil
	}}, nil
}

// openParquet reads a file that the library may panic on.
func openParquet(file File, size int64) (_ *Reader, err error) {
	damaged := func(err *error) {
		if p := recover(); p != nil {
			*err = fmt.Errorf("the file is not Parquet: %v", p)
		}
	}
	defer damaged(&err)
	rows, err := parquetRowsOf(file, size)
	if err != nil {
		return nil, readError("Parquet", err)
	}
	return &Reader{next: func() (_ Row, err error) {
		defer damaged(&err)
		row, err := rows.next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, errLongRow):
			return Row{}, err
		case err != nil:
			return Row{}, readError("Parquet", err)
		}
		text, err := json.Marshal(plain(rows.file.Schema(), row))
		if len(text) > maxRow {
			return Row{}, errLongRow
		}
		return Row{Object: text}, err
	}}, nil
}

// parquetRowsOf opens a file whose description fits into it: the library makes room for as much as the file claims.
func parquetRowsOf(file io.ReaderAt, size int64) (*parquetRows, error) {
	const head, tail = 4, 8 // PAR1; the length of the description, and PAR1
	var end [tail]byte
	if size >= head+tail {
		if _, err := file.ReadAt(end[:], size-tail); err != nil {
			return nil, err
		}
	}
	switch length := int64(binary.LittleEndian.Uint32(end[:])); {
	case length > size-head-tail:
		return nil, errors.New("its description is longer than the file")
	case length > maxPacked:
		return nil, fmt.Errorf("its description has more than %d MiB", maxPacked>>20)
	case string(end[4:]) == "PAR1":
		text := make([]byte, length)
		if _, err := file.ReadAt(text, size-tail-length); err != nil {
			return nil, err
		}
		if _, err := thriftLength(text); err != nil {
			return nil, err
		}
	}
	f, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	if len(f.Metadata().RowGroups) != len(f.RowGroups()) {
		return nil, errors.New("its description is damaged")
	}
	return &parquetRows{in: file, size: size, file: f, groups: f.RowGroups(), decimals: decimalsOf(f.Schema())}, nil
}

// lineFault is why a line of delimited text is not a row. Its text is made when it is needed: all lines may have one.
type lineFault struct {
	at            *csv.ParseError
	fields, names int
	delimiter     rune
}

func (f *lineFault) Error() string {
	line, what := f.at.Line, f.at.Err.Error()
	switch {
	case errors.Is(f.at, csv.ErrFieldCount):
		what = fmt.Sprintf("%s, but the header line has %d; put a value with %q in it in quotes",
			words.Count(f.fields, "value"), f.names, f.delimiter)
	case errors.Is(f.at, csv.ErrBareQuote):
		what = `a quote inside a value without quotes; write "a ""b"" c"`
	case errors.Is(f.at, csv.ErrQuote):
		line, what = f.at.StartLine, "a quoted value does not end; close it, and double each quote in it"
	}
	return "line " + strconv.Itoa(line) + ": " + what
}

// delimitedError says what is wrong with a line of delimited text, or with the rest of it.
func delimitedError(err error, fields, names int, delimiter rune) error {
	if at, isLine := errors.AsType[*csv.ParseError](err); isLine {
		return &lineFault{at, fields, names, delimiter}
	}
	return readError("delimited", err)
}

// readError says that a file is not what it should be, or cannot be read.
func readError(what string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file is cut off")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return errors.New("the file is not compressed by gzip, or it is damaged")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || what == "Parquet" {
		return fmt.Errorf("the file is not %s: %w", what, err)
	}
	return err
}
