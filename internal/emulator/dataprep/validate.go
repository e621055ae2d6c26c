package dataprep

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/xdm"
)

// validate answers 200 even when every mapping is wrong. It evaluates the mappings on the bound data that a flow reads
// with the set; without such data, those that read no attribute.
func (bound Bound) validate(c *core.Call, body object) (core.Answer, error) {
	set, err := readHead(c, body, true)
	if err != nil {
		return core.Answer{}, err
	}
	mappings, isList := body["mappings"].([]any)
	if !isList {
		return core.Answer{}, badMapping("mappings is missing")
	}
	stored, errs := readMappings(c, mappings, true)
	faults := make([]string, len(mappings))
	for i, err := range errs {
		if err != nil {
			faults[i], stored[i] = core.DetailOf(err), mappings[i]
		}
	}
	rows, err := bound.of(c, core.Text(body, "id"))
	if err != nil {
		return core.Answer{}, err
	}
	if err := check(c, set, stored, faults, rows); err != nil {
		return core.Answer{}, err
	}
	results := []any{}
	for i, fault := range faults {
		result := object{"status": "SUCCESS", "errors": nil}
		if fault != "" {
			result = object{"status": "FAILED", "errors": []any{transformError(stored[i], fault)}}
		}
		results = append(results, result)
	}
	return core.OK(object{"validationResponse": results})
}

// checkMappings refuses mappings that cannot work, when the caller or the switch asks for it.
func checkMappings(c *core.Call, set object) error {
	if c.Query.Get("validate") != "true" && !c.Env.Switches.CheckMappings {
		return nil
	}
	mappings := core.List(set, "mappings")
	faults := make([]string, len(mappings))
	if err := check(c, set, mappings, faults, Rows{}); err != nil {
		return err
	}
	for i, fault := range faults {
		if fault != "" {
			return badMapping("mapping %d: %s", i, fault)
		}
	}
	return nil
}

// check notes what is wrong with mappings that have no fault yet: the destination is not in the schema, the source is
// not in the input schema, or the first row that has no value because of an error.
func check(c *core.Call, set object, mappings []any, faults []string, rows Rows) error {
	fields := newFieldSet(registry.FieldsOf(c.Space, registry.FindResource(c.Space, core.Text(set, "xdmSchema"))))
	input, _ := core.At(set, "inputSchema", "jsonSchema").(object)
	k := compilerOf(c.Space, set, rows.Columns)
	var runnable []any
	var places []int
	for i, m := range mappings {
		if faults[i] != "" {
			continue
		}
		d := core.Text(m, "destination")
		absent := absentSource(input, m)
		_, err := k.compile([]any{m})
		switch {
		case !fields.has(d):
			faults[i] = "destination path " + d + " is not in the schema"
		case absent != "":
			faults[i] = "source path " + absent + " is not in the input schema"
		case err != nil:
			faults[i] = err.Error()
		default:
			runnable, places = append(runnable, m), append(places, i)
		}
	}
	e, err := k.compile(runnable)
	if err != nil {
		return badMapping("%v", err)
	}
	static := len(rows.Rows) == 0
	if static {
		rows.Rows = []record.Row{{Object: []byte("{}")}}
	}
	return e.each(rows, func(row int) {
		for i, m := range runnable {
			why := e.faultOf(i)
			if why == "" || faults[places[i]] != "" || static && !isConstant(m) {
				continue
			}
			if !static {
				why = fmt.Sprintf("row %d: %s", row+1, why)
			}
			faults[places[i]] = why
		}
	})
}

// faultOf is why a mapping gives no value, or one that the schema does not take. What the platform does not publish is
// no fault.
func (e *Evaluator) faultOf(mapping int) string {
	if o := e.Outcomes()[mapping]; o.State == record.Failed {
		return o.Message
	}
	for _, f := range e.FaultsOf(mapping) {
		return f.Message
	}
	return ""
}

// isConstant reports whether a mapping has the same value for each row.
func isConstant(m any) bool {
	return KindOf(m) == "STATIC" || KindOf(m) == "EXPRESSION" && len(core.List(m, "expressionAttributes")) == 0
}

