package registry

import (
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Adobe's own resources: behaviors, and the classes, field groups and data types
// (datatypes.go) that the public XDM model describes.

const (
	BehaviorRecord = specs.RecordBehavior
	BehaviorSeries = specs.TimeSeriesBehavior
	BehaviorAdhoc  = NsRoot + "xdm/data/adhoc"
	ClassProfile   = NsRoot + "xdm/context/profile"
	ClassEvent     = NsRoot + "xdm/context/experienceevent"
	IdentityMapID  = NsRoot + "xdm/context/identitymap"
)

func behaviors() []string { return []string{BehaviorRecord, BehaviorSeries, BehaviorAdhoc} }

type globals struct {
	byID map[string]object
	ids  []string // sorted
}

var globalIndex = sync.OnceValue(func() *globals {
	g := &globals{byID: map[string]object{}}
	add := func(id, title, resource string, extends []string) object {
		refs := make([]any, len(extends))
		all := make([]any, len(extends))
		for i, e := range extends {
			refs[i], all[i] = e, object{"$ref": e, "type": "object", "meta:xdmType": "object"}
		}
		o := object{
			"$id": id, "meta:altId": AltID(id), "meta:resourceType": resource, "version": "1.0", "title": title,
			"type": "object", "meta:xdmType": "object", "meta:abstract": true, "meta:extensible": true,
			"meta:containerId": "global", "imsOrg": "EXTENDED", "description": title, "meta:extends": refs, "refs": refs,
			"allOf": all, "meta:tenantNamespace": "", "meta:status": "stable",
			"meta:registryMetadata": object{"repo:createdDate": int64(1551229957987),
				"repo:lastModifiedDate": int64(1551229957987), "meta:globalLibVersion": "1.38.3.1"},
		}
		g.byID[id] = o
		return o
	}
	add(BehaviorRecord, "Record", "behaviors", nil)
	add(BehaviorSeries, "Time-series", "behaviors", nil)
	add(BehaviorAdhoc, "Ad Hoc", "behaviors", nil)
	for _, c := range specs.XDM().Components {
		if c.Kind == "class" {
			add(c.ID, c.Title, "classes", c.Extends)
			continue
		}
		extends := make([]any, len(c.Extends))
		for i, e := range c.Extends {
			extends[i] = e
		}
		add(c.ID, c.Title, "mixins", nil)["meta:intendedToExtend"] = extends
	}
	for _, d := range specs.XDM().DataTypes {
		add(d.ID, dataTypeTitle(d.ID), "datatypes", nil)
	}
	for id := range g.byID {
		g.ids = append(g.ids, id)
	}
	slices.Sort(g.ids)
	return g
})

// globalResource gives a copy of one of Adobe's resources, nil when there is
// none with that id.
func globalResource(id string) object {
	if o := globalIndex().byID[fullID(id)]; o != nil {
		return core.Clone(o).(object)
	}
	return nil
}

// withDefinitions gives a resource of Adobe's its own fields, in the form in which
// the registry keeps them: as a definition that allOf refers to. Others stay as
// they are.
func withDefinitions(o object) object {
	if core.Text(o, "meta:containerId") != "global" || o["meta:resourceType"] == "behaviors" {
		return o
	}
	id := core.Text(o, "$id")
	name := id[strings.LastIndexByte(id, '/')+1:]
	all := []any{object{"$ref": "#/definitions/" + name, "type": "object", "meta:xdmType": "object"}}
	if o["meta:resourceType"] == "classes" {
		all = append(slices.Clone(core.List(o, "allOf")), all...)
	}
	o["definitions"], o["allOf"] = object{name: object{"properties": core.Clone(globalProperties(id))}}, all
	return o
}

func globalResources(segment string) []object {
	var out []object
	for _, id := range globalIndex().ids {
		if o := globalIndex().byID[id]; o["meta:resourceType"] == segment {
			out = append(out, core.Clone(o).(object))
		}
	}
	return out
}

// globalProperties is the tree of fields that a class, field group or data type
// gives.
// Trees are made once and shared: mergeProperties copies.
func globalProperties(id string) object {
	globalTrees.mu.Lock()
	defer globalTrees.mu.Unlock()
	if t, has := globalTrees.byID[id]; has {
		return t
	}
	if fields := specs.BehaviorFields(id); fields != nil {
		tree := object{}
		for _, f := range fields {
			growField(tree, []string{f.Path}, f.XDMShape)
		}
		globalTrees.byID[id] = tree
		return tree
	}
	if tree := DataTypeProperties(id); tree != nil {
		globalTrees.byID[id] = tree
		return tree
	}
	model := specs.XDM()
	n := slices.IndexFunc(model.Components, func(c specs.XDMComponent) bool { return c.ID == id })
	tree := object{}
	if n >= 0 {
		fields := model.Profile
		if slices.Contains(model.Components[n].Extends, ClassEvent) || id == ClassEvent {
			fields = model.Event
		}
		if !growTree(tree, fields, n) {
			growTree(tree, model.Event, n)
		}
	}
	globalTrees.byID[id] = tree
	return tree
}

var globalTrees = struct {
	mu   sync.Mutex
	byID map[string]object
}{byID: map[string]object{}}

// growTree adds every field that comes from component n; false when none does.
func growTree(tree object, fields []specs.XDMField, n int) bool {
	any := false
	for _, f := range fields {
		if slices.Contains(f.From, n) {
			growField(tree, strings.Split(f.Path, "."), f.XDMShape)
			any = true
		}
	}
	return any
}

func growField(properties object, steps []string, shape *specs.XDMShape) {
	step := steps[0]
	levels := strings.Count(step, "[*]")
	name := strings.TrimSuffix(step, strings.Repeat("[*]", levels))
	node, _ := properties[name].(object)
	if node == nil {
		node = object{}
		properties[name] = node
	}
	for range levels {
		node["type"], node["meta:xdmType"] = "array", "array"
		items, _ := node["items"].(object)
		if items == nil {
			items = object{}
			node["items"] = items
		}
		node = items
	}
	if len(steps) == 1 {
		shapeField(node, shape)
		return
	}
	if node["type"] == nil {
		node["type"], node["meta:xdmType"] = "object", "object"
	}
	if steps[1] == "*" || strings.HasPrefix(steps[1], "*[") {
		growMap(node, steps[1:], shape)
		return
	}
	below, _ := node["properties"].(object)
	if below == nil {
		below = object{}
		node["properties"] = below
	}
	growField(below, steps[1:], shape)
}

// growMap describes the values of a map, whose keys are free.
func growMap(node object, steps []string, shape *specs.XDMShape) {
	node["meta:xdmType"] = "map"
	values := object{}
	if old, isObject := node["additionalProperties"].(object); isObject {
		values["*"] = old
	}
	growField(values, steps, shape)
	node["additionalProperties"] = values["*"]
}

func shapeField(node object, s *specs.XDMShape) {
	xdm := s.XDMType
	if xdm == "" {
		xdm = s.Type
	}
	switch s.Type {
	case "map":
		node["type"], xdm = "object", "map"
	case "date", "date-time":
		node["type"], node["format"] = "string", s.Type
	default:
		if s.Type != "" {
			node["type"] = s.Type
		}
	}
	node["meta:xdmType"] = xdm
	set := func(key string, v any, has bool) {
		if has {
			node[key] = v
		}
	}
	set("format", s.Format, s.Format != "")
	set("pattern", s.Pattern, s.Pattern != "")
	set("minLength", s.MinLength, s.MinLength > 0)
	set("maxLength", s.MaxLength, s.MaxLength > 0)
	set("enum", s.Enum, len(s.Enum) > 0)
	set("default", s.Default, len(s.Default) > 0)
	set("meta:status", "deprecated", s.Deprecated)
	if s.Minimum != nil {
		node["minimum"] = core.JSONNumber(*s.Minimum)
	}
	if s.Maximum != nil {
		node["maximum"] = core.JSONNumber(*s.Maximum)
	}
}
