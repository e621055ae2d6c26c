package compiler

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/format"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// keyNode is a part of the JSON Schema. A pointer is nil where there is no such limit.
type keyNode struct {
	Ref                                string `json:"$ref"`
	Type                               any
	Description                        string
	Enum                               []any
	Pattern                            string
	MinLength, MaxLength               int
	MinItems, MinProperties            int
	Minimum, Maximum, ExclusiveMinimum *json.Number
	Properties                         map[string]keyNode
	Items                              *keyNode
	AdditionalProperties               json.RawMessage
	AllOf                              []keyNode
}

func definitionsOf(t *testing.T, text []byte) map[string]keyNode {
	t.Helper()
	var out struct{ Definitions map[string]keyNode }
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out.Definitions
}

// TestEveryKeyIsExplained: an editor has a text for each key of the file format, and so has docs/format.md.
func TestEveryKeyIsExplained(t *testing.T) {
	page, err := os.ReadFile("../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for name, d := range definitionsOf(t, schemas.EditorSchema) {
		_, section, documented := strings.Cut(string(page), "\n### "+name+"\n")
		section, _, _ = strings.Cut(section, "\n#")
		if isPart := strings.HasSuffix(name, "Part"); documented == isPart {
			t.Errorf("docs/format.md: section %s: %v", name, documented)
		}
		for key, p := range d.Properties {
			keys++
			if p.Description == "" {
				t.Errorf("%s.%s has no text in editors", name, key)
			}
			if documented && !strings.Contains(section, "\n| `"+key+"` | ") {
				t.Errorf("docs/format.md: %s has no row for %s", name, key)
			}
		}
	}
	if keys < 300 {
		t.Errorf("only %d keys", keys)
	}
}

// TestEveryKeyRefusesWrongValues: whatever a key does not take is reported at the value, with a way out. The values
// follow from the JSON Schema.
func TestEveryKeyRefusesWrongValues(t *testing.T) {
	w := keyWalk{t: t, all: definitionsOf(t, schemas.JSONSchema)}
	for _, kind := range append(schemas.Kinds(), schemas.KindProject) {
		w.kind = kind
		w.walk(nil, w.all[kind], map[string]bool{kind: true})
	}
	if w.values < 2000 {
		t.Errorf("only %d wrong values", w.values)
	}
	t.Logf("%d wrong values", w.values)
}

type keyWalk struct {
	t      *testing.T
	all    map[string]keyNode
	kind   string
	values int
}

// walk tests the values below a path. open are the definitions that the path leads through.
func (w *keyWalk) walk(path document.Path, n keyNode, open map[string]bool) {
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		w.value(append(path[:len(path):len(path)], document.Step{Key: key}), n.Properties[key], open)
	}
	if n.Items != nil {
		w.value(append(path[:len(path):len(path)], document.Step{IsIndex: true}), *n.Items, open)
	}
	var values keyNode
	if json.Unmarshal(n.AdditionalProperties, &values) == nil && len(n.AdditionalProperties) > 2 {
		w.value(append(path[:len(path):len(path)], document.Step{Key: "x"}), values, open)
	}
}

func (w *keyWalk) value(path document.Path, n keyNode, open map[string]bool) {
	for _, part := range append(n.AllOf, n) {
		if name, isRef := strings.CutPrefix(part.Ref, "#/definitions/"); isRef {
			if open[name] {
				return
			}
			open = maps.Clone(open)
			open[name] = true
			n = w.all[name]
		}
	}
	for _, wrong := range wrongValues(n) {
		w.check(path, wrong)
	}
	w.walk(path, n, open)
}

// wrongValues are values, as YAML, that a part of the schema does not take: of each other type, and beyond each limit.
func wrongValues(n keyNode) (out []string) {
	if n.Type == nil && len(n.Enum) == 0 {
		return nil // it takes any value
	}
	takes := func(types ...string) bool {
		return slices.ContainsFunc(types, func(name string) bool {
			list, isList := n.Type.([]any)
			isOf := func(value any) bool { return fmt.Sprintf("%T", value) == strings.TrimSuffix(name, "ean") }
			return n.Type == name || isList && slices.Contains(list, any(name)) ||
				n.Type == nil && slices.ContainsFunc(n.Enum, isOf)
		})
	}
	add := func(wrong bool, value string) {
		if wrong {
			out = append(out, value)
		}
	}
	add(!takes("string"), "words")
	add(!takes("number", "integer"), "12")
	add(takes("integer") && !takes("number"), "1.5")
	add(!takes("boolean"), "true")
	add(!takes("array"), "[1]")
	add(!takes("object"), "{a: b}")
	add(takes("object") && string(n.AdditionalProperties) == "false", "{no-such-key: 1}")
	add(len(n.Enum) > 0, "no-such-word")
	add(n.Pattern != "", "'!?'")
	add(n.MinLength > 0, `""`)
	add(n.MaxLength > 0, strings.Repeat("a", n.MaxLength+1))
	add(n.MinItems > 0, "[]")
	add(n.MinProperties > 0, "{}")
	beyond := func(limit *json.Number, by int64) {
		if limit != nil {
			r, _ := new(big.Rat).SetString(limit.String())
			add(true, r.Add(r, big.NewRat(by, 1)).FloatString(0))
		}
	}
	beyond(n.Minimum, -1)
	beyond(n.Maximum, 1)
	beyond(n.ExclusiveMinimum, 0)
	return out
}

// check looks for an error at the value, or below it, that says what to do.
func (w *keyWalk) check(path document.Path, wrong string) {
	w.values++
	head, tail := "", ""
	for _, step := range path[1:] {
		if step.IsIndex {
			head, tail = head+"[", "]"+tail
		} else {
			head, tail = head+"{"+step.Key+": ", "}"+tail
		}
	}
	var b strings.Builder
	for key, value := range map[string]string{"kind": w.kind, "name": "it"} {
		if w.kind != schemas.KindProject && key != path[0].Key {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	b.WriteString(path[0].Key + ": " + head)
	start := b.Len()
	b.WriteString(wrong + tail + "\n")
	f := source.NewFile("dataflow.yaml", []byte(b.String()))
	var report *diag.Report
	if w.kind == schemas.KindProject {
		_, report = ParseProject(f)
	} else {
		_, report = Compile([]*source.File{f}, Options{})
	}
	isAnswer := func(d diag.Diagnostic) bool {
		s := d.Primary()
		if _, path, refers := strings.Cut(d.Help, "`aepflow explain "); refers {
			path, _, _ = strings.Cut(path, "`")
			if e, _, ok := format.Explain(path); !ok || e.Description == "" {
				w.t.Errorf("%s explains nothing: %s", path, d.Help)
			}
		}
		return d.Severity == diag.Error && strings.HasPrefix(d.Path, path.String()) && d.Help != "" &&
			s.Start >= start && s.End <= start+len(wrong)
	}
	if !slices.ContainsFunc(report.Sorted(), isAnswer) {
		var found strings.Builder
		_ = diag.Text(&found, report, diag.TextOptions{})
		w.t.Errorf("%s %s: %s: no error at the value with a way out\n%s%s", w.kind, path, wrong, b.String(), found.String())
	}
}
