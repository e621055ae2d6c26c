package view

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/aepflow/aepflow/internal/explore"
)

// Items writes the tables, files, and folders of a source.
func Items(w io.Writer, list []explore.Item, o Options) error {
	c := newCanvas(o)
	for _, item := range list {
		path := item.Path
		if path == "" {
			path = item.Name
		}
		c.line(c.paint(dim, item.Type+pad(item.Type, 8)), c.paint(plain, path))
	}
	if len(list) == 0 {
		c.line("nothing is there")
	}
	return flush(w, c)
}

// Contents writes the columns of a table or file, in the words of documents, and the rows that were read.
func Contents(w io.Writer, found explore.Contents, o Options) error {
	c := newCanvas(o)
	if found.FileType != "" {
		line := found.FileType
		if found.Compression != "" {
			line += ", " + found.Compression
		}
		c.line(c.paint(dim, line))
	}
	t := newTable(c, "COLUMN", "TYPE")
	for _, column := range found.Columns {
		typ := column.Type
		if typ == "" {
			typ = "?"
		}
		t.row(plain, []string{column.Name, typ})
	}
	t.write()
	for _, row := range found.Rows {
		c.line(c.paint(plain, compactRow(row)))
	}
	return flush(w, c)
}

// compactRow is a row on one line, as JSON.
func compactRow(row json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, row) != nil {
		return string(row)
	}
	return b.String()
}
