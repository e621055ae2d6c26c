package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// imported is what an import makes.
type imported struct {
	project *lift.Project
	files   []newFile // documents
	placed  map[*lift.Document]string
	graph   *resource.Graph // of the documents that are new
	entries []lockfile.Entry
	lives   []resource.Live
	counts  map[lift.Class]int
	members []lift.Member
	gone    []lockfile.Entry
	read    int // objects
}

type newFile struct {
	name string
	text []byte
}

// read reads the whole sandbox.
func (i *importing) read(ctx context.Context) error {
	inventory, stop := i.reading(i.conn)
	defer stop()
	kinds := slices.DeleteFunc(resource.Kinds(), func(k resource.Kind) bool { return k == resource.Namespace })
	lists, err := inventory.Lists(ctx, kinds...)
	if err != nil {
		return fmt.Errorf("read sandbox %s: %w", i.Sandbox, err)
	}
	tenant, err := platform.Tenant(ctx, i.conn)
	if err != nil {
		return fmt.Errorf("ask for the tenant: %w", err)
	}
	i.sandbox = lift.Sandbox{
		Tenant: tenant, Now: i.now(), Protect: i.isProduction(), Pinned: map[lift.Pin]*lift.Object{},
		Owned: map[resource.ObjectKey]resource.Address{}, Adopted: map[string]bool{}, Refused: map[string]string{},
	}
	seen := map[resource.ObjectKey]bool{}
	for _, kind := range kinds {
		for _, o := range lists[kind] {
			seen[resource.KeyOfObject(kind, o.ID)] = true
			object, err := lift.NewObject(kind, o.ID, o.ETag, o.Body, remote.Created(o))
			if err != nil {
				return fmt.Errorf("read %s %s: %w", resource.SpecOf(kind).Noun, o.ID, err)
			}
			i.sandbox.Objects = append(i.sandbox.Objects, object)
		}
	}
	i.result.read = len(i.sandbox.Objects)
	for _, e := range i.lock.Entries {
		if e.ID == "" {
			continue
		}
		key := resource.KeyOfObject(e.Address.Kind, e.ID)
		i.sandbox.Owned[key] = e.Address
		if seen[key] || e.Address.Kind == resource.Namespace {
			continue
		}
		// Absence from a list proves nothing.
		if _, ok, err := remote.Read(ctx, i.conn, e.Address.Kind, e.ID); err != nil {
			return err
		} else if !ok {
			i.result.gone = append(i.result.gone, e)
		}
	}
	return i.readPinned(ctx)
}

// isProduction reports whether the sandbox holds what must not be lost.
func (i *importing) isProduction() bool {
	return i.project.options().Production || i.conn.sandbox.Type == "production"
}

// readPinned reads mapping sets at the versions that flows use where those are not the newest.
func (i *importing) readPinned(ctx context.Context) error {
	newest := map[string]string{}
	for _, o := range i.sandbox.Objects {
		if o.Kind == resource.Mapping {
			newest[o.ID] = o.ETag
		}
	}
	for _, o := range i.sandbox.Objects {
		pin, ok := lift.PinOf(o)
		_, known := i.sandbox.Pinned[pin]
		if o.Kind != resource.Flow || !ok || known || newest[pin.ID] == "" && pin.Version == "0" ||
			newest[pin.ID] == pin.Version {
			continue
		}
		set, err := platform.MappingSetAt(ctx, i.conn, pin.ID, pin.Version)
		switch {
		case platform.IsNotFound(err):
			continue
		case err != nil:
			return err
		}
		object, err := lift.NewObject(resource.Mapping, set.ID, pin.Version, set.Body, remote.Created(set))
		if err != nil {
			return err
		}
		i.sandbox.Pinned[pin] = object
	}
	return nil
}

// lift makes documents of the sandbox and compiles them. What does not compile as it is, or does not
// say what the platform has, is left alone.
func (i *importing) lift(ctx context.Context) error {
	s := &i.sandbox
	skip, wants := glob(i.Skip), glob(i.Flows)
	matched := map[string]bool{}
	s.Wants = func(id, title string) bool {
		if skip(title) {
			return false
		}
		is := len(i.Flows) == 0 || slices.Contains(i.Flows, id) || wants(title)
		matched[id] = matched[id] || is
		return is
	}
	s.Taken = i.isTaken
	if err := i.readLabels(ctx); err != nil {
		return err
	}
	for {
		i.result.project = lift.Lift(*s)
		if len(i.Flows) > 0 && !slices.Contains(values(matched), true) {
			return exit(exitUsage, "no dataflow of sandbox %s has the ID or title %s", i.Sandbox, strings.Join(i.Flows, ", "))
		}
		i.place()
		again, err := i.compile()
		if err != nil {
			return err
		}
		if !again && !i.meetsOthers() {
			break
		}
	}
	i.result.counts, i.result.members = i.result.project.Ledger(i.result.graph, s.Tenant)
	return nil
}

