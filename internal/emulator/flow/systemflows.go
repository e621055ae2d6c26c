package flow

import (
	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// Flows that no user made. A dataset that takes part in Profile has an internal
// flow from the data lake to the profile store; destinations have flows of
// their own, which a seed may hold. GET /flows lists all of them beside the
// dataflows of sources, and tells them apart only by
// inheritedAttributes.properties.

// ProfileStore is the connection specification of what internal flows write to.
const ProfileStore = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"

// flowProperties tells the kinds of flows apart: those of sources lead to the data
// lake, also when their specification is not known here, those of destinations away
// from it.
func flowProperties(o object, targets []any) object {
	if core.IsInternal(o) {
		return object{"isSourceFlow": false}
	}
	if _, known := specs.FlowSpecByID(core.Text(o, "flowSpec", "id")); known || len(targets) == 0 {
		return object{"isSourceFlow": true}
	}
	switch core.Text(targets[0], "connectionSpec", "id") {
	case specs.DataLake:
		return object{"isSourceFlow": true}
	case ProfileStore:
		return object{"isSourceFlow": false}
	}
	return object{"isSourceFlow": false, "isDestinationFlow": true}
}

// IsSourceFlow says whether the rules of source dataflows are the flow's.
func IsSourceFlow(o object) bool {
	return core.At(o, "inheritedAttributes", "properties", "isSourceFlow") != false
}

func profileFlowName(dataset object) string {
	return "Profile ingestion of " + core.Text(dataset, "name")
}

// profileFlow finds the internal flow of a dataset and the target it writes to.
func profileFlow(sp *core.Space, dataset string) (flow, target *core.Record) {
	for _, t := range sp.Table(core.KindTarget).By("params.dataSetId", dataset) {
		if core.Text(t.View(), "connectionSpec", "id") != ProfileStore {
			continue
		}
		for _, f := range sp.Table(core.KindFlow).By("targetConnectionIds[]", t.ID) {
			return f, t
		}
	}
	return nil, nil
}

// FollowProfile makes, enables or disables the internal flow of a dataset as
// its tag says, and takes it away with its dataset. before is nil for a new
// dataset, after for one that was deleted.
func FollowProfile(c *core.Call, id string, before, after object) {
	if after == nil {
		dropProfileFlow(c, id)
		return
	}
	inProfile := func(o object) bool {
		tags, _ := o["tags"].(object)
		return catalog.Enabled(tags, "unifiedProfile")
	}
	on := inProfile(after)
	if c.Env.Switches.InternalFlows == "none" || on == inProfile(before) {
		return
	}
	byItself := *c
	byItself.Client = core.System
	flow, _ := profileFlow(c.Space, id)
	if flow == nil {
		addProfileFlow(&byItself, id, after)
		return
	}
	o := flow.Object()
	o["state"] = map[bool]string{true: "enabled", false: "disabled"}[on]
	touch(&byItself, o, "update", nil)
	c.Space.Put(core.KindFlow, flow.ID, flow.Created, o)
}

func addProfileFlow(c *core.Call, id string, dataset object) {
	name := profileFlowName(dataset)
	end := func(k core.Kind, spec string) []any {
		end := c.Env.NewUUID()
		AddEndpoint(c, k, end, "enabled", object{
			"name": name, "data": object{"format": "parquet"}, "params": object{"dataSetId": id},
			"connectionSpec": object{"id": spec, "version": SpecVersion},
		})
		return []any{end}
	}
	AddFlow(c, c.Env.NewUUID(), "enabled", object{
		"name": name, "flowSpec": object{"id": core.ProfileFlowSpec, "version": SpecVersion}, "transformations": []any{},
		"scheduleParams": object{}, "sourceConnectionIds": end(core.KindSource, specs.DataLake),
		"targetConnectionIds": end(core.KindTarget, ProfileStore),
	})
}

func dropProfileFlow(c *core.Call, dataset string) {
	flow, target := profileFlow(c.Space, dataset)
	if flow == nil {
		return
	}
	for _, id := range core.Texts(flow.View(), "sourceConnectionIds") {
		c.Space.Remove(core.KindSource, id)
	}
	c.Space.Remove(core.KindTarget, target.ID)
	c.Space.Remove(core.KindFlow, flow.ID)
}
