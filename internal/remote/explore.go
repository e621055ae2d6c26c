package remote

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/aepflow/aepflow/internal/explore"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// Place is what can be explored: a connection, or a source without a connection.
type Place struct {
	ConnectionID string
	SpecID       string // of a connection specification, without ConnectionID
}

func (p Place) path() string {
	if p.ConnectionID != "" {
		return specs.FlowService + "/connections/" + specs.EscapeID(p.ConnectionID) + "/explore"
	}
	return specs.FlowService + "/connectionSpecs/" + specs.EscapeID(p.SpecID) + "/explore"
}

// ExploreItems lists the tables and folders at the root of a source, or what a folder contains.
func ExploreItems(ctx context.Context, d platform.Doer, p Place, folder string) ([]explore.Item, error) {
	q := url.Values{"objectType": {"root"}}
	if folder != "" {
		q = url.Values{"objectType": {"folder"}, "object": {folder}}
	}
	body, err := exploreBody(ctx, d, p, q)
	if err != nil {
		return nil, err
	}
	return explore.ParseItems(body)
}

// ExploreTable reads the columns of a table, and with preview some of its rows.
func ExploreTable(ctx context.Context, d platform.Doer, p Place, table string, preview bool) (explore.Contents, error) {
	q := url.Values{"objectType": {"table"}, "object": {table}}
	if preview {
		q.Set("preview", "true")
	}
	return exploreContents(ctx, d, p, q)
}

// ExploreFile reads the format and the columns of a file, and with preview some of its rows.
func ExploreFile(ctx context.Context, d platform.Doer, p Place, file string, preview bool) (explore.Contents, error) {
	q := url.Values{"objectType": {"file"}, "object": {file}, "determineProperties": {"true"}}
	if preview {
		q.Set("preview", "true")
	}
	return exploreContents(ctx, d, p, q)
}

// mostFolders is how many folders FirstFile lists.
const mostFolders = 6

// FirstFile returns the first file by name in a folder, or of those that fit a pattern. If it is recursive and there is
// none, it looks in the first folder by name, and so on: it lists a few folders at most.
func FirstFile(ctx context.Context, d platform.Doer, p Place, path string, recursive bool) (explore.Item, bool, error) {
	folder, pattern := explore.Folder(path)
	folders := []string{folder}
	for n := 0; n < mostFolders && len(folders) > 0; n++ {
		items, err := ExploreItems(ctx, d, p, folders[0])
		if err != nil {
			return explore.Item{}, false, err
		}
		if first, ok := explore.FirstFile(items, pattern); ok {
			return first, true, nil
		}
		folders = folders[1:]
		if recursive {
			folders = slices.Concat(explore.Folders(items), folders)
		}
	}
	return explore.Item{}, false, nil
}

func exploreBody(ctx context.Context, d platform.Doer, p Place, q url.Values) ([]byte, error) {
	res, err := d.Do(ctx, platform.Request{Method: "GET", Path: p.path() + "?" + q.Encode()})
	if err != nil {
		return nil, fmt.Errorf("explore the source: %w", err)
	}
	return res.Body, nil
}

func exploreContents(ctx context.Context, d platform.Doer, p Place, q url.Values) (explore.Contents, error) {
	body, err := exploreBody(ctx, d, p, q)
	if err != nil {
		return explore.Contents{}, err
	}
	return explore.ParseContents(body)
}
