package emulator

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Lists of Catalog are objects keyed by id. They are printed in order, though
// JSON gives that no meaning, for clients that read them as a stream.

const (
	catalogPage     = 20
	catalogMaxLimit = 100
)

// catalogWords are the query parameters that are no filters.
var catalogWords = []string{
	"limit", "start", "orderBy", "properties", "property", "tags", "requestDataSource", "createdAfter", "createdBefore", "updatedAfter", "updatedBefore",
	"dataSet", "dataSetId", "sort", "namespace", "startAfter", "startBefore", "endAfter", "endBefore",
}

func listCatalog(k kind) handler {
	return func(c *call) (answer, error) {
		limit, start := catalogPage, 0
		for name, at := range map[string]*int{"limit": &limit, "start": &start} {
			v := c.query.Get(name)
			if v == "" {
				continue
			}
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || name == "limit" && (n < 1 || n > catalogMaxLimit) {
				return answer{}, badDataset("%s is %q; limit is a number from 1 to %d, start one from 0", name, v, catalogMaxLimit)
			}
			*at = n
		}
		conds, err := c.catalogConditions(k)
		if err != nil {
			return answer{}, err
		}
		by, err := catalogOrder(c.query.Get("orderBy"))
		if err != nil {
			return answer{}, err
		}
		found := c.sp.table(k).selectRecords(conds.records, selection{})
		type row struct {
			r *record
			o object
		}
		var rows []row
		// Without a filter of its own, and in an order that the records know, the page
		// can be cut first.
		plain := len(conds.others) == 0 && (len(by) == 0 || len(by) == 1 && by[0].path == "created")
		if plain && len(by) == 1 {
			found = slices.SortedStableFunc(slices.Values(found), func(a, b *record) int {
				d := cmp.Compare(a.created, b.created)
				if by[0].desc {
					d = -d
				}
				return cmp.Or(d, cmp.Compare(a.seq, b.seq))
			})
			by = nil
		}
		for i, r := range found {
			if plain && (i < start || len(rows) == limit) {
				continue
			}
			o := r.object()
			if slices.ContainsFunc(conds.others, func(f func(object) bool) bool { return !f(o) }) {
				continue
			}
			rows = append(rows, row{r, o})
		}
		slices.SortStableFunc(rows, func(a, b row) int {
			for _, o := range by {
				x, _ := scalar(a.o[o.path])
				y, _ := scalar(b.o[o.path])
				d := strings.Compare(x, y)
				if o.path == "created" || o.path == "updated" {
					d = compareScalars(x, y)
				}
				if o.desc {
					d = -d
				}
				if d != 0 {
					return d
				}
			}
			return cmp.Compare(a.r.seq, b.r.seq)
		})
		if !plain {
			rows = rows[min(start, len(rows)):]
			rows = rows[:min(limit, len(rows))]
		}
		body := []byte{'{'}
		for i, r := range rows {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(appendString(body, r.r.id), ':')
			body = appendJSON(body, project(r.o, c.query.Get("properties")))
		}
		return answer{status: 200, body: append(body, '}')}, nil
	}
}

func catalogOrder(s string) ([]order, error) {
	var by []order
	for part := range strings.SplitSeq(s, ",") {
		if part == "" {
			continue
		}
		dir, field, found := strings.Cut(part, ":")
		if !found {
			field, dir = dir, "asc"
		}
		if dir != "asc" && dir != "desc" || field == "" {
			return nil, badDataset("orderBy %q is not of the form asc:name or desc:created", part)
		}
		by = append(by, order{path: field, desc: dir == "desc"})
	}
	return by, nil
}

// catalogFilter is what a list is narrowed by: conditions that the table may
// answer from its index, and tests of an object.
type catalogFilter struct {
	records []condition
	others  []func(object) bool
}

func (c *call) catalogConditions(k kind) (catalogFilter, error) {
	var f catalogFilter
	for _, expr := range c.query["property"] {
		path, op, value, found := splitCondition(expr)
		switch {
		case strings.HasPrefix(expr, "!") && !strings.Contains(expr, "="):
			f.records = append(f.records, condition{path: expr[1:], op: "absent"})
		case !found:
			f.records = append(f.records, condition{path: expr, op: "exists"})
		case path == "" || op == "=" || op == "!":
			return f, badDataset("property %q has an operator that is not known", expr)
		default:
			cd := condition{path: path, op: op, values: []string{strings.Trim(value, `"`)}}
			if op == "~" {
				re, err := regexp.Compile(value)
				if err != nil {
					return f, badDataset("property %q: the expression cannot be read", expr)
				}
				cd.re = re
			}
			f.records = append(f.records, cd)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		value := c.query.Get(name)
		switch {
		case name == "tags":
			f.others = append(f.others, tagFilter(value))
		case name == "createdAfter" || name == "createdBefore":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return f, badDataset("%s must be a time in milliseconds", name)
			}
			f.others = append(f.others, func(o object) bool {
				at, _ := asInt(o["created"])
				return at > n == (name == "createdAfter") && at != n
			})
		case k == kindBatch && (name == "dataSet" || name == "dataSetId"):
			f.records = append(f.records, condition{path: "dataSetId", op: "==", values: []string{value}})
		case slices.Contains(catalogWords, name):
		default:
			f.others = append(f.others, fieldFilter(name, value))
		}
	}
	return f, nil
}

// fieldFilter is the short form name=a,b or name=!a; * is any run of
// characters, ** a star.
func fieldFilter(name, value string) func(object) bool {
	value, not := strings.CutPrefix(value, "!")
	var res []*regexp.Regexp
	for v := range strings.SplitSeq(value, ",") {
		res = append(res, wildcard(v))
	}
	return func(o object) bool {
		hit := false
		for _, v := range lookup(o, name) {
			s, leaf := scalar(v)
			hit = hit || leaf && slices.ContainsFunc(res, func(re *regexp.Regexp) bool { return re.MatchString(s) })
		}
		return hit != not
	}
}

func wildcard(s string) *regexp.Regexp {
	s = strings.ToValidUTF8(s, "\ufffd") // a query may hold any bytes, an expression may not
	q := regexp.QuoteMeta(strings.ReplaceAll(s, "**", "\x00"))
	q = strings.ReplaceAll(q, `\*`, ".*")
	return regexp.MustCompile("^(?s:" + strings.ReplaceAll(q, "\x00", `\*`) + ")$")
}

// tagFilter reads key:value,key2:* : every tag must have a value that fits.
func tagFilter(s string) func(object) bool {
	type want struct {
		key string
		re  *regexp.Regexp
	}
	var wants []want
	for part := range strings.SplitSeq(s, ",") {
		key, value, _ := strings.Cut(part, ":")
		wants = append(wants, want{key, wildcard(value)})
	}
	return func(o object) bool {
		tags, _ := o["tags"].(object)
		for _, w := range wants {
			if !slices.ContainsFunc(texts(tags, w.key), w.re.MatchString) {
				return false
			}
		}
		return true
	}
}
