// Package explore reads what the platform says about the tables, files, and columns of a source.
//
// In: the answers of the explore calls of Flow Service, in their several forms. Out: plain values, which are also the
// JSON of `aepflow explore`.
package explore

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Item is a table, file, or folder of a source.
type Item struct {
	Type string `json:"type"` // table, file, folder
	Name string `json:"name"`
	Path string `json:"path"` // as documents name it
	// IsOpaque says that the platform cannot read the columns of a file, such as an encrypted one.
	IsOpaque bool `json:"-"`
}

// UnmarshalJSON reads an item as the platform lists it.
func (i *Item) UnmarshalJSON(text []byte) error {
	var has struct {
		Type, Name, Path string
		CanFetchSchema   *bool
	}
	err := json.Unmarshal(text, &has)
	*i = Item{has.Type, has.Name, has.Path, has.CanFetchSchema != nil && !*has.CanFetchSchema}
	return err
}

// Contents is what a table or a file contains.
type Contents struct {
	Format      string            `json:"format"`                // flat, or hierarchical
	FileType    string            `json:"file_type,omitempty"`   // delimited, json, parquet
	Delimiter   string            `json:"delimiter,omitempty"`   // of delimited files
	Compression string            `json:"compression,omitempty"` // such as gzip
	Columns     []Column          `json:"columns"`
	Rows        []json.RawMessage `json:"rows,omitempty"` // objects, with preview only
}

// Column is a column of a table, or a path in a file.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"` // as documents write it, "" if no type of theirs fits
}

// ParseItems reads a list of tables, files, and folders.
func ParseItems(body []byte) ([]Item, error) {
	var items []Item
	if json.Unmarshal(body, &items) == nil {
		return items, nil
	}
	var wrapped struct{ Items []Item } // as Snowflake streaming answers
	if err := json.Unmarshal(body, &wrapped); err != nil {
		return nil, fmt.Errorf("explore the source: the answer is not a list: %w", err)
	}
	return wrapped.Items, nil
}

// ParseContents reads the columns and rows of a table or a file.
func ParseContents(body []byte) (Contents, error) {
	var answer struct {
		Format     string            `json:"format"`
		Schema     json.RawMessage   `json:"schema"`
		Data       []json.RawMessage `json:"data"`
		Properties struct{ FileType, ColumnDelimiter, CompressionType string }
	}
	if list := []jsonColumn{}; json.Unmarshal(body, &list) == nil { // older answers are the columns alone
		return Contents{Format: "flat", Columns: columnsOf(list)}, nil
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return Contents{}, fmt.Errorf("explore the source: the answer has another form: %w", err)
	}
	out := Contents{
		Format: cmp.Or(answer.Format, "flat"), FileType: answer.Properties.FileType,
		Delimiter: answer.Properties.ColumnDelimiter, Compression: answer.Properties.CompressionType, Rows: answer.Data,
	}
	if out.Format == "flat" {
		var schema struct{ Columns []jsonColumn }
		if err := json.Unmarshal(answer.Schema, &schema); err != nil {
			return Contents{}, fmt.Errorf("explore the source: the columns have another form: %w", err)
		}
		out.Columns = columnsOf(schema.Columns)
		return out, nil
	}
	var schema jsonShape
	if err := json.Unmarshal(answer.Schema, &schema); err != nil {
		return Contents{}, fmt.Errorf("explore the source: the schema has another form: %w", err)
	}
	out.Columns = schema.paths("", maxDepth)
	return out, nil
}

type jsonColumn struct {
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	XDMType string    `json:"meta:xdmType"`
	XDM     jsonShape `json:"xdm"`
}

func columnsOf(list []jsonColumn) []Column {
	out := make([]Column, 0, len(list))
	for _, c := range list {
		shape := c.XDM
		shape.Type = cmp.Or(shape.Type, c.Type)
		shape.XDMType = cmp.Or(shape.XDMType, c.XDMType)
		out = append(out, Column{c.Name, shape.word()})
	}
	return out
}

// jsonShape is the schema of a column or of a file.
type jsonShape struct {
	Type       string               `json:"type"`
	Format     string               `json:"format"`
	XDMType    string               `json:"meta:xdmType"`
	Maximum    json.Number          `json:"maximum"`
	Items      *jsonShape           `json:"items"`
	Properties map[string]jsonShape `json:"properties"`
}

// word is the type as documents write it, "" for an object.
func (s jsonShape) word() string {
	switch {
	case s.Format == "date" || s.XDMType == "date":
		return "date"
	case s.Format == "date-time" || s.XDMType == "date-time":
		return "date-time"
	}
	switch typ := strings.ToLower(s.Type); typ { // older answers have capitals
	case "string", "boolean":
		return typ
	case "double", "number", "float", "decimal":
		return "double"
	case "integer", "long":
		if most, err := strconv.ParseFloat(string(s.Maximum), 64); err == nil && most > 1<<31-1 || typ == "long" {
			return "long"
		}
		return "integer"
	case "array":
		if s.Items != nil && s.Items.word() != "" {
			return s.Items.word() + "[]"
		}
	}
	return ""
}

// maxDepth is how deep the paths of a file go.
const maxDepth = 20

// paths are the leaves below a shape, sorted.
func (s jsonShape) paths(at string, depth int) []Column {
	out := []Column{}
	for name, child := range s.Properties {
		path := name
		if at != "" {
			path = at + "." + name
		}
		switch {
		case depth == 0:
		case len(child.Properties) > 0:
			out = append(out, child.paths(path, depth-1)...)
		case child.Items != nil && len(child.Items.Properties) > 0:
			out = append(out, child.Items.paths(path+"[]", depth-1)...)
		default:
			out = append(out, Column{path, child.word()})
		}
	}
	slices.SortFunc(out, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
