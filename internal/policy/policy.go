// Package policy checks plans against expressions of a team.
//
// In: expressions, and a plan as JSON. Out: what breaks them. Laws: an expression reads nothing but the plan, and takes
// time and memory in proportion to it; the same plan gives the same answer.
package policy

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Scope is what an expression is asked about.
type Scope string

// The scopes: each change of a plan, or the plan as a whole.
const (
	EachChange Scope = "change"
	WholePlan  Scope = "plan"
)

// Error is what is wrong with an expression, and where: bytes of its text.
type Error struct {
	Start, End int
	Message    string
}

func (e *Error) Error() string { return e.Message }

// mostNodes is how many operators, names, and values an expression may have.
const mostNodes = 300

// functions are the functions that an expression may call. None of them makes a text much longer than what it gets,
// looks at a clock, or counts without end.
var functions = []string{
	"abs", "all", "any", "count", "filter", "first", "float", "hasPrefix", "hasSuffix", "int", "keys", "last", "len",
	"lower", "map", "max", "min", "none", "one", "string", "sum", "trim", "type", "upper", "values",
}

// Compile checks an expression that is to be true where a plan breaks a policy.
func Compile(text string, scope Scope) (*vm.Program, error) {
	options := []expr.Option{
		expr.Env(environment(scope)), expr.AsBool(), expr.MaxNodes(mostNodes), expr.DisableAllBuiltins(),
	}
	for _, name := range functions {
		options = append(options, expr.EnableBuiltin(name))
	}
	tree, err := parser.Parse(text)
	if err == nil {
		if err := limit(tree.Node, false); err != nil {
			return nil, err
		}
	}
	program, err := expr.Compile(text, options...)
	if err == nil {
		return program, nil
	}
	var at *file.Error
	if !errors.As(err, &at) {
		return nil, &Error{0, len(text), firstLine(err.Error())}
	}
	// The library counts characters.
	runes := []rune(text)
	from := min(max(at.From, 0), len(runes))
	to := min(max(at.To, from), len(runes))
	return nil, &Error{len(string(runes[:from])), len(string(runes[:to])), plain(at.Message)}
}

// unknownMember matches what the library says of a member that is not there.
var unknownMember = regexp.MustCompile(`^type policy\.(\w+) has no field (\S+)`)

// plain is the first line of a message without names of Go.
func plain(message string) string {
	message = firstLine(message)
	if m := unknownMember.FindStringSubmatch(message); m != nil {
		return "unknown member " + m[2]
	}
	return message
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// limit refuses what would let an expression take more time or memory than in proportion to the plan. inside says that
// the node is evaluated for each item of a list.
func limit(node ast.Node, inside bool) error {
	switch n := node.(type) {
	case *ast.BinaryNode:
		switch {
		case n.Operator == "..":
			return refused(n, "ranges such as 1..10 are not available")
		case n.Operator == "+" && usesItem(n):
			return refused(n, "an item of a list cannot be added to something")
		}
	case *ast.ArrayNode, *ast.MapNode:
		if usesItem(n) {
			return refused(n, "a list or map of items is not available")
		}
	case *ast.VariableDeclaratorNode:
		return refused(n, "`let` is not available")
	case *ast.SequenceNode:
		return refused(n, "several expressions in one are not available")
	case *ast.BuiltinNode:
		switch {
		case !slices.Contains(functions, n.Name):
			return refused(n, n.Name+" is not available; the functions are "+strings.Join(functions, ", "))
		case inside && loops(n) && !startsAtItem(n.Arguments[0]):
			return refused(n, n.Name+" inside of another loop has to go through a part of the item, such as .fields")
		}
	case *ast.PredicateNode:
		return limit(n.Node, true)
	}
	for _, child := range children(node) {
		if err := limit(child, inside); err != nil {
			return err
		}
	}
	return nil
}

// loops reports whether a function evaluates an expression for each item of its first argument.
func loops(n *ast.BuiltinNode) bool {
	return slices.ContainsFunc(n.Arguments, func(arg ast.Node) bool { _, is := arg.(*ast.PredicateNode); return is })
}

// usesItem reports whether a node contains the item of a loop.
func usesItem(node ast.Node) bool {
	if _, is := node.(*ast.PointerNode); is {
		return true
	}
	return slices.ContainsFunc(children(node), usesItem)
}

func refused(n ast.Node, message string) error {
	at := n.Location()
	return &Error{at.From, at.To, message}
}

// startsAtItem reports whether a chain of members begins with the item of a loop.
func startsAtItem(n ast.Node) bool {
	for {
		switch m := n.(type) {
		case *ast.PointerNode:
			return true
		case *ast.MemberNode:
			n = m.Node
		case *ast.ChainNode:
			n = m.Node
		case *ast.BinaryNode: // .list ?? []
			empty, is := m.Right.(*ast.ArrayNode)
			if m.Operator != "??" || !is || len(empty.Nodes) > 0 {
				return false
			}
			n = m.Left
		default:
			return false
		}
	}
}

// children are the nodes below one.
func children(node ast.Node) []ast.Node {
	var out []ast.Node
	v := reflect.Indirect(reflect.ValueOf(node))
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case !v.Type().Field(i).IsExported():
		case f.Type() == reflect.TypeFor[ast.Node]():
			if !f.IsNil() {
				out = append(out, f.Interface().(ast.Node))
			}
		case f.Type() == reflect.TypeFor[[]ast.Node]():
			out = append(out, f.Interface().([]ast.Node)...)
		}
	}
	return out
}

