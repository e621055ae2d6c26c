package catalog

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// What a row of changes does to the record with its primary key. A record that is deleted has only its key and version.
const (
	Upsert = "upsert"
	Delete = "delete"
)

// relation is how the records of a dataset are told apart.
type relation struct {
	key     []string // fields of the primary key, none without one
	version string   // the field whose highest value wins, "" without one
}

func relationOf(sp *core.Space, dataset *core.Record) relation {
	schema := core.Text(dataset.View(), "schemaRef", "id")
	rel := relation{key: registry.KeyFields(sp, schema)}
	if fields := registry.VersionFields(sp, schema); len(fields) > 0 {
		rel.version = fields[0]
	}
	return rel
}

// latest leaves, of changes with one primary key, the one with the highest version, and of these the newest. The
// records, newest first, that are not changes stay.
func (rel relation) latest(records []any) []any {
	winners := map[string]int{}
	for i, r := range records {
		if key := rel.keyOf(r); key != "" {
			if best, has := winners[key]; !has || rel.compare(r, records[best]) > 0 {
				winners[key] = i
			}
		}
	}
	var out []any
	for i, r := range records {
		if key := rel.keyOf(r); key == "" || winners[key] == i {
			out = append(out, rel.shortened(r))
		}
	}
	return out
}

// keyOf is the primary key of a change, "" without one.
func (rel relation) keyOf(r any) string {
	if core.Text(r, "change") == "" || len(rel.key) == 0 {
		return ""
	}
	var values []any
	for _, field := range rel.key {
		values = append(values, core.At(r, "record", field))
	}
	return string(core.ToJSON(values))
}

// compare compares the versions of changes: whole numbers, or times.
func (rel relation) compare(a, b any) int {
	x, y := core.At(a, "record", rel.version), core.At(b, "record", rel.version)
	m, isInt := core.AsInt(x)
	n, areInts := core.AsInt(y)
	if isInt && areInts {
		return cmp.Compare(m, n)
	}
	s, _ := core.Scalar(x)
	t, _ := core.Scalar(y)
	return cmp.Compare(s, t)
}

// shortened is a change without the fields that a deleted record no longer has.
func (rel relation) shortened(r any) any {
	if core.Text(r, "change") != Delete || len(rel.key) == 0 {
		return r
	}
	rest := object{}
	record, _ := core.At(r, "record").(object)
	for name, v := range record {
		if name == rel.version || slices.Contains(rel.key, name) {
			rest[name] = v
		}
	}
	out := maps.Clone(r.(object))
	out["record"] = rest
	return out
}
