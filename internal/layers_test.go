package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/aepflow/aepflow/"

// layers says which packages of ours each package may import: the road goes one
// way. External test packages may import anything.
var layers = map[string][]string{
	"cmd/aepflow": {
		"applier", "compiler", "compiler/decode", "compiler/lift", "planner", "schemas",
		"internal/allow", "internal/bug", "internal/completion", "internal/connectordoc",
		"internal/curlscript", "internal/dataprep", "internal/dataprep/eval", "internal/diag",
		"internal/document", "internal/dotenv", "internal/draft", "internal/edit", "internal/emulator",
		"internal/files", "internal/format", "internal/gitlock", "internal/importing", "internal/knowledge",
		"internal/lineage",
		"internal/lockfile", "internal/manpage",
		"internal/output", "internal/parallel",
		"internal/platform", "internal/policy", "internal/pull", "internal/redact", "internal/remote",
		"internal/resource", "internal/record", "internal/rows", "internal/rowtest", "internal/runs", "internal/source",
		"internal/specs",
		"internal/view", "internal/explore", "internal/xdm", "internal/words",
	},
	"compiler/decode": {"internal/diag", "internal/document", "internal/format", "internal/nearest", "internal/output",
		"internal/source", "internal/specs", "internal/xdm", "schemas", "internal/words"},
	"compiler": {
		"compiler/decode", "schemas", "internal/connectordoc", "internal/dataprep", "internal/dataprep/eval", "internal/diag",
		"internal/document", "internal/format", "internal/knowledge",
		"internal/nearest",
		"internal/output", "internal/parallel", "internal/policy", "internal/resource", "internal/rowfilter",
		"internal/source",
		"internal/specs", "internal/xdm", "internal/words",
	},
	"compiler/lift": {"schemas", "internal/connectordoc", "internal/dataprep", "internal/document", "internal/resource",
		"internal/rowfilter", "internal/specs", "internal/xdm"},
	"planner": {"internal/diag", "internal/lockfile", "internal/output", "internal/parallel", "internal/resource",
		"internal/source", "internal/specs", "internal/words"},
	"applier": {"planner", "internal/bug", "internal/lockfile", "internal/platform", "internal/redact",
		"internal/remote", "internal/resource", "internal/specs"},
	"internal/format": {"internal/diag", "internal/document", "internal/resource", "schemas", "internal/words"},
	"internal/draft": {"compiler", "compiler/lift", "internal/connectordoc", "internal/diag", "internal/document",
		"internal/edit",
		"internal/explore", "internal/source", "internal/specs", "internal/xdm", "schemas"},
	"internal/importing": {"compiler", "compiler/lift", "internal/diag", "internal/document", "internal/lockfile",
		"internal/output", "internal/resource", "internal/source", "internal/words", "schemas"},
	"internal/pull": {"compiler", "compiler/lift", "internal/diag", "internal/document", "internal/edit",
		"internal/lockfile", "internal/resource", "internal/source", "internal/specs", "internal/xdm", "schemas"},
	"schemas":             {},
	"internal/bug":        {},
	"internal/knowledge":  {"schemas", "internal/resource", "internal/specs", "internal/xdm"},
	"internal/lineage":    {"internal/dataprep", "internal/resource", "internal/source"},
	"internal/policy":     {},
	"internal/manpage":    {},
	"internal/completion": {"internal/diag", "internal/format", "internal/resource", "internal/specs", "schemas"},
	"internal/parallel":   {"internal/bug"},
	"internal/raced":      {},
	"internal/linear":     {"internal/raced"},
	"schemas/gen":         {"schemas", "internal/connectordoc", "internal/specs"},
	"internal/drawing":    {"internal/output"},
	"internal/view": {
		"applier", "planner", "internal/diag", "internal/document",
		"internal/drawing", "internal/lineage", "internal/explore", "internal/output",
		"internal/record", "internal/resource", "internal/rowtest", "internal/runs", "internal/source",
		"internal/specs", "internal/textdiff", "internal/words",
	},
	"internal/curlscript": {"planner", "internal/output", "internal/resource", "internal/specs", "internal/view"},
	"internal/files":      {},
	"internal/lockfile":   {"internal/files", "internal/parallel", "internal/resource"},
	"internal/gitlock":    {"internal/lockfile"},
	"internal/resource":   {"internal/source", "internal/specs"},
	"internal/diag": {"internal/nearest", "internal/output", "internal/redact", "internal/source",
		"internal/words"},
	"internal/nearest":           {},
	"internal/rowfilter":         {},
	"internal/output":            {},
	"internal/document":          {"internal/diag", "internal/document/syntax", "internal/output", "internal/source"},
	"internal/document/treetest": {"internal/document"},
	"internal/document/syntax":   {"internal/diag", "internal/source"},
	"internal/edit":              {"internal/diag", "internal/document", "internal/source"},
	"internal/dotenv":            {"internal/diag", "internal/source"},
	"internal/allow":             {"internal/dotenv", "internal/files", "internal/source"},
	"internal/source":            {},
	"internal/textdiff":          {},
	"internal/specs":             {},
	"internal/connectordoc":      {"internal/specs"},
	"internal/dataprep":          {"internal/diag", "internal/nearest", "internal/specs", "internal/words"},
	"internal/dataprep/eval":     {"internal/dataprep", "internal/javaregex", "internal/javatime"},
	"internal/record": {"internal/dataprep", "internal/dataprep/eval", "internal/javatime", "internal/parallel",
		"internal/xdm"},
	"internal/rows":      {"internal/words"},
	"internal/rowtest":   {"internal/dataprep/eval", "internal/record", "internal/xdm"},
	"internal/javaregex": {},
	"internal/javatime":  {},
	"internal/xdm":       {"internal/javatime", "internal/nearest", "internal/specs"},
	"internal/runs":      {"internal/resource"},
	"internal/explore":   {},
	"internal/remote": {"internal/parallel", "internal/lockfile", "internal/platform", "internal/resource",
		"internal/explore", "internal/knowledge", "internal/runs",
		"internal/specs"},
	"internal/platform": {"internal/files", "internal/redact", "internal/specs"},
	"internal/emulator": {
		"internal/bug", "internal/files", "internal/output", "internal/redact", "internal/specs", "internal/emulator/core",
		"internal/emulator/catalog", "internal/emulator/connectors", "internal/emulator/dataprep",
		"internal/emulator/flow", "internal/emulator/ims", "internal/emulator/registry", "internal/emulator/sandbox",
		"internal/emulator/state",
	},
	"internal/emulator/state":      {"internal/bug", "internal/files"},
	"internal/emulator/core":       {"internal/files", "internal/specs", "internal/emulator/state"},
	"internal/emulator/ims":        {"internal/emulator/core"},
	"internal/emulator/servetest":  {"internal/emulator/core"},
	"internal/emulator/sandbox":    {"internal/emulator/core", "internal/emulator/state"},
	"internal/emulator/registry":   {"internal/emulator/core", "internal/specs"},
	"internal/emulator/connectors": {"internal/emulator/core"},
	"internal/emulator/catalog":    {"internal/emulator/core", "internal/emulator/registry", "internal/specs"},
	"internal/emulator/dataprep": {"internal/emulator/core", "internal/emulator/registry", "internal/specs",
		"internal/dataprep", "internal/dataprep/eval", "internal/record", "internal/xdm"}, // only to evaluate mappings
	"internal/emulator/flow": {
		"internal/emulator/core", "internal/emulator/catalog", "internal/emulator/connectors",
		"internal/emulator/dataprep", "internal/record", "internal/rows",
		"internal/emulator/registry",
		"internal/redact", "internal/specs",
	},
	"internal/words":     {},
	"internal/redact":    {"internal/specs"},
	"internal/golden":    {},
	"internal/laws":      {},
	"internal/testsetup": {"internal/lockfile"},
	"internal/benchmark": {"applier", "compiler", "planner", "internal/emulator", "internal/lockfile",
		"internal/platform", "internal/resource", "internal/source", "schemas"},
}

// yamlHome is the one package that may know YAML.
const yamlHome = "internal/document"

func TestImportsFollowTheRoad(t *testing.T) {
	root := ".."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		allowed, known := layers[pkg]
		if !known {
			t.Errorf("%s: package %s has no place on the road: add it to the table", path, pkg)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if name == "gopkg.in/yaml.v3" && pkg != yamlHome {
				t.Errorf("%s imports %s: YAML is read in package %s only", path, name, yamlHome)
			}
			if ours, ok := strings.CutPrefix(name, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s: package %s may import %s", path, ours, pkg, strings.Join(allowed, ", "))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range layers {
		if !seen[pkg] && pkg != "internal/benchmark" {
			t.Errorf("the table has package %s, which is not there", pkg)
		}
	}
}
