// Package remote reads, lists, finds, and compares the objects of each kind on the platform.
//
// In: a client and a kind. Out: objects with their versions. It never writes.
//
//	Read         one object by its ID; ReadVersion also in an older version
//	List         all objects of a kind, page by page
//	Finder.Find  the object of a create whose answer was lost
//	Namesakes    the objects that a create would make a second time
//	Compare      where an object differs from what was applied
//	Inventory    what a sandbox contains, and the objects of all entries of a lockfile
//	Learn        what documents refer to and do not own
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

// read returns one object as its service has it.
func read(ctx context.Context, d platform.Doer, s *resource.Spec, id string) (platform.Object, error) {
	switch s.Answer {
	case resource.AnswerIDEtag:
		return platform.FlowObject(ctx, d, path.Base(s.Collection), id)
	case resource.AnswerRegistry:
		return platform.RegistryObject(ctx, d, registryPath(s), id, platform.AcceptXED)
	case resource.AnswerDescriptor:
		o, err := platform.RegistryObject(ctx, d, registryPath(s), id, "")
		if err != nil {
			return o, err
		}
		return (&namespaces{client: d}).coded(ctx, o)
	case resource.AnswerDataset:
		return platform.Dataset(ctx, d, id)
	case resource.AnswerNamespace:
		return platform.Namespace(ctx, d, id)
	case resource.AnswerLabels:
		return datasetLabels(ctx, d, id)
	default:
		return platform.MappingSet(ctx, d, id)
	}
}

// list lists the objects of a kind, those with a name when it is not "": a kind without a nameMember takes none.
func list(ctx context.Context, d platform.Doer, s *resource.Spec, name string) iter.Seq2[platform.Object, error] {
	var query url.Values
	if name != "" {
		query = url.Values{"property": {nameMember(s) + "==" + name}}
	}
	return listed(ctx, d, s, query)
}

// listFrom lists the objects of a kind from a number on, which is 0 where pages are not counted.
func listFrom(ctx context.Context, d platform.Doer, s *resource.Spec, start int) iter.Seq2[platform.Object, error] {
	var query url.Values
	if start > 0 {
		query = url.Values{"start": {strconv.Itoa(start)}}
	}
	return listed(ctx, d, s, query)
}

func listed(
	ctx context.Context, d platform.Doer, s *resource.Spec, query url.Values,
) iter.Seq2[platform.Object, error] {
	switch s.Answer {
	case resource.AnswerIDEtag:
		return platform.FlowObjects(ctx, d, path.Base(s.Collection), query)
	case resource.AnswerRegistry:
		return platform.RegistryObjects(ctx, d, registryPath(s), platform.AcceptXEDList, query)
	case resource.AnswerDescriptor:
		return (&namespaces{client: d}).descriptors(ctx, platform.Descriptors(ctx, d, query))
	case resource.AnswerDataset:
		return platform.Datasets(ctx, d, query)
	case resource.AnswerNamespace:
		return platform.Namespaces(ctx, d)
	case resource.AnswerLabels:
		return func(func(platform.Object, error) bool) {} // there is no such list
	default:
		return platform.MappingSets(ctx, d, query)
	}
}

// nameMember returns the member that the lists of a kind can be limited by, "" for none.
func nameMember(s *resource.Spec) string {
	switch s.Answer {
	case resource.AnswerIDEtag, resource.AnswerDataset:
		return "name"
	case resource.AnswerRegistry:
		return "title"
	}
	return ""
}

func registryPath(s *resource.Spec) string {
	return strings.TrimPrefix(s.Collection, specs.SchemaRegistry+"/")
}

