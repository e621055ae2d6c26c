package view

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
)

// parse reads a JSON value of a plan. A live value may be a string that looks like a
// reference and is not one: it is a plain string.
func parse(raw json.RawMessage) resource.Value {
	v, err := resource.Parse(raw)
	if err == nil {
		return v
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return resource.String(s)
	}
	return resource.String(string(raw))
}

// sideText is a value of a plan on one line, or the text for an absent one.
func (t planText) sideText(kind resource.Kind, path string, raw json.RawMessage, absent string) string {
	v := parse(raw)
	if raw == nil {
		return absent
	}
	if path == resource.SpecOf(kind).StartTime {
		if text, ok := startValueText(v, t.plan.At); ok {
			return text
		}
	}
	return valueText(v)
}

// valueText is a value on one line: lists and objects in brackets, strings without
// quotes where that is unambiguous.
func valueText(v resource.Value) string {
	switch v.Kind {
	case resource.NullValue:
		return "null"
	case resource.BoolValue, resource.NumberValue:
		return v.Text
	case resource.StringValue:
		return stringText(v.Text)
	case resource.RefValue:
		return v.Ref.String()
	case resource.SecretValue:
		return "(secret, from " + v.Text + ")"
	case resource.StartValue:
		return startLeftOpen
	case resource.ListValue:
		items := make([]string, len(v.Items))
		for i, w := range v.Items {
			items[i] = valueText(w)
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		if len(v.Fields) == 0 {
			return "{}"
		}
		return "{" + membersText(v) + "}"
	}
}

func membersText(v resource.Value) string {
	fields := make([]string, len(v.Fields))
	for i, f := range v.Fields {
		fields[i] = stringText(f.Name) + ": " + valueText(f.Value)
	}
	return strings.Join(fields, ", ")
}

// stringText quotes s if it is ambiguous without quotes.
func stringText(s string) string {
	if needsQuotes(s) {
		return output.Quote(s)
	}
	return s
}

func needsQuotes(s string) bool {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsFunc(s, output.Hidden) || strings.Contains(s, " → ") {
		return true
	}
	if strings.HasPrefix(s, "${") || strings.ContainsRune(`("[{'#`, rune(s[0])) {
		return true
	}
	switch s {
	case "true", "false", "null", "yes", "no":
		return true
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func isScalar(v resource.Value) bool {
	return v.Kind != resource.ListValue && v.Kind != resource.ObjectValue
}

// leaves counts the leaves of a tree; an empty list or object is one.
func leaves(v resource.Value) int {
	if len(v.Items) == 0 && len(v.Fields) == 0 {
		return 1
	}
	n := 0
	for _, w := range v.Items {
		n += leaves(w)
	}
	for _, f := range v.Fields {
		n += leaves(f.Value)
	}
	return n
}

// prettyJSON indents JSON by two spaces. It returns other text as it is.
func prettyJSON(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
