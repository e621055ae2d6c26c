package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/aepflow/aepflow/internal/bug"
	"github.com/aepflow/aepflow/internal/completion"
	"github.com/aepflow/aepflow/internal/output"
)

// grammar is the command line. Every command has the flags of globals.
type grammar struct {
	globals

	Init     initCmd     `cmd:"" formats:"text" help:"Write a first project that validates."`
	Validate validateCmd `cmd:"" formats:"text,json,sarif,github,gitlab,azure" help:"${validate}"`
	Fmt      fmtCmd      `cmd:"" formats:"text" help:"Format documents."`
	Compile  compileCmd  `cmd:"" formats:"text,json" help:"${compile}"`
	Plan     planCmd     `cmd:"" formats:"text,json,markdown,html" help:"${plan}"`
	Show     showCmd     `cmd:"" formats:"text,json,markdown,html" help:"Print a saved plan."`
	Apply    applyCmd    `cmd:"" formats:"text,json" help:"Make the platform match the documents."`
	Adopt    adoptCmd    `cmd:"" formats:"text,json" help:"${adopt_objects}"`
	Import   importCmd   `cmd:"" formats:"text,json" help:"Write a project for a sandbox that exists."`
	Drift    driftCmd    `cmd:"" formats:"text,json" help:"Show what changed on the platform since the last apply."`
	Diff     diffCmd     `cmd:"" formats:"text,json,markdown" help:"Show how two targets differ."`
	Pull     pullCmd     `cmd:"" formats:"text,json" help:"Bring changes made on the platform into the documents."`
	Graph    graphCmd    `cmd:"" formats:"text,json,dot,mermaid,svg" help:"Draw the resources and their dependencies."`
	Schedule scheduleCmd `cmd:"" formats:"text,json" help:"Show when the dataflows of a project run."`
	Status   statusCmd   `cmd:"" formats:"text,json,html" help:"${status}"`
	Runs     runsCmd     `cmd:"" help:"List the runs of dataflows, or print one."`
	Run      runCmd      `cmd:"" formats:"text,json" help:"Start a run of a one-time dataflow."`
	Retry    retryCmd    `cmd:"" formats:"text,json" help:"Repeat a run that failed."`
	Enable   enableCmd   `cmd:"" formats:"text,json" help:"Enable dataflows: in the documents and on the platform."`
	Disable  disableCmd  `cmd:"" formats:"text,json" help:"Disable dataflows: in the documents and on the platform."`
	Explore  exploreCmd  `cmd:"" formats:"text,json" help:"${explore}"`
	Catalog  catalogCmd  `cmd:"" formats:"text,json" help:"${catalog}"`
	Doctor   doctorCmd   `cmd:"" formats:"text,json" help:"${doctor}"`
	State    stateCmd    `cmd:"" help:"Show, edit, and repair the lockfile."`
	Unlock   unlockCmd   `cmd:"" formats:"text,json" help:"Show who holds the lock of a target."`
	Destroy  destroyCmd  `cmd:"" formats:"text,json" help:"Delete the dataflows of a project from the platform."`
	Config   configCmd   `cmd:"" help:"Show the documents as they are for a target."`
	Schema   schemaCmd   `cmd:"" formats:"text,json" help:"Print the JSON Schema of the file format, for editors."`
	Explain  explainCmd  `cmd:"" formats:"text,json" help:"Explain a key of the file format, or a diagnostic."`

	Eval       evalCmd       `cmd:"" formats:"text,json" help:"Run an expression of the mapping language on a row."`
	Preview    previewCmd    `cmd:"" formats:"text,json,csv" help:"Run the mappings of a dataflow on rows of a file."`
	Test       testCmd       `cmd:"" formats:"text,json,junit" help:"Run the tests of mappings in documents."`
	Connectors connectorsCmd `cmd:"" formats:"text,json" help:"List the connectors, or print one."`

	Emulator emulatorCmd `cmd:"" formats:"text" help:"Run the platform emulator on a local port."`
	Version  versionCmd  `cmd:"" formats:"text,json" help:"Print the version."`

	Completion completionCmd `cmd:"" formats:"text" help:"Print the script that completes command lines in a shell."`

	Man manCmd `cmd:"" hidden:"" formats:"text" help:"Print a manual page, or write all of them."`
}

// globals are the flags of every command.
type globals struct {
	Dir    string `short:"C" name:"chdir" placeholder:"DIR" help:"Change to this folder first."`
	Target string `placeholder:"NAME" env:"AEPFLOW_TARGET" help:"A target of aepflow.yaml, or local for the emulator."`
	Output string `short:"o" complete:"format" placeholder:"FORMAT" default:"text" help:"${output}"`
	Color  string `enum:"auto,always,never" default:"auto" help:"Color: auto, always, or never. NO_COLOR works too."`

	Planned map[string]string `kong:"-"` // the variables of a saved plan

	Var map[string]string `placeholder:"NAME=VALUE" mapsep:"none" help:"${var}"`

	LogLevel string `enum:"off,debug,trace" default:"off" placeholder:"LEVEL" env:"AEPFLOW_LOG" help:"${log_level}"`
	LogFile  string `placeholder:"FILE" env:"AEPFLOW_LOG_FILE" help:"Log to this file instead of stderr."`

	Now *time.Time `placeholder:"RFC3339" env:"AEPFLOW_NOW" help:"Set the clock of the command and of the emulator."`
}

