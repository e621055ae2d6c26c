package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/aepflow/aepflow/internal/golden"
)

// The references in docs are written by these tests, between two comments;
// UPDATE=1 go test ./cmd/aepflow -run Documented puts them in.
const (
	referenceBegin = "<!-- reference: begin, written by a test -->\n"
	referenceEnd   = "<!-- reference: end -->\n"
)

// checkReference compares the reference in a page with what it should be.
func checkReference(t *testing.T, path, want string) {
	t.Helper()
	golden.Section(t, path, referenceBegin, referenceEnd, want)
}

// TestCommandsDocumented: docs/cli.md has every command, argument and flag.
func TestCommandsDocumented(t *testing.T) {
	parser := newParser(&grammar{})
	var b strings.Builder
	fmt.Fprintf(&b, "\n### Flags of every command\n\n")
	writeFlags(&b, parser.Model.Flags)
	for _, leaf := range parser.Model.Leaves(true) {
		name := strings.TrimPrefix(leaf.Path(), "aepflow ")
		fmt.Fprintf(&b, "\n### aepflow %s\n\n%s\n", name, leaf.Help)
		if leaf.Detail != "" {
			b.WriteString("\n" + paragraphs(leaf.Detail))
		}
		if len(leaf.Positional) > 0 {
			b.WriteString("\n| argument | what |\n| --- | --- |\n")
			for _, arg := range leaf.Positional {
				fmt.Fprintf(&b, "| `%s` | %s |\n", arg.Summary(), cell(arg.Help))
			}
		}
		if own := leaf.Flags; len(own) > 0 {
			b.WriteString("\n")
			writeFlags(&b, own)
		}
		fmt.Fprintf(&b, "\nFormats: %s.\n", formatsDocumented(t, leaf))
	}
	checkReference(t, "../../docs/cli.md", b.String())
}

// formatsDocumented returns the formats of a command that its tag in the grammar lists for completion and docs, after
// comparing them with those that the command names when it is asked for another one.
func formatsDocumented(t *testing.T, leaf *kong.Node) string {
	t.Helper()
	args := append([]string{"-C", t.TempDir()}, strings.Fields(strings.TrimPrefix(leaf.FullPath(), "aepflow "))...)
	for _, p := range leaf.Positional {
		switch {
		case p.Enum != "":
			args = append(args, p.EnumSlice()[0])
		case p.Required:
			args = append(args, "flow.x")
		}
	}
	for _, f := range leaf.Flags {
		if f.Required {
			args = append(args, "--"+f.Name+"=x")
		}
	}
	var said bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // for a command that has started
	defer cancel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chdir(here) }()
	run(ctx, append(args, "-o", "other"), strings.NewReader(""), io.Discard, &said)
	_, list, _ := strings.Cut(strings.TrimSpace(said.String()), "--output other: this command writes ")
	if tagged := strings.ReplaceAll(leaf.Tag.Get("formats"), ",", ", "); tagged != list {
		t.Errorf("%s writes %q, the grammar has formats:%q: write formats:\"%s\" into the tag of the command",
			leaf.FullPath(), list, tagged, strings.ReplaceAll(list, ", ", ","))
	}
	return "`" + strings.ReplaceAll(list, ", ", "`, `") + "`"
}

func writeFlags(b *strings.Builder, flags []*kong.Flag) {
	b.WriteString("| flag | what |\n| --- | --- |\n")
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		name := "--" + f.Name
		switch {
		case f.IsBool():
		case f.PlaceHolder != "":
			name += "=" + f.PlaceHolder
		default:
			name += "=" + strings.ToUpper(f.Name)
		}
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		help := cell(f.Help)
		for _, env := range f.Envs {
			help += " Also `" + env + "`."
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, help)
	}
}

