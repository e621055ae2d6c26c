package emulator

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// condition is one `property` expression: path, operator and the values that
// an == may have (several mean any of them).
type condition struct {
	path   string
	op     string // == != < > <= >= ~, "exists", "absent"
	values []string
	re     *regexp.Regexp
}

var filterOps = []string{"==", "!=", ">=", "<=", ">", "<", "~", "="}

// splitCondition finds the first operator; the value keeps its quotes.
func splitCondition(expr string) (path, op, value string, found bool) {
	at := strings.IndexAny(expr, "=!<>~")
	if at < 0 {
		return expr, "", "", false
	}
	for _, op := range filterOps {
		if strings.HasPrefix(expr[at:], op) {
			return strings.TrimSpace(expr[:at]), op, strings.TrimSpace(expr[at+len(op):]), true
		}
	}
	return expr[:at], expr[at : at+1], expr[at+1:], true
}

// splitValues reads a comma list whose members may be quoted; a quoted comma
// belongs to its value.
func splitValues(s string) ([]string, bool) {
	var values []string
	for {
		var v string
		if s != "" && (s[0] == '"' || s[0] == '\'') {
			end := strings.IndexByte(s[1:], s[0])
			if end < 0 {
				return nil, false
			}
			v, s = s[1:1+end], s[end+2:]
			if s != "" && s[0] != ',' {
				return nil, false
			}
		} else {
			end := strings.IndexByte(s, ',')
			if end < 0 {
				end = len(s)
			}
			v, s = s[:end], s[end:]
		}
		values = append(values, v)
		if s == "" {
			return values, true
		}
		s = s[1:]
	}
}

// flowConditions reads the property parameters of Flow Service.
func flowConditions(exprs []string, fields []string) ([]condition, error) {
	var out []condition
	for _, expr := range exprs {
		path, op, raw, found := splitCondition(expr)
		switch {
		case !found:
			return nil, flowError(errFilterEmpty, "property %q has no operator", expr)
		case path == "":
			return nil, flowError(errFilterField, "property %q names no field", expr)
		case op == "~":
			return nil, flowError(errFilterSyntax, "operator %q is not supported", op)
		case op == "!":
			return nil, flowError(errFilterUnknownOp, "operator %q is not known", op)
		case op == "=":
			op = "==" // some of the platform's own pages write it so
		}
		head, _, _ := strings.Cut(path, ".")
		if !slices.Contains(fields, strings.TrimSuffix(head, "[]")) {
			return nil, flowError(errFilterField, "field %q cannot be filtered by", path)
		}
		if raw == "" {
			return nil, flowError(errFilterEmpty, "property %q has no value", expr)
		}
		values, ok := splitValues(raw)
		if !ok {
			return nil, flowError(errFilterValue, "the value of %q has an open quote", expr)
		}
		if op != "==" && op != "!=" {
			if len(values) > 1 {
				return nil, flowError(errRangeValues, "operator %s takes one value, %d are given", op, len(values))
			}
			if strings.HasSuffix(path, "[]") || path == "id" || path == "state" {
				return nil, flowError(errFilterOperator, "operator %s does not work on %s", op, path)
			}
			if numeric(path) {
				if _, err := strconv.ParseFloat(values[0], 64); err != nil {
					return nil, flowError(errFilterValue, "%q is not a number", values[0])
				}
			}
		}
		out = append(out, condition{path: path, op: op, values: values})
	}
	return out, nil
}

// numeric says which fields hold numbers, by the names the platform uses.
func numeric(path string) bool {
	return strings.HasSuffix(path, "At") || strings.HasSuffix(path, "UTC") || strings.HasSuffix(path, "Count") || strings.HasSuffix(path, "Bytes")
}

// holds tests one object. State words are written in any case in the
// platform's own pages and compared so.
func (cd condition) holds(o any) bool {
	found := lookup(o, cd.path)
	switch cd.op {
	case "exists":
		return len(found) > 0
	case "absent":
		return len(found) == 0
	case "!=":
		for _, f := range found {
			if cd.equalsAny(f) {
				return false
			}
		}
		return true
	}
	for _, f := range found {
		if cd.op == "==" && cd.equalsAny(f) {
			return true
		}
		s, leaf := scalar(f)
		if !leaf {
			continue
		}
		if cd.op == "~" && cd.re.MatchString(s) {
			return true
		}
		if cd.op[0] == '<' || cd.op[0] == '>' {
			d := compareScalars(s, cd.values[0])
			if d < 0 && cd.op[0] == '<' || d > 0 && cd.op[0] == '>' || d == 0 && len(cd.op) == 2 {
				return true
			}
		}
	}
	return false
}

func (cd condition) folds() bool {
	return cd.path == "state" || strings.HasSuffix(cd.path, ".status") || strings.HasSuffix(cd.path, ".state")
}

func (cd condition) equalsAny(v any) bool {
	s, leaf := scalar(v)
	if !leaf {
		return false
	}
	fold := cd.folds()
	for _, want := range cd.values {
		if s == want || fold && strings.EqualFold(s, want) {
			return true
		}
	}
	return false
}

// compareScalars compares as numbers when both are, else as texts.
func compareScalars(a, b string) int {
	if x, err := strconv.ParseInt(a, 10, 64); err == nil {
		if y, err := strconv.ParseInt(b, 10, 64); err == nil {
			return cmp.Compare(x, y)
		}
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// selection bounds a search: what was created later than Hidden is left out, so
// is what Skip says, and when Max is set, the search starts behind After and stops at Max.
type selection struct {
	hidden int64
	after  uint64
	max    int
	skip   func(*record) bool // what the caller may not see
}

// selectRecords lists the records that meet all conditions, oldest first. The
// first equality on an indexed path narrows the search. Callers must not
// change the result, which may be the table's own.
func (t *table) selectRecords(conds []condition, sel selection) []*record {
	from := t.order
	for n, cd := range conds {
		if i := slices.Index(t.paths, cd.path); i >= 0 && cd.op == "==" && !cd.folds() {
			from = nil
			for _, v := range cd.values {
				for _, r := range t.index[i][v] {
					from = insertBySeq(from, r)
				}
			}
			if len(cd.values) == 1 {
				from = t.index[i][cd.values[0]]
			}
			conds = slices.Delete(slices.Clone(conds), n, n+1) // met by the index
			break
		}
		if cd.path == "id" && cd.op == "==" {
			from = nil
			for _, v := range cd.values {
				if r := t.byID[v]; r != nil {
					from = insertBySeq(from, r)
				}
			}
			break
		}
	}
	if sel.max > 0 {
		i, hit := slices.BinarySearchFunc(from, sel.after, bySeq)
		if hit {
			i++
		}
		from = from[i:]
	}
	if len(conds) == 0 && sel.hidden == 0 && sel.skip == nil {
		if sel.max > 0 {
			from = from[:min(len(from), sel.max)]
		}
		return from
	}
	var out []*record
	for _, r := range from {
		if sel.hidden != 0 && r.created > sel.hidden || sel.skip != nil && sel.skip(r) {
			continue
		}
		if slices.ContainsFunc(conds, func(cd condition) bool { return !cd.holds(r.part(cd.path)) }) {
			continue
		}
		if out = append(out, r); len(out) == sel.max {
			break
		}
	}
	return out
}

// order is one field of an orderby with its direction.
type order struct {
	path string
	desc bool
}
