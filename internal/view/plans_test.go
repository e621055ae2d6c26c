package view

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/planner"
)

// This file holds the plans that the tests show, written by hand.

var noon = time.Date(2027, 2, 3, 12, 0, 0, 0, time.UTC)

const (
	fs   = specs.FlowService
	post = "POST"
)

func addr(kind resource.Kind, name string) resource.Address {
	return resource.Address{Kind: kind, Name: name}
}

func raw(s string) json.RawMessage {
	if !json.Valid([]byte(s)) {
		panic("not JSON: " + s)
	}
	return json.RawMessage(s)
}

func at(line int) planner.Origin {
	return planner.Origin{Filename: "customers.dataflow.yaml", Line: line, Column: 1}
}

// plan fills in what every plan has.
func plan(serial uint64, unchanged int, changes ...planner.Change) *planner.Plan {
	p := &planner.Plan{
		FormatVersion: planner.FormatVersion, ToolVersion: "0.1.0", At: noon,
		Target:       planner.Target{Name: "dev", Org: "5FD2F6FA@AdobeOrg", Sandbox: "dev"},
		Lock:         planner.LockRef{Lineage: "b7c1f0e2d4a96835", Serial: serial},
		ConfigDigest: "4c9bd1b06f6e3d1f8a2b7c5e9d0f1a23",
		Complete:     true, Applyable: true, Changes: changes,
	}
	p.Summary.NoOp = unchanged
	for i := range p.Changes {
		ch := &p.Changes[i]
		ch.Kind = ch.Address.Kind
		if ch.Effect == "" {
			ch.Effect = planner.EffectNone
		}
		switch ch.Action {
		case planner.Create:
			p.Summary.Create++
		case planner.Update:
			p.Summary.Update++
		case planner.Replace:
			p.Summary.Replace++
		case planner.Delete:
			p.Summary.Delete++
		case planner.Move:
			p.Summary.Move++
		case planner.Forget:
			p.Summary.Forget++
		case planner.Import:
			p.Summary.Import++
		}
		if len(ch.Guards) > 0 {
			p.Applyable = false
		}
	}
	return p
}

const connectionBody = `{"name":"CRM database","auth":{"specName":"Basic Authentication","params":{"server":"db.example.com","port":"5432","database":"crm","username":"reader","password":"${env.CRM_PASSWORD}","sslMode":"require"}},"connectionSpec":{"id":"74a1c565-4e59-48d7-9d67-7c03b8a13137","version":"1.0"}}`

const fieldGroupBody = `{"title":"CRM customer fields","type":"object","meta:intendedToExtend":["https://ns.adobe.com/xdm/context/profile"],"definitions":{"customFields":{"type":"object","properties":{"_{TENANT_ID}":{"type":"object","properties":{"loyalty":{"type":"object","properties":{"tier":{"type":"string","title":"tier"},"since":{"type":"string","format":"date","title":"since"}}},"tags":{"type":"array","items":{"type":"string"}}}}}}},"allOf":[{"$ref":"#/definitions/customFields"}]}`

const schemaBody = `{"title":"CRM customer","type":"object","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"},{"$ref":"https://ns.adobe.com/xdm/context/profile-person-details"},{"$ref":"${fieldgroup.customers.id}"}]}`

const datasetBody = `{"name":"CRM customers","schemaRef":{"id":"${schema.customers.id}","contentType":"application/vnd.adobe.xed+json;version=1"},"tags":{"unifiedProfile":["enabled:true"]}}`

const columnsJSON = `[{"name":"id","type":"string","xdm":{"type":"string"}},{"name":"first_name","type":"string","xdm":{"type":"string"}},{"name":"last_name","type":"string","xdm":{"type":"string"}},{"name":"tier","type":"string","xdm":{"type":"string"}},{"name":"updated_at","type":"string","meta:xdmType":"date-time","xdm":{"type":"string","format":"date-time"}}]`

