package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// markdownLimit is the longest comment that every Git host takes, in bytes, which are
// never fewer than characters.
const markdownLimit = 65535

// marker is the first line of the Markdown of a target's plan, by which a tool that
// posts comments finds the one to replace.
func marker(t planner.Target) string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_' // other characters could end the comment
	}, t.Name)
	return "<!-- aepflow plan: " + strings.ReplaceAll(name, "--", "-_") + " -->"
}

// Markdown writes a plan for the comment of a pull request: what matters most first,
// details folded. What exceeds MarkdownLimit is dropped from the bottom and counted.
func Markdown(w io.Writer, p *planner.Plan) error {
	_, err := io.WriteString(w, markdown(p, markdownLimit))
	return err
}

// block is a part of a document that fit keeps or drops: a head, rows that may be
// dropped from the end, and a foot.
type block struct {
	what string // in the count of what was dropped: "rows of the table", …
	head string
	rows []string
	foot string
}

func markdown(p *planner.Plan, limit int) string {
	changes := shown(p)
	t := newPlanText(p, Options{Width: 120})
	groups := t.grouped(changes)
	blocks := []block{{head: markdownHead(p, changes)}}
	blocks = append(blocks, t.markdownTables(groups)...)
	if len(p.Drift) > 0 {
		blocks = append(blocks, t.driftTable())
	}
	for _, g := range groups {
		if b, ok := detailBlock(t, g); ok {
			blocks = append(blocks, b)
		}
	}
	return fit(blocks, limit)
}

// footRoom is reserved for the line that counts what was dropped.
const footRoom = 400

// fit joins blocks as long as they fit; rows are dropped from the bottom.
func fit(blocks []block, limit int) string {
	size := 0
	for _, b := range blocks {
		size += b.size(len(b.rows))
	}
	room := limit
	if size > limit {
		room -= footRoom
	}
	var out strings.Builder
	left := map[string]int{}
	var order []string
	drop := func(what string, n int) {
		if n > 0 && what != "" {
			if left[what] == 0 {
				order = append(order, what)
			}
			left[what] += n
		}
	}
	full := false
	for _, b := range blocks {
		n := len(b.rows)
		for n > 0 && out.Len()+b.size(n) > room {
			n--
		}
		switch {
		case full, out.Len()+b.size(n) > room, n == 0 && len(b.rows) > 0:
			full = full || size > limit
			drop(b.what, max(len(b.rows), 1))
			continue
		}
		out.WriteString(b.head)
		for _, row := range b.rows[:n] {
			out.WriteString(row)
		}
		out.WriteString(b.foot)
		drop(b.what, len(b.rows)-n)
		full = full || n < len(b.rows)
	}
	if len(order) > 0 {
		parts := make([]string, len(order))
		for i, what := range order {
			parts[i] = fmt.Sprintf("%d %s", left[what], what)
		}
		fmt.Fprintf(&out, "\n_Left out to fit %d characters: %s. `aepflow show` of the saved plan shows all of it._\n",
			limit, strings.Join(parts, ", "))
	}
	return out.String()
}

func (b block) size(rows int) int {
	n := len(b.head) + len(b.foot)
	for _, r := range b.rows[:rows] {
		n += len(r)
	}
	return n
}

// productionMark follows the name of a target that holds what must not be lost.
func productionMark(g planner.Target) string {
	if g.Production {
		return " (production)"
	}
	return ""
}

