package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/textdiff"
	"github.com/aepflow/aepflow/planner"
)

// fieldSymbol is the symbol of what happens to a field, not of the call that does it.
func fieldSymbol(f planner.FieldChange) string {
	switch {
	case f.Secret:
		return planner.Update.Symbol()
	case before(f) == nil && (f.Desired != nil || f.Unknown):
		return planner.Create.Symbol()
	case before(f) != nil && f.Desired == nil && !f.Unknown:
		return planner.Delete.Symbol()
	default:
		return planner.Update.Symbol()
	}
}

// before is the value that an update finds: the applied one, or the live one if a refresh
// found another.
func before(f planner.FieldChange) json.RawMessage {
	if f.Class == planner.ClassDrifted || f.Class == planner.ClassConflicting {
		return f.Live
	}
	return f.Applied
}

// secretText says whether a secret changes.
func secretText(f planner.FieldChange) string {
	switch {
	case f.Action == planner.NoOp:
		return "(secret, not checked)"
	case f.Applied == nil && f.Desired != nil && f.Action == planner.Create:
		return "(secret, new)"
	default:
		return "(secret, changed)"
	}
}

// fieldSides are the two values of a field as text; "" where a side is absent.
func (t planText) fieldSides(kind resource.Kind, f planner.FieldChange) (from, to string) {
	if was := before(f); was != nil {
		from = t.elementText(kind, f.Path, parse(was))
	}
	switch {
	case f.Unknown:
		to = "(known after apply)"
	case f.Desired != nil:
		to = t.elementText(kind, f.Path, parse(f.Desired))
	}
	return from, to
}

// elementText is a value at a path: a column as its type, a mapping as its source.
func (t planText) elementText(kind resource.Kind, path string, v resource.Value) string {
	switch {
	case path == resource.SpecOf(kind).StartTime:
		if text, ok := startValueText(v, t.plan.At); ok {
			return text
		}
	case v.Kind != resource.ObjectValue:
	case isField(kind, path):
		return schemaText(v)
	case kind == resource.Source && strings.HasPrefix(path, "params.columns["):
		return columnType(v)
	case kind == resource.Mapping && strings.HasPrefix(path, "mappings["):
		if row := mappingRow(v); row[2] != "" {
			return row[1] + " " + row[2]
		}
	}
	return valueText(v)
}

// fieldText is a field change on one line, for tables and lists.
func (t planText) fieldText(kind resource.Kind, f planner.FieldChange) string {
	if f.Secret {
		return f.Path + ": " + secretText(f)
	}
	from, to := t.fieldSides(kind, f)
	name := fieldName(kind, f.Path)
	switch fieldSymbol(f) {
	case "+":
		return name + ": " + to
	case "-":
		return name + ": " + from
	default:
		return name + ": " + from + " → " + to
	}
}

// field writes one field change, with its file if that is not the file of its resource.
func (t planText) field(kind resource.Kind, f planner.FieldChange, home planner.Origin, full bool) {
	const indent = changeIndent
	symbol := fieldSymbol(f)
	st := map[string]style{"+": green, "-": red, "~": yellow}[symbol]
	name := fieldName(kind, f.Path)
	head := indent + t.paint(st, symbol) + " " + t.paint(plain, name) + ":"
	notes := fieldNotes(f, home, full)
	if f.Secret {
		t.noted(head+" "+t.paint(cyan, secretText(f)), notes)
		return
	}
	from, to := t.fieldSides(kind, f)
	switch {
	case symbol == "+" && isLong(to):
		t.noted(head, notes)
		t.block(textdiff.Insert, parse(f.Desired), indent+"    ")
	case symbol == "-" && isLong(from):
		t.noted(head, notes)
		t.block(textdiff.Delete, parse(before(f)), indent+"    ")
	case symbol == "+":
		t.noted(head+" "+t.paint(green, to), notes)
	case symbol == "-":
		t.noted(head+" "+t.paint(red, from), notes)
	case !f.Unknown && f.Path != resource.SpecOf(kind).StartTime &&
		differsInside(from, to, t.width-len(indent)-output.Width(name)):
		t.noted(head, notes)
		t.inline(parse(before(f)), parse(f.Desired), indent+"    ")
	case output.Width(head)+output.Width(from)+output.Width(to)+4 > t.width:
		t.noted(head, notes)
		t.line(indent, "    ", t.paint(red, "- "+from))
		t.line(indent, "    ", t.paint(green, "+ "+to))
	default:
		t.noted(head+" "+t.paint(red, from)+" → "+t.paint(green, to), notes)
	}
}