const sourceBody = `{"name":"CRM customers, hourly source","baseConnectionId":"${connection.crm.id}","data":{"format":"tabular"},"params":{"tableName":"public.customers","columns":` + columnsJSON + `},"connectionSpec":{"id":"74a1c565-4e59-48d7-9d67-7c03b8a13137","version":"1.0"}}`

const targetBody = `{"name":"CRM customers, hourly target","data":{"schema":{"id":"${schema.customers.id}","version":"application/vnd.adobe.xed-full+json;version=1"}},"params":{"dataSetId":"${dataset.customers.id}"},"connectionSpec":{"id":"c604ff05-7f1a-43c0-8e18-33bf874cb11c","version":"1.0"}}`

const mappingBody = `{"name":"CRM customers, hourly mapping","outputSchema":{"schemaRef":{"id":"${schema.customers.id}","contentType":"application/vnd.adobe.xed-full+json;version=1"}},"mappings":[{"sourceType":"ATTRIBUTE","source":"id","destination":"_id"},{"sourceType":"EXPRESSION","source":"concat(first_name, \" \", last_name)","destination":"person.name.fullName"},{"sourceType":"ATTRIBUTE","source":"tier","destination":"_{TENANT_ID}.loyalty.tier"},{"sourceType":"STATIC","source":"crm","destination":"_{TENANT_ID}.tags[0]"}]}`

const flowBody = `{"name":"CRM customers, hourly","description":"customers changed since the last run","flowSpec":{"id":"14518937-270c-4525-bdec-c2ba7cce3860","version":"1.0"},"sourceConnectionIds":["${source.customers.id}"],"targetConnectionIds":["${target.customers.id}"],"transformations":[{"name":"Copy","params":{"deltaColumn":{"name":"updated_at","dateFormat":"yyyy-MM-dd HH:mm:ss","timezone":"UTC"}}},{"name":"Mapping","params":{"mappingId":"${mapping.customers.id}","mappingVersion":"${mapping.customers.version}"}}],"scheduleParams":{"startTime":"${time.start}","frequency":"hour","interval":1,"backfill":true}}`

// firstPlan creates the eight resources of one dataflow with its connection.
func firstPlan() *planner.Plan {
	create := func(kind resource.Kind, name, file string, line int, body string, effect planner.Effect, n int, url string, deps ...resource.Edge) planner.Change {
		return planner.Change{
			Address: addr(kind, name), Action: planner.Create, Reason: planner.ReasonNew, Effect: effect,
			Origin: planner.Origin{Filename: file, Line: line, Column: 1}, Desired: raw(body), DependsOn: deps,
			Calls: []planner.Call{{N: n, Step: planner.StepCreate, Method: post, URL: url, Body: raw(body), Gives: "${" + addr(kind, name).String() + ".id}"}},
		}
	}
	need := func(kind resource.Kind, name, label string) resource.Edge {
		return resource.Edge{To: addr(kind, name), Via: label}
	}
	const file = "customers.dataflow.yaml"
	return plan(0, 0,
		create(resource.Connection, "crm", "crm.dataflow.yaml", 1, connectionBody, "", 1, fs+"/connections"),
		create(resource.FieldGroup, "customers", file, 22, fieldGroupBody, "", 2, specs.SchemaRegistry+"/tenant/fieldgroups"),
		create(resource.Schema, "customers", file, 19, schemaBody, "", 3, specs.SchemaRegistry+"/tenant/schemas", need(resource.FieldGroup, "customers", "allOf")),
		create(resource.Dataset, "customers", file, 29, datasetBody, "", 4, specs.Catalog+"/dataSets", need(resource.Schema, "customers", "schemaRef.id")),
		create(resource.Source, "customers", file, 5, sourceBody, "", 5, fs+"/sourceConnections", need(resource.Connection, "crm", "baseConnectionId")),
		create(resource.Target, "customers", file, 18, targetBody, "", 6, fs+"/targetConnections", need(resource.Dataset, "customers", "params.dataSetId"), need(resource.Schema, "customers", "data.schema.id")),
		create(resource.Mapping, "customers", file, 33, mappingBody, "", 7, specs.DataPrep+"/mappingSets", need(resource.Schema, "customers", "outputSchema.schemaRef.id")),
		create(resource.Flow, "customers", file, 1, flowBody, planner.EffectFuture, 8, fs+"/flows", need(resource.Mapping, "customers", "transformations[Mapping].params.mappingId"), need(resource.Source, "customers", "sourceConnectionIds[0]"), need(resource.Target, "customers", "targetConnectionIds[0]")),
	)
}

