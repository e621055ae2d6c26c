package flow

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Filters at the source: a PQL expression in its JSON form, as params.filters of
// a source connection or, in Base64, with an explore call.

// filterFunctions are the functions that a connector can turn into its own language.
var filterFunctions = []string{"and", "or", "not", "=", "==", "!=", "<", "<=", ">", ">=", "like", "in"}

// checkExploreFilter checks the form of an explore call's filter.
func checkExploreFilter(encoded string) error {
	if encoded == "" {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return core.FlowError(core.ErrFilterBase64, "filters is not Base64")
	}
	v, err := core.DecodeJSON(raw)
	if err != nil {
		return core.FlowError(core.ErrFilterBase64, "filters is not JSON in Base64")
	}
	return checkRowFilter(v, nil)
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
