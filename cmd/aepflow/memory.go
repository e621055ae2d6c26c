package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Most commands live for less than a second and use what they allocate: collecting
// at every doubling of a small heap took a third of a plan of 1,000 dataflows. A
// large project must not grow like that, yet collecting a heap of any size at half
// its size again costs as much time as planning.
const (
	shortLife = 400       // percent of what lives, between two collections
	longLife  = 22        // the same where what lives is large
	roomy     = 180 << 20 // bytes of heap up to which the one turns into the other
)

// paceCollector lets the heap grow to what is roomy and no further, as far as
// what lives allows, unless the environment says when to collect.
func paceCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(shortLife)
	runtime.SetFinalizer(new(beacon), paceAgain)
}

// beacon is garbage from the start: each collection finds it once.
type beacon struct{ _ [16]byte }

// paceAgain sets the pace for the next collection.
func paceAgain(b *beacon) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
	runtime.SetFinalizer(b, paceAgain)
}

// percentFor is how far a heap may grow of which so many bytes live.
func percentFor(live uint64) int {
	if live == 0 {
		return shortLife
	}
	room := roomy - min(live, roomy)
	return int(min(max(room*100/live, longLife), shortLife))
}
