package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// FlowObject reads one object of the Flow Service; kind is the path segment:
// connections, sourceConnections, targetConnections, flows, flowSpecs, ….
func FlowObject(ctx context.Context, d Doer, kind, id string) (Object, error) {
	path := specs.FlowService + "/" + kind + "/" + specs.EscapeID(id)
	res, err := get(ctx, d, path, "")
	if err != nil {
		return Object{}, err
	}
	items, err := flowItems(res.Body)
	if err != nil {
		return Object{}, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	if len(items) == 0 {
		return Object{}, notFound(path, res)
	}
	return items[0], nil
}

// FlowObjects lists objects of the Flow Service. The query may hold filters
// (property, repeatable) and an order; a limit counts per page.
func FlowObjects(ctx context.Context, d Doer, kind string, query url.Values) iter.Seq2[Object, error] {
	req := Request{Path: specs.FlowService + "/" + kind}
	return pages(ctx, d, req, withDefault(query, "limit", "100"), nextFlows)
}

// nextFlows follows _links.next. It is relative to the service and its token may
// hold "=", so it is read as a URL. Its parameters go over ours: filters that it
// leaves out are sent again.
func nextFlows(res Response, query url.Values) (page, error) {
	items, err := flowItems(res.Body)
	if err != nil {
		return page{}, err
	}
	var links struct {
		Links struct {
			Next struct {
				Href string `json:"href"`
			} `json:"next"`
		} `json:"_links"`
	}
	if err := json.Unmarshal(res.Body, &links); err != nil {
		return page{}, err
	}
	p := page{objects: items}
	if href := links.Links.Next.Href; href != "" {
		u, err := url.Parse(href)
		if err != nil {
			return page{}, fmt.Errorf("read the link to the next page: %w", err)
		}
		p.next = clone(query)
		for k, vs := range queryOf(u) {
			p.next[k] = vs
		}
	}
	return p, nil
}

// queryOf reads a query in which a "+" is one: tokens are base64 and come unescaped.
func queryOf(u *url.URL) url.Values {
	v, _ := url.ParseQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"))
	return v
}

// flowItems reads {"items": […]}, and the bare object that some reads give.
func flowItems(body []byte) ([]Object, error) {
	var list struct {
		Items *[]json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	if list.Items == nil {
		list.Items = &[]json.RawMessage{body}
	}
	all := make([]Object, 0, len(*list.Items))
	for _, raw := range *list.Items {
		o, err := flowObject(raw)
		if err != nil {
			return nil, err
		}
		if o.ID != "" {
			all = append(all, o)
		}
	}
	return all, nil
}

func flowObject(raw json.RawMessage) (Object, error) {
	var head struct {
		ID   string `json:"id"`
		ETag string `json:"etag"`
	}
	err := json.Unmarshal(raw, &head)
	if err == nil && head.ID != "" {
		err = checkID(head.ID)
	}
	return Object{ID: head.ID, ETag: head.ETag, Body: raw}, err
}

// WrittenFlow reads the id and etag that the Flow Service gives for a create, a
// patch or an action: bare, wrapped in items, or as part of the whole object.
func WrittenFlow(body []byte) (id, etag string, err error) {
	items, err := flowItems(body)
	if err != nil || len(items) != 1 {
		return "", "", unexpected("a write", body)
	}
	return items[0].ID, items[0].ETag, nil
}
