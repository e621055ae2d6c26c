package compiler

import (
	"maps"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// symbols is the symbol table of a project: its documents by kind and name. It is
// complete before any document is resolved, and nothing changes it afterwards.
type symbols struct {
	byName   map[symbol]*unit
	excluded map[symbol]*unit // documents that are not for the target
	unnamed  map[string]bool  // kinds of which a document has no name, "" for a document that has no kind either
	referred map[string]bool  // names that documents refer to as a schema or a dataset
	// names that a reference to a kind may have, listed on the first use
	names map[string]func() *nearest.Names
}

type symbol struct{ kind, name string }

// newSymbols enters the documents in their order, and reports names that are taken
// twice.
func newSymbols(units []unit, o Options, report *diag.Report) *symbols {
	s := &symbols{
		byName: make(map[symbol]*unit, len(units)), excluded: map[symbol]*unit{}, unnamed: map[string]bool{},
		referred: map[string]bool{}, names: map[string]func() *nearest.Names{},
	}
	for i := range units {
		u := &units[i]
		for _, name := range u.refers() {
			s.referred[name] = true
		}
		key := symbol{u.kind, u.name}
		switch first, taken := s.byName[key]; {
		case u.name == "" || u.kind == "":
			s.unnamed[u.kind] = s.unnamed[u.kind] || !u.doc.Excluded
		case u.doc.Excluded:
			s.excluded[key] = u
		case taken:
			report.Add(duplicateName{first: first.whole(o), second: u.whole(o)})
		default:
			s.byName[key] = u
		}
	}
	for key, u := range s.byName {
		if s.referred[key.name] {
			s.byName[key] = u.whole(o)
		}
	}
	for _, kind := range schemas.Kinds() {
		s.names[kind] = sync.OnceValue(func() *nearest.Names { return nearest.Of(s.list(kind)) })
	}
	s.compose(units)
	return s
}

// refers returns the names that a document refers to as a schema or a dataset.
func (u *unit) refers() []string {
	if u.partial != nil {
		return u.partial.refers()
	}
	switch {
	case u.dataflow != nil:
		t := &u.dataflow.Target
		return append(related(&t.Schema.SchemaBody), t.Schema.Ref, t.Dataset.Ref)
	case u.schema != nil:
		return related(&u.schema.SchemaBody)
	case u.dataset != nil:
		return []string{u.dataset.Schema}
	}
	return nil
}

// related returns the schemas that the relationships of a schema lead to.
func related(s *schemas.SchemaBody) []string {
	var out []string
	for _, rel := range s.Relationships {
		out = append(out, rel.Schema)
	}
	return out
}

// list returns the names that a reference to a kind may have, sorted.
func (s *symbols) list(kind string) []string {
	names := map[string]bool{}
	for key, u := range s.byName {
		if key.kind == kind || key.kind == schemas.KindDataflow && u.makes(kind) {
			names[key.name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// find returns the document of a kind by name.
func (s *symbols) find(kind, name string) (*unit, bool) {
	u, ok := s.byName[symbol{kind, name}]
	return u, ok
}

// connector returns the connector that a dataflow reads through.
func (s *symbols) connector(u *unit) (specs.Connector, bool) {
	_, via := viaOf(u.dataflow)
	slug := via.Connector
	if c, ok := s.find(schemas.KindConnection, via.Connection); ok && c.connection != nil {
		slug = c.connection.Connector
	}
	return specs.ConnectorBySlug(slug)
}

// schema returns the schema that the project makes under a name, nil when it makes
// none: a Schema document, or the schema inside the dataflow of that name.
func (s *symbols) schema(name string) *schemaSymbol {
	for _, kind := range []string{schemas.KindSchema, schemas.KindDataflow} {
		if u, ok := s.find(kind, name); ok && u.ownSchema != nil {
			return u.ownSchema
		}
	}
	return nil
}

// targetSchema returns the schema that a dataflow's data go into, nil when the
// project does not make it.
func (s *symbols) targetSchema(u *unit) *schemaSymbol {
	if u.ownSchema != nil {
		return u.ownSchema
	}
	return s.schema(u.dataflow.Target.Schema.Ref)
}

// targetDataset returns the dataset that a dataflow's data go into, nil when the
// project does not make it.
func (s *symbols) targetDataset(u *unit) *datasetSymbol {
	if u.ownDataset != nil {
		return u.ownDataset
	}
	for _, kind := range []string{schemas.KindDataset, schemas.KindDataflow} {
		if d, ok := s.find(kind, u.dataflow.Target.Dataset.Ref); ok {
			return d.ownDataset
		}
	}
	return nil
}

// makes reports whether the project makes a schema or dataset of that name. A
// document that is wrong counts: its own faults are enough.
func (s *symbols) makes(kind, name string) bool {
	if _, ok := s.find(kind, name); ok {
		return true
	}
	u, ok := s.find(schemas.KindDataflow, name)
	return ok && u.makes(kind)
}

// makes reports whether a dataflow makes the schema or the dataset of its name.
func (u *unit) makes(kind string) bool {
	switch kind {
	case schemas.KindSchema:
		return u.dataflow == nil || u.ownSchema != nil
	case schemas.KindDataset:
		return u.dataflow == nil || u.ownDataset != nil
	}
	return false
}

// schemaSymbol is a schema that a document makes, and what it is made of.
type schemaSymbol struct {
	section
	*schemas.SchemaBody
	name   string
	tenant string           // of the target, "" when it is not known
	fields *xdm.Schema      // what is known about its fields
	faults []xdm.OwnProblem // of its own fields
	parts  []partClash      // what its field groups define in two ways

	definer resource.Kind // of the object that defines its own fields
}

func newSchemaSymbol(in section, name string, body *schemas.SchemaBody, tenant string) *schemaSymbol {
	fields, faults := fieldsOf(body, tenant)
	s := &schemaSymbol{section: in, SchemaBody: body, name: name, tenant: tenant, fields: fields, faults: faults}
	s.definer = resource.FieldGroup
	if body.Relational != nil {
		s.definer = resource.Schema
	}
	return s
}

// datasetSymbol is a dataset that a document makes.
type datasetSymbol struct {
	section
	*schemas.DatasetBody
	schema   string // its $id or name
	schemaAt decode.Place
}

// enter notes the schema and the dataset that the document makes.
func (u *unit) enter(tenant string) {
	whole := section{doc: u.doc}
	switch {
	case u.schema != nil:
		u.ownSchema = newSchemaSymbol(whole, u.name, &u.schema.SchemaBody, tenant)
	case u.group != nil:
		u.ownGroup = newGroupSymbol(whole, u.group, tenant)
	case u.class != nil:
		u.ownClass = newClassSymbol(whole, u.class, tenant)
	case u.dataType != nil:
		u.ownType = newTypeSymbol(whole, u.dataType, tenant)
	case u.dataset != nil:
		u.ownDataset = &datasetSymbol{whole, &u.dataset.DatasetBody, u.dataset.Schema, u.at("schema")}
	case u.dataflow != nil:
		t := &u.dataflow.Target
		schema := t.Schema.Ref
		if schema == "" {
			schema = u.name
			u.ownSchema = newSchemaSymbol(section{u.doc, []string{"target", "schema"}}, u.name, &t.Schema.SchemaBody, tenant)
		}
		if t.Dataset.Ref == "" {
			u.ownDataset = &datasetSymbol{section{u.doc, []string{"target", "dataset"}}, &t.Dataset.DatasetBody, schema,
				u.at("target", "schema")}
		}
	}
}
