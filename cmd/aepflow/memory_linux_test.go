package main

import (
	"fmt"
	"os"
	"syscall"
)

// memoryOf says how much memory a process had at most.
func memoryOf(p *os.ProcessState) string {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return fmt.Sprintf("%d MiB", usage.Maxrss>>10)
	}
	return "memory unknown"
}
