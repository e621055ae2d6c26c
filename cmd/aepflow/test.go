package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/parallel"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/rows"
	"github.com/aepflow/aepflow/internal/rowtest"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/planner"
)

type testCmd struct {
	Dataflows []string `arg:"" optional:"" name:"dataflow" complete:"dataflow" help:"${test_flows}"`
	Long      bool     `help:"Run tests however long they take."`
	Update    bool     `help:"Write what records have into the tests that expect something else."`
}

func (testCmd) Help() string {
	return `Runs the tests of documents, without an account: the mappings make records of the rows in
tests, and each record is compared with what its test expects. Also lists the mappings that no
test says anything about. Ends with exit code 7 if a test fails.

  aepflow test
  aepflow test orders 'crm-*'
  aepflow test -o junit > tests.xml    # for a pipeline
  aepflow test --update                # after a change that is meant`
}

func (c testCmd) Run(ctx context.Context, a *app) error {
	p, err := a.open(".", needGraph, "text", "json", "junit")
	if err != nil {
		return err
	}
	names, err := p.dataflowNames(&lockfile.Lock{}, c.Dataflows)
	if err != nil {
		return err
	}
	run := a.runTests
	if c.Update {
		run = a.updateTests
	}
	most := int64(maxTestWork)
	if c.Long {
		most = math.MaxInt64
	}
	tested, err := run(ctx, p, names, most)
	if tooLong, ok := errors.AsType[testsTooLong](err); ok {
		report := &diag.Report{}
		report.Add(withHelp{tooLong, "give it fewer rows; or, if the tests are meant to take long, add --long"})
		return a.diagnoseAs(exitTests, report)
	}
	if err != nil {
		return err
	}
	switch a.Output {
	case "json":
		err = a.printJSON(testsJSON(tested))
	case "junit":
		err = testsJUnit(a.stdout, tested)
	default:
		err = view.Tests(a.stdout, tested, a.viewOptions(a.stdout))
	}
	if err == nil && failedTests(tested) > 0 {
		return quiet(exitTests)
	}
	return err
}

// testChanged runs the tests of the dataflows that a plan creates, updates, or replaces. The error is for tests that
// fail; what is different is printed to stderr.
func (a *app) testChanged(ctx context.Context, p *project, plan *planner.Plan) error {
	names := changedFlows(p, plan)
	if len(names) == 0 {
		return nil
	}
	tested, err := a.runTests(ctx, p, names, maxTestWork)
	if tooLong, ok := errors.AsType[testsTooLong](err); ok {
		report := &diag.Report{}
		help := "give it fewer rows; or run `aepflow test --long`, and then this command with --no-tests"
		report.Add(withHelp{tooLong, help})
		return errors.Join(diag.Text(a.stderr, report, a.textOptions(a.stderr)), quiet(exitTests))
	}
	failed := failedTests(tested)
	if err != nil || failed == 0 {
		return err
	}
	if err := view.FailedTests(a.stderr, tested, a.viewOptions(a.stderr)); err != nil {
		return err
	}
	return exitHelp(exitTests, "fix the mappings or the tests; --no-tests skips the tests",
		"%s of dataflows that would change failed", words.Count(failed, "test"))
}

