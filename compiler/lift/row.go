package lift

import (
	"reflect"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// Row is how a document says one element of a list, such as a mapping.
type Row struct {
	Key   string // of the document's map
	Text  string // of a scalar, or the map in braces
	IsMap bool
}

// MappingRow is how a document with these columns says a mapping of an aligned mapping set; false when none can.
func MappingRow(row resource.Value, columns []string, tenant string) (Row, bool) {
	row = asSent(row, tenant)
	f := &schemas.Dataflow{}
	for _, name := range columns {
		f.Columns = append(f.Columns, schemas.Column{Name: name})
	}
	x := &index{Sandbox: Sandbox{Tenant: tenant}}
	m := schemas.Mapping{
		Destination: x.path(at(row, "destination").Text),
		Name:        text(at(row, "name").Text), Description: text(at(row, "description").Text),
	}
	reason := mappingSource(f, &m, at(row, "sourceType").Text, at(row, "source").Text)
	return rowOf(m.Destination, m, reason == "" && m.Destination != "")
}

// ColumnRow is how a document says a column of an aligned source connection; false when none can.
func ColumnRow(row resource.Value, tenant string) (Row, bool) {
	c, ok := columnOf(asSent(row, tenant))
	return rowOf(c.Name, c, ok && c.Name != "")
}

// FilterText is how a document says the filter of an aligned source connection in a line; false when it takes more.
func FilterText(v resource.Value, tenant string) (string, bool) {
	f, _ := filter(asSent(v, tenant))
	if f == nil || f.Where == "" {
		return "", false
	}
	return f.Where, true
}

func rowOf(key string, element any, ok bool) (Row, bool) {
	t := structTree(reflect.ValueOf(element))
	if t.sort == textTree {
		return Row{Key: key, Text: t.value}, ok
	}
	line, fits := inLine(t)
	return Row{Key: key, Text: line, IsMap: true}, ok && fits
}

// Text writes a text of an aligned object for documents, where `${` would be a reference.
func Text(s string) string { return strings.ReplaceAll(s, "${", "$${") }

// asSent is a part of an aligned object as the platform has it.
func asSent(v resource.Value, tenant string) resource.Value {
	out, _ := v.Map(func(_ resource.Path, w resource.Value) (resource.Value, error) {
		w.Text = specs.BindTenant(w.Text, tenant)
		return w, nil
	})
	return out
}

// FieldRows are how a document says the own fields that an aligned field group, or class, defines; false when it cannot
// say all of them.
func FieldRows(object resource.Value, tenant string) ([]Row, bool) {
	x := &index{Sandbox: Sandbox{Tenant: tenant}}
	definitions := at(object, "definitions.fields.properties")
	if len(definitions.Fields) != 1 {
		return nil, false
	}
	fields, ok := x.fieldsOf(asSent(definitions.Fields[0].Value, tenant), nil)
	var rows []Row
	for _, f := range fields {
		row, fits := rowOf(f.Path, f, true)
		ok = ok && fits
		rows = append(rows, row)
	}
	return rows, ok
}

// WithLabels is the text of a field that has labels, written as a list in brackets, besides what the field group says.
func WithLabels(row Row, labels string) string {
	if labels == "" || !row.IsMap {
		return row.Text
	}
	return strings.TrimSuffix(row.Text, "}") + ", labels: " + labels + "}"
}
