package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/aepflow/aepflow/applier"
	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/gitlock"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/specs"
)

// The exit codes. docs/cli.md explains them.
const (
	exitOK          = 0
	exitWorld       = 1   // network, platform, or disk failed; nothing is half done
	exitPending     = 2   // something needs attention: changes with --detailed-exitcode, drift, a failed dataflow, a lock
	exitDocuments   = 3   // the documents are wrong
	exitStale       = 4   // stale plan or lockfile, lock held, wrong lineage or target
	exitRefused     = 5   // refused by a guard or by the user
	exitPartial     = 6   // partly applied, state saved
	exitTests       = 7   // a test of a mapping failed
	exitUsage       = 64  // the command line is wrong
	exitInterrupted = 130 // interrupted, state saved
)

// exitError carries an exit code. A nil err means that the command has already printed why. Details are printed
// below the error, one per line.
type exitError struct {
	code    int
	err     error
	details []string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func exit(code int, format string, args ...any) error {
	return &exitError{code: code, err: fmt.Errorf(format, args...)}
}

// exitHelp is exit with a line that says how to fix it.
func exitHelp(code int, help, format string, args ...any) error {
	return exitDetails(code, []string{"= help: " + help}, format, args...)
}

// exitDetails is exit with lines below the message.
func exitDetails(code int, details []string, format string, args ...any) error {
	return &exitError{code: code, err: fmt.Errorf(format, args...), details: details}
}

// quiet is an exit code without a message.
func quiet(code int) error { return &exitError{code: code} }

// finish prints an error and returns its exit code.
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
		a.sayWrapped("  = help: ", help)
	}
	return codeOf(err)
}

// codeOf is the only place where errors become exit codes.
func codeOf(err error) int {
	var coded *exitError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case isStale(err):
		return exitStale
	case is[*applier.UnlistedError](err):
		return exitPartial
	case errors.Is(err, applier.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitWorld
}

func isStale(err error) bool {
	for _, stale := range []error{lockfile.ErrConflict, lockfile.ErrDigest, lockfile.ErrNewer, lockfile.ErrSyntax} {
		if errors.Is(err, stale) {
			return true
		}
	}
	return is[*lockfile.HeldError](err) || is[*lockfile.TargetError](err) || is[*lockfile.JournalError](err) ||
		is[*lockfile.OwnerError](err) || is[*applier.StaleError](err) || is[*applier.ElsewhereError](err) ||
		is[*gitlock.HeldError](err) || is[*gitlock.BehindError](err)
}

// is reports whether an error in err's tree has the type T.
func is[T error](err error) bool {
	var found T
	return errors.As(err, &found)
}

// sayError prints each of the joined errors with its details.
func (a *app) sayError(err error) {
	for _, one := range output.Joined(err) {
		var coded *exitError
		if errors.As(one, &coded) && coded.err == nil {
			continue
		}
		head := "error: "
		if a.color(a.stderr) {
			head = output.Paint(output.BoldRed, "error:") + " "
		}
		a.sayWrapped(head, one.Error())
		if coded != nil {
			for _, line := range coded.details {
				a.sayWrapped("  ", line)
			}
		}
	}
}

// sayWrapped writes a painted head and a text to stderr. On a terminal, it breaks lines between words.
func (a *app) sayWrapped(head, text string) {
	lines := []string{output.Line(text)}
	if columns := a.stderr.Columns(); columns > 0 {
		lines = output.Wrap(strings.Split(lines[0], " "), columns-output.Width(head))
	}
	for _, l := range lines {
		_, _ = io.WriteString(a.stderr, output.Painted(head+l)+"\n")
		head = strings.Repeat(" ", output.Width(head))
	}
}

// wayOut says how to get past a lock, fix a lockfile that cannot be read, or answer a refusal of the platform; "" for
// other errors.
func wayOut(err error) string {
	if help := teamHelp(err); help != "" {
		return help
	}
	var owner *lockfile.OwnerError
	switch {
	case errors.As(err, &owner):
		return "remove the wrong entry: `aepflow state rm " + owner.Second.String() + "` or `aepflow state rm " +
			owner.First.String() + "`; the object stays on the platform"
	case errors.Is(err, lockfile.ErrNoTarget):
		return "check which objects exist on the platform, then move the journal away"
	case is[*lockfile.JournalError](err):
		return "restore the lockfile that the journal continues, or run `aepflow state repair`, which takes over " +
			"the objects in the journal"
	case errors.Is(err, lockfile.ErrConflict):
		return "resolve the conflicts in the documents first, then run `aepflow state repair`, which merges both " +
			"sides and asks the platform where they differ"
	case errors.Is(err, lockfile.ErrDigest):
		return "run `aepflow state repair`, which compares the lockfile with the platform"
	case errors.Is(err, lockfile.ErrNewer):
		return "install that version of aepflow or a later one; older versions would lose data"
	case errors.Is(err, lockfile.ErrSyntax):
		return "restore the lockfile from an earlier commit, then run `aepflow plan --refresh`"
	}
	return refusalHelp(err)
}

// refusalHelp says what to do about a refusal of the platform whose code is known, unless the error says it.
func refusalHelp(err error) string {
	var coded *exitError
	var refused *platform.Error
	if errors.As(err, &coded) && len(coded.details) > 0 || !errors.As(err, &refused) {
		return ""
	}
	known, ok := specs.ErrorByCode(refused.Code)
	if !ok {
		return ""
	}
	return known.Fix + " (`aepflow explain " + known.Code + "`)"
}

// reason is an error of the file system without its path, for sentences that already contain it.
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

// display returns a path as it is printed.
func display(path string) string { return filepath.ToSlash(filepath.Clean(path)) }
