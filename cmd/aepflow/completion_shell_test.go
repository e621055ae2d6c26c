//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// shells are those that complete command lines, started without a person's settings, and what loads the script.
var shells = []struct {
	name  string
	args  []string
	setup string
}{
	{"bash", []string{"--norc", "--noprofile", "-i"}, "bind 'set enable-bracketed-paste off'; " +
		"bind 'set completion-query-items 0'; bind 'set page-completions off'; source <(aepflow completion bash)"},
	{"zsh", []string{"-f", "-i"}, "unsetopt zle_bracketed_paste; autoload -U compinit && compinit -u -d $HOME/dump; " +
		"LISTMAX=1000; source <(aepflow completion zsh)"},
	{"fish", []string{"--no-config", "-i"}, "aepflow completion fish | source"},
}

// control matches what a shell sends to place the cursor and to color text.
var control = regexp.MustCompile(`\x1b(\[[0-9;?<>=]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|` +
	`[()][A-Z0-9]|[=>\\])|[\x00-\x08\x0e\x0f\r]`)

// TestShells presses Tab in real shells.
func TestShells(t *testing.T) {
	t.Parallel()
	for _, shell := range shells {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(shell.name)
			if err != nil {
				t.Skip("there is no " + shell.name)
			}
			term := shellIn(t, path, shell.args...)
			term.press(shell.setup + "; echo rea''dy\n")
			term.until("ready")
			for _, c := range []struct{ typed, shows string }{
				{"connec\t", "connectors "},
				{"plan --target d\t", "--target dev "},
				{"plan --target=d\t", "--target=dev "},
				{"plan --target dev --exclude flow.g\t", "--exclude flow.gone "},
				{"state rm -p . --target dev desc\t", "descriptor.customers-id "},
				{"explain dataflow.schedule.inter\t", "dataflow.schedule.interval "},
				{"graph -o mer\t", "-o mermaid "},
				{"apply pl\t", "apply plan.json "},
				{"plan oth\t", "plan other/"},
				{"state rm --target dev flow.\t\t", `flow\.customers[\s\S]*flow\.gone`},
			} {
				term.seen = ""
				pattern := regexp.QuoteMeta(c.shows)
				if strings.Contains(c.shows, `\`) {
					pattern = c.shows
				}
				term.press("aepflow " + c.typed)
				term.shows(pattern)
				term.press("\x15") // clear the line
			}
			term.press("\x15exit\n")
		})
	}
}

// shellIn starts a shell on a terminal, in a project and with aepflow on its path.
func shellIn(t *testing.T, path string, args ...string) *terminal {
	t.Helper()
	bin, home := t.TempDir(), t.TempDir()
	if err := os.Symlink(program(t), filepath.Join(bin, "aepflow")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = completionProject(t)
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=" + home, "TERM=xterm", "PS1=$ ", "PROMPT=$ ",
		"LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 60, Cols: 160})
	if err != nil {
		t.Fatal(err)
	}
	return attached(t, cmd, f)
}

// shows waits until the terminal has shown a pattern, without its control sequences.
func (m *terminal) shows(pattern string) {
	m.t.Helper()
	re := regexp.MustCompile(pattern)
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for !re.MatchString(control.ReplaceAllString(m.seen, "")) {
		select {
		case text, ok := <-m.chunks:
			if !ok {
				m.t.Fatalf("the shell ended before it showed %s:\n%q", pattern, m.seen)
			}
			m.seen += text
		case <-patience.C:
			m.t.Fatalf("waited a minute for %s:\n%q", pattern, m.seen)
		}
	}
}