// paragraphs turns the help of a command into Markdown: what is indented there
// is code.
func paragraphs(text string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != code && strings.TrimSpace(line) != "" {
			b.WriteString("```\n")
			code = indented
		}
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	if code {
		b.WriteString("```\n")
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// definition is a part of the JSON Schema, as far as the reference shows it.
type definition struct {
	Ref                  string `json:"$ref"`
	Type                 any
	Description          string
	Enum                 []any
	Default              any
	Examples             []any
	Required             []string
	Properties           map[string]definition
	AdditionalProperties json.RawMessage
	AllOf                []definition
	Items                *definition
	Minimum, Maximum     *json.Number
	Const                any
}

// formatOrder is the order in which the reference tells of the format; what the
// schema has beyond it comes after, so that nothing is left out.
var formatOrder = []string{
	"Dataflow", "Database", "Column", "Target", "SchemaRef", "DatasetRef", "OwnField", "Identity", "Mapping", "MappingSet",
	"Delta", "Schedule", "Options", "Lifecycle", "Imported", "Connection", "Auth", "Param", "Schema", "Dataset",
	"FieldGroup", "Class", "DataType", "Namespace", "Project", "TargetConfig",
	"TeamLock",
}

// TestFormatDocumented: docs/format.md has every key of the file format.
func TestFormatDocumented(t *testing.T) {
	text, err := os.ReadFile("../../schemas/strict.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Definitions map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	order := slices.Clone(formatOrder)
	for _, name := range slices.Sorted(maps.Keys(schema.Definitions)) {
		if !slices.Contains(order, name) && !strings.HasSuffix(name, "Part") {
			order = append(order, name)
		}
	}
	var b strings.Builder
	for _, name := range order {
		raw, ok := schema.Definitions[name]
		if !ok {
			t.Fatalf("the schema has no %s any more", name)
		}
		var d definition
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", name, d.Description)
		keys := keysInOrder(t, raw)
		if len(keys) == 0 {
			continue
		}
		b.WriteString("\n| key | value | what |\n| --- | --- | --- |\n")
		for _, key := range keys {
			p := d.Properties[key]
			what := cell(p.Description)
			if slices.Contains(d.Required, key) {
				what = "Required. " + what
			}
			if p.Default != nil {
				what += fmt.Sprintf(" Default: `%v`.", p.Default)
			}
			if len(p.Examples) > 0 {
				what += fmt.Sprintf(" Example: `%v`.", p.Examples[0])
			}
			value := valueText(p)
			if key == "connector" {
				value = "[connector](connectors/README.md)"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key, value, strings.TrimSpace(what))
		}
	}
	checkReference(t, "../../docs/format.md", b.String())
}

// keysInOrder returns the keys of a definition as the schema lists them.
func keysInOrder(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	var d struct{ Properties json.RawMessage }
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	if d.Properties == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(d.Properties))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, key.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// valueText says what a key takes, with a link to the part that describes it.
func valueText(d definition) string {
	for _, a := range d.AllOf {
		if a.Ref != "" {
			return refText(a.Ref)
		}
	}
	switch {
	case d.Ref != "":
		return refText(d.Ref)
	case len(d.Enum) > 0:
		var words []string
		for _, e := range d.Enum {
			words = append(words, fmt.Sprintf("`%v`", e))
		}
		return strings.Join(words, ", ")
	case d.Items != nil:
		list := "list of " + valueText(*d.Items)
		if types, ok := d.Type.([]any); ok && slices.Contains(types, any("string")) {
			return "string or " + list
		}
		return list
	}
	var more definition
	if json.Unmarshal(d.AdditionalProperties, &more) == nil && d.AdditionalProperties != nil {
		return "map of " + valueText(more)
	}
	switch t := d.Type.(type) {
	case string:
		return t
	case []any:
		var words []string
		for _, e := range t {
			words = append(words, fmt.Sprint(e))
		}
		return strings.Join(words, " or ")
	}
	return "any"
}

func refText(ref string) string {
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	if whole, part := strings.CutSuffix(name, "Part"); part {
		return fmt.Sprintf("part of [%s](#%s)", whole, strings.ToLower(whole))
	}
	return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
}
