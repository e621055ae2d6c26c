package applier

import (
	"bytes"
	"encoding/json"

	"github.com/aepflow/aepflow/internal/resource"
)

// differences compares what we manage of an object with what it is. Members that
// only the platform knows do not count, nor do null ones: those are secrets,
// which no platform gives back. Spellings with the same meaning are equal (see
// resource.Spelling). The state that action calls change is not compared: it
// moves on its own.
func differences(kind resource.Kind, want resource.Value, live json.RawMessage) []Difference {
	spec := resource.SpecOf(kind)
	if spec.TagOf != "" {
		return nil // reading found the tag, and there is nothing else to it
	}
	if spec.State != "" {
		want = want.Without(spec.State)
	}
	is, err := spec.Align(want, live, "", func(resource.Path, resource.Ref) string { return "" })
	if err != nil {
		return []Difference{{Applied: want.JSON(), Live: live}}
	}
	var out []Difference
	for _, d := range spec.Diff(want, is) {
		out = append(out, Difference{Path: d.Path.String(), Applied: rawOf(d.From), Live: rawOf(d.To)})
	}
	return out
}

func rawOf(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return bytes.ReplaceAll(v.JSON(), []byte("$${"), []byte("${")) // what was sent has no references
}
