package emulator

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
	orderby string
	count   bool
	token   string
}

var commonFields = []string{
	"id", "name", "description", "state", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient",
	"sandboxId", "sandboxName", "imsOrgId", "version", "etag", "inheritedAttributes", "lastOperation", "labels", "policy", "providerId",
}

// filterFields lists the top-level members a filter may start with.
var filterFields = map[kind][]string{
	kindConnection: append([]string{"auth", "connectionSpec", "params"}, commonFields...),
	kindSource:     append([]string{"baseConnectionId", "connectionSpec", "data", "params", "providerRefId"}, commonFields...),
	kindTarget:     append([]string{"baseConnectionId", "connectionSpec", "data", "params", "providerRefId"}, commonFields...),
	kindFlow: append([]string{"flowSpec", "sourceConnectionIds", "targetConnectionIds", "transformations", "scheduleParams", "options",
		"runs", "lastRunDetails", "providerRefId"}, commonFields...),
	kindRun: append([]string{"flowId", "flowSpec", "metrics", "activities", "params", "providerRefId", "status", "recordTypes"}, commonFields...),
}

func (c *call) readListQuery() (listQuery, error) {
	q := listQuery{limit: c.env.sw.PageSize}
	for name, values := range c.query {
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
				return q, flowError(errFilterValue, "limit is %q, expected a number from 1 to %d", values[0], maxListLimit)
			}
			q.limit = n
		case "start":
		default:
			return q, flowError(errQueryParameter, "query parameter %q is not known", name)
		}
	}
	if q.count && c.query.Has("limit") {
		return q, flowError(errCountLimit, "limit and count=true do not go together")
	}
	return q, nil
}

// listEntities answers GET of a collection.
func listEntities(k kind) handler {
	return func(c *call) (answer, error) {
		q, err := c.readListQuery()
		if err != nil {
			return answer{}, err
		}
		return c.list(k, q)
	}
}

// searchEntities answers POST …/search, the same list asked for in a body.
func searchEntities(k kind) handler {
	return func(c *call) (answer, error) {
		body, err := c.object()
		if err != nil {
			return answer{}, err
		}
		q := listQuery{limit: c.env.sw.PageSize, orderby: text(body, "orderby"), token: c.query.Get("continuationToken")}
		q.count = at(body, "count") == true || text(body, "count") == "true"
		if l, has := body["limit"]; has {
			n, isInt := asInt(l)
			if !isInt || n < 1 || n > maxSearchLimit {
				return answer{}, flowError(errFilterValue, "limit is %v, expected a number from 1 to %d", l, maxSearchLimit)
			}
			if q.count {
				return answer{}, flowError(errCountLimit, "limit and count do not go together")
			}
			q.limit = int(n)
		}
		if s := text(body, "queryString"); s != "" {
			values, err := url.ParseQuery(s)
			if err != nil {
				return answer{}, flowError(errFilterSyntax, "queryString cannot be read")
			}
			q.exprs = values["property"]
		}
		return c.list(k, q)
	}
}

func readOrder(k kind, s string) ([]order, error) {
	var out []order
	for part := range strings.SplitSeq(s, ",") {
		if part == "" {
			continue
		}
		o := order{path: part}
		switch part[0] {
		case '+', ' ': // an unescaped + arrives as a blank
			o.path = part[1:]
		case '-':
			o.path, o.desc = part[1:], true
		default:
			if c := part[0]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
				return nil, flowError(errOrderPrefix, "orderby %q begins with %q, expected + or -", part, part[:1])
			}
		}
		head, _, _ := strings.Cut(o.path, ".")
		if !slices.Contains(filterFields[k], head) {
			return nil, flowError(errOrderField, "cannot order by %q", o.path)
		}
		out = append(out, o)
	}
	return out, nil
}

