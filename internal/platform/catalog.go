package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Dataset reads one dataset. Its version is in the header E-Tag and in the body.
func Dataset(ctx context.Context, d Doer, id string) (Object, error) {
	path := specs.Catalog + "/dataSets/" + specs.EscapeID(id)
	res, err := get(ctx, d, path, "")
	if err != nil {
		return Object{}, err
	}
	all, err := datasets(res.Body)
	if err != nil {
		return Object{}, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	for _, o := range all {
		if o.ID == id {
			o.ETag = or(res.Header.Get("E-Tag"), or(res.Header.Get("ETag"), o.ETag))
			return o, nil
		}
	}
	return Object{}, notFound(path, res)
}

// Datasets lists datasets, oldest first unless the query says otherwise: with
// the newest first, a dataset made meanwhile would push one into the next page.
func Datasets(ctx context.Context, d Doer, query url.Values) iter.Seq2[Object, error] {
	query = withDefault(withDefault(query, "orderBy", "asc:created"), "limit", "100")
	query = withDefault(query, "start", "0")
	return pages(ctx, d, Request{Path: specs.Catalog + "/dataSets"}, query, nextDatasets)
}

func nextDatasets(res Response, query url.Values) (page, error) {
	all, err := datasets(res.Body)
	if err != nil {
		return page{}, err
	}
	p := page{objects: all}
	if limit, _ := strconv.Atoi(query.Get("limit")); len(all) > 0 && len(all) >= limit {
		p.next = offset(query, len(all))
	}
	return p, nil
}

// datasets reads an object keyed by id; "nothing found" also comes as [].
func datasets(body []byte) ([]Object, error) {
	var none []json.RawMessage
	if json.Unmarshal(body, &none) == nil && len(none) == 0 {
		return nil, nil
	}
	all, err := keyed(body)
	if err != nil {
		return nil, err
	}
	for i, o := range all {
		var m members
		if err := json.Unmarshal(o.Body, &m); err != nil {
			return nil, err
		}
		if err := checkID(o.ID); err != nil {
			return nil, err
		}
		all[i].ETag = m.text("version")
	}
	return all, nil
}

// WrittenDataset reads the id out of ["@/dataSets/ID"], the answer to a create,
// a patch and a delete.
func WrittenDataset(body []byte) (id string, err error) {
	var refs []string
	if err := json.Unmarshal(body, &refs); err != nil || len(refs) != 1 || !strings.HasPrefix(refs[0], "@/dataSets/") {
		return "", unexpected("a write of a dataset", body)
	}
	id = strings.TrimPrefix(refs[0], "@/dataSets/")
	return id, checkID(id)
}
