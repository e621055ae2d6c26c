// Package pull brings changes that were made on the platform into the documents.
//
// In: documents, the lockfile, and the objects as the platform has them. Out: the new texts of files, the entries of
// the lockfile that follow, and what is left alone, with the reason. Law: the new documents ask for what the platform
// has where that is pulled, and for what they asked for before everywhere else. Pure: it writes no file and sends
// nothing.
package pull

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/edit"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Input is what a pull compares.
type Input struct {
	Files   []*source.File   // documents
	Options compiler.Options // with which the documents are compiled
	Graph   *resource.Graph  // of the documents
	Alone   bool             // the documents are for no other target
	Lock    *lockfile.Lock
	Live    []resource.Live
	Only    []resource.Address // what is pulled; a dataflow stands for its parts too. None: everything
	Tenant  string             // of the platform
	At      time.Time
}

// Result is what a pull changes and what it leaves alone.
type Result struct {
	Texts   map[string][]byte // of files that change, by path
	Pulled  []Pulled          // in the order of the lockfile
	Skipped []Skip
}

// Pulled is an object of which the documents get values of the platform.
type Pulled struct {
	Entry  lockfile.Entry // with the live values as the applied ones
	Fields []Field
}

// Field is a field that is pulled; a value is nil where the field is absent.
type Field struct {
	Path          string
	Applied, Live *resource.Value
}

// Skip is what a pull leaves alone.
type Skip struct {
	Address resource.Address
	Path    string // of the field, "" for the whole object
	Reason  string
	At      source.Span // zero for none
}

// Pull finds out what the platform changed, and edits the documents until they say the same.
func Pull(in Input) (Result, error) {
	u := &pulling{Input: in}
	if err := u.compare(); err != nil {
		return Result{}, err
	}
	if err := u.solve(); err != nil {
		return Result{}, err
	}
	u.collect()
	return u.result, nil
}

// pulling is one pull.
type pulling struct {
	Input
	result Result
	items  []*object
	graph  *resource.Graph // of the changed documents
	tried  map[place]bool
}

// place is a field of a resource.
type place struct {
	resource.Address
	path string
}

// object is an object that differs from what was applied, and is documented as it was applied where it differs.
type object struct {
	*resource.Resource
	entry   lockfile.Entry
	live    *resource.Live
	applied resource.Value
	aligned resource.Value // the live object in the shape of the applied one
	body    resource.Value // as the documents ask for it
	taken   []resource.Difference
	pins    []pin
	agreed  []resource.Difference // the documents have the same change
	follows []resource.Difference // versions of mapping sets
	skips   int
	refused bool
}

// pin keeps a value that would follow a key that changes, such as the title of a source that is named after its
// dataflow.
type pin struct {
	kind resource.Kind
	resource.Difference
	live resource.Value
}

func (u *pulling) skip(i *object, path, reason string, at source.Span) {
	i.skips++
	u.result.Skipped = append(u.result.Skipped, Skip{i.Address, path, reason, at})
}

// refuse leaves a whole object alone.
func (u *pulling) refuse(i *object, path, reason string, at source.Span) {
	i.refused = true
	u.skip(i, path, reason, at)
}

// compare finds what the platform changed, and takes what the documents did not change.
func (u *pulling) compare() error {
	wholes := u.Graph.Wholes()
	all := u.Graph.All()
	for n := range all {
		r := &all[n]
		e, ok := u.Lock.Get(r.Address)
		if !ok || e.ID == "" || resource.SpecOf(r.Address.Kind).Tag || len(u.Only) > 0 &&
			!slices.Contains(u.Only, r.Address) && !slices.Contains(u.Only, wholes[r.Address]) {
			continue
		}
		k := slices.IndexFunc(u.Live, func(l resource.Live) bool { return l.Address == r.Address && !l.Deposed })
		if k < 0 {
			continue
		}
		i := &object{Resource: r, entry: e, live: &u.Live[k]}
		if u.Live[k].Missing {
			reason := "it is gone, or hidden by a label"
			if !u.Lock.Unseen(u.Live[k], u.At).IsZero() {
				reason = "it is not visible to this client"
			}
			u.refuse(i, "", reason, r.Origin)
			continue
		}
		if err := u.take(i); err != nil {
			return err
		}
		u.items = append(u.items, i)
	}
	return nil
}

// take sorts the differences of an object into those to pull and those to skip.
func (u *pulling) take(i *object) (err error) {
	spec := resource.SpecOf(i.Address.Kind)
	if i.applied, err = resource.Parse(i.entry.Applied); err != nil {
		return err
	}
	if i.body, err = i.Body.Value(); err != nil {
		return err
	}
	if i.aligned, err = i.entry.Align(i.applied, i.live.Body, u.Tenant); err != nil {
		u.refuse(i, "", "the platform's answer is no such object", i.Origin)
		return nil
	}
	i.aligned = spec.Ignoring(i.applied, i.aligned, i.IgnoredAt(u.At))
	desired := spec.Tree(i.body)
	for _, d := range spec.Diff(i.applied, i.aligned) {
		path := d.Path.String()
		want, has := desired.At(d.Path)
		is := func(v *resource.Value) bool { return has == (v != nil) && (v == nil || want.Equal(*v)) }
		isVersion := d.From != nil && d.From.Kind == resource.RefValue && d.From.Ref.Field == "version" &&
			d.From.Ref.To.Kind == resource.Mapping && d.To != nil
		switch {
		case is(d.To):
			i.agreed = append(i.agreed, d)
		case !is(d.From):
			u.skip(i, path, "conflict: changed on the platform and in the documents", cmp.Or(want.Origin, i.Origin))
		case isVersion:
			i.follows = append(i.follows, d)
		case isBound(d.From):
			u.skip(i, path, "references and secrets are not pulled", cmp.Or(want.Origin, i.Origin))
		default:
			i.taken = append(i.taken, d)
		}
	}
	return nil
}

