// Package compiler turns documents into a graph of platform resources, or into
// diagnostics that say where they are wrong and how to fix them.
//
// In: source files, read by internal/document. Out: typed dataflows, then
// resources. Laws: compiling never panics, every span lies inside its file, and
// the same input gives the same bytes out.
package compiler

import (
	"errors"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// Compile turns the files of a project into the graph of what they ask for:
//
//	bytes → documents → for the target → decoded → resolved → resources
//
// The report holds every fault of every file; the graph is nil when any of them
// is an error, or aepflow.yaml has one.
func Compile(files []*source.File, o Options) (*resource.Graph, *diag.Report) {
	p := newProject(o)
	p.read(files, p.compileAlone)
	p.each(resolveAt)
	p.forgive()
	p.applyLevels()
	g := p.graph(p.resources())
	p.explain()
	return g, p.report
}

// read reads the documents, each file by a call of one, and finds what each name
// stands for.
func (p *project) read(files []*source.File, one func(*source.File) readFile) {
	read, excess := readAll(files, one, maxProjectDocuments)
	if excess != nil {
		p.report.Add(excess)
	}
	for _, r := range read {
		p.report.Append(r.report)
		p.units = append(p.units, r.units...)
	}
	p.index()
}

// forgive drops the diagnostics of what an aepflow.yaml with errors may define.
func (p *project) forgive() {
	if !p.options.Incomplete {
		return
	}
	p.report = p.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
		return d, d.Code != diag.MissingKey && d.Code != diag.UnknownVariable && d.Code != diag.UnknownTarget
	})
}

// readOne reads the documents of a file.
func (p *project) readOne(f *source.File) readFile { return read(f, p.options) }

// compileAlone reads a file. A dataflow that refers to no other document is compiled
// right away and lets go of its tree: of 10,000 dataflows that saves 90 MB at the peak.
func (p *project) compileAlone(f *source.File) readFile {
	r := read(f, p.options)
	if len(r.units) != 1 || !r.units[0].isAlone() {
		return r
	}
	u, own := &r.units[0], p.fork()
	own.resolve(u)
	r.report.Append(own.report)
	if !own.report.HasErrors() {
		u.lowered = own.lower(u)
	}
	u.compiled = true
	u.release()
	return r
}

// isAlone reports whether a unit is a dataflow that refers to no other document.
func (u *unit) isAlone() bool {
	f := u.dataflow
	return f != nil && f.Database.Connection == "" && f.Target.Schema.Ref == "" && f.Target.Dataset.Ref == ""
}

// fork returns a project with the same documents and a report of its own, for one
// goroutine.
func (p *project) fork() *project {
	own := *p
	own.report, own.fields = &diag.Report{}, map[*schemas.SchemaBody]*xdm.Schema{}
	return &own
}

func newProject(o Options) *project {
	o.lookup = newLookup(o)
	return &project{
		options: o, tenant: o.Tenant, report: &diag.Report{}, fields: map[*schemas.SchemaBody]*xdm.Schema{},
		known: &knownNames{byKind: map[string]*nearest.Names{}}, again: &reread{units: map[*unit]*unit{}},
	}
}

// isWrong reports whether there is nothing to lower: documents or aepflow.yaml
// have errors.
func (p *project) isWrong() bool { return p.report.HasErrors() || p.options.Incomplete }

// resources lowers the documents into one list each; none when there are errors.
func (p *project) resources() [][]resource.Resource {
	if p.isWrong() {
		return nil
	}
	lists := make([][]resource.Resource, len(p.units))
	p.each(func(p *project, i int) {
		u := &p.units[i]
		if u.compiled {
			lists[i] = u.lowered
			return
		}
		lists[i] = p.lower(u)
		if !p.named[u.name] {
			u.release()
		}
	})
	return lists
}

