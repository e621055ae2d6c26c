package flow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/dataprep"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/rows"
)

// input is the bound data of a source connection: the files of a folder, or a table.
type input struct {
	source object
	store  fileStore
	table  *core.Fixture
}

// inputOf finds the bound data of a source connection; false without them.
func inputOf(sp *core.Space, source object) (input, bool) {
	in := input{source, filesOf(sp, source), fixtureOfBase(sp, core.Text(source, "baseConnectionId"))}
	return in, in.store.HasFiles() || in.table != nil
}

// window is what a run reads: from (inclusive) to (exclusive), in ms. Of a table with a delta column, these are the
// rows whose value there is a time in between, of a folder the files that changed then.
type window struct {
	from, to int64
	delta    string
}

// sink takes the rows of an input. An error ends the reading.
type sink struct {
	file func(name string, header []string) // whose rows follow; the header is of rows of texts
	row  func(record.Row) error
}

// read gives the rows of a window to a sink, and counts the files that were read. The error is that of the source or
// of the sink.
func (in input) read(w window, to sink) (files int64, err error) {
	if in.store.HasFiles() {
		return in.readFiles(w, to)
	}
	table, filter := core.Text(in.source, "params", "tableName"), core.At(in.source, "params", "filters", "value")
	err = in.table.Each(context.Background(), table, func(row object) error {
		if !filterHolds(filter, row) || !w.has(row) {
			return nil
		}
		return to.row(record.Row{Object: core.ToJSON(row)})
	})
	switch {
	case err == nil, isOfSink(err):
		return 0, err
	case errors.Is(err, core.ErrNoTable):
		return 0, fmt.Errorf("the source has no table %s", table)
	}
	return 0, errors.New("the source cannot be read")
}

// has reports whether a row of a table is in the window.
func (w window) has(row object) bool {
	if w.delta == "" {
		return true
	}
	text, _ := row[w.delta].(string)
	at, isTime := core.ParseTime(text)
	return isTime && w.from <= at.UnixMilli() && at.UnixMilli() < w.to
}

func (in input) readFiles(w window, to sink) (n int64, err error) {
	inner, isIn := in.store.inner(core.Text(in.source, "params", "path"))
	if !isIn {
		return 0, nil
	}
	entries, err := in.store.Files(inner, core.At(in.source, "params", "recursive") == true)
	if err != nil {
		return 0, fmt.Errorf("the source cannot be read: %w", err)
	}
	property := func(name string) string { return core.Text(in.source, "data", "properties", name) }
	format := rows.Format{Type: core.Text(in.source, "data", "format"), Delimiter: property("columnDelimiter"),
		Encoding: property("encoding"), Compression: property("compressionType")}
	for _, e := range entries {
		if at := e.Modified.UnixMilli(); at < w.from || at >= w.to || !in.store.has(e, time.UnixMilli(w.to)) {
			continue
		}
		n++
		if isEncrypted(e.Path) {
			continue // nothing is decrypted
		}
		text, err := e.Read()
		if err == nil {
			err = readFile(in.store.outer(e.Path), text, format, to)
		}
		if isOfSink(err) {
			return n, err
		}
		if err != nil {
			return n, fmt.Errorf("file %s cannot be read: %w", in.store.outer(e.Path), err)
		}
	}
	return n, nil
}

// readFile gives the rows of a file to a sink.
func readFile(name string, text []byte, f rows.Format, to sink) error {
	reader, err := rows.Stream(text, f)
	if err != nil {
		return err
	}
	to.file(name, reader.Columns)
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := to.row(record.Row(row)); err != nil {
			return err
		}
	}
}

func cloneRow(row record.Row) record.Row {
	return record.Row{Fields: slices.Clone(row.Fields), Object: slices.Clone(row.Object)}
}

// isOfSink reports whether a sink ended the reading: nothing is wrong with the source.
func isOfSink(err error) bool { return errors.Is(err, errEnough) || errors.Is(err, record.ErrWork) }

// errEnough ends the reading of an input.
var errEnough = errors.New("enough rows")

// BoundRows gives the first rows of the bound data that a flow with a mapping set reads, at most as many as that.
func BoundRows(sp *core.Space, mappingSet string, most int) (out dataprep.Rows, err error) {
	source := sourceOf(sp, mappingSet)
	in, bound := inputOf(sp, source)
	if !bound {
		return out, nil
	}
	out.Columns = columnsOf(source)
	var header []string
	_, err = in.read(window{to: sp.Env.Now().UnixMilli() + 1}, sink{
		file: func(_ string, names []string) { header = names },
		row: func(row record.Row) error {
			if row.Corrupt != nil {
				return nil
			}
			if len(out.Rows) == most || len(out.Rows) > 0 && !slices.Equal(header, out.Header) {
				return errEnough
			}
			out.Header, out.Rows = header, append(out.Rows, cloneRow(row))
			return nil
		},
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

// sourceOf is the source connection of the first flow with a mapping set that has bound data, nil for none.
func sourceOf(sp *core.Space, mappingSet string) object {
	quoted := `"mappingId":"` + mappingSet + `"`
	for _, f := range sp.Table(core.KindFlow).Order {
		if !strings.Contains(string(f.Body), quoted) {
			continue
		}
		for _, id := range core.Texts(f.View(), "sourceConnectionIds") {
			r := sp.Get(core.KindSource, id)
			if r == nil {
				continue
			}
			if _, bound := inputOf(sp, r.View()); bound {
				return r.View()
			}
		}
	}
	return nil
}

// columnsOf are the columns that a source connection declares.
func columnsOf(source object) (columns []record.Column) {
	for _, c := range core.List(source, "params", "columns") {
		columns = append(columns, record.Column{Name: core.Text(c, "name"), Type: columnType(c)})
	}
	return columns
}

// columnType is the word for the type of a column of a source connection.
func columnType(c any) string {
	if xdm := core.Text(c, "meta:xdmType"); xdm != "" {
		return xdm
	}
	switch kind := core.Text(c, "type"); kind {
	case "number":
		return "double"
	default:
		return kind
	}
}
