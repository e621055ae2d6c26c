package flow

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Lists of Flow Service: `items`, a continuation token in `_links.next.href`
// as a path below the service's root, `count=true` for the number alone.

const (
	maxListLimit   = 100
	maxSearchLimit = 1000
)

// listQuery is what a list call asked for.
type listQuery struct {
	exprs   []string
	limit   int
	limited bool // the limit was asked for
	orderby string
	count   bool
	token   string
}

var commonFields = []string{
	"id", "name", "description", "state", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient",
	"updatedClient", "sandboxId", "sandboxName", "imsOrgId", "version", "etag", "inheritedAttributes", "lastOperation",
	"labels", "policy", "providerId",
}

// filterFields lists the top-level members a filter may start with.
var filterFields = map[core.Kind][]string{
	core.KindConnection: append([]string{"auth", "connectionSpec", "params"}, commonFields...),
	core.KindSource: append([]string{"baseConnectionId", "connectionSpec", "data", "params", "providerRefId"},
		commonFields...),
	core.KindTarget: append([]string{"baseConnectionId", "connectionSpec", "data", "params", "providerRefId"},
		commonFields...),
	core.KindFlow: append([]string{"flowSpec", "sourceConnectionIds", "targetConnectionIds", "transformations",
		"scheduleParams", "options",
		"runs", "lastRunDetails", "providerRefId"}, commonFields...),
	core.KindRun: append([]string{"flowId", "flowSpec", "metrics", "activities", "params", "providerRefId", "status",
		"recordTypes"}, commonFields...),
}

func readListQuery(c *core.Call) (listQuery, error) {
	q := listQuery{limit: c.Env.Switches.PageSize}
	for name, values := range c.Query {
		switch name {
		case "property":
			q.exprs = values
		case "orderby", "orderBy":
			q.orderby = values[0]
		case "continuationToken":
			q.token = values[0]
		case "count":
			q.count = strings.EqualFold(values[0], "true")
		case "limit":
			n, err := strconv.Atoi(values[0])
			if err != nil || n < 1 || n > maxListLimit {
				return q, core.FlowError(core.ErrFilterValue, "limit is %q, expected a number from 1 to %d", values[0],
					maxListLimit)
			}
			q.limit, q.limited = n, true
		case "start":
		default:
			return q, core.FlowError(core.ErrQueryParameter, "query parameter %q is not known", name)
		}
	}
	if q.count && c.Query.Has("limit") {
		return q, core.FlowError(core.ErrCountLimit, "limit and count=true do not go together")
	}
	return q, nil
}

// listEntities answers GET of a collection.
func listEntities(k core.Kind) core.Handler {
	return core.With(readListQuery, func(c *core.Call, q listQuery) (core.Answer, error) {
		return list(c, k, q)
	})
}

// searchEntities answers POST …/search, the same list asked for in a body.
func searchEntities(k core.Kind) core.Handler {
	return core.With((*core.Call).Object, func(c *core.Call, body object) (core.Answer, error) {
		q, err := readSearch(c, body, c.Env.Switches.PageSize)
		if err != nil {
			return core.Answer{}, err
		}
		return list(c, k, q)
	})
}

// readSearch reads the body of a search; what it does not understand, it refuses.
func readSearch(c *core.Call, body object, limit int) (q listQuery, err error) {
	q = listQuery{limit: limit, orderby: core.Text(body, "orderby"), token: c.Query.Get("continuationToken")}
	for name, v := range body {
		switch name {
		case "orderby", "orderBy":
			q.orderby, _ = v.(string)
		case "count":
			q.count = v == true || v == "true"
		case "limit":
			n, isInt := core.AsInt(v)
			if !isInt || n < 1 || n > maxSearchLimit {
				return q, core.FlowError(core.ErrFilterValue, "limit is %v, expected a number from 1 to %d", v, maxSearchLimit)
			}
			q.limit, q.limited = int(n), true
		case "queryString":
			text, isText := v.(string)
			values, err := url.ParseQuery(text)
			if !isText || err != nil {
				return q, core.FlowError(core.ErrFilterSyntax, "queryString cannot be read")
			}
			for name := range values {
				if name != "property" {
					return q, core.FlowError(core.ErrQueryParameter, "queryString parameter %q is not known", name)
				}
			}
			q.exprs = values["property"]
		default:
			return q, core.FlowError(core.ErrQueryParameter, "member %q of the body is not known", name)
		}
	}
	if q.count && q.limited {
		return q, core.FlowError(core.ErrCountLimit, "limit and count do not go together")
	}
	return q, nil
}

func readOrder(k core.Kind, s string) ([]core.Order, error) {
	var out []core.Order
	for part := range strings.SplitSeq(s, ",") {
		if part == "" {
			continue
		}
		o := core.Order{Path: part}
		switch part[0] {
		case '+', ' ': // an unescaped + arrives as a blank
			o.Path = part[1:]
		case '-':
			o.Path, o.Desc = part[1:], true
		default:
			if c := part[0]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
				return nil, core.FlowError(core.ErrOrderPrefix, "orderby %q begins with %q, expected + or -", part, part[:1])
			}
		}
		head, _, _ := strings.Cut(o.Path, ".")
		if !slices.Contains(filterFields[k], head) {
			return nil, core.FlowError(core.ErrOrderField, "cannot order by %q", o.Path)
		}
		out = append(out, o)
	}
	return out, nil
}

