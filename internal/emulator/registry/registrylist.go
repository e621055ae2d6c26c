package registry

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

const (
	registryPage     = 300 // without limit
	registryMaxLimit = 500
)

func badQuery(format string, args ...any) error {
	return core.XDMError(1400, http.StatusBadRequest, "Query invalid", format, args...)
}

// registryConditions reads the property parameters of the registry: a bare
// name asks for presence, ~ is a regular expression.
func registryConditions(exprs []string) ([]core.Condition, error) {
	var out []core.Condition
	for _, expr := range exprs {
		path, op, value, found := core.SplitCondition(expr)
		if !found {
			out = append(out, core.Condition{Path: expr, Op: "exists"})
			continue
		}
		if path == "" || op == "=" || op == "!" {
			return nil, badQuery("property %q cannot be read", expr)
		}
		if unquoted, quoted := strings.CutPrefix(value, `"`); quoted {
			value = strings.TrimSuffix(unquoted, `"`)
		}
		cd := core.Condition{Path: path, Op: op, Values: []string{value}}
		if op == "~" {
			re, err := regexp.Compile(value)
			if err != nil {
				return nil, badQuery("property %q: the expression cannot be read", expr)
			}
			cd.Re = re
		}
		out = append(out, cd)
	}
	return out, nil
}

// sortKey is what the registry orders and pages by; `updated` and `created`
// live in the metadata.
func sortKey(o object, field string) string {
	var v any
	switch field {
	case "updated":
		v = at2(o, "repo:lastModifiedDate")
	case "created":
		v = at2(o, "repo:createdDate")
	default:
		if found := core.LookupIndexed(o, field); len(found) > 0 {
			v = found[0]
		}
	}
	s, _ := core.Scalar(v)
	return s
}

// listing is how a list is ordered and cut. Pages go by value: start is the last
// value of the page before, so a page is drawn out until the value changes, or the
// next one would miss its equals.
type listing struct {
	orderby string
	by      []core.Order
	start   string
	limit   int
}

func readListing(c *core.Call) (l listing, err error) {
	l = listing{orderby: cmp.Or(c.Query.Get("orderby"), "updated"), start: c.Query.Get("start")}
	for field := range strings.SplitSeq(l.orderby, ",") {
		path, desc := strings.CutPrefix(field, "-")
		l.by = append(l.by, core.Order{Path: path, Desc: desc})
	}
	l.limit, err = readLimit(c, 0)
	return l, err
}

// readLimit reads the number of items of a page.
func readLimit(c *core.Call, least int) (int, error) {
	v := c.Query.Get("limit")
	if v == "" {
		return registryPage, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > registryMaxLimit {
		return 0, badQuery("limit is %q, expected a number from %d to %d", v, least, registryMaxLimit)
	}
	return n, nil
}

// compareKeys compares two values of a field of the order.
func compareKeys(by core.Order, x, y string) int {
	d := strings.Compare(x, y)
	if by.Path == "updated" || by.Path == "created" {
		d = core.CompareScalars(x, y)
	}
	if by.Desc {
		return -d
	}
	return d
}

// page orders items and cuts a page out of them. next is where the following page
// starts, nil after the last one.
func (l listing) page(items []object) (page []object, next any) {
	slices.SortStableFunc(items, func(x, y object) int {
		for _, by := range l.by {
			if d := compareKeys(by, sortKey(x, by.Path), sortKey(y, by.Path)); d != 0 {
				return d
			}
		}
		return strings.Compare(core.Text(x, "$id"), core.Text(y, "$id"))
	})
	head := l.by[0]
	if l.start != "" {
		items = slices.DeleteFunc(items, func(o object) bool {
			return compareKeys(head, sortKey(o, head.Path),
				l.start) <= 0
		})
	}
	end := min(l.limit, len(items))
	for end > 0 && end < len(items) && sortKey(items[end], head.Path) == sortKey(items[end-1], head.Path) {
		end++
	}
	if end > 0 && end < len(items) {
		next = sortKey(items[end-1], head.Path)
	}
	return items[:end], next
}

// showList filters, orders, cuts, and prints a list.
func showList(c *core.Call, items []object) (core.Answer, error) {
	a, err := acceptList(c)
	if err != nil {
		return core.Answer{}, err
	}
	conds, err := registryConditions(c.Query["property"])
	if err != nil {
		return core.Answer{}, err
	}
	l, err := readListing(c)
	if err != nil {
		return core.Answer{}, err
	}
	page, next := l.page(slices.DeleteFunc(items, func(o object) bool {
		return slices.ContainsFunc(conds, func(cd core.Condition) bool { return !cd.Holds(o) && !holdsPlain(cd, o) })
	}))
	results := make([]any, len(page))
	for i, o := range page {
		results[i] = a.listed(o)
	}
	path := c.Request.URL.Path
	links := object{"next": nil}
	if next != nil {
		q := url.Values{"orderby": {l.orderby}, "start": {next.(string)}, "limit": {strconv.Itoa(l.limit)},
			"property": c.Query["property"]}
		links["next"] = object{"href": path + "?" + q.Encode()}
	}
	if global := strings.Replace(path, "/tenant/", "/global/", 1); global != path {
		links["global_"+global[strings.LastIndexByte(global, '/')+1:]] = object{"href": "https://platform.adobe.io" + global}
	}
	return a.listAnswer(results, l.orderby, next, links)
}

// listed shows one resource of a list.
func (a acceptType) listed(o object) any {
	if a.id {
		return object{"title": o["title"], "$id": o["$id"], "meta:altId": o["meta:altId"], "version": o["version"]}
	}
	o = withDefinitions(o)
	if a.notext {
		dropTexts(o)
	}
	if a.standard {
		return standardNames(o)
	}
	return o
}

func (a acceptType) listAnswer(results []any, orderby string, next any, links object) (core.Answer, error) {
	return core.Answer{Status: http.StatusOK, ContentType: a.echo, Body: core.ToJSON(object{
		"results": results, "_page": object{"orderby": orderby, "next": next, "count": len(results)}, "_links": links,
	})}, nil
}

// holdsPlain is holds for members whose name has a dot of its own.
func holdsPlain(cd core.Condition, o object) bool {
	v, has := o[cd.Path]
	if !has || !strings.Contains(cd.Path, ".") {
		return false
	}
	return core.Condition{Path: "x", Op: cd.Op, Values: cd.Values, Re: cd.Re}.Holds(object{"x": v})
}
