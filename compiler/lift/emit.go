package lift

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// lineWidth is how long a line may become by writing a map or list in it.
const lineWidth = 100

// fewKeys is how many keys a section of a document has that is written in a line.
const fewKeys = 2

// YAML writes a document as a person would: keys in the order of the format, what has its
// default left out, short forms where there are any, and an empty line around each section
// that has several lines. comment is written above; it may be "".
func (d *Document) YAML(comment string) []byte {
	var w writer
	for line := range strings.Lines(comment) {
		w.WriteString("# " + strings.TrimSpace(line) + "\n")
	}
	t, _ := treeOf(reflect.ValueOf(d.Value).Elem(), fieldTag{})
	wide := false
	for i, p := range t.pairs {
		before := w.Len()
		var section writer
		section.pair(p, "")
		tall := strings.Count(section.String(), "\n") > 1
		if i > 0 && (tall || wide) {
			w.WriteByte('\n')
		}
		if wide = tall; w.Len() >= before {
			w.WriteString(section.String())
		}
	}
	return []byte(w.String())
}

// tree is a value as it is written: a scalar, a list, or a map.
type tree struct {
	sort  treeSort
	text  string // of a scalar that is not text, as it is written
	value string // of a text
	list  []tree
	pairs []pair
	open  bool // a map with keys of the user's own: one line each
}

type treeSort uint8

const (
	plainTree treeSort = iota // a number or Boolean
	textTree
	listTree
	mapTree
)

type pair struct {
	key   string
	value tree
}

// fieldTag is what the tags of a field say about its value.
type fieldTag struct {
	name                              string
	isKey, isShort, isWhole, isInline bool
	optional                          bool
}

func tagOf(f reflect.StructField) fieldTag {
	name, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return fieldTag{
		name: name, optional: strings.Contains(rest, "omitempty"), isInline: strings.Contains(rest, "inline"),
		isKey: f.Tag.Get("key") != "", isShort: f.Tag.Get("short") != "", isWhole: f.Tag.Get("whole") != "",
	}
}

// treeOf returns a value of package schemas as it is written; false when it is left out.
func treeOf(v reflect.Value, tag fieldTag) (tree, bool) {
	switch x := v.Interface().(type) {
	case schemas.Constant:
		return scalarTree(x.Kind, x.Text), true
	case schemas.Instant:
		return scalarTree(x.Kind, x.Text), x.Text != ""
	case schemas.DatasetProfile:
		return tree{text: string(x)}, x != schemas.NoProfile
	case schemas.Data:
		data, err := resource.ParsePlain(x.JSON)
		return dataTree(data), err == nil && x.JSON != nil
	case schemas.Choices:
		return choicesTree(x), len(x) > 0
	case schemas.Paths:
		if len(x) == 1 {
			return tree{sort: textTree, value: x[0]}, true
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return tree{}, false
		}
		return treeOf(v.Elem(), fieldTag{})
	case reflect.String:
		return tree{sort: textTree, value: v.String()}, v.String() != "" || !tag.optional
	case reflect.Bool:
		return tree{text: strconv.FormatBool(v.Bool())}, v.Bool() || !tag.optional
	case reflect.Int64:
		return tree{text: strconv.FormatInt(v.Int(), 10)}, true
	case reflect.Float64:
		return tree{text: strconv.FormatFloat(v.Float(), 'f', -1, 64)}, true
	case reflect.Slice:
		return sliceTree(v), v.Len() > 0
	}
	if tag.optional && v.IsZero() {
		return tree{}, false
	}
	t := structTree(v)
	return t, len(t.pairs) > 0 || t.sort != mapTree
}

// structTree is a map of the members of a struct, or its short form.
func structTree(v reflect.Value) tree {
	out := tree{sort: mapTree}
	short, others := tree{}, 0
	hasShort := false
	for i := range v.NumField() {
		tag := tagOf(v.Type().Field(i))
		if tag.isKey {
			continue
		}
		value, ok := treeOf(v.Field(i), tag)
		if !ok || tag.isShort && v.Field(i).IsZero() {
			continue
		}
		switch {
		case tag.isInline:
			if inner := structTree(v.Field(i)); inner.sort == mapTree {
				out.pairs = append(out.pairs, inner.pairs...)
				others += len(inner.pairs)
			}
			continue
		case tag.isWhole:
			return value
		case tag.isShort && tag.name == "-":
			return value
		case tag.isShort:
			short, hasShort = value, true
		default:
			others++
		}
		out.pairs = append(out.pairs, pair{tag.name, value})
	}
	if hasShort && others == 0 {
		return short
	}
	return out
}

