package emulator

import (
	"fmt"
	"go/ast"
	"go/parser"
	"net/url"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"

	gotoken "go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// with copies a body and sets members by dotted path; nil deletes.
func with(o object, pairs ...any) object {
	out := core.Clone(o).(object)
	for i := 0; i < len(pairs); i += 2 {
		steps := strings.Split(pairs[i].(string), ".")
		var node any = out
		for _, s := range steps[:len(steps)-1] {
			if n, err := strconv.Atoi(s); err == nil {
				node = node.([]any)[n]
			} else {
				node = node.(object)[s]
			}
		}
		last := steps[len(steps)-1]
		if pairs[i+1] == nil {
			delete(node.(object), last)
		} else {
			node.(object)[last] = pairs[i+1]
		}
	}
	return out
}

type refusalCase struct {
	code string
	name string
	do   func(a *api) reply
}

const (
	noID      = "00000000-0000-0000-0000-000000000000"
	flowsPath = flowBase + "/flows"
)

// flowWith posts the tutorial's flow with changes.
func flowWith(pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(flowsPath, with(a.flowParts(), pairs...)) }
}

func sourceWith(pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(flowBase+"/sourceConnections", with(sourceBody(), pairs...)) }
}

func targetWith(pairs ...any) func(*api) reply {
	return func(a *api) reply { return a.post(flowBase+"/targetConnections", with(targetBody(), pairs...)) }
}

// patchFlow makes a flow with changes and patches it, the clock moved between.
func patchFlow(later time.Duration, patch string, pairs ...any) func(*api) reply {
	return func(a *api) reply {
		id := a.post(flowsPath, with(a.flowParts(), pairs...)).want(201).text("id")
		a.s.Advance(later)
		etag := core.Text(a.get(flowsPath+"/"+id).item(), "etag")
		return a.patch(flowsPath+"/"+id, etag, patch)
	}
}

var onceSchedule = object{"startTime": start.Unix() + 60, "frequency": "once"}

// onceFlow changes the tutorial's flow into a one-time flow.
func onceFlow(a *api) object {
	o := a.flowParts()
	o["scheduleParams"] = onceSchedule
	o["transformations"] = []any{core.List(o, "transformations")[1]}
	return o
}

func onceRun(params any) func(*api) reply {
	return func(a *api) reply {
		id := a.post(flowsPath, onceFlow(a)).want(201).text("id")
		return a.post(flowBase+"/runs", object{"flowId": id, "params": params})
	}
}

func getting(path string) func(*api) reply { return func(a *api) reply { return a.get(path) } }
func posting(path string, body any) func(*api) reply {
	return func(a *api) reply { return a.post(path, body) }
}

func header(path string, pairs ...string) func(*api) reply {
	return func(a *api) reply { return a.do("GET", path, nil, pairs...) }
}

// refusalCases provoke every code that the emulator has, once at least.
var refusalCases = slices.Concat(commonRefusals, fileRefusals, schemaRefusals, streamRefusals, changeRefusals)

