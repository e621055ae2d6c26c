package emulator

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/files"
)

func benchServer(b *testing.B, o Options) *api {
	o.KeepRequests = -1
	a := open(b, o)
	return a
}

func BenchmarkCreateConnection(b *testing.B) {
	for _, dir := range []string{"memory", "disk"} {
		b.Run(dir, func(b *testing.B) {
			o := Options{}
			if dir == "disk" {
				o.Dir = files.Project(b.TempDir())
			}
			a := benchServer(b, o)
			b.ResetTimer()
			for i := range b.N {
				if _, ok := a.tryCreate(fmt.Sprint("c", i)); !ok {
					b.Fatal("not created")
				}
			}
		})
	}
}

// p99 reports the time that one call in a hundred takes longer than.
func p99(b *testing.B, call func(i int)) {
	b.Helper()
	took := make([]time.Duration, 0, b.N)
	for i := range b.N {
		begun := time.Now()
		call(i)
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkLarge makes the same calls in a sandbox of 1,000 objects and in one
// of 50,000: what they take must not grow with it.
func BenchmarkLarge(b *testing.B) {
	for _, size := range []int{1_000, 50_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := benchServer(b, Options{})
			fill(a.s, size)
			sp := a.s.env.AllSpaces()[0]
			a.sandbox = sp.Sandbox.Name
			ids := slices.Clone(sp.Table(core.KindConnection).Order)
			b.Run("get", func(b *testing.B) {
				p99(b, func(i int) { a.get(flowBase + "/connections/" + ids[i*7919%len(ids)].ID).want(200) })
			})
			b.Run("list-by-name", func(b *testing.B) {
				p99(b, func(i int) { a.get(flowBase + fmt.Sprintf("/connections?property=name==filled%%20%d", i%size)).item() })
			})
			b.Run("list-by-other-field", func(b *testing.B) {
				p99(b, func(i int) { a.get(flowBase + "/connections?property=description==none").want(200) })
			})
			b.Run("list-page", func(b *testing.B) {
				p99(b, func(int) { a.get(flowBase + "/connections?limit=20").want(200) })
			})
			b.Run("create", func(b *testing.B) {
				p99(b, func(i int) {
					if _, ok := a.tryCreate(fmt.Sprint("l", i)); !ok {
						b.Fatal("not created")
					}
				})
			})
		})
	}
}

// BenchmarkRestart opens a state of 50,000 objects and answers the first call
// that needs them.
func BenchmarkRestart(b *testing.B) {
	dir := b.TempDir()
	s, err := Open(Options{Dir: files.Project(dir)})
	if err != nil {
		b.Fatal(err)
	}
	fill(s, 50_000)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		a := benchServer(b, Options{Dir: files.Project(dir)})
		a.sandbox = a.s.env.AllSpaces()[0].Sandbox.Name
		a.get(flowBase + "/connections?property=name==filled%2049999").item()
		if err := a.s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoopback is requests a second over a port.
func BenchmarkLoopback(b *testing.B) {
	a := benchServer(b, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := NewHTTPServer(a.s, "127.0.0.1")
	go srv.Serve(l)
	defer srv.Close()
	a.http, a.base = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, "http://"+l.Addr().String()
	id, _ := a.tryCreate("x")
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, err := http.NewRequest("GET", a.base+flowBase+"/connections/"+id, strings.NewReader(""))
			if err != nil {
				b.Error(err)
				return
			}
			req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"},
				"X-Gw-Ims-Org-Id": {DefaultOrg}, "X-Sandbox-Name": {a.sandbox}}
			resp, err := a.http.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := readJSON(resp); err != nil || resp.StatusCode != 200 {
				b.Error(resp.Status, err)
			}
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// BenchmarkDataflow makes the six objects of one dataflow: schema, dataset,
// source, target, mapping set, flow; ever more of them in one sandbox.
func BenchmarkDataflow(b *testing.B) {
	for _, where := range []string{"memory", "disk"} {
		b.Run(where, func(b *testing.B) {
			o := Options{}
			if where == "disk" {
				o.Dir = files.Project(b.TempDir())
			}
			a := benchServer(b, o)
			source, target, mapping, flow := sourceBody(), targetBody(), mappingBody(), a.flowParts()
			var columns, mappings []any
			for i := range 12 {
				columns = append(columns, object{"name": fmt.Sprint("c", i), "type": "string", "xdm": object{"type": "string"}})
				mappings = append(mappings, object{"sourceType": "ATTRIBUTE", "source": fmt.Sprint("c", i),
					"destination": fmt.Sprint("person.name.f", i)})
			}
			columns = append(columns, core.List(source, "params", "columns")[2])
			b.ResetTimer()
			for i := range b.N {
				schema := a.post(registryBase+"/tenant/schemas",
					object{"type": "object", "title": fmt.Sprint("S", i), "description": "d", "allOf": []any{
						object{"$ref": registry.ClassProfile},
						object{"$ref": registry.NsRoot + "xdm/context/profile-person-details"}}}).want(201).text("$id")
				set := a.post(catalogBase+"/dataSets",
					object{"name": fmt.Sprint("D", i), "schemaRef": object{"id": schema,
						"contentType": "application/vnd.adobe.xed+json;version=1"}}).want(201)
				dataset := strings.TrimPrefix(set.v.([]any)[0].(string), "@/dataSets/")
				s := a.post(flowBase+"/sourceConnections", with(source, "params.columns", columns)).want(201).text("id")
				t := a.post(flowBase+"/targetConnections",
					with(target, "data.schema.id", schema, "params.dataSetId", dataset)).want(201).text("id")
				m := a.post(prepBase+"/mappingSets", with(mapping, "outputSchema.schemaRef.id", schema, "mappings",
					mappings)).want(200).text("id")
				a.post(flowsPath, with(flow, "sourceConnectionIds", []any{s}, "targetConnectionIds", []any{t},
					"transformations.1.params.mappingId", m)).want(201)
			}
		})
	}
}
