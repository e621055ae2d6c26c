package compiler

import (
	"github.com/aepflow/aepflow/internal/diag"
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
}

// TransformOf returns the transformation of a dataflow, for a target; false if there is
// no such dataflow. Where the project does not make the schema, any path is a field.
func TransformOf(files []*source.File, o Options, name string) (Transform, bool) {
	p := newProject(o)
	p.read(files, p.readOne)
	u, ok := p.symbols.find(schemas.KindDataflow, name)
	if !ok || u.dataflow == nil {
		return Transform{}, false
	}
	r := &resolver{p.symbols, p.options, &diag.Report{}}
	r.resolve(u)
	t := Transform{Fields: noSchema()}
	if schema := r.targetSchema(u); schema != nil {
		t.Fields = schema.fields
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
	return t, true
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
