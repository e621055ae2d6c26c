package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
)

type catalogCmd struct {
	Path  string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Check bool   `help:"Only compare: name what changed at the sources and in schemas, and the mappings that it breaks."`
	rateFlag
}

func (catalogCmd) Help() string {
	return `Asks the platform about what the documents refer to and do not own: the columns of tables
and files, and the fields and identities of schemas, field groups, and data types. Writes
it to dataflow.TARGET.catalog.json; commit that file, and validate checks against it.

  aepflow catalog --target prod           # 0 written, 2 a source could not be asked
  aepflow catalog --target prod --check   # 0 nothing changed, 2 something did; writes nothing`
}

// catalogResult is the JSON of `aepflow catalog`; docs/catalog.md has the meaning of its members.
type catalogResult struct {
	resultHead
	Changes []catalogChange `json:"changes"`
	Unread  []unreadSource  `json:"unread,omitempty"`
	Summary struct {
		Changes int `json:"changes"`
		Breaks  int `json:"breaks"` // mappings and keys that changes break, each once
		Unread  int `json:"unread"`
		Sources int `json:"sources"`
		Schemas int `json:"schemas"`
		Parts   int `json:"parts"`
	} `json:"summary"`
}

type catalogChange struct {
	Change knowledge.ChangeKind `json:"change"`
	Object string               `json:"object"`
	Path   string               `json:"path,omitempty"`
	Before string               `json:"before,omitempty"`
	After  string               `json:"after,omitempty"`
	Breaks []catalogBreak       `json:"breaks,omitempty"`
}

// catalogBreak is what a change breaks: a mapping, or another key of a dataflow.
type catalogBreak struct {
	Dataflow string      `json:"dataflow"`
	Mapping  string      `json:"mapping,omitempty"`
	Key      string      `json:"key,omitempty"` // such as delta, if it is not a mapping
	Place    *shownPlace `json:"place,omitempty"`
}

type unreadSource struct {
	Object string `json:"object"`
	Reason string `json:"reason"`
}

