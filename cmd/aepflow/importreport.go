package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/importing"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// reportFile is where an import says what it did; later ones get a number.
const reportFile = "import-report"

// write creates the files, and then puts the objects into the lockfile: an entry without a document would be deleted by
// the next apply. It overwrites nothing: a file that exists is kept, and what it lacks is printed.
func (i *sandboxImport) write() error {
	if len(i.result.Entries) == 0 && len(i.result.Gone) == 0 {
		return nil
	}
	root := i.project.root
	list := append(slices.Clone(i.result.Files), i.projectFiles()...)
	for _, f := range list {
		file := root.File(filepath.FromSlash(f.Name))
		if err := file.MakeFolder(); err != nil {
			return exit(exitWorld, "%v", err)
		}
		if !file.IsAbsent() {
			i.kept(f, file)
			continue
		}
		// Whole or not at all: after a crash, the next import finds what it would write itself.
		if err := file.WriteSynced(0o644, f.Text); err != nil {
			return exit(exitWorld, "write %s: %s", display(file.Path()), reason(err))
		}
	}
	i.session.Edit(lockfile.Edit{Tenant: i.sandbox.Tenant})
	var last lockfile.Ticket
	for _, e := range i.result.Entries {
		last = i.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: e}})
	}
	if err := i.session.Wait(last); err != nil {
		return err
	}
	return i.session.Commit("")
}

