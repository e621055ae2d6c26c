package compiler

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

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
	p.each(func(p *project, i int) { p.resolve(&p.units[i]) })
	if p.report.HasErrors() {
		return nil, p.report
	}
	made := make([][]resource.Resource, len(p.units))
	p.each(func(p *project, i int) { made[i] = p.lower(&p.units[i]) })
	list := slices.Concat(made...)
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
	onAllCores(len(files), func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			out[i] = read(files[i])
		}
	})
	return out
}

// each calls do for every document, on all cores. Each call gets a project of its
// own to write to, and sees all documents; what it reports stands in the order of
// the documents.
func (p *project) each(do func(p *project, i int)) {
	reports := make([]*diag.Report, len(p.units))
	onAllCores(len(p.units), func(next func() (int, bool)) {
		own := *p
		own.fields = map[*schemas.SchemaBody]*xdm.Schema{}
		for i, ok := next(); ok; i, ok = next() {
			own.report = &diag.Report{}
			do(&own, i)
			reports[i] = own.report
		}
	})
	for _, r := range reports {
		p.report.Append(r)
	}
}

// onAllCores runs work once for each core; next hands out the numbers below n. A
// panic goes on in the caller, with the place where it began.
func onAllCores(n int, work func(next func() (int, bool))) {
	var last atomic.Int64
	next := func() (int, bool) {
		i := int(last.Add(1)) - 1
		return i, i < n
	}
	var wg sync.WaitGroup
	var broken atomic.Pointer[string]
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					text := fmt.Sprintf("%v\n%s", p, debug.Stack())
					broken.Store(&text)
				}
			}()
			work(next)
		})
	}
	wg.Wait()
	if text := broken.Load(); text != nil {
		panic(*text)
	}
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
