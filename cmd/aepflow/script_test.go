package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/raced"
	"github.com/aepflow/aepflow/internal/testsetup"
)

// pinned is the clock of every script: examples and goldens never depend on the
// day on which they are run.
const pinned = "2027-01-01T00:00:00Z"

// TestMain makes the program a command of the scripts. Under the race detector the
// package does the main job only, unless -run names tests.
func TestMain(m *testing.M) {
	testsetup.Fast()
	if job := os.Getenv("AEPFLOW_TEST_HOSTILE"); job != "" {
		os.Exit(hostileChild(job))
	}
	if isTest := strings.HasSuffix(os.Args[0], ".test"); raced.Enabled && isTest {
		flag.Parse()
		if flag.Lookup("test.run").Value.String() == "" {
			_ = flag.Set("test.run", "TestScripts/tutorial$")
		}
	}
	if signal.Ignored(os.Interrupt) { // in the background of a script; what tests start has to hear Ctrl-C
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	testscript.Main(m, map[string]func(){
		"aepflow": func() {
			if os.Getenv(serverVar) != "" {
				os.Exit(serveCommands(os.Stdin, os.Stdout))
			}
			os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// TestScripts runs testdata/script against the program itself. Beside the
// standard commands the scripts have:
//
//	example NAME [DIR]     a copy of examples/NAME
//	edit FILE OLD NEW      OLD, which is there, becomes NEW
//	do aepflow ARGS…       exec aepflow, in a process that runs all commands of the script
//	exits CODE CMD ARGS…   the command ends with this code
//	rejected DIR           validate and apply end with 3 for the same reasons and write nothing
//	large FILE MIB         a document of that many MiB
//	apply ARGS…            aepflow apply --auto-approve, and then synced; `! apply` must fail and is not
//	synced ARGS…           aepflow plan finds nothing to change
//	named [-sorted] FILE   prints a file, ids, times and addresses of this run replaced by names
//	emulator ARGS…         aepflow emulator in the background until the script ends; sets EMULATOR
//	fault JSON             makes calls of the emulator go wrong; `fault clear` ends that
//	erase [-deposed] ADDRESS  deletes its object on the emulator, or the replaced one; the lockfile stays
//	requests [-writes]     prints the calls that the emulator got since the last time, sorted
//	interrupt ADDRESS ARGS… aepflow ARGS gets Ctrl-C when its events start the address, and ends with 130
//	hold DIR TARGET        takes the lock that an apply takes; `release` gives it back
//	objects                prints what the emulator holds, ids, etags and times replaced by names
//	printed FILE…          nothing in the files steers a terminal or a pipeline
//	canary TEXT FILE…      no other file, call or object holds the text
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("AEPFLOW_NOW", pinned)
			e.Setenv("NL", "\n")
			e.Setenv("TAB", "\t")
			e.Setenv("BINARY", "\x89PNG\r\x1a\x01\xff")
			e.Values[worldKey{}] = &world{names: map[string]string{}}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("no such condition: " + name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"example":   cmdExample,
			"edit":      cmdEdit,
			"do":        cmdDo,
			"exits":     cmdExits,
			"rejected":  cmdRejected,
			"large":     cmdLarge,
			"apply":     cmdApply,
			"synced":    cmdSynced,
			"named":     cmdNamed,
			"sameid":    cmdSameID,
			"idof":      cmdIDOf,
			"emulator":  cmdEmulator,
			"fault":     cmdFault,
			"runfault":  cmdRunFault,
			"clock":     cmdClock,
			"requested": cmdRequested,
			"erase":     cmdErase,
			"requests":  cmdRequests,
			"objects":   cmdObjects,
			"canary":    cmdCanary,
			"printed":   cmdPrinted,
			"interrupt": cmdInterrupt,
			"hold":      cmdHold,
			"release":   cmdRelease,
		},
	})
}

func cmdExample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: example NAME [DIR]")
	}
	copyExample(ts.Check, args[0], ts.MkAbs(args[len(args)-1]))
}

// copyExample copies the committed files of an example, not what a run has left
// in it.
func copyExample(check func(error), name, to string) {
	from := filepath.Join("..", "..", "examples", name)
	check(filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case e.Name() == ".aepflow":
			return filepath.SkipDir
		case e.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case strings.HasSuffix(e.Name(), ".lock"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o644)
	}))
}

func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
}

func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if args[1] != "aepflow" {
		ts.Fatalf("usage: exits CODE aepflow ARGS…")
	}
	runAs(ts, want, args[2:]...).show(ts)
}

// runAs runs the program, which must end with a code.
func runAs(ts *testscript.TestScript, code int, args ...string) ended {
	e := runProgram(ts, args...)
	if e.Code != code {
		ts.Fatalf("aepflow %s ended with exit code %d, expected %d\n%s%s",
			strings.Join(args, " "), e.Code, code, e.Stdout, e.Stderr)
	}
	return e
}

