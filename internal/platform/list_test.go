package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/specs"
)

// canned answers each path with a body and notes what was asked.
type canned struct {
	answers map[string]string // URI → body; what is missing is a 404
	header  http.Header
	asked   []string
}

func (c *canned) Do(_ context.Context, r Request) (Response, error) {
	line := r.Path
	if r.Accept != "" {
		line += " as " + r.Accept
	}
	c.asked = append(c.asked, line)
	body, ok := c.answers[r.Path]
	if !ok || r.Method != "GET" {
		return Response{Status: 404}, &Error{Method: r.Method, URL: r.Path, Status: 404, Code: c.header.Get("Code")}
	}
	return Response{Status: 200, Body: []byte(body), Header: c.header, RequestID: "r1"}, nil
}

func (c *canned) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(c.asked, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nexpected\n%s", got, strings.Join(want, "\n"))
	}
}

func show(objects []Object) string {
	var s []string
	for _, o := range objects {
		s = append(s, o.ID+"@"+o.ETag)
	}
	return strings.Join(s, " ")
}

func TestFlowObject(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"wrapped", `{"items":[{"id":"f1","etag":"\"00-1\"","name":"x"}]}`, `f1@"00-1"`},
		{"bare", `{"id":"f1","etag":"\"00-1\"","name":"x"}`, `f1@"00-1"`},
		{"no-etag", `{"items":[{"id":"f1"}]}`, `f1@`},
		{"none", `{"items":[]}`, "404"},
		{"other", `{"message":"?"}`, "404"},
		{"list", `[1]`, "error"},
	} {
		d := &canned{answers: map[string]string{specs.FlowService + "/flows/f1": tt.body}}
		o, err := FlowObject(t.Context(), d, "flows", "f1")
		got := show([]Object{o})
		if IsNotFound(err) {
			got = "404"
		} else if err != nil {
			got = "error"
		}
		if got != tt.want {
			t.Errorf("%s: got %s (%v), expected %s", tt.name, got, err, tt.want)
		}
		if err == nil && !strings.HasPrefix(string(o.Body), `{"id":"f1"`) {
			t.Errorf("%s: body %s", tt.name, o.Body)
		}
	}
}

func TestFlowPages(t *testing.T) {
	root := specs.FlowService + "/connections"
	d := &canned{answers: map[string]string{
		root + "?limit=100&property=name%3D%3D%22a%20b%22":                                   `{"items":[{"id":"1","etag":"e"},{"id":"2"}],"_links":{"next":{"href":"/connections?continuationToken=ab+/c=="}}}`,
		root + "?continuationToken=ab%2B%2Fc%3D%3D&limit=100&property=name%3D%3D%22a%20b%22": `{"items":[{"id":"3"}],"_links":{"next":{"href":"https://platform.adobe.io/data/foundation/flowservice/connections?continuationToken=d&limit=5"}}}`,
		root + "?continuationToken=d&limit=5&property=name%3D%3D%22a%20b%22":                 `{"items":[],"_links":{}}`,
	}}
	all, err := Collect(FlowObjects(t.Context(), d, "connections", url.Values{"property": {`name=="a b"`}}))
	if err != nil || show(all) != "1@e 2@ 3@" {
		t.Errorf("got %s, %v", show(all), err)
	}
	if len(d.asked) != 3 {
		t.Errorf("asked %q", d.asked)
	}
}

func TestListEnds(t *testing.T) {
	uri := specs.FlowService + "/flows?continuationToken=x&limit=100"
	body := `{"items":[{"id":"1"}],"_links":{"next":{"href":"/flows?continuationToken=x"}}}`
	d := &canned{answers: map[string]string{specs.FlowService + "/flows?limit=100": body, uri: body}}
	if _, err := Collect(FlowObjects(t.Context(), d, "flows", nil)); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("got %v for a list that names itself as next", err)
	}
	d.asked = nil
	for o, err := range FlowObjects(t.Context(), d, "flows", nil) {
		if err != nil || o.ID != "1" {
			t.Errorf("got %v, %v", o, err)
		}
		break // no more is asked for than is read
	}
	d.expect(t, specs.FlowService+"/flows?limit=100")
	delete(d.answers, uri)
	if all, err := Collect(FlowObjects(t.Context(), d, "flows", nil)); !IsNotFound(err) || all != nil {
		t.Errorf("got %v, %v for a second page that fails", all, err)
	}
}