// Readymade is a policy that a project only has to name.
type Readymade struct {
	Code, When, Message string
	On                  Scope
	Params              map[string]any
}

// Readymades are the policies that projects may name.
func Readymades() []Readymade { return slices.Clone(readymades) }

var readymades = []Readymade{
	{
		Code: "no-reingest", On: EachChange,
		When:    `change.action == "replace" && change.data_effect startsWith "re-ingests"`,
		Message: "replacing it reads the history again: use onReplace: continue, or ask for a waiver",
	},
	{
		Code: "protected-production-datasets", On: EachChange,
		When:    `plan.target.production && change.kind == "dataset" && change.action in ["delete", "replace"]`,
		Message: "a dataset of a production target is not deleted",
	},
	{
		Code: "schedule-not-faster", On: EachChange, Params: map[string]any{"minutes": 60},
		When: `change.kind == "flow" && change.desired?.scheduleParams?.frequency == "minute" && ` +
			`change.desired.scheduleParams.interval < params.minutes`,
		Message: "it runs more often than every `minutes` minutes",
	},
	{
		Code: "naming", On: EachChange, Params: map[string]any{"pattern": "^[a-z0-9]+(-[a-z0-9]+)+$"},
		When:    `change.kind == "flow" && change.action == "create" && !(change.name matches params.pattern)`,
		Message: "its name does not match `pattern`",
	},
	{
		Code: "owner-in-description", On: EachChange, Params: map[string]any{"pattern": `(?i)\bowner: \S`},
		When: `change.kind == "flow" && change.action in ["create", "update", "replace"] && ` +
			`!(string(change.desired?.description) matches params.pattern)`,
		Message: "its description does not name an owner, such as `owner: team-crm`",
	},
}

// ReadymadeByCode returns a ready-made policy.
func ReadymadeByCode(code string) (Readymade, bool) {
	for _, r := range readymades {
		if r.Code == code {
			return r, true
		}
	}
	return Readymade{}, false
}

// environment has the names of a scope, for their types.
func environment(scope Scope) any {
	if scope == WholePlan {
		return planEnv{}
	}
	return changeEnv{}
}

type changeEnv struct {
	Change Change         `expr:"change"`
	Plan   Head           `expr:"plan"`
	Params map[string]any `expr:"params"`
}

type planEnv struct {
	Plan   Plan           `expr:"plan"`
	Params map[string]any `expr:"params"`
}

// fault is the text of an expression that could not be evaluated.
func fault(err error) string {
	text := fmt.Sprint(err)
	var at *file.Error
	if errors.As(err, &at) {
		text = at.Message
	}
	if member, missing := strings.CutSuffix(firstLine(text), " from <nil>"); missing {
		return member + " of a missing value; write ?. before members that may be missing"
	}
	return firstLine(text)
}
