package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/source"
)

type evalCmd struct {
	Expr  string `arg:"" optional:"" name:"expression" help:"An expression of the mapping language."`
	Row   string `placeholder:"JSON" help:"The row, an object: its members are the columns."`
	JSONL bool   `name:"jsonl" help:"Read lines {\"expr\": …, \"row\": {…}} from stdin; print a line for each."`
}

func (evalCmd) Help() string {
	return `Runs an expression of the mapping language and prints its value as JSON. An expression that
fails ends with exit code 3 and says where. docs/mappings.md says what is known of the platform
and what is assumed.

  aepflow eval 'upper(trim(name))' --row '{"name": " ada "}'
  aepflow eval 'date("12/31/2024", "MM/dd/yyyy")'
  aepflow eval 'concat(a, "-", b)' --row '{"a": 1, "b": null}' -o json
  aepflow eval --jsonl < requests.jsonl`
}

func (c evalCmd) Run(a *app) error {
	if err := a.writes("text", "json"); err != nil {
		return err
	}
	switch {
	case c.JSONL && (c.Expr != "" || c.Row != ""):
		return exit(exitUsage, "--jsonl reads expressions and rows from stdin: leave out the expression and --row")
	case c.JSONL:
		return a.evalLines()
	case c.Expr == "":
		return exitHelp(exitUsage, `aepflow eval 'upper(name)' --row '{"name": "ada"}'`, "expected an expression")
	}
	row, err := evalRow(c.Row)
	if err != nil {
		return exit(exitUsage, "--row: %s", err)
	}
	report, program := a.compileExpression(c.Expr)
	if program != nil {
		machine := eval.NewMachine(program.set)
		machine.SetObject(row)
		value, fault := machine.Run(program.program)
		if fault == nil {
			if err := a.diagnose(report); err != nil {
				return err
			}
			return a.printValue(value)
		}
		report.Add(expressionFailed{program.file, fault, row})
	}
	return a.diagnose(report)
}

// evalRow reads the row of a command line; without one it is empty.
func evalRow(text string) (*eval.Map, error) {
	if text == "" {
		return &eval.Map{}, nil
	}
	const want = `expected a JSON object such as {"name": "ada"}`
	var any json.RawMessage
	var at *json.SyntaxError
	switch err := json.Unmarshal([]byte(text), &any); {
	case errors.As(err, &at) && int(at.Offset) < len(text):
		return nil, fmt.Errorf("%s; character %d is wrong: %s", want, utf8.RuneCountInString(text[:at.Offset]),
			output.Quote(text[at.Offset-1:]))
	case err != nil:
		return nil, errors.New(want + "; it is cut off")
	}
	v, err := eval.ParseJSON(text)
	if err != nil || v.Kind() != eval.Object {
		return nil, errors.New(want)
	}
	return v.Object(), nil
}

// expression is a compiled expression with its text as a file, for messages.
type expression struct {
	set     *eval.Set
	program *eval.Program
	file    *source.File
}

func (a *app) evalInputs() eval.Inputs { return eval.Inputs{Now: a.now, Random: rand.Reader} }

// compileExpression returns no expression when the report has errors.
func (a *app) compileExpression(text string) (*diag.Report, *expression) {
	report := &diag.Report{}
	file := source.NewFile("expression", []byte(text))
	tree, problems := dataprep.Parse(text)
	if tree != nil {
		problems = append(problems, dataprep.Check(tree, dataprep.Env{})...)
	}
	for _, p := range problems {
		report.Add(expressionProblem{file, p})
	}
	if report.HasErrors() {
		return report, nil
	}
	set := eval.NewSet(eval.Default, a.evalInputs())
	program, fault := set.Compile(tree)
	if fault != nil {
		report.Add(expressionFailed{file, fault, nil})
		return report, nil
	}
	return report, &expression{set, program, file}
}

type expressionProblem struct {
	file    *source.File
	problem dataprep.Problem
}

