package dataprep

import (
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/record"
)

// maxRows is how many rows a call evaluates.
const maxRows = 100

// preview makes the records of the rows of a call, with what failed. Without rows, it takes those of the bound data
// that a flow reads with the set.
func (bound Bound) preview(c *core.Call, body object) (core.Answer, error) {
	definition, isObject := body["mappingSet"].(object)
	if !isObject {
		return core.Answer{}, badMapping("mappingSet is missing")
	}
	rows, err := rowsOf(body["data"])
	if body["data"] == nil {
		rows, err = bound.of(c, core.Text(definition, "id"))
	}
	if err != nil {
		return core.Answer{}, err
	}
	if rows.Rows == nil {
		return core.Answer{}, badMapping("data must be a row or up to %d rows", maxRows)
	}
	set, err := ReadMappingSet(c, definition, true)
	if err != nil {
		return core.Answer{}, err
	}
	e, err := NewEvaluator(c.Space, set, rows.Columns)
	if err != nil {
		return core.Answer{}, badMapping("%v", err)
	}
	out := []any{}
	size := 0
	err = e.each(rows, func(int) {
		result := object{"data": e.Record(), "errors": nil}
		if problems := e.problems(); len(problems) > 0 {
			result["errors"] = problems
		}
		if size += len(core.ToJSON(result)); size <= maxAnswer {
			out = append(out, result)
		}
	})
	switch {
	case err != nil:
		return core.Answer{}, err
	case size > maxAnswer:
		return core.Answer{}, badMapping("the records have more than %d MiB: give fewer rows or mappings", maxAnswer>>20)
	case c.Env.Switches.Preview != "object":
		return core.OK(out)
	case len(out) == 0:
		return core.OK(object{"data": object{}, "errors": nil})
	}
	return core.OK(out[0])
}

// maxAnswer is how large the records of a preview may be.
const maxAnswer = 32 << 20

// of gives rows of the bound data that a flow reads with a mapping set.
func (bound Bound) of(c *core.Call, set string) (Rows, error) {
	if set == "" || c.Find(core.KindMappingSet, set) == nil {
		return Rows{}, nil
	}
	rows, err := bound(c.Space, set, maxRows)
	if err != nil {
		return Rows{}, badMapping("the bound data cannot be read: %v", err)
	}
	return rows, nil
}

// rowsOf takes an object, or a list of them, as the rows of a call.
func rowsOf(data any) (Rows, error) {
	list, isList := data.([]any)
	if _, isObject := data.(object); isObject {
		list, isList = []any{data}, true
	}
	if !isList || len(list) > maxRows {
		return Rows{}, badMapping("data must be a row or up to %d rows", maxRows)
	}
	rows := Rows{Rows: []record.Row{}}
	for _, row := range list {
		rows.Rows = append(rows.Rows, record.Row{Object: core.ToJSON(row)})
	}
	return rows, nil
}
