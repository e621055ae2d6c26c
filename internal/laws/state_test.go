package laws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator"
	"github.com/aepflow/aepflow/internal/resource"
)

// state is what the platform has for each entry of the lockfile: the members
// that the table of fields knows, ids replaced by addresses, lists whose order
// means nothing sorted. Two worlds with the same state are the same to a user.
//
// It reads the emulator's own store and shares nothing with the code that
// compares objects elsewhere. Values at open paths are left out.
func (w *world) state(open openPaths) map[string]string {
	w.t.Helper()
	lock := w.lock()
	names := map[string]string{}
	for _, e := range lock.Entries {
		if resource.SpecOf(e.Address.Kind).Of == "" { // else it has the id of another
			names[e.ID] = "<" + e.Address.String() + ">"
		}
	}
	objects := w.objects()
	out := map[string]string{}
	for _, e := range lock.Entries {
		o, ok := objects[liveKey(e.Address.Kind == resource.DatasetLabels, e.ID)]
		if !ok {
			w.t.Errorf("%s: the platform has no object %s", e.Address, e.ID)
			continue
		}
		body := plainJSON(w.t, o.Body)
		if e.Address.Kind == resource.Union {
			out[e.Address.String()] = fmt.Sprint(body["meta:immutableTags"])
			continue
		}
		managed := map[string]any{}
		for _, t := range resource.SpecOf(e.Address.Kind).Traits {
			name := t.Field
			if i := strings.IndexAny(name, ".["); i > 0 {
				name = name[:i]
			}
			if v, has := body[name]; has {
				managed[name] = v
			}
		}
		if e.Address.Kind == resource.Flow {
			w.checkMappingVersion(e.Address, managed, objects)
			for _, path := range open[e.Address] {
				delete(managed["scheduleParams"].(map[string]any), strings.TrimPrefix(path, "scheduleParams."))
			}
		}
		text, err := json.MarshalIndent(tidy(e.Address.Kind, "", managed, names), "", " ")
		if err != nil {
			w.t.Fatal(err)
		}
		out[e.Address.String()] = string(text)
	}
	return out
}

// openPaths are the places of each resource whose value was bound when it was
// sent, so that it is not the document's.
type openPaths map[resource.Address][]string

func openOf(worlds ...*world) openPaths {
	out := openPaths{}
	for _, w := range worlds {
		for _, e := range w.lock().Entries {
			for _, s := range e.Sent {
				out[e.Address] = append(out[e.Address], s.Path)
			}
		}
	}
	return out
}

// checkMappingVersion holds that a flow runs with the newest version of its
// mapping, then takes the number out: it counts edits.
func (w *world) checkMappingVersion(a resource.Address, flow map[string]any, objects map[string]emulator.Object) {
	w.t.Helper()
	transformations, _ := flow["transformations"].([]any) // a draft may have none
	for _, t := range transformations {
		params := t.(map[string]any)["params"].(map[string]any)
		id, has := params["mappingId"].(string)
		if !has {
			continue
		}
		set := plainJSON(w.t, objects[id].Body)
		if fmt.Sprint(params["mappingVersion"]) != fmt.Sprint(set["version"]) {
			w.t.Errorf("%s runs version %v of a mapping set that has version %v", a, params["mappingVersion"], set["version"])
		}
		delete(params, "mappingVersion")
	}
}

// unordered are the lists whose order means nothing, and members that the
// platform makes up inside of what we manage.
var (
	unordered = []string{"columns", "mappings", "allOf", "transformations", "meta:intendedToExtend", "required",
		"meta:extends", "labels"}
	madeUp = map[resource.Kind][]string{
		resource.Mapping: {"id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy", "sourceAttribute", "destinationXdmPath",
			"identity", "primaryIdentity", "matchScore", "functionVersion", "expressionAttributes"},
		resource.Dataset:    {"adobe/pqs/table"},
		resource.Schema:     {"meta:xdmType"},
		resource.FieldGroup: {},
		resource.Flow:       {"inletUrl"},
		resource.Connection: {"inletUrl", "inletId"},
	}
)

func tidy(kind resource.Kind, name string, v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if kind == resource.Mapping && name == "" && k == "outputSchema" {
				e = map[string]any{"schemaRef": e.(map[string]any)["schemaRef"]}
			} else if name != "" && slices.Contains(madeUp[kind], k) && !(kind == resource.Mapping && name == "schemaRef") {
				continue
			}
			if e = tidy(kind, k, e, names); k == "tags" && fmt.Sprint(e) == "map[]" {
				continue
			}
			out[k] = e
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = tidy(kind, name, e, names)
		}
		if slices.Contains(unordered, name) {
			slices.SortFunc(out, func(a, b any) int {
				x, _ := json.Marshal(a)
				y, _ := json.Marshal(b)
				return cmp.Or(strings.Compare(nameOf(a), nameOf(b)), strings.Compare(string(x), string(y)))
			})
		}
		return out
	case string:
		if a, ok := names[v]; ok {
			return a
		}
	}
	return v
}

// nameOf is the name of an element of a list, "" when it has none.
func nameOf(v any) string {
	m, _ := v.(map[string]any)
	name, _ := m["name"].(string)
	return name
}

// checkOwned holds that nothing is on the platform that no entry owns and no
// seed put there.
func (w *world) checkOwned() {
	w.t.Helper()
	owned := map[string]bool{}
	for _, e := range w.lock().Entries {
		owned[e.ID] = true
		for _, d := range e.Deposed {
			w.t.Errorf("%s: %s is still to be removed", e.Address, d.ID)
		}
	}
	for _, c := range everySeeded() {
		owned[c.id] = true
	}
	for _, s := range seededSchemas {
		owned[strings.ReplaceAll(s.id, "{TENANT_ID}", emulator.DefaultTenant)] = true
	}
	for _, d := range seededDatasets {
		owned[d.id] = true
	}
	for id, o := range w.objects() {
		switch o.Kind {
		case "connections", "sourceConnections", "targetConnections", "flows", "schemas", "fieldgroups", "descriptors", "dataSets", "mappingSets":
			if !owned[id] {
				w.t.Errorf("orphan: %s %s", o.Kind, id)
			}
		}
	}
}
