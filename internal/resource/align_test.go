package resource

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestSpellings reads one field back in two spellings: those that mean the same
// are not a difference, in either direction, and those that do not are one.
func TestSpellings(t *testing.T) {
	const full, short = "application/vnd.adobe.xed-full+json;version=1", "application/vnd.adobe.xed+json;version=1"
	dataset := func(media string) string { return `{"schemaRef":{"id":"s","contentType":"` + media + `"}}` }
	tags := func(values string) string { return `{"tags":{"unifiedProfile":[` + values + `]}}` }
	row := func(kind, source string) string {
		return `{"mappings":[{"sourceType":"` + kind + `","source":"` + source + `","destination":"_id"}]}`
	}
	set := func(media string) string {
		return `{"outputSchema":{"schemaRef":{"id":"s","contentType":"` + media + `"}}}`
	}
	column := func(rest string) string { return `{"params":{"columns":[{"name":"a",` + rest + `}]}}` }
	flow := func(params string) string { return `{"scheduleParams":{` + params + `}}` }
	delta := func(rest string) string {
		return `{"transformations":[{"name":"Copy","params":{"deltaColumn":{"name":"u"` + rest + `}}}]}`
	}
	version := func(rest string) string {
		return `{"transformations":[{"name":"Mapping","params":{"mappingId":"m"` + rest + `}}]}`
	}
	for _, tt := range []struct {
		name   string
		kind   Kind
		a, b   string
		same   bool
		leaves bool // one of the two leaves a member out
	}{
		{"full media type", Dataset, dataset(short), dataset(full), true, false},
		{"media type without a version", Dataset, dataset(short), dataset("application/vnd.adobe.xed+json"), true, false},
		{"media type without text", Dataset, dataset(short),
			dataset("application/vnd.adobe.xed-full-notext+json; version=1"), true, false},
		{"media type of version 1.0", Dataset, dataset(short), dataset("application/vnd.adobe.xed+json;version=1.0"),
			true, false},
		{"media type of version 2", Dataset, dataset(short), dataset("application/vnd.adobe.xed+json;version=2"),
			false, false},
		{"media type of version 1.3", Dataset, dataset(short), dataset("application/vnd.adobe.xed+json;version=1.3"),
			false, false},
		{"no schema media type", Dataset, dataset(short), dataset("text/csv"), false, false},
		{"another schema", Dataset, dataset(short), `{"schemaRef":{"id":"t","contentType":"` + short + `"}}`, false, false},
		{"tag with spaces", Dataset, tags(`"enabled:true"`), tags(`"enabled: true"`), true, false},
		{"tag switched off", Dataset, tags(`"enabled:true"`), tags(`"enabled:false"`), false, false},
		{"tag with upsert", Dataset, tags(`"enabled:true"`), tags(`"enabled:true","isUpsert:true"`), false, false},
		{"no description", Dataset, `{"name":"x"}`, `{"name":"x","description":""}`, true, true},
		{"a description", Dataset, `{"name":"x"}`, `{"name":"x","description":"y"}`, false, true},
		{"media type in a set", Mapping, set(full), set(short), true, false},
		{"bare version in a set", Mapping, set(full), set("1.0"), true, false},
		{"bare version 2 in a set", Mapping, set(full), set("2.0"), false, false},
		{"attribute", Mapping, row("ATTRIBUTE", "a"), row("text/x.schema-path", "a"), true, false},
		{"expression", Mapping, row("EXPRESSION", "a"), row("text/x.aep-xl", "a"), true, false},
		{"constant", Mapping, row("STATIC", "a"), row("text/plain", "a"), true, false},
		{"attribute for an expression", Mapping, row("EXPRESSION", "a"), row("text/x.schema-path", "a"), false, false},
		{"expression for an attribute", Mapping, row("ATTRIBUTE", "a"), row("text/x.aep-xl", "a"), false, false},
		{"constant for an attribute", Mapping, row("ATTRIBUTE", "a"), row("text/plain", "a"), false, false},
		{"expression for a constant", Mapping, row("STATIC", "a"), row("text/x.aep-xl", "a"), false, false},
		{"unknown media type", Mapping, row("ATTRIBUTE", "a"), row("text/html", "a"), false, false},
		{"braced attribute", Mapping, row("ATTRIBUTE", "First Name"), row("text/x.schema-path", "$${First Name}"),
			true, false},
		{"escaped attribute", Mapping, row("ATTRIBUTE", "order.total"), row("ATTRIBUTE", `order\\.total`), true, false},
		{"braced and escaped attribute", Mapping, row("ATTRIBUTE", "order.total"), row("ATTRIBUTE",
			`$${order\\.total}`), true, false},
		{"braced constant", Mapping, row("STATIC", "CRM_ORG_ID"), row("STATIC", "$${CRM_ORG_ID}"), false, false},
		{"constant with zeros", Mapping, row("STATIC", "007"), row("STATIC", "7"), false, false},
		{"no kind of mapping", Mapping, row("ATTRIBUTE", "a"), `{"mappings":[{"source":"a","destination":"_id"}]}`,
			true, true},
		{"no kind of a constant", Mapping, row("STATIC", "a"), `{"mappings":[{"source":"a","destination":"_id"}]}`,
			false, true},
		{"media type in a target", Target, `{"data":{"schema":{"id":"s","version":"` + full + `"}}}`,
			`{"data":{"schema":{"id":"s","version":"1.0"}}}`, true, false},
		{"integer without bounds", Source,
			column(`"xdm":{"type":"integer","minimum":-2147483648,"maximum":2147483647}`),
			column(`"xdm":{"type":"integer"}`), true, true},
		{"long one off", Source, column(`"xdm":{"maximum":9007199254740991}`),
			column(`"xdm":{"maximum":9007199254740992}`), true, false},
		{"date as xdm type", Source, column(`"meta:xdmType":"date-time","xdm":{"format":"date"}`),
			column(`"meta:xdmType":"date","xdm":{"format":"date"}`), true, false},
		{"date for a time", Source, column(`"meta:xdmType":"date-time","xdm":{"format":"date-time"}`),
			column(`"meta:xdmType":"date","xdm":{"format":"date"}`), false, false},
		{"version of a specification", Source, `{"connectionSpec":{"id":"c","version":"1.0"}}`,
			`{"connectionSpec":{"id":"c","version":1}}`, true, false},
		{"another version of a specification", Source, `{"connectionSpec":{"id":"c","version":"1.0"}}`,
			`{"connectionSpec":{"id":"c","version":"2.0"}}`, false, false},
		{"table named by a number", Source, `{"params":{"tableName":"1"}}`, `{"params":{"tableName":"1.0"}}`, false, false},
		{"start as text", Flow, flow(`"startTime":1799452800`), flow(`"startTime":"1799452800"`), true, false},
		{"another start", Flow, flow(`"startTime":1799452800`), flow(`"startTime":"1799452801"`), false, false},
		{"large numbers", Flow, flow(`"startTime":9007199254740993`), flow(`"startTime":"9007199254740992"`), false, false},
		{"backfill as text", Flow, flow(`"backfill":true`), flow(`"backfill":"true"`), true, false},
		{"backfill left out", Flow, flow(`"backfill":true,"interval":1`), flow(`"interval":1`), true, true},
		{"no backfill left out", Flow, flow(`"backfill":false,"interval":1`), flow(`"interval":1`), false, true},
		{"frequency in capitals", Flow, flow(`"frequency":"day"`), flow(`"frequency":"DAY"`), true, false},
		{"timezone left out", Flow, delta(`,"timezone":"UTC"`), delta(``), true, true},
		{"another timezone left out", Flow, delta(`,"timezone":"Europe/Paris"`), delta(``), false, true},
		{"version left out", Flow, version(`,"mappingVersion":0`), version(``), true, true},
		{"version as text", Flow, version(`,"mappingVersion":3`), version(`,"mappingVersion":"3"`), true, false},
		{"later version left out", Flow, version(`,"mappingVersion":3`), version(``), false, true},
	} {
		for _, way := range []struct{ name, from, to string }{{"there", tt.a, tt.b}, {"back", tt.b, tt.a}} {
			t.Run(tt.name+" "+way.name, func(t *testing.T) {
				spec := SpecOf(tt.kind)
				from, to := parsed(t, way.from), parsed(t, way.to)
				d := spec.Diff(from, to)
				fewer := len(way.to) < len(way.from) && tt.leaves // taking a value away is a change
				if (len(d) == 0) != (tt.same && (!fewer || tt.kind == Dataset)) {
					t.Errorf("Diff finds %d differences: %v", len(d), d)
				}
				if tt.leaves && !fewer {
					return // what was not applied does not count
				}
				read, err := spec.Align(from, plain(way.to), "", noRefs)
				if err != nil {
					t.Fatal(err)
				}
				if (len(spec.Diff(from, read)) == 0) != tt.same {
					t.Errorf("read back as %s", read.JSON())
				}
				if tt.same && !read.Equal(from) {
					t.Errorf("read back as %s, which is not how it was applied", read.JSON())
				}
			})
		}
	}
}

