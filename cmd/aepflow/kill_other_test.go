//go:build !linux || !(amd64 || arm64)

package main

import (
	"errors"
	"os"
	"testing"
)

// boundary is one side of a system call; nothing sees them here.
type boundary struct {
	call, target string
	after        bool
}

func (b boundary) String() string { return b.call + " " + b.target }

func canTrace(testing.TB) bool { return false }

func traced(string, []string, []string, func(int), *os.File, func(boundary) bool) (int, error) {
	return 0, errors.New("trace a process: not on this system")
}
