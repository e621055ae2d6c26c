// Package remote reads, lists, finds, and compares the objects of each kind on the platform.
//
// In: a client and a kind. Out: objects with their versions. It never writes.
//
//	Read         one object by its ID
//	List         all objects of a kind, page by page
//	Finder.Find  the object of a create whose answer was lost
//	ReadEntries  the objects of all entries of a lockfile
//	Versions     the versions of objects that were just written
//	Written      the ID and version in the answer to a write
package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

type (
	readFunc func(ctx context.Context, d platform.Doer, s *resource.Spec, id string) (platform.Object, error)
	listFunc func(ctx context.Context, d platform.Doer, s *resource.Spec, query url.Values) iter.Seq2[platform.Object, error]
)

// service is how the objects of some kinds are read and listed.
type service struct {
	read    readFunc
	list    listFunc
	filter  string // the member that a list can be limited by; "" when the service has no such filter
	written func(answer []byte) (id, etag string, err error)
}

var services = map[resource.AnswerStyle]service{
	resource.AnswerIDEtag: {
		filter: "name", written: platform.WrittenFlow,
		read: func(ctx context.Context, d platform.Doer, s *resource.Spec, id string) (platform.Object, error) {
			return platform.FlowObject(ctx, d, path.Base(s.Collection), id)
		},
		list: func(ctx context.Context, d platform.Doer, s *resource.Spec, q url.Values) iter.Seq2[platform.Object, error] {
			return platform.FlowObjects(ctx, d, path.Base(s.Collection), q)
		},
	},
	resource.AnswerRegistry: {
		filter: "title", written: writtenToRegistry(true),
		read: func(ctx context.Context, d platform.Doer, s *resource.Spec, id string) (platform.Object, error) {
			return platform.RegistryObject(ctx, d, registryPath(s), id, platform.AcceptXED)
		},
		list: func(ctx context.Context, d platform.Doer, s *resource.Spec, q url.Values) iter.Seq2[platform.Object, error] {
			return platform.RegistryObjects(ctx, d, registryPath(s), platform.AcceptXEDList, q)
		},
	},
	resource.AnswerDescriptor: {
		written: writtenToRegistry(false),
		read: func(ctx context.Context, d platform.Doer, s *resource.Spec, id string) (platform.Object, error) {
			return platform.RegistryObject(ctx, d, registryPath(s), id, "")
		},
		list: func(ctx context.Context, d platform.Doer, _ *resource.Spec, q url.Values) iter.Seq2[platform.Object, error] {
			return platform.Descriptors(ctx, d, q)
		},
	},
	resource.AnswerDataset: {
		filter: "name",
		read: func(ctx context.Context, d platform.Doer, _ *resource.Spec, id string) (platform.Object, error) {
			return platform.Dataset(ctx, d, id)
		},
		list: func(ctx context.Context, d platform.Doer, _ *resource.Spec, q url.Values) iter.Seq2[platform.Object, error] {
			return platform.Datasets(ctx, d, q)
		},
		written: func(answer []byte) (id, etag string, err error) {
			id, err = platform.WrittenDataset(answer)
			return id, "", err
		},
	},
	resource.AnswerMapping: {
		read: func(ctx context.Context, d platform.Doer, _ *resource.Spec, id string) (platform.Object, error) {
			return platform.MappingSet(ctx, d, id)
		},
		list: func(ctx context.Context, d platform.Doer, _ *resource.Spec, q url.Values) iter.Seq2[platform.Object, error] {
			return platform.MappingSets(ctx, d, q)
		},
		written: func(answer []byte) (id, etag string, err error) {
			id, version, err := platform.WrittenMappingSet(answer)
			return id, strconv.Itoa(version), err
		},
	},
}

func serviceOf(s *resource.Spec) service { return services[s.Answer] }

func registryPath(s *resource.Spec) string {
	return strings.TrimPrefix(s.Collection, specs.SchemaRegistry+"/")
}

// Read returns one object. ok is false when the platform has none with that ID, or hides
// it from this client. The object of a Profile tag is its schema, while the schema has the tag.
func Read(ctx context.Context, d platform.Doer, kind resource.Kind, id string) (o platform.Object, ok bool, err error) {
	spec := resource.SpecOf(kind)
	o, err = serviceOf(spec).read(ctx, d, spec, id)
	switch {
	case platform.IsNotFound(err):
		return platform.Object{}, false, nil
	case err != nil:
		return platform.Object{}, false, err
	case !exists(spec, o):
		return platform.Object{}, false, nil
	}
	return o, true, nil
}

// List yields all objects of a kind and asks for the next page only when it is needed. Lists lag
// behind writes, and they leave out what only Read returns: the version of a dataset, the
// mappings of a mapping set.
func List(ctx context.Context, d platform.Doer, kind resource.Kind) iter.Seq2[platform.Object, error] {
	spec := resource.SpecOf(kind)
	return func(yield func(platform.Object, error) bool) {
		for o, err := range serviceOf(spec).list(ctx, d, spec, nil) {
			if err == nil && !exists(spec, o) {
				continue
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// Written returns the ID and version of an object from the answer to a create, an update, or an
// action. etag is "" where the answer has no version.
func Written(kind resource.Kind, answer []byte) (id, etag string, err error) {
	return serviceOf(resource.SpecOf(kind)).written(answer)
}

// writtenToRegistry reads an answer of the Schema Registry, where the IDs of schemas and field
// groups are URLs and those of descriptors are not.
func writtenToRegistry(url bool) func([]byte) (id, etag string, err error) {
	return func(answer []byte) (id, etag string, err error) {
		id, etag, err = platform.WrittenRegistry(answer)
		if err == nil && strings.Contains(id, "://") != url {
			err = fmt.Errorf("%q in the answer is the id of another kind of object", id)
		}
		return id, etag, err
	}
}

// exists reports whether an object is of a kind: a Profile tag is one on a schema.
func exists(spec *resource.Spec, o platform.Object) bool {
	return spec.TagOf == "" || slices.Contains(headOf(o).Tags, "union")
}

// head holds the members that mean the same in every service.
type head struct {
	Name, Title, State string
	Tags               []string `json:"meta:immutableTags"`
	// The time of creation in milliseconds: each service has its own member for it.
	CreatedAt   int64 `json:"createdAt"`
	Created     int64 `json:"created"`
	CreatedDate int64 `json:"createdDate"`
	Registry    struct {
		Created int64 `json:"repo:createdDate"`
	} `json:"meta:registryMetadata"`
}

func headOf(o platform.Object) (h head) {
	_ = json.Unmarshal(o.Body, &h) // a member of another type counts as absent
	return h
}

// State returns the state of an object, "" when it has none.
func State(o platform.Object) string { return headOf(o).State }

// Created returns when an object was created, zero when it does not say.
func Created(o platform.Object) time.Time {
	h := headOf(o)
	for _, ms := range []int64{h.CreatedAt, h.Created, h.CreatedDate, h.Registry.Created} {
		if ms > 0 {
			return time.UnixMilli(ms)
		}
	}
	return time.Time{}
}
