package eval

import (
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/javaregex"
	"github.com/aepflow/aepflow/internal/javatime"
)

// Faults are the parts of an expression that fail on every row: constants that have
// no value, and literal patterns, formats, zones, and names that no function takes.
// A division by a literal zero is left to the checker. It takes its work out of left; parts for which no work is left,
// or which need more than one expression may take, are not looked at.
func Faults(e dataprep.Expr, left *int) []*Error {
	at := e.Where()
	within := min(maxLint+maxLintByte*(at.End-at.Start), *left)
	l := &linter{left: within}
	if l.visit(e, nil) {
		l.evaluate(e, nil)
	}
	*left -= within - l.left
	return l.faults
}

// The most work of Faults on one expression, and for each byte of it.
const (
	maxLint     = 2000
	maxLintByte = 20
)

type linter struct {
	faults []*Error
	left   int // work
}

// spend takes work; false if there is not enough of it.
func (l *linter) spend(n int) bool {
	l.left = max(l.left-n, 0)
	return l.left > 0
}

// varies are the functions whose result differs from call to call, or with the row.
var varies = map[string]bool{
	"now": true, "timestamp": true, "uuid": true, "guid": true, "contains_key": true, "is_set": true,
}

// visit looks at e and returns whether it is constant; what is constant and not
// part of a larger constant is evaluated.
func (l *linter) visit(e dataprep.Expr, params []string) bool {
	if isLiteral(e) {
		return true
	}
	if lambda, ok := e.(*dataprep.Lambda); ok {
		params = append(params[:len(params):len(params)], lambda.Params...)
		return l.visit(lambda.Body, params)
	}
	parts := children(e)
	constant := parts != nil
	var known []dataprep.Expr
	for _, x := range parts {
		if l.visit(x, params) {
			known = append(known, x)
		} else {
			constant = false
		}
	}
	if call, ok := e.(*dataprep.Call); ok {
		constant = constant && !varies[call.Name]
	}
	if name, ok := e.(*dataprep.Name); ok {
		return !name.Quoted && lastIndex(params, name.Name) >= 0
	}
	if constant {
		return true
	}
	for _, x := range known {
		l.evaluate(x, params)
	}
	l.arguments(e)
	return false
}

func isLiteral(e dataprep.Expr) bool {
	switch e.(type) {
	case *dataprep.Null, *dataprep.Bool, *dataprep.Number, *dataprep.Text:
		return true
	}
	return false
}

// children are the nodes right below e; nil for a node that depends on the row.
func children(e dataprep.Expr) []dataprep.Expr {
	switch e := e.(type) {
	case *dataprep.Member:
		return []dataprep.Expr{e.Of}
	case *dataprep.Element:
		if e.Index == nil {
			return []dataprep.Expr{e.Of}
		}
		return []dataprep.Expr{e.Of, e.Index}
	case *dataprep.Call:
		return append([]dataprep.Expr{}, e.Args...)
	case *dataprep.Method:
		return append([]dataprep.Expr{e.On}, e.Args...)
	case *dataprep.Unary:
		return []dataprep.Expr{e.X}
	case *dataprep.Binary:
		return []dataprep.Expr{e.X, e.Y}
	case *dataprep.Choice:
		return []dataprep.Expr{e.If, e.Then, e.Else}
	case *dataprep.List:
		return append([]dataprep.Expr{}, e.Items...)
	case *dataprep.Map:
		out := []dataprep.Expr{}
		for _, entry := range e.Entries {
			out = append(out, entry.Key, entry.Value)
		}
		return out
	}
	return nil
}

// evaluate reports what a constant fails with.
func (l *linter) evaluate(e dataprep.Expr, params []string) {
	if lambda, ok := e.(*dataprep.Lambda); ok {
		l.evaluate(lambda.Body, append(params[:len(params):len(params)], lambda.Params...))
		return
	}
	if isLiteral(e) || len(params) > 0 && usesAny(e, params) {
		return
	}
	set := NewSet(Default, Inputs{})
	p, err := set.Compile(e)
	if err == nil {
		m := NewMachine(set)
		_, err = m.RunWithin(p, l.left)
		l.spend(int(m.Work()))
	}
	if err != nil && err.Code != CannotEvaluate && err.Code != TooMuchWork && err.Message != divisionByZero {
		l.faults = append(l.faults, err)
	}
}

func usesAny(e dataprep.Expr, params []string) bool {
	found := false
	dataprep.Walk(e, func(e dataprep.Expr) bool {
		if n, ok := e.(*dataprep.Name); ok && lastIndex(params, n.Name) >= 0 {
			found = true
		}
		return !found
	})
	return found
}

// arguments checks the literals that a call or a match takes besides a value of the row.
func (l *linter) arguments(e dataprep.Expr) {
	switch e := e.(type) {
	case *dataprep.Binary:
		if e.Op == "=~" || e.Op == "!~" {
			l.literal(e.Y, isPattern)
		}
	case *dataprep.Call:
		for i, a := range e.Args {
			if check := literalChecks[e.Name]; i == check.at && check.test != nil {
				l.literal(a, check.test)
			}
		}
	}
}

func (l *linter) literal(e dataprep.Expr, test func(string) error) {
	t, ok := e.(*dataprep.Text)
	if !ok || !l.spend(100+10*len(t.Value)) {
		return
	}
	if err := test(t.Value); err != nil {
		l.faults = append(l.faults, &Error{Code: BadArgument, Message: err.Error(), Start: t.Start, End: t.End})
	}
}

type literalCheck struct {
	at   int
	test func(string) error
}

func isPattern(s string) error { _, err := javaregex.Compile(s); return err }
func isFormat(s string) error  { _, err := javatime.Compile(s); return err }
func isZone(s string) error    { _, err := javatime.ZoneOf(s); return err }

// literalChecks name the argument of a function that must have a form.
var literalChecks = map[string]literalCheck{
	"matches_regex": {1, isPattern}, "extract_regex": {1, isPattern}, "explode": {1, isPattern},
	"date": {1, isFormat}, "format": {1, isFormat}, "dformat": {1, isFormat},
	"zone_date_to_zone": {1, isZone}, "make_date_time": {7, isZone}, "make_timestamp": {7, isZone},
}
