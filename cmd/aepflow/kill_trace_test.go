//go:build linux && (amd64 || arm64)

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Killing a process at a system call needs nothing of the program: the kernel
// stops it before and after each call, and here it dies at the wished one. At
// entry the call is not carried out any more; at exit it is.

// canTrace reports whether this machine lets a process trace its children.
func canTrace(t testing.TB) bool {
	t.Helper()
	boundaries := 0
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	_, err = traced(t.TempDir(), []string{program(t), "version"}, os.Environ(), nil, null, func(boundary) bool { boundaries++; return false })
	if errors.Is(err, syscall.EPERM) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return true
}

// boundary is one side of a system call that can be seen from outside: on a file
// of the project, or on a connection.
type boundary struct {
	call   string // "write", "fsync", "rename", …
	target string // path in the project, or "socket"
	after  bool
}

func (b boundary) String() string {
	when := "before"
	if b.after {
		when = "after"
	}
	return fmt.Sprintf("%s %s %s", when, b.call, b.target)
}

// traced runs a program in a folder until its end, or until at says to kill it.
// started, if not nil, is called with its id before its first instruction. The
// answer is its exit code, or -1 when it was killed.
func traced(dir string, argv, env []string, started func(pid int), out *os.File, at func(boundary) bool) (code int, err error) {
	runtime.LockOSThread() // the kernel knows one thread as the tracer
	defer runtime.UnlockOSThread()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	p, err := os.StartProcess(argv[0], append([]string{"aepflow"}, argv[1:]...), &os.ProcAttr{
		Dir: dir, Env: env, Files: []*os.File{null, out, out}, Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		return 0, err
	}
	tr := tracer{root: dir, leader: p.Pid, entered: map[int]entered{}, at: at}
	defer func() { _ = p.Release() }() // reaped below
	return tr.run(started)
}

type tracer struct {
	root    string
	leader  int
	entered map[int]entered // by thread: the call that it is in
	at      func(boundary) bool
	killed  bool
}

type entered struct {
	boundary
	counts bool
	read   bool
}

const syscallStop = unix.SIGTRAP | 0x80

func (tr *tracer) run(started func(int)) (int, error) {
	var status unix.WaitStatus
	if _, err := unix.Wait4(tr.leader, &status, unix.WALL, nil); err != nil {
		return 0, fmt.Errorf("wait for the first stop: %w", err)
	}
	options := unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(tr.leader, options); err != nil {
		return 0, fmt.Errorf("trace: %w", err)
	}
	if started != nil {
		started(tr.leader)
	}
	if err := unix.PtraceSyscall(tr.leader, 0); err != nil {
		return 0, fmt.Errorf("trace: %w", err)
	}
	for {
		// Only its own group, in which its threads are: other children of this
		// process, and of this very thread, are waited for elsewhere.
		pid, err := unix.Wait4(-tr.leader, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case status.Exited() && pid == tr.leader:
			return status.ExitStatus(), nil
		case status.Signaled() && pid == tr.leader:
			return -1, nil
		case !status.Stopped() || tr.killed:
			continue
		}
		deliver := 0
		switch sig := status.StopSignal(); {
		case sig == syscallStop:
			if tr.stopped(pid) {
				tr.killed = true
				_ = unix.Kill(tr.leader, unix.SIGKILL)
				continue
			}
		case sig == unix.SIGTRAP, sig == unix.SIGSTOP: // a new thread, or our own events
		default:
			deliver = int(sig)
		}
		_ = unix.PtraceSyscall(pid, deliver) // a thread that is gone meanwhile is not a fault
	}
}

// syscallInfo is struct ptrace_syscall_info, the same on every processor.
type syscallInfo struct {
	op     uint8
	_      [3]uint8
	_      uint32
	_, _   uint64
	values [8]uint64 // entry: number, arguments; exit: result, whether it is an error
}

// stopped looks at a thread before or after a system call, and says whether it
// is the end.
func (tr *tracer) stopped(tid int) bool {
	var info syscallInfo
	_, _, e := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if e != 0 {
		return false
	}
	switch info.op {
	case unix.PTRACE_SYSCALL_INFO_ENTRY:
		in := tr.look(tid, info.values)
		tr.entered[tid] = in
		return in.counts && !in.read && tr.at(in.boundary)
	case unix.PTRACE_SYSCALL_INFO_EXIT:
		in := tr.entered[tid]
		delete(tr.entered, tid)
		result := int64(info.values[0])
		in.after = true
		return in.counts && result >= 0 && (!in.read || result > 0) && tr.at(in.boundary)
	}
	return false
}

// look says what a call is about; calls that change nothing that outlives the
// process do not count, except those that carry requests and answers.
func (tr *tracer) look(tid int, v [8]uint64) entered {
	nr, fd := v[0], int(int32(v[1]))
	byPath := func(call string, path uint64) entered {
		target, ok := tr.inRoot(tr.text(tid, path))
		return entered{boundary: boundary{call: call, target: target}, counts: ok}
	}
	byFD := func(call string) entered {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tr.leader, fd))
		if err != nil {
			return entered{}
		}
		if strings.HasPrefix(path, "socket:") {
			return entered{boundary: boundary{call: call, target: "socket"}, counts: call == "write"}
		}
		target, ok := tr.inRoot(path)
		return entered{boundary: boundary{call: call, target: target}, counts: ok && filepath.IsAbs(path)}
	}
	switch nr {
	case unix.SYS_OPENAT:
		if v[3]&(unix.O_CREAT|unix.O_TRUNC) == 0 {
			return entered{}
		}
		return byPath("create", v[2])
	case unix.SYS_MKDIRAT:
		return byPath("mkdir", v[2])
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return byPath("rename to", v[4])
	case unix.SYS_UNLINKAT:
		return byPath("remove", v[2])
	case unix.SYS_WRITE, unix.SYS_PWRITE64:
		return byFD("write")
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		return byFD("fsync")
	case unix.SYS_FTRUNCATE:
		return byFD("truncate")
	case unix.SYS_FCHMOD:
		return byFD("chmod")
	case unix.SYS_FLOCK:
		return byFD("lock")
	case unix.SYS_READ:
		in := byFD("read")
		in.read, in.counts = true, in.target == "socket"
		return in
	}
	return entered{}
}

// inRoot returns the path below the folder of the project.
func (tr *tracer) inRoot(path string) (string, bool) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(tr.root, path)
	}
	rel, err := filepath.Rel(tr.root, path)
	if err != nil || path == "" || strings.HasPrefix(rel, "..") {
		return "", false
	}
	return tempName.ReplaceAllString(rel, "*"), true
}

// text reads a string of the traced process.
func (tr *tracer) text(tid int, at uint64) string {
	var out []byte
	for word := make([]byte, 8); len(out) < 4096; at += 8 {
		if _, err := unix.PtracePeekData(tid, uintptr(at), word); err != nil {
			return ""
		}
		if binary.LittleEndian.Uint64(word) == 0 {
			return string(out)
		}
		for _, c := range word {
			if c == 0 {
				return string(out)
			}
			out = append(out, c)
		}
	}
	return string(out)
}
