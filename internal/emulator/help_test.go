package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// start is when the tests' clock stands: long after the tutorial, long before
// its schedule.
var start = time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)

const (
	tutorialConnection = "6990abad-977d-41b9-a85d-17ea8cf1c0e4"
	tutorialDataset    = "6019e0e7c5dcf718db5ebc71"
	tutorialSchema     = "https://ns.adobe.com/aepflow/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168"
	bigQuery           = "3c9b37f8-13a6-43d8-bad3-b863b941fedd"
)

const tutorialSeed = `{
	"connections": [{"id": "6990abad-977d-41b9-a85d-17ea8cf1c0e4", "name": "BigQuery", "connector": "google-bigquery"}],
	"schemas": [{"$id": "https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168", "title": "Tutorial",
		"class": "https://ns.adobe.com/xdm/context/profile", "fieldGroups": ["https://ns.adobe.com/xdm/context/profile-person-details"]}],
	"datasets": [{"id": "6019e0e7c5dcf718db5ebc71", "name": "Tutorial", "schema": "https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168"}]
}`

// api is a client of its own kind: bare HTTP, no code shared with the product's.
type api struct {
	t       testing.TB
	s       *Server
	http    *http.Client
	base    string
	token   string
	sandbox string
	header  http.Header // sent with every call
}

func seedOf(t testing.TB, text string) *Seed {
	t.Helper()
	seed, err := ParseSeed([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func open(t testing.TB, o Options) *api {
	t.Helper()
	if o.Seed == nil {
		o.Seed = seedOf(t, tutorialSeed)
	}
	if o.Now == nil {
		o.Now = func() time.Time { return start }
	}
	o.Log = testLog{t}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	a := &api{t: t, s: s, http: &http.Client{Transport: s.Transport()}, base: "http://emulator", sandbox: "prod",
		header: http.Header{}}
	a.signIn()
	return a
}

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Errorf("%s", b)
	return len(b), nil
}

func (a *api) signIn() {
	a.t.Helper()
	resp, err := a.http.PostForm(a.base+"/ims/token/v3", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"key"}, "client_secret": {"s3cret"}, "scope": {"openid,AdobeID"},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.Token == "" {
		a.t.Fatalf("sign in: %s %v", resp.Status, err)
	}
	a.token = out.Token
}

// reply is an answer as tests look at it.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	raw    []byte
	v      any
}

const (
	flowBase     = "/data/foundation/flowservice"
	registryBase = "/data/foundation/schemaregistry"
	catalogBase  = "/data/foundation/catalog"
	prepBase     = "/data/foundation/conversion"
)

// do sends one request. Body is JSON text or a value; pairs are headers.
func (a *api) do(method, path string, body any, pairs ...string) reply {
	a.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		r = bytes.NewReader(core.ToJSON(b))
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, r)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	req.Header.Set("x-api-key", "key")
	req.Header.Set("x-gw-ims-org-id", DefaultOrg)
	if a.sandbox != "" {
		req.Header.Set("x-sandbox-name", a.sandbox)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range a.header {
		req.Header[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			req.Header.Del(pairs[i])
		} else {
			req.Header.Set(pairs[i], pairs[i+1])
		}
	}
	resp, err := a.http.Do(req)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	out := reply{t: a.t, status: resp.StatusCode, header: resp.Header, raw: raw}
	if len(raw) > 0 && strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if out.v, err = core.DecodeJSON(raw); err != nil {
			a.t.Fatalf("%s %s: answer is not JSON: %s", method, path, raw)
		}
	}
	return out
}

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	return r
}

// refused checks status and code of a refusal.
func (r reply) refused(status int, code string) {
	r.t.Helper()
	if got := codeOf(r.raw); r.status != status || got != code {
		r.t.Errorf("refused with %d %s, want %d %s: %s", r.status, got, status, code, r.raw)
	}
}