// compare orders values of the field: numbers by size, absent ones first.
func (o order) compare(a, b string) int {
	if !numeric(o.path) {
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

func readCursor(token string) (cursor, error) {
	var from cursor
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(raw, &from) != nil || from.Seq == 0 {
		return from, flowError(errFilterValue, "the continuation token cannot be read")
	}
	return from, nil
}

// cursor is a continuation token: the sort values and the place in the order
// of creation of the last item given, and what was asked for, so that a token
// cannot be used with another question.
type cursor struct {
	Keys  []string `json:"k,omitempty"`
	Seq   uint64   `json:"s"`
	Query string   `json:"q"`
}

type sorted struct {
	r    *record
	keys []string
}

func (c *call) list(k kind, q listQuery) (answer, error) {
	conds, err := flowConditions(q.exprs, filterFields[k])
	if err != nil {
		return answer{}, err
	}
	by, err := readOrder(k, q.orderby)
	if err != nil {
		return answer{}, err
	}
	asked := strings.Join(q.exprs, "\x00") + "\x01" + q.orderby
	var from cursor
	if q.token != "" {
		if from, err = readCursor(q.token); err != nil {
			return answer{}, err
		}
		if asked == "\x01" && from.Query != asked { // the token alone goes on with its own query
			exprs, orderby, _ := strings.Cut(from.Query, "\x01")
			q.orderby, q.token = orderby, ""
			if exprs != "" {
				q.exprs = strings.Split(exprs, "\x00")
			}
			conds, err = flowConditions(q.exprs, filterFields[k])
			if err == nil {
				by, err = readOrder(k, orderby)
			}
			asked = from.Query
		}
		if err != nil || from.Query != asked || len(from.Keys) != len(by) {
			return answer{}, flowError(errFilterValue, "the continuation token belongs to another query")
		}
	}
	sel := selection{skip: c.skipHidden(k)}
	if d := c.env.sw.ListDelayMillis; d > 0 {
		sel.hidden = c.ms() - d
	}
	if len(by) == 0 && !q.count {
		sel.after, sel.max = from.Seq, q.limit+1
	}
	found := c.sp.table(k).selectRecords(conds, sel)
	if q.count {
		return ok(object{"count": len(found)})
	}
	page, next := pageOf(found, by, from, q.limit)
	items := make([]any, len(page))
	for i, s := range page {
		items[i] = json.RawMessage(s.r.body)
	}
	links := object{}
	if next != nil {
		next.Query = asked
		raw, err := json.Marshal(next)
		if err != nil {
			return answer{}, err
		}
		v := url.Values{"continuationToken": {base64.URLEncoding.EncodeToString(raw)}, "limit": {strconv.Itoa(q.limit)}}
		for _, e := range q.exprs {
			v.Add("property", e)
		}
		if q.orderby != "" {
			v.Set("orderby", q.orderby)
		}
		links["next"] = object{"href": "/" + string(k) + "?" + v.Encode()}
	}
	return ok(object{"items": items, "_links": links})
}

// pageOf sorts and cuts. Position is by value, not by number, so that objects
// made or deleted between two pages neither repeat nor hide others.
func pageOf(found []*record, by []order, from cursor, limit int) (page []sorted, next *cursor) {
	if len(by) == 0 {
		more := len(found) > limit
		found = found[:min(len(found), limit)]
		for _, r := range found {
			page = append(page, sorted{r: r})
		}
		if more {
			next = &cursor{Seq: found[len(found)-1].seq}
		}
		return page, next
	}
	all := make([]sorted, len(found))
	for i, r := range found {
		all[i] = sorted{r: r, keys: make([]string, len(by))}
		for j, b := range by {
			if vs := lookup(r.part(b.path), b.path); len(vs) > 0 {
				all[i].keys[j], _ = scalar(vs[0])
			}
		}
	}
	compare := func(a, b sorted) int {
		for j, o := range by {
			d := o.compare(a.keys[j], b.keys[j])
			if o.desc {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return cmp.Compare(a.r.seq, b.r.seq)
	}
	slices.SortFunc(all, compare)
	if from.Seq != 0 {
		last := sorted{r: &record{seq: from.Seq}, keys: from.Keys}
		i, hit := slices.BinarySearchFunc(all, last, compare)
		if hit {
			i++
		}
		all = all[i:]
	}
	if len(all) > limit {
		all = all[:limit]
		last := all[len(all)-1]
		next = &cursor{Keys: last.keys, Seq: last.r.seq}
	}
	return all, next
}