func cmdRejected(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: rejected DIR")
	}
	before := listing(ts, args[0])
	applied := runAs(ts, exitDocuments, "apply", args[0], "--auto-approve")
	said := string(applied.Stderr)
	if len(applied.Stdout) > 0 {
		ts.Fatalf("apply printed a result:\n%s", applied.Stdout)
	}
	checked := runAs(ts, exitDocuments, "validate", args[0])
	text := string(checked.Stdout) + string(checked.Stderr)
	if headings(text) != headings(said) {
		ts.Fatalf("validate says:\n%s\napply says:\n%s", text, said)
	}
	if after := listing(ts, args[0]); after != before {
		ts.Fatalf("files before:\n%s\nfiles after:\n%s", before, after)
	}
	_, err := ts.Stdout().Write([]byte(text))
	ts.Check(err)
}

// headings are the lines that say what is wrong; notes are for validate alone.
func headings(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "error: ") || strings.HasPrefix(line, "warning: ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// listing is every path below a folder, with sizes and times.
func listing(ts *testscript.TestScript, dir string) string {
	var b strings.Builder
	ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, path, info.Mode(), info.Size(), info.ModTime().UnixNano())
		return nil
	}))
	return b.String()
}

func cmdLarge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: large FILE MIB")
	}
	n, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte("# comment\n"), int(n*(1<<20))/10), 0o644))
}

func exitCode(ts *testscript.TestScript, err error) int {
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode()
	}
	ts.Check(err)
	return 0
}

func cmdApply(ts *testscript.TestScript, neg bool, args []string) {
	e := runProgram(ts, append([]string{"apply", "--auto-approve"}, args...)...).show(ts)
	switch {
	case neg && e.Code == 0:
		ts.Fatalf("apply succeeded")
	case !neg && e.Code != 0:
		ts.Fatalf("apply ended with exit code %d\n%s%s", e.Code, e.Stdout, e.Stderr)
	case !neg:
		planned(ts, false, planArgs(args))
	}
}

// planArgs leaves out the flags of apply that plan does not have, and the file
// of a saved plan: what it did is then looked at in the folder.
func planArgs(args []string) []string {
	var out []string
	for _, a := range args {
		switch flag, _, _ := strings.Cut(a, "="); {
		case flag == "--parallelism", flag == "--rate", flag == "--lock-timeout", flag == "--output", strings.HasSuffix(a, ".json"):
		default:
			out = append(out, a)
		}
	}
	return out
}

// cmdSameID compares the id of an entry with that of an earlier `state show`.
func cmdSameID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameid FILE ADDRESS")
	}
	if was, is := idIn(ts, ts.ReadFile(args[0])), idAt(ts, args[1]); was != is {
		ts.Fatalf("%s is %s, and was %s", args[1], is, was)
	}
}

// cmdIDOf puts the id of an entry into a file, in the place of a word.
func cmdIDOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: idof ADDRESS VARIABLE or idof ADDRESS FILE WORD")
	}
	if len(args) == 2 {
		ts.Setenv(args[1], idAt(ts, args[0]))
		return
	}
	cmdEdit(ts, false, []string{args[1], args[2], idAt(ts, args[0])})
}

func idAt(ts *testscript.TestScript, address string) string {
	return idIn(ts, string(runAs(ts, exitOK, "state", "show", address).Stdout))
}

func idIn(ts *testscript.TestScript, text string) string {
	var entry struct {
		ID string `json:"id"`
	}
	ts.Check(json.Unmarshal([]byte(text), &entry))
	return entry.ID
}

func cmdPrinted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: printed FILE…")
	}
	for _, file := range args {
		text := ts.ReadFile(file)
		if fault := output.Fault(text); fault != "" {
			ts.Fatalf("%s %s", file, fault)
		}
		if output.StartsCommand(text) {
			ts.Fatalf("%s starts a command of a pipeline", file)
		}
	}
}

func cmdSynced(ts *testscript.TestScript, neg bool, args []string) { planned(ts, neg, args).show(ts) }

// planned plans, and finds nothing to change, or something with neg.
func planned(ts *testscript.TestScript, neg bool, args []string) ended {
	e := runProgram(ts, append([]string{"plan", "--detailed-exitcode"}, args...)...)
	switch {
	case e.Code != exitOK && e.Code != exitPending:
		ts.Fatalf("plan ended with exit code %d\n%s%s", e.Code, e.Stdout, e.Stderr)
	case neg && e.Code == exitOK:
		ts.Fatalf("the plan is empty")
	case !neg && e.Code == exitPending:
		ts.Fatalf("the plan is not empty\n%s", e.Stdout)
	}
	return e
}
