package emulator

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
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
				o.Dir = b.TempDir()
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

// BenchmarkLarge works in a sandbox of 50,000 objects.
func BenchmarkLarge(b *testing.B) {
	a := benchServer(b, Options{})
	fill(a.s, 50_000)
	sp := a.s.allSpaces()[0]
	a.sandbox = sp.sandbox.Name
	ids := sp.table(kindConnection).order
	b.Run("get", func(b *testing.B) {
		took := make([]time.Duration, 0, b.N)
		for i := range b.N {
			begun := time.Now()
			a.get(flowBase + "/connections/" + ids[i*7919%len(ids)].id).want(200)
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	})
	b.Run("create", func(b *testing.B) {
		for i := range b.N {
			if _, ok := a.tryCreate(fmt.Sprint("l", i)); !ok {
				b.Fatal("not created")
			}
		}
	})
	b.Run("list-by-name", func(b *testing.B) {
		for i := range b.N {
			a.get(flowBase + fmt.Sprintf("/connections?property=name==filled%%20%d", i%50_000)).item()
		}
	})
	b.Run("list-page", func(b *testing.B) {
		for range b.N {
			a.get(flowBase + "/connections?limit=20").want(200)
		}
	})
}

// BenchmarkLoopback is requests a second over a port.
func BenchmarkLoopback(b *testing.B) {
	a := benchServer(b, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := NewHTTPServer(a.s)
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
			req.Header = http.Header{"Authorization": {"Bearer " + a.token}, "X-Api-Key": {"key"}, "X-Gw-Ims-Org-Id": {DefaultOrg}, "X-Sandbox-Name": {a.sandbox}}
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
