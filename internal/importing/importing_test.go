package importing

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

var sandboxTime = time.Unix(0, 0)

// sandbox is a platform that has what documents ask for, with the title of the dataflow in place of TITLE.
func sandbox(t *testing.T, title string) lift.Sandbox {
	t.Helper()
	quoted, err := json.Marshal(lift.Text(title))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(`name: orders
title: TITLE
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4, title: Orders source}
table: shop.orders
columns: {id: string}
target:
  title: Orders target
  schema: {title: TITLE, class: profile, fieldGroups: [profile-person-details]}
  dataset: {title: TITLE}
mappings: {_id: id}
mappingSet: {title: Orders mapping}
schedule: {frequency: once, startTime: 2027-02-03T00:00:00Z}
`, "TITLE", string(quoted))
	graph, report := compiler.Compile([]*source.File{source.NewFile("a.yaml", []byte(text))}, compiler.Options{})
	if report.HasErrors() {
		t.Fatal(report.Sorted())
	}
	s := lift.Sandbox{
		Tenant: "acme", Now: sandboxTime, Owned: map[resource.ObjectKey]resource.Address{},
		Adopted: map[string]bool{}, Refused: map[string]string{},
	}
	idOf := func(a resource.Address) string {
		if a.Kind == resource.Schema {
			return "https://ns.adobe.com/acme/schemas/" + a.Name
		}
		return string(a.Kind) + "-" + a.Name
	}
	for _, r := range graph.All() {
		body, err := r.Body.Value()
		if err != nil {
			t.Fatal(err)
		}
		live, err := body.Map(func(_ resource.Path, v resource.Value) (resource.Value, error) {
			if v.Kind != resource.RefValue {
				return v, nil
			}
			if v.Ref.Field == "version" {
				return resource.Number("0"), nil
			}
			return resource.String(idOf(v.Ref.To)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sent := bytes.ReplaceAll(live.JSON(), []byte("$${"), []byte("${")) // the platform has no references
		o, err := lift.NewObject(r.Address.Kind, idOf(r.Address), "", sent, sandboxTime)
		if err != nil {
			t.Fatal(err)
		}
		s.Objects = append(s.Objects, o)
	}
	return s
}

// imported imports a sandbox into a project that has some files.
func imported(t *testing.T, s lift.Sandbox, has map[string]string) Result {
	t.Helper()
	in := Input{
		Sandbox: s, Graph: resource.NewGraph(nil), Lock: &lockfile.Lock{},
		Place: func(name string) (string, bool) { _, is := has[name]; return name, is },
	}
	var files []*source.File
	for name, text := range has {
		files = append(files, source.NewFile(name, []byte(text)))
	}
	in.Files = files
	got, report, err := Import(in, func([]string) ([]*lift.Object, error) { return nil, nil })
	if err != nil || report != nil {
		t.Fatal(report, err)
	}
	return got
}

// TestImportHostileTitles: whatever people or the platform call objects, files lie in their folders and have short
// names of letters, digits, and dashes, and the documents ask for the same titles.
func TestImportHostileTitles(t *testing.T) {
	for _, c := range []struct{ title, file string }{
		{"Orders", "orders"},
		{"../../etc/passwd", "etc-passwd"},
		{`..\..\x`, "x"},
		{"/", "dataflow-flow-ord"},
		{"con", "dataflow-flow-ord"},
		{"Con Plus", "con-plus"},
		{"Größe", "gro-e"},
		{"日本", "dataflow-flow-ord"},
		{"\x1b[31mred\x00", "31mred"},
		{"\u202etxt.exe", "txt-exe"},
		{"a\nname: other\n---\nkind: Class", "a-name-other-kind-class"},
		{"${env.HOME} $${x} # y", "env-home-x-y"},
		{strings.Repeat("long ", 2000), strings.Repeat("long-", 12) + "lon"},
	} {
		got := imported(t, sandbox(t, c.title), nil)
		var names []string
		var files []*source.File
		for _, f := range got.Files {
			names = append(names, f.Name)
			files = append(files, source.NewFile(f.Name, f.Text))
		}
		if len(got.Files) != 3 || names[2] != "dataflows/"+c.file+".dataflow.yaml" {
			t.Errorf("%.80q: files %q", c.title, names)
			for _, l := range got.Project.Left {
				t.Logf("%s %s: %.200s", l.Kind, l.ID, l.Reason)
			}
			continue
		}
		graph, report := compiler.Compile(files, compiler.Options{})
		if report.HasErrors() {
			t.Errorf("%.80q: %v", c.title, report.Sorted())
			continue
		}
		for _, r := range graph.All() {
			body, _ := r.Body.Value()
			name, _ := body.Get("name")
			if r.Address.Kind == resource.Flow && name.Text != c.title {
				t.Errorf("%.80q: title %.80q", c.title, name.Text)
			}
		}
	}
}

// TestImportBesideFiles: a new document does not take the file of another one, and becomes the one that an interrupted
// import wrote.
func TestImportBesideFiles(t *testing.T) {
	const file = "datasets/orders.dataflow.yaml"
	const other = "kind: Namespace\nname: other\ntitle: T\ncode: T\nidType: COOKIE\n"
	const whole = "kind: Dataset\nname: orders\ntitle: Orders\nschema: orders\n"
	for _, c := range []struct{ name, text, want string }{
		{"another document", other, "datasets/orders-2.dataflow.yaml"},
		{"changed since", whole + "tags: {a: [b]}\n", "datasets/orders-2.dataflow.yaml"},
		{"two documents", whole + "---\n" + other, "datasets/orders-2.dataflow.yaml"},
		{"interrupted", whole, file},
	} {
		schema := "kind: Schema\nname: orders\ntitle: Orders\nclass: profile\nfieldGroups: [profile-person-details]\n"
		files := map[string]string{file: c.text}
		if c.text == whole {
			files["schemas/orders.dataflow.yaml"] = schema
		}
		got := imported(t, sandbox(t, "Orders"), files)
		if len(got.Files) != 3 || got.Files[1].Name != c.want {
			t.Errorf("%s: %+v", c.name, got.Files)
		}
	}
}

// TestImportRefused: a dataflow whose document would be wrong is left alone with the reason, and so is what only it
// uses.
func TestImportRefused(t *testing.T) {
	s := sandbox(t, "Orders")
	for i, o := range s.Objects {
		if o.Kind == resource.Flow {
			live := bytes.Replace(o.Live, []byte(`"once"`), []byte(`"\u001b[31monce"`), 1)
			odd, err := lift.NewObject(o.Kind, o.ID, o.ETag, live, o.Created)
			if err != nil {
				t.Fatal(err)
			}
			s.Objects[i] = odd
		}
	}
	got := imported(t, s, nil)
	if len(got.Files) != 0 || len(got.Entries) != 0 || len(got.Project.Left) != 1 {
		t.Fatalf("%+v", got)
	}
	const want = "`<U+001B>[31monce` is not a valid value for `schedule.frequency`"
	if left := got.Project.Left[0]; left.Kind != resource.Flow || left.Reason != want {
		t.Errorf("%s: %q", left.Kind, left.Reason)
	}
}
