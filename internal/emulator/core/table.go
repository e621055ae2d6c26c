package core

import (
	"cmp"
	"slices"
	"strings"
)

// Kind is a family of objects; it names the table in the store.
type Kind string

const (
	KindConnection Kind = "connections"
	KindSource     Kind = "sourceConnections"
	KindTarget     Kind = "targetConnections"
	KindFlow       Kind = "flows"
	KindRun        Kind = "runs"
	KindSchema     Kind = "schemas"
	KindFieldGroup Kind = "fieldgroups"
	KindClass      Kind = "classes"
	KindDataType   Kind = "datatypes"
	KindDescriptor Kind = "descriptors"
	KindDataset    Kind = "dataSets"
	KindBatch      Kind = "batches"
	KindFile       Kind = "files" // of batches under way; ids are "BATCH@NAME"
	KindMappingSet Kind = "mappingSets"
	// KindDiagnostics keeps rows of batches that failed; its ids are those of the batches.
	KindDiagnostics Kind = "diagnostics"
	// KindRecords keeps the newest records of datasets; its ids are those of the datasets.
	KindRecords Kind = "records"
	// KindMappingVersion keeps the former versions of mapping sets; its ids
	// are "SET@VERSION".
	KindMappingVersion Kind = "mappingVersions"
	KindNamespace      Kind = "namespaces"

	KindDatasetLabels Kind = "datasetLabels" // ids are those of the datasets
	KindEncryptionKey Kind = "encryptionKeys"
	KindCustomerKey   Kind = "customerKeys"
	KindLandingZone   Kind = "landingZones" // ids are their types
)

// StatusPath is where a run has its status.
const StatusPath = "metrics.statusSummary.status"

// indexed lists, per kind, the paths that are looked up by equality often
// enough (by clients that search by name, and by the platform's own reference
// checks) that a scan would make a call slower with every object.
var indexed = map[Kind][]string{
	KindConnection:     {"name", "connectionSpec.id"},
	KindSource:         {"name", "baseConnectionId", "params.tableName"},
	KindTarget:         {"name", "params.dataSetId"},
	KindFlow:           {"name", "sourceConnectionIds[]", "targetConnectionIds[]"},
	KindRun:            {"flowId", StatusPath},
	KindSchema:         {"title", "meta:class"},
	KindFieldGroup:     {"title"},
	KindClass:          {"title"},
	KindDataType:       {"title"},
	KindDescriptor:     {"xdm:sourceSchema"},
	KindDataset:        {"name", "schemaRef.id"},
	KindBatch:          {"dataSetId"},
	KindFile:           {"batchId"},
	KindDiagnostics:    {},
	KindRecords:        {},
	KindMappingSet:     {"name"},
	KindMappingVersion: {},
	KindNamespace:      {"code"},
	KindDatasetLabels:  {},
	KindEncryptionKey:  {},
	KindCustomerKey:    {},
	KindLandingZone:    {},
}

// DatasetSchemaKey is where the schema stands among a dataset's keys.
const DatasetSchemaKey = 1

// Record is one stored object. Records are never changed, only replaced, so a
// reader may keep one without a lock.
type Record struct {
	ID      string
	Seq     uint64 // order of creation in its table
	Created int64  // ms
	Body    []byte // JSON
	Keys    [][]string

	// Of flows: the slot of the last scheduled run and the time of the next,
	// in ms, 0 for none. They are beside the body because no client sees them.
	// The slot of a run that takes another time than most is its end.
	Slot, Due int64

	// tree is the body as it was before it was printed, kept for the newest
	// records: what a flow stands on is looked at right after it was made.
	tree object
}

// Object gives a copy of the body that the caller may change.
func (r *Record) Object() object { return MustObject(r.Body) }

// View gives the body for reading only; it may be shared.
func (r *Record) View() object {
	if r.tree != nil {
		return r.tree
	}
	return MustObject(r.Body)
}

// Key is the value of an indexed path, "" when there is none.
func (r *Record) Key(n int) string {
	if len(r.Keys[n]) == 0 {
		return ""
	}
	return r.Keys[n][0]
}

// Table holds one kind of one sandbox: by id, in order of creation, and by the
// indexed paths.
type Table struct {
	paths []string
	byID  map[string]*Record
	Order []*Record // by seq
	Index []map[string][]*Record
	seq   uint64
}

func newTable(k Kind) *Table {
	t := &Table{paths: indexed[k], byID: map[string]*Record{}}
	t.Index = make([]map[string][]*Record, len(t.paths))
	for i := range t.Index {
		t.Index[i] = map[string][]*Record{}
	}
	return t
}

func bySeq(r *Record, seq uint64) int { return cmp.Compare(r.Seq, seq) }

func insertBySeq(l []*Record, r *Record) []*Record {
	if n := len(l); n == 0 || l[n-1].Seq < r.Seq {
		return append(l, r)
	}
	i, found := slices.BinarySearchFunc(l, r.Seq, bySeq)
	if found {
		l[i] = r
		return l
	}
	return slices.Insert(l, i, r)
}

func removeBySeq(l []*Record, seq uint64) []*Record {
	i, found := slices.BinarySearchFunc(l, seq, bySeq)
	if !found {
		return l
	}
	return slices.Delete(l, i, i+1)
}

// put inserts or replaces; the place in the order stays.
func (t *Table) put(r *Record) {
	if old := t.byID[r.ID]; old != nil {
		r.Seq = old.Seq
		t.unindex(old)
	} else if r.Seq == 0 {
		t.seq++
		r.Seq = t.seq
	}
	t.seq = max(t.seq, r.Seq)
	t.byID[r.ID] = r
	t.Order = insertBySeq(t.Order, r)
	for i, values := range r.Keys {
		for _, v := range values {
			t.Index[i][v] = insertBySeq(t.Index[i][v], r)
		}
	}
}

func (t *Table) remove(id string) *Record {
	r := t.byID[id]
	if r == nil {
		return nil
	}
	delete(t.byID, id)
	t.Order = removeBySeq(t.Order, r.Seq)
	t.unindex(r)
	return r
}

func (t *Table) unindex(r *Record) {
	for i, values := range r.Keys {
		for _, v := range values {
			if l := removeBySeq(t.Index[i][v], r.Seq); len(l) == 0 {
				delete(t.Index[i], v)
			} else {
				t.Index[i][v] = l
			}
		}
	}
}

// By lists the records whose indexed path has this value, oldest first.
func (t *Table) By(path, value string) []*Record {
	i := slices.Index(t.paths, path)
	if i < 0 {
		panic("emulator: " + path + " is not indexed")
	}
	return t.Index[i][value]
}

func keysOf(k Kind, o object) [][]string {
	paths := indexed[k]
	keys := make([][]string, len(paths))
	for i, p := range paths {
		for _, v := range LookupIndexed(o, p) {
			if s, ok := Scalar(v); ok {
				keys[i] = append(keys[i], s)
			}
		}
	}
	return keys
}

// LookupIndexed lists the values at a path; [] steps into every element.
func LookupIndexed(o object, path string) []any {
	if !strings.ContainsAny(path, ".[") {
		if v, ok := o[path]; ok {
			return []any{v}
		}
		return nil
	}
	return Lookup(o, path)
}
