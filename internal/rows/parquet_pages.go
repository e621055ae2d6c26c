package rows

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// The library makes room for what a page claims to contain, and for what it expands to, before it looks at it. These
// are the most that a page may have; usual ones have 1 MiB.
const (
	maxPacked   = 16 << 20 // bytes in the file
	maxUnpacked = 64 << 20 // bytes without compression
	maxValues   = 1 << 23
	maxRepeated = 1 << 20 // values of a column that is in a list
)

// checkPages looks at the pages of a row group before the library reads them.
func checkPages(file io.ReaderAt, size int64, group *format.RowGroup, repeated []bool) error {
	for i := range group.Columns {
		c := &group.Columns[i].MetaData
		begin := c.DataPageOffset
		if c.DictionaryPageOffset != 0 {
			begin = c.DictionaryPageOffset
		}
		length := c.TotalCompressedSize
		if begin < 0 || length < 0 || begin > size || length > size-begin {
			return errors.New("a column is longer than the file")
		}
		most := int32(maxValues)
		if i < len(repeated) && repeated[i] {
			most = maxRepeated
		}
		if err := checkColumn(io.NewSectionReader(file, begin, length), c.Codec, most); err != nil {
			return err
		}
	}
	return nil
}

// checkColumn looks at the pages of a column, one after the other.
func checkColumn(section *io.SectionReader, codec format.CompressionCodec, mostValues int32) error {
	for at := int64(0); at < section.Size(); {
		header, length, err := pageHeader(section, at)
		if err != nil {
			return errors.New("a page is damaged")
		}
		at += length
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		values := max(header.DataPageHeader.V.NumValues, header.DataPageHeaderV2.V.NumValues,
			header.DictionaryPageHeader.V.NumValues)
		switch {
		case packed < 0 || packed > section.Size()-at:
			return errors.New("a page is longer than its column")
		case packed > maxPacked, unpacked > maxUnpacked:
			return fmt.Errorf("a page has more than %d MiB, or %d MiB without its compression", maxPacked>>20, maxUnpacked>>20)
		case values > mostValues:
			return fmt.Errorf("a page has more than %d values", mostValues)
		}
		text := make([]byte, packed)
		if _, err := section.ReadAt(text, at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		at += packed
		if header.Type == format.DataPageV2 {
			// Its levels are not compressed.
			v2 := &header.DataPageHeaderV2.V
			levels := int64(v2.DefinitionLevelsByteLength) + int64(v2.RepetitionLevelsByteLength)
			if v2.DefinitionLevelsByteLength < 0 || v2.RepetitionLevelsByteLength < 0 || levels > packed {
				return errors.New("a page is damaged")
			}
			text, unpacked = text[levels:], unpacked-levels
			if v2.IsCompressed.Valid && !v2.IsCompressed.V {
				continue
			}
		}
		if !fits(text, codec, unpacked) {
			return errors.New("a page is damaged, or larger than it says")
		}
	}
	return nil
}

// pageHeader reads the header at a place, and returns its length too.
func pageHeader(section *io.SectionReader, at int64) (header format.PageHeader, length int64, err error) {
	for room := int64(1 << 10); ; room *= 16 {
		text := make([]byte, min(section.Size()-at, room))
		if _, err := section.ReadAt(text, at); err != nil && !errors.Is(err, io.EOF) {
			return header, 0, err
		}
		n, err := thriftLength(text)
		if errors.Is(err, errCutThrift) && int64(len(text)) == room && room < maxPacked {
			continue
		}
		if err == nil {
			err = thrift.Unmarshal(new(thrift.CompactProtocol), text[:n], &header)
		}
		return header, int64(n), err
	}
}

// fits reports whether a compressed text has at most limit bytes without its compression.
func fits(text []byte, codec format.CompressionCodec, limit int64) bool {
	if limit < 0 {
		return false
	}
	var r io.Reader
	switch codec {
	case format.Snappy:
		n, k := binary.Uvarint(text)
		return k > 0 && n <= uint64(limit) || len(text) == 0
	case format.Lz4Raw:
		// With less room than a block needs, the library makes twice as much, and never stops on a damaged one.
		_, err := lz4.UncompressBlock(text, make([]byte, limit))
		return err == nil || len(text) == 0
	case format.Gzip:
		unpacked, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return len(text) == 0
		}
		r = unpacked
	case format.Brotli:
		r = brotli.NewReader(bytes.NewReader(text))
	case format.Zstd:
		unpacked, err := zstd.NewReader(bytes.NewReader(text), zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderMaxWindow(maxUnpacked))
		if err != nil {
			return false
		}
		defer unpacked.Close()
		r = unpacked
	default:
		return true
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, limit+1))
	return err == nil && n <= limit
}

// parquetRows reads the rows of a file, one after the other.
type parquetRows struct {
	in     io.ReaderAt
	size   int64
	file   *parquet.File
	groups []parquet.RowGroup // that are still to read
	rows   parquet.Rows       // of the group in progress, or nil
	buffer [1]parquet.Row

	decimals []decimalColumn
}

// next returns the next row, and io.EOF after the last one.
func (p *parquetRows) next() (object, error) {
	for {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return nil, io.EOF
			}
			done := len(p.file.RowGroups()) - len(p.groups)
			if err := checkPages(p.in, p.size, &p.file.Metadata().RowGroups[done], p.repeated()); err != nil {
				return nil, err
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.buffer[:])
		if n == 1 {
			return p.object(p.buffer[0])
		}
		if err := p.close(); err != nil {
			return nil, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
}

func (p *parquetRows) close() error {
	if p.rows == nil {
		return nil
	}
	rows := p.rows
	p.rows = nil
	return rows.Close()
}

// repeated says for each column whether it is in a list.
func (p *parquetRows) repeated() []bool {
	var out []bool
	for _, path := range p.file.Schema().Columns() {
		leaf, ok := p.file.Schema().Lookup(path...)
		out = append(out, ok && leaf.MaxRepetitionLevel > 0)
	}
	return out
}

// object is a row as the library shows it, unless it is too long: its values may be many, and of one long text.
func (p *parquetRows) object(row parquet.Row) (object, error) {
	size := 0
	for _, v := range row {
		size += 8
		if kind := v.Kind(); kind == parquet.ByteArray || kind == parquet.FixedLenByteArray {
			size += len(v.ByteArray())
		}
		if size > maxRow {
			return nil, errLongRow
		}
	}
	out := object{}
	if err := p.file.Schema().Reconstruct(&out, row); err != nil {
		return nil, err
	}
	for _, d := range p.decimals {
		d.put(out, row)
	}
	return out, nil
}
