package emulator

import (
	"github.com/aepflow/aepflow/internal/specs"
)

// Flows that no user made. A dataset that takes part in Profile has an internal
// flow from the data lake to the profile store; destinations have flows of
// their own, which a seed may hold. GET /flows lists all of them beside the
// dataflows of sources, and tells them apart only by
// inheritedAttributes.properties.

// profileStore is the connection specification of what internal flows write to.
const profileStore = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"

// flowProperties tells the kinds of flows apart. A flow whose specification is
// not one of the sources' leads to a destination, unless it stays inside.
func flowProperties(o object, targets []any) object {
	id := text(o, "flowSpec", "id")
	if _, known := specs.FlowSpecByID(id); known || id == "" {
		return object{"isSourceFlow": true}
	}
	if isInternal(o) {
		return object{"isSourceFlow": false}
	}
	for _, t := range targets {
		if spec := text(t, "connectionSpec", "id"); spec == profileStore || spec == specs.DataLake {
			return object{"isSourceFlow": false}
		}
	}
	return object{"isSourceFlow": false, "isDestinationFlow": true}
}

// isSourceFlow says whether the rules of source dataflows are the flow's.
func isSourceFlow(o object) bool {
	return at(o, "inheritedAttributes", "properties", "isSourceFlow") != false
}

func profileFlowName(dataset object) string { return "Profile ingestion of " + text(dataset, "name") }

// profileFlow finds the internal flow of a dataset and the target it writes to.
func (sp *space) profileFlow(dataset string) (flow, target *record) {
	for _, t := range sp.table(kindTarget).by("params.dataSetId", dataset) {
		if text(t.view(), "connectionSpec", "id") != profileStore {
			continue
		}
		for _, f := range sp.table(kindFlow).by("targetConnectionIds[]", t.id) {
			return f, t
		}
	}
	return nil, nil
}

// followProfile makes, enables or disables the internal flow of a dataset as
// its tag says, and takes it away with its dataset. before is nil for a new
// dataset, after for one that was deleted.
func (c *call) followProfile(id string, before, after object) {
	if after == nil {
		c.dropProfileFlow(id)
		return
	}
	inProfile := func(o object) bool {
		tags, _ := o["tags"].(object)
		return enabled(tags, "unifiedProfile")
	}
	on := inProfile(after)
	if c.env.sw.InternalFlows == "none" || on == inProfile(before) {
		return
	}
	byItself := *c
	byItself.client = system
	flow, _ := c.sp.profileFlow(id)
	if flow == nil {
		byItself.addProfileFlow(id, after)
		return
	}
	o := flow.object()
	o["state"] = map[bool]string{true: "enabled", false: "disabled"}[on]
	byItself.touch(o, "update", nil)
	c.sp.put(kindFlow, flow.id, flow.created, o)
}

func (c *call) addProfileFlow(id string, dataset object) {
	name := profileFlowName(dataset)
	end := func(k kind, spec string) []any {
		end := c.env.newUUID()
		c.addEndpoint(k, end, "enabled", object{
			"name": name, "data": object{"format": "parquet"}, "params": object{"dataSetId": id}, "connectionSpec": object{"id": spec, "version": specVersion},
		})
		return []any{end}
	}
	c.addFlow(c.env.newUUID(), "enabled", object{
		"name": name, "flowSpec": object{"id": profileFlowSpec, "version": specVersion}, "transformations": []any{}, "scheduleParams": object{},
		"sourceConnectionIds": end(kindSource, specs.DataLake), "targetConnectionIds": end(kindTarget, profileStore),
	})
}

func (c *call) dropProfileFlow(dataset string) {
	flow, target := c.sp.profileFlow(dataset)
	if flow == nil {
		return
	}
	for _, id := range texts(flow.view(), "sourceConnectionIds") {
		c.sp.remove(kindSource, id)
	}
	c.sp.remove(kindTarget, target.id)
	c.sp.remove(kindFlow, flow.id)
}
