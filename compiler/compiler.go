// Package compiler turns documents into a graph of platform resources, or into
// diagnostics that say where they are wrong and how to fix them.
//
// In: source files, read by internal/document. Out: typed dataflows, then
// resources. Laws: compiling never panics, every span lies inside its file, and
// the same input gives the same bytes out.
package compiler

import (
	"cmp"
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
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
	p.resolve()
	p.forgive()
	p.applyLevels()
	g := p.graph(p.lower())
	p.explain()
	return g, p.report
}

// project is every document of a compilation, and what it has found so far.
type project struct {
	options Options
	units   []unit
	symbols *symbols
	report  *diag.Report
}

func newProject(o Options) *project {
	o.reading = decode.NewTarget(o.Target, o.Targets, o.Vars, o.Defaults)
	return &project{options: o, report: &diag.Report{}}
}

// read reads the documents, each file by a call of one, and enters them into the
// symbol table in the order of their paths.
func (p *project) read(files []*source.File, one func(*source.File) readFile) {
	read, excess := readAll(files, one, maxProjectDocuments)
	if excess != nil {
		p.report.Add(excess)
	}
	for _, r := range read {
		p.report.Append(r.report)
		p.units = append(p.units, r.units...)
	}
	slices.SortStableFunc(p.units, func(a, b unit) int { return cmp.Compare(a.doc.File.Path, b.doc.File.Path) })
	p.symbols = newSymbols(p.units, p.options, p.report)
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
	u, others, found := &r.units[0], &symbols{}, &diag.Report{}
	(&resolver{others, p.options, found}).resolve(u)
	r.report.Append(found)
	if !found.HasErrors() {
		u.lowered = lower(u, others)
	}
	u.compiled = true
	u.release()
	return r
}

// resolve checks every document that is not compiled, in part where it has faults of
// shape. It reports in the order of the documents.
func (p *project) resolve() {
	reports := make([]*diag.Report, len(p.units))
	parallel.Each(len(p.units), func(i int) {
		r := &resolver{p.symbols, p.options, &diag.Report{}}
		switch u := &p.units[i]; {
		case u.compiled:
		case u.partial != nil:
			r.resolvePartial(u.partial)
		default:
			r.resolve(u)
		}
		reports[i] = r.report
	})
	for _, r := range reports {
		p.report.Append(r)
	}
}

// lower turns the documents into one list of resources each; none when there are errors.
func (p *project) lower() [][]resource.Resource {
	if p.isWrong() {
		return nil
	}
	lists := make([][]resource.Resource, len(p.units))
	parallel.Each(len(p.units), func(i int) {
		u := &p.units[i]
		if u.compiled {
			lists[i] = u.lowered
			return
		}
		lists[i] = lower(u, p.symbols)
		if !p.symbols.referred[u.name] {
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
	return link(lists, p.report)
}

// isWrong reports whether there is nothing to lower: documents or aepflow.yaml
// have errors.
func (p *project) isWrong() bool { return p.report.HasErrors() || p.options.Incomplete }

// forgive drops the diagnostics of what an aepflow.yaml with errors may define.
func (p *project) forgive() {
	if !p.options.Incomplete {
		return
	}
	p.report = p.report.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
		return d, d.Code != diag.MissingKey && d.Code != diag.UnknownVariable && d.Code != diag.UnknownTarget
	})
}
