package importing

import (
	"testing"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/golden"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
)

const hostile = "<b>|\n# [x](javascript:1) `y`\x1b[2J\u202e"

func flow(t *testing.T, name, reason string) lift.Left {
	t.Helper()
	live := resource.Object(resource.F("name", resource.String(name))).JSON()
	o, err := lift.NewObject(resource.Flow, "1`|", "", live, sandboxTime)
	if err != nil {
		t.Fatal(err)
	}
	return lift.Left{Object: o, Reason: reason}
}

// TestReport: nothing that people or the platform wrote is Markdown in the report.
func TestReport(t *testing.T) {
	address := resource.Address{Kind: resource.Flow, Name: "orders"}
	internal := flow(t, "one of many", lift.ReasonInternal)
	r := Report{
		Result: Result{
			Objects: []*lift.Object{internal.Object, internal.Object},
			Entries: []lockfile.Entry{{Address: address}},
			Counts:  map[lift.Class]int{lift.Written: 3, lift.Lost: 1},
			Members: []lift.Member{{Class: lift.Lost, Kind: resource.Flow, Path: hostile, Example: "a number",
				Objects: []string{"a", "b", "c", "d"}}},
			Project: &lift.Project{Left: []lift.Left{internal, internal, flow(t, hostile, hostile)},
				Unused: map[resource.Kind]int{resource.Dataset: 1}},
		},
		Sandbox: hostile, Org: "org", Client: "client",
		Gone: []lockfile.Entry{{Address: address, ID: hostile}},
	}
	golden.Check(t, "testdata/report.md", []byte(r.Markdown()))
}

// TestIsIncomplete: what belongs to the platform is not missed, everything else is.
func TestIsIncomplete(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Report
		want bool
	}{
		{"all", Report{Result: Result{Members: []lift.Member{{Class: lift.Written}, {Class: lift.Unknown}}}}, false},
		{"lost member", Report{Result: Result{Members: []lift.Member{{Class: lift.Lost}}}}, true},
		{"gone", Report{Gone: []lockfile.Entry{{}}}, true},
		{"internal", Report{Result: Result{Project: &lift.Project{Left: []lift.Left{
			flow(t, "a", lift.ReasonInternal), flow(t, "b", lift.ReasonDestination)}}}}, false},
		{"left out", Report{Result: Result{Project: &lift.Project{Left: []lift.Left{flow(t, "a", "odd")}}}}, true},
	} {
		if c.r.Project == nil {
			c.r.Project = &lift.Project{}
		}
		if got := c.r.IsIncomplete(); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
