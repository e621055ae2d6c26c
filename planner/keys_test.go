package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// encrypted is a dataflow whose files are encrypted with a key.
const encrypted = `name: members
files:
  connector: sftp
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
  path: /exports/*.csv.gpg
  encryption: {publicKeyId: key-1}
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings: {_id: id}
schedule: {frequency: hour, interval: 1}
lifecycle: {onReplace: continue}
`

// TestKeys: the keys of the dataflows that a plan creates, updates, or replaces.
func TestKeys(t *testing.T) {
	graph := func(edits ...string) *resource.Graph {
		return compile(t, strings.NewReplacer(edits...).Replace(encrypted))
	}
	g := graph()
	lock := applied(t, g)
	at := now.Add(90 * 24 * time.Hour)
	ending := func(left time.Duration) planner.Key { return planner.Key{Expires: at.Add(left)} }
	off := graph("name: members", "name: members\nstate: disabled")
	for _, c := range []struct {
		name  string
		lock  *lockfile.Lock
		graph *resource.Graph
		key   planner.Key
		want  string // severity and message, "" for no report
	}{
		{"created", nil, g, planner.Key{Absent: true}, "error: encryption key `key-1` does not exist"},
		{"expired just now", nil, g, ending(0), "error: encryption key `key-1` has expired"},
		{"about to expire", nil, g, ending(time.Second), "warning: encryption key `key-1` expires in 1 second"},
		{"in less than 30 days", nil, g, ending(planner.KeyNotice - 1), "warning: encryption key `key-1` expires in 29 days"},
		{"in 30 days", nil, g, ending(planner.KeyNotice), ""},
		{"without an end", nil, g, planner.Key{}, ""},
		{"not to be read", nil, g, planner.Key{Hidden: true}, "note: encryption key `key-1` was not checked"},
		{"updated", lock, graph("hour", "day"), ending(-1), "error: encryption key `key-1` has expired"},
		{"disabled", lock, off, ending(-1), "warning: encryption key `key-1` has expired"},
		{"disabled, and gone", lock, off, planner.Key{Absent: true}, "warning: encryption key `key-1` does not exist"},
		{"created disabled", nil, off, ending(-1), "error: encryption key `key-1` has expired"},
		{"replaced", lock, graph("/exports/", "/in/"), ending(-1), "error: encryption key `key-1` has expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := planner.Diff(c.lock, c.graph, planner.Options{At: at})
			ids := planner.Keys(p, c.graph)
			if d := cmp.Diff([]string{"key-1"}, ids); d != "" {
				t.Fatalf("keys (-want +got)\n%s\n%s", d, script(p))
			}
			var got []string
			for _, d := range planner.CheckKeys(p, c.graph, map[string]planner.Key{"key-1": c.key}, at).Sorted() {
				got = append(got, fmt.Sprintf("%s: %s", d.Severity, d.Message))
				if d.Labels[0].Span.Text() != "key-1" {
					t.Errorf("points at %q", d.Labels[0].Span.Text())
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestNoKeys: what does not change, is deleted, or has no encrypted files.
func TestNoKeys(t *testing.T) {
	g := compile(t, encrypted)
	plain := compile(t, strings.Replace(encrypted, "  encryption: {publicKeyId: key-1}\n", "", 1))
	empty := resource.NewGraph(nil)
	for name, c := range map[string]struct {
		lock  *lockfile.Lock
		graph *resource.Graph
	}{"unchanged": {applied(t, g), g}, "deleted": {applied(t, g), empty}, "not encrypted": {nil, plain}} {
		p, _ := planner.Diff(c.lock, c.graph, planner.Options{At: now})
		if ids := planner.Keys(p, c.graph); len(ids) > 0 {
			t.Errorf("%s: keys %v", name, ids)
		}
	}
	two := strings.Replace(encrypted, "members", "others", 1)
	last := strings.NewReplacer("members", "last", "key-1", "key-0").Replace(encrypted)
	both := compile(t, strings.Join([]string{encrypted, two, last}, "---\n"))
	p, _ := planner.Diff(nil, both, planner.Options{At: now})
	if ids := planner.Keys(p, both); !slices.Equal(ids, []string{"key-0", "key-1"}) {
		t.Errorf("keys %v", ids)
	}
}