// compare orders values of the field: numbers by size, absent ones first.
func compare(o core.Order, a, b string) int {
	if !core.Numeric(o.Path) {
		return strings.Compare(a, b)
	}
	x, err1 := strconv.ParseInt(a, 10, 64)
	y, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil {
		x = math.MinInt64
	}
	if err2 != nil {
		y = math.MinInt64
	}
	return cmp.Compare(x, y)
}

// cursor is a continuation token: the sort values and the place in the order of
// creation of the last item given, and the whole question, so that the token alone
// goes on with it. It is base64url without padding: clients cut links at =.
type cursor struct {
	Keys    []string `json:"k,omitempty"`
	Seq     uint64   `json:"s"`
	Limit   int      `json:"l"`
	Exprs   []string `json:"p,omitempty"`
	Orderby string   `json:"o,omitempty"`
}

func (cur cursor) token() string { return base64.RawURLEncoding.EncodeToString(core.ToJSON(cur)) }

// next is the link to the page after a cursor.
func (q listQuery) next(path string, cur cursor) object {
	cur.Limit, cur.Exprs, cur.Orderby = q.limit, q.exprs, q.orderby
	return object{"href": path + "?continuationToken=" + cur.token()}
}

// resume reads the token of a query and takes over what it asked for. Parameters
// that are repeated beside the token must be the same; a limit may differ.
func (q *listQuery) resume() (from cursor, err error) {
	if q.token == "" {
		return from, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(q.token, "="))
	if err != nil || json.Unmarshal(raw, &from) != nil || from.Seq == 0 || from.Limit < 1 || from.Limit > maxSearchLimit {
		return from, core.FlowError(core.ErrFilterValue, "the continuation token cannot be read")
	}
	if q.exprs != nil && !slices.Equal(q.exprs, from.Exprs) || q.orderby != "" && q.orderby != from.Orderby {
		return from, core.FlowError(core.ErrFilterValue, "the continuation token belongs to another query")
	}
	q.exprs, q.orderby = from.Exprs, from.Orderby
	if !q.limited {
		q.limit = from.Limit
	}
	return from, nil
}

type sorted struct {
	r    *core.Record
	keys []string
}

func list(c *core.Call, k core.Kind, q listQuery) (core.Answer, error) {
	from, err := q.resume()
	if err != nil {
		return core.Answer{}, err
	}
	conds, err := flowConditions(q.exprs, filterFields[k])
	if err != nil {
		return core.Answer{}, err
	}
	by, err := readOrder(k, q.orderby)
	if err != nil {
		return core.Answer{}, err
	}
	if q.token != "" && len(from.Keys) != len(by) {
		return core.Answer{}, core.FlowError(core.ErrFilterValue, "the continuation token cannot be read")
	}
	sel := core.Selection{Skip: c.Hidden()}
	if d := c.Env.Switches.ListDelayMillis; d > 0 {
		sel.Hidden = c.Millis() - d
	}
	if len(by) == 0 && !q.count {
		sel.After, sel.Max = from.Seq, q.limit+1
	}
	found := c.Space.Table(k).SelectRecords(conds, sel)
	if q.count {
		return core.OK(object{"count": len(found)})
	}
	page, next := pageOf(found, by, from, q.limit)
	items := make([]any, len(page))
	for i, s := range page {
		items[i] = json.RawMessage(s.r.Body)
	}
	links := object{}
	if next != nil {
		links["next"] = q.next("/"+string(k), *next)
	}
	return core.OK(object{"items": items, "_links": links})
}

// pageOf sorts and cuts. Position is by value, not by number, so that objects
// made or deleted between two pages neither repeat nor hide others.
func pageOf(found []*core.Record, by []core.Order, from cursor, limit int) (page []sorted, next *cursor) {
	if len(by) == 0 {
		more := len(found) > limit
		found = found[:min(len(found), limit)]
		for _, r := range found {
			page = append(page, sorted{r: r})
		}
		if more {
			next = &cursor{Seq: found[len(found)-1].Seq}
		}
		return page, next
	}
	all := make([]sorted, len(found))
	for i, r := range found {
		all[i] = sorted{r: r, keys: make([]string, len(by))}
		for j, b := range by {
			if vs := core.Lookup(r.Part(b.Path), b.Path); len(vs) > 0 {
				all[i].keys[j], _ = core.Scalar(vs[0])
			}
		}
	}
	compare := func(a, b sorted) int {
		for j, o := range by {
			d := compare(o, a.keys[j], b.keys[j])
			if o.Desc {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return cmp.Compare(a.r.Seq, b.r.Seq)
	}
	slices.SortFunc(all, compare)
	if from.Seq != 0 {
		last := sorted{r: &core.Record{Seq: from.Seq}, keys: from.Keys}
		i, hit := slices.BinarySearchFunc(all, last, compare)
		if hit {
			i++
		}
		all = all[i:]
	}
	if len(all) > limit {
		all = all[:limit]
		last := all[len(all)-1]
		next = &cursor{Keys: last.keys, Seq: last.r.Seq}
	}
	return all, next
}
