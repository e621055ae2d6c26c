package compiler

import (
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/rowfilter"
	"github.com/aepflow/aepflow/schemas"
)

// filterValue is a filter as a source connection has it: PQL in its JSON form.
func filterValue(f *schemas.Filter) resource.Value {
	var value resource.Value
	if f.Where == "" {
		value, _ = resource.ParsePlain(f.PQL.JSON) // the decoder wrote it
	} else {
		n, fault := rowfilter.Parse(f.Where)
		if fault != nil {
			panic("compiler: filter: " + fault.Message) // the resolver has read it
		}
		value = filterNode(n)
	}
	return resource.Object(
		resource.F("type", resource.String("PQL")),
		resource.F("format", resource.String("pql/json")),
		resource.F("value", value),
	)
}

func filterNode(n rowfilter.Node) resource.Value {
	switch n := n.(type) {
	case *rowfilter.Junction:
		var terms []resource.Value
		for _, t := range n.Terms {
			terms = append(terms, filterNode(t))
		}
		return apply(n.Op, terms...)
	case *rowfilter.NullTest:
		if n.Not {
			return apply("isNotNull", lookUp(n.Column))
		}
		return apply("isNull", lookUp(n.Column))
	case *rowfilter.Comparison:
		op := n.Op
		if op == "==" {
			op = "="
		}
		literal := literalValue(n.Literals[0])
		if n.Op == "in" {
			literal = listValue(n.Literals)
		}
		out := apply(op, lookUp(n.Column), literal)
		if n.Not {
			out = apply("NOT", out)
		}
		return out
	}
	panic("compiler: unknown condition of a filter")
}

func apply(function string, params ...resource.Value) resource.Value {
	return resource.Object(
		resource.F("nodeType", resource.String("fnApply")),
		resource.F("fnName", resource.String(function)),
		resource.F("params", resource.List(params...)),
	)
}

func lookUp(column rowfilter.Name) resource.Value {
	return resource.Object(
		resource.F("nodeType", resource.String("fieldLookup")),
		resource.F("fieldName", resource.String(column.Text)),
	)
}

// literalValue is a literal with the type that some connectors ask for.
func literalValue(l rowfilter.Literal) resource.Value {
	return literalNode(scalarValue(l), l.Kind)
}

func listValue(literals []rowfilter.Literal) resource.Value {
	values := resource.List()
	for _, l := range literals {
		values.Items = append(values.Items, scalarValue(l))
	}
	return literalNode(values, literals[0].Kind)
}

func literalNode(v resource.Value, k rowfilter.Kind) resource.Value {
	out := object{resource.F("nodeType", resource.String("literal"))}
	switch k {
	case rowfilter.Time:
		out.add("literalType", resource.String("DateTime"))
	case rowfilter.Boolean:
		out.add("literalType", resource.String("boolean"))
	}
	out.add("value", v)
	return out.value()
}

func scalarValue(l rowfilter.Literal) resource.Value {
	switch l.Kind {
	case rowfilter.Number:
		return resource.Number(l.Text)
	case rowfilter.Boolean:
		return resource.Bool(l.Text == "true")
	}
	return resource.String(l.Text)
}
