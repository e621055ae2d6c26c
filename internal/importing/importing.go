// Package importing makes a project of a sandbox.
//
// In: the objects of a sandbox, and the project that they are added to. Out: documents, the entries of the lockfile
// that say which objects they describe, and what is left alone, with the reason. Law: each document asks for what the
// platform has. Pure: it writes no file and sends nothing.
package importing

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// Input is what an import starts from.
type Input struct {
	Sandbox lift.Sandbox
	Files   []*source.File   // documents of the project
	Options compiler.Options // with which they are compiled
	Graph   *resource.Graph  // of them
	Lock    *lockfile.Lock
	// Place returns the path of a new document, given by its name below the folder of the project, and whether a file is
	// there.
	Place func(name string) (path string, exists bool)
}

// File is a new document.
type File struct {
	Name string // below the folder of the project
	Text []byte
}

// Result is what an import makes.
type Result struct {
	Objects []*lift.Object // of the sandbox
	Project *lift.Project
	Files   []File                    // documents
	Placed  map[*lift.Document]string // their names
	Graph   *resource.Graph           // of the documents that are new
	Entries []lockfile.Entry
	Lives   []resource.Live
	Counts  map[lift.Class]int
	Members []lift.Member
}

// importing is one import.
type importing struct {
	Input
	result Result
	others map[string]bool // files of documents that no import wrote
}

// Import makes documents of the sandbox and compiles them. What does not compile as it is, or does not say what the
// platform has, is left alone. labels reads the labels of the datasets that get documents. The report is that of a
// project with errors, nil otherwise.
func Import(in Input, labels func(datasets []string) ([]*lift.Object, error)) (Result, *diag.Report, error) {
	i := &importing{Input: in, others: map[string]bool{}}
	i.Sandbox.Taken = i.isTaken
	var datasets []string
	for _, d := range lift.Lift(i.Sandbox).Documents {
		if d.Kind == schemas.KindDataset {
			datasets = append(datasets, d.ID())
		}
	}
	objects, err := labels(datasets)
	if err != nil {
		return Result{}, nil, err
	}
	i.Sandbox.Objects = append(i.Sandbox.Objects, objects...)
	for {
		i.result.Project = lift.Lift(i.Sandbox)
		i.place()
		again, wrong := i.compile()
		if wrong != nil {
			return Result{}, wrong, nil
		}
		if !again && !i.meetsOthers() {
			break
		}
	}
	i.result.Objects = i.Sandbox.Objects
	i.result.Counts, i.result.Members = i.result.Project.Ledger(i.result.Graph, i.Sandbox.Tenant)
	return i.result, nil, nil
}

// isTaken reports whether a document of the project, or an entry of the lockfile, has a name. A file at the place of
// the new document is one that an interrupted import wrote, until meetsOthers knows better.
func (i *importing) isTaken(kind, name string) bool {
	address := resource.Address{Kind: KindOf[kind], Name: name}
	if _, owned := i.Lock.Get(address); owned || i.others[fileOf(kind, name)] {
		return true
	}
	is := i.written(fileOf(kind, name))
	if is == nil {
		_, documented := i.Graph.Get(address)
		_, exists := i.Place(fileOf(kind, name))
		return documented || exists
	}
	text := "\n" + string(is.Text)
	return strings.Contains(text, "\n---") || !strings.Contains(text, "\nname: "+document.QuoteValue(name)+"\n")
}

// written returns a document of the project by the name that an import gives its file, nil for none.
func (i *importing) written(name string) *source.File {
	path, _ := i.Place(name)
	n := slices.IndexFunc(i.Files, func(f *source.File) bool { return f.Path == path })
	if n < 0 {
		return nil
	}
	return i.Files[n]
}

// meetsOthers reports whether a new document has the file of another one. What an interrupted import wrote has the text
// of the new document, and becomes it.
func (i *importing) meetsOthers() (found bool) {
	for _, f := range i.result.Files {
		if is := i.written(f.Name); is != nil && !bytes.Equal(is.Text, f.Text) {
			i.others[f.Name], found = true, true
		}
	}
	return found
}

// KindOf are the kinds of what documents describe first of all.
var KindOf = map[string]resource.Kind{
	schemas.KindConnection: resource.Connection, schemas.KindSchema: resource.Schema,
	schemas.KindDataset: resource.Dataset, schemas.KindDataflow: resource.Flow,
	schemas.KindFieldGroup: resource.FieldGroup, schemas.KindClass: resource.Class,
	schemas.KindDataType: resource.DataType,
}

// fileOf is where the document of an imported object is written.
func fileOf(kind, name string) string {
	folder := strings.ToLower(kind) + "s/"
	if kind == schemas.KindClass {
		folder = "classes/"
	}
	return folder + name + ".dataflow.yaml"
}

// place writes the documents as texts.
func (i *importing) place() {
	i.result.Files, i.result.Placed = nil, map[*lift.Document]string{}
	for _, d := range i.result.Project.Documents {
		name := fileOf(d.Kind, d.Name)
		i.result.Placed[d] = name
		i.result.Files = append(i.result.Files, File{name, d.YAML(i.adoptedComment(d))})
	}
}

// adoptedComment says why a dataflow has lifecycle.adopted.
func (i *importing) adoptedComment(d *lift.Document) string {
	if !i.Sandbox.Adopted[d.ID()] {
		return ""
	}
	return "Taken over as it is: the platform would refuse it today, see lifecycle.adopted."
}

