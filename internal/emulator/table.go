package emulator

import (
	"cmp"
	"slices"
	"strings"
)

// kind is a family of objects; it names the table in the store.
type kind string

const (
	kindConnection kind = "connections"
	kindSource     kind = "sourceConnections"
	kindTarget     kind = "targetConnections"
	kindFlow       kind = "flows"
	kindRun        kind = "runs"
	kindSchema     kind = "schemas"
	kindFieldGroup kind = "fieldgroups"
	kindClass      kind = "classes"
	kindDataType   kind = "datatypes"
	kindDescriptor kind = "descriptors"
	kindDataset    kind = "dataSets"
	kindBatch      kind = "batches"
	kindFile       kind = "files" // of batches under way; ids are "BATCH@NAME"
	kindMappingSet kind = "mappingSets"
	// kindMappingVersion keeps the former versions of mapping sets; its ids
	// are "SET@VERSION".
	kindMappingVersion kind = "mappingVersions"
	kindNamespace      kind = "namespaces"
)

// statusPath is where a run has its status.
const statusPath = "metrics.statusSummary.status"

// indexed lists, per kind, the paths that are looked up by equality often
// enough (by clients that search by name, and by the platform's own reference
// checks) that a scan would make a call slower with every object.
var indexed = map[kind][]string{
	kindConnection:     {"name", "connectionSpec.id"},
	kindSource:         {"name", "baseConnectionId", "params.tableName"},
	kindTarget:         {"name", "params.dataSetId"},
	kindFlow:           {"name", "sourceConnectionIds[]", "targetConnectionIds[]"},
	kindRun:            {"flowId", statusPath},
	kindSchema:         {"title", "meta:class"},
	kindFieldGroup:     {"title"},
	kindClass:          {"title"},
	kindDataType:       {"title"},
	kindDescriptor:     {"xdm:sourceSchema"},
	kindDataset:        {"name", "schemaRef.id"},
	kindBatch:          {"dataSetId"},
	kindFile:           {"batchId"},
	kindMappingSet:     {"name"},
	kindMappingVersion: {},
	kindNamespace:      {"code"},
}

// datasetSchemaKey is where the schema stands among a dataset's keys.
const datasetSchemaKey = 1

// record is one stored object. Records are never changed, only replaced, so a
// reader may keep one without a lock.
type record struct {
	id      string
	seq     uint64 // order of creation in its table
	created int64  // ms
	body    []byte // JSON
	keys    [][]string

	// Of flows: the slot of the last scheduled run and the time of the next,
	// in ms, 0 for none. They are beside the body because no client sees them.
	slot, due int64

	// tree is the body as it was before it was printed, kept for the newest
	// records: what a flow stands on is looked at right after it was made.
	tree object
}

// object gives a copy of the body that the caller may change.
func (r *record) object() object { return mustObject(r.body) }

// view gives the body for reading only; it may be shared.
func (r *record) view() object {
	if r.tree != nil {
		return r.tree
	}
	return mustObject(r.body)
}

// key is the value of an indexed path, "" when there is none.
func (r *record) key(n int) string {
	if len(r.keys[n]) == 0 {
		return ""
	}
	return r.keys[n][0]
}

// table holds one kind of one sandbox: by id, in order of creation, and by the
// indexed paths.
type table struct {
	paths []string
	byID  map[string]*record
	order []*record // by seq
	index []map[string][]*record
	seq   uint64
}

func newTable(k kind) *table {
	t := &table{paths: indexed[k], byID: map[string]*record{}}
	t.index = make([]map[string][]*record, len(t.paths))
	for i := range t.index {
		t.index[i] = map[string][]*record{}
	}
	return t
}

func bySeq(r *record, seq uint64) int { return cmp.Compare(r.seq, seq) }

func insertBySeq(l []*record, r *record) []*record {
	if n := len(l); n == 0 || l[n-1].seq < r.seq {
		return append(l, r)
	}
	i, found := slices.BinarySearchFunc(l, r.seq, bySeq)
	if found {
		l[i] = r
		return l
	}
	return slices.Insert(l, i, r)
}

func removeBySeq(l []*record, seq uint64) []*record {
	i, found := slices.BinarySearchFunc(l, seq, bySeq)
	if !found {
		return l
	}
	return slices.Delete(l, i, i+1)
}

// put inserts or replaces; the place in the order stays.
func (t *table) put(r *record) {
	if old := t.byID[r.id]; old != nil {
		r.seq = old.seq
		t.unindex(old)
	} else if r.seq == 0 {
		t.seq++
		r.seq = t.seq
	}
	t.seq = max(t.seq, r.seq)
	t.byID[r.id] = r
	t.order = insertBySeq(t.order, r)
	for i, values := range r.keys {
		for _, v := range values {
			t.index[i][v] = insertBySeq(t.index[i][v], r)
		}
	}
}

func (t *table) remove(id string) *record {
	r := t.byID[id]
	if r == nil {
		return nil
	}
	delete(t.byID, id)
	t.order = removeBySeq(t.order, r.seq)
	t.unindex(r)
	return r
}

func (t *table) unindex(r *record) {
	for i, values := range r.keys {
		for _, v := range values {
			if l := removeBySeq(t.index[i][v], r.seq); len(l) == 0 {
				delete(t.index[i], v)
			} else {
				t.index[i][v] = l
			}
		}
	}
}

// by lists the records whose indexed path has this value, oldest first.
func (t *table) by(path, value string) []*record {
	i := slices.Index(t.paths, path)
	if i < 0 {
		panic("emulator: " + path + " is not indexed")
	}
	return t.index[i][value]
}

func keysOf(k kind, o object) [][]string {
	paths := indexed[k]
	keys := make([][]string, len(paths))
	for i, p := range paths {
		for _, v := range lookupIndexed(o, p) {
			if s, ok := scalar(v); ok {
				keys[i] = append(keys[i], s)
			}
		}
	}
	return keys
}

func lookupIndexed(o object, path string) []any {
	if !strings.ContainsAny(path, ".[") {
		if v, ok := o[path]; ok {
			return []any{v}
		}
		return nil
	}
	return lookup(o, path)
}
