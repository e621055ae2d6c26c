package lockfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aepflow/aepflow/internal/resource"
)

// TestAddresses: what is found without decoding is what the entries are.
func TestAddresses(t *testing.T) {
	p := PathsIn(t.TempDir(), "dev")
	if got := Addresses(p); got != nil {
		t.Errorf("without a lockfile: %v", got)
	}
	lock := &Lock{Lineage: "l", Serial: 7, Target: Target{Org: "A@AdobeOrg", Sandbox: "flow.sandbox"}}
	var want []resource.Address
	for _, kind := range resource.Kinds() {
		for _, name := range []string{"a", "orders-2", strings.Repeat("x", 150)} {
			a := resource.Address{Kind: kind, Name: name}
			want = append(want, a)
			lock.Put(Entry{Address: a, ID: "flow.id", Applied: []byte(`{"flow.x":{"flow.y":["flow.z"]}}`),
				Sent: []Sent{}})
		}
	}
	text, err := lock.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.Folder), "dataflow.dev.lock"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var entries []resource.Address
	for _, e := range lock.Entries {
		entries = append(entries, e.Address)
	}
	if d := cmp.Diff(entries, Addresses(p)); d != "" || len(entries) != len(want) {
		t.Errorf("(-want +got):\n%s", d)
	}
}