// kept says what a file that exists lacks.
func (i *sandboxImport) kept(f importing.File, file files.File) {
	have, err := file.Read(files.MaxDocument)
	if err != nil {
		return
	}
	var missing []string
	for line := range strings.Lines(string(f.Text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !slices.Contains(strings.Split(string(have), "\n"), line) {
			missing = append(missing, line)
		}
	}
	if len(missing) == 0 || f.Name == projectFile && i.isConfigured() {
		return
	}
	i.say("kept   %s: it exists; add to it:", display(file.Path()))
	for _, line := range missing {
		i.say("  %s", line)
	}
}

// isConfigured reports whether aepflow.yaml has the target.
func (i *sandboxImport) isConfigured() bool {
	return i.project.target.name == localTarget || i.project.config.Place("targets", i.project.target.name).File != nil
}

// projectFiles are the files beside the documents.
func (i *sandboxImport) projectFiles() []importing.File {
	t := i.project.target.config
	var config strings.Builder
	fmt.Fprintf(&config, "defaultTarget: %s\n\ntargets:\n  %s:\n    org: %s\n    sandbox: %s\n",
		document.QuoteValue(t.Name), document.QuoteKey(t.Name), document.QuoteValue(t.Org), document.QuoteValue(t.Sandbox))
	if i.conn.sandbox.Type == "production" {
		config.WriteString("    production: true\n")
	}
	out := []importing.File{
		{Name: projectFile, Text: []byte(config.String())},
		{Name: ".gitignore", Text: []byte(".aepflow/\n.env\n")},
	}
	if i.project.target.name == localTarget {
		out = out[1:]
	}
	var env strings.Builder
	for _, d := range i.result.Project.Documents {
		for _, s := range d.Secrets {
			fmt.Fprintf(&env, "# %s of %s\n%s=\n", output.Line(s.Param), i.result.Placed[d], s.Name)
		}
	}
	if env.Len() > 0 {
		out = append(out, importing.File{Name: ".env.example", Text: []byte(env.String())})
	}
	report := i.result.Markdown()
	name := reportFile + ".md"
	for n := 2; !i.project.root.File(name).IsAbsent(); n++ {
		if have, err := i.project.root.File(name).Read(files.MaxDocument); err == nil && string(have) == report {
			break // of an import that was interrupted
		}
		name = fmt.Sprintf("%s-%d.md", reportFile, n)
	}
	return append(out, importing.File{Name: name, Text: []byte(report)})
}

// report prints the result and sets the exit code.
func (i *sandboxImport) report() error {
	var err error
	if i.Output == "json" {
		err = i.printJSON(i.json())
	} else {
		err = i.text()
	}
	if err == nil && i.result.IsIncomplete() {
		return quiet(exitPending)
	}
	return err
}

func (i *sandboxImport) text() error {
	r := &i.result
	verb := "Wrote"
	if i.DryRun {
		verb = "Would write"
		for _, f := range r.Files {
			if err := i.stdout.Printf("# %s\n%s\n", f.Name, output.Block(string(f.Text))); err != nil {
				return err
			}
		}
	}
	counts := map[string]int{}
	for _, d := range r.Project.Documents {
		counts[d.Kind]++
	}
	var parts []string
	for _, kind := range []string{
		schemas.KindDataflow, schemas.KindConnection, schemas.KindSchema, schemas.KindFieldGroup, schemas.KindClass,
		schemas.KindDataType, schemas.KindDataset,
	} {
		if counts[kind] > 0 {
			parts = append(parts, words.Count(counts[kind], resource.SpecOf(importing.KindOf[kind]).Noun))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing: there is nothing new"}
	}
	lines := []string{
		fmt.Sprintf("Read %s of sandbox %s. %s %s.", words.Count(i.count, "object"), output.Line(i.Sandbox), verb,
			strings.Join(parts, ", ")),
	}
	for _, l := range r.LeftOut() {
		lines = append(lines, "left alone: "+importing.TitleOf(l.Object)+": "+output.Line(l.Reason))
	}
	for _, m := range r.Members {
		if m.Class == lift.Lost {
			lines = append(lines, fmt.Sprintf("not in the documents: %s of %s; a replacement would lose it", m.Path,
				words.Few(m.Objects)))
		}
	}
	for _, e := range r.Gone {
		lines = append(lines, fmt.Sprintf("gone, or not visible: %s, %s", e.Address, output.Line(e.ID)))
	}
	if names := i.secretNames(); len(names) > 0 {
		lines = append(lines, "Set these before a connection changes: "+strings.Join(names, ", "))
	}
	if !i.DryRun && len(r.Entries) > 0 {
		lines = append(lines, "Report: "+display(filepath.Join(i.Out, reportFile+".md")),
			"Next: aepflow plan "+shellWords([]string{i.Out})+" --refresh --target "+i.project.target.name)
	}
	for _, line := range lines {
		if err := i.stdout.Printf("%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

func (i *sandboxImport) secretNames() []string {
	var out []string
	for _, d := range i.result.Project.Documents {
		for _, s := range d.Secrets {
			out = append(out, s.Name)
		}
	}
	return out
}

// importJSON is the result of an import.
type importJSON struct {
	resultHead
	Objects []importedObject `json:"objects"`
	Members []memberJSON     `json:"members,omitempty"`
	Secrets []secretJSON     `json:"secrets,omitempty"`
	Summary importSummary    `json:"summary"`
}

type importedObject struct {
	Status  string            `json:"status"` // imported, left_alone, or gone
	Kind    resource.Kind     `json:"kind"`
	ID      string            `json:"id"`
	Address *resource.Address `json:"address,omitempty"`
	Title   string            `json:"title,omitempty"`
	File    string            `json:"file,omitempty"`
	Reason  string            `json:"reason,omitempty"`
}

type memberJSON struct {
	Kind    resource.Kind `json:"kind"`
	Path    string        `json:"path"`
	Class   lift.Class    `json:"class"`
	Objects []string      `json:"objects"`
	Example string        `json:"example"`
}

type secretJSON struct {
	Name       string `json:"name"`
	Connection string `json:"connection"`
	Param      string `json:"parameter"`
}

type importSummary struct {
	Read      int  `json:"read"`
	Documents int  `json:"documents"`
	Imported  int  `json:"imported"`
	LeftAlone int  `json:"left_alone"`
	Gone      int  `json:"gone"`
	DryRun    bool `json:"dry_run"`
}

func (i *sandboxImport) json() importJSON {
	r := &i.result
	out := importJSON{resultHead: headOf("import", i.project), Objects: []importedObject{}}
	file := map[string]string{}
	for d, name := range r.Placed {
		for _, o := range d.Objects {
			file[string(o.Kind)+" "+o.ID] = name
		}
	}
	for _, e := range r.Entries {
		out.Objects = append(out.Objects, importedObject{
			Status: "imported", Kind: e.Address.Kind, ID: e.ID, Address: &e.Address,
			File: file[string(e.Address.Kind)+" "+e.ID],
		})
	}
	left := slices.Clone(r.Project.Left)
	for _, d := range r.Project.Documents {
		left = append(left, d.Left...)
		for _, s := range d.Secrets {
			out.Secrets = append(out.Secrets, secretJSON{s.Name, d.Name, s.Param})
		}
	}
	for _, l := range left {
		out.Objects = append(out.Objects, importedObject{
			Status: "left_alone", Kind: l.Kind, ID: l.ID, Title: importing.TitleOf(l.Object), Reason: output.Line(l.Reason),
		})
	}
	for _, e := range r.Gone {
		out.Objects = append(out.Objects,
			importedObject{Status: "gone", Kind: e.Address.Kind, ID: e.ID, Address: &e.Address})
	}
	for _, m := range r.Members {
		out.Members = append(out.Members, memberJSON(m))
	}
	out.Summary = importSummary{i.count, len(r.Project.Documents), len(r.Entries), len(left), len(r.Gone), i.DryRun}
	return out
}