// scheduleChange is the change that a team makes most often.
func scheduleChange() *planner.Plan {
	return plan(1, 7, planner.Change{
		Address: addr(resource.Flow, "customers"), ID: "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", ETag: `"770029f8-0000-0200-0000-6019e7d40000"`,
		Action: planner.Update, Reason: planner.ReasonFields, Effect: planner.EffectFuture, Origin: at(1), Desired: raw(flowBody),
		Fields: []planner.FieldChange{{
			Path: "scheduleParams.interval", Action: planner.Update, Reason: "a one-time flow cannot be rescheduled",
			Applied: raw("1"), Desired: raw("3"), Origin: at(43),
		}},
		Calls: []planner.Call{{
			N: 1, Step: planner.StepUpdate, Method: "PATCH", URL: fs + "/flows/2edc08ac-4df5-4fe6-936f-81a19ce92f5c",
			IfMatch: `"770029f8-0000-0200-0000-6019e7d40000"`, Body: raw(`[{"op":"replace","path":"/scheduleParams/interval","value":3}]`),
		}},
	})
}

// columnAdded replaces source, target and flow together.
func columnAdded() *planner.Plan {
	trio := func(kind resource.Kind, line int, body, id string, create, retire, del int) planner.Change {
		collection := resource.SpecOf(kind).Collection
		ch := planner.Change{
			Address: addr(kind, "customers"), ID: id, Action: planner.Replace, Reason: planner.ReasonReplacedWith,
			Origin: at(line), Desired: raw(body), Effect: planner.EffectNone,
			Calls: []planner.Call{{N: create, Step: planner.StepCreate, Method: post, URL: collection, Body: raw(body), Gives: "${" + addr(kind, "customers").String() + ".id}"}},
		}
		if retire > 0 {
			ch.Calls = append(ch.Calls, planner.Call{N: retire, Step: planner.StepRetire, Method: post, URL: collection + "/" + id + "/action?op=disable", Object: id})
		}
		ch.Calls = append(ch.Calls, planner.Call{N: del, Step: planner.StepDelete, Method: "DELETE", URL: collection + "/" + id, Object: id})
		return ch
	}
	source := trio(resource.Source, 5, sourceBody, "b7581b59-c603-4df1-a689-d23d7ac440f3", 1, 0, 6)
	source.Reason = planner.ReasonFields
	source.Fields = []planner.FieldChange{{
		Path: "params.columns[tier]", Action: planner.Replace, Reason: "a running flow does not see a changed source connection",
		Desired: raw(`{"name":"tier","type":"string","xdm":{"type":"string"}}`), ForcesReplace: true, Origin: at(15),
	}}
	target := trio(resource.Target, 18, targetBody, "320f119a-5ac1-4ab1-88ea-eb19e674ea2e", 2, 0, 7)
	flow := trio(resource.Flow, 1, flowBody, "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", 3, 4, 5)
	flow.Reason = planner.ReasonNeeds
	flow.Effect = planner.EffectReingests
	flow.Start = &planner.Start{Backfill: new(true)}
	flow.Fields = []planner.FieldChange{
		{Path: "sourceConnectionIds[0]", Action: planner.Replace, Reason: "a running flow keeps its source connection", Applied: raw(`"${source.customers.id}"`), Desired: raw(`"${source.customers.id}"`), Unknown: true, ForcesReplace: true},
		{Path: "targetConnectionIds[0]", Action: planner.Replace, Reason: "a running flow keeps its target connection", Applied: raw(`"${target.customers.id}"`), Desired: raw(`"${target.customers.id}"`), Unknown: true, ForcesReplace: true},
	}
	flow.Guards = []planner.Guard{{
		Code: "on-replace", Flag: "--on-replace backfill|continue",
		Message: "say whether the new flow reads the history again (backfill) or goes on at the cut-over (continue)",
	}}
	mapping := planner.Change{
		Address: addr(resource.Mapping, "customers"), ID: "0b090130b58b4819afc78b6dc98b484d", Action: planner.Update, Reason: planner.ReasonFields,
		Effect: planner.EffectFuture, Origin: at(33), Desired: raw(mappingBody),
		Fields: []planner.FieldChange{{
			Path: "mappings['_{TENANT_ID}.loyalty.tier']", Action: planner.Update, Reason: "a new version of the mapping set; the flow is moved to it",
			Desired: raw(`{"sourceType":"ATTRIBUTE","source":"tier","destination":"_{TENANT_ID}.loyalty.tier"}`), Origin: at(37),
		}},
		Calls: []planner.Call{{N: 8, Step: planner.StepUpdate, Method: "PUT", URL: specs.DataPrep + "/mappingSets/0b090130b58b4819afc78b6dc98b484d", Body: raw(mappingBody), Gives: "${mapping.customers.version}"}},
	}
	return plan(4, 4, mapping, source, target, flow)
}