// Read returns one object. ok is false when the platform has none with that ID, or hides
// it from this client. The object of a Profile tag is its schema, while the schema has the tag.
func Read(ctx context.Context, d platform.Doer, kind resource.Kind, id string) (o platform.Object, ok bool, err error) {
	spec := resource.SpecOf(kind)
	o, err = read(ctx, d, spec, id)
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

// datasetLabels returns the labels of a dataset, which has an empty list of them where the service knows none.
func datasetLabels(ctx context.Context, d platform.Doer, id string) (platform.Object, error) {
	o, err := platform.DatasetLabels(ctx, d, id)
	if !platform.IsNotFound(err) {
		return o, err
	}
	if _, err := platform.Dataset(ctx, d, id); err != nil {
		return platform.Object{}, err
	}
	return platform.Object{ID: id, Body: json.RawMessage(`{"labels":[]}`)}, nil
}

// IsUnset reports whether an object says that nothing is set: a dataset without labels has an empty list of them.
func IsUnset(kind resource.Kind, o platform.Object) bool {
	if resource.SpecOf(kind).Answer != resource.AnswerLabels {
		return false
	}
	var head struct {
		Labels []string `json:"labels"`
	}
	return json.Unmarshal(o.Body, &head) == nil && len(head.Labels) == 0
}

// IsGone reports whether an object that was read does not exist, or says that nothing is set.
func IsGone(kind resource.Kind, o platform.Object, ok bool) bool { return !ok || IsUnset(kind, o) }

// HasList reports whether a list shows the objects of a kind.
func HasList(kind resource.Kind) bool { return resource.SpecOf(kind).Answer != resource.AnswerLabels }

// ReadVersion returns a version of a mapping set, and of any other kind what Read returns. ok is false when the
// platform has none.
func ReadVersion(
	ctx context.Context, d platform.Doer, kind resource.Kind, id, version string,
) (o platform.Object, ok bool, err error) {
	if kind != resource.Mapping {
		return Read(ctx, d, kind, id)
	}
	o, err = platform.MappingSetAt(ctx, d, id, version)
	if platform.IsNotFound(err) {
		return platform.Object{}, false, nil
	}
	return o, err == nil, err
}

// List yields all objects of a kind and asks for the next page only when it is needed. Lists show
// writes late, and they show the newest version of a mapping set only.
func List(ctx context.Context, d platform.Doer, kind resource.Kind) iter.Seq2[platform.Object, error] {
	spec := resource.SpecOf(kind)
	return func(yield func(platform.Object, error) bool) {
		for o, err := range list(ctx, d, spec, "") {
			if err == nil && (!exists(spec, o) || !hasType(spec, o)) {
				continue
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// Written returns the ID and version of an object from the answer to a create, an update, or an
// action. id is "" where the answer has none, etag where it has no version.
func Written(kind resource.Kind, answer []byte) (id, etag string, err error) {
	switch resource.SpecOf(kind).Answer {
	case resource.AnswerIDEtag:
		return platform.WrittenFlow(answer)
	case resource.AnswerRegistry, resource.AnswerDescriptor:
		id, etag, err = platform.WrittenRegistry(answer)
		if isURL := strings.Contains(id, "://"); err == nil && isURL == resource.SpecOf(kind).IsDescriptor() {
			err = fmt.Errorf("%q in the answer is the ID of another kind of object", id)
		}
		return id, etag, err
	case resource.AnswerDataset:
		id, err = platform.WrittenDataset(answer)
		return id, "", err
	case resource.AnswerNamespace:
		id, err = platform.WrittenNamespace(answer)
		return id, "", err
	case resource.AnswerLabels:
		return "", "", platform.WrittenDatasetLabels(answer)
	default:
		id, version, err := platform.WrittenMappingSet(answer)
		return id, strconv.Itoa(version), err
	}
}

// exists reports whether an object is of a kind: a Profile tag is one on a schema.
func exists(spec *resource.Spec, o platform.Object) bool {
	return !spec.Tag || slices.Contains(headOf(o).Tags, "union")
}

// hasType reports whether an object of a list has a type of the kind: one list holds the descriptors of all kinds.
func hasType(spec *resource.Spec, o platform.Object) bool {
	return len(spec.Types) == 0 || slices.Contains(spec.Types, headOf(o).Type)
}

// head holds the members that mean the same in every service.
type head struct {
	Name, Title, State string
	Type               string   `json:"@type"`
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
