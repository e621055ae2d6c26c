package flow

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Filters at the source: a PQL expression in its JSON form, as params.filters of
// a source connection or, in Base64, with an explore call.

// filterFunctions are the functions that a connector can turn into its own language.
var filterFunctions = []string{
	"and", "or", "not", "=", "==", "!=", "<", "<=", ">", ">=", "like", "in", "isnull", "isnotnull",
}

// readExploreFilter reads the filter of an explore call; nil without one.
func readExploreFilter(encoded string) (any, error) {
	if encoded == "" {
		return nil, nil
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, core.FlowError(core.ErrFilterBase64, "filters is not Base64")
	}
	v, err := core.DecodeJSON(raw)
	if err != nil {
		return nil, core.FlowError(core.ErrFilterBase64, "filters is not JSON in Base64")
	}
	return core.At(v, "value"), checkRowFilter(v, nil)
}

// truth is a value of SQL's logic: a comparison with null is neither true nor false.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// filterHolds reports whether a row meets a filter that was checked; nil is not a filter.
func filterHolds(filter any, row object) bool { return filter == nil || evalFilter(filter, row) == yes }

func evalFilter(node any, row object) truth {
	fn, params := strings.ToLower(core.Text(node, "fnName")), core.List(node, "params")
	switch fn {
	case "and", "or":
		all := []truth{}
		for _, p := range params {
			all = append(all, evalFilter(p, row))
		}
		if len(all) == 0 {
			return unknown
		}
		if fn == "and" {
			return slices.Min(all)
		}
		return slices.Max(all)
	case "not":
		if len(params) != 1 {
			return unknown // a seed may hold anything
		}
		return -evalFilter(params[0], row)
	}
	values := make([]any, 2)
	for i, p := range params[:min(len(params), 2)] {
		values[i] = core.At(p, "value")
		if core.Text(p, "nodeType") == "fieldLookup" {
			values[i] = row[core.Text(p, "fieldName")]
		}
	}
	return compareBy(fn, values[0], values[1])
}

// compareBy applies a comparison to two values.
func compareBy(fn string, a, b any) truth {
	switch fn {
	case "isnull", "isnotnull":
		return truthOf((a == nil) == (fn == "isnull"))
	}
	x, known := cellText(a)
	if list, isList := b.([]any); isList {
		if !known {
			return unknown
		}
		return truthOf(slices.ContainsFunc(list, func(e any) bool { return compareBy("=", a, e) == yes }))
	}
	y, both := cellText(b)
	if !known || !both {
		return unknown
	}
	d := core.CompareScalars(x, y)
	if s, isTime := core.ParseTime(x); isTime {
		if t, isTime := core.ParseTime(y); isTime {
			d = s.Compare(t)
		}
	}
	switch fn {
	case "=", "==", "in":
		return truthOf(d == 0)
	case "!=":
		return truthOf(d != 0)
	case "<":
		return truthOf(d < 0)
	case "<=":
		return truthOf(d <= 0)
	case ">":
		return truthOf(d > 0)
	case ">=":
		return truthOf(d >= 0)
	}
	return truthOf(likePattern(y).MatchString(x))
}

// cellText is a value of a row as it is compared; false for null.
func cellText(v any) (string, bool) {
	if t, isTime := v.(time.Time); isTime {
		return t.UTC().Format(time.RFC3339Nano), true
	}
	return core.Scalar(v)
}

// likePattern is a pattern of SQL, with % for any run of characters and _ for one.
func likePattern(s string) *regexp.Regexp {
	q := strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(strings.ToValidUTF8(s, "\ufffd")))
	return regexp.MustCompile("^(?s:" + q + ")$")
}

// checkRowFilter reads a filter as far as names and types of columns go.
func checkRowFilter(f, columns any) error {
	o, isObject := f.(object)
	switch {
	case !isObject:
		return core.FlowError(core.ErrFilterParams, "filters must be an object")
	case core.Text(o, "type") != "PQL":
		return core.FlowError(core.ErrFilterType, "filters.type is %q, expected PQL", core.Text(o, "type"))
	case core.Text(o, "format") != "pql/json":
		return core.FlowError(core.ErrFilterFormat, "filters.format is %q, expected pql/json", core.Text(o, "format"))
	case core.At(o, "value", "nodeType") == nil:
		return core.FlowError(core.ErrFilterDetail, "filters.value has no expression")
	}
	typeOf := map[string]string{}
	cols, _ := columns.([]any)
	for _, col := range cols {
		typeOf[core.Text(col, "name")] = core.Text(col, "type")
	}
	return walkFilter(core.At(o, "value"), typeOf)
}

// walkFilter checks one application of a function and those inside of it. With
// no columns known, names and types are not looked at.
func walkFilter(node any, typeOf map[string]string) error {
	fn, params := strings.ToLower(core.Text(node, "fnName")), core.List(node, "params")
	switch {
	case core.Text(node, "nodeType") == "fnApply" && fn == "":
		return core.FlowError(core.ErrFilterNoOp, "a comparison of the filter has no operator")
	case fn != "" && !slices.Contains(filterFunctions, fn):
		return core.FlowError(core.ErrFilterOp, "operator %s is not supported by the connector", core.Text(node, "fnName"))
	case fn == "not" && len(params) != 1:
		return core.FlowError(core.ErrFilterNot, "not takes one comparison, %d are given", len(params))
	}
	var column, literal string
	for _, p := range params {
		switch core.Text(p, "nodeType") {
		case "fieldLookup":
			column = core.Text(p, "fieldName")
			if _, known := typeOf[column]; !known && len(typeOf) > 0 {
				return core.FlowError(core.ErrFilterColumn, "the filter names column %s, which is not among params.columns", column)
			}
		case "literal":
			if core.At(p, "value") == nil {
				return core.FlowError(core.ErrFilterNull, "the filter compares with nothing by %s", core.Text(node, "fnName"))
			}
			literal = core.Text(p, "literalType")
		case "fnApply":
			if err := walkFilter(p, typeOf); err != nil {
				return err
			}
		}
	}
	if column == "" || literal == "" {
		return nil
	}
	textual := strings.EqualFold(literal, "XDM_STRING") || strings.EqualFold(literal, "String")
	number := typeOf[column] == "integer" || typeOf[column] == "double" || typeOf[column] == "long"
	if textual && number {
		return core.FlowError(core.ErrFilterTypes, "the filter compares column %s of type %s with a text", column,
			typeOf[column])
	}
	return nil
}
