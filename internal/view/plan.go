package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

// manyChanges is how many changes make a plan be written by groups.
const manyChanges = 40

// Plan writes a plan as text for people.
func Plan(w io.Writer, p *planner.Plan, o Options) error {
	t := newPlanText(p, o)
	t.write()
	return flush(w, t.canvas)
}

type planText struct {
	*canvas
	plan     *planner.Plan
	options  Options
	replaced map[string][]planner.Change // by name, which a dataflow and its parts share
}

func newPlanText(p *planner.Plan, o Options) planText {
	t := planText{canvas: newCanvas(o), plan: p, options: o, replaced: map[string][]planner.Change{}}
	for _, ch := range p.Changes {
		if ch.Action == planner.Replace {
			t.replaced[ch.Address.Name] = append(t.replaced[ch.Address.Name], ch)
		}
	}
	return t
}

func (t planText) write() {
	changes := shown(t.plan)
	if t.options.Quiet {
		t.destroyed(changes)
		t.diagnostics()
		t.totals(changes)
		return
	}
	t.header(changes)
	switch {
	case len(changes) == 0:
	case len(changes) >= manyChanges && !t.options.Full:
		t.groups(changes)
	default:
		t.changes(changes)
	}
	t.drift()
	t.diagnostics()
	t.totals(changes)
}

// shown returns the changes that do something, harshest first and then in the order of
// execution. Text, Markdown, and HTML have this order.
func shown(p *planner.Plan) []planner.Change {
	if !slices.ContainsFunc(p.Changes, func(ch planner.Change) bool { return ch.Action != planner.Create }) {
		return p.Changes // no copy: that of 10,000 new dataflows has 22 MB
	}
	out := make([]planner.Change, 0, len(p.Changes))
	for _, a := range byHarshness {
		for _, ch := range p.Changes {
			if ch.Action == a {
				out = append(out, ch)
			}
		}
	}
	return out
}

// byHarshness is the order in which a reviewer should see actions.
var byHarshness = []planner.Action{
	planner.Delete, planner.Replace, planner.Update, planner.Import, planner.Move, planner.Forget, planner.Create,
}

// TargetText names a target and where it is.
func TargetText(g planner.Target) string {
	kind := ""
	if g.Production {
		kind = "production, "
	}
	return fmt.Sprintf("%s (%sorg %s, sandbox %s%s)", g.Name, kind, g.Org, g.Sandbox, HostText(g))
}

// HostText is the end of a sentence about a target: the host that gets its calls and
// credentials, and the sign-in host if that is another; "" for the embedded emulator.
func HostText(g planner.Target) string {
	switch g.Host {
	case "":
		return ""
	case g.SignInHost:
		return ", host " + g.Host
	}
	return ", host " + g.Host + ", sign-in " + g.SignInHost
}

func (t planText) header(changes []planner.Change) {
	p := t.plan
	t.wrapped(bold, "", "Plan for "+TargetText(p.Target))
	parts := []string{}
	if !p.At.IsZero() {
		parts = append(parts, planner.TimeText(p.At))
	}
	if p.Lock.Serial == 0 {
		parts = append(parts, "nothing applied yet")
	} else {
		parts = append(parts, fmt.Sprintf("compared with lockfile serial %d", p.Lock.Serial))
	}
	if p.Refreshed {
		parts = append(parts, "live objects read")
	}
	t.line(t.paint(dim, strings.Join(parts, " · ")))
	if legend := t.legend(changes); legend != "" {
		t.line(legend)
	}
	t.line()
}

// legend explains the symbols of the plan.
func (t planText) legend(changes []planner.Change) string {
	var parts []string
	for _, a := range []planner.Action{
		planner.Create, planner.Update, planner.Replace, planner.Delete, planner.Import, planner.Move, planner.Forget,
	} {
		if slices.ContainsFunc(changes, func(ch planner.Change) bool { return ch.Action == a }) {
			parts = append(parts, t.paint(styleOf(a), a.Symbol())+" "+verbOf(a))
		}
	}
	return strings.Join(parts, "   ")
}