func values(m map[string]bool) []bool {
	var out []bool
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// readLabels reads the labels of the datasets that get documents.
func (i *importing) readLabels(ctx context.Context) error {
	var datasets []string
	for _, d := range lift.Lift(i.sandbox).Documents {
		if d.Kind == schemas.KindDataset {
			datasets = append(datasets, d.ID())
		}
	}
	inventory, stop := i.reading(i.conn)
	defer stop()
	labels, err := inventory.LabelsOf(ctx, datasets)
	if err != nil {
		return fmt.Errorf("read the labels of datasets: %w", err)
	}
	for _, o := range labels {
		object, err := lift.NewObject(resource.DatasetLabels, o.ID, o.ETag, o.Body, time.Time{})
		if err != nil {
			return fmt.Errorf("read the labels of dataset %s: %w", o.ID, err)
		}
		i.sandbox.Objects = append(i.sandbox.Objects, object)
	}
	return nil
}

// isTaken reports whether a document of the project, or an entry of the lockfile, has a name. A file at the place of
// the new document is one that an interrupted import wrote, until meetsOthers knows better.
func (i *importing) isTaken(kind, name string) bool {
	address := resource.Address{Kind: kindOf[kind], Name: name}
	if _, owned := i.lock.Get(address); owned || i.others[fileOf(kind, name)] {
		return true
	}
	is := i.written(fileOf(kind, name))
	if is == nil {
		return i.project.has(i.lock, address) || !i.project.root.File(filepath.FromSlash(fileOf(kind, name))).IsAbsent()
	}
	text := "\n" + string(is.Text)
	return strings.Contains(text, "\n---") || !strings.Contains(text, "\nname: "+document.QuoteValue(name)+"\n")
}

// written returns a document of the project by the name that an import gives its file, nil for none.
func (i *importing) written(name string) *source.File {
	path := display(i.project.root.File(filepath.FromSlash(name)).Path())
	n := slices.IndexFunc(i.project.files, func(f *source.File) bool { return f.Path == path })
	if n < 0 {
		return nil
	}
	return i.project.files[n]
}

// meetsOthers reports whether a new document has the file of another one. What an interrupted import wrote has the text
// of the new document, and becomes it.
func (i *importing) meetsOthers() (found bool) {
	for _, f := range i.result.files {
		if is := i.written(f.name); is != nil && !bytes.Equal(is.Text, f.text) {
			i.others[f.name], found = true, true
		}
	}
	return found
}

// kindOf are the kinds of what documents describe first of all.
var kindOf = map[string]resource.Kind{
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
	i.result.files, i.result.placed = nil, map[*lift.Document]string{}
	for _, d := range i.result.project.Documents {
		name := fileOf(d.Kind, d.Name)
		i.result.placed[d] = name
		i.result.files = append(i.result.files, newFile{name, d.YAML(i.adoptedComment(d))})
	}
}

// adoptedComment says why a dataflow has lifecycle.adopted.
func (i *importing) adoptedComment(d *lift.Document) string {
	if !i.sandbox.Adopted[d.ID()] {
		return ""
	}
	return "Taken over as it is: the platform would refuse it today, see lifecycle.adopted."
}

// compile compiles the new documents beside those of the project. again is true when some are to be
// lifted in another way.
func (i *importing) compile() (again bool, err error) {
	r, p := &i.result, i.project
	docs := map[string]*lift.Document{}
	list := slices.Clone(p.files)
	for n, d := range r.project.Documents {
		docs[r.files[n].name] = d
		if is := i.written(r.files[n].name); is != nil {
			list = slices.DeleteFunc(list, func(f *source.File) bool { return f == is })
		}
		list = append(list, source.NewFile(r.files[n].name, r.files[n].text))
	}
	graph, report := compiler.Compile(list, p.options())
	tried := maps.Clone(i.sandbox.Adopted)
	for _, d := range report.Sorted() {
		if d.Severity != diag.Error {
			continue
		}
		doc := docs[d.Primary().Path()]
		if doc == nil {
			return false, i.diagnose(report)
		}
		again = true
		if doc.Kind == schemas.KindDataflow && !tried[doc.ID()] {
			i.sandbox.Adopted[doc.ID()] = true
			continue
		}
		if i.sandbox.Refused[doc.ID()] == "" {
			i.sandbox.Refused[doc.ID()] = output.Line(d.Message)
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
	owners := r.project.Owners(graph, i.sandbox.Tenant)
	value := func(ref resource.Ref) (string, bool) {
		if o := owners[ref.To]; o != nil {
			return lockfile.Entry{ID: o.ID, ETag: versionOf(o)}.Output(ref.Field)
		}
		e, _ := i.lock.Get(ref.To)
		return e.Output(ref.Field)
	}
	starts := map[string]resource.Value{}
	for _, d := range r.project.Documents {
		if d.Kind == schemas.KindDataflow {
			starts[d.Name] = d.Start
		}
	}
	r.entries, r.lives = nil, nil
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
			r.entries = append(r.entries, e)
			r.lives = append(r.lives, resource.Live{Address: res.Address, ID: o.ID, ETag: o.ETag, Body: o.Live})
		}
		if reason != "" {
			i.sandbox.Refused[doc.ID()] = reason
			again = true
		}
		list = append(list, res)
	}
	slices.SortFunc(r.lives, resource.Live.Compare)
	r.graph = resource.NewGraph(list)
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
	aligned, err := spec.Align(body, o.Live, i.sandbox.Tenant, resolved)
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
	for n, f := range i.result.files {
		var b strings.Builder
		number := 0
		for line := range strings.Lines(string(f.text)) {
			number++
			for _, comment := range comments[f.name][number] {
				b.WriteString(line[:len(line)-len(strings.TrimLeft(line, " "))] + comment + "\n")
			}
			b.WriteString(line)
		}
		i.result.files[n].text = []byte(b.String())
	}
}
