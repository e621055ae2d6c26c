package gitlock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
	"unicode"
)

const (
	// commandTime bounds one run of git.
	commandTime = 30 * time.Second
	// maxOutput is how many bytes of what git prints are read.
	maxOutput = 64 << 10
	// maxReason is how many characters of git's own message an error has.
	maxReason = 400
)

// settings override what a repository may configure: no hook, no file monitor, and no external transport runs a
// program, a bare repository among the files of a project is not one to work in, and git cleans nothing up.
var settings = []string{
	"core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.ext.allow=never", "safe.bareRepository=explicit",
	"gc.auto=0", "maintenance.auto=false", "push.gpgSign=false", "i18n.commitEncoding=UTF-8",
}

// identity is the author of every commit of a lock: a pipeline's clone has none of its own.
var identity = []string{
	"GIT_AUTHOR_NAME=aepflow", "GIT_AUTHOR_EMAIL=aepflow@localhost",
	"GIT_COMMITTER_NAME=aepflow", "GIT_COMMITTER_EMAIL=aepflow@localhost",
}

// commandError is a run of git that failed.
type commandError struct {
	verb   string // of git: push, fetch
	reason string // git's own words, on one line
	err    error
}

func (e *commandError) Error() string {
	if e.reason == "" {
		return fmt.Sprintf("git %s: %v", e.verb, e.err)
	}
	return fmt.Sprintf("git %s: %s", e.verb, e.reason)
}

func (e *commandError) Unwrap() error { return e.err }

// run runs git in a folder, without a shell and without a terminal, and returns what it prints.
func run(ctx context.Context, dir string, input string, args ...string) (string, error) {
	ctx, stop := context.WithTimeoutCause(ctx, commandTime,
		fmt.Errorf("no answer in %v: %w", commandTime, context.DeadlineExceeded))
	defer stop()
	var all []string
	for _, s := range settings {
		all = append(all, "-c", s)
	}
	cmd := exec.CommandContext(ctx, "git", append(all, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, environment(os.Environ()), strings.NewReader(input)
	out, said := &bounded{}, &bounded{}
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = 2 * time.Second // of a helper that keeps the output open
	detach(cmd)
	err := cmd.Run()
	switch {
	case err == nil:
		return string(out.text), nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return "", errors.New("git is not in PATH, and `lock` needs it")
	case ctx.Err() != nil:
		return "", &commandError{verb: args[0], err: context.Cause(ctx)}
	}
	return string(out.text), &commandError{verb: args[0], reason: reasonOf(string(said.text)), err: err}
}

// environment is that of git: neither prompts nor translations, and none of the variables that hold credentials of the
// platform.
func environment(own []string) []string {
	var env []string
	for _, v := range own {
		if !strings.HasPrefix(v, "IMS_") && !strings.HasPrefix(v, "AEPFLOW_") {
			env = append(env, v)
		}
	}
	env = append(env, "GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return append(env, identity...)
}

// userInfo is the part of a URL that may hold a password or a token.
var userInfo = regexp.MustCompile(`://[^/\s'"]*@`)

// reasonOf puts git's messages on one line, without the credentials of a URL and without what steers a terminal.
func reasonOf(said string) string {
	text := strings.Join(strings.FieldsFunc(userInfo.ReplaceAllString(said, "://(secret)@"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxReason {
		text = string(runes[:maxReason]) + "…"
	}
	return text
}

// bounded keeps the first maxOutput bytes of what is written to it and drops the rest.
type bounded struct{ text []byte }

func (b *bounded) Write(p []byte) (int, error) {
	b.text = append(b.text, p[:min(len(p), maxOutput-len(b.text))]...)
	return len(p), nil
}
