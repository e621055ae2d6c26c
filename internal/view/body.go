package view

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// entry is a row of a body: a key with a value, or with a table below it.
type entry struct {
	key   string
	text  string
	table [][]string
	pairs bool // the table's rows are keys and values
	more  int  // rows of the table that are not shown
}

// tableRows is how many rows of a table are shown without Full. A table with up to
// tableSlack more is shown whole.
const (
	tableRows  = 20
	tableSlack = 4
)

// bodyOf lays out a body: scalars and small objects on a line, deeper ones by path,
// columns, mappings, and schema fields as tables. at is the time of the plan.
func bodyOf(kind resource.Kind, v resource.Value, at time.Time, o Options) []entry {
	b := bodyLayout{spec: resource.SpecOf(kind), options: o}
	if b.spec.StartTime != "" {
		if start, ok := b.spec.Find(v, b.spec.StartTime); ok {
			if text, ok := startValueText(start, at); ok {
				v = resource.Set(v, b.spec.StartTime, resource.String(text))
			}
		}
	}
	b.object(nil, v)
	return b.out
}

// startLeftOpen is the text of a start that is bound when its call is sent.
const startLeftOpen = "a minute after the call"

// startValueText is the text of a start, which is open or in seconds since 1970, as seen at a time.
func startValueText(v resource.Value, at time.Time) (string, bool) {
	if v.Kind == resource.StartValue {
		return startLeftOpen, true
	}
	seconds, err := strconv.ParseInt(v.Text, 10, 64)
	if v.Kind == resource.SecretValue || v.Kind == resource.RefValue || err != nil {
		return "", false
	}
	return momentText(time.Unix(seconds, 0), at), true
}

// momentText is a time, and how far from another it is.
func momentText(t, from time.Time) string {
	distance, away := "now", t.Sub(from)
	switch {
	case away <= -time.Second:
		distance = planner.DurationText(-away) + " ago"
	case away >= time.Second:
		distance = "in " + planner.DurationText(away)
	}
	return planner.TimeText(t) + " (" + distance + ")"
}

// startText says when the new dataflow of a replacement starts, and what it reads then.
func startText(s planner.Start, at time.Time) string {
	text := "starts " + startLeftOpen
	if s.Time != nil {
		text = "starts " + momentText(*s.Time, at)
	}
	switch {
	case s.Backfill == nil:
		return text + ", reads everything once"
	case *s.Backfill:
		return text + ", backfill: true"
	}
	return text + ", backfill: false"
}

type bodyLayout struct {
	spec    *resource.Spec
	options Options
	out     []entry
}

func (b *bodyLayout) object(at resource.Path, v resource.Value) {
	for _, f := range v.Fields {
		b.value(at.Field(f.Name), f.Value)
	}
}

func (b *bodyLayout) value(at resource.Path, v resource.Value) {
	key := at.String()
	switch {
	case isScalar(v), len(v.Items) == 0 && len(v.Fields) == 0:
		b.out = append(b.out, entry{key: key, text: valueText(v)})
	case b.table(key, v):
	case v.Kind == resource.ListValue && allScalar(v):
		b.out = append(b.out, entry{key: key, text: valueText(v)})
	case v.Kind == resource.ListValue:
		b.list(at, v)
	case !flat(v):
		b.object(at, v)
	case output.Width(key) <= keyColumn && b.fitsLine(v):
		b.out = append(b.out, entry{key: key, text: membersText(v)})
	case len(v.Fields) == 1:
		b.object(at, v)
	default:
		e := entry{key: key, pairs: true}
		for _, f := range v.Fields {
			e.table = append(e.table, []string{stringText(f.Name), valueText(f.Value)})
		}
		b.out = append(b.out, e)
	}
}

func (b *bodyLayout) list(at resource.Path, v resource.Value) {
	if refs := onlyMembers(v); refs != nil {
		b.out = append(b.out, entry{key: at.String(), table: refs, pairs: true})
		return
	}
	key, keyed := b.spec.KeyOf(at)
	for i, item := range v.Items {
		if keyed && item.Kind == resource.ObjectValue && resource.KeyText(item, key) != "" {
			b.value(at.Key(resource.KeyText(item, key)), item.Without(key))
			continue
		}
		b.value(at.Index(i), item)
	}
}

// onlyMembers returns the rows of a list of objects with one scalar each, such as the
// $refs of a schema; nil for other lists.
func onlyMembers(v resource.Value) [][]string {
	var rows [][]string
	for _, item := range v.Items {
		if item.Kind != resource.ObjectValue || len(item.Fields) != 1 || !isScalar(item.Fields[0].Value) {
			return nil
		}
		rows = append(rows, []string{item.Fields[0].Name, valueText(item.Fields[0].Value)})
	}
	return rows
}

// flat reports whether an object has only scalars and lists of scalars.
func flat(v resource.Value) bool {
	for _, f := range v.Fields {
		if !isScalar(f.Value) && (f.Value.Kind == resource.ObjectValue || !allScalar(f.Value)) {
			return false
		}
	}
	return true
}

// fitsLine reports whether a flat object is written on one line.
func (b *bodyLayout) fitsLine(v resource.Value) bool {
	for _, f := range v.Fields {
		if f.Value.Kind == resource.SecretValue {
			return false
		}
	}
	return len(v.Fields) <= 4 && output.Width(membersText(v)) <= output.Room(b.options.Width)-len(changeIndent)-20
}

func allScalar(v resource.Value) bool {
	for _, w := range v.Items {
		if !isScalar(w) {
			return false
		}
	}
	return true
}