func TestRegistryPages(t *testing.T) {
	root := specs.SchemaRegistry + "/tenant/schemas"
	d := &canned{answers: map[string]string{
		root + "?limit=300&orderby=title":                   `{"results":[{"$id":"https://ns/1","version":"1.0","title":"a"},{"$id":"https://ns/2","version":"1.2"}],"_page":{"orderby":"title","next":"b & c","count":2},"_links":{"next":{"href":"x"}}}`,
		root + "?limit=300&orderby=title&start=b%20%26%20c": `{"results":[{"$id":"https://ns/3","version":"1.0"}],"_page":{"orderby":"title","next":null,"count":1}}`,
	}}
	all, err := Collect(RegistryObjects(t.Context(), d, "tenant/schemas", AcceptXEDList, nil))
	if err != nil || show(all) != "https://ns/1@1.0 https://ns/2@1.2 https://ns/3@1.0" {
		t.Errorf("got %s, %v", show(all), err)
	}
	d.expect(t, root+"?limit=300&orderby=title as application/vnd.adobe.xed+json", root+"?limit=300&orderby=title&start=b%20%26%20c as application/vnd.adobe.xed+json")

	d = &canned{answers: map[string]string{specs.SchemaRegistry + "/tenant/descriptors": `{"xdm:descriptorRelationship":[{"@id":"r"}],"_page":{"count":3},"xdm:descriptorIdentity":[{"@id":"i2","version":"1"},{"@id":"i1"}]}`}}
	all, err = Collect(Descriptors(t.Context(), d, nil))
	if err != nil || show(all) != "i2@1 i1@ r@" {
		t.Errorf("got %s, %v", show(all), err)
	}

	const id = "https://ns.adobe.com/acme/schemas/52b5"
	d = &canned{answers: map[string]string{root + "/https%3A%2F%2Fns.adobe.com%2Facme%2Fschemas%2F52b5": `{"$id":"` + id + `","version":"1.3"}`}}
	o, err := RegistryObject(t.Context(), d, "tenant/schemas", id, AcceptXED)
	if err != nil || show([]Object{o}) != id+"@1.3" {
		t.Errorf("got %v, %v", o, err)
	}
}

func TestNamespaces(t *testing.T) {
	root := specs.Namespaces
	d := &canned{answers: map[string]string{
		root:        `[{"id":6,"code":"Email"},{"id":10000001,"code":"CRMID"}]`,
		root + "/6": `{"id":6,"code":"Email"}`,
	}}
	all, err := Collect(Namespaces(t.Context(), d))
	if err != nil || show(all) != "6@ 10000001@" {
		t.Errorf("got %s, %v", show(all), err)
	}
	o, err := Namespace(t.Context(), d, "6")
	if err != nil || show([]Object{o}) != "6@" {
		t.Errorf("got %v, %v", o, err)
	}
	for _, answer := range []string{`{}`, `[]`, `{"id":"a/b"}`, `{"id":null}`, `null`, `x`} {
		if id, err := WrittenNamespace([]byte(answer)); err == nil {
			t.Errorf("%s names %q", answer, id)
		}
	}
}

