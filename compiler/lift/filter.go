package lift

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/rowfilter"
	"github.com/aepflow/aepflow/schemas"
)

// filter makes a filter of the one of a source connection: the short form where it says the
// same, otherwise PQL as it is. nil with a reason when it is not PQL.
func filter(v resource.Value) (*schemas.Filter, string) {
	value := at(v, "value")
	if at(v, "type").Text != "PQL" || at(v, "format").Text != "pql/json" || value.Kind != resource.ObjectValue {
		return nil, "its filter is not PQL in JSON"
	}
	if where, ok := condition(value, ""); ok {
		if _, fault := rowfilter.Parse(where); fault == nil {
			return &schemas.Filter{Where: text(where)}, ""
		}
	}
	return &schemas.Filter{PQL: plainJSON(value)}, ""
}

// condition writes a node of PQL as the short form does; around is the operator that it is
// an operand of. It is false for what the short form cannot say in the same members.
func condition(n resource.Value, around string) (string, bool) {
	if at(n, "nodeType").Text != "fnApply" || len(n.Fields) != 3 {
		return "", false
	}
	function, params := at(n, "fnName").Text, at(n, "params").Items
	switch {
	case function == "and" || function == "or":
		return junction(function, params, around)
	case (function == "isNull" || function == "isNotNull") && len(params) == 1:
		column, ok := column(params[0])
		return function + "(" + column + ")", ok
	case function == "NOT" && len(params) == 1:
		inner := at(params[0], "fnName").Text
		where, ok := condition(params[0], "not")
		return "not " + where, ok && (inner == "like" || inner == "in")
	case len(params) != 2:
		return "", false
	}
	if function == "=" {
		function = "=="
	}
	known := []string{"==", "!=", "<", "<=", ">", ">=", "like", "in"}
	left, ok1 := column(params[0])
	right, ok2 := literal(params[1], function == "in")
	return left + " " + function + " " + right, ok1 && ok2 && slices.Contains(known, function)
}

func junction(op string, params []resource.Value, around string) (string, bool) {
	if len(params) < 2 {
		return "", false
	}
	var terms []string
	for _, p := range params {
		if at(p, "fnName").Text == op { // the short form would make one list of both
			return "", false
		}
		term, ok := condition(p, op)
		if !ok {
			return "", false
		}
		terms = append(terms, term)
	}
	out := strings.Join(terms, " "+op+" ")
	if around != "" {
		out = "(" + out + ")"
	}
	return out, true
}

func column(n resource.Value) (string, bool) {
	name := at(n, "fieldName").Text
	if at(n, "nodeType").Text != "fieldLookup" || len(n.Fields) != 2 || name == "" {
		return "", false
	}
	return rowfilter.QuoteName(name), true
}

func literal(n resource.Value, list bool) (string, bool) {
	if at(n, "nodeType").Text != "literal" {
		return "", false
	}
	typ, value := at(n, "literalType").Text, at(n, "value")
	if !list {
		return scalarLiteral(value, typ)
	}
	var items []string
	for _, v := range value.Items {
		item, ok := scalarLiteral(v, typ)
		if !ok {
			return "", false
		}
		items = append(items, item)
	}
	return "[" + strings.Join(items, ", ") + "]", len(items) > 0
}

func scalarLiteral(v resource.Value, typ string) (string, bool) {
	switch {
	case typ == "DateTime" && v.Kind == resource.StringValue:
		return "@" + v.Text, true
	case typ == "boolean" && v.Kind == resource.BoolValue, typ == "" && v.Kind == resource.NumberValue:
		return v.Text, true
	case typ == "" && v.Kind == resource.StringValue:
		return rowfilter.QuoteText(v.Text), true
	}
	return "", false
}
