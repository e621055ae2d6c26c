package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// readJSON takes an array of objects, or objects one after the other, as one a line.
func readJSON(text []byte, limit int) (*Data, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	d := &Data{Schema: object{}}
	lists := 0
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the file is not JSON: %w", err)
		}
		rows, isList := v.([]any)
		switch {
		case lists > 0:
			return nil, errAfterList
		case !isList:
			rows = []any{v}
		case d.Count == 0:
			lists++
		default:
			return nil, errors.New("the file contains something other than objects")
		}
		for _, row := range rows {
			if _, isObject := row.(object); !isObject {
				return nil, errors.New("the file contains something other than objects")
			}
			d.Schema = merge(d.Schema, schemaOf(row))
			if d.Count++; d.Count <= int64(limit) {
				d.Rows = append(d.Rows, row)
			}
		}
	}
	if d.Count == 0 {
		d.Schema = object{"type": "object", "properties": object{}}
	}
	return d, nil
}

// safe is the schema of integers that need 64 bits.
func safe() object {
	return object{"type": "integer", "minimum": int64(-9007199254740992), "maximum": int64(9007199254740991)}
}

// schemaOf describes one value; null has the empty schema.
func schemaOf(v any) object {
	switch v := v.(type) {
	case object:
		properties := object{}
		for name, member := range v {
			properties[name] = schemaOf(member)
		}
		return object{"type": "object", "properties": properties}
	case []any:
		items := object{}
		for _, e := range v {
			items = merge(items, schemaOf(e))
		}
		return object{"type": "array", "items": items}
	case string:
		return object{"type": "string"}
	case bool:
		return object{"type": "boolean"}
	case json.Number:
		n, err := v.Int64()
		switch {
		case err != nil:
			return object{"type": "number"}
		case n < -1<<31 || n >= 1<<31:
			return safe()
		}
		return object{"type": "integer"}
	}
	return object{}
}

// merge describes values of two schemas, and changes them: each is used once. The empty one adds nothing; types that do
// not go together leave nothing to say.
func merge(a, b object) object {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	types := []string{a["type"].(string), b["type"].(string)}
	slices.Sort(types)
	switch {
	case types[0] == "object" && types[1] == "object":
		properties := a["properties"].(object)
		for name, s := range b["properties"].(object) {
			known, _ := properties[name].(object)
			properties[name] = merge(known, s.(object))
		}
		return object{"type": "object", "properties": properties}
	case types[0] == "array" && types[1] == "array":
		return object{"type": "array", "items": merge(a["items"].(object), b["items"].(object))}
	case types[0] == types[1]:
		if len(b) > len(a) {
			return b // an integer of 64 bits
		}
		return a
	case types[0] == "integer" && types[1] == "number":
		return object{"type": "number"}
	}
	return object{"type": "string"}
}
