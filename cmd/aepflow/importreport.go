package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/schemas"
)

// reportFile is where an import says what it did; later ones get a number.
const reportFile = "import-report"

// write creates the files, and then puts the objects into the lockfile: an entry without a document would be deleted by
// the next apply. It overwrites nothing: a file that exists is kept, and what it lacks is printed.
func (i *importing) write() error {
	if len(i.result.entries) == 0 && len(i.result.gone) == 0 {
		return nil
	}
	root := i.project.root
	list := append(slices.Clone(i.result.files), i.projectFiles()...)
	for _, f := range list {
		file := root.File(filepath.FromSlash(f.name))
		if err := file.MakeFolder(); err != nil {
			return exit(exitWorld, "%v", err)
		}
		if !file.IsAbsent() {
			i.kept(f, file)
			continue
		}
		// Whole or not at all: after a crash, the next import finds what it would write itself.
		if err := file.WriteSynced(0o644, f.text); err != nil {
			return exit(exitWorld, "write %s: %s", display(file.Path()), reason(err))
		}
	}
	i.session.Edit(lockfile.Edit{Tenant: i.sandbox.Tenant})
	var last lockfile.Ticket
	for _, e := range i.result.entries {
		last = i.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: e}})
	}
	if err := i.session.Wait(last); err != nil {
		return err
	}
	return i.session.Commit("")
}

