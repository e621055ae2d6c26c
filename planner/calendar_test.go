package planner

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

// Runs of one connection count together, in the zone of the reader, from the given time on.
func TestCalendar(t *testing.T) {
	flow := func(name, source, schedule, state string) resource.Resource {
		body := `{"name":"x","sourceConnectionIds":[],"scheduleParams":` + schedule + `,"state":"` + state + `"}`
		v, err := resource.Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return resource.Resource{
			Address: resource.Address{Kind: resource.Flow, Name: name}, Body: resource.NewBody(v),
			Needs: []resource.Edge{{To: resource.Address{Kind: resource.Source, Name: source}, Via: "sourceConnectionIds[0]"}},
		}
	}
	source := func(name, connection string) resource.Resource {
		v, err := resource.Parse([]byte(`{"baseConnectionId":"` + connection + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		return resource.Resource{Address: resource.Address{Kind: resource.Source, Name: name}, Body: resource.NewBody(v)}
	}
	g := resource.NewGraph([]resource.Resource{
		source("a", "c1"), source("b", "c1"), source("c", "c2"),
		// 2027-01-01T00:30:00Z, that is 01:30 in Paris
		flow("a", "a", `{"startTime":1798763400,"frequency":"hour","interval":6}`, "enabled"),
		flow("b", "b", `{"startTime":1798763400,"frequency":"day","interval":1}`, "enabled"),
		flow("c", "c", `{"startTime":1798763400,"frequency":"once"}`, "enabled"),
		flow("off", "c", `{"startTime":1798763400,"frequency":"hour","interval":1}`, "disabled"),
	})
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	got := MakeCalendar(g, time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), 2, paris)
	want := []Day{
		{"2027-01-01", []ConnectionHours{
			{"c1", [24]int{1: 2, 7: 1, 13: 1, 19: 1}, 5}, {"c2", [24]int{1: 1}, 1},
		}},
		{"2027-01-02", []ConnectionHours{{"c1", [24]int{1: 2, 7: 1, 13: 1, 19: 1}, 5}}},
	}
	if d := cmp.Diff(want, got.Days); d != "" {
		t.Error(d)
	}
}