func (r reply) text(names ...string) string {
	r.t.Helper()
	s := core.Text(r.v, names...)
	if s == "" {
		r.t.Fatalf("no %v in %s", names, r.raw)
	}
	return s
}

// item is the one object of an answer wrapped in items.
func (r reply) item() object {
	r.t.Helper()
	items := core.List(r.v, "items")
	if len(items) != 1 {
		r.t.Fatalf("%d items, want 1: %s", len(items), r.raw)
	}
	return items[0].(object)
}

func (a *api) post(path string, body any) reply { a.t.Helper(); return a.do("POST", path, body) }
func (a *api) get(path string) reply            { a.t.Helper(); return a.do("GET", path, nil) }
func (a *api) delete(path string) reply         { a.t.Helper(); return a.do("DELETE", path, nil) }
func (a *api) patch(path, etag, body string) reply {
	a.t.Helper()
	return a.do("PATCH", path, body, "If-Match", etag)
}

// The tutorial's bodies, in the form of today.
func sourceBody() object {
	return core.MustObject([]byte(`{"name":"Database source connection","baseConnectionId":"` + tutorialConnection + `","description":"Database source connection",
		"data":{"format":"tabular"},"params":{"tableName":"test1.Mytable","columns":[
		{"name":"TestID","type":"string","xdm":{"type":"string"}},{"name":"Name","type":"string","xdm":{"type":"string"}},
		{"name":"Datefield","type":"string","meta:xdmType":"date-time","xdm":{"type":"string","format":"date-time"}}]},
		"connectionSpec":{"id":"` + bigQuery + `","version":"1.0"}}`))
}

func targetBody() object {
	return core.MustObject([]byte(`{"name":"Database target connection","description":"Database target connection",
		"data":{"schema":{"id":"` + tutorialSchema + `","version":"application/vnd.adobe.xed-full+json;version=1"}},
		"params":{"dataSetId":"` + tutorialDataset + `"},"connectionSpec":{"id":"c604ff05-7f1a-43c0-8e18-33bf874cb11c","version":"1.0"}}`))
}

func mappingBody() object {
	return core.MustObject([]byte(`{"outputSchema":{"schemaRef":{"id":"` + tutorialSchema + `","contentType":"application/vnd.adobe.xed-full+json;version=1"}},
		"mappings":[{"sourceType":"ATTRIBUTE","source":"TestID","destination":"_id"},{"sourceType":"ATTRIBUTE","source":"Name","destination":"person.name.fullName"},
		{"sourceType":"ATTRIBUTE","source":"Datefield","destination":"person.birthDate"}]}`))
}

// flowParts makes what a flow stands on and gives the flow's body.
func (a *api) flowParts() object {
	a.t.Helper()
	source := a.post(flowBase+"/sourceConnections", sourceBody()).want(201).text("id")
	target := a.post(flowBase+"/targetConnections", targetBody()).want(201).text("id")
	mapping := a.post(prepBase+"/mappingSets", mappingBody()).want(200).text("id")
	return object{
		"name": "Database dataflow using BigQuery", "description": "collecting test1.Mytable",
		"flowSpec":            object{"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"},
		"sourceConnectionIds": []any{source}, "targetConnectionIds": []any{target},
		"transformations": []any{
			object{"name": "Copy", "params": object{"deltaColumn": object{"name": "Datefield",
				"dateFormat": "yyyy-MM-dd HH:mm:ss", "timezone": "UTC"}}},
			object{"name": "Mapping", "params": object{"mappingId": mapping, "mappingVersion": "0"}},
		},
		"scheduleParams": object{"startTime": start.Unix() + 3600, "frequency": "minute", "interval": 15, "backfill": true},
	}
}

func (a *api) flow() (id, etag string) {
	a.t.Helper()
	r := a.post(flowBase+"/flows", a.flowParts()).want(201)
	return r.text("id"), r.text("etag")
}

func readJSON(resp *http.Response) (any, error) {
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return core.DecodeJSON(raw)
}
