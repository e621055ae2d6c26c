//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/aepflow/aepflow/internal/emulator"
)

// terminal is the program on a terminal of its own, and whoever sits at it.
type terminal struct {
	t      testing.TB
	cmd    *exec.Cmd
	keys   *os.File
	chunks chan string
	seen   string
}

const ctrlC = "\x03"

func (l *lab) atTerminal(args ...string) *terminal {
	l.t.Helper()
	cmd := l.command(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm")
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		l.t.Fatal(err)
	}
	return attached(l.t, cmd, f)
}

// attached is a program that has been started on a terminal.
func attached(t testing.TB, cmd *exec.Cmd, f *os.File) *terminal {
	term := &terminal{t: t, cmd: cmd, keys: f, chunks: make(chan string, 1024)}
	go func() {
		defer close(term.chunks)
		for buf := make([]byte, 4096); ; {
			n, err := f.Read(buf)
			if n > 0 {
				term.chunks <- string(buf[:n])
			}
			if err != nil {
				return // the program has ended
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // gone already, mostly
		_ = f.Close()
		for range term.chunks {
		}
	})
	return term
}

// until reads what the terminal shows until it matches, and returns all that it
// has shown.
func (m *terminal) until(pattern string) string {
	m.t.Helper()
	re := regexp.MustCompile(pattern)
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for !re.MatchString(m.seen) {
		select {
		case text, ok := <-m.chunks:
			if !ok {
				m.t.Fatalf("the program ended before it showed %s:\n%s", pattern, m.seen)
			}
			m.seen += text
		case <-patience.C:
			m.t.Fatalf("waited a minute for %s:\n%s", pattern, m.seen)
		}
	}
	return m.seen
}

func (m *terminal) press(keys string) {
	m.t.Helper()
	if _, err := m.keys.WriteString(keys); err != nil {
		m.t.Fatal(err)
	}
}

// end waits for the program's end and returns its exit code.
func (m *terminal) end() int {
	m.t.Helper()
	patience := time.AfterFunc(time.Minute, func() { _ = m.cmd.Process.Kill() })
	for text := range m.chunks {
		m.seen += text
	}
	_ = m.cmd.Wait() // its state says how it ended
	if !patience.Stop() {
		m.t.Fatalf("waited a minute for the end:\n%s", m.seen)
	}
	return m.cmd.ProcessState.ExitCode()
}

// held is a platform that keeps the calls that match waiting.
type held struct {
	came    chan struct{} // one for each call that waits
	release func()        // lets them, and all later ones, go on
	went    chan struct{} // one for each of them whose work is done
}

func (l *lab) hold(method, path string) *held {
	go1 := make(chan struct{})
	h := &held{came: make(chan struct{}, 64), went: make(chan struct{}, 64), release: sync.OnceFunc(func() { close(go1) })}
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		// All of it has come: its work is done whatever becomes of its sender.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		if r.Method == method && strings.Contains(r.URL.Path, path) {
			select {
			case <-go1:
			default:
				h.came <- struct{}{}
				<-go1
				defer func() { h.went <- struct{}{} }()
			}
		}
		next.ServeHTTP(w, r)
	})
	l.t.Cleanup(h.release)
	l.open()
	return h
}

// TestTerminal answers the question and watches the bar.
func TestTerminal(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	args := []string{"apply", "--color", "never"}

	no := l.atTerminal(args...)
	l.open()
	no.until(`Plan: 37 to create(?s:.*)Apply to here \(sandbox dev, host [^)]*\)\? Type "yes" to continue: `)
	no.press("no\r")
	if code := no.end(); code != exitRefused || !strings.Contains(no.seen, "Nothing was changed") {
		t.Errorf("answered no: exit code %d\n%s", code, no.seen)
	}
	gone := l.atTerminal(args...)
	gone.until(`to continue: `)
	gone.press(ctrlC)
	if code := gone.end(); code != exitInterrupted || !strings.Contains(gone.seen, "interrupted, nothing was changed") {
		t.Errorf("Ctrl-C at the question: exit code %d\n%s", code, gone.seen)
	}
	if n := l.writes(); n != 0 {
		t.Fatalf("%d writes without a yes", n)
	}

	yes := l.atTerminal(args...)
	yes.until(`to continue: `)
	h := l.hold(http.MethodPost, "/flowservice/flows")
	yes.press("yes\r")
	// The bar: done and all calls, elapsed time, the bar itself, the time that
	// remains, what is running.
	bar := yes.until(`[23][0-9]/37 +\d\d:\d\d \[=+>? *\] +\d\d:\d\d left[^\n]*create flow\.`)
	if !regexp.MustCompile(`\[ ?\d+/37\] schema\.people: created [0-9a-f]{8}…`).MatchString(bar) {
		t.Errorf("no line for what is done above the bar:\n%s", bar)
	}
	h.release()
	if code := yes.end(); code != exitOK || !strings.Contains(yes.seen, "Apply complete for here") {
		t.Errorf("answered yes: exit code %d\n%s", code, yes.seen)
	}
	tail := yes.seen[strings.LastIndex(yes.seen, "created"):]
	if strings.Contains(tail, "[=") {
		t.Errorf("the bar is still there: %q", tail)
	}
	l.checkState()
}

