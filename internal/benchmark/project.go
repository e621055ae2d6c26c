// Package benchmark measures the tool beside its floor: the time that reading,
// YAML parsing, schema validation and JSON of the same bytes take with the same
// libraries and nothing else.
//
// In: a size and a seed. Out: a project of that size, and a table of figures with
// what docs/speed.md allows for each. Law: the same size and seed give the same
// bytes, and a larger project begins with the files of a smaller one.
package benchmark

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/aepflow/aepflow/internal/source"
)

// PerDataflow is how many resources each generated dataflow is: schema, dataset,
// source, target, mapping and flow.
const PerDataflow = 6

// ConnectionID is the base connection that every generated dataflow reads
// through. The platform must have it.
const ConnectionID = "6990abad-977d-41b9-a85d-17ea8cf1c0e4"

// Project returns the files of n dataflows in the order of their numbers: 12 columns, 12
// mappings, a schema of standard field groups and a dataset written inline.
func Project(n int, seed uint64) []*source.File {
	files := make([]*source.File, n)
	for i := range files {
		// A generator of its own for each file, so that no file depends on how
		// many come before it.
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		name := fmt.Sprintf("%s-%05d", pick(r, subjects), i)
		path := filepath.Join(fmt.Sprintf("team-%02d", i/100), name+".dataflow.yaml")
		files[i] = source.NewFile(path, []byte(dataflow(r, name)))
	}
	return files
}

// Write puts files below a folder, with an emulator.yaml that holds the
// connection.
func Write(dir string, files []*source.File) error {
	var errs []error
	put := func(path string, text []byte) {
		path = filepath.Join(dir, path)
		errs = append(errs, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644))
	}
	for _, f := range files {
		put(f.Path, f.Text)
	}
	put("emulator.yaml", []byte("connections:\n  - id: "+ConnectionID+"\n    name: Warehouse\n    connector: postgresql\n"))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	return nil
}

// Edit returns the files with the schedule of one of them changed: one field of
// one resource.
func Edit(files []*source.File, i int) []*source.File {
	out := append([]*source.File(nil), files...)
	text := strings.Replace(string(files[i].Text), "\n  interval: ", "\n  interval: 1", 1)
	out[i] = source.NewFile(files[i].Path, []byte(text))
	return out
}

var (
	subjects  = []string{"customers", "members", "subscribers", "guests", "patients", "students", "donors", "tenants", "visitors", "accounts"}
	systems   = []string{"crm", "billing", "loyalty", "support", "shop", "branch", "legacy", "mobile"}
	formats   = []string{"yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy/MM/dd HH:mm:ss"}
	frequency = []string{"hour", "day", "week"}
)

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

// dataflow is one document. Its columns are those of a table of people, spelt as
// the system that it comes from spells them.
func dataflow(r *rand.Rand, name string) string {
	system := pick(r, systems)
	column := func(s string) string { return s }
	switch r.IntN(3) {
	case 0:
		column = func(s string) string { return system + "_" + s }
	case 1:
		column = strings.ToUpper
	}
	title := strings.ToUpper(name[:1]) + name[1:] + " of " + system
	subject, _, _ := strings.Cut(name, "-")
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# yaml-language-server: $schema=../.aepflow/dataflow.schema.json")
	line("name: %s", name)
	line("title: %s", title)
	line("description: The %s that the %s system changed since the last run", subject, system)
	line("\ndatabase:\n  connector: postgresql\n  connectionId: %s", ConnectionID)
	line("\ntable: %s.%s", system, subject)
	line("\ncolumns:")
	for _, c := range [][2]string{
		{"id", "string"}, {"salutation", "string"}, {"first_name", "string"}, {"last_name", "string"},
		{"birth_date", "date"}, {"email", "string"}, {"phone", "string"}, {"street", "string"},
		{"city", "string"}, {"postal_code", "string"}, {"region", "string"}, {"updated_at", "date-time"},
	} {
		line("  %s: %s", column(c[0]), c[1])
	}
	line("\ntarget:\n  schema:\n    title: %s\n    class: profile", title)
	line("    fieldGroups: [profile-person-details, profile-personal-details]")
	line("  dataset:\n    title: %s data", title)
	line("\nmappings:")
	for _, m := range [][2]string{
		{"_id", column("id")}, {"person.name.courtesyTitle", column("salutation")},
		{"person.name.firstName", "trim(" + column("first_name") + ")"}, {"person.name.lastName", "trim(" + column("last_name") + ")"},
		{"person.name.fullName", "concat(" + column("first_name") + `, " ", ` + column("last_name") + ")"},
		{"person.birthDate", column("birth_date")}, {"personalEmail.address", "lower(trim(" + column("email") + "))"},
		{"mobilePhone.number", column("phone")}, {"homeAddress.street1", column("street")}, {"homeAddress.city", column("city")},
		{"homeAddress.postalCode", column("postal_code")}, {"homeAddress.region", column("region")},
	} {
		line("  %s: %s", m[0], m[1])
	}
	line("\ndelta:\n  column: %s\n  dateFormat: %s\n  timezone: UTC", column("updated_at"), pick(r, formats))
	line("\nschedule:\n  frequency: %s\n  interval: %d\n  startTime: 2030-01-%02dT%02d:00:00Z\n  backfill: %t",
		pick(r, frequency), 1+r.IntN(9), 1+r.IntN(28), r.IntN(24), r.IntN(2) == 0)
	return b.String()
}
