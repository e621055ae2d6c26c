package laws

import (
	"flag"
	"os"
	"testing"

	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/testsetup"
)

// TestMain tries one law on one project under the race detector, unless -run names
// tests: the same goroutines run whatever the law.
func TestMain(m *testing.M) {
	testsetup.Fast()
	flag.Parse()
	if raced.Enabled && flag.Lookup("test.run").Value.String() == "" {
		_ = flag.Set("test.run", "TestApply$/^0$")
	}
	os.Exit(m.Run())
}