// absentSource is the attribute of a mapping that an input schema lacks; "" for none, and without a schema.
func absentSource(input object, m any) string {
	source := core.Text(m, "source")
	switch {
	case input == nil || KindOf(m) == "STATIC":
		return ""
	case KindOf(m) == "EXPRESSION":
		for _, name := range core.Texts(m, "expressionAttributes") {
			if at, has := input["properties"].(object); has && at[name] == nil {
				return name
			}
		}
		return ""
	}
	steps, fault := xdm.Steps(source)
	if fault != nil {
		return "" // it cannot run, either
	}
	for _, s := range steps {
		properties, has := input["properties"].(object)
		if !has {
			return ""
		}
		below, has := properties[s.Name].(object)
		if !has {
			return source
		}
		for range s.Indexes {
			if items, isList := below["items"].(object); isList {
				below = items
			}
		}
		input = below
	}
	return ""
}

// validateExpression evaluates an expression on sample data, on the bound data that a flow reads with a mapping set,
// or, without an attribute, on nothing. It has two published answers.
func (bound Bound) validateExpression(c *core.Call, body object) (core.Answer, error) {
	src := core.Text(body, "expression")
	if src == "" {
		src = core.Text(body, "expression", "expression")
	}
	if src == "" {
		return core.Answer{}, badMapping("expression is missing")
	}
	rows, err := bound.sample(c, body)
	if err != nil {
		return core.Answer{}, err
	}
	m := object{"sourceType": "EXPRESSION", "source": src, "destination": "value"}
	fault, err := expressionFault(c, m, rows)
	if err != nil {
		return core.Answer{}, err
	}
	if c.Env.Switches.ExpressionCheck == "boolean" {
		return core.Answer{Status: http.StatusOK, Body: core.ToJSON(fault == "")}, nil
	}
	if fault != "" {
		return core.OK(object{"validationStatus": "failed", "error": fault})
	}
	return core.OK(object{"validationStatus": "succeeded", "error": "none"})
}

func expressionFault(c *core.Call, m object, rows Rows) (fault string, err error) {
	src := core.Text(m, "source")
	if err := checkExpression(src); err != nil {
		return err.Error(), nil
	}
	e, err := compilerOf(c.Space, object{}, rows.Columns).compile([]any{m})
	if err != nil {
		return err.Error(), nil
	}
	if len(rows.Rows) == 0 && len(expressionAttributes(src)) > 0 {
		return "", nil
	}
	if len(rows.Rows) == 0 {
		rows.Rows = []record.Row{{Object: []byte("{}")}}
	}
	err = e.each(rows, func(int) {
		if fault == "" {
			fault = e.faultOf(0)
		}
	})
	return fault, err
}

// sample gives the rows that an expression is validated on.
func (bound Bound) sample(c *core.Call, body object) (Rows, error) {
	text, id := core.Text(body, "sampleData"), core.Text(body, "mappingSetId")
	if id != "" && c.Find(core.KindMappingSet, id) == nil {
		return Rows{}, core.Missing("there is no mapping set with id %s", id)
	}
	if text == "" {
		return bound.of(c, id)
	}
	if kind := core.Text(body, "sampleDataType"); kind != "" && !strings.EqualFold(kind, "JSON") {
		return Rows{}, badMapping("sampleDataType is %q, expected JSON", kind)
	}
	v, err := core.DecodeJSON([]byte(text))
	if err != nil {
		return Rows{}, badMapping("sampleData is not JSON: %v", err)
	}
	rows, err := rowsOf(v)
	if err != nil {
		return Rows{}, badMapping("sampleData must be a row or up to %d rows", maxRows)
	}
	return rows, nil
}

// fieldSet finds the fields of a schema by paths: indexes match any element, and the platform's own templates leave
// them out.
type fieldSet struct{ fields, maps map[string]bool }

func newFieldSet(fields map[string]registry.FieldType) fieldSet {
	s := fieldSet{map[string]bool{}, map[string]bool{}}
	for p, f := range fields {
		bare := barePath(p)
		s.fields[bare] = true
		if f.Xdm == "map" {
			s.maps[bare] = true
		}
	}
	return s
}

// has reports whether a path is that of a field, or of a member of a map.
func (s fieldSet) has(path string) bool {
	plain := barePath(strings.ReplaceAll(path, `\.`, "."))
	if s.fields[plain] {
		return true
	}
	for i := range len(plain) {
		if plain[i] == '.' && s.maps[plain[:i]] {
			return true
		}
	}
	return false
}

var indexes = regexp.MustCompile(`\[(\d+|\*)\]`)

// barePath is a path without indexes.
func barePath(path string) string { return indexes.ReplaceAllString(path, "") }
