package flow

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// flowConditions reads the property parameters of Flow Service.
func flowConditions(exprs []string, fields []string) ([]core.Condition, error) {
	var out []core.Condition
	for _, expr := range exprs {
		path, op, raw, found := core.SplitCondition(expr)
		switch {
		case !found:
			return nil, core.FlowError(core.ErrFilterEmpty, "property %q has no operator", expr)
		case path == "":
			return nil, core.FlowError(core.ErrFilterField, "property %q names no field", expr)
		case op == "~":
			return nil, core.FlowError(core.ErrFilterSyntax, "operator %q is not supported", op)
		case op == "!":
			return nil, core.FlowError(core.ErrFilterUnknownOp, "operator %q is not known", op)
		case op == "=":
			op = "==" // some of the platform's own pages write it so
		}
		head, _, _ := strings.Cut(path, ".")
		if !slices.Contains(fields, strings.TrimSuffix(head, "[]")) {
			return nil, core.FlowError(core.ErrFilterField, "field %q cannot be filtered by", path)
		}
		if raw == "" {
			return nil, core.FlowError(core.ErrFilterEmpty, "property %q has no value", expr)
		}
		values, ok := core.SplitValues(raw)
		if !ok {
			return nil, core.FlowError(core.ErrFilterValue, "the value of %q has an open quote", expr)
		}
		if op != "==" && op != "!=" {
			if len(values) > 1 {
				return nil, core.FlowError(core.ErrRangeValues, "operator %s takes one value, %d are given", op, len(values))
			}
			if strings.HasSuffix(path, "[]") || path == "id" || path == "state" {
				return nil, core.FlowError(core.ErrFilterOperator, "operator %s does not work on %s", op, path)
			}
			if core.Numeric(path) {
				if _, err := strconv.ParseFloat(values[0], 64); err != nil {
					return nil, core.FlowError(core.ErrFilterValue, "%q is not a number", values[0])
				}
			}
		}
		out = append(out, core.Condition{Path: path, Op: op, Values: values})
	}
	return out, nil
}
