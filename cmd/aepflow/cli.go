package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/output"
)

// grammar is the command line. Every command has the flags of globals.
type grammar struct {
	globals

	Init     initCmd     `cmd:"" help:"Write a first project that validates."`
	Validate validateCmd `cmd:"" help:"Check the documents of a project without any account."`
	Fmt      fmtCmd      `cmd:"" help:"Put documents into canonical form."`
	Compile  compileCmd  `cmd:"" help:"Print the resources that the documents ask for and the calls that make them."`
	Plan     planCmd     `cmd:"" help:"Say what apply would do, call by call, and what happens to the data."`
	Show     showCmd     `cmd:"" help:"Print a saved plan."`
	Apply    applyCmd    `cmd:"" help:"Make the platform what the documents say."`
	Drift    driftCmd    `cmd:"" help:"Say what changed on the platform since the last apply."`
	Graph    graphCmd    `cmd:"" help:"Draw what needs what."`
	Preview  previewCmd  `cmd:"" help:"Say when the dataflows of a project will run."`
	State    stateCmd    `cmd:"" help:"Look at the lockfile, and mend it."`
	Unlock   unlockCmd   `cmd:"" help:"Say who holds the lock of a target."`
	Destroy  destroyCmd  `cmd:"" help:"Remove the dataflows of a project from the platform."`
	Config   configCmd   `cmd:"" help:"What the documents are for a target."`
	Schema   schemaCmd   `cmd:"" help:"Print the JSON Schema of the file format, for editors."`
	Explain  explainCmd  `cmd:"" help:"Say what a key of the file format takes, or what a diagnostic means."`
	Emulator emulatorCmd `cmd:"" help:"Run the platform emulator on a local port."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// globals are the flags of every command.
type globals struct {
	Dir      string            `short:"C" name:"chdir" placeholder:"DIR" help:"Work in this folder."`
	Target   string            `placeholder:"NAME" help:"Where to apply: a target of aepflow.yaml, or local for the embedded emulator." env:"AEPFLOW_TARGET"`
	Output   string            `short:"o" placeholder:"FORMAT" default:"text" help:"Form of the result: text or json; validate also writes sarif and github, plan markdown and html, graph dot, mermaid and svg."`
	Color    string            `enum:"auto,always,never" default:"auto" help:"Colour: auto, always or never. NO_COLOR is honoured."`
	Var      map[string]string `placeholder:"NAME=VALUE" mapsep:"none" help:"Value of ${var.NAME} in documents; before AEPFLOW_VAR_NAME and aepflow.yaml. May be given several times."`
	LogLevel string            `enum:"off,debug,trace" default:"off" placeholder:"LEVEL" help:"Log every request: off, debug, or trace for bodies too. Secrets are hidden." env:"AEPFLOW_LOG"`
	LogFile  string            `placeholder:"FILE" help:"Log to this file instead of stderr, at debug where no level is given." env:"AEPFLOW_LOG_FILE"`
	Now      *time.Time        `placeholder:"RFC3339" help:"Pin the clock of the command and of the embedded emulator." env:"AEPFLOW_NOW"`
}

// The exit codes; docs/cli.md explains them.
const (
	exitOK          = 0
	exitWorld       = 1   // network, platform or disk; nothing is half done
	exitPending     = 2   // changes pending, with --detailed-exitcode
	exitDocuments   = 3   // the documents are wrong
	exitStale       = 4   // stale plan, lock held, lineage or target mismatch
	exitRefused     = 5   // a guard or the person at the terminal said no
	exitPartial     = 6   // partly applied, state saved
	exitUsage       = 64  // the command line is wrong
	exitInterrupted = 130 // interrupted, state saved
)

// exitError carries an exit code. A nil err means that everything worth saying
// has been said. Details are printed below the error, a line each.
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

// quiet ends a command with a code when its output has said why.
func quiet(code int) error { return &exitError{code: code} }

// parsed ends the parser early: kong asks for it after --help.
type parsed int

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, outStream, errStream io.Writer) (code int) {
	stdout, stderr := output.New(outStream), output.New(errStream)
	defer func() {
		if err := errors.Join(stdout.Close(), stderr.Close()); err != nil && code == exitOK {
			code = exitWorld
		}
	}()
	defer func() {
		switch p := recover().(type) {
		case nil:
		case parsed:
			code = int(p)
		default:
			caught := bug.Of(p)
			_ = stderr.Printf("error: %v\n%s", caught, output.Block(caught.Stack))
			code = exitWorld
		}
	}()
	var g grammar
	parser, err := kong.New(&g,
		kong.Name("aepflow"),
		kong.Description("Terraform for Adobe Experience Platform source dataflows, with a compiler in front and a local platform in the box."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(parsed(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		panic(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if err != nil {
		return usageFault(stderr, err)
	}
	a, err := newApp(&g.globals, stdin, stdout, stderr)
	if err == nil {
		err = cmd.Run(a)
	}
	return a.finish(err)
}

// usageFault prints what is wrong with the command line and how to see it right.
func usageFault(stderr *output.Writer, err error) int {
	hint := "aepflow --help"
	var fault *kong.ParseError
	if errors.As(err, &fault) && fault.Context != nil && fault.Context.Selected() != nil {
		hint = "aepflow " + fault.Context.Selected().Path() + " --help"
	}
	stderr.Printf("error: %v\n  = help: see `%s`\n", err, strings.Replace(hint, "aepflow aepflow", "aepflow", 1))
	return exitUsage
}

type versionCmd struct{}

// version is set by the linker for releases; other builds say what they know.
var version = ""

func toolVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.1.0-dev"
}

func (versionCmd) Run(a *app) error {
	switch f, err := a.format("text", "json"); {
	case err != nil:
		return err
	case f == "json":
		return a.printJSON(struct {
			Version string `json:"version"`
		}{toolVersion()})
	}
	return a.stdout.Printf("aepflow %s\n", toolVersion())
}
