package rows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// codecs are all compressions of pages.
var codecs = []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd,
	&parquet.Lz4Raw}

type tagged struct {
	ID   int64    `parquet:"id"`
	Tags []string `parquet:"tags,list"`
}

// taggedFile is a file with a row group for every hundred rows.
func taggedFile(t testing.TB, rows []tagged, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[tagged](&b, options...)
	for len(rows) > 0 {
		n := min(100, len(rows))
		_, err := w.Write(rows[:n])
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll counts the rows of a Parquet file.
func readAll(text []byte) (n int, err error) {
	r, err := Open("a.parquet", nil, bytes.NewReader(text), int64(len(text)))
	for err == nil {
		if _, err = r.Next(); err == nil {
			n++
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// TestParquetPages: the pages of every compression and version are read, all row groups of them; with any of its bytes
// changed or missing, a file is read or refused.
func TestParquetPages(t *testing.T) {
	rows := make([]tagged, 250)
	for i := range rows {
		rows[i] = tagged{int64(i), []string{strings.Repeat("x", i%7), "y"}}
	}
	for _, codec := range codecs {
		for version := 1; version <= 2; version++ {
			text := taggedFile(t, rows, parquet.Compression(codec), parquet.DataPageVersion(version))
			if n, err := readAll(text); n != len(rows) || err != nil {
				t.Errorf("%v, version %d: %d rows, %v", codec, version, n, err)
			}
			for i := 4; i < len(text); i += 7 {
				damaged := bytes.Clone(text)
				damaged[i] ^= 0xff
				_, _ = readAll(damaged)
			}
		}
	}
}

// TestFits: what a page expands to is known before the library expands it.
func TestFits(t *testing.T) {
	const size = 100_000
	for _, codec := range codecs[1:] {
		text, err := codec.Encode(nil, bytes.Repeat([]byte("a"), size))
		if err != nil {
			t.Fatal(err)
		}
		for limit, want := range map[int64]bool{size: true, size - 1: false, 0: false, -1: false} {
			if fits(text, codec.CompressionCodec(), limit) != want {
				t.Errorf("%v: %d bytes in %d: %v", codec, size, limit, !want)
			}
		}
		if kind := codec.CompressionCodec(); kind != format.Snappy && fits(text[:len(text)/2], kind, size) {
			t.Errorf("%v: half of a text fits", codec)
		}
	}
}

// TestPageLimits looks at both sides of each limit of a page.
func TestPageLimits(t *testing.T) {
	page := func(change func(*format.PageHeader)) error {
		h := format.PageHeader{Type: format.DataPage, CompressedPageSize: 4, UncompressedPageSize: 4}
		h.DataPageHeader.Valid = true
		change(&h)
		text, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, make([]byte, min(max(h.CompressedPageSize, 0), maxPacked+1))...)
		return checkColumn(io.NewSectionReader(bytes.NewReader(text), 0, int64(len(text))), format.Uncompressed, maxValues)
	}
	for name, tt := range map[string]struct {
		good, bad func(*format.PageHeader)
	}{
		"bytes in the file": {func(h *format.PageHeader) { h.CompressedPageSize = maxPacked },
			func(h *format.PageHeader) { h.CompressedPageSize = maxPacked + 1 }},
		"bytes": {func(h *format.PageHeader) { h.UncompressedPageSize = maxUnpacked },
			func(h *format.PageHeader) { h.UncompressedPageSize = maxUnpacked + 1 }},
		"values": {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues = maxValues },
			func(h *format.PageHeader) { h.DataPageHeader.V.NumValues = maxValues + 1 }},
		"length": {func(h *format.PageHeader) {}, func(h *format.PageHeader) { h.CompressedPageSize = -1 }},
		"levels": {func(h *format.PageHeader) { h.Type = format.DataPageV2 }, func(h *format.PageHeader) {
			h.Type, h.DataPageHeaderV2.Valid, h.DataPageHeaderV2.V.DefinitionLevelsByteLength = format.DataPageV2, true, 5
		}},
	} {
		if err := page(tt.good); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := page(tt.bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestLongParquetRow: a row is as long as its values together, however little they take in the file.
func TestLongParquetRow(t *testing.T) {
	for length, want := range map[int]bool{maxRow/1000 - 100: true, maxRow/1000 + 100: false} {
		tags := make([]string, 1000)
		for i := range tags {
			tags[i] = strings.Repeat("x", length)
		}
		text := taggedFile(t, []tagged{{1, tags}}, parquet.Compression(&parquet.Zstd))
		n, err := readAll(text)
		if (err == nil) != want || (n == 1) != want || err != nil && !strings.Contains(err.Error(), "more than 4 MiB") {
			t.Errorf("1000 × %d bytes: %d rows, %v", length, n, err)
		}
	}
}

// TestThriftClaims: a description that claims more than it has is refused before room is made for it.
func TestThriftClaims(t *testing.T) {
	list := func(n uint64, items int) []byte {
		text := binary.AppendUvarint([]byte{2<<4 | thriftList, 15<<4 | thriftStruct}, n)
		return append(append(text, make([]byte, items)...), 0)
	}
	for name, tt := range map[string]struct {
		text []byte
		want error
	}{
		"as many as it says":    {list(20, 20), nil},
		"a list that is longer": {list(1<<31, 20), errCutThrift},
		"many structs":          {list(maxStructs-1, maxStructs-1), nil},
		"too many structs":      {list(maxStructs, maxStructs), errThrift},
		"bytes that are there":  {[]byte{1<<4 | thriftBinary, 2, 'a', 'b', 0}, nil},
		"bytes that are not":    {[]byte{1<<4 | thriftBinary, 200, 1, 'a', 'b', 0}, errCutThrift},
		"a map that is longer":  {[]byte{1<<4 | thriftMap, 200, 1, thriftByte<<4 | thriftByte, 0}, errCutThrift},
		"without an end":        {[]byte{1<<4 | thriftInt64, 2}, errCutThrift},
		"an unknown type":       {[]byte{1<<4 | 13, 0}, errThrift},
		"too deep":              {bytes.Repeat([]byte{1<<4 | thriftStruct}, 33), errThrift},
	} {
		if _, err := thriftLength(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	// The same in the description of a file.
	description := list(1<<30, 20)
	file := append([]byte("PAR1"), description...)
	file = append(binary.LittleEndian.AppendUint32(file, uint32(len(description))), "PAR1"...)
	if _, err := readAll(file); err == nil {
		t.Error("a file that claims a billion elements is read")
	}
}
