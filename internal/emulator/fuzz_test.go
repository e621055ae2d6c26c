package emulator

import (
	"bytes"
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// allRoutes lists every route in a fixed order.
func allRoutes(s *Server) []core.Route {
	out := s.routes()
	slices.SortFunc(out, func(a, b core.Route) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Method, b.Method))
	})
	return out
}

var fuzzAccepts = []string{"", "application/json", "application/vnd.adobe.xed-full+json; version=1",
	"application/vnd.adobe.xed+json", "application/vnd.adobe.xdm-v2-link+json",
	"application/vnd.adobe.xed-full-desc+json;version=1"}

// fuzzWorld is an emulator with one object of each kind, and the ids of those.
func fuzzWorld(t testing.TB) (a *api, body map[string]any, ids []string, etag string) {
	a = open(t, Options{Switches: Switches{}, KeepRequests: -1, Now: func() time.Time { return start }})
	a.identify()
	body = a.flowParts()
	flow := a.post(flowsPath, body).want(201).text("id")
	ids = []string{flow, core.Texts(body, "sourceConnectionIds")[0], core.Texts(body, "targetConnectionIds")[0],
		tutorialConnection, registry.AltID(tutorialSchema), tutorialDataset,
		core.Text(core.List(body, "transformations")[1], "params", "mappingId"), "_xdm.context.profile", "x", "%2F..%2F",
		"14518937-270c-4525-bdec-c2ba7cce3860"}
	return a, body, ids, core.Text(a.get(flowsPath+"/"+flow).item(), "etag")
}

// FuzzRequest: no request crashes the emulator or makes it answer outside of
// its envelopes. Each meets a new world, so that what is found happens again.
func FuzzRequest(f *testing.F) {
	_, body, _, _ := fuzzWorld(f)
	all := allRoutes(open(f, Options{}).s)
	for i, r := range all {
		seed := `{"name":"n"}`
		switch {
		case strings.HasPrefix(r.Pattern, "/flows") && r.Method == http.MethodPost:
			seed = string(core.ToJSON(body))
		case strings.HasPrefix(r.Pattern, "/sourceConnections"):
			seed = string(core.ToJSON(sourceBody()))
		case strings.HasPrefix(r.Pattern, "/targetConnections"):
			seed = string(core.ToJSON(targetBody()))
		case r.Service == core.DataPrep:
			seed = string(core.ToJSON(mappingBody()))
		case r.Method == http.MethodPatch:
			seed = `[{"op":"replace","path":"/name","value":"n"},{"op":"add","path":"/allOf/-","value":{"$ref":"https://ns.adobe.com/xdm/context/profile-work-details"}}]`
		case r.Service == core.SchemaRegistry:
			seed = string(core.ToJSON(group("G", "_aepflow")))
		}
		f.Add(uint16(i), uint8(i), "property=name==x&limit=2&orderby=-name", seed, uint8(i))
	}
	f.Fuzz(func(t *testing.T, n uint16, id uint8, query, body string, accept uint8) {
		a, _, ids, etag := fuzzWorld(t)
		rt := all[int(n)%len(all)]
		path := core.RootOf(rt.Service)
		for _, s := range strings.FieldsFunc(rt.Pattern, func(r rune) bool { return r == '/' }) {
			switch {
			case s == "{container}":
				s = []string{"tenant", "global"}[id%2]
			case s[0] == '{':
				s = ids[int(id)%len(ids)]
			}
			path += "/" + s
		}
		req := httptest.NewRequest(rt.Method, "http://e/", strings.NewReader(body))
		req.URL.Path, req.URL.RawPath, req.URL.RawQuery = strings.ReplaceAll(path, "%2F", "/"), path, query
		req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"},
			"X-Gw-Ims-Org-Id": {DefaultOrg}, "X-Sandbox-Name": {"prod"},
			"Content-Type": {"application/json"}, "If-Match": {etag}, "Accept": {fuzzAccepts[int(accept)%len(fuzzAccepts)]}}
		if accept > 200 {
			req.Header.Set("Content-Type", "application/json-patch+json")
		}
		rec := httptest.NewRecorder()
		a.s.ServeHTTP(rec, req)
		if n := a.s.bugs.Swap(0); n > 0 {
			t.Fatalf("%s %s?%s crashed on %q", rt.Method, path, query, body)
		}
		if rec.Code >= 500 {
			t.Fatalf("%s %s?%s: %d %s", rt.Method, path, query, rec.Code, rec.Body)
		}
		raw := bytes.TrimSpace(rec.Body.Bytes())
		if len(raw) == 0 {
			return
		}
		v, err := core.DecodeJSON(raw)
		if err != nil {
			t.Fatalf("%s %s: answer is not JSON: %.200s", rt.Method, path, raw)
		}
		if rec.Code >= 400 {
			checkEnvelope(t, reply{t: t, status: rec.Code, raw: raw, v: v})
		}
	})
}

// FuzzPatch: a patch either gives a tree or a fault, and never touches what it
// was given a copy of.
func FuzzPatch(f *testing.F) {
	f.Add(`{"a":[1,{"b":2}]}`, `[{"op":"add","path":"/a/0","value":[]},{"op":"remove","path":"/a/1/b"}]`)
	f.Add(`{"a":{}}`, `[{"op":"replace","path":"/a/b/c","value":1}]`)
	f.Add(`[]`, `[{"op":"add","path":"/-","value":1},{"op":"add","path":"/9","value":1}]`)
	f.Fuzz(func(t *testing.T, doc, patch string) {
		d, err := core.DecodeJSON([]byte(doc))
		if err != nil {
			return
		}
		p, err := core.DecodeJSON([]byte(patch))
		if err != nil {
			return
		}
		before := core.ToJSON(d)
		ops, fault := core.ReadPatch(p)
		if fault != nil {
			return
		}
		after, fault := core.ApplyPatch(core.Clone(d), ops)
		if fault == nil && after == nil && len(ops) > 0 && ops[0].Value != nil {
			t.Errorf("%s of %s gives nothing", patch, doc)
		}
		if string(core.ToJSON(d)) != string(before) {
			t.Errorf("%s changed the original", patch)
		}
	})
}

// FuzzJSON: what is printed reads back as the same.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1.50,"x\u0000\"\\",null,true,{"é":1e400}]}`, `"\ud800"`, `-0`, `[]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := core.DecodeJSON([]byte(s))
		if err != nil {
			return
		}
		printed := core.ToJSON(v)
		again, err := core.DecodeJSON(printed)
		if err != nil || !core.Same(v, again) {
			t.Errorf("%q printed as %s: %v", s, printed, err)
		}
	})
}
