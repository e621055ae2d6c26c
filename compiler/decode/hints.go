package decode

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
)

// What people type who come from other tools, and what the format calls it.

// foreignKeys are keys of other tools. Several fit different maps.
var foreignKeys = map[string][]string{
	"cron": {"schedule", "frequency"}, "every": {"schedule", "frequency"}, "source": {"database"},
	"destination": {"target"},
	"sink":        {"target"}, "fields": {"columns"}, "transform": {"mappings"}, "transformations": {"mappings"},
	"cursor": {"delta"}, "incremental": {"delta"}, "cursor_field": {"delta"}, "id": {"name"},
	"type":        {"kind", "connector"},
	"credentials": {"auth"}, "depends_on": {"lifecycle"}, "prevent_destroy": {"protect"}, "enabled": {"state"},
	"disabled": {"state"},
}

// keyHint says what to write instead of a key of another tool.
func keyHint(key string, known []string) string {
	ours := foreignKey(key, known)
	switch {
	case len(ours) == 0:
		return ""
	case key == "cron" || key == "every":
		return "write " + scheduleHint(ours[0]) + "; cron expressions are not supported"
	}
	return "did you mean `" + ours[0] + "`?"
}

func scheduleHint(key string) string {
	if key == "schedule" {
		return "`schedule: {frequency: hour, interval: 1}`"
	}
	return "`frequency: hour` and `interval: 1`"
}

// valueHint says what to write instead of a value of another tool, and the value
// when no other is in question. Both are "" when it knows none.
func valueHint(key, text string, want []string) (hint, fix string) {
	switch key {
	case "frequency":
		return frequencyHint(text), ""
	case "format":
		return formatHint(strings.ToLower(text))
	}
	t, ok := xdm.ForeignColumnType(text)
	switch {
	case !ok || !slices.Contains(want, t):
		return "", ""
	case t == "double":
		return "did you mean `" + t + "`, or `string` to keep every digit?", ""
	}
	return "did you mean `" + t + "`?", t
}

// formatHint says how to write a format of files that has another name.
func formatHint(text string) (hint, fix string) {
	switch text {
	case "csv", "text", "txt":
		return "did you mean `delimited`?", "delimited"
	case "tsv", "tab":
		return "write `format: delimited` and `delimiter: \"\\t\"`", ""
	case "jsonl", "ndjson", "jsonlines":
		return "did you mean `json`?", "json"
	}
	return "", ""
}

const hourly = "`{frequency: hour, interval: 1}`"

// frequencyHint says how to write an unknown frequency.
func frequencyHint(text string) string {
	switch word := strings.ToLower(text); {
	case strings.HasPrefix(word, "month"), strings.HasPrefix(word, "quarter"), strings.HasPrefix(word, "year"):
		return "the longest unit is the week: write `frequency: week` and `interval: 4`"
	case isCron(word):
		return "cron expressions are not supported: write a unit as `frequency` and a number of units as `interval`"
	case strings.HasPrefix(word, "second"):
		return "the shortest schedule is `frequency: minute` with `interval: 15`"
	}
	return ""
}

// isCron reports whether a text is a cron expression: a macro such as @daily, or five or six fields that begin
// with a digit or a sign, or are the name of a day or month.
func isCron(text string) bool {
	if strings.HasPrefix(text, "@") {
		return true
	}
	fields := strings.Fields(text)
	for _, f := range fields {
		name, _, _ := strings.Cut(f, "-") // mon-fri
		if !strings.ContainsAny(f[:1], "0123456789*?") && len(name) != len("mon") && !strings.EqualFold(f, "l") {
			return false
		}
	}
	return len(fields) == 5 || len(fields) == 6
}

// formHint says how to write a value that has the wrong form. It is "" when
// there is nothing to add to the message.
func formHint(path document.Path, got *document.Node) string {
	if len(path) == 0 {
		return ""
	}
	switch last := path[len(path)-1].Key; {
	case last == "schedule" && got.Kind == document.StringKind:
		if isCron(got.Text) {
			return "cron expressions are not supported: write `schedule: ` and a map such as " + hourly
		}
		return "write a map such as " + hourly
	case last == "rowExpiration" && got.Kind == document.IntKind:
		if days, ok := specs.ParsePeriod("P" + got.Text + "D"); ok && days.IsAtLeast(specs.ShortestExpiration) {
			return "write `P" + got.Text + "D` for days"
		}
		return PeriodHelp
	case last == "columns" && got.Kind == document.ListKind:
		name, typ := "id", "string"
		if item := firstItem(got); item != nil && item.Kind == document.StringKind {
			name = item.Text
		} else if item != nil {
			name, typ = textAt(item, name, "name", "column"), textAt(item, typ, "type", "data_type")
		}
		if ours, ok := xdm.ForeignColumnType(typ); ok {
			typ = ours
		}
		return "write a map of names to types, without dashes: `" + name + ": " + typ + "`"
	case last == "mappings" && got.Kind == document.ListKind:
		from, to := "id", "_id"
		if item := firstItem(got); item != nil {
			from = textAt(item, from, "source", "from", "expression", "sourceAttribute")
			to = textAt(item, to, "target", "destination", "to", "destinationXdmPath")
		}
		return "write a map of XDM paths to columns or expressions, without dashes: `" + to + ": " + from + "`"
	}
	return ""
}

func firstItem(list *document.Node) *document.Node {
	if len(list.Items) == 0 {
		return nil
	}
	return list.Items[0]
}

// textAt returns the short text at the first of the keys that a map has, else
// other.
func textAt(n *document.Node, other string, keys ...string) string {
	for _, key := range keys {
		v := n.Get(key)
		if v != nil && v.Kind.IsScalar() && v.Text != "" && len(v.Text) <= mostShown && !strings.ContainsAny(v.Text, "`\n") {
			return v.Text
		}
	}
	return other
}

// PeriodHelp says how to write a period.
const PeriodHelp = "write P, then years, months, weeks, or days: `P90D`, `P6M`, `P1Y`"

// MeantKeys returns the keys that an unknown one may mean: those that are
// nearest, else what other tools call it.
func MeantKeys(key string, known *nearest.Names) []string {
	if near := known.AllBegun(key); len(near) > 0 {
		return near
	}
	return foreignKey(key, known.List())
}

// foreignKey returns the keys here that another tool calls by this name.
func foreignKey(key string, known []string) (out []string) {
	for _, ours := range foreignKeys[key] {
		if slices.Contains(known, ours) {
			out = append(out, ours)
		}
	}
	return out
}