func styleOf(a planner.Action) style {
	switch a {
	case planner.Create:
		return green
	case planner.Update:
		return yellow
	case planner.Replace:
		return magenta
	case planner.Delete:
		return red
	default:
		return cyan
	}
}

func verbOf(a planner.Action) string {
	switch a {
	case planner.Update:
		return "update in place"
	case planner.Replace:
		return "replace by a new object"
	case planner.Move:
		return "rename, nothing is called"
	case planner.Forget:
		return "forget, nothing is called"
	case planner.Import:
		return "adopt what exists"
	default:
		return a.String()
	}
}

// changes writes changes one by one.
func (t planText) changes(list []planner.Change) {
	wide, nouns := 0, 0
	for _, ch := range list {
		wide = max(wide, min(output.Width(ch.Address.String()), 48))
		nouns = max(nouns, output.Width(resource.SpecOf(ch.Address.Kind).Noun))
	}
	spaced := true
	for i, ch := range list {
		detail := t.hasDetail(ch)
		if i > 0 && (detail || spaced) {
			t.line()
		}
		spaced = detail
		t.change(ch, wide, nouns)
	}
	t.line()
}

func (t planText) hasDetail(ch planner.Change) bool {
	return len(ch.Fields) > 0 || len(ch.Guards) > 0 || ch.Action == planner.Create && len(ch.Desired) > 0 ||
		ch.Effect != planner.EffectNone && ch.Effect != ""
}

const changeIndent = "      "

// change writes one change: its resource and origin, its fields, its effect on the data,
// and its guards.
func (t planText) change(ch planner.Change, wide, nouns int) {
	spec := resource.SpecOf(ch.Address.Kind)
	st := styleOf(ch.Action)
	parts := []string{
		"  ", t.paint(st, ch.Action.Symbol()), " ", t.paint(bold, ch.Address.String()), pad(ch.Address.String(), wide),
		"  ", t.paint(plain, spec.Noun), pad(spec.Noun, nouns),
	}
	t.remarked(strings.Join(parts, ""), ch)
	if ch.Action == planner.Create && len(ch.Desired) > 0 {
		t.body(spec.Kind, ch)
	} else {
		for _, f := range fieldsShown(ch, t.options.Full) {
			t.field(ch.Address.Kind, f, ch.Origin, t.options.Full)
		}
		if t.options.Full && len(ch.Desired) > 0 {
			t.line(changeIndent, t.paint(dim, "the whole body:"))
			t.body(spec.Kind, ch)
		}
	}
	t.closing(ch)
}

// remarked writes the painted line of a change with its origin and note.
func (t planText) remarked(line string, ch planner.Change) {
	if at := originText(ch.Origin); at != "" {
		line += "  " + t.paint(dim, at)
	}
	var notes []note
	if text := changeNote(ch, t.options.Full); text != "" {
		notes = append(notes, note{dim, "# " + text})
	}
	if !t.terminal && len(notes) > 0 { // a log has one line for each change
		line, notes = line+"  "+t.paint(dim, notes[0].text), nil
	}
	t.noted(line, notes)
}

// fieldsShown returns the fields that change, and secrets that were not checked; all
// fields with full.
func fieldsShown(ch planner.Change, full bool) []planner.FieldChange {
	if full {
		return ch.Fields
	}
	return slices.DeleteFunc(slices.Clone(ch.Fields), func(f planner.FieldChange) bool {
		return f.Action == planner.NoOp && !f.Secret
	})
}

func (t planText) body(kind resource.Kind, ch planner.Change) {
	t.entries(bodyOf(kind, parse(ch.Desired), t.plan.At, t.options), changeIndent)
}

