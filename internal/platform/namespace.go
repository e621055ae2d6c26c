package platform

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/url"

	"github.com/aepflow/aepflow/internal/specs"
)

// Namespace reads one identity namespace.
func Namespace(ctx context.Context, d Doer, id string) (Object, error) {
	res, err := get(ctx, d, specs.Namespaces+"/"+specs.EscapeID(id), "")
	if err != nil {
		return Object{}, err
	}
	return namespace(res.Body)
}

// Namespaces lists the identity namespaces of the organization, and those that every
// organization has. The list has one page.
func Namespaces(ctx context.Context, d Doer) iter.Seq2[Object, error] {
	return pages(ctx, d, Request{Path: specs.Namespaces}, nil, func(res Response, _ url.Values) (page, error) {
		var list []json.RawMessage
		if err := json.Unmarshal(res.Body, &list); err != nil {
			return page{}, err
		}
		var p page
		for _, raw := range list {
			o, err := namespace(raw)
			if err != nil {
				return page{}, err
			}
			p.objects = append(p.objects, o)
		}
		return p, nil
	})
}

// WrittenNamespace reads the ID of an identity namespace that was created or changed.
func WrittenNamespace(body []byte) (id string, err error) {
	o, err := namespace(body)
	return o.ID, err
}

// namespace reads an identity namespace, whose ID is a number.
func namespace(raw json.RawMessage) (Object, error) {
	var head struct {
		ID json.Number `json:"id"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return Object{}, errors.New("the answer is not an identity namespace")
	}
	if head.ID == "" {
		return Object{}, unexpected("the Identity Service", raw)
	}
	return Object{ID: head.ID.String(), Body: raw}, checkID(head.ID.String())
}
