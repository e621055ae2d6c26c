package runs

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// FailedRow is a row that a run left out, and why.
type FailedRow struct {
	Batch  string          `json:"batch"`
	File   string          `json:"file"`          // in which the platform keeps the row
	Row    json.RawMessage `json:"row,omitempty"` // an object, or a text if the row could not be read or is too long
	Errors []Fault         `json:"errors,omitempty"`
}

// maxRow is how many bytes of a row are kept.
const maxRow = 64 << 10

// ParseRows reads a file of rows that failed, which is JSON: one row a line, or one value after the other. It returns
// at most so many rows, and whether there are more. A line that is not JSON is a row of text.
func ParseRows(file []byte, most int) (rows []FailedRow, more bool) {
	oneLine := false // a value of several lines was looked for in vain
	for len(file) > 0 {
		line, rest, _ := bytes.Cut(file, []byte("\n"))
		value := bytes.TrimSpace(line)
		if !json.Valid(value) && len(value) > 0 && !oneLine {
			dec := json.NewDecoder(bytes.NewReader(file))
			var several json.RawMessage
			if oneLine = dec.Decode(&several) != nil; !oneLine {
				value, rest = several, file[dec.InputOffset():]
			}
		}
		file = rest
		if len(value) == 0 {
			continue
		}
		for _, item := range itemsOf(value) {
			if len(rows) == most {
				return rows, true
			}
			rows = append(rows, failedRow(item))
		}
	}
	return rows, false
}

// itemsOf are the items of an array, or the value itself.
func itemsOf(value []byte) []json.RawMessage {
	var items []json.RawMessage
	if value[0] == '[' && json.Unmarshal(value, &items) == nil {
		return items
	}
	return []json.RawMessage{value}
}

// failedRow takes what the platform says about a row out of it.
func failedRow(value json.RawMessage) FailedRow {
	dec := json.NewDecoder(bytes.NewReader(value))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') || !json.Valid(value) {
		return FailedRow{Row: textRow(string(value))}
	}
	var r FailedRow
	row := []byte{'{'}
	for dec.More() {
		name, _ := dec.Token()
		var member json.RawMessage
		if dec.Decode(&member) != nil {
			break
		}
		switch name {
		case "_errors", "_validationErrors":
			r.Errors = append(r.Errors, rowFaults(member)...)
		case "_filename":
		case "_corrupt_record":
			var text word
			_ = json.Unmarshal(member, &text)
			r.Row = textRow(string(text))
		default:
			if key, err := json.Marshal(name); err == nil {
				row = append(append(append(append(row, key...), ':'), member...), ',')
			}
		}
	}
	switch {
	case r.Row != nil || len(row) == 1: // a text, or nothing but errors
	case len(row) > maxRow:
		r.Row = textRow(string(row[:len(row)-1]) + "}")
	default:
		r.Row = append(row[:len(row)-1], '}')
	}
	return r
}

// textRow is a row as a JSON string, cut if it is long.
func textRow(text string) json.RawMessage {
	if len(text) > maxRow {
		end := maxRow
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	row, _ := json.Marshal(strings.ToValidUTF8(text, "\uFFFD")) // of a string, without an error
	return row
}

// rowFaults reads the errors of a row: a list, or lists by the name of a check.
func rowFaults(member json.RawMessage) (faults []Fault) {
	var list []struct {
		Code    word `json:"code"`
		Message word `json:"message"`
		Pointer word `json:"pointerToViolation"`
	}
	if json.Unmarshal(member, &list) == nil {
		for _, e := range list {
			f := Fault{Code: string(e.Code), Message: string(e.Message)}
			if e.Pointer != "" {
				f.Message = string(e.Pointer) + ": " + f.Message
			}
			faults = append(faults, f)
		}
		return faults
	}
	var checks map[string]json.RawMessage
	if json.Unmarshal(member, &checks) != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		if checks[name][0] == '[' {
			faults = append(faults, rowFaults(checks[name])...)
		}
	}
	return faults
}
