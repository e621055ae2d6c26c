package main

import (
	"os"
	"runtime/debug"
)

// Most commands live for less than a second and use what they allocate: collecting
// at every doubling of a small heap took a third of a plan of 1,000 dataflows. A
// large project has a heap that must not grow like that.
const (
	shortLife    = 400  // percent of what lives, between two collections
	largeProject = 3000 // files
)

// letMemoryGrow sets the collector up for a short life, unless the environment does.
func letMemoryGrow() { collectAt(shortLife) }

// keepMemorySmall takes that back for a large project.
func keepMemorySmall(files int) {
	if files > largeProject {
		collectAt(50)
	}
}

func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
