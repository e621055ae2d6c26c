//go:build !linux

package main

import "os"

// memoryOf says how much memory a process had at most: not known on this system.
func memoryOf(*os.ProcessState) string { return "memory unknown" }