// closing writes the lines under a change: the count of unchanged fields, the effect on
// the data, the start of a replaced dataflow, the order of a cut-over, the guards.
func (t planText) closing(ch planner.Change) {
	var parts []string
	if n := unchangedFields(ch); n > 0 && !t.options.Full {
		parts = append(parts, t.paint(dim, words.Count(n, "unchanged field")))
	}
	if text := effectText(ch.Effect); text != "" {
		parts = append(parts, t.paint(effectStyle(ch.Effect), "data: "+text))
	}
	if ch.Start != nil {
		parts = append(parts, t.paint(dim, startText(*ch.Start, t.plan.At)))
	}
	t.dotted(changeIndent, parts)
	if steps := t.cutOver(ch); steps != "" {
		t.hanging(dim, "order: ", steps)
	}
	for _, g := range ch.Guards {
		t.hanging(red, "! ", guardText(g))
	}
}

// guardText says why apply refuses a change, and the flag that allows it, if any.
func guardText(g planner.Guard) string {
	if g.Flag == "" {
		return "refused: " + g.Message
	}
	return "refused without " + g.Flag + ": " + g.Message
}

// hanging writes a text under a change with a hanging indent.
func (t planText) hanging(st style, head, text string) {
	for i, l := range output.Wrap(strings.Fields(output.Line(text)), t.width-len(changeIndent)-output.Width(head)) {
		if i > 0 {
			head = strings.Repeat(" ", output.Width(head))
		}
		t.line(changeIndent, t.paint(st, head+l))
	}
}

// changeNote is the reason of a change, unless its fields show it.
func changeNote(ch planner.Change, full bool) string {
	var parts []string
	switch {
	case !ch.MovedFrom.IsZero():
		parts = append(parts, "was "+ch.MovedFrom.String())
	case ch.Reason == planner.ReasonNew, ch.Reason == planner.ReasonFields:
	case ch.Reason != "":
		parts = append(parts, string(ch.Reason))
	}
	id := ch.ID
	if ch.Deposed != "" {
		id = ch.Deposed
	}
	switch {
	case id == "":
	case full || ch.Action == planner.Delete || ch.Action == planner.Import || ch.Action == planner.Forget:
		parts = append(parts, "id "+id)
	}
	return strings.Join(parts, ", ")
}

// effectText says what happens to the data, "" when nothing does.
func effectText(e planner.Effect) string {
	if e == planner.EffectNone {
		return ""
	}
	return string(e)
}

func effectStyle(e planner.Effect) style {
	switch e {
	case planner.EffectLost, planner.EffectGap, planner.EffectReingests, planner.EffectDuplicates,
		planner.EffectSenders, planner.EffectAddress:
		return red
	default:
		return dim
	}
}

// unchangedFields counts the leaves of a body that a change keeps.
func unchangedFields(ch planner.Change) int {
	if len(ch.Fields) == 0 || len(ch.Desired) == 0 || ch.Action == planner.Create {
		return 0
	}
	n := leaves(parse(ch.Desired))
	for _, f := range ch.Fields {
		switch {
		case f.Desired != nil && !f.Secret:
			n -= leaves(parse(f.Desired))
		case f.Unknown, f.Secret && f.Action != planner.Delete:
			n--
		}
	}
	return max(n, 0)
}

// cutOver is the order of the calls that replace a dataflow and its parts.
func (t planText) cutOver(ch planner.Change) string {
	if ch.Action != planner.Replace || ch.Address.Kind != resource.Flow {
		return ""
	}
	type step struct {
		n    int
		text string
	}
	var steps []step
	for _, other := range t.replaced[ch.Address.Name] {
		for _, call := range other.Calls {
			kind := string(other.Address.Kind)
			text := map[planner.Step]string{
				planner.StepCreate: "create new " + kind, planner.StepUpdate: "update " + kind,
				planner.StepEnable: "enable new " + kind, planner.StepDisable: "disable new " + kind,
				planner.StepRetire: "disable old " + kind, planner.StepDelete: "delete old " + kind,
			}[call.Step]
			steps = append(steps, step{call.N, text})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.n - b.n })
	texts := make([]string, len(steps))
	for i, s := range steps {
		texts[i] = s.text
	}
	return strings.Join(texts, " → ")
}
