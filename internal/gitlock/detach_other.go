//go:build !unix

package gitlock

import "os/exec"

func detach(*exec.Cmd) {}
