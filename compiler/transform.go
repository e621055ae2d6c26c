package compiler

import (
	"cmp"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// Transform is what a dataflow does to a row: its mappings, each with Source, Expression,
// or Value, and the fields that they fill.
type Transform struct {
	Columns  []schemas.Column // by the first level of their paths
	Mappings []schemas.Mapping
	Fields   *xdm.Schema
	Tests    []Test

	Connection  string // name of a Connection document, ID of a connection, or data-landing-zone; "" of streams and such
	Object      string // the table, or the path of files
	IsFiles     bool
	IsFolder    bool // or a pattern
	IsRecursive bool
}

// Test is a test of a dataflow with its place: a map of the document.
type Test struct {
	schemas.Test
	File *source.File
	Node *document.Node
}

// TransformsOf returns the transformations of dataflows by name, for a target. Where the project does not make the
// schema, any path is a field.
func TransformsOf(files []*source.File, o Options, names []string) map[string]Transform {
	p := newProject(o)
	p.read(files, p.readOne)
	out := make(map[string]Transform, len(names))
	for _, name := range names {
		if u, ok := p.symbols.find(schemas.KindDataflow, name); ok && u.dataflow != nil {
			out[name] = p.transform(u)
		}
	}
	return out
}

func (p *project) transform(u *unit) Transform {
	r := &resolver{p.symbols, p.options, &diag.Report{}}
	r.resolve(u)
	t := Transform{Fields: noSchema()}
	if schema := r.targetSchema(u); schema != nil {
		t.Fields = schema.fields
	}
	_, via := viaOf(u.dataflow)
	t.Connection = cmp.Or(via.Connection, via.ConnectionID)
	switch files := u.dataflow.Files; {
	case files != nil:
		t.Object, t.IsFiles = files.Path, true
		t.IsFolder, t.IsRecursive = pathType(files) == "folder", files.Recursive
		t.Connection = cmp.Or(t.Connection, via.Connector) // the landing zone has none
	default:
		t.Object = u.dataflow.Table
	}
	for _, c := range u.dataflow.Columns {
		t.Columns = append(t.Columns, topColumn(u.dataflow, c))
	}
	for _, m := range u.dataflow.Mappings {
		if m.Source != "" {
			m.Source = attributeOf(u.dataflow, m)
		}
		t.Mappings = append(t.Mappings, m)
	}
	list := u.doc.Lookup(decode.TestsKey).Node
	for i, test := range u.dataflow.Tests {
		t.Tests = append(t.Tests, Test{test, u.doc.File, list.Items[i]})
	}
	return t
}

// topColumn is the level of a row that a column is in.
func topColumn(f *schemas.Dataflow, c schemas.Column) schemas.Column {
	if !canNest(f) {
		return c
	}
	steps, fault := columnSteps(c.Name)
	if fault == "" && (len(steps) > 1 || steps[0].lists > 0) {
		return schemas.Column{Name: steps[0].name}
	}
	return c
}
