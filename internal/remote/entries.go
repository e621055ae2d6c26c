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

// ReadEntries returns the objects of all entries, those that they replaced included, in the order of
// Live.Compare. At most limit reads are under way at a time.
func ReadEntries(ctx context.Context, d platform.Doer, lock *lockfile.Lock, limit int) ([]resource.Live, error) {
	byKind := map[resource.Kind][]resource.Live{}
	for _, e := range lock.Entries {
		kind := e.Address.Kind
		if e.ID != "" {
			byKind[kind] = append(byKind[kind], resource.Live{Address: e.Address, ID: e.ID})
		}
		for _, d := range e.Deposed {
			byKind[kind] = append(byKind[kind], resource.Live{Address: e.Address, ID: d.ID, Deposed: true})
		}
	}
	var reads [][]resource.Live // of one kind each
	for _, k := range resource.Kinds() {
		if objects := byKind[k]; len(objects) > fewEntries {
			reads = append(reads, objects)
		} else {
			reads = slices.AppendSeq(reads, slices.Chunk(objects, 1))
		}
	}
	var found collected[resource.Live]
	err := parallel.Calls(ctx, limit, reads, func(ctx context.Context, objects []resource.Live) error {
		err := readObjects(ctx, d, objects)
		found.add(objects...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.all, resource.Live.Compare)
	return found.all, nil
}

// readObjects completes objects of one kind, from its list when they are many. An object that the
// list does not show, or shows without its version, is read by itself.
func readObjects(ctx context.Context, d platform.Doer, objects []resource.Live) error {
	kind := objects[0].Address.Kind
	listed := map[string]platform.Object{}
	hasVersions := resource.SpecOf(kind).Answer != resource.AnswerDataset // of its list
	if len(objects) > fewEntries && hasVersions {
		for o, err := range List(ctx, d, kind) {
			if err != nil {
				return err
			}
			listed[o.ID] = o
		}
	}
	for i := range objects {
		l := &objects[i]
		o, ok := listed[l.ID]
		if !ok {
			var err error
			if o, ok, err = Read(ctx, d, kind, l.ID); err != nil {
				return err
			}
		}
		l.ETag, l.Body, l.Missing = o.ETag, o.Body, !ok
	}
	return nil
}