// expressionChanged rewrites one mapping.
func expressionChanged() *planner.Plan {
	return plan(5, 6,
		planner.Change{
			Address: addr(resource.Mapping, "customers"), ID: "0b090130b58b4819afc78b6dc98b484d", Action: planner.Update, Reason: planner.ReasonFields,
			Effect: planner.EffectFuture, Origin: at(33), Desired: raw(mappingBody),
			Fields: []planner.FieldChange{{
				Path: "mappings['person.name.fullName'].source", Action: planner.Update,
				Applied: raw(`"concat(first_name, \" \", last_name)"`), Desired: raw(`"concat(first_name, \" \", upper(last_name))"`), Origin: at(36),
			}, {
				Path: "mappings['person.birthDate'].source", Action: planner.Update,
				Applied: raw(`"date(born, \"yyyy-MM-dd\")"`),
				Desired: raw(`"iif(is_empty(born), null, date(born, \"yyyy-MM-dd\", to_date(\"1970-01-01\", \"yyyy-MM-dd\")))"`), Origin: at(38),
			}},
		},
		planner.Change{
			Address: addr(resource.Flow, "customers"), ID: "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", Action: planner.Update, Reason: planner.ReasonNeeds,
			Effect: planner.EffectFuture, Origin: at(1), Desired: raw(flowBody),
			Fields: []planner.FieldChange{{
				Path: "transformations[Mapping].params.mappingVersion", Action: planner.Update,
				Applied: raw(`"${mapping.customers.version}"`), Desired: raw(`"${mapping.customers.version}"`), Unknown: true,
			}, {
				Path: "description", Action: planner.Update,
				Applied: raw(`"customers changed since the last run, read every hour from the CRM database by its updated_at column; see the wiki page of the CRM team"`),
				Desired: raw(`"customers changed since the last run, read every three hours from the CRM database by its updated_at column; see the wiki page of the data team"`), Origin: at(3),
			}},
		})
}

