//go:build unix

package gitlock

import (
	"os/exec"
	"syscall"
)

// detach gives git a session of its own: it has no terminal to ask on, a Ctrl-C meant for aepflow does not cut off a
// push, and its helpers end with it.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