// changedFlows are the dataflows with tests of which a plan creates, updates, or replaces a part.
func changedFlows(p *project, plan *planner.Plan) []string {
	var names []string
	for _, c := range plan.Changes {
		switch c.Action {
		case planner.Create, planner.Update, planner.Replace:
		default:
			continue
		}
		flow, ok := p.graph.Get(resource.Address{Kind: resource.Flow, Name: c.Address.Name})
		// Only for documents that may have tests, the project is read again.
		if ok && flow.Origin.File != nil && bytes.Contains(flow.Origin.File.Text, []byte("tests")) {
			names = append(names, c.Address.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func failedTests(tested []view.TestedFlow) (n int) {
	for _, f := range tested {
		n += f.Failed()
	}
	return n
}

// testClock is the time in tests: now() gives it.
var testClock = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// testInputs are what an expression reads besides its row, the same in every test.
func testInputs() eval.Inputs {
	return eval.Inputs{Now: func() time.Time { return testClock }, Random: rand.NewChaCha8([32]byte{})}
}

// maxTestWork is the most work of all tests of a command, in the units of package record: it does not depend on the
// machine. A row with twelve mappings takes about a hundred.
const maxTestWork = 25_000_000

// flowTest is a test to run, and its place in the results.
type flowTest struct {
	transform compiler.Transform
	test      compiler.Test
	set       *record.Set
	flow      *view.TestedFlow
	at        int
	most      int64 // work
}

// runTests runs the tests of dataflows, on all cores. Those that need more work than the most, all together, end with
// testsTooLong.
func (a *app) runTests(ctx context.Context, p *project, names []string, most int64) ([]view.TestedFlow, error) {
	transforms := compiler.TransformsOf(p.files, p.options(), names)
	tested := make([]view.TestedFlow, 0, len(names)) // tests write to their flows
	var all []flowTest
	for _, name := range names {
		t := transforms[name]
		if len(t.Mappings) == 0 {
			continue
		}
		set, err := recordSet(name, t, testInputs())
		if err != nil {
			return nil, err
		}
		tested = append(tested, view.TestedFlow{
			Name: name, Mappings: set.Mappings(), Tests: make([]view.TestedCase, len(t.Tests)),
		})
		for i, test := range t.Tests {
			all = append(all, flowTest{transform: t, test: test, set: set, flow: &tested[len(tested)-1], at: i})
		}
	}
	if len(all) == 0 {
		return tested, ctx.Err()
	}
	shown := view.NewTesting(a.stderr, a.stderr.IsTerminal(), len(all))
	defer shown.Close()
	return tested, runInOrder(ctx, p, all, most, shown.Done)
}

// runInOrder runs tests on all cores, and takes their work off the most as if they ran one after the other.
func runInOrder(ctx context.Context, p *project, all []flowTest, most int64, done func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before the cores are waited for
	worker := func() func(*flowTest) {
		return func(t *flowTest) { t.flow.Tests[t.at] = t.run(ctx, p) }
	}
	filled, left := 0, most
	var slowest *flowTest
	fill := func(t *flowTest) bool {
		*t = all[filled]
		t.most = left
		filled++
		return filled < len(all)
	}
	return parallel.InOrder(worker, fill, func(t *flowTest) error {
		if slowest == nil || t.result().Work > slowest.result().Work {
			seen := *t
			slowest = &seen
		}
		done()
		if left -= t.result().Work; left >= 0 || ctx.Err() != nil {
			return ctx.Err()
		}
		cancel()
		return testsTooLong{slowest.flow.Name, *slowest.result(), most}
	})
}

func (t *flowTest) result() *view.TestedCase { return &t.flow.Tests[t.at] }

func (t *flowTest) run(ctx context.Context, p *project) view.TestedCase {
	began := time.Now()
	out := view.TestedCase{Name: t.test.Name, At: t.test.Node.Span, Node: t.test.Node}
	next, size, err := p.testRows(ctx, t.transform, t.test)
	if err != nil {
		out.Broken = err.Error()
		return out
	}
	out.Result, _ = rowtest.Run(ctx, t.set, rowtest.Test{
		Next: next, Expect: t.test.Expect.JSON, ExpectError: t.test.ExpectError, Exactly: t.test.Exactly,
		// Of its own: what is random in one test does not depend on others.
		Random: testInputs().Random, Most: t.most,
	})
	out.Work += int64(size / 16)
	out.Took = time.Since(began)
	return out
}

// testsTooLong is why tests were not run to their end.
type testsTooLong struct {
	flow    string // of the test with the most work
	slowest view.TestedCase
	most    int64
}

func (testsTooLong) Error() string { return "the tests take too long" }

// Diagnose names the test with the most work: what to do is in Help, which differs from command to command.
func (e testsTooLong) Diagnose() diag.Diagnostic {
	at := e.slowest.At
	if name := e.slowest.Node.Get("name"); name != nil {
		at = name.Span
	}
	return diag.NewError(diag.TestWork,
		fmt.Sprintf("the tests need more than %s steps in all", view.Number(e.most)), "",
		diag.At(at, fmt.Sprintf("this test of %s needs the most so far: %s steps on %s", e.flow,
			view.Number(e.slowest.Work), words.Count(e.slowest.Rows, "row")))...)
}

// withHelp is a problem with the help of a command.
type withHelp struct {
	diag.Problem
	help string
}

func (p withHelp) Diagnose() diag.Diagnostic {
	d := p.Problem.Diagnose()
	d.Help = p.help
	return d
}

// maxTestRows is the most bytes that a file with rows of a test may have.
const maxTestRows = 64 << 20

// testRows returns what makes the records of the rows of a test, one after the other.
// Size is that of a file that they are read from.
func (p *project) testRows(
	ctx context.Context, flow compiler.Transform, t compiler.Test,
) (next func(*record.Machine) (bool, error), size int, err error) {
	if t.From == "" {
		list := []json.RawMessage{t.Given.JSON}
		if t.Given.JSON == nil {
			if err := json.Unmarshal(t.Rows.JSON, &list); err != nil {
				return nil, 0, err
			}
		}
		read := 0
		return func(m *record.Machine) (bool, error) {
			if len(list) == 0 || ctx.Err() != nil {
				return false, ctx.Err()
			}
			row := list[0]
			list = list[1:]
			read++
			return true, inRow(read, m.JSON(row))
		}, 0, nil
	}
	bad := func(why string) error { return errors.New("read rows from " + display(t.From) + ": " + why) }
	text, err := p.root.File(filepath.FromSlash(t.From)).Read(maxTestRows)
	if err != nil {
		return nil, 0, bad(reason(err))
	}
	reader, err := rows.Open(t.From, nil, bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, 0, bad(err.Error())
	}
	columns := columnsOf(flow, reader.Names())
	if why := columns.strangers(); why != "" {
		return nil, 0, bad(why)
	}
	if name, meant := columns.misspelt(); name != "" {
		why := "it has no column " + output.Quote(name) + "; did you mean its column " + output.Quote(meant) + "?"
		return nil, 0, bad(why)
	}
	read := 0
	return func(m *record.Machine) (bool, error) {
		if read == 0 {
			m.Header(reader.Columns)
		}
		row, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, bad(err.Error())
		case row.Corrupt != nil:
			return false, bad(row.Corrupt.Error())
		case ctx.Err() != nil:
			return false, ctx.Err()
		}
		read++
		return true, inRow(read, m.Row(record.Row(row)))
	}, len(text), nil
}

// inRow says which row an error is about.
func inRow(row int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("row %d: %w", row, err)
}

// testsResult is the JSON of test; docs/mappings.md has the meaning of its members.
type testsResult struct {
	FormatVersion string     `json:"format_version"`
	Command       string     `json:"command"`
	Tests         []testJSON `json:"tests"`
	Untested      []untested `json:"untested"`
	Summary       struct {
		Tests    int `json:"tests"`
		Passed   int `json:"passed"`
		Failed   int `json:"failed"`
		Mappings int `json:"mappings"`
		Untested int `json:"untested_mappings"`
	} `json:"summary"`
}

type testJSON struct {
	Dataflow    string           `json:"dataflow"`
	Name        string           `json:"name"`
	File        string           `json:"file"`
	Line        int              `json:"line"`
	Status      string           `json:"status"` // passed, failed, or broken
	Rows        int              `json:"rows"`
	Differences []testDifference `json:"differences"`
	More        int              `json:"more_differences,omitempty"`
	Message     string           `json:"message,omitempty"`
}

type testDifference struct {
	Row      int             `json:"row,omitempty"`
	Path     string          `json:"path,omitempty"`
	Code     string          `json:"code"`
	Expected json.RawMessage `json:"expected,omitempty"`
	Actual   json.RawMessage `json:"actual,omitempty"`
	Message  string          `json:"message,omitempty"`
}

type untested struct {
	Dataflow string   `json:"dataflow"`
	Mappings []string `json:"mappings"`
}

func testsJSON(tested []view.TestedFlow) testsResult {
	out := testsResult{FormatVersion: "1.0", Command: "test", Tests: []testJSON{}, Untested: []untested{}}
	for _, f := range tested {
		for _, t := range f.Tests {
			out.Tests = append(out.Tests, testCaseJSON(f.Name, t))
		}
		missing := f.Untested()
		if len(missing) > 0 {
			out.Untested = append(out.Untested, untested{f.Name, missing})
		}
		out.Summary.Tests += len(f.Tests)
		out.Summary.Failed += f.Failed()
		out.Summary.Mappings += len(f.Mappings)
		out.Summary.Untested += len(missing)
	}
	out.Summary.Passed = out.Summary.Tests - out.Summary.Failed
	return out
}

func testCaseJSON(flow string, t view.TestedCase) testJSON {
	row := testJSON{
		Dataflow: flow, Name: t.Name, File: t.At.File.Path, Line: t.At.File.LineOf(t.At.Start), Status: t.Status(),
		Rows: t.Rows, Differences: []testDifference{}, More: t.More, Message: t.Broken,
	}
	for _, d := range t.Differences {
		row.Differences = append(row.Differences, testDifference{
			Row: d.Row, Path: d.Path, Code: string(d.Code), Expected: output.EscapeJSON([]byte(d.Want)),
			Actual: output.EscapeJSON([]byte(d.Got)), Message: d.Message,
		})
	}
	return row
}
