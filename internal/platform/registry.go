package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// What a read of the Schema Registry asks for. A list must name no version, a
// look-up must; descriptors have a family of their own.
const (
	AcceptXED           = "application/vnd.adobe.xed+json; version=1"                // as written, $ref kept
	AcceptXEDDeprecated = "application/vnd.adobe.xed-deprecatefield+json; version=1" // one tree with all marks
	AcceptXEDList       = "application/vnd.adobe.xed+json"
	acceptXEDIDs        = "application/vnd.adobe.xed-id+json"
	acceptDescriptors   = "application/vnd.adobe.xdm+json"
)

// Tenant returns the organization's tenant ID, without the underscore that every
// use of it has.
func Tenant(ctx context.Context, d Doer) (string, error) {
	path := specs.SchemaRegistry + "/stats"
	res, err := get(ctx, d, path, "")
	if err != nil {
		return "", err
	}
	var stats struct {
		TenantID string `json:"tenantId"`
	}
	if err := json.Unmarshal(res.Body, &stats); err != nil || stats.TenantID == "" {
		return "", fmt.Errorf("GET %s: the answer names no tenant%s", path, withID(res.RequestID))
	}
	return strings.TrimPrefix(stats.TenantID, "_"), nil
}

// RegistryObject reads one schema, field group, class, data type or descriptor.
// kind is the path below the service, such as tenant/schemas; id is a $id, a
// meta:altId or a descriptor's @id, not encoded. accept is one of the constants;
// descriptors need none.
func RegistryObject(ctx context.Context, d Doer, kind, id, accept string) (Object, error) {
	res, err := get(ctx, d, specs.SchemaRegistry+"/"+kind+"/"+specs.EscapeID(id), accept)
	if err != nil {
		return Object{}, err
	}
	return registryObject(res.Body)
}

// RegistryObjects lists one kind. The order is that of titles, unless the query
// says otherwise: a page starts strictly after the last one's value, so an order
// by anything that two objects can share loses some of them.
func RegistryObjects(ctx context.Context, d Doer, kind, accept string, query url.Values) iter.Seq2[Object, error] {
	query = withDefault(withDefault(query, "orderby", "title"), "limit", "300")
	return pages(ctx, d, Request{Path: specs.SchemaRegistry + "/" + kind, Accept: accept}, query, nextRegistry)
}

func nextRegistry(res Response, query url.Values) (page, error) {
	var list struct {
		Results []json.RawMessage          `json:"results"`
		Page    map[string]json.RawMessage `json:"_page"`
	}
	if err := json.Unmarshal(res.Body, &list); err != nil {
		return page{}, err
	}
	var p page
	for _, raw := range list.Results {
		o, err := registryObject(raw)
		if err != nil {
			return page{}, err
		}
		p.objects = append(p.objects, o)
	}
	if next := members(list.Page).text("next"); next != "" && len(p.objects) > 0 {
		p.next = with(query, "start", next)
	}
	return p, nil
}

// Descriptors lists the tenant's descriptors, sorted by type as the answer groups
// them.
func Descriptors(ctx context.Context, d Doer, query url.Values) iter.Seq2[Object, error] {
	req := Request{Path: specs.SchemaRegistry + "/tenant/descriptors", Accept: acceptDescriptors}
	return pages(ctx, d, req, query, allDescriptors)
}

func allDescriptors(res Response, _ url.Values) (page, error) {
	groups, err := keyed(res.Body)
	if err != nil {
		return page{}, err
	}
	slices.SortFunc(groups, func(a, b Object) int { return strings.Compare(a.ID, b.ID) })
	var p page
	for _, g := range groups {
		var list []json.RawMessage
		if strings.HasPrefix(g.ID, "_") || json.Unmarshal(g.Body, &list) != nil {
			continue // _page and _links of the newer form
		}
		for _, raw := range list {
			o, err := registryObject(raw)
			if err != nil {
				return page{}, err
			}
			p.objects = append(p.objects, o)
		}
	}
	return p, nil
}

// WrittenRegistry reads the id and version text of what the registry created or
// changed: $id of a schema or field group, @id of a descriptor.
func WrittenRegistry(body []byte) (id, version string, err error) {
	o, err := registryObject(body)
	return o.ID, o.ETag, err
}

func registryObject(raw json.RawMessage) (Object, error) {
	var m members
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		return Object{}, errors.New("the answer holds something else than an object of the registry")
	}
	o := Object{ID: m.text("$id", "@id"), ETag: m.text("version"), Body: raw}
	switch {
	case o.ID == "":
		return Object{}, unexpected("the registry", raw)
	case m.text("$id") != "":
		return o, checkURL(o.ID)
	}
	return o, checkID(o.ID)
}
