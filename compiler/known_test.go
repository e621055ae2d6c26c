package compiler

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// knownProject has dataflows alone, dataflows that ask for other documents, and
// one about which there is a warning.
func knownProject(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, path := range []string{"crm/crm-db.dataflow.yaml", "crm/customers.dataflow.yaml", "crm/customer-history.dataflow.yaml", "tutorial/dataflow.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "examples", filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	flow := texts["tutorial/dataflow.yaml"]
	for i := range 3 {
		name := fmt.Sprintf("alone-%d", i)
		texts[name+".dataflow.yaml"] = strings.Replace(flow, "name: mytable", "name: "+name, 1)
	}
	texts["warned.dataflow.yaml"] = strings.Replace(strings.Replace(flow, "name: mytable", "name: warned", 1), "timezone: UTC", "timezone: CET", 1)
	return texts
}

func filesOf(texts map[string]string, but map[string]bool) (files []*source.File) {
	for path, text := range texts {
		if !but[path] {
			files = append(files, source.NewFile(path, []byte(text)))
		}
	}
	slices.SortFunc(files, func(a, b *source.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// show prints all that later stages can see of a graph, and the report from
// warnings on.
func show(t *testing.T, g *resource.Graph, r *diag.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Text(&b, r.AtLeast(diag.Warning), diag.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if g == nil {
		return b.String() + "no graph"
	}
	for _, r := range g.All() {
		fmt.Fprintln(&b, r.Address, string(r.Body.JSON()), r.Needs, r.Origin.Path(), r.Origin.Pos(), r.Protect, r.Replace, r.Import, r.Moved)
		v, err := r.Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		v.Walk(func(p resource.Path, v resource.Value) {
			fmt.Fprintln(&b, " ", p, v.Origin.Path(), v.Origin.Start, v.Origin.End)
		})
	}
	return b.String()
}

// Whatever is edited, removed or added: with the parts of the compilation before,
// the outcome is that of compiling everything.
func TestKnownPartsChangeNothing(t *testing.T) {
	texts := knownProject(t)
	_, report, parts := CompileParts(filesOf(texts, nil), Options{}, nil)
	if report.HasErrors() {
		t.Fatal(report.Sorted()[0].Message)
	}
	var known []string
	for _, p := range parts {
		known = append(known, p.File.Path)
	}
	slices.Sort(known)
	want := []string{"alone-0.dataflow.yaml", "alone-1.dataflow.yaml", "alone-2.dataflow.yaml",
		"crm/customer-history.dataflow.yaml", "crm/customers.dataflow.yaml", "tutorial/dataflow.yaml"}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Errorf("files with a part (-want +got):\n%s", diff)
	}

	replace := func(path, old, with string) func(map[string]string) {
		return func(texts map[string]string) {
			if !strings.Contains(texts[path], old) {
				t.Fatalf("%s has no %q", path, old)
			}
			texts[path] = strings.Replace(texts[path], old, with, 1)
		}
	}
	edits := map[string]func(map[string]string){
		"nothing":                 func(map[string]string) {},
		"a dataflow":              replace("alone-1.dataflow.yaml", "interval: 15", "interval: 30"),
		"a wrong dataflow":        replace("alone-1.dataflow.yaml", "interval: 15", "interval: 10"),
		"a warned dataflow":       replace("alone-1.dataflow.yaml", "timezone: UTC", "timezone: CET"),
		"the connection":          replace("crm/crm-db.dataflow.yaml", "title: CRM database", "title: The CRM"),
		"the connection's name":   replace("crm/crm-db.dataflow.yaml", "name: crm-db", "name: crm-2"),
		"the connection is wrong": replace("crm/crm-db.dataflow.yaml", "connector: postgresql", "connector: postgres"),
		"a shared schema":         replace("crm/customers.dataflow.yaml", "profile: true", "profile: false"),
		"a name taken twice":      replace("alone-2.dataflow.yaml", "name: alone-2", "name: alone-1"),
		"a title taken twice": func(texts map[string]string) {
			texts["more.dataflow.yaml"] = "kind: Schema\nname: more\ntitle: CRM Customers\nclass: profile\n"
		},
		"a name that was asked for": func(texts map[string]string) {
			texts["more.dataflow.yaml"] = "kind: Schema\nname: customers\ntitle: Others\nclass: profile\n"
		},
	}
	for path := range texts {
		edits["without "+path] = func(texts map[string]string) { delete(texts, path) }
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			now := knownProject(t)
			edit(now)
			same := map[string]bool{}
			var keep []Part
			for _, p := range parts {
				if now[p.File.Path] == texts[p.File.Path] {
					same[p.File.Path] = true
					keep = append(keep, p)
				}
			}
			g, r := Compile(filesOf(now, nil), Options{})
			warm, wr, fresh := CompileParts(filesOf(now, same), Options{}, keep)
			want := show(t, g, r)
			if diff := cmp.Diff(want, show(t, warm, wr)); diff != "" {
				t.Errorf("with known parts it differs (-all +known):\n%s", diff)
			}
			if name == "nothing" && len(fresh) > 0 {
				t.Errorf("%d files were compiled again", len(fresh))
			}
		})
	}
}

// Many files are compiled in batches; the outcome is the same, also when names
// are shared over batches and when something is wrong in one of them.
func TestBatchesChangeNothing(t *testing.T) {
	texts := knownProject(t)
	flow := texts["tutorial/dataflow.yaml"]
	const size = 8
	for i := range 3 * size {
		name := fmt.Sprintf("many-%04d", i)
		texts[name+".dataflow.yaml"] = strings.Replace(flow, "name: mytable", "name: "+name, 1)
	}
	compare := func(name string) {
		t.Helper()
		g, r := Compile(filesOf(texts, nil), Options{})
		batched, br, parts := compileParts(filesOf(texts, nil), Options{}, nil, size)
		if show(t, g, r) != show(t, batched, br) {
			t.Errorf("%s: in batches it differs", name)
		}
		if g != nil && len(parts) < 3*size {
			t.Errorf("%s: %d parts", name, len(parts))
		}
	}
	compare("all well")
	texts["many-0007.dataflow.yaml"] = strings.Replace(flow, "name: mytable", "name: many-0020", 1)
	compare("a name in two batches")
	texts["many-0007.dataflow.yaml"] = strings.Replace(flow, "interval: 15", "interval: 1", 1)
	compare("one is wrong")
}