// sliceTree is a list, or a map when its elements have keys.
func sliceTree(v reflect.Value) tree {
	element := v.Type().Elem()
	if element.Kind() != reflect.Struct {
		out := tree{sort: listTree}
		for i := range v.Len() {
			item, _ := treeOf(v.Index(i), fieldTag{})
			out.list = append(out.list, item)
		}
		return out
	}
	out := tree{sort: mapTree, open: true}
	for i := range v.Len() {
		item := v.Index(i)
		for k := range element.NumField() {
			if tagOf(element.Field(k)).isKey {
				out.pairs = append(out.pairs, pair{item.Field(k).String(), structTree(item)})
			}
		}
	}
	return out
}

func scalarTree(kind schemas.ScalarKind, text string) tree {
	if kind == schemas.Text {
		return tree{sort: textTree, value: text}
	}
	return tree{text: text}
}

// choicesTree is a list of values, or a map where one has a label.
func choicesTree(choices schemas.Choices) tree {
	out := tree{sort: listTree}
	for _, c := range choices {
		out.list = append(out.list, tree{sort: textTree, value: c.Value})
		if c.Label != "" {
			out = tree{sort: mapTree, open: true}
			break
		}
	}
	for _, c := range choices {
		if out.open {
			label := c.Label
			if label == "" {
				label = text(c.Value)
			}
			out.pairs = append(out.pairs, pair{c.Value, tree{sort: textTree, value: label}})
		}
	}
	return out
}

// dataTree is JSON as YAML.
func dataTree(v resource.Value) tree {
	switch v.Kind {
	case resource.NullValue:
		return tree{text: "null"}
	case resource.BoolValue, resource.NumberValue:
		return tree{text: v.Text}
	case resource.ListValue:
		out := tree{sort: listTree}
		for _, item := range v.Items {
			out.list = append(out.list, dataTree(item))
		}
		return out
	case resource.ObjectValue:
		out := tree{sort: mapTree}
		for _, f := range v.Fields {
			out.pairs = append(out.pairs, pair{specs.EscapeTenant(f.Name), dataTree(f.Value)})
		}
		return out
	}
	return tree{sort: textTree, value: text(v.Text)}
}

// writer writes trees as YAML.
type writer struct{ strings.Builder }

// pair writes a key and its value at an indentation.
func (w *writer) pair(p pair, indent string) {
	head := indent + document.QuoteKey(p.key) + ":"
	line, ok := inLine(p.value)
	fits := ok && len(head)+len(line) < lineWidth
	if indent == "" && p.value.sort == mapTree {
		fits = fits && len(p.value.pairs) <= fewKeys // a section of the document
	}
	if fits || isScalar(p.value) {
		w.WriteString(head + " " + line + "\n")
		return
	}
	w.WriteString(head + "\n")
	w.block(p.value, indent+"  ")
}

func isScalar(t tree) bool { return t.sort == plainTree || t.sort == textTree }

// block writes a map or list over several lines.
func (w *writer) block(t tree, indent string) {
	for _, p := range t.pairs {
		w.pair(p, indent)
	}
	for _, item := range t.list {
		line, ok := inLine(item)
		if ok && len(indent)+len(line) < lineWidth || isScalar(item) {
			w.WriteString(indent + "- " + line + "\n")
			continue
		}
		var inner writer
		inner.block(item, indent+"  ")
		w.WriteString(indent + "- " + strings.TrimPrefix(inner.String(), indent+"  "))
	}
}

// inLine writes a value in a line; false for maps that have a line for each key.
func inLine(t tree) (string, bool) {
	switch t.sort {
	case plainTree:
		return t.text, true
	case textTree:
		return document.QuoteValue(t.value), true
	}
	if t.open {
		return "", false
	}
	var parts []string
	for _, item := range t.list {
		part, ok := inLine(item)
		if !ok {
			return "", false
		}
		parts = append(parts, inFlow(item, part))
	}
	if t.sort == listTree {
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	for _, p := range t.pairs {
		part, ok := inLine(p.value)
		if !ok {
			return "", false
		}
		key := document.QuoteKey(p.key)
		if strings.ContainsAny(key, flowSigns) && key[0] != '"' {
			key = document.QuoteText(p.key)
		}
		parts = append(parts, key+": "+inFlow(p.value, part))
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// flowSigns mean something inside of braces and brackets.
const flowSigns = ",[]{}?"

// inFlow quotes a text that would mean something else in braces.
func inFlow(t tree, line string) string {
	if t.sort == textTree && line != "" && line[0] != '"' && strings.ContainsAny(line, flowSigns) {
		return document.QuoteText(t.value)
	}
	return line
}
