package draft

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

//go:embed table.dataflow.yaml.tmpl
var tableTemplate string

// Connection is how a dataflow names its connection: by the name of a document, or by an ID.
type Connection struct {
	Document, Connector, ConnectionID string
}

// tableData is the data of the template.
type tableData struct {
	Connection
	Name, Table         string
	Columns, Own        []tableColumn
	Key, Delta          string
	Identity, Namespace string
}

// tableColumn is a column and the field that it fills.
type tableColumn struct {
	schemas.Column
	Unknown bool   // the source does not say its type
	Path    string // destination of its mapping
	Guess   bool   // the destination is a standard field
	Field   string // own field, "" if the destination is a standard one
}

// guessedGroups are the field groups in which columns find their fields.
var guessedGroups = []string{"profile-person-details", "profile-personal-details"}

// Dataflow returns a first dataflow of a table. What a column fills is guessed from its name; a column that
// resembles no standard field gets a field of its own.
func Dataflow(name, table string, from Connection, list []explore.Column) ([]byte, error) {
	out := tableData{Name: name, Table: table, Connection: from}
	schema, _ := xdm.NewSchema("profile", guessedGroups, nil, "")
	taken, fields := map[string]bool{}, fieldNames{}
	var columns []schemas.Column
	for i, c := range list {
		column := tableColumn{Column: schemas.Column{Name: c.Name, Type: c.Type}, Unknown: c.Type == ""}
		if column.Unknown {
			column.Type = "string"
		}
		path, ok := schema.Guess(c.Name, column.Type)
		if ok && !taken[path] {
			column.Path, column.Guess, taken[path] = path, true, true
		} else {
			column.Field = fieldName(name, 0) + "." + fields.of(c.Name, i)
			column.Path = "_{TENANT_ID}." + column.Field
			out.Own = append(out.Own, column)
		}
		if column.Path == "personalEmail.address" {
			out.Identity, out.Namespace = path, "Email"
		}
		columns = append(columns, column.Column)
		out.Columns = append(out.Columns, column)
	}
	out.Key, out.Delta = likelyKey(columns, table), compiler.LikelyDelta(columns)
	return render(tableTemplate, out)
}

// likelyKey is the column that most likely identifies a row: id, or the table's name and id, else the first one.
func likelyKey(columns []schemas.Column, table string) string {
	last := strings.ToLower(table[strings.LastIndexByte(table, '.')+1:])
	single := strings.TrimSuffix(last, "s")
	for _, name := range []string{"id", last + "_id", single + "_id", last + "id", single + "id"} {
		for _, c := range columns {
			if strings.EqualFold(c.Name, name) {
				return c.Name
			}
		}
	}
	return columns[0].Name
}

// Merge is how columns of a source get into a document.
type Merge struct {
	Edits          []diag.Edit
	Added, Changed int      // columns, types of columns
	Absent         []string // columns that the source does not have
}

// MergeColumns adds columns to the document of a dataflow, and corrects their types. It removes none: a mapping may use
// it. The error is an *edit.Elsewhere.
func MergeColumns(f *source.File, root *document.Node, list []explore.Column) (m Merge, err error) {
	has := root.Get("columns")
	if has == nil {
		var b strings.Builder
		for _, c := range list {
			fmt.Fprintf(&b, "\n  %s: %s", document.QuoteKey(c.Name), typeOf(c))
		}
		after := "table"
		if root.Get("files") != nil {
			after = "files"
		}
		m.Edits, m.Added = []diag.Edit{edit.AddPairAfter(f, root, after, "columns", b.String())}, len(list)
		return m, nil
	}
	if !has.Alias().IsZero() || has.Kind != document.MapKind {
		return m, &edit.Elsewhere{At: has.Where("")[0].Span, Why: "another place"}
	}
	for _, c := range list {
		at := has.Get(c.Name)
		typed := at
		if at != nil && at.Kind == document.MapKind {
			typed = at.Get("type")
		}
		switch {
		case at == nil:
			m.Edits = append(m.Edits, edit.AddPair(f, has, c.Name, typeOf(c)))
			m.Added++
		case typed != nil && typed.Alias().IsZero() && c.Type != "" && !isSameType(typed.Text, c.Type):
			m.Edits = append(m.Edits, diag.Edit{Span: typed.Span, Text: c.Type})
			m.Changed++
		}
	}
	for _, pair := range has.Pairs {
		if !slices.ContainsFunc(list, func(c explore.Column) bool { return c.Name == pair.Key.Text }) {
			m.Absent = append(m.Absent, pair.Key.Text)
		}
	}
	return m, nil
}

// isSameType reports whether a document may keep its type: the source does not distinguish dates from times, and does
// not say how large integers are.
func isSameType(has, found string) bool {
	return has == found || has == "date" && found == "date-time" || has == "long" && found == "integer"
}

func typeOf(c explore.Column) string {
	if c.Type == "" {
		return "string"
	}
	return c.Type
}