func noRefs(Path, Ref) (string, bool) { return "", false }

func parsed(t *testing.T, text string) Value {
	t.Helper()
	v, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// plain is a body as the platform has it.
func plain(text string) json.RawMessage {
	return json.RawMessage(strings.ReplaceAll(text, "$${", "${"))
}

// TestAlign reads objects back as the platform has them, in shapes that differ
// from what was applied in more than a spelling.
func TestAlign(t *testing.T) {
	refs := map[string]string{"${schema.people.id}": "https://ns.adobe.com/acme/schemas/1", "${mapping.m.version}": "3"}
	resolved := func(_ Path, r Ref) (string, bool) { id, ok := refs[r.String()]; return id, ok }
	for _, tt := range []struct {
		name          string
		kind          Kind
		applied, live string
		want          string // "": as applied
	}{
		{"stamps of the platform", Dataset, `{"tags":{"unifiedProfile":["enabled:true"],"unifiedIdentity":["enabled:true"]}}`,
			`{"tags":{"unifiedProfile":["enabledAt:2024-11-05 12:33:59","enabled:true"],"unifiedIdentity":["enabled:true","enabledAt:2024"],"adobe/pqs/table":["x"]}}`, ""},
		{"a stamp in a tag of the user", Dataset, `{"tags":{"team":["crm"]}}`,
			`{"tags":{"team":["crm","enabledAt:2024"]}}`, `{"tags":{"team":["crm","enabledAt:2024"]}}`},
		{"a stamp that was applied", Dataset, `{"tags":{"unifiedProfile":["enabledAt:1"]}}`,
			`{"tags":{"unifiedProfile":["enabledAt:1"]}}`, ""},
		{"upsert beside a stamp", Dataset, `{"tags":{"unifiedProfile":["enabled:true"]}}`,
			`{"tags":{"unifiedProfile":["enabled:true","isUpsert:true","enabledAt:1"]}}`,
			`{"tags":{"unifiedProfile":["enabled:true","isUpsert:true"]}}`},
		{"reference", Dataset, `{"schemaRef":{"id":"${schema.people.id}"}}`,
			`{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/1"}}`, ""},
		{"reference to another", Dataset, `{"schemaRef":{"id":"${schema.people.id}"}}`,
			`{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/2"}}`,
			`{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/2"}}`},
		{"reference to what is not known", Dataset, `{"schemaRef":{"id":"${schema.gone.id}"}}`,
			`{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/2"}}`, ""},
		{"reference as a number", Flow,
			`{"transformations":[{"name":"Mapping","params":{"mappingVersion":"${mapping.m.version}"}}]}`,
			`{"transformations":[{"name":"Copy"},{"name":"Mapping","params":{"mappingVersion":3}}]}`,
			`{"transformations":[{"name":"Mapping","params":{"mappingVersion":"${mapping.m.version}"}},{"name":"Copy"}]}`},
		{"secret", Connection, `{"auth":{"params":{"server":"a","password":"${env.PW}"}}}`,
			`{"auth":{"params":{"server":"a","password":"****"}},"x":1}`, ""},
		{"all secrets kept back", Connection, `{"auth":{"params":{"password":"${env.PW}"}}}`, `{}`, ""},
		{"tenant", Dataset, `{"schemaRef":{"id":"https://ns.adobe.com/{TENANT_ID}/schemas/1"}}`,
			`{"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/1"}}`, ""},
		{"tenant in a name", FieldGroup, `{"definitions":{"fields":{"properties":{"_{TENANT_ID}":{"type":"object"}}}}}`,
			`{"definitions":{"fields":{"properties":{"_acme":{"type":"object"}}}}}`, ""},
		{"placeholder as text", Flow, `{"name":"{{TENANT_ID}} of {TENANT_ID}"}`, `{"name":"{TENANT_ID} of acme"}`, ""},
		{"placeholder as text instead of the tenant", Flow, `{"name":"{TENANT_ID}"}`, `{"name":"{TENANT_ID}"}`,
			`{"name":"{{TENANT_ID}}"}`},
		{"placeholder as text in names and rows", Source,
			`{"params":{"{{TENANT_ID}}":"a","columns":[{"name":"{TENANT_ID}"}]}}`,
			`{"params":{"{TENANT_ID}":"a","columns":[{"name":"{TENANT_ID}"},{"name":"acme"}]}}`,
			`{"params":{"{{TENANT_ID}}":"a","columns":[{"name":"{TENANT_ID}"},{"name":"{{TENANT_ID}}"}]}}`},
		{"null is absent", Flow, `{"name":"a","description":"b"}`, `{"name":"a","description":null}`, `{"name":"a"}`},
		{"open start", Flow, `{"scheduleParams":{"startTime":"${time.start}"}}`, `{"scheduleParams":{"startTime":"17"}}`, ""},
		{"rows in another order", Mapping, `{"mappings":[{"source":"a","destination":"x"},{"source":"b","destination":"y"}]}`,
			`{"mappings":[{"source":"b","destination":"y"},{"source":"a","destination":"x"}]}`, ""},
		{"rows of an older client", Mapping,
			`{"outputSchema":{"schemaRef":{"id":"s","contentType":"application/vnd.adobe.xed-full+json;version=1"}},"mappings":[{"sourceType":"ATTRIBUTE","source":"a","destination":"x"}]}`,
			`{"xdmSchema":"s","xdmVersion":"1.0","mappings":[{"sourceType":"text/x.schema-path","sourceAttribute":"a","destinationXdmPath":"x"}]}`, ""},
		{"schema reference of an older client", Mapping,
			`{"outputSchema":{"schemaRef":{"id":"s","contentType":"application/vnd.adobe.xed-full+json;version=1"}}}`,
			`{"outputSchemaRef":{"id":"s","contentType":"application/vnd.adobe.xed+json;version=1"}}`, ""},
		{"both shapes", Mapping, `{"mappings":[{"source":"a","destination":"x"}]}`,
			`{"mappings":[{"source":"a","destination":"x","sourceAttribute":"old","destinationXdmPath":"z"}]}`, ""},
		{"older name of a dataset", Target, `{"params":{"dataSetId":"d"}}`, `{"params":{"datasetId":"d"}}`, ""},
		{"older name of a schema", Target, `{"data":{"schema":{"id":"s","version":"1.0"}}}`,
			`{"data":{"schema":{"schemaId":"s"}}}`, ""},
		{"target without a schema", Target, `{"data":{"schema":{"id":"s"}},"params":{"dataSetId":"d"}}`,
			`{"data":{"format":"parquet_xdm"},"params":{"dataSetId":"d"}}`, ""},
		{"loose list", FieldGroup, `{"meta:intendedToExtend":["a","b"]}`, `{"meta:intendedToExtend":["b","a"]}`, ""},
		{"list for an object", Dataset, `{"schemaRef":{"id":"s"}}`, `{"schemaRef":["s"]}`, `{"schemaRef":["s"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if want == "" {
				want = tt.applied
			}
			got, err := SpecOf(tt.kind).Align(parsed(t, tt.applied), plain(tt.live), "acme", resolved)
			if err != nil || string(got.JSON()) != want {
				t.Errorf("Align gives %s, %v\nwant %s", got.JSON(), err, want)
			}
		})
	}
	if _, err := SpecOf(Flow).Align(Object(), json.RawMessage(`{`), "", noRefs); err == nil {
		t.Error("an answer that is not JSON is taken")
	}
}

// TestTablesFit: every row of the tables of spellings and older names belongs to
// a kind that exists, and a canonical text stays as it is.
func TestTablesFit(t *testing.T) {
	for kind, rows := range spellings {
		SpecOf(kind)
		for _, r := range rows {
			if r.Field == "" || r.Canon == nil && r.Absent == "" && !r.Unsaid && r.Server == nil && !r.Owned &&
				!r.Served {
				t.Errorf("%s: the row %q says nothing", kind, r.Field)
			}
			for _, text := range []string{"ATTRIBUTE", "text/plain", "1.0.0", "1", "DAY", "$${a}", `a\.b`,
				"application/vnd.adobe.xed+json"} {
				if once := r.canon(text); r.canon(once) != once {
					t.Errorf("%s %s: %q becomes %q, then %q", kind, r.Field, text, once, r.canon(once))
				}
			}
		}
	}
	for kind := range renames {
		SpecOf(kind)
	}
}

// The platform spells the bounds of a column as it likes; a document that asks for other ones is a change.
func TestBoundsOfAColumnAreThePlatforms(t *testing.T) {
	column := func(rest string) string {
		return `{"params":{"columns":[{"name":"a","xdm":{"type":"integer"` + rest + `}}]}}`
	}
	const integer = `,"minimum":-2147483648,"maximum":2147483647`
	const long = `,"minimum":-9007199254740991,"maximum":9007199254740991`
	spec := SpecOf(Source)
	if d := spec.Diff(parsed(t, column(integer)), parsed(t, column(long))); len(d) != 2 {
		t.Errorf("integer to long: %d differences, want 2", len(d))
	}
	for _, applied := range []string{integer, long} {
		for _, there := range []string{"", integer, long, `,"minimum":0`} {
			want := parsed(t, column(applied))
			read, err := spec.Align(want, plain(column(there)), "", noRefs)
			if err != nil {
				t.Fatal(err)
			}
			if !read.Equal(want) {
				t.Errorf("%s read where %s was applied: %s", there, applied, read.JSON())
			}
		}
	}
}

// A mapping set is sent as a whole: a name or description that was not applied is a difference.
func TestTextsOfAMappingAreOurs(t *testing.T) {
	row := func(rest string) string { return `{"mappings":[{"source":"a","destination":"_id"` + rest + `}]}` }
	spec := SpecOf(Mapping)
	for _, tt := range []struct {
		applied, there string
		differences    int
	}{
		{"", "", 0},
		{"", `,"name":"","description":null`, 0},
		{"", `,"name":"Key"`, 1},
		{"", `,"name":"Key","description":"The key"`, 2},
		{`,"name":"Key"`, "", 1},
		{`,"name":"Key"`, `,"name":"Key"`, 0},
		{`,"name":"Key"`, `,"name":"Id"`, 1},
	} {
		want := parsed(t, row(tt.applied))
		read, err := spec.Align(want, plain(row(tt.there)), "", noRefs)
		if err != nil {
			t.Fatal(err)
		}
		if d := spec.Diff(read, want); len(d) != tt.differences {
			t.Errorf("%q read where %q was applied: %d differences, want %d", tt.there, tt.applied, len(d), tt.differences)
		}
	}
}

// Files that are read as by default are not read differently, whatever the platform writes.
func TestDefaultsOfFiles(t *testing.T) {
	body := func(properties, recursive string) string {
		return `{"data":{"format":"delimited"` + properties + `},"params":{"path":"/a.csv"` + recursive + `}}`
	}
	const usual = `,"properties":{"columnDelimiter":",","encoding":"UTF-8"}`
	spec := SpecOf(Source)
	for _, tt := range []struct {
		properties, recursive string
		differences           int
	}{
		{usual, `,"recursive":false`, 0},
		{"", "", 0},
		{`,"properties":null`, `,"recursive":null`, 0},
		{`,"properties":{}`, `,"recursive":"false"`, 0},
		{`,"properties":{"columnDelimiter":","}`, "", 0},
		{`,"properties":{"columnDelimiter":";"}`, "", 1},
		{`,"properties":{"encoding":"ISO-8859-1"}`, "", 1},
		{`,"properties":{"compressionType":"gzip"}`, "", 1},
		{`,"properties":{"compressionType":""}`, "", 0},
		{"", `,"recursive":true`, 1},
	} {
		want := parsed(t, body(usual, `,"recursive":false`))
		read, err := spec.Align(want, plain(body(tt.properties, tt.recursive)), "", noRefs)
		if err != nil {
			t.Fatal(err)
		}
		if d := spec.Diff(read, want); len(d) != tt.differences {
			t.Errorf("%s%s: %d differences, want %d: %v", tt.properties, tt.recursive, len(d), tt.differences, d)
		}
	}
}

// Streams that begin, or are read, as by default are not read differently.
func TestDefaultsOfStreams(t *testing.T) {
	spec := SpecOf(Source)
	want := parsed(t, `{"params":{"eventHubName":"h","reset":"earliest",
		"consumerGroup":"$Default","timezoneValue":"UTC"}}`)
	for params, differences := range map[string]int{
		`"reset":"earliest","consumerGroup":"$Default","timezoneValue":"UTC"`: 0,
		`"reset":null`:          0,
		`"reset":"EARLIEST"`:    0,
		`"reset":"latest"`:      1,
		`"consumerGroup":"g"`:   1,
		`"timezoneValue":"CET"`: 1,
	} {
		read, err := spec.Align(want, plain(`{"params":{"eventHubName":"h",`+params+`}}`), "", noRefs)
		if err != nil {
			t.Fatal(err)
		}
		if d := spec.Diff(read, want); len(d) != differences {
			t.Errorf("%s: %d differences, want %d: %v", params, len(d), differences, d)
		}
	}
}

// TestReadRefuses: an answer that is not an object is not taken for one without members.
func TestReadRefuses(t *testing.T) {
	for _, live := range []string{"", "[1]", "null", `"x"`, "17", "{}}"} {
		if _, err := SpecOf(Dataset).Read(json.RawMessage(live)); err == nil {
			t.Errorf("%s is read as an object", live)
		}
	}
	if _, err := SpecOf(Dataset).Read(json.RawMessage("{}")); err != nil {
		t.Error(err)
	}
}
