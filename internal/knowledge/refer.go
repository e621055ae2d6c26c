package knowledge

import (
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/xdm"
)

// SourceRef is what a dataflow reads: a table, a file, or a folder or pattern of files.
type SourceRef struct {
	Via         string // address or ID of the connection, "" for a source without one
	Spec        string // ID of the connection specification
	Data        string // table or path
	IsFile      bool
	IsFolder    bool     // or a pattern
	IsRecursive bool     // a folder with those below it
	Dataflows   []string // that read it, sorted
}

// Key is how the catalog names the connection.
func (s SourceRef) Key() string {
	if s.Via == "" {
		return s.Spec
	}
	return s.Via
}

// References are what the documents of a graph refer to and do not own. Each list is sorted and has everything once.
type References struct {
	Sources []SourceRef
	Schemas []string // $ids
	Parts   []PartRef
}

// PartRef is a class, field group, or data type.
type PartRef struct{ ID, Kind string }

// ReferencesOf returns what a graph refers to.
func ReferencesOf(g *resource.Graph) (References, error) {
	x := &collector{
		sources: map[[2]string]SourceRef{}, schemas: map[string]bool{}, parts: map[PartRef]bool{},
		encrypted: map[string]bool{},
	}
	bodies := make([]resource.Value, 0, len(g.All()))
	for _, r := range g.All() {
		v, err := r.Body.Value()
		if err != nil {
			return References{}, err
		}
		bodies = append(bodies, v)
		x.encrypted[r.Address.Name] = x.encrypted[r.Address.Name] || r.Address.Kind == resource.Flow && isEncrypted(v)
	}
	for i, r := range g.All() {
		x.resource(r.Address, bodies[i])
	}
	out := References{Schemas: slices.Sorted(maps.Keys(x.schemas))}
	for key := range x.sources {
		s := x.sources[key]
		slices.Sort(s.Dataflows)
		out.Sources = append(out.Sources, s)
	}
	slices.SortFunc(out.Sources, func(a, b SourceRef) int {
		return strings.Compare(a.Key()+"\x00"+a.Data, b.Key()+"\x00"+b.Data)
	})
	out.Parts = slices.SortedFunc(maps.Keys(x.parts), func(a, b PartRef) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

type collector struct {
	sources   map[[2]string]SourceRef
	schemas   map[string]bool
	parts     map[PartRef]bool
	encrypted map[string]bool // dataflows
}

// isEncrypted reports whether a dataflow reads encrypted files. The platform cannot show what they contain.
func isEncrypted(flow resource.Value) bool {
	return slices.ContainsFunc(at(flow, "transformations").Items, func(t resource.Value) bool {
		return at(t, "name").Text == "Encryption"
	})
}

func (x *collector) resource(a resource.Address, v resource.Value) {
	schema := func(path ...string) {
		if id := at(v, path...); id.Kind == resource.StringValue && xdm.IsID(id.Text) {
			x.schemas[id.Text] = true
		}
	}
	switch a.Kind {
	case resource.Source:
		x.source(a.Name, v)
	case resource.Dataset:
		schema("schemaRef", "id")
	case resource.Target:
		schema("data", "schema", "id")
	case resource.Relationship:
		schema("xdm:destinationSchema")
	case resource.Schema:
		for i, part := range at(v, "allOf").Items { // lowering writes the class first
			kind := GroupPart
			if i == 0 {
				kind = ClassPart
			}
			x.part(at(part, "$ref").Text, kind)
		}
		x.types(v)
	case resource.FieldGroup, resource.Class, resource.DataType:
		x.types(v)
	}
}

func (x *collector) source(dataflow string, v resource.Value) {
	s := SourceRef{Spec: at(v, "connectionSpec", "id").Text, Via: text(at(v, "baseConnectionId"))}
	if s.Data = at(v, "params", "tableName").Text; s.Data == "" {
		s.Data, s.IsFile = at(v, "params", "path").Text, true
		s.IsFolder = at(v, "params", "type").Text == "folder"
		s.IsRecursive = at(v, "params", "recursive").Text == "true"
	}
	if s.Data == "" || x.encrypted[dataflow] {
		return
	}
	key := [2]string{s.Key(), s.Data}
	if known, ok := x.sources[key]; ok {
		known.IsRecursive = known.IsRecursive || s.IsRecursive
		s = known
	}
	s.Dataflows = append(s.Dataflows, dataflow)
	x.sources[key] = s
}

// types collects the data types that fields are of.
func (x *collector) types(v resource.Value) {
	v.Walk(func(p resource.Path, v resource.Value) {
		if len(p) > 2 && p[len(p)-1].Name == "$ref" && p[0].Name != "allOf" && v.Kind == resource.StringValue {
			x.part(v.Text, TypePart)
		}
	})
}

// part notes a part, but no definition of the same resource.
func (x *collector) part(id, kind string) {
	if xdm.IsID(id) {
		x.parts[PartRef{id, kind}] = true
	}
}

// IsKnown reports whether a part is one of Adobe's whose fields aepflow knows.
func IsKnown(id, kind string) bool {
	switch kind {
	case ClassPart:
		c, _ := xdm.ClassByName(id)
		return c.Known()
	case GroupPart:
		_, ok := xdm.FieldGroupByName(id, xdm.Class{})
		return ok
	}
	return false
}

// at returns the member at a path of an object, the null value if there is none.
func at(v resource.Value, path ...string) resource.Value {
	for _, name := range path {
		v, _ = v.Get(name)
	}
	return v
}

// text is a string, or the address that a reference leads to.
func text(v resource.Value) string {
	if v.Kind == resource.RefValue {
		return v.Ref.To.String()
	}
	return v.Text
}