func TestDatasets(t *testing.T) {
	root := specs.Catalog + "/dataSets"
	first := make([]string, 100)
	for i := range first {
		first[i] = fmt.Sprintf(`"z%02d":{"version":"1.0.%d"}`, 99-i, i)
	}
	d := &canned{answers: map[string]string{
		root + "?limit=100&orderBy=asc%3Acreated&start=0":   "{" + strings.Join(first, ",") + "}",
		root + "?limit=100&orderBy=asc%3Acreated&start=100": `{"a":{"version":"1.0.0"}}`,
		root + "/ds1":  `{"ds1":{"version":"1.0.4","name":"x"}}`,
		root + "/gone": `[]`,
		root + "/not":  `{}`,
	}, header: http.Header{}}
	all, err := Collect(Datasets(t.Context(), d, nil))
	if err != nil || len(all) != 101 || show(all[:2]) != "z99@1.0.0 z98@1.0.1" || show(all[100:]) != "a@1.0.0" {
		t.Errorf("got %d in another order than that of the text, %v", len(all), err)
	}
	for etag, want := range map[string]string{"": "ds1@1.0.4", "1.0.5": "ds1@1.0.5"} {
		d.header.Set("E-Tag", etag)
		o, err := Dataset(t.Context(), d, "ds1")
		if err != nil || show([]Object{o}) != want || string(o.Body) != `{"version":"1.0.4","name":"x"}` {
			t.Errorf("got %s %s, %v", show([]Object{o}), o.Body, err)
		}
	}
	for _, id := range []string{"gone", "not", "unknown"} {
		if _, err := Dataset(t.Context(), d, id); !IsNotFound(err) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestMappingSets(t *testing.T) {
	root := specs.DataPrep + "/mappingSets"
	d := &canned{answers: map[string]string{
		root + "?limit=100&orderBy=-createdDate&start=0": `{"data":[{"id":"m1","version":0},{"id":"m2","version":3}],"_page":{"count":2,"limit":2}}`, // a limit lower than asked for
		root + "?limit=100&orderBy=-createdDate&start=2": `{"data":[{"id":"m3","version":0}],"_page":{"count":1,"limit":100},"_links":{"next":{"href":"/mappingSets?x"}}}`,
		root + "?limit=100&orderBy=-createdDate&start=3": `{"data":[]}`,
		root + "/m1":  `{"id":"m1","version":1}`,
		root + "/odd": `{"version":1}`,
	}}
	all, err := Collect(MappingSets(t.Context(), d, url.Values{"orderBy": {"-createdDate"}}))
	if err != nil || show(all) != "m1@0 m2@3 m3@0" || len(d.asked) != 3 {
		t.Errorf("got %s, %v after %q", show(all), err, d.asked)
	}
	if o, err := MappingSet(t.Context(), d, "m1"); err != nil || show([]Object{o}) != "m1@1" {
		t.Errorf("got %v, %v", o, err)
	}
	if _, err := MappingSet(t.Context(), d, "odd"); err == nil {
		t.Error("a mapping set without id was taken")
	}
}

func TestWritten(t *testing.T) {
	flow := func(b string) (string, error) { id, etag, err := WrittenFlow([]byte(b)); return id + " " + etag, err }
	registry := func(b string) (string, error) { id, v, err := WrittenRegistry([]byte(b)); return id + " " + v, err }
	dataset := func(b string) (string, error) { return WrittenDataset([]byte(b)) }
	mapping := func(b string) (string, error) {
		id, v, err := WrittenMappingSet([]byte(b))
		return fmt.Sprint(id, " ", v), err
	}
	for _, tt := range []struct {
		read       func(string) (string, error)
		body, want string // "" is an error
	}{
		{flow, `{"id":"a","etag":"\"e\""}`, `a "e"`},
		{flow, `{"items":[{"id":"a","etag":"\"e\"","name":"n"}]}`, `a "e"`},
		{flow, `{"items":[]}`, ""},
		{flow, `{}`, ""},
		{flow, ``, ""},
		{registry, `{"$id":"https://x","meta:altId":"y","version":"1.0"}`, "https://x 1.0"},
		{registry, `{"@id":"abc","version":"1"}`, "abc 1"},
		{registry, `{"title":"x"}`, ""},
		{registry, `[]`, ""},
		{dataset, `["@/dataSets/6019"]`, "6019"},
		{dataset, `[]`, ""},
		{dataset, `["@/batches/1"]`, ""},
		{dataset, `{}`, ""},
		{mapping, `{"id":"m","version":0}`, "m 0"},
		{mapping, `{"id":"m","version":"2"}`, "m 2"},
		{mapping, `{}`, ""},
	} {
		got, err := tt.read(tt.body)
		if (err != nil) != (tt.want == "") || err == nil && got != tt.want {
			t.Errorf("%s: got %q, %v, expected %q", tt.body, got, err, tt.want)
		}
	}
}

func TestTenant(t *testing.T) {
	d := &canned{answers: map[string]string{specs.SchemaRegistry + "/stats": `{"imsOrg":"x","tenantId":"acme","counts":{}}`}}
	if id, err := Tenant(t.Context(), d); err != nil || id != "acme" {
		t.Errorf("got %q, %v", id, err)
	}
	d.answers[specs.SchemaRegistry+"/stats"] = `{}`
	if _, err := Tenant(t.Context(), d); err == nil || err.Error() != "GET /data/foundation/schemaregistry/stats: the answer names no tenant (request id r1)" {
		t.Errorf("got %v", err)
	}
}

func TestFindSandbox(t *testing.T) {
	d := &canned{answers: map[string]string{specs.Sandboxes + "/": `{"sandboxes":[{"name":"prod","type":"production","state":"active","isDefault":true,"etag":7},{"name":"dev","title":"Dev","type":"development","state":"resetting"}]}`}, header: http.Header{}}
	for name, want := range map[string]Sandbox{
		"prod": {Name: "prod", Type: "production", State: "active", Default: true},
		"dev":  {Name: "dev", Title: "Dev", Type: "development", State: "resetting"},
		"Dev":  {},
	} {
		s, ok, err := FindSandbox(t.Context(), d, name)
		if err != nil || s != want || ok != (want.Name != "") {
			t.Errorf("%s: got %+v, %v, %v", name, s, ok, err)
		}
	}
	d.answers = nil
	if _, _, err := FindSandbox(t.Context(), d, "dev"); !IsNotFound(err) {
		t.Errorf("a host without the service: %v", err)
	}
	d.header.Set("Code", "FLOW-2100-404")
	if _, ok, err := FindSandbox(t.Context(), d, "dev"); ok || err != nil {
		t.Errorf("a header that names no sandbox: %v, %v", ok, err)
	}
}

func TestReadsPassErrorsOn(t *testing.T) {
	boom := doerFunc(func(context.Context, Request) (Response, error) { return Response{}, errBoom })
	_, e1 := FlowObject(t.Context(), boom, "flows", "1")
	_, e2 := RegistryObject(t.Context(), boom, "tenant/schemas", "1", AcceptXED)
	_, e3 := Dataset(t.Context(), boom, "1")
	_, e4 := MappingSet(t.Context(), boom, "1")
	_, e5 := Tenant(t.Context(), boom)
	_, _, e6 := FindSandbox(t.Context(), boom, "dev")
	_, e7 := Collect(Datasets(t.Context(), boom, nil))
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7} {
		if !errors.Is(err, errBoom) {
			t.Errorf("read %d: %v", i+1, err)
		}
	}
}

var errBoom = errors.New("boom")

type doerFunc func(context.Context, Request) (Response, error)

func (f doerFunc) Do(ctx context.Context, r Request) (Response, error) { return f(ctx, r) }