// TestOneCtrlC lets the calls finish that are under way, and starts no others.
func TestOneCtrlC(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	h := l.hold(http.MethodPost, "/flowservice/connections")
	term := l.atTerminal(applyArgs("--parallelism", "2", "--color", "never")...)
	<-h.came
	<-h.came
	under := l.writes()
	term.press(ctrlC)
	term.until(`interrupted: waiting up to 10 s for running calls, starting no new ones; press Ctrl-C again to stop now`)
	h.release()
	if code := term.end(); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, term.seen)
	}
	if n := l.writes(); n != under+2 {
		t.Errorf("%d writes after Ctrl-C, want the 2 under way", n-under)
	}
	for _, want := range []string{
		`connection\.\w+: created`, `saved in dataflow\.here\.lock`, `Continue with: aepflow apply`,
	} {
		if !regexp.MustCompile(want).MatchString(term.seen) {
			t.Errorf("the terminal does not show %s:\n%s", want, term.seen)
		}
	}
	if _, err := os.Stat(l.paths().Journal); err == nil {
		t.Error("a journal is left, though everything has an outcome")
	}
	l.mustRun(applyArgs()...)
	if n := l.writes(); n != 37 {
		t.Errorf("%d writes altogether, want each of the 37 once", n)
	}
	l.checkState()
}

// stoppedAtOnce runs an apply that the second Ctrl-C ends while two calls are held
// at the platform.
func (l *lab) stoppedAtOnce() *held {
	l.t.Helper()
	h := l.hold(http.MethodPost, "/flowservice/connections")
	term := l.atTerminal(applyArgs("--parallelism", "2", "--color", "never")...)
	<-h.came
	<-h.came
	term.press(ctrlC)
	term.until(`press Ctrl-C again to stop now`)
	term.press(ctrlC)
	if code := term.end(); code != exitInterrupted {
		l.t.Errorf("exit code %d\n%s", code, term.seen)
	}
	text := strings.Join(strings.Fields(term.seen[strings.LastIndex(term.seen, "stop now"):]), " ")
	line := regexp.MustCompile(`no answer yet: create connection\.\w+, create connection\.\w+; the next apply finds out`)
	if len(line.FindAllString(text, -1)) != 1 || !strings.Contains(text, "2 calls without an answer") {
		l.t.Errorf("one line does not name the calls without an answer:\n%s", term.seen)
	}
	for _, wrong := range []string{"failed", "could not", "canceled", "error: sign", "not sent:"} {
		if strings.Contains(text, wrong) {
			l.t.Errorf("the user's own Ctrl-C shows %q:\n%s", wrong, term.seen)
		}
	}
	return h
}

// TestTwoCtrlC does not wait for the calls under way: the platform does their
// work all the same, and the next apply finds it.
func TestTwoCtrlC(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	h := l.stoppedAtOnce()
	if text, err := os.ReadFile(l.paths().Journal); err != nil || strings.Count(string(text), `"intent":`) < 2 {
		t.Errorf("the journal does not cover the calls: %v\n%s", err, text)
	}
	h.release()
	<-h.went
	<-h.went
	made := l.writes()
	r := l.mustRun(applyArgs()...)
	if n := strings.Count(r.stderr, ": done, "); n != 2 || !strings.Contains(r.stderr, "An earlier apply was interrupted") {
		t.Errorf("the next apply found %d calls done, want 2:\n%s", n, r.stderr)
	}
	if n := l.writes(); n != 37 {
		t.Errorf("%d writes altogether, %d of them before, want each of the 37 once", n, made)
	}
	l.checkState()
}

// TestCallsLandLate: after the second Ctrl-C the next apply comes at once, and the
// platform carries out the calls under way only when that one has looked for what
// they make and has found nothing.
func TestCallsLandLate(t *testing.T) {
	t.Parallel()
	l := newLab(t, emulator.Options{}, crashed{})
	l.docs("a")
	h := l.stoppedAtOnce()
	looked := make(chan struct{})
	held := *l.between.Load()
	l.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		held(w, r, next)
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/flowservice/connections") {
			select {
			case looked <- struct{}{}:
			default:
			}
		}
	})
	next := l.begin(applyArgs("--lost-after", "1m")...)
	<-looked                            // for one of the two, and has found nothing
	time.Sleep(1100 * time.Millisecond) // the first second of a wait is silent
	h.release()
	r := next.end()
	if n := strings.Count(r.stderr, ": done, "); r.code != exitOK || n != 2 || !strings.Contains(r.stderr, "may still be under way") {
		t.Errorf("the next apply found %d calls done, want 2: %s", n, r)
	}
	if n := l.writes(); n != 37 {
		t.Errorf("%d writes altogether, want each of the 37 once", n)
	}
	l.checkState()
}