// kept says what a file that exists lacks.
func (i *importing) kept(f newFile, file files.File) {
	have, err := file.Read(files.MaxDocument)
	if err != nil {
		return
	}
	var missing []string
	for line := range strings.Lines(string(f.text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !slices.Contains(strings.Split(string(have), "\n"), line) {
			missing = append(missing, line)
		}
	}
	if len(missing) == 0 || f.name == projectFile && i.isConfigured() {
		return
	}
	i.say("kept   %s: it exists; add to it:", display(file.Path()))
	for _, line := range missing {
		i.say("  %s", line)
	}
}

// isConfigured reports whether aepflow.yaml has the target.
func (i *importing) isConfigured() bool {
	return i.project.target.name == localTarget || i.project.config.Place("targets", i.project.target.name).File != nil
}

// projectFiles are the files beside the documents.
func (i *importing) projectFiles() []newFile {
	t := i.project.target.config
	var config strings.Builder
	fmt.Fprintf(&config, "defaultTarget: %s\n\ntargets:\n  %s:\n    org: %s\n    sandbox: %s\n",
		document.QuoteValue(t.Name), document.QuoteKey(t.Name), document.QuoteValue(t.Org), document.QuoteValue(t.Sandbox))
	if i.conn.sandbox.Type == "production" {
		config.WriteString("    production: true\n")
	}
	out := []newFile{{projectFile, []byte(config.String())}, {".gitignore", []byte(".aepflow/\n.env\n")}}
	if i.project.target.name == localTarget {
		out = out[1:]
	}
	var env strings.Builder
	for _, d := range i.result.project.Documents {
		for _, s := range d.Secrets {
			fmt.Fprintf(&env, "# %s of %s\n%s=\n", output.Line(s.Param), i.result.placed[d], s.Name)
		}
	}
	if env.Len() > 0 {
		out = append(out, newFile{".env.example", []byte(env.String())})
	}
	report := i.markdown()
	name := reportFile + ".md"
	for n := 2; !i.project.root.File(name).IsAbsent(); n++ {
		if have, err := i.project.root.File(name).Read(files.MaxDocument); err == nil && string(have) == report {
			break // of an import that was interrupted
		}
		name = fmt.Sprintf("%s-%d.md", reportFile, n)
	}
	return append(out, newFile{name, []byte(report)})
}

// leftOut are the dataflows that were left alone and are not the platform's own, or destinations.
func (i *importing) leftOut() []lift.Left {
	var out []lift.Left
	for _, l := range i.result.project.Left {
		if l.Kind == resource.Flow && l.Reason != lift.ReasonInternal && l.Reason != lift.ReasonDestination {
			out = append(out, l)
		}
	}
	return out
}

// isIncomplete reports whether a replacement, or a new sandbox, would lose something.
func (i *importing) isIncomplete() bool {
	isLost := func(m lift.Member) bool { return m.Class == lift.Lost }
	return len(i.leftOut()) > 0 || len(i.result.gone) > 0 || slices.ContainsFunc(i.result.members, isLost)
}

// report prints the result and sets the exit code.
func (i *importing) report() error {
	var err error
	if i.Output == "json" {
		err = i.printJSON(i.json())
	} else {
		err = i.text()
	}
	if err == nil && i.isIncomplete() {
		return quiet(exitPending)
	}
	return err
}

func (i *importing) text() error {
	r := &i.result
	verb := "Wrote"
	if i.DryRun {
		verb = "Would write"
		for _, f := range r.files {
			if err := i.stdout.Printf("# %s\n%s\n", f.name, output.Block(string(f.text))); err != nil {
				return err
			}
		}
	}
	counts := map[string]int{}
	for _, d := range r.project.Documents {
		counts[d.Kind]++
	}
	var parts []string
	for _, kind := range []string{
		schemas.KindDataflow, schemas.KindConnection, schemas.KindSchema, schemas.KindFieldGroup, schemas.KindClass,
		schemas.KindDataType, schemas.KindDataset,
	} {
		if counts[kind] > 0 {
			parts = append(parts, view.Count(counts[kind], resource.SpecOf(kindOf[kind]).Noun))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing: there is nothing new"}
	}
	lines := []string{
		fmt.Sprintf("Read %s of sandbox %s. %s %s.", view.Count(r.read, "object"), output.Line(i.Sandbox), verb,
			strings.Join(parts, ", ")),
	}
	for _, l := range i.leftOut() {
		lines = append(lines, "left alone: "+titleOf(l.Object)+": "+output.Line(l.Reason))
	}
	for _, m := range r.members {
		if m.Class == lift.Lost {
			lines = append(lines, fmt.Sprintf("not in the documents: %s of %s; a replacement would lose it", m.Path,
				listed(m.Objects)))
		}
	}
	for _, e := range r.gone {
		lines = append(lines, fmt.Sprintf("gone, or not visible: %s, %s", e.Address, output.Line(e.ID)))
	}
	if names := i.secretNames(); len(names) > 0 {
		lines = append(lines, "Set these before a connection changes: "+strings.Join(names, ", "))
	}
	if !i.DryRun && len(r.entries) > 0 {
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

func (i *importing) secretNames() []string {
	var out []string
	for _, d := range i.result.project.Documents {
		for _, s := range d.Secrets {
			out = append(out, s.Name)
		}
	}
	return out
}

// titleOf names an object for people.
func titleOf(o *lift.Object) string {
	name, _ := o.Body.Get("name")
	title, _ := o.Body.Get("title")
	return output.Line(cmp.Or(name.Text, title.Text, o.ID))
}

// listed names a few of many.
func listed(names []string) string {
	const few = 3
	if len(names) > few {
		return fmt.Sprintf("%s, and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// markdown is import-report.md.
func (i *importing) markdown() string {
	r := &i.result
	var b strings.Builder
	fmt.Fprintf(&b, "# Import of sandbox %s\n\n", mdText(i.Sandbox))
	fmt.Fprintf(&b, "Organization %s, read as client %s.\n\n", mdText(i.project.target.config.Org), mdText(i.clientID()))
	b.WriteString("| kind | on the platform | imported |\n| --- | --- | --- |\n")
	found, taken := map[resource.Kind]int{}, map[resource.Kind]int{}
	for _, o := range i.sandbox.Objects {
		found[o.Kind]++
	}
	for _, e := range r.entries {
		taken[e.Address.Kind]++
	}
	for _, kind := range resource.Kinds() {
		if found[kind] > 0 {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", resource.SpecOf(kind).Noun, found[kind], taken[kind])
		}
	}
	i.section(&b, "Left alone", i.leftLines())
	i.section(&b, "Not in the documents", i.memberLines(lift.Lost,
		"A replacement of these objects would lose members that no document can say yet:"))
	i.section(&b, "Members that aepflow does not know", i.memberLines(lift.Unknown,
		"They have the same value everywhere, so they are likely the platform's own:"))
	i.section(&b, "Needs a value per target", i.boundLines())
	i.section(&b, "Secrets", i.secretLines())
	var gone []string
	for _, e := range r.gone {
		gone = append(gone, fmt.Sprintf("- %s, %s", e.Address, mdText(e.ID)))
	}
	i.section(&b, "Gone, or not visible to this client", gone)
	fmt.Fprintf(&b, "\nOf all members of these objects, %d are in the documents, %d belong to the platform, "+
		"%d would be lost, "+
		"and %d are not known.\n", r.counts[lift.Written], r.counts[lift.Served], r.counts[lift.Lost], r.counts[lift.Unknown])
	return b.String()
}

func (i *importing) clientID() string {
	id, ok := i.project.env.get("IMS_OAUTH_S2S_CLIENT_ID")
	if !ok {
		return localTarget
	}
	return id
}

func (i *importing) section(b *strings.Builder, title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n## %s\n\n%s\n", title, strings.Join(lines, "\n"))
	}
}

// leftLines lists what was left alone, groups of the platform's own in a line each.
func (i *importing) leftLines() []string {
	var out []string
	groups := map[string]int{}
	for _, l := range i.result.project.Left {
		if l.Reason == lift.ReasonInternal || l.Reason == lift.ReasonDestination {
			groups[l.Reason]++
			continue
		}
		out = append(out, fmt.Sprintf("- %s %s (%s): %s", resource.SpecOf(l.Kind).Noun, mdText(titleOf(l.Object)),
			mdText(l.ID), mdText(l.Reason)))
	}
	for _, d := range i.result.project.Documents {
		for _, l := range d.Left {
			out = append(out, fmt.Sprintf("- %s of schema %s (%s): %s", resource.SpecOf(l.Kind).Noun, mdText(d.Name),
				mdText(l.ID), mdText(l.Reason)))
		}
	}
	for _, reason := range []string{lift.ReasonDestination, lift.ReasonInternal} {
		if n := groups[reason]; n > 0 {
			out = append(out, fmt.Sprintf("- %s: %s", view.Count(n, "dataflow"), reason))
		}
	}
	for _, kind := range resource.Kinds() {
		if n := i.result.project.Unused[kind]; n > 0 && kind != resource.Union && !resource.SpecOf(kind).IsDescriptor() {
			out = append(out, fmt.Sprintf("- %s: not needed for what was imported", view.Count(n, resource.SpecOf(kind).Noun)))
		}
	}
	return out
}

func (i *importing) memberLines(class lift.Class, lead string) []string {
	out := []string{lead, ""}
	for _, m := range i.result.members {
		if m.Class == class {
			out = append(out, fmt.Sprintf("- %s `%s` (%s): %s", resource.SpecOf(m.Kind).Noun, mdCode(m.Path), m.Example,
				listed(m.Objects)))
		}
	}
	if len(out) == 2 {
		return nil
	}
	return out
}

// boundLines lists the documents that name objects of this sandbox by their IDs.
func (i *importing) boundLines() []string {
	var out []string
	for _, d := range i.result.project.Documents {
		for _, what := range d.Bound() {
			out = append(out, fmt.Sprintf("- %s: `%s`", i.result.placed[d], mdCode(what)))
		}
	}
	return out
}

func (i *importing) secretLines() []string {
	var out []string
	for _, d := range i.result.project.Documents {
		for _, s := range d.Secrets {
			out = append(out, fmt.Sprintf("- `%s`: %s of connection %s", s.Name, mdText(s.Param), d.Name))
		}
	}
	if len(out) > 0 {
		out = append([]string{"A plan needs them only when a connection changes. The next apply after they are set " +
			"records them.", ""}, out...)
	}
	return out
}

// mdText makes text of the platform harmless in Markdown.
func mdText(s string) string {
	var b strings.Builder
	for _, r := range output.Line(s) {
		if strings.ContainsRune("\\`*_[]<>|#&!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mdCode is mdText between backticks.
func mdCode(s string) string { return strings.ReplaceAll(output.Line(s), "`", "'") }

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

func (i *importing) json() importJSON {
	r := &i.result
	out := importJSON{resultHead: headOf("import", i.project), Objects: []importedObject{}}
	file := map[string]string{}
	for d, name := range r.placed {
		for _, o := range d.Objects {
			file[string(o.Kind)+" "+o.ID] = name
		}
	}
	for _, e := range r.entries {
		out.Objects = append(out.Objects, importedObject{
			Status: "imported", Kind: e.Address.Kind, ID: e.ID, Address: &e.Address,
			File: file[string(e.Address.Kind)+" "+e.ID],
		})
	}
	left := slices.Clone(r.project.Left)
	for _, d := range r.project.Documents {
		left = append(left, d.Left...)
		for _, s := range d.Secrets {
			out.Secrets = append(out.Secrets, secretJSON{s.Name, d.Name, s.Param})
		}
	}
	for _, l := range left {
		out.Objects = append(out.Objects, importedObject{
			Status: "left_alone", Kind: l.Kind, ID: l.ID, Title: titleOf(l.Object), Reason: output.Line(l.Reason),
		})
	}
	for _, e := range r.gone {
		out.Objects = append(out.Objects,
			importedObject{Status: "gone", Kind: e.Address.Kind, ID: e.ID, Address: &e.Address})
	}
	for _, m := range r.members {
		out.Members = append(out.Members, memberJSON(m))
	}
	out.Summary = importSummary{r.read, len(r.project.Documents), len(r.entries), len(left), len(r.gone), i.DryRun}
	return out
}
