package remote

import (
	"context"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// fewEntries is how many objects of a kind are read one by one. More are read from a list, page
// by page, so that thousands of entries cost tens of requests.
const fewEntries = 20

// ReadEntries returns the object of every entry that has one, sorted by address. At most limit
// reads are under way at a time.
func ReadEntries(ctx context.Context, d platform.Doer, lock *lockfile.Lock, limit int) ([]resource.Live, error) {
	byKind := map[resource.Kind][]lockfile.Entry{}
	for _, e := range lock.Entries {
		if e.ID != "" {
			byKind[e.Address.Kind] = append(byKind[e.Address.Kind], e)
		}
	}
	var reads [][]lockfile.Entry // of one kind each
	for _, k := range resource.Kinds() {
		if entries := byKind[k]; len(entries) > fewEntries {
			reads = append(reads, entries)
		} else {
			reads = slices.AppendSeq(reads, slices.Chunk(entries, 1))
		}
	}
	var found collected[resource.Live]
	err := parallel.Calls(ctx, limit, reads, func(ctx context.Context, entries []lockfile.Entry) error {
		read, err := readEntries(ctx, d, entries)
		found.add(read...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.all, func(a, b resource.Live) int { return a.Address.Compare(b.Address) })
	return found.all, nil
}

// readEntries returns the objects of entries of one kind, from its list when they are many. An object
// that the list does not show, or shows without its version, is read by itself.
func readEntries(ctx context.Context, d platform.Doer, entries []lockfile.Entry) ([]resource.Live, error) {
	kind := entries[0].Address.Kind
	listed := map[string]platform.Object{}
	hasVersions := resource.SpecOf(kind).Answer != resource.AnswerDataset // of its list
	if len(entries) > fewEntries && hasVersions {
		for o, err := range List(ctx, d, kind) {
			if err != nil {
				return nil, err
			}
			listed[o.ID] = o
		}
	}
	var out []resource.Live
	for _, e := range entries {
		o, ok := listed[e.ID]
		if !ok {
			var err error
			if o, ok, err = Read(ctx, d, kind, e.ID); err != nil {
				return nil, err
			}
		}
		out = append(out, resource.Live{Address: e.Address, ID: e.ID, ETag: o.ETag, Body: o.Body, Missing: !ok})
	}
	return out, nil
}
