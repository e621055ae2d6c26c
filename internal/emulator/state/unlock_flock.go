//go:build unix && !aix && !solaris

package state

import (
	"os"

	"golang.org/x/sys/unix"
)

// unlock gives back bbolt's lock of a file that stays mapped.
func unlock(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing the file is next
}
