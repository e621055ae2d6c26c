package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// TestAdopted: a dataflow that was taken over is updated, never created or replaced, and the guard
// says what the platform would refuse.
func TestAdopted(t *testing.T) {
	graph := func(table, interval, adopted string) *resource.Graph {
		return compile(t, shop(table, "delta: changed\nschedule: {frequency: minute, interval: "+interval+"}"+adopted))
	}
	const mark = "\nlifecycle: {adopted: true, onReplace: backfill}"
	stream := compile(t, "kind: Connection\nname: inlet\nconnector: http-api\nauth:\n  type: Streaming Connection\n"+
		"  params: {sourceId: site, name: site, dataType: xdm, authenticationRequired: true}\n---\nname: orders\n"+
		"stream: {connection: inlet, dataType: raw}\n"+
		"target:\n  schema: {title: Orders, class: event, fields: {order.id: string}}\n  dataset: {title: Orders}\n"+
		"mappings: {_id: id, timestamp: at}"+mark+"\n")
	taken := applied(t, graph("shop.orders", "5", mark))
	for _, c := range []struct {
		name   string
		lock   *lockfile.Lock
		graph  *resource.Graph
		action planner.Action
		want   string // in the guard, "" for none
	}{
		{"created", nil, graph("shop.orders", "5", mark), planner.Create, "interval is 5, expected at least 15"},
		{"created without faults", nil, graph("shop.orders", "15", mark), planner.Create, "it may be updated only"},
		{"created, a stream", nil, stream, planner.Create, "the data are of another type than the connection says"},
		{"replaced", taken, graph("shop.orders_v2", "5", mark), planner.Replace, "interval is 5"},
		{"updated", taken, graph("shop.orders", "6", mark), planner.Update, ""},
		{"unmarked", taken, graph("shop.orders_v2", "15", "\nlifecycle: {onReplace: backfill}"), planner.Replace, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := planner.Diff(c.lock, c.graph, planner.Options{At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
			i := slices.IndexFunc(p.Changes, func(ch planner.Change) bool { return ch.Kind == resource.Flow })
			if i < 0 || p.Changes[i].Action != c.action {
				t.Fatalf("want the action %s:\n%s", c.action, script(p))
			}
			var found []string
			for _, g := range p.Changes[i].Guards {
				if g.Code == "adopted" {
					found = append(found, g.Message)
				}
			}
			text := strings.Join(found, "\n")
			if (c.want == "") != (text == "") || !strings.Contains(text, c.want) {
				t.Errorf("guard %q, want %q", text, c.want)
			}
			if c.want != "" && p.Applyable {
				t.Error("the plan can be applied all the same")
			}
		})
	}
}
