package emulator

import (
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/files"
)

func TestSandboxesAndOrgsAreApart(t *testing.T) {
	a := open(t, Options{Seed: seedOf(t, `{"org": "A@AdobeOrg", "tenant": "_alpha", "sandboxes": ["prod", {"name": "qa", "title": "Quality", "type": "development"}],
		"connections": [{"id": "c1", "connector": "mysql"}, {"id": "c2", "connector": "mysql", "sandbox": "qa"}],
		"orgs": [{"org": "B@AdobeOrg", "tenant": "beta", "connections": [{"id": "c3", "connector": "mysql"}]}]}`)})
	count := func(org, sandbox string) int {
		r := a.do("GET", flowBase+"/connections", nil, "x-gw-ims-org-id", org, "x-sandbox-name", sandbox).want(200)
		return len(core.List(r.v, "items"))
	}
	for _, c := range []struct {
		org, sandbox string
		want         int
	}{{"A@AdobeOrg", "prod", 1}, {"A@AdobeOrg", "qa", 2}, {"B@AdobeOrg", "prod", 1}, {"B@AdobeOrg", "dev", 1},
		{"A@AdobeOrg", "", 1}} {
		if got := count(c.org, c.sandbox); got != c.want {
			t.Errorf("%s %s has %d connections, want %d", c.org, c.sandbox, got, c.want)
		}
	}
	for org, tenant := range map[string]string{"A@AdobeOrg": "alpha", "B@AdobeOrg": "beta"} {
		if got := a.do("GET", registryBase+"/stats", nil, "x-gw-ims-org-id", org).want(200).text("tenantId"); got != tenant {
			t.Errorf("tenant of %s is %q", org, got)
		}
	}
	r := a.do("GET", "/data/foundation/sandbox-management/", nil, "x-gw-ims-org-id", "A@AdobeOrg", "x-sandbox-name",
		"").want(200)
	boxes := core.List(r.v, "sandboxes")
	if len(boxes) != 2 || core.Text(boxes[0], "type") != "production" || core.At(boxes[0], "isDefault") != true ||
		core.Text(boxes[1], "title") != "Quality" || core.Text(boxes[1], "type") != "development" {
		t.Errorf("sandboxes %s", r.raw)
	}
}

// A seed is planted at every start; what was changed since stays.
func TestSeedAddsOnlyWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: files.Project(dir)})
	path := flowBase + "/connections/" + tutorialConnection
	etag := core.Text(a.get(path).item(), "etag")
	a.patch(path, etag, `[{"op":"replace","path":"/name","value":"renamed"}]`).want(200)
	a.s.Close()
	a = open(t, Options{Dir: files.Project(dir)})
	if got := core.Text(a.get(path).item(), "name"); got != "renamed" {
		t.Errorf("after a restart the connection is %q", got)
	}
}

func TestSeedFaults(t *testing.T) {
	for text, want := range map[string]string{
		`{"conections": []}`:                                                   "unknown field",
		`{"sandboxes": [{"name": "a", "kind": "x"}]}`:                          "unknown field",
		`{"org": "A"}`:                                                         "@AdobeOrg",
		`{"sandboxes": ["a", "a"]}`:                                            "listed twice",
		`{"clients": [{"id": "a"}]}`:                                           "needs an id and a secret",
		`{"connections": [{"name": "x"}]}`:                                     "has no id",
		`{"connections": [{"id": "x"}]}`:                                       "needs a connector",
		`{"connections": [{"id": "x", "connector": "mysq"}]}`:                  `"mysq" is not known`,
		`{"connections": [{"id": "x", "connector": "mysql", "sandbox": "q"}]}`: `no sandbox "q"`,
		`{"datasetLabels": [{"id": "x", "labels": ["C1"]}]}`:                   "no dataset",
		`{"datasets": [{"id": "x", "schema": "y"}]}`:                           "does not exist",
		`{"schemas": [{"$id": "x", "fieldGroups": ["y"]}]}`:                    "does not exist",
		`{"mappingSets": [{"id": "x"}]}`:                                       "target schema is missing",
		`{"org": "A@AdobeOrg", "orgs": [{"org": "A@AdobeOrg"}]}`:               "listed twice",
	} {
		seed, err := ParseSeed([]byte(text))
		if err == nil {
			var s *Server
			if s, err = Open(Options{Seed: seed}); err == nil {
				s.Close()
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Drafts from the base connection up, published in order.
func TestDrafts(t *testing.T) {
	a := open(t, Options{})
	draft := func(path string, body object) string {
		return a.post(flowBase+path+"?mode=draft", body).want(201).text("id")
	}
	publish := func(path, id string) reply { return a.post(flowBase+path+"/"+id+"/action?op=publish", nil) }
	base := draft("/connections", object{"name": "c", "connectionSpec": object{"id": bigQuery, "version": "1.0"},
		"auth": object{"specName": "Service Authentication", "params": object{"projectId": "p", "keyFileContent": "k"}}})
	source := draft("/sourceConnections", with(sourceBody(), "baseConnectionId", base))
	target := draft("/targetConnections", targetBody())
	flow := draft("/flows", object{"name": "f", "flowSpec": object{"id": "14518937-270c-4525-bdec-c2ba7cce3860",
		"version": "1.0"},
		"sourceConnectionIds": []any{source}, "targetConnectionIds": []any{target}})
	for _, path := range []string{"/connections/" + base, "/sourceConnections/" + source, "/targetConnections/" + target,
		"/flows/" + flow} {
		o := a.get(flowBase + path).item()
		s, made := core.Text(o, "state"), core.Text(o, "lastOperation", "operation")
		if s != "draft" || made != "draft_create" {
			t.Errorf("%s has state %q after %q", path, s, made)
		}
	}
	if core.At(a.get(flowBase+"/connections/"+base+"/test").v, "result") != false {
		t.Error("a draft passes the test")
	}
	publish("/sourceConnections", source).refused(400, "FLOW-1422-400")
	publish("/flows", flow).refused(400, "FLOW-1338-400")
	// The filter of a draft can change in place.
	etag := core.Text(a.get(flowBase+"/sourceConnections/"+source).item(), "etag")
	filter := core.ToJSON([]any{object{"op": "add", "path": "/params/filters", "value": pql("TestID", "String")}})
	a.patch(flowBase+"/sourceConnections/"+source, etag, string(filter)).want(200)
	for _, p := range [][2]string{{"/connections", base}, {"/sourceConnections", source}, {"/targetConnections", target}} {
		publish(p[0], p[1]).want(200)
	}
	publish("/flows", flow).refused(400, "FLOW-1317-400")
	full := a.flowParts()
	etag = core.Text(a.get(flowsPath+"/"+flow).item(), "etag")
	patch := core.ToJSON([]any{object{"op": "add", "path": "/scheduleParams", "value": full["scheduleParams"]},
		object{"op": "add", "path": "/transformations", "value": full["transformations"]}})
	a.patch(flowsPath+"/"+flow, etag, string(patch)).want(200)
	publish("/flows", flow).want(200)
	o := a.get(flowsPath + "/" + flow).item()
	if s, made := core.Text(o, "state"), core.Text(o, "lastOperation", "operation"); s != "enabled" || made != "update" {
		t.Errorf("state %q after %q", s, made)
	}
	publish("/flows", flow).refused(400, "FLOW-1422-400")
}