type note struct {
	style style
	text  string
}

// fieldPlace is where a field is written, as seen from the place of its resource.
func fieldPlace(f planner.FieldChange, home planner.Origin) string {
	switch {
	case f.Origin.Line == 0 || f.Origin == home:
		return ""
	case f.Origin.Filename == home.Filename:
		return fmt.Sprintf("line %d", f.Origin.Line)
	}
	return originText(f.Origin)
}

// fieldNotes say where the change of a field comes from and why it forces a replacement.
func fieldNotes(f planner.FieldChange, home planner.Origin, full bool) []note {
	var notes []note
	if at := fieldPlace(f, home); at != "" {
		notes = append(notes, note{dim, "(" + at + ")"})
	}
	switch f.Class {
	case planner.ClassDrifted:
		notes = append(notes, note{yellow, "# reverted: changed on the platform only"})
	case planner.ClassConflicting:
		notes = append(notes, note{yellow, "# changed on the platform too"})
	}
	switch {
	case f.ForcesReplace && f.Reason != "":
		notes = append(notes, note{magenta, "# forces replacement: " + f.Reason})
	case f.ForcesReplace:
		notes = append(notes, note{magenta, "# forces replacement"})
	case full && f.Reason != "":
		notes = append(notes, note{dim, "# " + f.Reason})
	}
	return notes
}

// noted writes a painted line with notes; those that do not fit get their own lines.
func (c *canvas) noted(line string, notes []note) {
	wide := output.Width(line)
	for _, n := range notes {
		if wide > 0 && wide+2+output.Width(n.text) <= c.width {
			line += "  " + c.paint(n.style, n.text)
			wide += 2 + output.Width(n.text)
			continue
		}
		c.line(line)
		const indent = changeIndent + "    "
		lines := c.lines(n.text, len(indent))
		for i, l := range lines {
			line = indent + c.paint(n.style, l)
			wide = len(indent) + output.Width(l)
			if i < len(lines)-1 {
				c.line(line)
			}
		}
	}
	c.line(line)
}

func originText(o planner.Origin) string {
	if o.Filename == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", o.Filename, o.Line)
}

// longValue is the widest value that is written on the line of its field.
const longValue = 72

func isLong(text string) bool { return output.Width(text) > longValue }

// differsInside reports whether two texts are compared word by word: long ones, and
// shorter expressions.
func differsInside(from, to string, room int) bool {
	if output.Width(from)+output.Width(to)+5 > min(room, longValue) {
		return true
	}
	return strings.ContainsAny(from+to, "()") && !strings.HasPrefix(to, "(") && output.Width(from)+output.Width(to) > 30
}

// block writes a value that was added or removed on several lines.
func (c *canvas) block(op textdiff.Op, v resource.Value, indent string) {
	sign, st := "+ ", green
	if op == textdiff.Delete {
		sign, st = "- ", red
	}
	for _, l := range strings.Split(blockText(v), "\n") {
		c.line(indent, c.paint(st, sign+l))
	}
}

// blockText is a value over several lines: a string as it is, the rest as JSON.
func blockText(v resource.Value) string {
	if v.Kind == resource.StringValue {
		return strings.TrimSuffix(v.Text, "\n")
	}
	text := valueText(v)
	if isScalar(v) || output.Width(text) <= longValue {
		return text
	}
	return prettyJSON(v.JSON())
}

