package compiler

import (
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// unit is one decoded document. Exactly one of the pointers is set; none when
// the document is wrong, so that its name still counts.
type unit struct {
	doc        *decode.Variant
	kind       string
	name       string
	dataflow   *schemas.Dataflow
	connection *schemas.Connection
	schema     *schemas.Schema
	dataset    *schemas.Dataset
	group      *schemas.FieldGroup
	class      *schemas.Class
	dataType   *schemas.DataType
	namespace  *schemas.Namespace
	partial    *partial // what can be read of a wrong document

	ownSchema  *schemaSymbol  // that the document makes, nil when it makes none
	ownDataset *datasetSymbol // likewise
	ownGroup   *groupSymbol   // likewise
	ownClass   *classSymbol   // likewise
	ownType    *typeSymbol    // likewise

	adoptedFaults []string // what the platform would refuse in a new dataflow like this one, as resolved

	compiled bool // resolved and, unless that found an error, lowered
	lowered  []resource.Resource
}

// release lets the memory of a dataflow go, unless messages need to know how its
// values came about. Its tree takes 13 KB.
func (u *unit) release() {
	if u.dataflow != nil && len(u.doc.Provenance)+len(u.doc.Removed) == 0 {
		u.dataflow, u.ownSchema, u.ownDataset = nil, nil, nil
		u.doc = u.doc.Emptied()
	}
}

// isAlone reports whether a unit is a dataflow that refers to no other document.
func (u *unit) isAlone() bool {
	f := u.dataflow
	if f == nil {
		return false
	}
	_, via := viaOf(f)
	return via.Connection == "" && f.Target.Schema.Ref == "" && f.Target.Dataset.Ref == "" &&
		len(f.Target.Schema.Relationships) == 0 && !namesParts(&f.Target.Schema.SchemaBody)
}

// at returns the place below keys of the document.
func (u *unit) at(keys ...string) decode.Place {
	return decode.Place{Doc: u.doc, Path: document.At(keys...)}
}

func (u *unit) span(keys ...string) source.Span { return u.doc.Lookup(keys...).Span() }

func (u *unit) has(keys ...string) bool { return u.doc.Lookup(keys...).Here }

// whole returns the document with its tree, which is read again if it was released:
// another document refers to it.
func (u *unit) whole(o Options) *unit {
	if !u.compiled || u.dataflow != nil {
		return u
	}
	return &read(u.doc.File, o).units[0]
}

// lifecycle returns the lifecycle of a document, nil when it has none.
func (u *unit) lifecycle() *schemas.Lifecycle {
	switch {
	case u.dataflow != nil:
		return u.dataflow.Lifecycle
	case u.connection != nil:
		return u.connection.Lifecycle
	case u.schema != nil:
		return u.schema.Lifecycle
	case u.dataset != nil:
		return u.dataset.Lifecycle
	case u.group != nil:
		return u.group.Lifecycle
	case u.class != nil:
		return u.class.Lifecycle
	case u.dataType != nil:
		return u.dataType.Lifecycle
	case u.namespace != nil:
		return u.namespace.Lifecycle
	}
	return nil
}

// section is a part of a document that makes an object of its own: the whole, or what
// a dataflow has inside its target.
type section struct {
	doc   *decode.Variant
	under []string // the keys that lead to it
}

func (s section) keys(keys ...string) []string { return append(slices.Clip(s.under), keys...) }

func (s section) at(keys ...string) decode.Place {
	return decode.Place{Doc: s.doc, Path: document.At(s.keys(keys...)...)}
}

func (s section) lookup(keys ...string) document.Found { return s.doc.Lookup(s.keys(keys...)...) }

// origin are the keys of what names the section in a message: the name of a document.
func (s section) origin() []string {
	if len(s.under) == 0 {
		return []string{"name"}
	}
	return s.under
}

func (s section) whole() decode.Place {
	return decode.Place{Doc: s.doc, Path: document.At(s.origin()...)}
}

type readFile struct {
	units  []unit
	report *diag.Report
}

const (
	// maxProjectDocuments is how many documents a project may hold.
	maxProjectDocuments = 50_000
	// batchBytes is about how much text is read before documents are counted.
	batchBytes = 16 << 20
)

// readAll reads the files on all cores; the order of the answer is that of the
// files. When they hold more documents than most, it reads no further and returns
// only that problem.
func readAll(files []*source.File, one func(*source.File) readFile, most int) ([]readFile, diag.Problem) {
	var out []readFile
	for rest := files; len(rest) > 0; {
		n, size := 0, 0
		for ; n < len(rest) && size < batchBytes; n++ {
			size += len(rest[n].Text)
		}
		batch := make([]readFile, n)
		parallel.Each(n, func(i int) { batch[i] = one(rest[i]) })
		for _, r := range batch {
			if most -= len(r.units); most < 0 {
				return nil, document.TooManyDocuments{
					First: r.units[len(r.units)+most].doc.Root.Span, Where: "project", Limit: maxProjectDocuments,
				}
			}
		}
		out, rest = append(out, batch...), rest[n:]
	}
	return out, nil
}

func read(f *source.File, o Options) readFile {
	docs, report := document.Parse(f)
	var units []unit
	for _, d := range docs {
		d, fine := decode.ForTarget(d, o.reading, report)
		units = append(units, decodeUnit(d, fine && !d.Excluded, o.Tenant, report))
	}
	return readFile{units, report}
}

// decodeUnit decodes a document, unless it is only wanted by name.
func decodeUnit(d *decode.Variant, whole bool, tenant string, report *diag.Report) unit {
	u := unit{doc: d}
	u.kind, _ = d.Kind()
	if n := d.Root.Get("name"); n != nil && n.Kind == document.StringKind {
		u.name = n.Text
	}
	if !whole {
		return u
	}
	v, found := decode.Read(d)
	report.Append(found)
	if v == nil {
		u.partial = decodePartial(u, found, tenant)
	}
	u.take(v, tenant)
	return u
}

// take keeps a decoded document by its type, and enters what it makes.
func (u *unit) take(v any, tenant string) {
	switch v := v.(type) {
	case *schemas.Dataflow:
		u.dataflow = v
	case *schemas.Connection:
		u.connection = v
	case *schemas.Schema:
		u.schema = v
	case *schemas.Dataset:
		u.dataset = v
	case *schemas.FieldGroup:
		u.group = v
	case *schemas.Class:
		u.class = v
	case *schemas.DataType:
		u.dataType = v
	case *schemas.Namespace:
		u.namespace = v
	}
	u.enter(tenant)
}