func (p expressionProblem) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: p.problem.Code, Severity: p.problem.Severity, Message: p.problem.Message, Help: p.problem.Help,
		Labels: diag.At(p.file.Span(p.problem.Start, p.problem.End), ""),
	}
}

type expressionFailed struct {
	file  *source.File
	fault *eval.Error
	row   *eval.Map // nil if it fails on every row
}

func (p expressionFailed) Diagnose() diag.Diagnostic {
	return diag.NewError("expression-fails", p.fault.Message, p.help(),
		diag.At(p.file.Span(p.fault.Start, p.fault.End), "")...)
}

// help says what to do about a value that the row lacks.
func (p expressionFailed) help() string {
	text := p.file.Span(p.fault.Start, p.fault.End).Text()
	isNull := p.fault.Code == eval.NullOperand
	if p.row != nil && p.fault.Code == eval.MissingAttribute {
		_, isNull = p.row.Get(text)
	}
	switch {
	case isNull:
		return "put a value in its place, as with coalesce(" + text + ", 0), or test it: " + text + " == null ? null : …"
	case p.fault.Code != eval.MissingAttribute:
		return ""
	}
	if p.row == nil || p.row.Len() == 0 {
		return fmt.Sprintf(`give the row: --row '{"%s": …}'`, text)
	}
	var names []string
	for i := range p.row.Len() {
		name, _ := p.row.At(i)
		names = append(names, name.Str())
	}
	if near, ok := diag.Nearest(text, names); ok {
		return "did you mean `" + near + "`?"
	}
	return "the row has " + someNames(names)
}

// evalResult is the JSON of eval.
type evalResult struct {
	FormatVersion string          `json:"format_version"`
	Command       string          `json:"command"`
	Value         json.RawMessage `json:"value"`
	Type          string          `json:"type"`
}

func (a *app) printValue(v eval.Value) error {
	text := eval.AppendJSON(nil, v)
	if a.Output == "json" {
		return a.printJSON(evalResult{"1.0", "eval", text, v.Kind().String()})
	}
	_, err := a.stdout.Write(append(output.EscapeJSON(text), '\n'))
	return err
}

// maxEvalLine is the length of the longest line that --jsonl reads.
const maxEvalLine = 4 << 20

// evalLines answers each line of stdin, in order.
func (a *app) evalLines() error {
	lines := bufio.NewScanner(a.stdin)
	lines.Buffer(nil, maxEvalLine)
	cache := map[string]*expression{}
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if _, err := a.stdout.Write(append(output.EscapeJSON(a.evalLine(cache, string(line))), '\n')); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return exit(exitUsage, "expected lines of at most %d MiB", maxEvalLine>>20)
	}
	return lines.Err()
}

// evalLine is the answer to one line: {"value": …} or {"error": "code: message"}.
func (a *app) evalLine(cache map[string]*expression, line string) []byte {
	fail := func(format string, args ...any) []byte {
		return append(eval.AppendJSON([]byte(`{"error":`), eval.OfText(fmt.Sprintf(format, args...))), '}')
	}
	request, err := evalRow(line)
	if err != nil {
		return fail("line: %s", err)
	}
	text, _ := request.Get("expr")
	row, given := request.Get("row")
	switch {
	case text.Kind() != eval.Text:
		return fail("line: expected a member expr with an expression")
	case !given:
		row = eval.OfObject(&eval.Map{})
	case row.Kind() != eval.Object:
		return fail("line: expected an object as row")
	}
	e := cache[text.Str()]
	if e == nil {
		report, compiled := a.compileExpression(text.Str())
		if compiled == nil {
			first := report.Sorted()[0]
			return fail("%s: %s", first.Code, first.Message)
		}
		const most = 1000
		if len(cache) >= most {
			clear(cache)
		}
		cache[strings.Clone(text.Str())] = compiled
		e = compiled
	}
	machine := eval.NewMachine(e.set)
	machine.SetObject(row.Object())
	value, fault := machine.Run(e.program)
	if fault != nil {
		return fail("%s: %s", fault.Code, fault.Message)
	}
	return append(eval.AppendJSON([]byte(`{"value":`), value), '}')
}
