package platform_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aepflow/aepflow/internal/emulator"
	p "github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// TestWithEmulator has client and emulator, which share no code, agree on the
// life of one object of each service.
func TestWithEmulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := emulator.Open(emulator.Options{TokenTTL: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		client := func(sandbox string) *p.Client {
			c, err := p.New(p.Config{Org: emulator.DefaultOrg, Sandbox: sandbox, ClientID: "client-1", ClientSecret: "p8e-secret",
				Scopes: []string{"openid", "AdobeID"}, Transport: s.Transport()})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		ctx, c := t.Context(), client("dev")
		send := func(method, path, body string, change ...func(*p.Request)) (p.Response, error) {
			r := p.Request{Method: method, Path: path}
			if body != "" {
				r.Body = []byte(body)
			}
			for _, f := range change {
				f(&r)
			}
			return c.Do(ctx, r)
		}
		must := func(res p.Response, err error) p.Response {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		ifMatch := func(etag string) func(*p.Request) { return func(r *p.Request) { r.IfMatch = etag } }

		// Where we are.
		tenant, err := p.Tenant(ctx, c)
		if err != nil || tenant != emulator.DefaultTenant {
			t.Errorf("tenant %q, %v", tenant, err)
		}
		if box, ok, err := p.FindSandbox(ctx, c, "dev"); err != nil || !ok || box.Type != "development" || box.State != "active" {
			t.Errorf("sandbox dev: %+v, %v, %v", box, ok, err)
		}
		if _, ok, err := p.FindSandbox(ctx, client("nowhere"), "nowhere"); ok || err != nil {
			t.Errorf("sandbox nowhere: %v, %v", ok, err)
		}

		// Schema Registry: the id is a URL and goes into the path.
		var schema string
		for _, title := range []string{"Orders", "Customers", "Customers & Co"} {
			body := fmt.Sprintf(`{"type":"object","title":%q,"description":"d","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"}]}`, title)
			res := must(send("POST", specs.SchemaRegistry+"/tenant/schemas", body))
			if schema, _, err = p.WrittenRegistry(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		if o, err := p.RegistryObject(ctx, c, "tenant/schemas", schema, p.AcceptXED); err != nil || o.ID != schema || o.ETag != "1.0" {
			t.Errorf("schema: %+v, %v", o, err)
		}
		schemas, err := p.Collect(p.RegistryObjects(ctx, c, "tenant/schemas", p.AcceptXEDList, url.Values{"limit": {"1"}}))
		if err != nil || len(schemas) != 3 {
			t.Errorf("%d schemas, %v", len(schemas), err)
		}
		var refused *p.Error
		_, err = send("POST", specs.SchemaRegistry+"/tenant/schemas", `{"type":"object","title":"Orders","allOf":[{"$ref":"https://ns.adobe.com/xdm/context/profile"}]}`)
		if !errors.As(err, &refused) || refused.Code != "XDM-1521-400" {
			t.Errorf("a title twice: %v", err)
		}
		if _, err := p.RegistryObject(ctx, c, "tenant/schemas", schema+"0", p.AcceptXED); !p.IsNotFound(err) {
			t.Errorf("unknown schema: %v", err)
		}
		if all, err := p.Collect(p.Descriptors(ctx, c, nil)); err != nil || len(all) != 0 {
			t.Errorf("descriptors: %v, %v", all, err)
		}

		// Catalog: ids as keys, the etag in a header.
		res := must(send("POST", specs.Catalog+"/dataSets", fmt.Sprintf(`{"name":"orders","schemaRef":{"id":%q,"contentType":"application/vnd.adobe.xed+json;version=1"}}`, schema)))
		id, err := p.WrittenDataset(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		dataset, err := p.Dataset(ctx, c, id)
		if err != nil || dataset.ETag == "" {
			t.Errorf("dataset %+v, %v", dataset, err)
		}
		must(send("PATCH", specs.Catalog+"/dataSets/"+id, `{"name":"orders2"}`, ifMatch(dataset.ETag)))
		if _, err := send("PATCH", specs.Catalog+"/dataSets/"+id, `{"name":"orders3"}`, ifMatch(dataset.ETag)); !p.IsConflict(err) {
			t.Errorf("stale dataset: %v", err)
		}
		if all, err := p.Collect(p.Datasets(ctx, c, nil)); err != nil || len(all) != 1 || all[0].ID != id {
			t.Errorf("datasets %v, %v", all, err)
		}

		// Data Prep: start and limit are a must, versions count.
		mapping := fmt.Sprintf(`{"outputSchema":{"schemaRef":{"id":%q,"contentType":"application/vnd.adobe.xed-full+json;version=1"}},"mappings":[{"sourceType":"ATTRIBUTE","source":"a","destination":"_id"}]}`, schema)
		res = must(send("POST", specs.DataPrep+"/mappingSets", mapping))
		set, version, err := p.WrittenMappingSet(res.Body)
		if err != nil || version != 0 {
			t.Errorf("mapping set %q version %d, %v", set, version, err)
		}
		res = must(send("PUT", specs.DataPrep+"/mappingSets/"+set, mapping))
		if _, version, err = p.WrittenMappingSet(res.Body); err != nil || version != 1 {
			t.Errorf("replaced mapping set has version %d, %v", version, err)
		}
		res = must(send("GET", specs.DataPrep+"/mappingSets/"+set+"?version=0", ""))
		if id, _, err := p.WrittenMappingSet(res.Body); err != nil || id != set {
			t.Errorf("mapping set version 0: %s, %v", id, err)
		}
		if all, err := p.Collect(p.MappingSets(ctx, c, nil)); err != nil || len(all) != 1 || all[0].ETag != "1" {
			t.Errorf("mapping sets %v, %v", all, err)
		}

		// Flow Service: etags with quotes, pages by a token, one-time faults.
		connection := func(name string) string {
			return fmt.Sprintf(`{"name":%q,"auth":{"specName":"Basic Authentication","params":{"server":"db","port":"3306","database":"d","username":"u","password":"canary-1","sslMode":"REQUIRED"}},
				"connectionSpec":{"id":"26d738e0-8963-47ea-aadf-c60de735468a","version":"1.0"}}`, name)
		}
		var etag string
		for i := range 5 {
			res = must(send("POST", specs.FlowService+"/connections", connection(fmt.Sprint("c", i))))
			if id, etag, err = p.WrittenFlow(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		rename := `[{"op":"replace","path":"/name","value":"renamed"}]`
		if _, err := send("PATCH", specs.FlowService+"/connections/"+id, rename, ifMatch(`"stale"`)); !p.IsConflict(err) {
			t.Errorf("stale connection: %v", err)
		}
		must(send("PATCH", specs.FlowService+"/connections/"+id, rename, ifMatch(etag)))
		o, err := p.FlowObject(ctx, c, "connections", id)
		var live struct{ Name string }
		if err != nil || o.ETag == etag || json.Unmarshal(o.Body, &live) != nil || live.Name != "renamed" {
			t.Errorf("connection %s, %v", o.Body, err)
		}
		list := func(query url.Values) int {
			t.Helper()
			all, err := p.Collect(p.FlowObjects(ctx, c, "connections", query))
			if err != nil {
				t.Error(err)
			}
			return len(all)
		}
		if n := list(url.Values{"limit": {"2"}}); n != 5 {
			t.Errorf("%d connections on pages of two, expected 5", n)
		}
		if n := list(url.Values{"limit": {"1"}, "property": {`name=="c1"`}}); n != 1 {
			t.Errorf("%d connections named c1", n)
		}
		_, err = p.FlowObject(ctx, c, "flows", "00000000-0000-0000-0000-000000000000")
		if !p.IsNotFound(err) || !errors.As(err, &refused) || refused.RequestID == "" {
			t.Errorf("unknown flow: %v", err)
		}

		// Lost and refused, also in this process, and a token that runs out.
		inject := func(f emulator.Fault) {
			t.Helper()
			if err := s.Inject(f); err != nil {
				t.Fatal(err)
			}
		}
		inject(emulator.Fault{Method: "POST", Path: "/connections", Drop: true, After: true})
		if _, err = send("POST", specs.FlowService+"/connections", connection("lost")); p.OutcomeOf(err) != p.Unknown || list(nil) != 6 {
			t.Errorf("an answer lost after the work: %v, %d connections", err, list(nil))
		}
		inject(emulator.Fault{Method: "POST", Path: "/connections", Truncate: true, After: true})
		var lost *p.LostAnswerError
		if _, err = send("POST", specs.FlowService+"/connections", connection("cut")); !errors.As(err, &lost) || lost.RequestID == "" {
			t.Errorf("an answer cut in half: %v", err)
		}
		inject(emulator.Fault{Method: "POST", Path: "/connections", Drop: true, Refuse: true, Times: 2})
		must(send("POST", specs.FlowService+"/connections", connection("late")))
		inject(emulator.Fault{Method: "POST", Path: "/connections", Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "9"}})
		began := time.Now()
		must(send("POST", specs.FlowService+"/connections", connection("throttled")))
		if took := time.Since(began); took < 9*time.Second || took > 10*time.Second {
			t.Errorf("waited %v for a platform that asked for 9 s", took)
		}
		inject(emulator.Fault{Method: "DELETE", Path: "/connections/*", Drop: true, After: true})
		if _, err := send("DELETE", specs.FlowService+"/connections/"+id, ""); !p.IsNotFound(err) {
			t.Errorf("a delete whose answer was lost, sent again: %v", err)
		}
		time.Sleep(2 * time.Hour)
		if n := list(nil); n != 8 {
			t.Errorf("%d connections at the end", n)
		}
	})
}
