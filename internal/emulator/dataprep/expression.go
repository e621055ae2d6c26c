package dataprep

import (
	"errors"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// checkExpression says what is wrong with an expression, nil when nothing is.
func checkExpression(src string) error {
	tree, err := parseExpression(src)
	if err != nil {
		return err
	}
	if _, fault := eval.NewSet(eval.Default, eval.Inputs{}).Compile(tree); fault != nil {
		return fault
	}
	return nil
}

func parseExpression(src string) (dataprep.Expr, error) {
	tree, problems := dataprep.Parse(src)
	for i, p := range problems {
		if dataprep.HasErrors(problems[i : i+1]) {
			return nil, errors.New(p.Message)
		}
	}
	return tree, nil
}

// expressionAttributes are the columns that an expression reads, in their order.
func expressionAttributes(src string) (names []string) {
	tree, err := parseExpression(src)
	if err != nil {
		return nil
	}
	for _, a := range dataprep.Attributes(tree) {
		if !slices.Contains(names, a.Root) {
			names = append(names, a.Root)
		}
	}
	return names
}

func listFunctions(c *core.Call) (core.Answer, error) {
	out := []any{}
	for _, f := range specs.Functions() {
		params := []any{}
		for i, p := range f.Params {
			params = append(params, object{"name": p.Name, "description": p.Name, "type": p.Type, "dataType": javaType(p.Type),
				"position": i + 1})
		}
		o := object{
			"category": f.Group, "function": f.Name, "description": f.Syntax, "syntax": f.Syntax, "returns": f.Returns,
			"returnType": javaType(f.Returns), "params": params, "since": 1, "example": "", "result": "",
		}
		if len(f.Examples) > 0 {
			o["example"], o["result"] = f.Examples[0].Expr, string(f.Examples[0].Result)
		}
		out = append(out, o)
	}
	return core.OK(out)
}

func javaType(t string) string {
	for _, j := range [][2]string{
		{"string", "java.lang.String"}, {"integer", "java.lang.Integer"}, {"long", "java.lang.Long"},
		{"number", "java.lang.Double"}, {"double", "java.lang.Double"}, {"boolean", "java.lang.Boolean"},
		{"date-time", "java.time.ZonedDateTime"}, {"array", "java.util.List"}, {"map", "java.util.Map"},
		{"object", "java.util.Map"},
	} {
		if strings.HasPrefix(t, j[0]) {
			return j[1]
		}
	}
	return "java.lang.Object"
}

func listOperators(c *core.Call) (core.Answer, error) {
	out := []any{}
	for _, o := range []struct {
		symbol, method string
		operands       int
	}{
		{"+", "add", 2}, {"-", "subtract", 2}, {"*", "multiply", 2}, {"/", "divide", 2}, {"%", "mod", 2},
		{"~", "complement", 1}, {"-", "negate", 1}, {"!", "not", 1}, {"&", "and", 2}, {"|", "or", 2}, {"^", "xor", 2},
		{">>", "shiftRight", 2}, {">>>", "shiftRightUnsigned", 2}, {"<<", "shiftLeft", 2}, {"==", "equals", 2},
		{"===", "strictEquals", 2}, {"<", "lessThan", 2}, {"<=", "lessThanOrEqual", 2}, {">", "greaterThan", 2},
		{">=", "greaterThanOrEqual", 2}, {"=~", "contains", 2}, {"=^", "startsWith", 2}, {"=$", "endsWith", 2},
		{"empty", "empty", 1}, {"size", "size", 1},
	} {
		example := "x " + o.symbol + " y"
		if o.operands == 1 {
			example = o.symbol + " x"
		}
		out = append(out, object{"operatorSymbol": o.symbol, "methodName": o.method, "numberOfOperands": o.operands,
			"description": o.method, "example": example})
	}
	return core.OK(out)
}
