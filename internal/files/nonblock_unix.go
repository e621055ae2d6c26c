//go:build unix

package files

import "syscall"

// nonblock keeps the opening of a named pipe or a device from waiting, and a
// terminal from becoming that of the process.
const nonblock = syscall.O_NONBLOCK | syscall.O_NOCTTY
