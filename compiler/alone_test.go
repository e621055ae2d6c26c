package compiler

import (
	"slices"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/source"
)

// A dataflow of its own file is compiled and let go before others are read. Whatever
// refers to it is told the same as in one file, where nothing is let go.
func TestDataflowNamedByAnother(t *testing.T) {
	first := `name: first
database: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}
table: crm.people
columns: {id: string, at: date-time}
target:
  schema: {title: First, class: profile, fieldGroups: [profile-person-details]}
  dataset: {title: First data}
mappings: {_id: id}
schedule: {frequency: day, interval: 1, startTime: 2027-01-01T00:00:00Z}
delta: {column: at}
`
	second := strings.NewReplacer("name: first", "name: second",
		"{title: First, class: profile, fieldGroups: [profile-person-details]}", "first",
		"{title: First data}", "first", "_id: id", "person.nme: id").Replace(first)
	for name, texts := range map[string][2]string{
		"both":          {first, second},
		"same name":     {first, first},
		"other schema":  {first, strings.Replace(second, "schema: first", "schema: {title: Own, class: profile}", 1)},
		"unknown names": {first, strings.ReplaceAll(second, ": first", ": frst")},
		"fine":          {first, strings.Replace(second, "person.nme", "person.name.firstName", 1)},
	} {
		one := source.NewFile("a.yaml", []byte(texts[0]+"---\n"+texts[1]))
		want, report := Compile([]*source.File{one}, Options{})
		wantSaid := said(report.Sorted())
		apart := []*source.File{source.NewFile("a.yaml", []byte(texts[0])), source.NewFile("b.yaml", []byte(texts[1]))}
		got, report := Compile(apart, Options{})
		if (want != nil) != (name == "fine") {
			t.Errorf("%s: in one file:\n%s", name, wantSaid)
		}
		if gotSaid := said(report.Sorted()); gotSaid != wantSaid || (want == nil) != (got == nil) {
			t.Errorf("%s: apart:\n%s\nin one file:\n%s", name, gotSaid, wantSaid)
		}
		if want != nil && len(want.All()) != len(got.All()) {
			t.Errorf("%s: %d resources apart, %d in one file", name, len(got.All()), len(want.All()))
		}
	}
}

// said are diagnostics with the texts that their labels point to, sorted.
func said(list []diag.Diagnostic) string {
	var out []string
	for _, d := range list {
		line := string(d.Code) + " " + d.Path + " " + d.Message + d.Help
		for _, l := range d.Labels {
			line += "\n  " + l.Span.Text() + " | " + l.Text
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
