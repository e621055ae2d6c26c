package emulator

import (
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// A mapping set that a flow reads bound data with is validated and previewed on them: rows of a table that the filter
// lets through, or of files.
func TestValidationOnBoundData(t *testing.T) {
	set := func(a *api, flow string) any {
		t.Helper()
		transformations := core.List(a.get(flowsPath+"/"+flow).item(), "transformations")
		mapping := transformations[len(transformations)-1]
		return a.get(prepBase + "/mappingSets/" + core.Text(mapping, "params", "mappingId")).want(200).v
	}
	a := tableOf(t, people)
	stored := set(a, a.mappedFlow(nil, peopleMappings...))
	r := a.post(prepBase+"/mappingSets/validate", stored).want(200)
	statuses := ""
	for _, v := range core.List(r.v, "validationResponse") {
		statuses += core.Text(v, "status") + " "
	}
	if statuses != "SUCCESS SUCCESS FAILED FAILED " || !strings.Contains(string(r.raw), "row 2: ") {
		t.Errorf("%s: %s", statuses, r.raw)
	}
	r = a.post(prepBase+"/mappingSets/preview", object{"mappingSet": stored}).want(200)
	if rows := r.v.([]any); len(rows) != 3 || core.Text(rows[0], "data", "_id") != "a" {
		t.Errorf("preview %s", r.raw)
	}
	r = a.post(prepBase+"/languages/el/validate", object{"expression": "to_integer(Name)",
		"mappingSetId": core.Text(stored, "id")}).want(200)
	if r.text("validationStatus") != "failed" {
		t.Errorf("expression: %s", r.raw)
	}

	zone, f := openZone(t)
	f.write("people/a.csv", "id,name\n1,Ann\n2,\n", start.Add(-time.Hour))
	flow := zone.changesFlow(zoneSourceWith("data", object{"format": "delimited"}, "params.path",
		"dlz-user-container/people/a.csv", "params.type", "file")(zone).want(201).text("id"))
	flow["name"], flow["scheduleParams"] = "people", onceSchedule
	stored = set(zone, zone.post(flowsPath, flow).want(201).text("id"))
	r = zone.post(prepBase+"/mappingSets/preview", object{"mappingSet": stored}).want(200)
	if rows := r.v.([]any); len(rows) != 2 || core.Text(rows[1], "data", "id") != "2" {
		t.Errorf("preview of files: %s", r.raw)
	}
}