// inline writes two long values with their changed words marked: by color, or by carets.
func (c *canvas) inline(from, to resource.Value, indent string) {
	a, b := blockText(from), blockText(to)
	if !strings.Contains(a, "\n") && !strings.Contains(b, "\n") {
		c.twoLines(a, b, indent)
		return
	}
	hunks := textdiff.Lines(a+"\n", b+"\n", 2)
	for i, h := range hunks {
		if i > 0 || h.From > 1 {
			c.line(indent, c.paint(dim, "  …"))
		}
		for k := 0; k < len(h.Lines); k++ {
			l := h.Lines[k]
			if l.Op == textdiff.Delete && k+1 < len(h.Lines) && h.Lines[k+1].Op == textdiff.Insert && isPair(h.Lines, k) {
				c.marked(textdiff.Words(l.Text, h.Lines[k+1].Text), textdiff.Delete, indent)
				c.marked(textdiff.Words(l.Text, h.Lines[k+1].Text), textdiff.Insert, indent)
				k++
				continue
			}
			st := [...]style{dim, red, green}[l.Op]
			c.line(indent, c.paint(st, strings.TrimRight([...]string{"  ", "- ", "+ "}[l.Op]+l.Text, " ")))
		}
	}
}

// isPair reports whether line k is deleted alone and followed by one inserted line.
func isPair(lines []textdiff.Chunk, k int) bool {
	before := k == 0 || lines[k-1].Op == textdiff.Equal
	after := k+2 >= len(lines) || lines[k+2].Op == textdiff.Equal
	return before && after
}

// keptAround is how many unchanged characters clip keeps on each side of an edit.
const keptAround = 24

func (c *canvas) twoLines(a, b, indent string) {
	chunks := textdiff.Words(a, b)
	if max(output.Width(a), output.Width(b))+len(indent)+2 > c.width {
		chunks = clip(chunks)
	}
	c.marked(chunks, textdiff.Delete, indent)
	c.marked(chunks, textdiff.Insert, indent)
}

// clip shortens long unchanged text to the words around the edits.
func clip(chunks []textdiff.Chunk) []textdiff.Chunk {
	out := make([]textdiff.Chunk, len(chunks))
	for i, ch := range chunks {
		out[i] = ch
		r := []rune(ch.Text)
		if ch.Op != textdiff.Equal || len(r) <= 2*keptAround+3 {
			continue
		}
		head, tail := string(r[:keptAround]), string(r[len(r)-keptAround:])
		if k := strings.LastIndexByte(head, ' '); k > 0 {
			head = head[:k]
		}
		if k := strings.IndexByte(tail, ' '); k >= 0 && k < len(tail)-1 {
			tail = tail[k+1:]
		}
		switch i {
		case 0:
			out[i].Text = "… " + tail
		case len(chunks) - 1:
			out[i].Text = head + " …"
		default:
			out[i].Text = head + " … " + tail
		}
	}
	return out
}

// marked writes one side of a word difference.
func (c *canvas) marked(chunks []textdiff.Chunk, side textdiff.Op, indent string) {
	sign, base, mark := "- ", red, redMark
	if side == textdiff.Insert {
		sign, base, mark = "+ ", green, greenMark
	}
	var text, carets strings.Builder
	changed, kept := false, false
	for _, ch := range chunks {
		switch ch.Op {
		case textdiff.Equal:
			text.WriteString(c.paint(base, ch.Text))
			carets.WriteString(strings.Repeat(" ", output.Width(output.Line(ch.Text))))
			kept = true
		case side:
			text.WriteString(c.paint(mark, ch.Text))
			carets.WriteString(strings.Repeat("^", output.Width(output.Line(ch.Text))))
			changed = true
		}
	}
	c.line(indent, c.paint(base, sign), text.String())
	if !c.color && changed && kept {
		c.line(indent, "  ", carets.String())
	}
}