// secretChanged sends credentials again; a second secret could not be checked.
func secretChanged() *planner.Plan {
	return plan(5, 7, planner.Change{
		Address: addr(resource.Connection, "crm"), ID: "6990abad-977d-41b9-a85d-17ea8cf1c0e4", ETag: `"3801b1ff-0000-0200-0000-601890480000"`,
		Action: planner.Update, Reason: planner.ReasonFields, Effect: planner.EffectNone,
		Origin: planner.Origin{Filename: "crm.dataflow.yaml", Line: 1, Column: 1}, Desired: raw(connectionBody),
		Fields: []planner.FieldChange{
			{Path: "auth.params.password", Action: planner.Update, Secret: true, Applied: raw(`"$argon2id$canary-hash"`), Desired: raw(`"${env.CRM_PASSWORD}"`), Origin: planner.Origin{Filename: "crm.dataflow.yaml", Line: 11, Column: 17}},
			{Path: "auth.params.certificate", Action: planner.NoOp, Secret: true, Desired: raw(`"${file.cert.pem}"`)},
		},
		Calls: []planner.Call{{
			N: 1, Step: planner.StepUpdate, Method: "PATCH", URL: fs + "/connections/6990abad-977d-41b9-a85d-17ea8cf1c0e4",
			IfMatch: `"3801b1ff-0000-0200-0000-601890480000"`,
			Body:    raw(`[{"op":"replace","path":"/auth/params","value":{"server":"db.example.com","username":"reader","password":"${env.CRM_PASSWORD}"}}]`),
		}},
	})
}

// removed deletes a dataflow; its dataset is protected and stays.
func removed() *planner.Plan {
	gone := func(kind resource.Kind, id string, effect planner.Effect, n int) planner.Change {
		return planner.Change{
			Address: addr(kind, "orders"), ID: id, Action: planner.Delete, Reason: planner.ReasonRemoved, Effect: effect,
			Calls: []planner.Call{{N: n, Step: planner.StepDelete, Method: "DELETE", URL: resource.SpecOf(kind).Collection + "/" + id, Object: id}},
		}
	}
	dataset := gone(resource.Dataset, "6019e0e7c5dcf718db5ebc71", planner.EffectLost, 4)
	dataset.Guards = []planner.Guard{{Code: "data-loss", Message: "the dataset and all that was ingested into it would be gone", Flag: "--allow-data-loss"}}
	old := gone(resource.Source, "", planner.EffectNone, 5)
	old.Address.Name, old.Deposed, old.Reason = "customers", "b7581b59-c603-4df1-a689-d23d7ac440f3", planner.ReasonDeposed
	p := plan(9, 8,
		gone(resource.Flow, "8f1a2b3c-0000-4fe6-936f-81a19ce92f5c", planner.EffectStops, 1),
		gone(resource.Source, "b1c2d3e4-c603-4df1-a689-d23d7ac440f3", planner.EffectNone, 2),
		gone(resource.Target, "41aabbcc-5ac1-4ab1-88ea-eb19e674ea2e", planner.EffectNone, 3),
		dataset, old,
	)
	p.Target.Name, p.Target.Production = "live", true
	return p
}

// renamed moves addresses without a call, and adopts and forgets an object.
func renamed() *planner.Plan {
	move := func(kind resource.Kind, line int) planner.Change {
		return planner.Change{Address: addr(kind, "clients"), MovedFrom: addr(kind, "customers"), ID: "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", Action: planner.Move, Reason: planner.ReasonMoved, Origin: at(line)}
	}
	return plan(9, 3,
		planner.Change{Address: addr(resource.Dataset, "returns"), ID: "6019e0e7c5dcf718db5ebc71", Action: planner.Import, Reason: "import block", Origin: at(4)},
		move(resource.Source, 5), move(resource.Target, 18), move(resource.Mapping, 33), move(resource.Flow, 1),
		planner.Change{Address: addr(resource.Mapping, "orders"), ID: "77aa0130b58b4819afc78b6dc98b484d", Action: planner.Forget, Reason: planner.ReasonRemoved},
	)
}

// drifted has nothing to do and something to tell.
func drifted() *planner.Plan {
	p := plan(5, 8)
	p.Refreshed = true
	p.Drift = []planner.Change{{
		Address: addr(resource.Flow, "customers"), Kind: resource.Flow, ID: "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", Action: planner.NoOp, Effect: planner.EffectNone, Origin: at(1),
		Fields: []planner.FieldChange{
			{Path: "scheduleParams.interval", Class: planner.ClassDrifted, Applied: raw("1"), Desired: raw("1"), Live: raw("6")},
			{Path: "description", Class: planner.ClassConflicting, Applied: raw(`"customers"`), Desired: raw(`"CRM customers"`), Live: raw(`"do not touch"`)},
		},
	}}
	p.Summary.Drift = 1
	return p
}

