// Package live reads what is on the platform for the entries of a lockfile.
//
// In: a lock and a client. Out: one object for each entry, found or not, sorted
// by address. It reads whole lists, page by page and several at a time, so that
// thousands of resources cost tens of requests, and never writes.
package live

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// Object is what the platform has for one entry. Missing says that no list and
// no lookup shows it: it was removed, or a label hides it from this client.
type Object struct {
	Address resource.Address
	ID      string
	ETag    string
	Body    json.RawMessage
	Missing bool
}

// few is how many objects of a kind are read one by one rather than in lists.
const few = 20

// Read returns the objects of every entry that has one.
func Read(ctx context.Context, d platform.Doer, lock *lockfile.Lock, parallel int) ([]Object, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	byKind := map[resource.Kind][]lockfile.Entry{}
	for _, e := range lock.Entries {
		if e.ID != "" {
			byKind[e.Address.Kind] = append(byKind[e.Address.Kind], e)
		}
	}
	var mu sync.Mutex
	var out []Object
	var failed error
	var wg bug.Group
	slots := make(chan struct{}, max(parallel, 1))
	run := func(f func() ([]Object, error)) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			objects, err := f()
			mu.Lock()
			defer mu.Unlock()
			out = append(out, objects...)
			if err != nil && failed == nil {
				failed = err
				cancel()
			}
		})
	}
	for _, k := range resource.Kinds() {
		entries := byKind[k]
		if len(entries) > few {
			run(func() ([]Object, error) { return list(ctx, d, k, entries) })
			continue
		}
		for _, e := range entries {
			run(func() ([]Object, error) {
				o, err := one(ctx, d, e)
				return []Object{o}, err
			})
		}
	}
	wg.Wait()
	if failed != nil {
		return nil, failed
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Object) int { return a.Address.Compare(b.Address) })
	return out, nil
}

// one reads a single object.
func one(ctx context.Context, d platform.Doer, e lockfile.Entry) (Object, error) {
	spec := resource.SpecOf(e.Address.Kind)
	var o platform.Object
	var err error
	switch spec.Answer {
	case resource.AnswerIDEtag:
		o, err = platform.FlowObject(ctx, d, path.Base(spec.Collection), e.ID)
	case resource.AnswerRegistry:
		o, err = platform.RegistryObject(ctx, d, registry(spec), e.ID, platform.AcceptXED)
	case resource.AnswerDescriptor:
		o, err = platform.RegistryObject(ctx, d, registry(spec), e.ID, "")
	case resource.AnswerDataset:
		o, err = platform.Dataset(ctx, d, e.ID)
	case resource.AnswerMapping:
		o, err = platform.MappingSet(ctx, d, e.ID)
	}
	switch {
	case platform.IsNotFound(err):
		return Object{Address: e.Address, ID: e.ID, Missing: true}, nil
	case err != nil:
		return Object{}, err
	}
	return found(spec, e, o), nil
}

func registry(s *resource.Spec) string {
	return strings.TrimPrefix(s.Collection, platform.SchemaRegistry+"/")
}

// list reads the list of a kind and picks what the entries hold. What the list
// does not show is looked up by itself: lists may lag behind.
func list(ctx context.Context, d platform.Doer, k resource.Kind, entries []lockfile.Entry) ([]Object, error) {
	spec := resource.SpecOf(k)
	byID := make(map[string]platform.Object, len(entries))
	for o, err := range objects(ctx, d, spec) {
		if err != nil {
			return nil, err
		}
		byID[o.ID] = o
	}
	var out []Object
	for _, e := range entries {
		o, ok := byID[e.ID]
		if !ok || spec.Answer == resource.AnswerDataset {
			// A list of datasets gives no etags; each costs a look-up of its own.
			single, err := one(ctx, d, e)
			if err != nil {
				return nil, err
			}
			out = append(out, single)
			continue
		}
		out = append(out, found(spec, e, o))
	}
	return out, nil
}

func objects(ctx context.Context, d platform.Doer, spec *resource.Spec) func(func(platform.Object, error) bool) {
	switch spec.Answer {
	case resource.AnswerIDEtag:
		return platform.FlowObjects(ctx, d, path.Base(spec.Collection), url.Values{"limit": {"100"}})
	case resource.AnswerRegistry:
		return platform.RegistryObjects(ctx, d, registry(spec), platform.AcceptXEDList, nil)
	case resource.AnswerDescriptor:
		return platform.Descriptors(ctx, d, nil)
	case resource.AnswerMapping:
		return platform.MappingSets(ctx, d, nil)
	default:
		return func(func(platform.Object, error) bool) {}
	}
}

// found turns an answer into an object. A tag is there when its object has it.
func found(spec *resource.Spec, e lockfile.Entry, o platform.Object) Object {
	if spec.TagOf != "" && !tagged(o.Body) {
		return Object{Address: e.Address, ID: e.ID, Missing: true}
	}
	return Object{Address: e.Address, ID: e.ID, ETag: o.ETag, Body: o.Body}
}

func tagged(body json.RawMessage) bool {
	var schema struct {
		Tags []string `json:"meta:immutableTags"`
	}
	return json.Unmarshal(body, &schema) == nil && slices.Contains(schema.Tags, "union")
}
