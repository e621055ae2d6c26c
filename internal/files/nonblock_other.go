//go:build !unix

package files

// nonblock is needed where opening a file can wait.
const nonblock = 0
