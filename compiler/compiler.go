package compiler

import (
	"errors"
	"runtime"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// Compile turns the files of a project into the graph of what they ask for:
//
//	bytes → documents → checked → decoded → resolved → resources
//
// The report holds every fault of every file; the graph is nil when any of them
// is an error.
func Compile(files []*source.File) (*resource.Graph, *diag.Report) {
	p := &project{report: &diag.Report{}, fields: map[*schemas.SchemaBody]*xdm.Schema{}}
	for _, r := range readAll(files) {
		p.report.Append(r.report)
		p.units = append(p.units, r.units...)
	}
	p.index()
	for i := range p.units {
		p.resolve(&p.units[i])
	}
	if p.report.HasErrors() {
		return nil, p.report
	}
	var list []resource.Resource
	for i := range p.units {
		list = append(list, p.lower(&p.units[i])...)
	}
	if !p.distinct(list) {
		return nil, p.report
	}
	g := resource.NewGraph(list)
	var cycle *resource.CycleError
	if _, err := g.Order(); errors.As(err, &cycle) {
		panic("compiler: " + cycle.Error()) // references between documents cannot form a ring
	}
	return g, p.report
}

// unit is one decoded document. Exactly one of the pointers is set; none when
// the document is wrong, so that its name still counts.
type unit struct {
	doc        *Document
	kind       string
	name       string
	dataflow   *schemas.Dataflow
	connection *schemas.Connection
	schema     *schemas.Schema
	dataset    *schemas.Dataset
}

// span-giving helpers, so that lowering reads like the document.
func (u *unit) at(keys ...string) place { return place{u.doc, At(keys...)} }

func (u *unit) span(keys ...string) source.Span { return u.doc.Span(At(keys...)) }

func (u *unit) has(keys ...string) bool { return u.doc.Find(At(keys...)).Rest == nil }

type readFile struct {
	units  []unit
	report *diag.Report
}

// readAll reads the files on all cores; the order of the answer is that of the
// files.
func readAll(files []*source.File) []readFile {
	out := make([]readFile, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			for i := range next {
				out[i] = read(files[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

func read(f *source.File) readFile {
	docs, report := ParseDocuments(f)
	var units []unit
	for _, d := range docs {
		units = append(units, decodeUnit(d, report))
	}
	return readFile{units, report}
}

func decodeUnit(d *Document, report *diag.Report) unit {
	found := &diag.Report{}
	Check(d, found)
	u := unit{doc: d}
	u.kind, _ = KindOf(d)
	if n := d.Root.Get("name"); n != nil && n.Kind == StringKind {
		u.name = n.Text
	}
	if found.HasErrors() {
		report.Append(found)
		return u
	}
	v := Decode(d, report)
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
	return u
}
