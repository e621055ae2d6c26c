package applier

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// instant answers every create at once, so that what is measured is our own work:
// walking, binding, journal and lockfile.
type instant struct {
	n     atomic.Int64
	calls atomic.Int64
}

func (d *instant) Do(_ context.Context, r platform.Request) (platform.Response, error) {
	res := platform.Response{Status: 200, Header: http.Header{}, Date: time.Now()}
	id := d.n.Add(1)
	if r.Method != http.MethodGet {
		d.calls.Add(1)
	}
	switch coll := path.Base(r.Path); {
	case coll == "stats":
		res.Body = []byte(`{"tenantId":"acme"}`)
	case coll == "dataSets":
		res.Body = fmt.Appendf(nil, `["@/dataSets/%d"]`, id)
	case strings.Contains(r.Path, "/dataSets/"):
		res.Body = fmt.Appendf(nil, `{"%s":{"version":"1.0.0"}}`, coll)
	case coll == "mappingSets":
		res.Body = fmt.Appendf(nil, `{"id":"%d","version":0}`, id)
	case strings.Contains(r.Path, "/tenant/"):
		res.Body = fmt.Appendf(nil, `{"$id":"https://ns.adobe.com/acme/schemas/%d","version":"1.0"}`, id)
	default:
		res.Body = fmt.Appendf(nil, `{"id":"%d","etag":"\"%d\""}`, id, id)
	}
	return res, nil
}

// BenchmarkApply creates dataflows of six resources each, journal included.
func BenchmarkApply(b *testing.B) {
	for _, flows := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(flows), func(b *testing.B) {
			plan := func() *planner.Plan {
				build := &builder{plan: planner.Plan{Target: planner.Target{Org: target.Org, Sandbox: target.Sandbox}}, last: map[resource.Address]int{}}
				for i := range flows {
					for _, th := range project() {
						switch th.address().Kind {
						case resource.Connection, resource.FieldGroup, resource.Descriptor, resource.Union:
							continue
						}
						name := fmt.Sprintf(".f%d", i)
						body := strings.NewReplacer(`,"baseConnectionId":"${connection.crm.id}"`, "", `,{"$ref":"${fieldgroup.crm.id}"}`, "", ".crm.", name+".").Replace(th.body)
						build.create(thing{strings.Replace(th.addr, ".crm", name, 1), body})
					}
				}
				return &build.plan
			}
			p := plan()
			b.ResetTimer()
			for b.Loop() {
				s, err := lockfile.Open(b.Context(), lockfile.PathsIn(b.TempDir(), "dev"), lockfile.Options{Target: target, Now: time.Now()})
				if err != nil {
					b.Fatal(err)
				}
				d := &instant{}
				a := Applier{Client: d, Workers: 10}
				res, err := a.Apply(b.Context(), p, s)
				if err != nil || !res.OK() || int(d.calls.Load()) != p.Calls() {
					b.Fatalf("apply: %v; %d of %d calls", err, d.calls.Load(), p.Calls())
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(p.Calls()), "µs/call")
		})
	}
}