// isBound reports whether a value is, or contains, what is bound when it is sent.
func isBound(v *resource.Value) bool {
	bound := false
	if v != nil {
		v.Walk(func(_ resource.Path, w resource.Value) {
			bound = bound || w.Kind == resource.RefValue || w.Kind == resource.SecretValue || w.Kind == resource.StartValue
		})
	}
	return bound
}

// solve edits the documents until they ask for what the platform has, and for nothing else that is new. What cannot be
// had in this way is left alone.
func (u *pulling) solve() error {
	u.unpin()
	for {
		before := len(u.result.Skipped)
		again, err := u.edit()
		if err == nil && !again {
			again = u.verify()
		}
		if err != nil || !again {
			return err
		}
		if len(u.result.Skipped) > before {
			u.unpin()
		}
	}
}

// unpin forgets what was kept for objects that are refused by now.
func (u *pulling) unpin() {
	u.tried = map[place]bool{}
	for _, i := range u.active() {
		i.pins = nil
		for _, d := range i.taken {
			u.tried[place{i.Address, d.Path.String()}] = true
		}
	}
}

func (u *pulling) active() []*object {
	return slices.DeleteFunc(slices.Clone(u.items), func(i *object) bool { return i.refused || len(i.taken) == 0 })
}

// edit makes the new texts. again is true when a field, or a whole object, was left alone.
func (u *pulling) edit() (again bool, err error) {
	u.result.Texts = map[string][]byte{}
	for _, i := range u.active() {
		for n, d := range i.taken {
			refused, err := u.splice(i, i.Address.Kind, d, i.aligned)
			if err != nil {
				return false, err
			}
			if refused != nil {
				u.skip(i, d.Path.String(), refused.Why, refused.At)
				i.taken = slices.Delete(i.taken, n, n+1)
				return true, nil
			}
		}
		for _, p := range i.pins {
			refused, err := u.splice(i, p.kind, p.Difference, p.live)
			if err != nil {
				return false, err
			}
			if refused != nil {
				u.refuse(i, "", "the "+resource.SpecOf(p.kind).Noun+" would change with it: "+refused.Why, refused.At)
				return true, nil
			}
		}
	}
	return false, nil
}

// splice puts one value into the document of an object, or says why it does not.
func (u *pulling) splice(
	i *object, kind resource.Kind, d resource.Difference, live resource.Value,
) (*edit.Elsewhere, error) {
	if i.Origin.File == nil {
		return &edit.Elsewhere{Why: "it is in no document"}, nil
	}
	name := i.Origin.File.Path
	text, ok := u.result.Texts[name]
	if !ok {
		text = i.Origin.File.Text
	}
	f := source.NewFile(name, text)
	root := i.rootIn(f)
	if root == nil {
		return &edit.Elsewhere{At: i.Origin, Why: "its document was not found"}, nil
	}
	list := settings(kind, root, d, live, u.Tenant)
	if len(list) == 0 {
		return &edit.Elsewhere{At: i.Origin, Why: "no key of the documents says this field; change it by hand"}, nil
	}
	for _, s := range list {
		if at := u.defaultAt(root, s.Keys); !at.IsZero() {
			return &edit.Elsewhere{At: at, Why: "its value comes from the defaults; change it there"}, nil
		}
		e, err := s.Edit(f, root, u.Options.Target, u.Alone)
		var elsewhere *edit.Elsewhere
		if errors.As(err, &elsewhere) {
			return &edit.Elsewhere{At: elsewhere.At, Why: "its value comes from " + elsewhere.Why + "; change it there"}, nil
		}
		if err != nil {
			return nil, err
		}
		if text, err = edit.Apply(text, []diag.Edit{e}); err != nil {
			return nil, err
		}
	}
	u.result.Texts[name] = text
	return nil, nil
}

// rootIn is the document of an object in the new text of its file: the one that has the same number.
func (i *object) rootIn(f *source.File) *document.Node {
	old, _ := document.Parse(i.Origin.File)
	docs, _ := document.Parse(f)
	n := slices.IndexFunc(old, func(d *document.Document) bool {
		return d.Root.Span.Start <= i.Origin.Start && i.Origin.End <= d.Root.Span.End
	})
	if n < 0 || n >= len(docs) {
		return nil
	}
	return docs[n].Root
}

