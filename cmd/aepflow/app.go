package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/view"
)

// app is what a command works with: its streams, its clock, its flags.
type app struct {
	*globals
	stdin          io.Reader
	stdout, stderr *output.Writer
	started        time.Time
	allowed        func() (allow.Lists, error) // what the person allows, read when first needed
}

func newApp(g *globals, stdin io.Reader, stdout, stderr *output.Writer) (*app, error) {
	a := &app{globals: g, stdin: stdin, stdout: stdout, stderr: stderr, started: time.Now(), allowed: sync.OnceValues(readAllowed)}
	for _, w := range []*output.Writer{stdout, stderr} {
		w.Color(a.color(w))
	}
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

func (a *app) printJSON(v any) error { return output.JSON(a.stdout, v) }

func (a *app) color(w *output.Writer) bool {
	switch a.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return w.IsTerminal() && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func (a *app) viewOptions(w *output.Writer) view.Options {
	return view.Options{Color: a.color(w), Width: w.Columns()}
}

func (a *app) textOptions(w *output.Writer) diag.TextOptions {
	return diag.TextOptions{Color: a.color(w), Width: w.Columns()}
}

// say writes a line for people to stderr. Data in it stays within the line.
func (a *app) say(format string, args ...any) {
	_ = a.stderr.Printf(format+"\n", args...) // a closed stderr must not stop an apply
}

// diagnose prints a report to stderr and is an error when the report has one.
func (a *app) diagnose(r *diag.Report) error { return a.diagnoseAs(exitDocuments, r) }

// diagnoseAs is diagnose with another exit code for errors.
func (a *app) diagnoseAs(code int, r *diag.Report) error {
	if r.Len() > 0 {
		if err := diag.Text(a.stderr, r, a.textOptions(a.stderr)); err != nil {
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
	a.sayError(err)
	var panicked *bug.Panic
	if errors.As(err, &panicked) {
		a.say("%s", output.Block(panicked.Stack))
	}
	if help := wayOut(err); help != "" {
		a.say("  = help: %s", help)
	}
	var coded *exitError
	var held *lockfile.HeldError
	var target *lockfile.TargetError
	var journal *lockfile.JournalError
	var owner *lockfile.OwnerError
	var stale *applier.StaleError
	var elsewhere *applier.ElsewhereError
	var unlisted *applier.UnlistedError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &held), errors.As(err, &target), errors.As(err, &journal), errors.As(err, &owner), errors.As(err, &stale), errors.As(err, &elsewhere),
		errors.Is(err, lockfile.ErrConflict), errors.Is(err, lockfile.ErrDigest), errors.Is(err, lockfile.ErrNewer), errors.Is(err, lockfile.ErrSyntax):
		return exitStale
	case errors.As(err, &unlisted):
		return exitPartial
	case errors.Is(err, applier.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitWorld
}

// sayError prints an error, each of several that were joined, and their details.
func (a *app) sayError(err error) {
	for _, one := range output.Joined(err) {
		var coded *exitError
		if errors.As(one, &coded) && coded.err == nil {
			continue
		}
		a.say("error: %s", one)
		if coded != nil {
			for _, line := range coded.details {
				a.say("  %s", line)
			}
		}
	}
}

// wayOut is what to do about a lockfile that is not read, "" for other errors.
func wayOut(err error) string {
	var journal *lockfile.JournalError
	var owner *lockfile.OwnerError
	switch {
	case errors.As(err, &owner):
		return "forget the one that is wrong, `aepflow state rm " + owner.Second.String() + "` or `aepflow state rm " +
			owner.First.String() + "`; the object stays on the platform"
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
	var refused *files.Error
	if errors.As(err, &refused) {
		return refused.Reason()
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// display returns a path as people read it.
func display(path string) string { return filepath.ToSlash(filepath.Clean(path)) }