// graph joins the resources, nil when something is wrong.
func (p *project) graph(lists [][]resource.Resource) *resource.Graph {
	if p.isWrong() {
		return nil
	}
	distinct := p.distinctTitles(lists)
	g, ok := resource.Join(lists)
	if !ok {
		p.clashes(slices.Concat(lists...))
	}
	p.owners(lists)
	if !ok || !distinct || p.report.HasErrors() {
		return nil
	}
	var cycle *resource.CycleError
	if _, err := g.Order(); errors.As(err, &cycle) {
		panic("compiler: " + cycle.Error()) // references between documents cannot form a ring
	}
	return g
}

// unit is one decoded document. Exactly one of the pointers is set; none when
// the document is wrong, so that its name still counts.
type unit struct {
	doc        *variant
	kind       string
	name       string
	dataflow   *schemas.Dataflow
	connection *schemas.Connection
	schema     *schemas.Schema
	dataset    *schemas.Dataset
	partial    *partial // what can be read of a wrong document

	compiled bool // resolved and, unless that found an error, lowered
	lowered  []resource.Resource
}

// release lets the memory of a dataflow go, unless messages need to know how its
// values came about. Its tree takes 13 KB.
func (u *unit) release() {
	if u.dataflow != nil && len(u.doc.provenance)+len(u.doc.removed) == 0 {
		u.dataflow, u.doc = nil, u.doc.with(&document.Node{Kind: document.MapKind, Span: u.doc.Root.Span})
	}
}

// span-giving helpers, so that lowering reads like the document.
func (u *unit) at(keys ...string) place { return place{u.doc, document.At(keys...)} }

func (u *unit) span(keys ...string) source.Span { return u.doc.Lookup(keys...).Span() }

func (u *unit) has(keys ...string) bool { return u.doc.Lookup(keys...).Here }

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

// each calls do for every document, on all cores. Each call gets a project of its
// own to write to, and sees all documents; its reports are in the order of
// the documents.
func (p *project) each(do func(p *project, i int)) {
	reports := make([]*diag.Report, len(p.units))
	parallel.Cores(len(p.units), func(next func() (int, bool)) {
		own := p.fork()
		for i, ok := next(); ok; i, ok = next() {
			own.report = &diag.Report{}
			do(own, i)
			reports[i] = own.report
		}
	})
	for _, r := range reports {
		p.report.Append(r)
	}
}

func read(f *source.File, o Options) readFile {
	docs, report := document.Parse(f)
	var units []unit
	for _, d := range docs {
		d, fine := overlaid(d, o, report)
		units = append(units, decodeUnit(d, fine && !d.excluded, report))
	}
	return readFile{units, report}
}

// decodeUnit decodes a document, unless it is only wanted by name.
func decodeUnit(d *variant, whole bool, report *diag.Report) unit {
	u := unit{doc: d}
	u.kind, _ = d.kind()
	if n := d.Root.Get("name"); n != nil && n.Kind == document.StringKind {
		u.name = n.Text
	}
	if !whole {
		return u
	}
	v, found := decodeOrExplain(d)
	report.Append(found)
	if v == nil {
		u.partial = decodePartial(u, found)
	}
	u.take(v)
	return u
}

// decodeOrExplain decodes a document. The schema accepts exactly what the decoder
// accepts and takes longer for it: it is asked only what is wrong with the rest, of
// which the value is nil.
func decodeOrExplain(d *variant) (any, *diag.Report) {
	found := &diag.Report{}
	if d.Root.Kind == document.MapKind {
		if v := Decode(d, found); !found.HasErrors() {
			return v, found
		}
	}
	explained := &diag.Report{}
	if Check(d, explained); explained.HasErrors() {
		return nil, explained
	}
	return nil, found
}

// take keeps a decoded document by its type.
func (u *unit) take(v any) {
	switch v := v.(type) {
	case *schemas.Dataflow:
		u.dataflow = v
	case *schemas.Connection:
		u.connection = v
	case *schemas.Schema:
		u.schema = v
	case *schemas.Dataset:
		u.dataset = v
	}
}
