package importing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
)

// Report is what an import found and made.
type Report struct {
	Result
	Sandbox, Org, Client string
	Gone                 []lockfile.Entry
}

// LeftOut are the dataflows that were left alone and are not the platform's own, or destinations.
func (r Report) LeftOut() []lift.Left {
	var out []lift.Left
	for _, l := range r.Project.Left {
		if l.Kind == resource.Flow && l.Reason != lift.ReasonInternal && l.Reason != lift.ReasonDestination {
			out = append(out, l)
		}
	}
	return out
}

// IsIncomplete reports whether a replacement, or a new sandbox, would lose something.
func (r Report) IsIncomplete() bool {
	isLost := func(m lift.Member) bool { return m.Class == lift.Lost }
	return len(r.LeftOut()) > 0 || len(r.Gone) > 0 || slices.ContainsFunc(r.Members, isLost)
}

// TitleOf names an object for people.
func TitleOf(o *lift.Object) string {
	name, _ := o.Body.Get("name")
	title, _ := o.Body.Get("title")
	return output.Line(cmp.Or(name.Text, title.Text, o.ID))
}

// Markdown is import-report.md.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Import of sandbox %s\n\n", mdText(r.Sandbox))
	fmt.Fprintf(&b, "Organization %s, read as client %s.\n\n", mdText(r.Org), mdText(r.Client))
	b.WriteString("| kind | on the platform | imported |\n| --- | --- | --- |\n")
	found, taken := map[resource.Kind]int{}, map[resource.Kind]int{}
	for _, o := range r.Objects {
		found[o.Kind]++
	}
	for _, e := range r.Entries {
		taken[e.Address.Kind]++
	}
	for _, kind := range resource.Kinds() {
		if found[kind] > 0 {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", resource.SpecOf(kind).Noun, found[kind], taken[kind])
		}
	}
	section(&b, "Left alone", r.leftLines())
	section(&b, "Not in the documents", r.memberLines(lift.Lost,
		"A replacement of these objects would lose members that no document can say yet:"))
	section(&b, "Members that aepflow does not know", r.memberLines(lift.Unknown,
		"They have the same value everywhere, so they are likely the platform's own:"))
	section(&b, "Needs a value per target", r.boundLines())
	section(&b, "Secrets", r.secretLines())
	var gone []string
	for _, e := range r.Gone {
		gone = append(gone, fmt.Sprintf("- %s, %s", e.Address, mdText(e.ID)))
	}
	section(&b, "Gone, or not visible to this client", gone)
	fmt.Fprintf(&b, "\nOf all members of these objects, %d are in the documents, %d belong to the platform, "+
		"%d would be lost, "+
		"and %d are not known.\n", r.Counts[lift.Written], r.Counts[lift.Served], r.Counts[lift.Lost], r.Counts[lift.Unknown])
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n## %s\n\n%s\n", title, strings.Join(lines, "\n"))
	}
}

// leftLines lists what was left alone, groups of the platform's own in a line each.
func (r Report) leftLines() []string {
	var out []string
	groups := map[string]int{}
	for _, l := range r.Project.Left {
		if l.Reason == lift.ReasonInternal || l.Reason == lift.ReasonDestination {
			groups[l.Reason]++
			continue
		}
		out = append(out, fmt.Sprintf("- %s %s (%s): %s", resource.SpecOf(l.Kind).Noun, mdText(TitleOf(l.Object)),
			mdText(l.ID), mdText(l.Reason)))
	}
	for _, d := range r.Project.Documents {
		for _, l := range d.Left {
			out = append(out, fmt.Sprintf("- %s of schema %s (%s): %s", resource.SpecOf(l.Kind).Noun, mdText(d.Name),
				mdText(l.ID), mdText(l.Reason)))
		}
	}
	for _, reason := range []string{lift.ReasonDestination, lift.ReasonInternal} {
		if n := groups[reason]; n > 0 {
			out = append(out, fmt.Sprintf("- %s: %s", words.Count(n, "dataflow"), reason))
		}
	}
	for _, kind := range resource.Kinds() {
		if n := r.Project.Unused[kind]; n > 0 && kind != resource.Union && !resource.SpecOf(kind).IsDescriptor() {
			out = append(out, fmt.Sprintf("- %s: not needed for what was imported", words.Count(n, resource.SpecOf(kind).Noun)))
		}
	}
	return out
}

func (r Report) memberLines(class lift.Class, lead string) []string {
	out := []string{lead, ""}
	for _, m := range r.Members {
		if m.Class == class {
			out = append(out, fmt.Sprintf("- %s `%s` (%s): %s", resource.SpecOf(m.Kind).Noun, mdCode(m.Path), m.Example,
				words.Few(m.Objects)))
		}
	}
	if len(out) == 2 {
		return nil
	}
	return out
}

// boundLines lists the documents that name objects of this sandbox by their IDs.
func (r Report) boundLines() []string {
	var out []string
	for _, d := range r.Project.Documents {
		for _, what := range d.Bound() {
			out = append(out, fmt.Sprintf("- %s: `%s`", r.Placed[d], mdCode(what)))
		}
	}
	return out
}

func (r Report) secretLines() []string {
	var out []string
	for _, d := range r.Project.Documents {
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
