package emulator

import (
	"encoding/base64"
	"slices"
	"strings"
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
		return flowError(errFilterBase64, "filters is not Base64")
	}
	v, err := decodeJSON(raw)
	if err != nil {
		return flowError(errFilterBase64, "filters is not JSON in Base64")
	}
	return checkRowFilter(v, nil)
}

// checkRowFilter reads a filter as far as names and types of columns go.
func checkRowFilter(f, columns any) error {
	o, isObject := f.(object)
	switch {
	case !isObject:
		return flowError(errFilterParams, "filters must be an object")
	case text(o, "type") != "PQL":
		return flowError(errFilterType, "filters.type is %q, expected PQL", text(o, "type"))
	case text(o, "format") != "pql/json":
		return flowError(errFilterFormat, "filters.format is %q, expected pql/json", text(o, "format"))
	case at(o, "value", "nodeType") == nil:
		return flowError(errFilterDetail, "filters.value has no expression")
	}
	typeOf := map[string]string{}
	cols, _ := columns.([]any)
	for _, col := range cols {
		typeOf[text(col, "name")] = text(col, "type")
	}
	return walkFilter(at(o, "value"), typeOf)
}

// walkFilter checks one application of a function and those inside of it. With
// no columns known, names and types are not looked at.
func walkFilter(node any, typeOf map[string]string) error {
	fn, params := strings.ToLower(text(node, "fnName")), list(node, "params")
	switch {
	case text(node, "nodeType") == "fnApply" && fn == "":
		return flowError(errFilterNoOp, "a comparison of the filter has no operator")
	case fn != "" && !slices.Contains(filterFunctions, fn):
		return flowError(errFilterOp, "operator %s is not supported by the connector", text(node, "fnName"))
	case fn == "not" && len(params) != 1:
		return flowError(errFilterNot, "not takes one comparison, %d are given", len(params))
	}
	var column, literal string
	for _, p := range params {
		switch text(p, "nodeType") {
		case "fieldLookup":
			column = text(p, "fieldName")
			if _, known := typeOf[column]; !known && len(typeOf) > 0 {
				return flowError(errFilterColumn, "the filter names column %s, which is not among params.columns", column)
			}
		case "literal":
			if at(p, "value") == nil {
				return flowError(errFilterNull, "the filter compares with nothing by %s", text(node, "fnName"))
			}
			literal = text(p, "literalType")
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
		return flowError(errFilterTypes, "the filter compares column %s of type %s with a text", column, typeOf[column])
	}
	return nil
}
