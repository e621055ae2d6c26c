package remote

import (
	"context"
	"net/url"
	"strconv"

	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// ObjectID names an object whose version is to be read.
type ObjectID struct {
	Kind resource.Kind
	ID   string
	New  bool // created a moment ago
}

// pageOfDatasets is how many datasets the catalog lists at most, fewDatasets up to how many new
// ones are read one by one.
const (
	pageOfDatasets = 100
	fewDatasets    = 3
)

// Versions returns the versions of objects by ID. An object whose version cannot be read is left
// out: an update that lacks the version meets a conflict, and reads it then. New datasets are read
// from a list, since one by one each would cost a call. At most limit reads are under way at a time.
func Versions(ctx context.Context, d platform.Doer, objects []ObjectID, limit int) map[string]string {
	isNewDataset := func(o ObjectID) bool { return o.New && o.Kind == resource.Dataset }
	datasets := 0
	for _, o := range objects {
		if isNewDataset(o) {
			datasets++
		}
	}
	listed := map[string]string{}
	if datasets > fewDatasets {
		listed = newestDatasets(ctx, d, datasets, limit)
	}
	var found collected[platform.Object]
	_ = parallel.Calls(ctx, limit, objects, func(ctx context.Context, o ObjectID) error {
		if etag := listed[o.ID]; isNewDataset(o) && etag != "" {
			found.add(platform.Object{ID: o.ID, ETag: etag})
			return nil
		}
		live, _, err := Read(ctx, d, o.Kind, o.ID)
		if err == nil {
			found.add(platform.Object{ID: o.ID, ETag: live.ETag})
		}
		return nil
	})
	return versionsOf(found.all)
}

// newestDatasets lists about as many of the newest datasets as are asked for. Where others create
// datasets meanwhile, some of ours are missing.
func newestDatasets(ctx context.Context, d platform.Doer, n, limit int) map[string]string {
	var pages []int
	for start := 0; start < n; start += pageOfDatasets {
		pages = append(pages, start)
	}
	var found collected[platform.Object]
	_ = parallel.Calls(ctx, limit, pages, func(ctx context.Context, start int) error {
		query := url.Values{
			"orderBy": {"desc:created"}, "properties": {"version"},
			"limit": {strconv.Itoa(pageOfDatasets)}, "start": {strconv.Itoa(start)},
		}
		last := start + pageOfDatasets
		for o, err := range platform.Datasets(ctx, d, query) {
			if err != nil {
				return nil
			}
			found.add(o)
			if start++; start == last {
				return nil // the next page is read on its own
			}
		}
		return nil
	})
	return versionsOf(found.all)
}

func versionsOf(objects []platform.Object) map[string]string {
	out := map[string]string{}
	for _, o := range objects {
		if o.ETag != "" {
			out[o.ID] = o.ETag
		}
	}
	return out
}
