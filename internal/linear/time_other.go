//go:build !unix

package linear

import "time"

var start = time.Now()

// processorTime is the time that has passed, where no other is known.
func processorTime() time.Duration { return time.Since(start) }
