package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/view"
)

// app is what a command works with: its streams, its clock, its flags.
type app struct {
	*globals
	stdin          io.Reader
	stdout, stderr io.Writer
	started        time.Time
	allowed        func() (allow.Lists, error) // what the person allows, read when first needed
}

func newApp(g *globals, stdin io.Reader, stdout, stderr io.Writer) (*app, error) {
	a := &app{globals: g, stdin: stdin, stdout: stdout, stderr: stderr, started: time.Now(), allowed: sync.OnceValues(readAllowed)}
	if g.Dir != "" {
		if err := os.Chdir(g.Dir); err != nil {
			return a, exit(exitUsage, "change to %s: %s", g.Dir, reason(err))
		}
	}
	return a, nil
}

// now is the clock of the command: the machine's, or from --now on at the
// machine's pace.
func (a *app) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now.Add(time.Since(a.started))
}

// format returns the form of the result, which must be one that the command has.
func (a *app) format(known ...string) (string, error) {
	if !slices.Contains(known, a.Output) {
		return "", exit(exitUsage, "--output %s: this command writes %s", a.Output, strings.Join(known, ", "))
	}
	return a.Output, nil
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (a *app) color(w io.Writer) bool {
	switch a.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

func (a *app) viewOptions(w io.Writer) view.Options {
	return view.Options{Color: a.color(w), Width: width(w)}
}

// say writes a line for people to stderr.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.stderr, format+"\n", args...) }

// diagnose prints a report to stderr and is an error when the report has one.
func (a *app) diagnose(r *diag.Report) error { return a.diagnoseAs(exitDocuments, r) }

// diagnoseAs is diagnose with another exit code for errors.
func (a *app) diagnoseAs(code int, r *diag.Report) error {
	if r.Len() > 0 {
		if err := diag.Text(a.stderr, r, diag.TextOptions{Color: a.color(a.stderr), Width: width(a.stderr)}); err != nil {
			return err
		}
	}
	if r.HasErrors() {
		return quiet(code)
	}
	return nil
}

// finish prints an error and returns its exit code. It is the one place where
// errors become codes.
func (a *app) finish(err error) int {
	if err == nil {
		return exitOK
	}
	if text := err.Error(); text != "" {
		a.say("error: %s", text)
	}
	var panicked *bug.Panic
	if errors.As(err, &panicked) {
		a.say("%s", panicked.Stack)
	}
	if help := wayOut(err); help != "" {
		a.say("  = help: %s", help)
	}
	var coded *exitError
	var held *lockfile.HeldError
	var target *lockfile.TargetError
	var journal *lockfile.JournalError
	var stale *applier.StaleError
	var elsewhere *applier.ElsewhereError
	var unlisted *applier.UnlistedError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &held), errors.As(err, &target), errors.As(err, &journal), errors.As(err, &stale), errors.As(err, &elsewhere),
		errors.Is(err, lockfile.ErrConflict), errors.Is(err, lockfile.ErrDigest), errors.Is(err, lockfile.ErrNewer), errors.Is(err, lockfile.ErrSyntax):
		return exitStale
	case errors.As(err, &unlisted):
		return exitPartial
	case errors.Is(err, applier.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitWorld
}

// wayOut is what to do about a lockfile that is not read, "" for other errors.
func wayOut(err error) string {
	var journal *lockfile.JournalError
	switch {
	case errors.Is(err, lockfile.ErrNoTarget):
		return "look at the platform for what it holds, then move the journal away"
	case errors.As(err, &journal):
		return "put back the lockfile that it belongs to, or run `aepflow state repair`, which takes over what it made"
	case errors.Is(err, lockfile.ErrConflict):
		return "settle the documents first, then run `aepflow state repair`, which puts both sides together and asks the platform where they differ"
	case errors.Is(err, lockfile.ErrDigest):
		return "run `aepflow state repair`, which asks the platform what is true"
	case errors.Is(err, lockfile.ErrNewer):
		return "install that version of aepflow or a later one; older ones would lose what they do not know"
	case errors.Is(err, lockfile.ErrSyntax):
		return "take the lockfile of an earlier commit, then run `aepflow plan --refresh`"
	}
	return ""
}

// reason returns an error of the file system without the path that the sentence
// around it has already.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// display returns a path as people read it.
func display(path string) string { return filepath.ToSlash(filepath.Clean(path)) }
