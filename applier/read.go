package applier

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// read returns the live object of a kind, or ok false when there is none.
func read(ctx context.Context, d Doer, kind resource.Kind, id string) (o platform.Object, ok bool, err error) {
	s := resource.SpecOf(kind)
	switch s.Answer {
	case resource.AnswerIDEtag:
		o, err = platform.FlowObject(ctx, d, segment(s), id)
	case resource.AnswerRegistry:
		o, err = platform.RegistryObject(ctx, d, registryPath(s), id, platform.AcceptXED)
	case resource.AnswerDescriptor:
		o, err = platform.RegistryObject(ctx, d, registryPath(s), id, "")
	case resource.AnswerDataset:
		o, err = platform.Dataset(ctx, d, id)
	case resource.AnswerMapping:
		o, err = platform.MappingSet(ctx, d, id)
	}
	if platform.IsNotFound(err) {
		return platform.Object{}, false, nil
	}
	if err != nil {
		return platform.Object{}, false, err
	}
	if s.TagOf != "" && !isTagged(o.Body) {
		return platform.Object{}, false, nil
	}
	return o, true, nil
}

// segment is the last step of a collection's path: what the Flow Service's
// functions call a kind.
func segment(s *resource.Spec) string { return path.Base(s.Collection) }

func registryPath(s *resource.Spec) string {
	return strings.TrimPrefix(s.Collection, platform.SchemaRegistry+"/")
}

// isTagged reports whether a schema takes part in Profile.
func isTagged(body json.RawMessage) bool {
	var m struct {
		Tags []string `json:"meta:immutableTags"`
	}
	return json.Unmarshal(body, &m) == nil && slices.Contains(m.Tags, "union")
}

// stateOf reads the state that action calls change.
func stateOf(body json.RawMessage) string {
	var m struct {
		State string `json:"state"`
	}
	_ = json.Unmarshal(body, &m) // no state is ""
	return m.State
}