var commonRefusals = []refusalCase{
	{"403010", "no token", header(flowsPath, "Authorization", "")},
	{"401013", "a token that was never issued", header(flowsPath, "Authorization", "Bearer x.y.z")},
	{"401013", "an expired token", func(a *api) reply { a.s.Advance(25 * time.Hour); return a.get(flowsPath) }},
	{"403000", "no key", header(flowsPath, "x-api-key", "")},
	{"403003", "another key", header(flowsPath, "x-api-key", "other")},
	{"400003", "no org", header(flowsPath, "x-gw-ims-org-id", "")},
	{"403025", "another org", header(flowsPath, "x-gw-ims-org-id", "FFFF@AdobeOrg")},
	{"BadRequestError", "no content type", func(a *api) reply {
		return a.do("POST", flowsPath, "{}", "Content-Type",
			"")
	}},
	{"FLOW-1004-415", "another content type",
		func(a *api) reply { return a.do("POST", flowsPath, "{}", "Content-Type", "text/plain") }},
	{"FLOW-1339-400", "a malformed org", header(flowsPath, "x-gw-ims-org-id", "FFFF")},
	{"FLOW-2100-404", "an unknown sandbox", header(flowsPath, "x-sandbox-name", "none")},
	{"FLOW-2110-400", "x-sandbox-id", header(flowsPath, "x-sandbox-id", "x")},
	{"FLOW-2111-403", "all sandboxes", header(flowsPath, "x-sandbox-name", "*")},
	{"FLOW-1424-400", "all sandboxes in an order", header(flowsPath+"?orderby=name", "x-sandbox-name", "*")},
	{"FLOW-1400-404", "an unknown path", getting(flowBase + "/nothing")},
	{"FLOW-1400-405", "an unknown method", func(a *api) reply { return a.do("PUT", flowsPath, "{}") }},

	{"FLOW-1405-400", "an empty body", posting(flowsPath, "{}")},
	{"BadRequestError", "a body that is not JSON", posting(flowsPath, "{")},
	{"FLOW-1410-400", "state in create", flowWith("state", "disabled")},
	{"FLOW-1304-400", "no name", flowWith("name", nil)},
	{"FLOW-1413-400", "an unknown flow spec", flowWith("flowSpec.id", noID)},
	{"FLOW-1413-422", "no version of the flow spec", flowWith("flowSpec.version", nil)},
	{"FLOW-1320-400", "no source", flowWith("sourceConnectionIds", nil)},
	{"FLOW-1321-400", "two targets", flowWith("targetConnectionIds", []any{noID, noID})},
	{"FLOW-1338-400", "an empty source id", flowWith("sourceConnectionIds", []any{""})},
	{"FLOW-1439-404", "an unknown source", flowWith("sourceConnectionIds", []any{noID})},
	{"FLOW-1305-400", "a source of another flow spec", flowWith("flowSpec.id", "9753525b-82c7-4dce-8a9b-5ccfce2b9876")},
	{"FLOW-1317-400", "no schedule", flowWith("scheduleParams", nil)},
	{"FLOW-1397-400", "an unknown frequency", flowWith("scheduleParams.frequency", "month")},
	{"FLOW-1340-400", "a start that is not a number", flowWith("scheduleParams.startTime", "tomorrow")},
	{"FLOW-1340-400", "a start in milliseconds", flowWith("scheduleParams.startTime", start.UnixMilli())},
	{"FLOW-1360-400", "a start in the past", flowWith("scheduleParams.startTime", start.Unix()-1)},
	{"FLOW-1361-400", "once with an interval", flowWith("scheduleParams", with(onceSchedule, "interval", 1))},
	{"FLOW-1364-400", "once with backfill", flowWith("scheduleParams", with(onceSchedule, "backfill", false))},
	{"FLOW-1363-400", "no interval", flowWith("scheduleParams.interval", nil)},
	{"FLOW-1362-400", "ten minutes", flowWith("scheduleParams.interval", 10)},
	{"FLOW-1362-400", "no hours", flowWith("scheduleParams.frequency", "hour", "scheduleParams.interval", "0")},
	{"FLOW-1370-400", "no mapping", flowWith("transformations", []any{})},
	{"FLOW-1328-400", "a mapping without params", flowWith("transformations.1.params", nil)},
	{"FLOW-1392-400", "transformations that are not a list", flowWith("transformations", "none")},
	{"FLOW-1312-400", "an unknown transformation", flowWith("transformations.0.name", "Sort")},
	{"FLOW-1329-400", "a mapping without id", flowWith("transformations.1.params", object{})},
	{"FLOW-1419-400", "an unknown mapping set", flowWith("transformations.1.params.mappingId", "x")},
	{"FLOW-1412-400", "an unknown version of the mapping set", flowWith("transformations.1.params.mappingVersion", 7)},
	{"FLOW-1367-400", "recurring without delta column", flowWith("transformations.0.params", object{})},
	{"FLOW-1369-400", "once with delta column", flowWith("scheduleParams", onceSchedule)},
	{"FLOW-1313-400", "an unknown delta column", flowWith("transformations.0.params.deltaColumn.name", "Other")},
	{"FLOW-1312-400", "too many bad rows allowed", flowWith("options", object{"partialIngestionPercent": 101})},
	{"FLOW-1425-400", "a mapping set for another schema", func(a *api) reply {
		other := a.post(registryBase+"/tenant/schemas",
			object{"type": "object", "title": "Other",
				"allOf": []any{object{"$ref": registry.ClassProfile}}}).want(201).text("$id")
		set := a.post(prepBase+"/mappingSets", with(mappingBody(), "outputSchema.schemaRef.id", other)).want(200).text("id")
		return a.post(flowsPath, with(a.flowParts(), "transformations.1.params.mappingId", set))
	}},
	{"FLOW-1313-400", "an unknown mapped column", func(a *api) reply {
		o := a.flowParts()
		set := a.post(prepBase+"/mappingSets", with(mappingBody(), "mappings.0.source", "Other")).want(200).text("id")
		return a.post(flowsPath, with(o, "transformations.1.params.mappingId", set))
	}},

	{"FLOW-1304-400", "a source without base connection", sourceWith("baseConnectionId", nil)},
	{"FLOW-1439-404", "a source of an unknown connection", sourceWith("baseConnectionId", noID)},
	{"FLOW-1305-400", "a source of another connector",
		sourceWith("connectionSpec.id", "26d738e0-8963-47ea-aadf-c60de735468a")},
	{"FLOW-1413-422", "no version of the connection spec", sourceWith("connectionSpec.version", nil)},
	{"FLOW-1413-400", "MariaDB's misprinted id", sourceWith("connectionSpec.id", "000eb99-cd47-43f3-827c-43caf170f015")},
	{"FLOW-1327-400", "a file format for a table", sourceWith("data.format", "parquet")},
	{"FLOW-1304-400", "no table", sourceWith("params.tableName", nil)},
	{"FLOW-1313-400", "a column twice", sourceWith("params.columns",
		[]any{object{"name": "a", "type": "string"}, object{"name": "a", "type": "string"}})},
	{"FLOW-1349-400", "a filter that is not an object", sourceWith("params.filters", "a = b")},
	{"FLOW-1355-400", "a filter that is not PQL", sourceWith("params.filters", object{"type": "SQL"})},
	{"FLOW-1356-400", "a filter as PQL text",
		sourceWith("params.filters", object{"type": "PQL", "format": "pql/text", "value": "a = b"})},
	{"FLOW-1357-400", "a filter without expression",
		sourceWith("params.filters", object{"type": "PQL", "format": "pql/json"})},
	{"FLOW-1350-400", "a filter without operator",
		sourceWith("params.filters", with(pql("TestID", "String"), "value.fnName", nil))},
	{"FLOW-1351-400", "a filter by an operator of another language",
		sourceWith("params.filters", with(pql("TestID", "String"), "value.fnName", "soundsLike"))},
	{"FLOW-1377-400", "a filter that compares with nothing",
		sourceWith("params.filters", with(pql("TestID", "String"), "value.params.1.value", nil))},
	{"FLOW-1390-400", "not of two comparisons",
		sourceWith("params.filters", with(pql("TestID", "String"), "value.fnName", "not"))},
	{"FLOW-1312-400", "a name that is a number", sourceWith("name", 7)},
	{"FLOW-1378-400", "a filter by an unknown column", sourceWith("params.filters", pql("Other", "String"))},
	{"FLOW-1379-400", "a filter that compares a number with a text",
		sourceWith("params.columns.0.type", "integer", "params.filters", pql("TestID", "String"))},
	{"FLOW-1353-400", "a filter where there are none", func(a *api) reply {
		id, _ := a.connection("postgresql", "Basic Authentication",
			object{"server": "s", "port": "5432", "database": "d", "username": "u", "password": "p", "sslMode": "Require"})
		return a.post(flowBase+"/sourceConnections", with(sourceBody(), "baseConnectionId", id, "connectionSpec.id",
			"74a1c565-4e59-48d7-9d67-7c03b8a13137", "params.filters", pql("TestID", "String")))
	}},
	{"FLOW-1332-400", "a base connection for the landing zone",
		sourceWith("connectionSpec.id", "26f526f2-58f4-4712-961d-e41bf1ccc0e8")},
	{"FLOW-1338-400", "a source of a draft connection", func(a *api) reply {
		id := a.post(flowBase+"/connections?mode=draft",
			object{"name": "d", "connectionSpec": object{"id": bigQuery, "version": "1.0"}}).want(201).text("id")
		return a.post(flowBase+"/sourceConnections", with(sourceBody(), "baseConnectionId", id))
	}},
	{"FLOW-1307-400", "a target that is not the data lake", targetWith("connectionSpec.id", bigQuery)},
	{"FLOW-1325-400", "an unknown dataset", targetWith("params.dataSetId", "none")},
	{"FLOW-1325-400", "an unknown schema", targetWith("data.schema.id", "https://ns.adobe.com/aepflow/schemas/none")},
	{"FLOW-1304-400", "no schema version", targetWith("data.schema.version", nil)},
	{"FLOW-1425-400", "a target with another schema than its dataset", func(a *api) reply {
		other := a.post(registryBase+"/tenant/schemas",
			object{"type": "object", "title": "Another",
				"allOf": []any{object{"$ref": registry.ClassProfile}}}).want(201).text("$id")
		return a.post(flowBase+"/targetConnections", with(targetBody(), "data.schema.id", other))
	}},

	{"FLOW-1415-400", "an unknown way to sign in", connecting("postgresql", "Key", object{})},
	{"FLOW-1304-400", "a missing sign-in parameter",
		connecting("postgresql", "Basic Authentication", object{"server": "s"})},
	{"FLOW-1368-400", "a draft where there are none",
		posting(flowBase+"/connections?mode=draft",
			object{"name": "d", "connectionSpec": object{"id": "86043421-563b-46ec-8e6c-e23184711bf6", "version": "1.0"}})},
	{"FLOW-1418-400", "deleting a connection in use",
		func(a *api) reply { a.flow(); return a.delete(flowBase + "/connections/" + tutorialConnection) }},
	{"FLOW-1447-400", "deleting a source in use", func(a *api) reply {
		o := a.flowParts()
		a.post(flowsPath, o).want(201)
		return a.delete(flowBase + "/sourceConnections/" + core.Texts(o, "sourceConnectionIds")[0])
	}},
	{"FLOW-1414-400", "patching the connection spec", func(a *api) reply {
		return patchConnection(a, `[{"op":"replace","path":"/connectionSpec/id","value":"x"}]`)
	}},
	{"FLOW-1431-400", "an empty policy", func(a *api) reply {
		return patchConnection(a, `[{"op":"add","path":"/policy","value":{"enforcementRefs":[{"fields":[]}]}}]`)
	}},
	{"FLOW-1411-400", "an id of spaces", getting(flowBase + "/connections/%20")},

	{"FLOW-1403-400", "no If-Match", func(a *api) reply {
		id, _ := a.flow()
		return a.do("PATCH", flowsPath+"/"+id, `[{"op":"replace","path":"/name","value":"n"}]`)
	}},
	{"FLOW-1404-412", "an unquoted If-Match", func(a *api) reply {
		id, etag := a.flow()
		return a.patch(flowsPath+"/"+id, strings.Trim(etag, `"`), `[{"op":"replace","path":"/name","value":"n"}]`)
	}},
	{"FLOW-1404-412", "If-Match: *", func(a *api) reply {
		id, _ := a.flow()
		return a.patch(flowsPath+"/"+id, "*", `[{"op":"replace","path":"/name","value":"n"}]`)
	}},
	{"FLOW-1434-400", "a move", patchFlow(0, `[{"op":"move","path":"/name","from":"/description"}]`)},
	{"FLOW-1365-400", "a path that does not exist", patchFlow(0, `[{"op":"replace","path":"name","value":"n"}]`)},
	{"FLOW-1365-400", "patching the state", patchFlow(0, `[{"op":"replace","path":"/state","value":"disabled"}]`)},
	{"FLOW-1365-400", "another source", patchFlow(0,
		`[{"op":"replace","path":"/sourceConnectionIds/0","value":"`+noID+`"}]`)},
	{"FLOW-1455-400", "removing what is not there", patchFlow(0, `[{"op":"remove","path":"/options"}]`)},
	{"FLOW-1455-400", "a patch that is an object", patchFlow(0, `{"op":"remove","path":"/options"}`)},
	{"FLOW-1366-400", "a start that has passed",
		patchFlow(2*time.Hour, `[{"op":"replace","path":"/scheduleParams/startTime","value":1801500000}]`)},
	{"FLOW-1404-400", "backfill after the start",
		patchFlow(2*time.Hour, `[{"op":"replace","path":"/scheduleParams/backfill","value":false}]`)},
	{"FLOW-1403-400", "once after recurring",
		patchFlow(2*time.Hour, fmt.Sprintf(
			`[{"op":"replace","path":"/scheduleParams","value":{"frequency":"once","startTime":%d}}]`, start.Unix()+3600))},
	{"FLOW-1382-400", "another delta column",
		patchFlow(0, `[{"op":"replace","path":"/transformations/0/params/deltaColumn/name","value":"Name"}]`)},
	{"FLOW-1370-400", "a patch that removes the mapping", patchFlow(0, `[{"op":"remove","path":"/transformations/1"}]`)},
	{"FLOW-1422-400", "enabling what is enabled",
		func(a *api) reply { id, _ := a.flow(); return a.post(flowsPath+"/"+id+"/action?op=enable", nil) }},
	{"FLOW-1402-400", "a provider's action",
		func(a *api) reply { id, _ := a.flow(); return a.post(flowsPath+"/"+id+"/action?op=finalize", nil) }},
	{"FLOW-1436-400", "a provider's sub operation", func(a *api) reply {
		id, _ := a.flow()
		return a.post(flowsPath+"/"+id+"/action?op=disable&subOp=PROGRESS", nil)
	}},
	{"FLOW-1435-400", "an unknown sub action", func(a *api) reply {
		id, _ := a.flow()
		return a.post(flowsPath+"/"+id+"/action?op=disable&subOp=reverse", nil)
	}},
	{"FLOW-1434-400", "an unknown action", func(a *api) reply {
		id,
			_ := a.flow()
		return a.post(flowsPath+"/"+id+"/action?op=explode", nil)
	}},

	{"FLOW-1401-400", "limit and count", getting(flowsPath + "?limit=2&count=true")},
	{"FLOW-1452-400", "a limit beyond the most", getting(flowsPath + "?limit=101")},
	{"FLOW-1451-400", "an unknown query parameter", getting(flowsPath + "?filter=x")},
	{"FLOW-1432-400", "a bad sign of order", getting(flowsPath + "?orderby=*name")},
	{"FLOW-1433-400", "a bad field of order", getting(flowsPath + "?orderby=colour")},
	{"FLOW-1453-400", "a filter without operator", getting(flowsPath + "?property=name")},
	{"FLOW-1449-400", "a filter by an unknown field", getting(flowsPath + "?property=colour==red")},
	{"FLOW-1440-400", "an operator of other services", getting(flowsPath + "?property=name~x")},
	{"FLOW-1450-400", "an unknown operator", getting(flowsPath + "?property=createdAt!%3E1")},
	{"FLOW-1423-400", "a filter of specifications by an unknown field",
		getting(flowBase + "/connectionSpecs?property=baseSpec==x")},
	{"FLOW-1448-400", "an operator that does not fit", getting(flowsPath + "?property=state>enabled")},
	{"FLOW-1452-400", "a time that cannot be read", getting(flowsPath + "?property=createdAt>yesterday")},
	{"FLOW-1453-400", "an empty value", getting(flowsPath + "?property=name==")},
	{"FLOW-1443-400", "a range of several values", getting(flowsPath + "?property=createdAt>1,2")},
	{"FLOW-1452-400", "a made-up continuation token", getting(flowsPath + "?continuationToken=abc")},

	{"FLOW-1426-400", "writing a flow spec", posting(flowBase+"/flowSpecs", object{"name": "x"})},
	{"FLOW-1427-400", "writing a run", func(a *api) reply { return a.do("PUT", flowBase+"/runs/"+noID, object{"x": 1}) }},
	{"FLOW-1446-400", "a run of no flow", posting(flowBase+"/runs", object{"params": object{}})},
	{"FLOW-1430-400", "a run of an unknown flow", posting(flowBase+"/runs", object{"flowId": noID})},
	{"FLOW-1386-400", "a run of a recurring flow", func(a *api) reply {
		id, _ := a.flow()
		return a.post(flowBase+"/runs", object{"flowId": id, "params": object{"startTime": 1}})
	}},
	{"FLOW-1384-400", "a run without params", onceRun(object{})},
	{"FLOW-1381-400", "a window that ends before it starts",
		onceRun(object{"startTime": 1, "windowStartTime": 3, "windowEndTime": 2})},
	{"FLOW-1383-400", "a first run without delta column",
		onceRun(object{"startTime": 1, "windowStartTime": 1, "windowEndTime": 2})},
	{"FLOW-1382-400", "a second run with another delta column", func(a *api) reply {
		id := a.post(flowsPath, onceFlow(a)).want(201).text("id")
		run := object{"flowId": id, "params": object{"startTime": "1", "windowStartTime": "1", "windowEndTime": "2",
			"deltaColumn": object{"name": "Datefield"}}}
		a.post(flowBase+"/runs", run).want(201)
		return a.post(flowBase+"/runs", with(run, "params.deltaColumn.name", "Name"))
	}},
	{"FLOW-1387-400", "repeating a run under way", func(a *api) reply {
		run := a.aRun()
		return a.post(flowBase+"/runs/"+run+"/action?op=re-trigger", nil)
	}},
	{"FLOW-1388-400", "repeating a run of a disabled flow", func(a *api) reply {
		run := a.aRun()
		a.s.Advance(time.Minute)
		flow := core.Text(a.get(flowBase+"/runs/"+run).item(), "flowId")
		a.post(flowsPath+"/"+flow+"/action?op=disable", nil).want(200)
		return a.post(flowBase+"/runs/"+run+"/action?op=re-trigger", nil)
	}},

	{"FLOW-1359-400", "explore nothing", getting(flowBase + "/connections/" + tutorialConnection + "/explore")},
	{"FLOW-1358-400", "explore what does not exist",
		getting(flowBase + "/connections/" + tutorialConnection + "/explore?objectType=view")},
	{"FLOW-1337-400", "explore no table", getting(flowBase + "/connections/" + tutorialConnection +
		"/explore?objectType=TABLE")},
	{"FLOW-1330-400", "explore an unknown table",
		getting(flowBase + "/connections/" + tutorialConnection + "/explore?objectType=table&object=x")},
	{"FLOW-1372-400", "explore a spec that needs a connection",
		getting(flowBase + "/connectionSpecs/" + bigQuery + "/explore?objectType=root")},
	{"FLOW-1334-400", "explore an empty type",
		getting(flowBase + "/connections/" + tutorialConnection + "/explore?objectType=")},
	{"FLOW-1389-400", "explore by a filter that is not Base64",
		getting(flowBase + "/connections/" + tutorialConnection + "/explore?objectType=table&object=x&filters=%7B%7D")},
	{"FLOW-1336-400", "explore the data lake", func(a *api) reply {
		id := a.post(flowBase+"/connections", object{"name": "lake",
			"connectionSpec": object{"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}}).want(201).text("id")
		return a.get(flowBase + "/connections/" + id + "/explore?objectType=root")
	}},
	{"FLOW-1101-404", "explore a file of the empty landing zone",
		getting(flowBase + "/connectionSpecs/26f526f2-58f4-4712-961d-e41bf1ccc0e8/explore?objectType=file&object=x")},

	{"XDM-1006-400", "a list with a version",
		header(registryBase+"/tenant/schemas", "Accept", "application/vnd.adobe.xed+json;version=1")},
	{"XDM-1007-400", "a lookup without a version",
		header(registryBase+"/tenant/schemas/x", "Accept", "application/vnd.adobe.xed+json")},
	{"XDM-1008-400", "a list of descriptors by xed",
		header(registryBase+"/tenant/descriptors", "Accept", "application/vnd.adobe.xed+json")},
	{"XDM-1010-404", "an unknown class", header(registryBase+"/tenant/classes/x", "Accept",
		"application/vnd.adobe.xed+json;version=1")},
	{"XDM-1011-404", "an unknown field group",
		header(registryBase+"/global/fieldgroups/x", "Accept", "application/vnd.adobe.xed+json;version=1")},
	{"XDM-1012-404", "an unknown schema", header(registryBase+"/tenant/schemas/x", "Accept",
		"application/vnd.adobe.xed+json;version=1")},
	{"XDM-1013-404", "an unknown data type",
		header(registryBase+"/tenant/datatypes/x", "Accept", "application/vnd.adobe.xed+json;version=1")},
	{"XDM-1015-404", "an unknown union", header(registryBase+"/tenant/unions/x", "Accept",
		"application/vnd.adobe.xed+json;version=1")},
	{"XDM-1016-404", "an unknown descriptor", getting(registryBase + "/tenant/descriptors/x")},
	{"XDM-1017-404", "an unknown behavior", header(registryBase+"/global/behaviors/x", "Accept",
		"application/vnd.adobe.xed+json;version=1")},
	{"XDM-1020-400", "a field outside of the tenant", posting(registryBase+"/tenant/fieldgroups", group("G", "points"))},
	{"XDM-1021-400", "a field with a bad name",
		posting(registryBase+"/tenant/fieldgroups",
			`{"type":"object","title":"G","meta:intendedToExtend":["`+registry.ClassProfile+`"],"properties":{"_aepflow":{"type":"object","properties":{"_x":{"type":"string"}}}},"allOf":[]}`)},
	{"XDM-1400-400", "a schema on two classes",
		posting(registryBase+"/tenant/schemas",
			object{"type": "object", "title": "T",
				"allOf": []any{object{"$ref": registry.ClassProfile}, object{"$ref": registry.ClassEvent}}})},
	{"XDM-1400-400", "a map of objects", posting(registryBase+"/tenant/datatypes", `{"title":"M","properties":{`+
		`"m":{"type":"object","additionalProperties":{"$ref":"https://ns.adobe.com/xdm/common/address"}}}}`)},
	{"XDM-1400-400", "a map with properties", posting(registryBase+"/tenant/datatypes", `{"title":"M","properties":{`+
		`"m":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":{"type":"string"}}}}`)},
	{"XDM-1521-400", "a title that is taken",
		posting(registryBase+"/tenant/datatypes", object{"type": "object", "title": "Tutorial", "properties": object{}})},
	{"XDM-1528-400", "a union without identity", func(a *api) reply {
		return a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(tutorialSchema),
			`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`)
	}},
	{"XDM-1527-400", "an unknown tag", func(a *api) reply {
		a.identify()
		return a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(tutorialSchema),
			`[{"op":"add","path":"/meta:immutableTags","value":["union","x"]}]`)
	}},
	{"XDM-1526-400", "taking the union tag away", func(a *api) reply {
		a.identify()
		path := registryBase + "/tenant/schemas/" + registry.AltID(tutorialSchema)
		a.do("PATCH", path, `[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`).want(200)
		return a.do("PATCH", path, `[{"op":"remove","path":"/meta:immutableTags"}]`)
	}},
	{"XDM-1413-400", "a union that contradicts itself", unionClash},
	{"XDM-3005-400", "importing nothing", posting(registryBase+"/rpc/import", "[]")},
	{"BadRequestError", "a dataset of an unknown schema",
		posting(catalogBase+"/dataSets", object{"name": "d",
			"schemaRef": object{"id": "x", "contentType": "application/vnd.adobe.xed+json;version=1"}})},
	{"BadRequestError", "a dataset list without end", getting(catalogBase + "/dataSets?limit=0")},
	{"BadRequestError", "an expiration of rows that is not a period", func(a *api) reply {
		return a.do("PATCH", catalogBase+"/v2/dataSets/"+tutorialDataset,
			`{"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"90 days"}}}}`)
	}},
	{"NotFoundError", "an unknown dataset", getting(catalogBase + "/dataSets/x")},
	{"PreconditionFailedError", "a stale dataset", func(a *api) reply {
		return a.do("PATCH", catalogBase+"/dataSets/"+tutorialDataset, `{"description":"x"}`, "If-Match", "9.9.9")
	}},
	{"BadRequestError", "mapping sets without limit", getting(prepBase + "/mappingSets?start=0")},
	{"BadRequestError", "a broken expression",
		posting(prepBase+"/mappingSets", with(mappingBody(), "mappings.0.sourceType", "EXPRESSION", "mappings.0.source",
			"concat(a"))},
	{"NotFoundError", "an unknown mapping set", getting(prepBase + "/mappingSets/x")},
	{"NAMESPACE_CODE_CONFLICT", "a namespace twice",
		posting("/data/core/idnamespace/identities", object{"code": "email", "name": "E", "idType": "Email"})},
	{"NotFoundError", "an unknown service", getting("/data/foundation/nothing")},
}

func pql(column, literal string) object {
	return object{"type": "PQL", "format": "pql/json",
		"value": object{"nodeType": "fnApply", "fnName": "=", "params": []any{
			object{"nodeType": "fieldLookup", "fieldName": column},
			object{"nodeType": "literal", "literalType": literal, "value": "x"}}}}
}

func group(title, field string) object {
	return object{"type": "object", "title": title, "meta:intendedToExtend": []any{registry.ClassProfile},
		"definitions": object{"d": object{"properties": object{field: object{"type": "integer"}}}},
		"allOf":       []any{object{"$ref": "#/definitions/d"}}}
}

func (a *api) connection(slug, specName string, params object) (id, etag string) {
	a.t.Helper()
	r := connecting(slug, specName, params)(a).want(201)
	return r.text("id"), r.text("etag")
}

func connecting(slug, specName string, params object) func(*api) reply {
	return func(a *api) reply {
		ids := map[string]string{"postgresql": "74a1c565-4e59-48d7-9d67-7c03b8a13137"}
		return a.post(flowBase+"/connections", object{"name": slug,
			"connectionSpec": object{"id": ids[slug], "version": "1.0"}, "auth": object{"specName": specName, "params": params}})
	}
}

func patchConnection(a *api, patch string) reply {
	etag := core.Text(a.get(flowBase+"/connections/"+tutorialConnection).item(), "etag")
	return a.patch(flowBase+"/connections/"+tutorialConnection, etag, patch)
}

// aRun makes a flow and lets it start its first run.
func (a *api) aRun() string {
	a.t.Helper()
	id, _ := a.flow()
	a.s.Advance(time.Hour + time.Second)
	return core.Text(a.get(flowBase+"/runs?property=flowId=="+id).item(), "id")
}

func (a *api) identify() {
	a.t.Helper()
	a.post(registryBase+"/tenant/descriptors",
		object{"@type": registry.IdentityDescriptor, "xdm:sourceSchema": tutorialSchema, "xdm:sourceVersion": 1,
			"xdm:sourceProperty": "/_id", "xdm:namespace": "Email", "xdm:property": "xdm:code", "xdm:isPrimary": true}).want(201)
}

func unionClash(a *api) reply {
	var last reply
	for i, kind := range []string{"string", "integer"} {
		g := a.post(registryBase+"/tenant/fieldgroups",
			object{"type": "object", "title": "G" + kind, "meta:intendedToExtend": []any{registry.ClassProfile},
				"definitions": object{"d": object{"properties": object{"_aepflow": object{"type": "object",
					"properties": object{"same": object{"type": kind}}}}}},
				"allOf": []any{object{"$ref": "#/definitions/d"}}}).want(201).text("$id")
		s := a.post(registryBase+"/tenant/schemas",
			object{"type": "object", "title": "S" + kind,
				"allOf": []any{object{"$ref": registry.ClassProfile}, object{"$ref": g},
					object{"$ref": registry.IdentityMapID}}}).want(201).text("$id")
		last = a.do("PATCH", registryBase+"/tenant/schemas/"+registry.AltID(s),
			`[{"op":"add","path":"/meta:immutableTags","value":["union"]}]`)
		if i == 0 {
			last.want(200)
		}
	}
	return last
}

func TestRefusals(t *testing.T) {
	for _, c := range refusalCases {
		t.Run(c.name, func(t *testing.T) {
			a := open(t, Options{})
			before := len(a.s.Objects())
			r := c.do(a)
			status := r.status
			if m := regexp.MustCompile(`-(\d{3})$`).FindStringSubmatch(c.code); m != nil {
				if n, _ := strconv.Atoi(m[1]); n != status {
					t.Errorf("status %d for %s", status, c.code)
				}
			}
			if got := codeOf(r.raw); got != c.code {
				t.Errorf("code %s, want %s: %d %s", got, c.code, status, r.raw)
			}
			if status < 400 || status > 499 {
				t.Errorf("status %d", status)
			}
			_ = before
			checkEnvelope(t, r)
		})
	}
}

// checkEnvelope: every refusal has one of the platform's shapes.
func checkEnvelope(t *testing.T, r reply) {
	t.Helper()
	o, isObject := r.v.(object)
	if !isObject {
		t.Errorf("refusal is not an object: %s", r.raw)
		return
	}
	switch {
	case o["error_code"] != nil:
		if len(o) != 2 || core.Text(o, "message") == "" {
			t.Errorf("gateway envelope: %s", r.raw)
		}
	case o["error"] != nil: // token service and admin
	case o["type"] != nil:
		n, _ := core.AsInt(o["status"])
		if int(n) != r.status || core.Text(o, "title") == "" {
			t.Errorf("problem envelope: %s", r.raw)
		}
	case len(o) == 1 && core.Text(o, "message") != "":
	case len(o) == 2 && core.Text(o, "errorMessage") != "" && core.Text(o, "errorDetails") != "":
	default:
		t.Errorf("unknown envelope: %s", r.raw)
	}
}

// The two older envelopes of Flow Service.
func TestOlderEnvelopes(t *testing.T) {
	a := open(t, Options{})
	r := a.get(flowBase + "/connections/" + noID).want(404)
	if core.Text(r.v, "errorMessage") == "" || core.Text(r.v, "errorDetails") == "" {
		t.Errorf("unknown connection: %s", r.raw)
	}
	r = a.post(flowBase+"/connections", object{"name": "x",
		"connectionSpec": object{"id": noID, "version": "1.0"}}).want(400)
	if core.Text(r.v, "message") != "Please provide a valid spec id" {
		t.Errorf("unknown spec: %s", r.raw)
	}
}

// Codes that need an option, a seed or a fault to be provoked.
func TestRefusalsBySetting(t *testing.T) {
	open(t, Options{Switches: Switches{SandboxHeader: "required"}}).do("GET", flowsPath, nil, "x-sandbox-name",
		"").refused(400, "FLOW-2105-400")

	a := open(t, Options{Rate: 1})
	a.get(flowsPath).want(200)
	r := a.get(flowsPath)
	r.refused(429, "429050")
	if r.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}

	seed := seedOf(t, `{"clients": [{"id": "key", "secret": "s3cret", "role": "read"}]}`)
	a = open(t, Options{Seed: seed})
	a.get(flowsPath).want(200)
	a.post(flowBase+"/connections", object{"name": "x"}).refused(403, "FLOW-2120-403")

	a = open(t, Options{Switches: Switches{UniqueDatasets: true}})
	a.post(catalogBase+"/dataSets", object{"name": "Tutorial",
		"schemaRef": object{"id": tutorialSchema, "contentType": "application/vnd.adobe.xed+json;version=1"}}).refused(409,
		"ConflictError")

	// States in between are only ever seeded.
	for _, c := range []struct{ kind, state, delete, patch, action string }{
		{"flows", "initializing", "FLOW-1417-400", "FLOW-1417-400", "FLOW-1422-400"},
		{"flows", "enabling", "FLOW-1458-400", "FLOW-1420-400", "FLOW-1421-400"},
		{"flows", "delete-finalizing", "FLOW-1458-400", "FLOW-1457-400", "FLOW-1421-400"},
		{"flows", "failed", "FLOW-1458-400", "FLOW-1456-400", "FLOW-1422-400"},
		{"connections", "failed", "FLOW-1416-400", "FLOW-1416-400", "FLOW-1434-400"},
	} {
		t.Run(c.kind+" "+c.state, func(t *testing.T) {
			a := open(t, Options{Seed: seedOf(t, `{"`+c.kind+`": [{"id": "f", "name": "f", "state": "`+c.state+`", "connectionSpec": {"id": "`+bigQuery+`", "version": "1.0"}}]}`)})
			path := flowBase + "/" + c.kind + "/f"
			etag := core.Text(a.get(path).item(), "etag")
			a.delete(path).refused(400, c.delete)
			a.patch(path, etag, `[{"op":"replace","path":"/name","value":"n"}]`).refused(400, c.patch)
			a.post(path+"/action?op=disable", nil).refused(400, c.action)
		})
	}
	a = open(t, Options{Switches: Switches{FixedConnectors: "mysql,google-bigquery"}})
	patchConnection(a, `[{"op":"replace","path":"/name","value":"n"}]`).refused(400, "FLOW-1445-400")
	a = open(t, Options{MaxBody: 100})
	a.post(flowsPath, strings.Repeat(" ", 200)).refused(413, "FLOW-1400-413")
}

