package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"github.com/aepflow/aepflow/internal/specs"
)

// MappingSet reads the newest version of a mapping set.
func MappingSet(ctx context.Context, d Doer, id string) (Object, error) {
	return MappingSetAt(ctx, d, id, "")
}

// MappingSetAt reads a version of a mapping set, the newest for "".
func MappingSetAt(ctx context.Context, d Doer, id, version string) (Object, error) {
	path := specs.DataPrep + "/mappingSets/" + specs.EscapeID(id)
	if version != "" {
		path += "?version=" + url.QueryEscape(version)
	}
	res, err := get(ctx, d, path, "")
	if err != nil {
		return Object{}, err
	}
	o, err := mappingObject(res.Body)
	if err != nil {
		return Object{}, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	return o, nil
}

// MappingSets lists mapping sets. The service insists on start and limit.
func MappingSets(ctx context.Context, d Doer, query url.Values) iter.Seq2[Object, error] {
	query = withDefault(withDefault(query, "start", "0"), "limit", "100")
	return pages(ctx, d, Request{Path: specs.DataPrep + "/mappingSets"}, query, nextMappingSets)
}

// nextMappingSets counts on by what came. There is more when a link says so, or
// when the page is as full as the service lets it be.
func nextMappingSets(res Response, query url.Values) (page, error) {
	var list struct {
		Data []json.RawMessage `json:"data"`
		Page struct {
			Limit int `json:"limit"`
		} `json:"_page"`
		Links struct {
			Next struct {
				Href string `json:"href"`
			} `json:"next"`
		} `json:"_links"`
	}
	if err := json.Unmarshal(res.Body, &list); err != nil {
		return page{}, err
	}
	var p page
	for _, raw := range list.Data {
		o, err := mappingObject(raw)
		if err != nil {
			return page{}, err
		}
		p.objects = append(p.objects, o)
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	if list.Page.Limit > 0 {
		limit = min(limit, list.Page.Limit)
	}
	if n := len(p.objects); n > 0 && (list.Links.Next.Href != "" || n >= limit) {
		p.next = offset(query, n)
	}
	return p, nil
}

// WrittenMappingSet reads id and version out of the answer to a create or a
// replace.
func WrittenMappingSet(body []byte) (id string, version int, err error) {
	o, err := mappingObject(body)
	if err != nil {
		return "", 0, err
	}
	version, _ = strconv.Atoi(o.ETag) // absent before the first replace
	return o.ID, version, nil
}

func mappingObject(raw json.RawMessage) (Object, error) {
	var m members
	err := json.Unmarshal(raw, &m)
	id := m.text("id")
	if err != nil || id == "" {
		return Object{}, unexpected("a mapping set", raw)
	}
	return Object{ID: id, ETag: m.text("version"), Body: raw}, checkID(id)
}
