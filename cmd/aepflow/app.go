package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/view"
)

// app is what every command works with: its streams, its clock, and the flags of all commands.
type app struct {
	*globals
	stdin          io.Reader
	stdout, stderr *output.Writer
	started        time.Time
}

func newApp(g *globals, stdin io.Reader, stdout, stderr *output.Writer) (*app, error) {
	a := &app{globals: g, stdin: stdin, stdout: stdout, stderr: stderr, started: time.Now()}
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

// now is the machine's clock, or the one that --now starts, at the machine's pace.
func (a *app) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now.Add(a.elapsed())
}

// elapsed is how long the command has been running.
func (a *app) elapsed() time.Duration { return time.Since(a.started) }

// writes refuses an --output that the command does not have.
func (a *app) writes(formats ...string) error {
	if !slices.Contains(formats, a.Output) {
		return exit(exitUsage, "--output %s: this command writes %s", a.Output, strings.Join(formats, ", "))
	}
	return nil
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

// say writes a line for people to stderr. Data cannot break the line.
func (a *app) say(format string, args ...any) {
	_ = a.stderr.Printf(format+"\n", args...) // a closed stderr must not stop an apply
}

// diagnose prints a report to stderr. A report with errors is an error with exitDocuments.
func (a *app) diagnose(r *diag.Report) error { return a.diagnoseAs(exitDocuments, r) }

// diagnoseAs is diagnose with another exit code. With --output json, it prints a report with errors to stdout as validate
// does.
func (a *app) diagnoseAs(code int, r *diag.Report) error {
	if a.Output == "json" && r.HasErrors() {
		return errors.Join(diag.JSON(a.stdout, r), quiet(code))
	}
	if r.Len() > 0 {
		if err := diag.Text(a.stderr, r, a.textOptions(a.stderr)); err != nil {
			return err
		}
		readMore(a, a.stderr, r)
	}
	if r.HasErrors() {
		return quiet(code)
	}
	return nil
}

// readMore names the commands that help with errors and warnings.
func readMore(a *app, w *output.Writer, r *diag.Report) {
	list := r.AtLeast(diag.Warning).Sorted()
	if len(list) == 0 {
		return
	}
	if slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Fix != nil }) {
		_ = w.Printf("fix automatically: aepflow validate --fix\n")
	}
	first := list[max(0, slices.IndexFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }))]
	_ = w.Printf("read more: aepflow explain %s\n", first.Code)
}

// interrupts cancels the returned context at the first Ctrl-C or SIGTERM and prints the notice. The second one
// closes abort.
func (a *app) interrupts(ctx context.Context, notice string) (_ context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hard, done := make(chan struct{}), make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			if n == 0 {
				cancel() // before the notice, so that it is true when it is read
				a.say("\n%s", notice)
				continue
			}
			close(hard)
			return
		}
	}()
	return ctx, hard, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