// declaredCodes reads the catalogue out of the source, so that a new row
// without a test or a line in the documentation is seen.
func declaredCodes(t *testing.T) map[string]bool {
	t.Helper()
	f, err := parser.ParseFile(gotoken.NewFileSet(), "core/flowcodes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		lit, isLit := n.(*ast.CompositeLit)
		if !isLit || len(lit.Elts) != 3 {
			return true
		}
		number, ok1 := lit.Elts[0].(*ast.BasicLit)
		status, ok2 := lit.Elts[1].(*ast.BasicLit)
		if ok1 && ok2 {
			out["FLOW-"+number.Value+"-"+status.Value] = true
		}
		return true
	})
	return out
}

// refusalTests is the source of the tests that provoke refusals.
func refusalTests(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, name := range []string{"refusals_test.go", "files_test.go", "relational_test.go", "streams_test.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(source)
	}
	return all.String()
}

func TestEveryCodeIsProvoked(t *testing.T) {
	source := refusalTests(t)
	for code := range declaredCodes(t) {
		if !strings.Contains(source, `"`+code+`"`) {
			t.Errorf("%s is declared and never provoked", code)
		}
	}
	if !slices.ContainsFunc(refusalCases, func(c refusalCase) bool { return c.code == "429050" }) &&
		!strings.Contains(string(source), `"429050"`) {
		t.Error("429050 is never provoked")
	}
}

// Paths that are not there, and methods that a path does not have.
func TestRouting(t *testing.T) {
	a := open(t, Options{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", flowsPath, 200},
		{"GET", flowsPath + "/", 200},
		{"GET", flowsPath + "//", 200},
		{"HEAD", flowsPath, 200},
		{"DELETE", flowsPath, 405},
		{"OPTIONS", flowsPath, 405},
		{"GET", flowBase + "/connections/search", 404}, // an id, for there is a POST only
		{"PUT", flowBase + "/connections/search", 405},
		{"GET", flowBase, 404},
		{"GET", flowBase + "/nothing", 404},
		{"GET", flowBase + "//flows", 404},
		{"GET", flowBase + "/flows/../flows", 404},
		{"GET", registryBase + "/tenant/schemas/" + registry.AltID(tutorialSchema), 200},
		{"GET", registryBase + "/tenant/schemas/" + url.QueryEscape(tutorialSchema), 200},
		{"GET", registryBase + "/other/schemas", 404},
	} {
		r := a.do(c.method, c.path, nil, "Accept", "application/vnd.adobe.xed-full+json; version=1")
		if r.status != c.status {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, r.status, c.status, r.raw)
		}
	}
}