// empty is what every plan after an apply should be.
func empty() *planner.Plan { return plan(5, 8) }

// many changes n dataflows: most alike, a few not, one replaced.
func many(n int) *planner.Plan {
	var list []planner.Change
	for i := range n - 4 {
		list = append(list, planner.Change{
			Address: addr(resource.Flow, fmt.Sprintf("table-%04d", i)), Action: planner.Update, Reason: planner.ReasonFields, Effect: planner.EffectFuture,
			Origin: planner.Origin{Filename: fmt.Sprintf("flows/table-%04d.dataflow.yaml", i), Line: 1, Column: 1}, Desired: raw(flowBody),
			Fields: []planner.FieldChange{{Path: "scheduleParams.interval", Action: planner.Update, Applied: raw("15"), Desired: raw("30"), Origin: planner.Origin{Filename: fmt.Sprintf("flows/table-%04d.dataflow.yaml", i), Line: 40, Column: 13}}},
			Calls:  []planner.Call{{N: i + 1, Step: planner.StepUpdate, Method: "PATCH", URL: fmt.Sprintf("%s/flows/%04d", fs, i), Body: raw(`[{"op":"replace","path":"/scheduleParams/interval","value":30}]`)}},
		})
	}
	odd := scheduleChange().Changes[0]
	odd.Address.Name = "orders"
	list = append(list, odd)
	list = append(list, columnAdded().Changes[1:]...)
	return plan(41, 2*n, list...)
}

// longTexts has what does not fit a line: texts of several lines, long ones that
// come and go, objects, and a diagnostic and a guard that no flag opens.
func longTexts() *planner.Plan {
	p := plan(7, 7, planner.Change{
		Address: addr(resource.Flow, "customers"), ID: "2edc08ac-4df5-4fe6-936f-81a19ce92f5c", Action: planner.Update, Reason: planner.ReasonFields,
		Effect: planner.EffectFuture, Origin: at(1), Desired: raw(flowBody),
		Guards: []planner.Guard{{Code: "state", Message: "flow.customers has been published and cannot become a draft again"}},
		Fields: []planner.FieldChange{
			{
				Path: "description", Action: planner.Update, Origin: at(3),
				Applied: raw(`"Customers of the CRM.\n\nRead every hour.\nOwner: the CRM team\nContact: by mail\nSee the wiki.\n"`),
				Desired: raw(`"Customers of the CRM.\n\nRead every three hours.\nOwner: the CRM team\nContact: by mail\nSee the wiki.\nNo weekends.\n"`),
			},
			{
				Path: "labels.note", Action: planner.Update,
				Desired: raw(`"a text that nobody wrote before and that is so long that it would run over the edge of the terminal"`),
			},
			{
				Path: "options", Action: planner.Update,
				Applied: raw(`{"partialIngestionPercent":10,"errorDiagnosticsEnabled":true,"reportTo":"crm-team@example.com","retryPolicy":"never"}`),
			},
			{
				Path: "policy", Action: planner.Update,
				Applied: raw(`{"enforcementRefs":["/dulepolicy/enforcement/core/C12","/dulepolicy/enforcement/core/C13"],"mode":"strict","since":"2026"}`),
				Desired: raw(`{"enforcementRefs":["/dulepolicy/enforcement/core/C12","/dulepolicy/enforcement/core/C14"],"mode":"strict","since":"2026"}`),
			},
			{Path: "scheduleParams.startTime", Action: planner.Update, Applied: raw("1799042400"), Desired: raw("1799046000")},
		},
	})
	p.Complete = false
	p.Diagnostics = []planner.Diagnostic{
		{Severity: "warning", Code: "schedule-start", Message: "the start lies more than a year ahead", Help: "is the year right?", Origin: at(41)},
	}
	return p
}