// helpTexts are the parts of help texts that do not fit into a tag.
var helpTexts = map[string]string{
	"adopt":           "Adopt what exists instead of stopping. With --auto-approve, only what is as documented.",
	"adopt_exclude":   "With --by-name, leave out this resource and what depends on it. Repeatable.",
	"adopt_objects":   "Attach existing objects to documents, such as after a lost lockfile.",
	"pull_addresses":  "Resources to pull, such as flow.orders, with its parts. Default: all.",
	"create":          "Create this although the sandbox has an object of that name. Repeatable.",
	"calls":           "Print the calls instead: http, or curl for a script that sends them.",
	"catalog":         "Write down what the documents refer to: columns of tables, fields of schemas.",
	"compile":         "Print the resources that the documents define and the calls that create them.",
	"explore":         "Show tables, files, columns, and rows of a source, and write a dataflow for them.",
	"doctor":          "Check credentials, permissions, lockfile, and locks, and say what to do.",
	"folder_or_files": "Folder of the project, or single files. Default: this folder.",
	"folder_or_plan":  "Folder of the project, or a saved plan (a .json file).",
	"dataflow":        "Draw the resources of these dataflows; with --lineage, nothing else. Names or patterns.",
	"connector":       "A connector, such as sftp, or the ID of its connection specification.",
	"run_or_flow":     "ID of a run or its beginning, or a dataflow: then its newest run.",
	"run":             "Print a run: its window, records, steps, and errors with what to do.",
	"test_flows":      "Dataflows, by name or pattern. Default: all.",
	"topic":           "A key such as dataflow.schedule.interval, a connector, or a code of aepflow or the platform.",
	"first_columns":   "id:string,email:string,updated_at:date-time",
	"full":            "Show everything: whole bodies, long lists, IDs.",
	"import_flows":    "Dataflows by ID or title, where * is any text, with all that they use. Default: all.",
	"log_level":       "Log each request: off, debug, or trace to include bodies. Secrets are hidden.",
	"lost_after": "How long after it was sent an unanswered call may still be carried out. Until then, a lookup that " +
		"finds nothing is repeated, and the call is not sent again.",
	"no_tests":   "Do not run the tests of the dataflows that change.",
	"on_replace": "What a replaced dataflow does with the data if its document does not say: backfill or continue.",
	"only":       "Only these resources and their dependencies. Repeatable.",
	"output":     "Format of the result, such as text or json.",
	"overwrite":  "Overwrite what others changed on the platform in these resources. Repeatable.",
	"plan":       "Show what apply would do, call by call, and what happens to the data.",
	"quiet":      "Show only totals and what is destroyed.",
	"rate":       "Most requests per second, 0 for no limit. Default: 2 for Adobe, no limit for an emulator.",
	"status":     "Show how the dataflows are: their last and next runs, and the age of their data.",
	"unlock_lost_after": "How long after the team's lock was taken a call of a killed holder may still be carried " +
		"out. The lock is not cleared before.",
	"shells":   completion.Shells,
	"validate": "Check the documents of a project. Needs no account.",
	"var":      "Value of ${var.NAME} in documents. Repeatable.",
}

// parsed is an exit code that ends the parser early, after --help.
type parsed int

func newParser(g *grammar, options ...kong.Option) *kong.Kong {
	return kong.Must(g, append(options,
		kong.Name("aepflow"),
		kong.Description("Terraform for Adobe Experience Platform source dataflows, with a compiler and a local emulator."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.PostBuild(fillHelp),
	)...)
}

// fillHelp puts helpTexts where the grammar names one, as ${name}. As variables of the parser, each of them would be
// searched for variables once for each flag of each command: 30 ms of every start.
func fillHelp(k *kong.Kong) error {
	fill := func(text *string) {
		if name, ok := strings.CutPrefix(*text, "${"); ok {
			if filled, ok := helpTexts[strings.TrimSuffix(name, "}")]; ok {
				*text = filled
			}
		}
	}
	return kong.Visit(k.Model.Node, func(v kong.Visitable, next kong.Next) error {
		switch v := v.(type) {
		case *kong.Node:
			fill(&v.Help)
		case *kong.Value:
			fill(&v.Help)
			fill(&v.Enum)
			fill(&v.Default)
		}
		return next(nil)
	})
}

// run runs a command line and returns its exit code.
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
	if len(args) > 0 && args[0] == askCompletion {
		return complete(stdout, args[1:])
	}
	var g grammar
	parser := newParser(&g,
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(parsed(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(commandLine(args)),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if fixed, wrong := corrected(args); wrong != "" {
		if err := misused(fixed); err != nil {
			return usageFault(stderr, err)
		}
		stderr.Printf("error: unknown argument %s\n  = help: run `aepflow %s`\n", wrong, shellWords(fixed))
		return exitUsage
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

// misused returns why the command line cannot be parsed.
func misused(args []string) error {
	var g grammar
	exits := kong.Exit(func(code int) { panic(parsed(code)) })
	return mistakeIn(newParser(&g, kong.Writers(io.Discard, io.Discard), exits), args)
}

// mistakeIn returns why a parser cannot parse a command line. A request for help or the version can be parsed.
func mistakeIn(parser *kong.Kong, args []string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ended := p.(parsed); !ended {
				panic(p)
			}
		}
	}()
	_, err = parser.Parse(args)
	return err
}

// usageFault prints what is wrong with the command line and where its help is.
func usageFault(stderr *output.Writer, err error) int {
	hint := "aepflow --help"
	var fault *kong.ParseError
	if errors.As(err, &fault) && fault.Context != nil && fault.Context.Selected() != nil {
		hint = "aepflow " + fault.Context.Selected().Path() + " --help"
	}
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, "unknown flag -"); ok && !strings.HasPrefix(rest, "-") {
		text, _, _ = strings.Cut(text, ", did you mean") // every short flag is near to every other
	}
	stderr.Printf("error: %s\n  = help: see `%s`\n", text, strings.Replace(hint, "aepflow aepflow", "aepflow", 1))
	return exitUsage
}