func (c catalogCmd) Run(ctx context.Context, a *app) (err error) {
	p, err := a.open(c.Path, needGraph|needTarget|noCatalog, "text", "json")
	if err != nil {
		return err
	}
	seen, err := p.applied()
	if err != nil {
		return err
	}
	refs, err := knowledge.ReferencesOf(p.graph)
	if err != nil {
		return err
	}
	before, fault := p.readCatalog()
	switch name := display(p.catalogFile().Path()); {
	case fault != nil:
		a.say("note: ignored %s: %v", name, fault)
	case c.Check && p.catalogFile().IsAbsent():
		a.say("%s does not exist; `aepflow catalog` writes it", name)
	}
	conn, err := a.connect(ctx, p, c.Rate, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	tenant := cmp.Or(seen.Lock.Target.Tenant, p.target.config.Tenant)
	if tenant == "" {
		if tenant, err = platform.Tenant(ctx, conn.Client); err != nil {
			return fmt.Errorf("ask for the tenant: %w", err)
		}
	}
	after, unread, err := remote.Learn(ctx, conn.Client, remote.Lesson{
		References: refs, Tenant: tenant, Before: before, Limit: refreshReads,
		Place: func(s knowledge.SourceRef) (remote.Place, bool) { return placeOfSource(s, seen.Lock) },
	})
	if err != nil {
		return err
	}
	result, err := c.result(p, refs, before, after, unread)
	if err != nil {
		return err
	}
	return c.report(a, p, result, before, after)
}

// placeOfSource returns where a source can be explored, false if its connection was not created.
func placeOfSource(s knowledge.SourceRef, lock *lockfile.Lock) (remote.Place, bool) {
	address, err := resource.ParseAddress(s.Via)
	switch {
	case s.Via == "":
		return remote.Place{SpecID: s.Spec}, true
	case err != nil:
		return remote.Place{ConnectionID: s.Via}, true
	}
	e, ok := lock.Get(address)
	return remote.Place{ConnectionID: e.ID}, ok && e.ID != ""
}

func (c catalogCmd) result(
	p *project, refs knowledge.References, before, after *knowledge.Catalog, unread []remote.Unread,
) (catalogResult, error) {
	out := catalogResult{resultHead: headOf("catalog", p), Changes: []catalogChange{}}
	breaks, err := newBreaks(p.graph, refs, before, after)
	if err != nil {
		return out, err
	}
	broken := map[catalogBreak]bool{}
	for _, change := range knowledge.Compare(before, after) {
		found := breaks.of(change)
		out.Changes = append(out.Changes, catalogChange{
			change.Kind, change.Object, change.Path, change.Before, change.After, found,
		})
		for _, f := range found {
			f.Place = nil
			broken[f] = true
		}
	}
	out.Summary.Breaks = len(broken)
	for _, u := range unread {
		if u.IsFault() {
			out.Summary.Unread++
		}
		out.Unread = append(out.Unread, unreadSource{
			knowledge.SourceName(u.Source.Key(), u.Source.Data), output.Line(unreadReason(u.Err)),
		})
	}
	for _, all := range after.Sources {
		out.Summary.Sources += len(all)
	}
	out.Summary.Changes, out.Summary.Schemas, out.Summary.Parts = len(out.Changes), len(after.Schemas), len(after.Parts)
	return out, nil
}

// unreadReason says why a source could not be read, without the call.
func unreadReason(err error) string {
	var refused *platform.Error
	if errors.As(err, &refused) {
		return refused.Reason()
	}
	return err.Error()
}

// report writes the file unless it is only checked, and prints the result.
func (c catalogCmd) report(a *app, p *project, result catalogResult, before, after *knowledge.Catalog) error {
	file := p.catalogFile()
	if !c.Check {
		if p.target.name == localTarget {
			if err := file.MakeFolder(); err != nil {
				return exit(exitWorld, "write %s: %s", display(file.Path()), reason(err))
			}
		}
		if err := file.Write(0o644, after.Text()); err != nil {
			return exit(exitWorld, "write %s: %s", display(file.Path()), reason(err))
		}
	}
	var err error
	if a.Output == "json" {
		err = a.printJSON(result)
	} else {
		err = view.Catalog(a.stdout, result.shown(before, after), a.viewOptions(a.stdout))
	}
	if !c.Check {
		a.say("wrote  %s: %s, %s, %s", display(file.Path()), words.Count(result.Summary.Sources, "source"),
			words.Count(result.Summary.Schemas, "schema"),
			words.Count(result.Summary.Parts, "part")+" of schemas")
	}
	if err == nil && (result.Summary.Unread > 0 || c.Check && len(result.Changes) > 0) {
		return quiet(exitPending)
	}
	return err
}

// shown is the result as it is printed.
func (r catalogResult) shown(before, after *knowledge.Catalog) view.CatalogChanges {
	out := view.CatalogChanges{Breaks: r.Summary.Breaks}
	for _, change := range r.Changes {
		row := view.CatalogChange{
			Kind: string(change.Change), Object: change.Object, Path: change.Path, Before: change.Before, After: change.After,
			Title: cmp.Or(after.Schemas[change.Object].Title, after.Parts[change.Object].Title,
				before.Schemas[change.Object].Title, before.Parts[change.Object].Title),
		}
		for _, b := range change.Breaks {
			text := b.Dataflow + ": " + cmp.Or(b.Mapping, b.Key)
			if b.Place != nil {
				text += fmt.Sprintf(" (%s:%d)", b.Place.Filename, b.Place.Line)
			}
			row.Breaks = append(row.Breaks, text)
		}
		out.Changes = append(out.Changes, row)
	}
	for _, u := range r.Unread {
		out.Unread = append(out.Unread, [2]string{u.Object, u.Reason})
	}
	return out
}

// maxCatalog is how large a catalog may be, in bytes.
const maxCatalog = 64 << 20

// catalogFile is the catalog of the target. That of the target local lies with the state of the embedded emulator.
func (p *project) catalogFile() files.File {
	name, _ := p.targetName()
	if name == localTarget {
		return p.root.File(filepath.Join(".aepflow", "local.catalog.json"))
	}
	return p.root.File("dataflow." + name + ".catalog.json")
}

// readCatalog reads the catalog of the target. The error says why there is one that cannot be used.
func (p *project) readCatalog() (*knowledge.Catalog, error) {
	text, err := p.catalogFile().Read(maxCatalog)
	if files.IsAbsent(err) {
		return knowledge.New(""), nil
	}
	if err != nil {
		return knowledge.New(""), errors.New(reason(err))
	}
	c, err := knowledge.Parse(text)
	if err != nil {
		return knowledge.New(""), err
	}
	return c, nil
}

// knownFacts are what the catalog of the target says, and why it cannot be used.
type knownFacts struct {
	once  sync.Once
	facts *knowledge.Facts // nil without a catalog
	fault error
}

// facts reads the catalog once. Nothing is known without one.
func (p *project) facts() (*knowledge.Facts, error) {
	if p.blind {
		return nil, nil
	}
	p.known.once.Do(func() {
		file := p.catalogFile()
		if file.IsAbsent() {
			return
		}
		c, err := p.readCatalog()
		if err != nil {
			p.known.fault = err
			return
		}
		p.known.facts = knowledge.NewFacts(display(file.Path()), c)
	})
	return p.known.facts, p.known.fault
}

type catalogIgnored struct{ path, why string }

func (p catalogIgnored) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CatalogIgnored, Severity: diag.Note,
		Message: p.path + " is ignored: " + p.why,
		Help:    "run `aepflow catalog` to write it again",
	}
}
