package catalog

import (
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

const datasetBody = `{"name":"D","schemaRef":{"id":"https://ns.adobe.com/acme/schemas/s","contentType":"application/vnd.adobe.xed+json;version=1"}}`

func open(svc core.Service, sw core.Switches) *servetest.Service {
	s := servetest.New(svc, Routes(), sw)
	s.Put(core.KindSchema, "https://ns.adobe.com/acme/schemas/s", `{"title":"S","meta:resourceType":"schemas"}`)
	return s
}

func TestDatasets(t *testing.T) {
	open(core.CatalogService, core.Switches{}).Run(t,
		servetest.Step{Call: "POST /dataSets", Body: datasetBody, Status: 201, Save: "ref=0"},
		servetest.Step{Call: "GET /dataSets?limit=1", Status: 200},
		servetest.Step{Call: "GET /dataSets?limit=101", Status: 400},
		servetest.Step{Call: "GET /dataSets?start=-1", Status: 400},
		servetest.Step{Call: "GET /dataSets/none", Status: 404},
		servetest.Step{Call: "DELETE /dataSets/none", Status: 200, Want: `[]`},
		servetest.Step{Call: "POST /dataSets", Body: `{"name":"D"}`, Status: 400, Has: "schemaRef.id is missing"},
		servetest.Step{Call: "POST /dataSets", Body: `{"name":" ","schemaRef":{}}`, Status: 400, Has: "name is missing"},
		servetest.Step{Call: "POST /dataSets", Body: `{"name":"D","schemaRef":{"id":"x","contentType":"application/vnd.adobe.xed+json;version=1"}}`, Status: 400, Has: "not a schema"},
		servetest.Step{Call: "POST /dataSets", Body: `{"name":"D","schemaRef":{"id":"x","contentType":"json"}}`, Status: 400,
			Has: "schemaRef.contentType"},
	)
}

// A PATCH replaces top-level members, that of v2 merges, and If-Match compares the version.
func TestPatchedDatasets(t *testing.T) {
	s := open(core.CatalogService, core.Switches{})
	AddDataset(s.Call(), "d1", core.MustObject([]byte(datasetBody)))
	s.Run(t,
		servetest.Step{Call: "PATCH /dataSets/d1", Body: `{"tags":{"a":["1"]}}`, Status: 200, Want: `["@/dataSets/d1"]`},
		servetest.Step{Call: "PATCH /v2/dataSets/d1", Body: `{"tags":{"b":["2"]}}`, Header: "If-Match: 1.0.1", Status: 200},
		servetest.Step{Call: "GET /dataSets/d1", Status: 200,
			Want: `{"d1":{"version":"1.0.2","tags":{"a":["1"],"b":["2"]}}}`},
		servetest.Step{Call: "PATCH /dataSets/d1", Body: `{"tags":{}}`, Header: "If-Match: 1.0.1", Status: 412},
		servetest.Step{Call: "PATCH /dataSets/d1", Body: `{"version":"2"}`, Status: 400, Has: "version cannot be changed"},
		servetest.Step{Call: "PATCH /dataSets/d1", Body: `[{"op":"replace","path":"/name","value":"E"}]`,
			Header: "Content-Type: application/json-patch+json", Status: 200},
		servetest.Step{Call: "GET /dataSets/d1?properties=name", Status: 200, Want: `{"d1":{"name":"E"}}`},
		servetest.Step{Call: "DELETE /dataSets/d1", Status: 200, Want: `["@/dataSets/d1"]`},
	)
}

// Rows of events expire after a period that a merge sets, and a create does not take.
func TestExpiration(t *testing.T) {
	s := open(core.CatalogService, core.Switches{})
	s.Put(core.KindSchema, "https://ns.adobe.com/acme/schemas/e",
		`{"title":"E","meta:resourceType":"schemas","meta:extends":["https://ns.adobe.com/xdm/data/time-series"]}`)
	event := `"schemaRef":{"id":"https://ns.adobe.com/acme/schemas/e",` +
		`"contentType":"application/vnd.adobe.xed+json;version=1"}`
	expires := func(period string) string {
		return `{"extensions":{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"` + period + `"}}}}`
	}
	AddDataset(s.Call(), "d1", core.MustObject([]byte(`{"name":"D",`+event+`}`)))
	AddDataset(s.Call(), "d2", core.MustObject([]byte(datasetBody)))
	v2 := "PATCH /v2/dataSets/d1"
	s.Run(t,
		servetest.Step{Call: v2, Body: expires("P30D"), Status: 200, Want: `["@/dataSets/d1"]`},
		servetest.Step{Call: "GET /dataSets/d1", Status: 200, Want: `{"d1":{"version":"1.0.1","extensions":
			{"adobe_lakeHouse":{"rowExpiration":{"ttlValue":"P30D","valueStatus":"custom","setBy":"user"}}}}}`},
		servetest.Step{Call: v2, Body: expires("P10Y"), Status: 200},
		servetest.Step{Call: v2, Body: expires("P29D"), Status: 400, Has: "expected P30D to P10Y"},
		servetest.Step{Call: v2, Body: expires("P10Y1D"), Status: 400, Has: "expected P30D to P10Y"},
		servetest.Step{Call: v2, Body: expires("30 days"), Status: 400, Has: "expected an ISO 8601 period"},
		servetest.Step{Call: "PATCH /v2/dataSets/d2", Body: expires("P90D"), Status: 400, Has: "xdm/data/time-series"},
		servetest.Step{Call: "PATCH /dataSets/d2", Status: 400, Header: "Content-Type: application/json-patch+json",
			Body: `[{"op":"add","path":"/extensions/adobe_lakeHouse/rowExpiration","value":{"ttlValue":"P90D"}}]`},
		servetest.Step{Call: "PATCH /dataSets/d1", Status: 200, Header: "Content-Type: application/json-patch+json",
			Body: `[{"op":"remove","path":"/extensions/adobe_lakeHouse/rowExpiration"}]`},
		servetest.Step{Call: "POST /dataSets", Body: `{"name":"E",` + event + `,` + expires("P90D")[1:], Status: 201},
	)
	for _, r := range s.Space.Table(core.KindDataset).By("name", "E") {
		if core.At(r.View(), rowExpiration...) != nil {
			t.Error("a create takes what only a merge sets")
		}
	}
}

func TestListedDatasets(t *testing.T) {
	s := open(core.CatalogService, core.Switches{})
	for _, name := range []string{"a", "c", "b"} {
		o := core.MustObject([]byte(datasetBody))
		o["name"] = name
		AddDataset(s.Call(), "id-"+name, o)
	}
	for _, c := range []struct{ query, want string }{
		{"", `{"id-a":{"name":"a"},"id-c":{"name":"c"},"id-b":{"name":"b"}}`},
		{"?orderBy=desc:name&limit=2", `{"id-c":{"name":"c"},"id-b":{"name":"b"}}`},
		{"?orderBy=name&start=1&limit=1", `{"id-b":{"name":"b"}}`},
		{"?orderBy=desc:created&limit=1", `{"id-a":{"name":"a"}}`},
		{"?name=a,b&limit=1", `{"id-a":{"name":"a"}}`},
		{"?name=!a", `{"id-c":{"name":"c"},"id-b":{"name":"b"}}`},
		{"?property=name~[ab]&orderBy=name&start=1", `{"id-b":{"name":"b"}}`},
		{"?start=3", `{}`},
	} {
		sep := "?"
		if c.query != "" {
			sep = c.query + "&"
		}
		s.Run(t, servetest.Step{Call: "GET /dataSets" + sep + "properties=name", Status: 200, Exact: c.want})
	}
}

// A batch is begun, takes files while it is loading, and counts their rows.
func TestUploadedBatch(t *testing.T) {
	s := open(core.ImportService, core.Switches{})
	AddDataset(s.Call(), "d1", core.MustObject([]byte(datasetBody)))
	s.Run(t,
		servetest.Step{Call: "POST /batches", Body: `{"datasetId":"none"}`, Status: 400},
		servetest.Step{Call: "POST /batches", Body: `{"datasetId":"d1","inputFormat":{"format":"csv"}}`, Status: 201,
			Want: `{"status":"loading"}`, Save: "id=id"},
		servetest.Step{Call: "PUT /batches/{id}/datasets/d1/files/f.csv", Body: "a\n1\n2\n", Status: 200},
		servetest.Step{Call: "HEAD /batches/{id}/datasets/d1/files/f.csv", Status: 200},
		servetest.Step{Call: "PUT /batches/{id}/datasets/d2/files/f.csv", Body: "a\n", Status: 400},
		servetest.Step{Call: "POST /batches/{id}?action=CLOSE", Status: 400},
		servetest.Step{Call: "POST /batches/{id}?action=COMPLETE", Status: 200},
		servetest.Step{Call: "PUT /batches/{id}/datasets/d1/files/f.csv", Body: "a\n", Status: 400,
			Has: "takes no more files"},
		servetest.Step{Call: "POST /batches/{id}?action=REVERT", Status: 200},
	)
	batch := s.Space.Table(core.KindBatch).Order[0].Object()
	if n, _ := core.AsInt(batch["recordCount"]); n != 2 || core.Text(batch, "status") != "inactive" {
		t.Errorf("got %s", core.ToJSON(batch))
	}
}
