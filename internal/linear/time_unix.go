//go:build unix

package linear

import (
	"syscall"
	"time"
)

// processorTime is what the process has used, which other processes hardly change.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
