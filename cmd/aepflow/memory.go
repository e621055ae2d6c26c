package main

import (
	"os"
	"runtime/debug"
)

// Most commands live for less than a second and use what they allocate: collecting
// at every doubling of a small heap took a third of a plan of 1,000 dataflows. Near
// the limit the collector works as hard as ever.
const (
	growth      = 400   // percent of what lives, between two collections
	memoryLimit = 256e6 // bytes, above which the heap no longer grows like that
)

// letMemoryGrow sets the collector up for a short life, unless the environment does.
func letMemoryGrow() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
