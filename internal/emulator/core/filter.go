package core

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Condition is one `property` expression: path, operator and the values that
// an == may have (several mean any of them).
type Condition struct {
	Path   string
	Op     string // == != < > <= >= ~, "exists", "absent"
	Values []string
	Re     *regexp.Regexp
}

var filterOps = []string{"==", "!=", ">=", "<=", ">", "<", "~", "="}

// SplitCondition finds the first operator; the value keeps its quotes.
func SplitCondition(expr string) (path, op, value string, found bool) {
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

// SplitValues reads a comma list whose members may be quoted; a quoted comma
// belongs to its value.
func SplitValues(s string) ([]string, bool) {
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

// Numeric says which fields hold numbers, by the names the platform uses.
func Numeric(path string) bool {
	return strings.HasSuffix(path, "At") || strings.HasSuffix(path, "UTC") || strings.HasSuffix(path, "Count") ||
		strings.HasSuffix(path, "Bytes")
}

// Holds tests one object. State words are written in any case in the
// platform's own pages and compared so.
func (cd Condition) Holds(o any) bool {
	found := Lookup(o, cd.Path)
	switch cd.Op {
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
		if cd.Op == "==" && cd.equalsAny(f) {
			return true
		}
		s, leaf := Scalar(f)
		if !leaf {
			continue
		}
		if cd.Op == "~" && cd.Re.MatchString(s) {
			return true
		}
		if cd.Op[0] == '<' || cd.Op[0] == '>' {
			d := CompareScalars(s, cd.Values[0])
			if d < 0 && cd.Op[0] == '<' || d > 0 && cd.Op[0] == '>' || d == 0 && len(cd.Op) == 2 {
				return true
			}
		}
	}
	return false
}

func (cd Condition) folds() bool {
	return cd.Path == "state" || strings.HasSuffix(cd.Path, ".status") || strings.HasSuffix(cd.Path, ".state")
}

func (cd Condition) equalsAny(v any) bool {
	s, leaf := Scalar(v)
	if !leaf {
		return false
	}
	fold := cd.folds()
	for _, want := range cd.Values {
		if s == want || fold && strings.EqualFold(s, want) {
			return true
		}
	}
	return false
}

// CompareScalars compares as numbers when both are, else as texts.
func CompareScalars(a, b string) int {
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

// Selection bounds a search: what was created later than Hidden is left out, so
// is what Skip says, and when Max is set, the search starts behind After and stops at Max.
type Selection struct {
	Hidden int64
	After  uint64
	Max    int
	Skip   func(*Record) bool // what the caller may not see
}

// SelectRecords lists the records that meet all conditions, oldest first. The
// first equality on an indexed path narrows the search. Callers must not
// change the result, which may be the table's own.
func (t *Table) SelectRecords(conds []Condition, sel Selection) []*Record {
	from := t.Order
	for n, cd := range conds {
		if i := slices.Index(t.paths, cd.Path); i >= 0 && cd.Op == "==" && !cd.folds() {
			from = nil
			for _, v := range cd.Values {
				for _, r := range t.Index[i][v] {
					from = insertBySeq(from, r)
				}
			}
			if len(cd.Values) == 1 {
				from = t.Index[i][cd.Values[0]]
			}
			conds = slices.Delete(slices.Clone(conds), n, n+1) // met by the index
			break
		}
		if cd.Path == "id" && cd.Op == "==" {
			from = nil
			for _, v := range cd.Values {
				if r := t.byID[v]; r != nil {
					from = insertBySeq(from, r)
				}
			}
			break
		}
	}
	if sel.Max > 0 {
		i, hit := slices.BinarySearchFunc(from, sel.After, bySeq)
		if hit {
			i++
		}
		from = from[i:]
	}
	if len(conds) == 0 && sel.Hidden == 0 && sel.Skip == nil {
		if sel.Max > 0 {
			from = from[:min(len(from), sel.Max)]
		}
		return from
	}
	var out []*Record
	for _, r := range from {
		if sel.Hidden != 0 && r.Created > sel.Hidden || sel.Skip != nil && sel.Skip(r) {
			continue
		}
		if slices.ContainsFunc(conds, func(cd Condition) bool { return !cd.Holds(r.Part(cd.Path)) }) {
			continue
		}
		if out = append(out, r); len(out) == sel.Max {
			break
		}
	}
	return out
}

// Order is one field of an orderby with its direction.
type Order struct {
	Path string
	Desc bool
}
