// Package lineage says from which columns the fields of a dataset come.
//
// In: the compiled graph. Out: the dataflows with their mappings, and what each mapping reads. Pure: it knows no files,
// and nothing of the platform.
package lineage

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Dataflow is the way of the data of one dataflow.
type Dataflow struct {
	Name     string
	Via      string // connection: its address or ID
	Data     string // table, path, or stream that is read; "" if the source names none
	Dataset  string // its address or ID
	Schema   string // its address or ID
	Fields   []Field
	Unmapped []string // declared columns that no mapping reads
	// Shared is the ID of a mapping set that other dataflows use too, and whose mappings are not in the documents.
	Shared string
	Origin source.Span
}

// Field is one mapping: a field of the dataset and what is written there.
type Field struct {
	Path    string
	Kind    Kind
	Source  string   // the column, the expression, or the constant
	Columns []string // what is read, each once, in the order of the text
	Origin  source.Span
}

// Kind is how a field gets its value.
type Kind string

// The kinds of mappings.
const (
	Column     Kind = "column"
	Expression Kind = "expression"
	Constant   Kind = "constant"
)

// Of returns the lineage of the dataflows in a graph, by name.
func Of(g *resource.Graph) ([]Dataflow, error) {
	var out []Dataflow
	for _, r := range g.All() {
		if r.Address.Kind != resource.Flow {
			continue
		}
		d, err := dataflow(g, r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Dataflow) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func dataflow(g *resource.Graph, flow resource.Resource) (Dataflow, error) {
	d := Dataflow{Name: flow.Address.Name, Origin: flow.Origin}
	src, err := bodyOf(g, resource.Source, d.Name)
	if err != nil {
		return d, err
	}
	d.Via = text(at(src, "baseConnectionId"))
	params := at(src, "params")
	for _, key := range []string{"tableName", "path", "topicName", "eventHubName", "streamName", "subscriptionId"} {
		d.Data = cmp.Or(d.Data, text(at(params, key)))
	}
	target, err := bodyOf(g, resource.Target, d.Name)
	if err != nil {
		return d, err
	}
	d.Dataset, d.Schema = text(at(target, "params", "dataSetId")), text(at(target, "data", "schema", "id"))
	set, err := bodyOf(g, resource.Mapping, d.Name)
	if err != nil {
		return d, err
	}
	for _, row := range at(set, "mappings").Items {
		d.Fields = append(d.Fields, field(row))
	}
	body, err := flow.Body.Value()
	if err != nil {
		return d, err
	}
	for _, t := range at(body, "transformations").Items {
		if id := at(t, "params", "mappingId"); id.Kind == resource.StringValue {
			d.Shared = id.Text
		}
	}
	d.Unmapped = d.unread(at(params, "columns").Items)
	return d, nil
}

func bodyOf(g *resource.Graph, kind resource.Kind, name string) (resource.Value, error) {
	r, ok := g.Get(resource.Address{Kind: kind, Name: name})
	if !ok {
		return resource.Value{}, nil
	}
	return r.Body.Value()
}

// at returns the member at a path of an object, the null value if there is none.
func at(v resource.Value, path ...string) resource.Value {
	for _, name := range path {
		v, _ = v.Get(name)
	}
	return v
}

// text is a string, or the address that a reference leads to.
func text(v resource.Value) string {
	if v.Kind == resource.RefValue {
		return v.Ref.To.String()
	}
	return v.Text
}

func field(row resource.Value) Field {
	f := Field{Path: at(row, "destination").Text, Source: at(row, "source").Text, Origin: row.Origin}
	switch at(row, "sourceType").Text {
	case "ATTRIBUTE":
		f.Kind, f.Columns = Column, []string{f.Source}
	case "STATIC":
		f.Kind = Constant
	default:
		f.Kind, f.Columns = Expression, columnsOf(f.Source)
	}
	return f
}

// columnsOf lists what an expression reads.
func columnsOf(text string) []string {
	e, problems := dataprep.Parse(text)
	if dataprep.HasErrors(problems) {
		return nil
	}
	var out []string
	for _, a := range dataprep.Attributes(e) {
		if !slices.Contains(out, a.Path) {
			out = append(out, a.Path)
		}
	}
	return out
}

// unread returns the columns that no mapping reads, whole or in part.
func (d Dataflow) unread(columns []resource.Value) []string {
	read := map[string]bool{}
	for _, f := range d.Fields {
		if f.Kind == Constant {
			continue
		}
		read[f.Source] = true // a column with a name that is not an expression
		if e, problems := dataprep.Parse(f.Source); !dataprep.HasErrors(problems) {
			for _, a := range dataprep.Attributes(e) {
				read[a.Root] = true
			}
		}
	}
	var out []string
	for _, c := range columns {
		if name := at(c, "name").Text; name != "" && !read[name] {
			out = append(out, name)
		}
	}
	if len(d.Fields) == 0 {
		return nil
	}
	return out
}
