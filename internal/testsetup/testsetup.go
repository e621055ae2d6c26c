// Package testsetup makes tests fast that do the main job over and over. Tests only.
package testsetup

import (
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/aepflow/aepflow/internal/lockfile"
)

// Fast is for the first line of TestMain, of the tests and of the programs that they start. Hashes of
// secrets are cheap: with what a real one costs, they are half of the time. Garbage
// is collected less often, unless GOGC says how often: a sixth of the time. More
// tests run at once than there are cores, unless -parallel says how many: they wait
// for the disk and for pauses between attempts.
func Fast() {
	lockfile.HashCost = lockfile.Cost{Memory: 8, Passes: 1, Lanes: 1}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	cores := runtime.GOMAXPROCS(0)
	if f := flag.Lookup("test.parallel"); f != nil && f.Value.String() == strconv.Itoa(cores) {
		_ = f.Value.Set(strconv.Itoa(2 * cores))
	}
}
