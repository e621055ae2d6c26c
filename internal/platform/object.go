package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Doer sends one call; *Client does.
type Doer interface {
	Do(context.Context, Request) (Response, error)
}

// Object is one thing on the platform as a read found it.
type Object struct {
	ID string
	// ETag is the version in the words of its service: what If-Match takes for
	// the Flow Service (with its quotes) and Catalog, the version text of the
	// Schema Registry, the version number of a mapping set.
	ETag string
	Body json.RawMessage
}

// maxPages bounds a list, idlePages how many pages of it may bring nothing new one after
// the other: a server that always has a next page is wrong.
const (
	maxPages  = 10_000
	idlePages = 100
)

// Collect reads a list to its end.
func Collect(seq iter.Seq2[Object, error]) ([]Object, error) {
	var all []Object
	for o, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// page is one answer of a list and how to ask for the one after it.
type page struct {
	objects []Object
	next    url.Values // nil after the last page
}

// parsePage reads the answer to a query.
type parsePage func(res Response, query url.Values) (page, error)

// pages asks for page after page as long as the reader wants more. An object that a
// list shows twice is given once.
func pages(ctx context.Context, d Doer, req Request, query url.Values, parse parsePage) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		path := req.Path
		query := clone(query)
		asked, given := map[string]bool{}, map[string]bool{}
		for n, idle := 1, 0; ; n++ {
			req.Method, req.Path = http.MethodGet, path
			if len(query) > 0 {
				req.Path += "?" + encode(query)
			}
			if asked[req.Path] || n > maxPages || idle > idlePages {
				yield(Object{}, fmt.Errorf("list %s: the list has no end, stopped at page %d", path, n))
				return
			}
			asked[req.Path] = true
			res, err := d.Do(ctx, req)
			if err != nil {
				yield(Object{}, err)
				return
			}
			p, err := parse(res, query)
			if err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w%s", path, err, withID(res.RequestID)))
				return
			}
			idle++
			for _, o := range p.objects {
				if given[o.ID] {
					continue
				}
				given[o.ID], idle = true, 0
				if !yield(o, nil) {
					return
				}
			}
			if p.next == nil {
				return
			}
			query = p.next
		}
	}
}

// offset is the next query of a list that counts: start moves by what came.
func offset(query url.Values, came int) url.Values {
	at, _ := strconv.Atoi(query.Get("start"))
	return with(query, "start", strconv.Itoa(at+came))
}

func with(query url.Values, key, value string) url.Values {
	query = clone(query)
	query.Set(key, value)
	return query
}

func clone(query url.Values) url.Values {
	out := url.Values{}
	for k, vs := range query {
		out[k] = append([]string(nil), vs...)
	}
	return out
}

// withDefault sets key unless the caller did.
func withDefault(query url.Values, key, value string) url.Values {
	if query.Has(key) {
		return clone(query)
	}
	return with(query, key, value)
}

// encode is Values.Encode with %20 for a space: not all services read "+" as one.
func encode(query url.Values) string {
	return strings.ReplaceAll(query.Encode(), "+", "%20")
}

// get reads one object.
func get(ctx context.Context, d Doer, path, accept string) (Response, error) {
	return d.Do(ctx, Request{Method: http.MethodGet, Path: path, Accept: accept})
}

// notFound is the 404 of services that say 200 and nothing.
func notFound(path string, res Response) *Error {
	return &Error{Method: http.MethodGet, URL: path, Status: http.StatusNotFound, Title: "Resource not found",
		Detail: "the answer names no object", RequestID: res.RequestID, Raw: res.Body}
}

// keyed reads an object whose keys are ids, in the order of the text.
func keyed(body []byte) ([]Object, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the answer is not an object")
	}
	var all []Object
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		o := Object{ID: key.(string)} // the decoder takes nothing else for a key
		if err := dec.Decode(&o.Body); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

func unexpected(what string, body []byte) error {
	return fmt.Errorf("read the answer to %s: no id in %.200s", what, tidy(string(body)))
}