// defaultAt is the place of a default that a document takes for a key that it does not have, zero for none.
func (u *pulling) defaultAt(root *document.Node, keys []string) source.Span {
	n, own := u.Options.Defaults, root
	over := root.Get("targets").Get(u.Options.Target)
	for _, key := range keys {
		if n, own, over = n.Get(key), own.Get(key), over.Get(key); n == nil || own != nil && own.Kind.IsScalar() {
			return source.Span{}
		}
	}
	if own != nil || over != nil {
		return source.Span{}
	}
	return n.Span
}

// verify compiles the new documents and compares what they ask for with what is expected. again is true when an object
// was refused, or a value has to be pinned.
func (u *pulling) verify() (again bool) {
	active := u.active()
	u.graph = u.Graph
	if len(active) == 0 {
		return false
	}
	files := slices.Clone(u.Files)
	for n, f := range files {
		if text, ok := u.result.Texts[f.Path]; ok {
			files[n] = source.NewFile(f.Path, text)
		}
	}
	graph, report := compiler.Compile(files, u.Options)
	if graph == nil {
		u.refuseAll(active, report)
		return true
	}
	for _, old := range u.Graph.All() {
		made, ok := graph.Get(old.Address)
		isItem := slices.ContainsFunc(active, func(i *object) bool { return i.Address == old.Address })
		if !ok {
			u.refuseFile(active, old, "")
		} else if (isItem || made.Body.Sum() != old.Body.Sum()) && u.differs(active, old, made) {
			again = true
		}
		if len(u.active()) < len(active) {
			return true
		}
	}
	if !again && len(graph.All()) != len(u.Graph.All()) {
		u.refuseAll(active, &diag.Report{})
		again = true
	}
	u.graph = graph
	return again
}

// differs reports whether a resource is not as expected: as it was, but for what is pulled, which is as on the
// platform. It pins what else differs, or refuses who is to blame.
func (u *pulling) differs(active []*object, old, made resource.Resource) bool {
	spec := resource.SpecOf(old.Address.Kind)
	body, err := made.Body.Value()
	was, err2 := old.Body.Value()
	if err != nil || err2 != nil {
		u.refuseFile(active, old, "")
		return true
	}
	n := slices.IndexFunc(active, func(i *object) bool { return i.Address == old.Address })
	if n >= 0 {
		if path, ok := active[n].isLive(body, u.Tenant); !ok {
			u.refuseFile(active, old, path)
			return true
		}
	}
	found := false
	for _, d := range spec.Diff(body, was) {
		if n >= 0 && active[n].covers(d.Path) {
			continue
		}
		found = true
		at := place{old.Address, d.Path.String()}
		owner := slices.IndexFunc(active, func(i *object) bool { return i.Origin.File == old.Origin.File })
		if u.tried[at] || owner < 0 || isBound(d.From) || isBound(d.To) {
			u.refuseFile(active, old, at.path)
			return true
		}
		u.tried[at] = true
		active[owner].pins = append(active[owner].pins, pin{old.Address.Kind, d, was})
	}
	return found
}

// isLive reports whether a body says what the platform has where it is pulled, and else the first place where not.
func (i *object) isLive(body resource.Value, tenant string) (path string, ok bool) {
	spec := resource.SpecOf(i.Address.Kind)
	aligned, err := i.entry.Align(body, i.live.Body, tenant)
	if err != nil {
		return "", false
	}
	for _, d := range spec.Diff(body, aligned) {
		if i.covers(d.Path) {
			return d.Path.String(), false
		}
	}
	return "", true
}

// covers reports whether a place lies in, or around, one that is pulled.
func (i *object) covers(at resource.Path) bool {
	return slices.ContainsFunc(i.taken, func(d resource.Difference) bool {
		n := min(len(d.Path), len(at))
		return slices.Equal(d.Path[:n], at[:n])
	})
}

// refuseFile refuses the object of a resource, or else all that the file of the resource describes.
func (u *pulling) refuseFile(active []*object, r resource.Resource, path string) {
	own := slices.IndexFunc(active, func(i *object) bool { return i.Address == r.Address })
	if own >= 0 {
		u.refuse(active[own], path, "the documents cannot say what it has; change them by hand", r.Origin)
		return
	}
	found := false
	for _, i := range active {
		if i.Origin.File == r.Origin.File {
			found = true
			u.refuse(i, "", "the change would reach "+r.Address.String()+" "+path, r.Origin)
		}
	}
	if !found {
		for _, i := range active {
			u.refuse(i, "", "the change would reach "+r.Address.String()+" "+path, r.Origin)
		}
	}
}

// refuseAll refuses the objects in the files that a report is about, or else all.
func (u *pulling) refuseAll(active []*object, report *diag.Report) {
	found := false
	for _, d := range report.Sorted() {
		for _, i := range active {
			if d.Severity == diag.Error && !i.refused && d.Primary().Path() == i.Origin.File.Path {
				found = true
				u.refuse(i, "", "the documents would be wrong: "+d.Message, i.Origin)
			}
		}
	}
	for _, i := range active {
		if !found {
			u.refuse(i, "", "the documents would be wrong", i.Origin)
		}
	}
}
