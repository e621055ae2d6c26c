package remote

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// UnmanagedKinds are the kinds of objects that FindUnmanaged looks at: all but those that belong to another object, and
// namespaces, which belong to the organization.
func UnmanagedKinds() []resource.Kind {
	return slices.DeleteFunc(resource.Kinds(), func(k resource.Kind) bool {
		spec := resource.SpecOf(k)
		return k == resource.Namespace || k == resource.DatasetLabels || spec.Tag || spec.IsDescriptor()
	})
}

// FindUnmanaged returns the objects of whole lists that nothing owns, sorted by kind, then name. Parts of a dataflow
// that no dataflow uses, parts of schemas that no schema uses, and connections that no source uses are orphans.
func FindUnmanaged(
	lists map[resource.Kind][]platform.Object, isOwned func(resource.Kind, string) bool,
) []resource.Unmanaged {
	users, foreign := usersIn(lists)
	var out []resource.Unmanaged
	for _, kind := range UnmanagedKinds() {
		first := len(out)
		for _, o := range lists[kind] {
			if isOwned(kind, o.ID) {
				continue
			}
			h, key := headOf(o), resource.KeyOfObject(kind, o.ID)
			u := resource.Unmanaged{
				Kind: kind, ID: o.ID, Name: cmp.Or(h.Title, h.Name), Created: Created(o).UTC(), UsedBy: users[key],
			}
			if Created(o).IsZero() {
				u.Created = time.Time{}
			}
			if resource.SpecOf(kind).State != "" { // that of a dataset means nothing
				u.State = h.State
			}
			u.What = cmp.Or(whatIs(kind, o, u), foreign[key])
			out = append(out, u)
		}
		slices.SortStableFunc(out[first:], func(a, b resource.Unmanaged) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
		})
	}
	return out
}

// parts are the members of objects that say what they are and what they use.
type parts struct {
	BaseConnectionID    string   `json:"baseConnectionId"`
	SourceConnectionIDs []string `json:"sourceConnectionIds"`
	TargetConnectionIDs []string `json:"targetConnectionIds"`
	Transformations     []struct {
		Params struct {
			MappingID string `json:"mappingId"`
		} `json:"params"`
	} `json:"transformations"`
	Params struct {
		DataSetID string `json:"dataSetId"`
	} `json:"params"`
	ConnectionSpec struct {
		ID string `json:"id"`
	} `json:"connectionSpec"`
	SchemaRef struct {
		ID string `json:"id"`
	} `json:"schemaRef"`
	Classification struct {
		ManagedBy string `json:"managedBy"`
	} `json:"classification"`
	Inherited struct {
		Properties struct {
			IsSource      bool `json:"isSourceFlow"`
			IsDestination bool `json:"isDestinationFlow"`
		} `json:"properties"`
	} `json:"inheritedAttributes"`
}

func partsOf(o platform.Object) (p parts) {
	_ = json.Unmarshal(o.Body, &p) // a member of another type counts as absent
	return p
}

// refsOf are the resources of the Schema Registry that one consists of.
func refsOf(o platform.Object) (ids []string) {
	body, err := resource.ParsePlain(o.Body)
	if err != nil {
		return nil // it refers to nothing that can be read
	}
	body.Walk(func(at resource.Path, v resource.Value) {
		if len(at) > 0 && at[len(at)-1].Name == "$ref" && v.Kind == resource.StringValue && v.Text != o.ID {
			ids = append(ids, v.Text)
		}
	})
	return ids
}

// usersIn returns the names of what refers to each object, and what the sources and targets are that only dataflows of
// the platform, or only destinations, use.
func usersIn(lists map[resource.Kind][]platform.Object) (users map[resource.ObjectKey][]string,
	foreign map[resource.ObjectKey]string) {
	users, foreign = map[resource.ObjectKey][]string{}, map[resource.ObjectKey]string{}
	for kind, list := range lists {
		for _, o := range list {
			h, p := headOf(o), partsOf(o)
			name := cmp.Or(h.Title, h.Name, o.ID)
			use := func(kind resource.Kind, ids ...string) {
				for _, id := range ids {
					if key := resource.KeyOfObject(kind, id); id != "" && !slices.Contains(users[key], name) {
						users[key] = append(users[key], name)
					}
				}
			}
			belong := func(kind resource.Kind, ids ...string) {
				for _, id := range ids {
					key, what := resource.KeyOfObject(kind, id), whatFlowIs(p, h.State)
					if other, known := foreign[key]; known && other != what {
						what = ""
					}
					foreign[key] = what
				}
			}
			switch kind {
			case resource.Flow:
				use(resource.Source, p.SourceConnectionIDs...)
				use(resource.Target, p.TargetConnectionIDs...)
				belong(resource.Source, p.SourceConnectionIDs...)
				belong(resource.Target, p.TargetConnectionIDs...)
				for _, t := range p.Transformations {
					use(resource.Mapping, t.Params.MappingID)
				}
			case resource.Source, resource.Target:
				use(resource.Connection, p.BaseConnectionID)
				use(resource.Dataset, p.Params.DataSetID)
			case resource.Dataset:
				use(resource.Schema, p.SchemaRef.ID)
			case resource.Schema, resource.FieldGroup, resource.Class, resource.DataType:
				refs := refsOf(o)
				use(resource.FieldGroup, refs...)
				use(resource.Class, refs...)
				use(resource.DataType, refs...)
			}
		}
	}
	for _, names := range users {
		slices.Sort(names)
	}
	return users, foreign
}

// whatFlowIs says whether a dataflow is a destination or the platform's own, "" for a source dataflow.
func whatFlowIs(p parts, state string) string {
	switch {
	case p.Inherited.Properties.IsDestination:
		return resource.IsDestination
	case !p.Inherited.Properties.IsSource && state != "draft":
		return resource.IsInternal
	}
	return ""
}

// whatIs says what an object is beyond its kind.
func whatIs(kind resource.Kind, o platform.Object, u resource.Unmanaged) string {
	p := partsOf(o)
	switch {
	case kind == resource.Dataset && p.Classification.ManagedBy == "SYSTEM":
		return resource.IsSystem
	case kind == resource.Flow:
		return whatFlowIs(p, u.State)
	case kind == resource.Dataset, kind == resource.Schema, len(u.UsedBy) > 0:
		return ""
	}
	return resource.IsOrphan
}
