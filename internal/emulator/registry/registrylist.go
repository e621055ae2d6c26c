package registry

import (
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
			return nil, core.XDMError(1400, http.StatusBadRequest, "Query invalid", "property %q cannot be read", expr)
		}
		if unquoted, quoted := strings.CutPrefix(value, `"`); quoted {
			value = strings.TrimSuffix(unquoted, `"`)
		}
		cd := core.Condition{Path: path, Op: op, Values: []string{value}}
		if op == "~" {
			re, err := regexp.Compile(value)
			if err != nil {
				return nil, core.XDMError(1400, http.StatusBadRequest, "Query invalid", "property %q: the expression cannot be read", expr)
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

// showList orders, cuts and prints a list. Pages go by value: `start` is the
// last value of the page before, so a page is drawn out until the value
// changes, or the next one would miss its equals.
func showList(c *core.Call, items []object) (core.Answer, error) {
	a, err := acceptList(c)
	if err != nil {
		return core.Answer{}, err
	}
	conds, err := registryConditions(c.Query["property"])
	if err != nil {
		return core.Answer{}, err
	}
	items = slices.DeleteFunc(items, func(o object) bool {
		return slices.ContainsFunc(conds, func(cd core.Condition) bool { return !cd.Holds(o) && !holdsPlain(cd, o) })
	})
	orderby := c.Query.Get("orderby")
	if orderby == "" {
		orderby = "updated"
	}
	limit := registryPage
	if v := c.Query.Get("limit"); v != "" {
		limit, err = strconv.Atoi(v)
		if err != nil || limit < 0 || limit > registryMaxLimit {
			return core.Answer{}, core.XDMError(1400, http.StatusBadRequest, "Query invalid", "limit is %q, expected a number from 0 to %d", v, registryMaxLimit)
		}
	}
	fields := strings.Split(orderby, ",")
	compare := func(field, x, y string) int {
		name, desc := strings.CutPrefix(field, "-")
		d := strings.Compare(x, y)
		if name == "updated" || name == "created" {
			d = core.CompareScalars(x, y)
		}
		if desc {
			return -d
		}
		return d
	}
	slices.SortStableFunc(items, func(x, y object) int {
		for _, f := range fields {
			name := strings.TrimPrefix(f, "-")
			if d := compare(f, sortKey(x, name), sortKey(y, name)); d != 0 {
				return d
			}
		}
		return strings.Compare(core.Text(x, "$id"), core.Text(y, "$id"))
	})
	head := strings.TrimPrefix(fields[0], "-")
	if start := c.Query.Get("start"); start != "" {
		items = slices.DeleteFunc(items, func(o object) bool { return compare(fields[0], sortKey(o, head), start) <= 0 })
	}
	var next any
	if len(items) > limit {
		end := limit
		for end > 0 && end < len(items) && sortKey(items[end], head) == sortKey(items[end-1], head) {
			end++
		}
		if end < len(items) && end > 0 {
			next = sortKey(items[end-1], head)
		}
		items = items[:end]
	}
	results := make([]any, len(items))
	for i, o := range items {
		switch {
		case a.id:
			results[i] = object{"title": o["title"], "$id": o["$id"], "meta:altId": o["meta:altId"], "version": o["version"]}
		default:
			if a.notext {
				dropTexts(o)
			}
			if a.standard {
				o = standardNames(o).(object)
			}
			results[i] = o
		}
	}
	links := object{"next": nil}
	if next != nil {
		q := url.Values{"orderby": {orderby}, "start": {next.(string)}, "limit": {strconv.Itoa(limit)}}
		for _, p := range c.Query["property"] {
			q.Add("property", p)
		}
		links["next"] = object{"href": c.Request.URL.Path + "?" + q.Encode()}
	}
	path := strings.Replace(c.Request.URL.Path, "/tenant/", "/global/", 1)
	if path != c.Request.URL.Path {
		links["global_"+path[strings.LastIndexByte(path, '/')+1:]] = object{"href": "https://platform.adobe.io" + path}
	}
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