// table lays out columns, mappings, and schema fields; it reports false for others.
func (b *bodyLayout) table(key string, v resource.Value) bool {
	var rows [][]string
	switch {
	case b.spec.Kind == resource.Source && key == "params.columns":
		rows = columnRows(v)
	case b.spec.Kind == resource.Mapping && key == "mappings":
		rows = mappingRows(v)
	case key == fieldsAt[b.spec.Kind]:
		rows = schemaRows(nil, resource.Object(resource.F(key, v)))
	}
	if len(rows) == 0 {
		return false
	}
	e := entry{key: key, table: rows}
	if !b.options.Full && len(rows) > tableRows+tableSlack {
		e.more = len(rows) - tableRows
		e.table = rows[:tableRows]
	}
	b.out = append(b.out, e)
	return true
}

func columnRows(v resource.Value) [][]string {
	var rows [][]string
	for _, col := range v.Items {
		name, _ := col.Get("name")
		rows = append(rows, []string{valueText(name), columnType(col)})
	}
	return rows
}

// columnType is the type of a column as in a document.
func columnType(col resource.Value) string {
	for _, member := range []string{"meta:xdmType", "type"} {
		if t, ok := col.Get(member); ok {
			return t.Text
		}
	}
	return "?"
}

func mappingRows(v resource.Value) [][]string {
	var rows [][]string
	for _, m := range v.Items {
		rows = append(rows, mappingRow(m))
	}
	return rows
}

// mappingRow is the destination, the symbol, and the source of a mapping.
func mappingRow(m resource.Value) []string {
	to, _ := m.Get("destination")
	from, _ := m.Get("source")
	sort, _ := m.Get("sourceType")
	switch sort.Text {
	case "EXPRESSION":
		return []string{valueText(to), "←", from.Text}
	case "STATIC":
		return []string{valueText(to), "=", valueText(from)}
	default:
		return []string{valueText(to), "←", stringText(from.Text)}
	}
}

// schemaRows lists the fields of a JSON schema by their XDM path.
func schemaRows(path []string, v resource.Value) [][]string {
	var rows [][]string
	for _, f := range v.Fields {
		switch f.Name {
		case "properties":
			for _, p := range f.Value.Fields {
				under := append(path[:len(path):len(path)], p.Name)
				if inner := schemaRows(under, p.Value); len(inner) > 0 {
					rows = append(rows, inner...)
					continue
				}
				rows = append(rows, []string{strings.Join(under, "."), schemaType(p.Value)})
			}
		case "items":
			if len(path) > 0 {
				list := append(path[:len(path)-1:len(path)-1], path[len(path)-1]+"[]")
				rows = append(rows, schemaRows(list, f.Value)...)
			}
		default:
			if len(path) == 0 && f.Value.Kind == resource.ObjectValue {
				rows = append(rows, schemaRows(nil, f.Value)...)
			}
		}
	}
	return rows
}

func schemaType(v resource.Value) string {
	sort, _ := v.Get("type")
	text := sort.Text
	if format, ok := v.Get("format"); ok {
		text = format.Text
	}
	if items, ok := v.Get("items"); ok {
		text = "list of " + schemaType(items)
	}
	if values, ok := v.Get("additionalProperties"); ok && values.Kind == resource.ObjectValue {
		text = "map of " + schemaType(values)
	}
	if ref, ok := v.Get("$ref"); ok {
		text = valueText(ref)
	}
	return cmp.Or(text, "?")
}

// keyColumn is the widest key that values are aligned to.
const keyColumn = 30

// entries writes a body.
func (c *canvas) entries(list []entry, indent string) {
	wide := 0
	for _, e := range list {
		if w := output.Width(e.key); e.table == nil && w <= keyColumn {
			wide = max(wide, w)
		}
	}
	for _, e := range list {
		if e.table == nil {
			c.line(indent, c.paint(dim, e.key), pad(e.key, wide), "  ", c.valueStyled(e.text))
			continue
		}
		c.line(indent, c.paint(dim, e.key))
		if e.pairs {
			c.pairs(e.table, indent+"  ")
		} else {
			c.table(e.table, indent+"  ")
		}
		if e.more > 0 {
			c.line(indent, "  ", c.paint(dim, fmt.Sprintf("… %d more (--full shows them)", e.more)))
		}
	}
}

// valueStyled paints references and placeholders in their own style.
func (c *canvas) valueStyled(text string) string {
	switch {
	case strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")"),
		strings.HasPrefix(text, "${"), strings.HasPrefix(text, "[${"):
		return c.paint(cyan, text)
	default:
		return c.paint(plain, text)
	}
}

// pairs writes keys with their values.
func (c *canvas) pairs(rows [][]string, indent string) {
	wide := 0
	for _, row := range rows {
		wide = max(wide, min(output.Width(row[0]), keyColumn))
	}
	for _, row := range rows {
		c.line(indent, c.paint(dim, row[0]), pad(row[0], wide), "  ", c.valueStyled(row[1]))
	}
}

// table writes rows with aligned columns.
func (c *canvas) table(rows [][]string, indent string) {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = min(max(wide[i], output.Width(output.Line(cell))), c.width/2)
		}
	}
	for _, row := range rows {
		parts := []string{indent}
		for i, cell := range row {
			parts = append(parts, c.paint(plain, cell))
			if i < len(row)-1 {
				parts = append(parts, pad(output.Line(cell), wide[i]), "  ")
			}
		}
		c.line(parts...)
	}
}
