package dataprep

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
)

// previewMappingSet carries attributes and constants from rows into their
// destinations. Expressions are not evaluated: their fields are left out and
// said so in the row's errors.
func previewMappingSet(c *core.Call, body object) (core.Answer, error) {
	rows, isList := body["data"].([]any)
	if one, isObject := body["data"].(object); isObject {
		rows, isList = []any{one}, true
	}
	if !isList || len(rows) > 100 {
		return core.Answer{}, badMapping("data must be a row or up to 100 rows")
	}
	definition, isObject := body["mappingSet"].(object)
	if !isObject {
		return core.Answer{}, badMapping("mappingSet is missing")
	}
	set, err := ReadMappingSet(c, definition, true)
	if err != nil {
		return core.Answer{}, err
	}
	fields := fieldTypes(registry.FieldsOf(c.Space, registry.FindResource(c.Space, core.Text(set, "xdmSchema"))))
	out := []any{}
	for _, row := range rows {
		data := object{}
		var faults []any
		fault := func(m any, why string) {
			faults = append(faults, object{
				"destination": core.Text(m, "destination"), "source": core.Text(m, "source"),
				"sourceType": core.Text(m, "sourceType"), "exception": why, "columnName": "",
			})
		}
		for _, m := range core.List(set, "mappings") {
			var v any
			switch source := core.Text(m, "source"); KindOf(m) {
			case "EXPRESSION":
				fault(m, "expressions are not evaluated here")
				continue
			case "STATIC":
				v = source
			default:
				if v = attributeValue(row, source); v == nil {
					fault(m, "the row has no "+source)
					continue
				}
			}
			kind := fields[barePath(core.Text(m, "destination"))]
			typed, fits := convert(v, kind)
			if !fits {
				fault(m, fmt.Sprintf("%s cannot be converted to %s", core.ToJSON(v), kind))
				continue
			}
			place(data, core.Text(m, "destination"), typed)
		}
		result := object{"data": data, "errors": nil}
		if len(faults) > 0 {
			result["errors"] = faults
		}
		out = append(out, result)
	}
	if c.Env.Switches.Preview == "object" {
		if len(out) == 0 {
			return core.OK(object{"data": object{}, "errors": nil})
		}
		return core.OK(out[0])
	}
	return core.OK(out)
}

// fieldTypes are the XDM types of fields by their bare paths.
func fieldTypes(fields map[string]registry.FieldType) map[string]string {
	types := make(map[string]string, len(fields))
	for path, f := range fields {
		if bare := barePath(path); !strings.HasSuffix(path, "[*]") {
			types[bare] = f.Xdm
		} else if types[bare] == "" || types[bare] == "array" {
			types[bare] = f.Xdm // a value goes into an element
		}
	}
	return types
}

// convert gives a leaf the type of its field; false when it does not fit. What has
// no type, and what is no leaf, stays as it is.
func convert(v any, xdm string) (any, bool) {
	s, leaf := core.Scalar(v)
	if !leaf {
		return v, true
	}
	switch xdm {
	case "string":
		return s, true
	case "boolean":
		b, err := strconv.ParseBool(s)
		return b, err == nil
	case "byte", "short", "int", "integer", "long":
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	case "number", "double":
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, false
		}
		return core.JSONNumber(f), true
	case "date", "date-time":
		t, isTime := core.ParseTime(s)
		if !isTime {
			return nil, false
		}
		if xdm == "date" {
			return t.Format(time.DateOnly), true
		}
		return t.UTC().Format(time.RFC3339Nano), true
	}
	return v, true
}

// attributeValue is what a row has at the path of an attribute, nil for nothing. A
// row may also have a member that is called like the whole path.
func attributeValue(row any, path string) any {
	if v := core.At(row, path); v != nil {
		return v
	}
	name := AttributeColumn(path)
	v := core.At(row, name)
	rest, _ := strings.CutPrefix(path, name)
	if rest = strings.TrimPrefix(indexes.ReplaceAllString(rest, ""), "."); rest == "" || rest == path {
		return v // the column alone, also in the form ${name}
	}
	if below := core.Lookup(object{"": v}, "."+rest); len(below) > 0 {
		return below[0]
	}
	return nil
}

// place sets a dotted path; an element of an array is made as its first.
func place(o object, path string, v any) {
	steps := strings.Split(path, ".")
	for i, step := range steps {
		name := indexes.ReplaceAllString(step, "")
		array := name != step
		if i == len(steps)-1 {
			if array {
				v = []any{v}
			}
			o[name] = v
			return
		}
		if array {
			l, _ := o[name].([]any)
			if len(l) == 0 {
				l = []any{object{}}
				o[name] = l
			}
			below, isObject := l[0].(object)
			if !isObject {
				return
			}
			o = below
			continue
		}
		below, isObject := o[name].(object)
		if !isObject {
			below = object{}
			o[name] = below
		}
		o = below
	}
}