// markdownHead is what a reviewer must know even if nothing else fits.
func markdownHead(p *planner.Plan, changes []planner.Change) string {
	var b strings.Builder
	b.WriteString(marker(p.Target) + "\n")
	fmt.Fprintf(&b, "## aepflow plan for %s%s\n\n", code(p.Target.Name), productionMark(p.Target))
	if len(changes) == 0 {
		b.WriteString("**" + escapeMarkdown(emptyLine(p)) + "**\n")
	} else {
		b.WriteString("**" + SummaryLine(p.Summary) + ".**\n")
	}
	fmt.Fprintf(&b, "\nOrg %s, sandbox %s", code(p.Target.Org), code(p.Target.Sandbox))
	if p.Target.Host != "" {
		fmt.Fprintf(&b, ", host %s, sign-in %s", code(p.Target.Host), code(p.Target.SignInHost))
	}
	b.WriteString(" · " + planner.TimeText(p.At))
	if p.Lock.Serial > 0 {
		fmt.Fprintf(&b, " · lockfile serial %d", p.Lock.Serial)
	}
	if n := p.Calls(); n > 0 {
		fmt.Fprintf(&b, " · %s", words.Count(n, "call"))
	}
	b.WriteString("\n")
	flagged, refused := Refusals(changes)
	if len(flagged) > 0 || len(refused) > 0 || len(p.Guards) > 0 {
		b.WriteString("\n> [!CAUTION]\n")
	}
	for _, g := range p.Guards {
		fmt.Fprintf(&b, "> %s %s\n", refusedPlan, escapeMarkdown(g.Message))
	}
	for _, r := range refused {
		fmt.Fprintf(&b, "> %s %s\n", refusedText, r.Todo(codes6(r.Names)))
	}
	if len(flagged) > 0 {
		b.WriteString("> " + unlessText + "\n")
		for _, r := range flagged {
			fmt.Fprintf(&b, "> - %s for %s\n", code(r.Flag), codes6(r.Names))
		}
	}
	for i, e := range effectsOf(changes) {
		mark := "-"
		if effectStyle(e.effect) == red {
			mark = "- ⚠️"
		}
		if i == 0 {
			b.WriteString("\nEffect on the data:\n\n")
		}
		fmt.Fprintf(&b, "%s **%s**: %s\n", mark, escapeMarkdown(string(e.effect)), codes6(e.names))
	}
	for i, d := range p.Diagnostics {
		if i == 10 {
			fmt.Fprintf(&b, "- and %d more\n", len(p.Diagnostics)-i)
			break
		}
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "- **%s** %s", escapeMarkdown(d.Severity), escapeMarkdown(d.Message))
		if at := originText(d.Origin); at != "" {
			b.WriteString(" in " + code(at))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// codes6 lists about six resources.
func codes6(names []string) string {
	spans := make([]string, len(names))
	for i, name := range names {
		spans[i] = code(name)
	}
	return Few(spans, 6)
}

// grouped returns the changes, in a large plan by groups.
func (t planText) grouped(changes []planner.Change) []group {
	if len(changes) >= manyChanges {
		return t.groupsOf(changes)
	}
	groups := make([]group, len(changes))
	for i, ch := range changes {
		groups[i] = single(ch)
	}
	return groups
}

// markdownTables lists the changes by action.
func (t planText) markdownTables(groups []group) []block {
	var out []block
	for _, a := range byHarshness {
		var rows []string
		n := 0
		for _, g := range groups {
			if g.first.Action == a {
				rows = append(rows, t.tableRow(g))
				n += len(g.names)
			}
		}
		if len(rows) > 0 {
			out = append(out, block{
				what: "rows of " + strings.ToLower(headOf(a)),
				head: fmt.Sprintf("\n### %s %s (%d)\n\n| resource | what changes | where |\n| --- | --- | --- |\n",
					escapeMarkdown(a.Symbol()), headOf(a), n),
				rows: rows,
			})
		}
	}
	return out
}

func headOf(a planner.Action) string {
	return map[planner.Action]string{
		planner.Delete: "Deleted", planner.Replace: "Replaced", planner.Update: "Updated", planner.Create: "Created",
		planner.Import: "Imported", planner.Move: "Renamed", planner.Forget: "Forgotten",
	}[a]
}

// cellFields is how many fields of a change a row shows; the folded details show all.
const cellFields = 4

func (t planText) tableRow(g group) string {
	ch := g.first
	name := cell(codes6(g.names))
	where := ""
	if at := g.origins[0]; at != "" && len(g.names) == 1 {
		where = cell(code(at))
	}
	if len(g.names) > 1 {
		name = words.Count(len(g.names), resource.SpecOf(ch.Address.Kind).Noun) + ": " + name
	}
	var parts []string
	short := planner.Change{Action: ch.Action, Reason: ch.Reason, MovedFrom: ch.MovedFrom}
	if note := changeNote(short, false); note != "" {
		parts = append(parts, escapeMarkdown(note))
	}
	if ch.Action == planner.Create {
		parts = append(parts, escapeMarkdown(resource.SpecOf(ch.Address.Kind).Noun))
	} else {
		fields := fieldsShown(ch, false)
		for i, f := range fields {
			if i == cellFields && len(fields) > cellFields+1 {
				parts = append(parts, fmt.Sprintf("and %d more fields", len(fields)-i))
				break
			}
			text := code(fieldSymbol(f) + " " + clipText(t.fieldText(ch.Address.Kind, f), 160))
			if at := fieldPlace(f, ch.Origin); at != "" && len(g.names) == 1 {
				text += " (" + escapeMarkdown(at) + ")"
			}
			if f.ForcesReplace {
				text += " forces replacement"
			}
			parts = append(parts, text)
		}
	}
	if e := effectText(ch.Effect); e != "" {
		parts = append(parts, "_data: "+escapeMarkdown(e)+"_")
	}
	if ch.Start != nil {
		parts = append(parts, escapeMarkdown(startText(*ch.Start, t.plan.At)))
	}
	return fmt.Sprintf("| %s | %s | %s |\n", name, cell(strings.Join(parts, "<br>")), where)
}

func (t planText) driftTable() block {
	b := block{
		what: "rows of drift",
		head: "\n### ! Drift on the platform\n\n| resource | field | applied | live |\n| --- | --- | --- | --- |\n",
	}
	side := func(kind resource.Kind, f planner.FieldChange, raw []byte) string {
		switch {
		case f.Secret:
			return "secret"
		case raw == nil:
			return "absent"
		}
		return cell(code(clipText(t.sideText(kind, f.Path, raw, ""), 80)))
	}
	for _, ch := range t.plan.Drift {
		for _, f := range ch.Fields {
			name, field := cell(code(ch.Address.String())), cell(code(fieldName(ch.Address.Kind, f.Path)))
			applied, live := side(ch.Address.Kind, f, f.Applied), side(ch.Address.Kind, f, f.Live)
			b.rows = append(b.rows, fmt.Sprintf("| %s | %s | %s | %s |\n", name, field, applied, live))
		}
	}
	return b
}

// detailBlock is a change in full, folded; of a group its first change, and the place of
// each.
func detailBlock(t planText, g group) (block, bool) {
	t.canvas = newCanvas(t.options)
	ch := g.first
	if !t.hasDetail(ch) && len(g.names) == 1 {
		return block{}, false
	}
	t.change(ch, 0, 0)
	lines := strings.Split(strings.TrimSuffix(t.buf.String(), "\n"), "\n")
	b := block{what: "folded details"}
	if len(g.names) > 1 {
		b.what = "places of similar changes"
		for i, name := range g.names {
			b.rows = append(b.rows, strings.TrimRight("  "+output.Line(name)+"  "+output.Line(g.origins[i]), " ")+"\n")
		}
		lines = append(lines, "", "  similar:")
	}
	fence := "```"
	for i, l := range lines {
		lines[i] = strings.TrimRight(diffLine(strings.TrimPrefix(l, "  ")), " ")
		for strings.Contains(l, fence) {
			fence += "`"
		}
	}
	for _, row := range b.rows {
		for strings.Contains(row, fence) {
			fence += "`"
		}
	}
	title := escapeHTML(ch.Action.Symbol() + " " + ch.Address.String())
	if n := len(g.names); n > 1 {
		title += fmt.Sprintf(" and %d more", n-1)
	}
	b.head = fmt.Sprintf("\n<details><summary>%s</summary>\n\n%sdiff\n%s\n", title, fence, strings.Join(lines, "\n"))
	b.foot = fence + "\n\n</details>\n"
	return b, true
}

// diffLine moves the symbol of a line to its first column, where renderers of diffs
// expect it.
func diffLine(l string) string {
	body := strings.TrimLeft(l, " ")
	indent := l[:len(l)-len(body)]
	for mark, shown := range map[string]string{"+ ": "+", "- ": "-", "~ ": "!", "± ": "!"} {
		if rest, ok := strings.CutPrefix(body, mark); ok {
			return shown + indent + " " + rest
		}
	}
	return " " + l
}

// clipText truncates a text to n characters.
func clipText(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// code is a code span on one line, with more backticks than the text has in a row.
func code(s string) string {
	s = strings.Join(strings.Fields(output.Line(s)), " ")
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// cell escapes the bar, which ends a cell even in code.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// escapeMarkdown escapes every character that may have a meaning.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range output.Line(s) {
		switch {
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_{}[]<>()#+-!|~$@:", r) && !slices.Contains([]rune{'-', ':', '(', ')'}, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func escapeHTML(s string) string {
	return htmlEscapes.Replace(output.Line(s))
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
