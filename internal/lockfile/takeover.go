package lockfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// Takeover is an object that exists and is what a resource asks for, without a difference.
type Takeover struct {
	resource.Resource
	ID, ETag string
	Start    json.RawMessage // the start of its schedule where the resource leaves it open; nil for none
}

// Entry returns the entry of an object that is taken over. value returns what stands for a reference.
func (t Takeover) Entry(value func(resource.Ref) (string, bool)) (Entry, error) {
	body, err := t.Body.Value()
	if err != nil {
		return Entry{}, fmt.Errorf("read the body of %s: %w", t.Address, err)
	}
	e := Entry{
		Address: t.Address, ID: t.ID, ETag: t.ETag, Applied: t.Body.JSON(), Protect: t.Protect, MovedFrom: t.Moved,
	}
	if t.Start != nil {
		e.Sent = []Sent{{Path: resource.SpecOf(t.Address.Kind).StartTime, Value: t.Start}}
	}
	bound := map[resource.Edge]bool{}
	body.Walk(func(at resource.Path, v resource.Value) {
		switch v.Kind {
		case resource.SecretValue:
			e.Secrets = append(e.Secrets, SecretHash{Path: at.String(), Hash: UnknownSecret})
		case resource.RefValue:
			id, ok := value(v.Ref)
			if !ok {
				err = fmt.Errorf("%s needs %s, which is not taken over", t.Address, v.Ref)
			}
			need := Need{Edge: resource.Edge{To: v.Ref.To, Via: at.String()}, ID: id}
			if v.Ref.Field != "id" {
				need.Field = v.Ref.Field
			}
			bound[need.Edge] = true
			e.Needs = append(e.Needs, need)
		}
	})
	for _, edge := range t.Needs {
		if !bound[edge] {
			e.Needs = append(e.Needs, Need{Edge: edge})
		}
	}
	slices.SortFunc(e.Secrets, func(a, b SecretHash) int { return strings.Compare(a.Path, b.Path) })
	return e, err
}
