package laws

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/raced"
)

// TestMain tries one law on one project under the race detector, unless -run names
// tests: the same goroutines run whatever the law.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // a fifth of the time with the default
	lockfile.HashCost = lockfile.Cost{Memory: 8, Passes: 1, Lanes: 1}
	flag.Parse()
	if raced.Enabled && flag.Lookup("test.run").Value.String() == "" {
		_ = flag.Set("test.run", "TestApply$/^0$")
	}
	os.Exit(m.Run())
}
