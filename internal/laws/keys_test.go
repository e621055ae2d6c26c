package laws

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/schemas"
)

// notEdited are the keys that stay as they are once something was applied, each
// with what a test of its own does about it.
var notEdited = map[string]string{
	"kind":                "another kind is another document",
	"name":                "a rename: the documents of both versions are compared by name",
	"lifecycle.protect":   "protected documents are edited after their protection is gone",
	"lifecycle.movedFrom": "comes with another name",
	"code":                "fixed",
	"behavior":            "fixed",
	"idType":              "fixed",
}

// TestEveryKeyIsGenerated: the projects of some seeds have every key of the file
// format, and their edits change every key that may change.
func TestEveryKeyIsGenerated(t *testing.T) {
	want := keysOfSchema(t)
	if len(want) < 60 {
		t.Fatalf("only %d keys in the JSON schema", len(want))
	}
	present, edited := map[string]bool{}, map[string]bool{}
	var absent, same []string
	for seed := uint64(0); seed < 4000; seed++ {
		note(newProject(seed).p.documents(), nextVersion(seed).p.documents(), present, edited)
		if seed%50 < 49 {
			continue
		}
		absent, same = nil, nil
		for _, key := range want {
			_, rest, _ := strings.Cut(key, ".")
			_, fixed := notEdited[rest]
			frozen := strings.HasSuffix(rest, "class") || strings.HasSuffix(rest, "required") ||
				strings.Contains(rest, "relational") // schemas only grow
			switch {
			case key == "DataType.fields.*.labels": // data types have none
			case unsettled(rest):
			case !present[key]:
				absent = append(absent, key)
			case !edited[key] && !fixed && !frozen:
				same = append(same, key)
			}
		}
		if len(absent)+len(same) == 0 {
			t.Logf("%d keys by seed %d", len(want), seed)
			return
		}
	}
	if d := cmp.Diff([]string(nil), absent); d != "" {
		t.Errorf("no project has these keys:\n%s", d)
	}
	if d := cmp.Diff([]string(nil), same); d != "" {
		t.Errorf("no edit changes these keys:\n%s", d)
	}
}

// note marks the keys that the second version has, and those that differ.
func note(a, b []document, present, edited map[string]bool) {
	before := map[string]map[string]string{}
	for _, d := range a {
		before[d.key()] = keysOf(d)
	}
	for _, d := range b {
		after := keysOf(d)
		old, had := before[d.key()]
		for path := range after {
			present[d.kind+"."+general(path)] = true
			if had && old[path] != after[path] {
				edited[d.kind+"."+general(path)] = true
			}
		}
		for path := range old {
			if _, still := after[path]; !still {
				edited[d.kind+"."+general(path)] = true
			}
		}
	}
}

// unsettled are the keys that are worked into a document before it is compiled,
// and those of an import, which needs the id of an object that exists: neither
// is part of what is applied, and neither are freshness and tests; adopted only goes with it. Encryption needs a key
// that exists: TestEncryptedFiles.
// mappingSet.id needs a mapping set of another dataflow: the tests of import have one.
func unsettled(key string) bool {
	first, _, _ := strings.Cut(key, ".")
	return slices.Contains([]string{"targets", "only", "except", "freshness", "tests"}, first) ||
		strings.HasPrefix(key, "lifecycle.import") ||
		strings.HasPrefix(key, "files.encryption") || strings.HasPrefix(key, "lifecycle.ignoreChanges") ||
		key == "lifecycle.adopted" ||
		key == "mappingSet.id" || key == "mappingSet.version"
}

// keysOf returns the value at each path of a document as text.
func keysOf(d document) map[string]string {
	out := map[string]string{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		if t, ok := v.(tree); ok {
			for _, p := range t {
				walk(at+"\x00"+p.key, p.value)
			}
		}
		if at != "" {
			text, _ := json.Marshal(plainValue(v))
			out[strings.TrimPrefix(at, "\x00")] = string(text)
		}
	}
	walk("", d.tree)
	return out
}

func plainValue(v any) any {
	if t, ok := v.(tree); ok {
		m := map[string]any{}
		for _, p := range t {
			m[p.key] = plainValue(p.value)
		}
		return m
	}
	return v
}

// maps whose keys are names that users choose.
var named = []string{"columns", "mappings", "fields", "identities", "tags", "params", "referenceIdentities",
	"relationships", "displayNames"}

// general puts * in the place of names.
func general(path string) string {
	steps := strings.Split(path, "\x00")
	for i := 1; i < len(steps); i++ {
		if slices.Contains(named, steps[i-1]) && (i < 2 || steps[i-2] != "*") {
			steps[i] = "*"
		}
	}
	return strings.Join(steps, ".")
}

// keysOfSchema lists the paths of all properties of all kinds.
func keysOfSchema(t *testing.T) []string {
	t.Helper()
	type node struct {
		Ref                  string           `json:"$ref"`
		AllOf                []*node          `json:"allOf"`
		Properties           map[string]*node `json:"properties"`
		AdditionalProperties json.RawMessage  `json:"additionalProperties"`
		Definitions          map[string]*node `json:"definitions"`
	}
	var root node
	if err := json.Unmarshal(schemas.JSONSchema, &root); err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(at string, n *node)
	walk = func(at string, n *node) {
		for n.Ref != "" || len(n.AllOf) > 0 {
			if n.Ref == "" {
				n = n.AllOf[0]
				continue
			}
			n = root.Definitions[strings.TrimPrefix(n.Ref, "#/definitions/")]
		}
		for key, p := range n.Properties {
			if at == "Dataflow" && unsettled(key) || strings.Count(at, ".") > 8 {
				continue
			}
			out = append(out, at+"."+key)
			walk(at+"."+key, p)
		}
		var more node
		if json.Unmarshal(n.AdditionalProperties, &more) == nil {
			walk(at+".*", &more)
		}
	}
	for _, kind := range schemas.Kinds() {
		walk(kind, root.Definitions[kind])
	}
	slices.Sort(out)
	return slices.Compact(out)
}
