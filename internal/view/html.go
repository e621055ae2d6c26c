package view

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/drawing"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/textdiff"
	"github.com/aepflow/aepflow/planner"
)

//go:embed plan.html.tmpl
var planPage string

// pageNodes is how many resources the graph of a page has at most.
const pageNodes = 150

// HTML writes a plan as one page that loads nothing: it folds without scripts, follows
// the color scheme of the system, and fits a phone.
func HTML(w io.Writer, p *planner.Plan) error {
	return writePage(w, planPage, pageOf(p))
}

func writePage(w io.Writer, text string, data any) error {
	t, err := template.New("page").Parse(text)
	if err != nil {
		panic("view: a page: " + err.Error())
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	_, err = io.WriteString(w, visiblePage(b.String()))
	return err
}

// visiblePage shows the hidden characters of a page as text. Its own line breaks stay.
func visiblePage(s string) string {
	s = lineOfColons.ReplaceAllString(s, "$1&#58;:")
	var b strings.Builder
	for i := 0; i < len(s); {
		shown, size := output.Escape(s[i:])
		if size == 0 || s[i] == '\n' {
			_, size = utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
		} else {
			b.WriteString(html.EscapeString(shown))
		}
		i += size
	}
	return b.String()
}

var policy = sync.OnceValue(func() string { return policyOf(planPage, drawing.Style) })

// policyOf allows a page its own styles and others, by digest, and nothing else: text that becomes
// markup through a bug can neither run nor load anything.
func policyOf(page string, styles ...string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	own, _, _ := strings.Cut(rest, "</style>")
	styles = append(styles, own)
	for i, s := range styles {
		sum := sha256.Sum256([]byte(s))
		styles[i] = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; img-src data:; style-src " + strings.Join(styles, " ") +
		"; base-uri 'none'; form-action 'none'"
}

// lineOfColons is the start of a line that a pipeline could take for a command.
var lineOfColons = regexp.MustCompile(`(?m)^([\s\p{Z}]*)::`)

// page is what the template shows.
type page struct {
	Policy          string
	Target          planner.Target
	Made            string
	Serial          uint64
	Tool            string
	Line            string
	Empty           bool
	Counts          []pageCount
	Effects         []pageEffect
	Refusals        []pageRefusal
	Notices         []planner.Diagnostic
	Groups          []pageGroup
	Drift           []pageChange
	Graph, Unfolded template.HTML
	Nodes           int // of a graph that is too large to draw
	Calls           []pageCall
}

type pageCount struct {
	Class, Symbol, Text string
	N                   int
}

type pageEffect struct {
	Effect, Names string
	Harsh         bool
}

// pageGroup is a dataflow, or what several share, with its changes. Name is "" where the only change has it. Class is
// that of all changes, or "".
type pageGroup struct {
	Name, Class string
	Changes     []pageChange
}

type pageRefusal struct{ Flag, Names, Why string }

type pageChange struct {
	Class, Symbol, Address, Noun, Place, Note, Effect, Start, Order string
	Harsh, Open                                                     bool
	Fields                                                          []pageField
	Body                                                            []pageEntry
	Guards                                                          []string
	Unchanged                                                       int
}

type pageField struct {
	Class, Symbol, Path, Note, Place string
	From, To                         []pagePiece
	Live                             string
}

// pagePiece is a part of a value; Mark means that it changed.
type pagePiece struct {
	Text string
	Mark bool
}

type pageEntry struct {
	Key, Text string
	Table     [][]string
}

type pageCall struct {
	N                                int
	Method, URL, IfMatch, Body, Does string
}

func pageOf(p *planner.Plan) page {
	changes := shown(p)
	out := page{
		Policy: policy(), Target: p.Target, Made: planner.TimeText(p.At), Serial: p.Lock.Serial, Tool: p.ToolVersion,
		Line: SummaryLine(p.Summary), Empty: len(changes) == 0, Notices: p.Diagnostics,
	}
	if out.Empty {
		out.Line = emptyLine(p)
	}
	for _, n := range []struct {
		a planner.Action
		n int
	}{
		{planner.Create, p.Summary.Create}, {planner.Update, p.Summary.Update}, {planner.Replace, p.Summary.Replace},
		{planner.Delete, p.Summary.Delete}, {planner.Import, p.Summary.Import}, {planner.Move, p.Summary.Move},
		{planner.Forget, p.Summary.Forget},
	} {
		if n.n > 0 {
			out.Counts = append(out.Counts, pageCount{n.a.String(), n.a.Symbol(), verbOf(n.a), n.n})
		}
	}
	for _, e := range effectsOf(changes) {
		out.Effects = append(out.Effects, pageEffect{string(e.effect), Few(e.names, 6), effectStyle(e.effect) == red})
	}
	flagged, refused := Refusals(changes)
	for _, g := range p.Guards {
		out.Refusals = append(out.Refusals, pageRefusal{Why: g.Message})
	}
	for _, r := range refused {
		out.Refusals = append(out.Refusals, pageRefusal{Why: r.Todo(Few(r.Names, 6))})
	}
	for _, r := range flagged {
		out.Refusals = append(out.Refusals, pageRefusal{Flag: r.Flag, Names: Few(r.Names, 6)})
	}
	t := newPlanText(p, Options{})
	for _, ch := range p.Drift {
		out.Drift = append(out.Drift, t.pageDrift(ch))
	}
	full := PictureOfPlan(p)
	folded := full.Fold(func(string) bool { return false })
	out.Groups = t.pageGroups(changes, folded)
	switch n := len(folded.Nodes); {
	case n > pageNodes:
		out.Nodes = n
	case n > 0:
		out.Graph = template.HTML(svg(folded)) // drawing escapes every text
		if n < len(full.Nodes) && len(full.Nodes) <= pageNodes {
			out.Unfolded = template.HTML(svg(full))
		}
	}
	for _, call := range p.InOrder() {
		body := ""
		if call.Body != nil {
			body = prettyJSON(call.Body)
		}
		does := string(call.Step) + " " + call.Change.Address.String()
		out.Calls = append(out.Calls, pageCall{call.N, call.Method, call.URL, call.IfMatch, body, does})
	}
	return out
}

// pageGroups puts changes to the dataflow that they are drawn in, in the order of the first change of each.
func (t planText) pageGroups(changes []planner.Change, folded Picture) (out []pageGroup) {
	head := map[resource.Address]resource.Address{}
	for _, n := range folded.Nodes {
		for _, part := range n.Parts {
			head[part.Address] = n.Address
		}
	}
	index := map[resource.Address]int{}
	for _, ch := range changes {
		of, ok := head[ch.Address]
		if !ok {
			of = ch.Address
		}
		i, known := index[of]
		if !known {
			i = len(out)
			index[of] = i
			out = append(out, pageGroup{Name: of.String(), Class: ch.Action.String()})
		}
		if out[i].Class != ch.Action.String() {
			out[i].Class = ""
		}
		out[i].Changes = append(out[i].Changes, t.page(ch, len(changes)))
	}
	for i, g := range out {
		if len(g.Changes) == 1 && g.Changes[0].Address == g.Name {
			out[i].Name = ""
		}
	}
	return out
}

// page returns the view of one change. Changes that destroy are open from the start, and
// so are updates in a plan that fits a screen.
func (t planText) page(ch planner.Change, all int) pageChange {
	out := pageChange{
		Class: ch.Action.String(), Symbol: ch.Action.Symbol(), Address: ch.Address.String(),
		Noun: resource.SpecOf(ch.Address.Kind).Noun, Place: originText(ch.Origin), Note: changeNote(ch, false),
		Effect: effectText(ch.Effect), Harsh: effectStyle(ch.Effect) == red, Order: t.cutOver(ch),
		Unchanged: unchangedFields(ch), Open: ch.Action.Destroys() || all <= 12 && ch.Action != planner.Create,
	}
	if ch.Start != nil {
		out.Start = startText(*ch.Start, t.plan.At)
	}
	for _, g := range ch.Guards {
		out.Guards = append(out.Guards, guardText(g))
	}
	if ch.Action == planner.Create && len(ch.Desired) > 0 {
		for _, e := range bodyOf(ch.Address.Kind, parse(ch.Desired), t.plan.At, Options{Full: true, Width: 84}) {
			out.Body = append(out.Body, pageEntry{e.key, e.text, e.table})
		}
		return out
	}
	for _, f := range fieldsShown(ch, false) {
		out.Fields = append(out.Fields, t.pageField(ch.Address.Kind, f, ch.Origin))
	}
	return out
}

func (t planText) pageField(kind resource.Kind, f planner.FieldChange, home planner.Origin) pageField {
	out := pageField{Symbol: fieldSymbol(f), Path: fieldName(kind, f.Path)}
	out.Class = map[string]string{"+": "create", "-": "delete", "~": "update"}[out.Symbol]
	if f.ForcesReplace {
		out.Class, out.Note = "replace", strings.TrimSuffix("forces replacement: "+f.Reason, ": ")
	}
	if f.Origin.Line > 0 && f.Origin != home {
		out.Place = originText(f.Origin)
	}
	if f.Secret {
		out.To = []pagePiece{{Text: secretText(f)}}
		return out
	}
	from, to := t.fieldSides(kind, f)
	whole := f.Unknown || f.Path == resource.SpecOf(kind).StartTime || !differsInside(from, to, output.Room(0))
	if from == "" || to == "" || whole {
		if from != "" {
			out.From = []pagePiece{{Text: output.Line(from)}}
		}
		if to != "" {
			out.To = []pagePiece{{Text: output.Line(to)}}
		}
		return out
	}
	for _, ch := range textdiff.Words(from, to) {
		piece := pagePiece{Text: output.Line(ch.Text), Mark: ch.Op != textdiff.Equal}
		if ch.Op != textdiff.Insert {
			out.From = append(out.From, piece)
		}
		if ch.Op != textdiff.Delete {
			out.To = append(out.To, piece)
		}
	}
	return out
}

func (t planText) pageDrift(ch planner.Change) pageChange {
	out := t.page(ch, 0)
	out.Open, out.Symbol, out.Class, out.Fields = true, "!", "update", nil
	for _, f := range ch.Fields {
		row := t.pageField(ch.Address.Kind, f, ch.Origin)
		row.Symbol, row.Class, row.Note = "!", "update", f.Class
		if !f.Secret {
			row.From = []pagePiece{{Text: t.sideText(ch.Address.Kind, f.Path, f.Applied, "absent")}}
			row.To = []pagePiece{{Text: t.sideText(ch.Address.Kind, f.Path, f.Live, "absent")}}
		}
		out.Fields = append(out.Fields, row)
	}
	return out
}