// compile compiles the new documents beside those of the project. again is true when some are to be
// lifted in another way; wrong is the report if the documents of the project have errors.
func (i *importing) compile() (again bool, wrong *diag.Report) {
	r := &i.result
	docs := map[string]*lift.Document{}
	list := slices.Clone(i.Files)
	for n, d := range r.Project.Documents {
		docs[r.Files[n].Name] = d
		if is := i.written(r.Files[n].Name); is != nil {
			list = slices.DeleteFunc(list, func(f *source.File) bool { return f == is })
		}
		list = append(list, source.NewFile(r.Files[n].Name, r.Files[n].Text))
	}
	graph, report := compiler.Compile(list, i.Options)
	tried := maps.Clone(i.Sandbox.Adopted)
	for _, d := range report.Sorted() {
		if d.Severity != diag.Error {
			continue
		}
		doc := docs[d.Primary().Path()]
		if doc == nil {
			return false, report
		}
		again = true
		if doc.Kind == schemas.KindDataflow && !tried[doc.ID()] {
			i.Sandbox.Adopted[doc.ID()] = true
			continue
		}
		if i.Sandbox.Refused[doc.ID()] == "" {
			i.Sandbox.Refused[doc.ID()] = output.Line(d.Message)
		}
	}
	if again || graph == nil {
		return again, nil
	}
	if i.compare(graph, docs) {
		return true, nil
	}
	i.silence(report, docs)
	return false, nil
}

// compare makes entries of what the documents describe. A document that does not ask for what the
// platform has is refused; again says that one was.
func (i *importing) compare(graph *resource.Graph, docs map[string]*lift.Document) (again bool) {
	r := &i.result
	owners := r.Project.Owners(graph, i.Sandbox.Tenant)
	value := func(ref resource.Ref) (string, bool) {
		if o := owners[ref.To]; o != nil {
			return lockfile.Entry{ID: o.ID, ETag: versionOf(o)}.Output(ref.Field)
		}
		e, _ := i.Lock.Get(ref.To)
		return e.Output(ref.Field)
	}
	starts := map[string]resource.Value{}
	for _, d := range r.Project.Documents {
		if d.Kind == schemas.KindDataflow {
			starts[d.Name] = d.Start
		}
	}
	r.Entries, r.Lives = nil, nil
	var list []resource.Resource
	for _, res := range graph.All() {
		var doc *lift.Document
		if res.Origin.File != nil {
			doc = docs[res.Origin.File.Path]
		}
		if doc == nil {
			continue
		}
		o := owners[res.Address]
		reason := i.difference(res, o, value)
		if reason == "" {
			take := lockfile.Takeover{Resource: res, ID: o.ID, ETag: versionOf(o)}
			if start := starts[doc.Name]; res.Address.Kind == resource.Flow && start.Text != "" {
				take.Start = start.JSON()
			}
			e, err := take.Entry(value)
			if err != nil {
				reason = err.Error()
			}
			r.Entries = append(r.Entries, e)
			r.Lives = append(r.Lives, resource.Live{Address: res.Address, ID: o.ID, ETag: o.ETag, Body: o.Live})
		}
		if reason != "" {
			i.Sandbox.Refused[doc.ID()] = reason
			again = true
		}
		list = append(list, res)
	}
	slices.SortFunc(r.Lives, resource.Live.Compare)
	r.Graph = resource.NewGraph(list)
	return again
}

// versionOf is the version of an object as the lockfile keeps it.
func versionOf(o *lift.Object) string {
	if o.Kind == resource.Mapping && o.ETag == "" {
		return "0"
	}
	return o.ETag
}

// difference says where a resource differs from the object that it describes, "" for nowhere.
func (i *importing) difference(r resource.Resource, o *lift.Object, value func(resource.Ref) (string, bool)) string {
	if o == nil {
		return "its document would create " + r.Address.String()
	}
	spec := resource.SpecOf(o.Kind)
	if spec.Tag {
		return ""
	}
	body, err := r.Body.Value()
	if err != nil {
		return err.Error()
	}
	resolved := func(_ resource.Path, ref resource.Ref) (string, bool) { return value(ref) }
	aligned, err := spec.Align(body, o.Live, i.Sandbox.Tenant, resolved)
	if err != nil {
		return err.Error()
	}
	if diffs := spec.Diff(aligned, body); len(diffs) > 0 {
		return "no document can say what its " + spec.Noun + " has at " + output.Line(diffs[0].Path.String())
	}
	return ""
}

// silence adds a comment above each line that a warning is about: it is as it was on the platform.
func (i *importing) silence(report *diag.Report, docs map[string]*lift.Document) {
	comments := map[string]map[int][]string{}
	for _, d := range report.Sorted() {
		path := d.Primary().Path()
		if d.Severity != diag.Warning || docs[path] == nil || d.Code == diag.SandboxBoundID {
			continue // the IDs of one sandbox are to be given a value per target, as the report says
		}
		if comments[path] == nil {
			comments[path] = map[int][]string{}
		}
		span := d.Primary()
		line := span.File.LineOf(span.Start)
		comment := "# aepflow:ignore " + string(d.Code) + " so it was on the platform"
		if !slices.Contains(comments[path][line], comment) {
			comments[path][line] = append(comments[path][line], comment)
		}
	}
	for n, f := range i.result.Files {
		var b strings.Builder
		number := 0
		for line := range strings.Lines(string(f.Text)) {
			number++
			for _, comment := range comments[f.Name][number] {
				b.WriteString(line[:len(line)-len(strings.TrimLeft(line, " "))] + comment + "\n")
			}
			b.WriteString(line)
		}
		i.result.Files[n].Text = []byte(b.String())
	}
}
