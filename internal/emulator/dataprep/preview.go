package dataprep

import (
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// previewMappingSet makes the records of up to 100 rows, with what failed.
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
	e, err := NewEvaluator(c.Space, set, nil)
	if err != nil {
		return core.Answer{}, badMapping("%v", err)
	}
	out := []any{}
	for _, row := range rows {
		if err := e.JSON(core.ToJSON(row)); err != nil {
			return core.Answer{}, badMapping("data must be a row or up to 100 rows")
		}
		result := object{"data": e.Record(), "errors": nil}
		if problems := e.problems(); len(problems) > 0 {
			result["errors"] = problems
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
