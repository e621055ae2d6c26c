package compiler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Each case is a project and the bodies of the addresses that the comment lists. A
// file ADDRESS.documented.json has the members that Adobe documents for a body; where
// ours has others, the difference is listed.
func TestBodies(t *testing.T) {
	golden.Cases(t, "testdata/bodies/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		var files []*source.File
		documented := map[string][]byte{}
		for _, f := range ar.Files {
			if address, ok := strings.CutSuffix(f.Name, ".documented.json"); ok {
				documented[address] = f.Data
			} else if strings.HasSuffix(f.Name, ".yaml") {
				files = append(files, source.NewFile(f.Name, f.Data))
			}
		}
		g, r := Compile(files, Options{})
		if r.HasErrors() || r.Count(diag.Warning) > 0 {
			var b bytes.Buffer
			_ = diag.Text(&b, r, diag.TextOptions{})
			t.Fatal(b.String())
		}
		for line := range strings.Lines(string(ar.Comment)) {
			a, err := resource.ParseAddress(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			found, ok := g.Get(a)
			if !ok {
				t.Fatalf("no %s", a)
			}
			var b bytes.Buffer
			if err := json.Indent(&b, found.Body.JSON(), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Set(ar, a.String()+".json", b.String()+"\n")
			if text, ok := documented[a.String()]; ok {
				found := differences(t, text, found.Body.JSON())
				golden.Set(ar, a.String()+".differences", found)
				checkExplained(t, found)
			}
		}
	})
}

// checkExplained looks for the member of each difference in docs/platform.md.
func checkExplained(t *testing.T, differences string) {
	t.Helper()
	page, err := os.ReadFile("../docs/platform.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Bodies of files")
	table, _, _ = strings.Cut(table, "\n## ")
	for line := range strings.Lines(differences) {
		if member, _, _ := strings.Cut(line, ":"); !strings.Contains(table, "`"+member+"`") {
			t.Errorf("docs/platform.md does not explain %s", line)
		}
	}
}

// differences lists where two JSON texts differ, a line each. References and the
// start of a schedule equal any value.
func differences(t *testing.T, documented, ours []byte) string {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(documented, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &b); err != nil {
		t.Fatal(err)
	}
	x, y := map[string]string{}, map[string]string{}
	leaves("", a, x)
	leaves("", b, y)
	var out []string
	for path, text := range x {
		switch own, ok := y[path]; {
		case !ok:
			out = append(out, path+": not sent")
		case own != text && !strings.HasPrefix(own, `"${`):
			out = append(out, fmt.Sprintf("%s: %s, documented %s", path, own, text))
		}
	}
	for path, own := range y {
		if _, ok := x[path]; !ok {
			out = append(out, path+": "+own+", not documented")
		}
	}
	slices.Sort(out)
	return strings.Join(append(out, ""), "\n")
}

// leaves collects the scalars and the empty lists and objects of a value by their path.
func leaves(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, w := range v {
			leaves(strings.TrimPrefix(path+"."+name, "."), w, into)
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, w := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), w, into)
		}
		if len(v) > 0 {
			return
		}
	}
	text, _ := json.Marshal(v)
	into[path] = string(text)
}
