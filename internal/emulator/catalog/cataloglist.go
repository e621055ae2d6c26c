package catalog

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Lists of Catalog are objects keyed by id. They are printed in order, though
// JSON gives that no meaning, for clients that read them as a stream.

const (
	catalogPage     = 20
	catalogMaxLimit = 100
)

// catalogWords are the query parameters that are not filters.
var catalogWords = []string{
	"limit", "start", "orderBy", "properties", "property", "tags", "requestDataSource", "createdAfter", "createdBefore",
	"updatedAfter", "updatedBefore", "dataSet", "dataSetId", "sort", "namespace", "startAfter", "startBefore", "endAfter",
	"endBefore",
}

// row is an object of a list.
type row struct {
	*core.Record
	body object
}

func listCatalog(k core.Kind) core.Handler {
	return func(c *core.Call) (core.Answer, error) {
		limit, start, err := catalogLimits(c)
		if err != nil {
			return core.Answer{}, err
		}
		filter, err := catalogConditions(c, k)
		if err != nil {
			return core.Answer{}, err
		}
		by, err := catalogOrder(c.Query.Get("orderBy"))
		if err != nil {
			return core.Answer{}, err
		}
		found := c.Space.Table(k).SelectRecords(filter.records, core.Selection{Skip: c.Hidden()})
		body := []byte{'{'}
		for i, r := range catalogPageOf(found, filter.others, by, start, limit) {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(core.AppendString(body, r.ID), ':')
			body = core.AppendJSON(body, project(r.body, c.Query.Get("properties")))
		}
		return core.Answer{Status: http.StatusOK, Body: append(body, '}')}, nil
	}
}

func catalogLimits(c *core.Call) (limit, start int, err error) {
	limit = catalogPage
	for name, at := range map[string]*int{"limit": &limit, "start": &start} {
		v := c.Query.Get(name)
		if v == "" {
			continue
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || name == "limit" && (n < 1 || n > catalogMaxLimit) {
			return 0, 0, badDataset("%s is %q; limit is a number from 1 to %d, start one from 0", name, v, catalogMaxLimit)
		}
		*at = n
	}
	return limit, start, nil
}

// catalogPageOf filters, orders, and cuts. Without filters of its own, and in an
// order that the records know, it cuts first and reads the objects of one page only.
func catalogPageOf(found []*core.Record, filters []func(object) bool, by []core.Order, start, limit int) []row {
	cut := len(filters) == 0 && (len(by) == 0 || len(by) == 1 && by[0].Path == "created")
	if cut {
		if len(by) == 1 {
			found = slices.SortedStableFunc(slices.Values(found), func(a, b *core.Record) int {
				return cmp.Or(direction(by[0], cmp.Compare(a.Created, b.Created)), cmp.Compare(a.Seq, b.Seq))
			})
		}
		by, found = nil, page(found, start, limit)
	}
	var rows []row
	for _, r := range found {
		o := r.Object()
		if !slices.ContainsFunc(filters, func(f func(object) bool) bool { return !f(o) }) {
			rows = append(rows, row{r, o})
		}
	}
	if len(by) > 0 {
		slices.SortStableFunc(rows, func(a, b row) int { return compareRows(by, a, b) })
	}
	if cut {
		return rows
	}
	return page(rows, start, limit)
}

func page[T any](all []T, start, limit int) []T {
	all = all[min(start, len(all)):]
	return all[:min(limit, len(all))]
}

func direction(by core.Order, d int) int {
	if by.Desc {
		return -d
	}
	return d
}

func compareRows(by []core.Order, a, b row) int {
	for _, o := range by {
		x, _ := core.Scalar(a.body[o.Path])
		y, _ := core.Scalar(b.body[o.Path])
		d := strings.Compare(x, y)
		if o.Path == "created" || o.Path == "updated" {
			d = core.CompareScalars(x, y)
		}
		if d = direction(o, d); d != 0 {
			return d
		}
	}
	return cmp.Compare(a.Seq, b.Seq)
}

func catalogOrder(s string) ([]core.Order, error) {
	var by []core.Order
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
		by = append(by, core.Order{Path: field, Desc: dir == "desc"})
	}
	return by, nil
}

// catalogFilter is what a list is narrowed by: conditions that the table may
// answer from its index, and tests of an object.
type catalogFilter struct {
	records []core.Condition
	others  []func(object) bool
}

func catalogConditions(c *core.Call, k core.Kind) (catalogFilter, error) {
	var f catalogFilter
	for _, expr := range c.Query["property"] {
		path, op, value, found := core.SplitCondition(expr)
		switch {
		case strings.HasPrefix(expr, "!") && !strings.Contains(expr, "="):
			f.records = append(f.records, core.Condition{Path: expr[1:], Op: "absent"})
		case !found:
			f.records = append(f.records, core.Condition{Path: expr, Op: "exists"})
		case path == "" || op == "=" || op == "!":
			return f, badDataset("property %q has an operator that is not known", expr)
		default:
			cd := core.Condition{Path: path, Op: op, Values: []string{strings.Trim(value, `"`)}}
			if op == "~" {
				re, err := regexp.Compile(value)
				if err != nil {
					return f, badDataset("property %q: the expression cannot be read", expr)
				}
				cd.Re = re
			}
			f.records = append(f.records, cd)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Query)) {
		value := c.Query.Get(name)
		switch {
		case name == "tags":
			f.others = append(f.others, tagFilter(value))
		case name == "createdAfter" || name == "createdBefore":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return f, badDataset("%s must be a time in milliseconds", name)
			}
			f.others = append(f.others, func(o object) bool {
				at, _ := core.AsInt(o["created"])
				return at > n == (name == "createdAfter") && at != n
			})
		case k == core.KindBatch && (name == "dataSet" || name == "dataSetId"):
			f.records = append(f.records, core.Condition{Path: "dataSetId", Op: "==", Values: []string{value}})
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
		for _, v := range core.Lookup(o, name) {
			s, leaf := core.Scalar(v)
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
			if !slices.ContainsFunc(core.Texts(tags, w.key), w.re.MatchString) {
				return false
			}
		}
		return true
	}
}
