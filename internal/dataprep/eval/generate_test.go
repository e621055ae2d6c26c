package eval

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes expressions of the language and rows for them. Most expressions
// have the types that their functions want; some have not.
type generator struct {
	*rand.Rand
	modern bool // with what JEXL 3.3 has beyond 3.1
	params []string
}

// request is a pair for the oracle.
type request struct {
	Expr     string            `json:"expr"`
	Row      map[string]any    `json:"row"`
	Types    map[string]string `json:"types,omitempty"`
	Variants map[string]string `json:"variants,omitempty"`
	modern   bool              // the oracle runs on JEXL 3.3
}

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

// pair makes an expression and a row.
func (g *generator) pair() request {
	r := request{Row: map[string]any{}, Types: map[string]string{}}
	typed := g.one(2)
	put := func(name string, v any, types ...string) {
		if g.one(25) {
			v = nil
		} else if g.one(50) {
			return
		}
		r.Row[name] = v
		if typed && v != nil && len(types) > 0 {
			r.Types[name] = pick(g, types...)
		}
	}
	put("s", g.word())
	put("t", g.word())
	put("größe", g.word())
	put("odd name", g.word())
	put("n", g.IntN(200)-100, "integer", "long", "bigint", "decimal", "double", "float", "string")
	put("k", pick[any](g, 0, 1, 2, 3, 7, -1), "integer", "long", "double", "bigint")
	put("x", pick(g, 0.0, 1.5, -2.25, 0.1, 1e10, 123456.789), "double", "float", "decimal", "string")
	put("b", g.one(2), "boolean", "string")
	put("d", pick(g, dates...), "date")
	put("l", []any{g.word(), g.word(), nil, "a"}[:g.IntN(5)])
	put("m", []any{1, 2.5, 3, 1}[:g.IntN(5)])
	put("p", map[string]any{"name": g.word(), "age": g.IntN(90), "city": map[string]any{"zip": "123"}, "nil": nil,
		"tags": []any{"a", "b"}})
	put("q", []any{map[string]any{"id": "1", "v": g.word()}, map[string]any{"id": "2"}}[:g.IntN(3)])
	r.Expr = g.any(1 + g.IntN(4))
	for name, t := range r.Types {
		if v := r.Row[name]; t == "date" && !strings.Contains(fmt.Sprint(v), "T") ||
			(t == "integer" || t == "long" || t == "bigint") && strings.ContainsAny(fmt.Sprint(v), ".e") {
			delete(r.Types, name)
		}
	}
	return r
}

var dates = []any{
	"2024-02-29T13:05:09Z", "2019-10-17T11:55:12.678-07:00", "1969-12-31T23:59:59.5+05:30", "2024-03-31T02:30:00+01:00",
	"9999-12-31T00:00:00Z",
}

var words = []string{
	"", " ", "a", "b", "abc", "ABC", "hello world", "a,b,,c,", " padded ",
	"true", "false", "yes", "0", "1", "10", "-5",
	"3.14", "1e3", "007", "ß", "ǅ", "İstanbul", "ΣΑΣ", "naïve café", "😀", "a😀b", "日本語",
	"\u00a0x\u00a0", "x\ty",
	"line\nbreak", "key:value,k2:v2", "k-1;k2-2", "https://user@example.com:8080/a/b%20c?x=1&y=2#top", "http://host",
	"mailto:a@b.c", "ftp://10.0.0.1/f", "not a url", "2024-05-05", "12112020", "05-31-2024", "2024-05-05T10:20:30.5Z",
	"99999999999", "9223372036854775808", "a.b.c", "(x)", "[1,2]", `{"a":1,"b":[true,null,"x"]}`, "{bad", "NaN", "'",
	"%41%zz", "a+b", "p.name", "l[0]", "ﬁne",
}

func (g *generator) word() string { return pick(g, words...) }

func quoted(s string) string {
	s = strings.ReplaceAll(s, `\`, `\\`)
	s = strings.ReplaceAll(s, `"`, `\"`)
	return `"` + strings.NewReplacer("\n", `\u000a`, "\r", `\u000d`, "\t", `\u0009`).Replace(s) + `"`
}

func (g *generator) any(depth int) string {
	switch g.IntN(12) {
	case 0, 1, 2, 3:
		return g.text(depth)
	case 4, 5, 6:
		return g.number(depth)
	case 7, 8:
		return g.truth(depth)
	case 9:
		return g.date(depth)
	case 10:
		return g.list(depth)
	}
	return g.object(depth)
}

// mostly gives what f makes, at times something else.
func (g *generator) mostly(f func(int) string, depth int) string {
	if g.one(40) {
		return pick(g, "null", "nil_", "gone", g.any(depth-1), "p.nil", "nullify()")
	}
	return f(depth - 1)
}

func (g *generator) leaf(list ...string) string {
	if len(g.params) > 0 && g.one(3) {
		return pick(g, g.params...)
	}
	return pick(g, list...)
}

func (g *generator) text(depth int) string {
	if depth <= 0 {
		return g.leaf("s", "t", "größe", "${odd name}", "p.name", "p.city.zip", "l[0]", quoted(g.word()),
			quoted(g.word()))
	}
	t := func() string { return g.mostly(g.text, depth) }
	n := func() string { return g.mostly(g.small, depth) }
	switch g.IntN(24) {
	case 0, 1:
		return fmt.Sprintf("concat(%s, %s)", t(), g.mostly(g.any, depth))
	case 2:
		return fmt.Sprintf("%s(%s)", pick(g, "lower", "upper", "lcase", "ucase", "trim", "ltrim", "rtrim"), t())
	case 3:
		return fmt.Sprintf("substr(%s, %s, %s)", t(), n(), n())
	case 4:
		return fmt.Sprintf("%s(%s, %s)", pick(g, "left", "right"), t(), n())
	case 5:
		return fmt.Sprintf("%s(%s, %s, %s)", pick(g, "lpad", "rpad"), t(), n(), t())
	case 6:
		return fmt.Sprintf("replacestr(%s, %s, %s)", t(), t(), t())
	case 7:
		return fmt.Sprintf("join(%s, %s)", t(), g.mostly(g.list, depth))
	case 8:
		return fmt.Sprintf("%s(%s)", pick(g, "md5", "sha1", "sha256", "sha512", "crc32"), t())
	case 9:
		return fmt.Sprintf("hash(%s, %s, %s)", pick(g, `"md5"`, `"SHA-256"`, `"crc32"`, t()), t(),
			pick(g, `"UTF-8"`, `"UTF-16"`, `"ISO-8859-1"`, `"US-ASCII"`))
	case 10:
		return fmt.Sprintf("%s(%s)", pick(g, "get_url_protocol", "get_url_host", "get_url_path", "get_url_encoded",
			"get_url_decoded"), t())
	case 11:
		return fmt.Sprintf("format(%s, %s)", g.mostly(g.date, depth), g.datePattern())
	case 12:
		return fmt.Sprintf("dformat(%s, %s)", g.mostly(g.small, depth), g.datePattern())
	case 13:
		return fmt.Sprintf("(%s + %s)", t(), t())
	case 14:
		return fmt.Sprintf("(%s ? (%s) : (%s))", g.mostly(g.truth, depth), t(), t())
	case 15:
		return fmt.Sprintf("iif(%s, %s, %s)", g.mostly(g.truth, depth), t(), t())
	case 16:
		return fmt.Sprintf("decode(%s, %s, %s, %s, %s)", t(), t(), t(), t(), t())
	case 17:
		return fmt.Sprintf("(%s ?: %s)", t(), t())
	case 18:
		return fmt.Sprintf("array_to_string(%s, %s)", t(), g.mostly(g.list, depth))
	case 19:
		return fmt.Sprintf("get_values(%s, %s, %s, %s)", t(), t(), pick(g, `":"`, `"-"`), pick(g, `","`, `";"`))
	case 20:
		return fmt.Sprintf("%s(%s)", pick(g, "first", "last", "coalesce", "min", "max"), g.mostly(g.list, depth))
	case 21:
		if g.modern {
			return fmt.Sprintf("(%s ?? %s)", t(), t())
		}
		return fmt.Sprintf("coalesce(%s, %s)", t(), t())
	case 22:
		return fmt.Sprintf("map_get_values(%s, %s)", g.mostly(g.object, depth), t())
	}
	return g.text(0)
}

func (g *generator) datePattern() string {
	return quoted(pick(g, "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "dd.MM.yyyy", "EEE, d MMM yyyy", "M/d/yy h:mm a",
		"yyyyMMdd", "DDD", "Q", "YYYY-ww", "bad'", "MM/dd/yyyy", "HH:mm", "yyyy-MM-dd HH:mm:ss"))
}

func (g *generator) small(depth int) string {
	if g.one(4) {
		return g.number(depth)
	}
	return pick(g, "0", "1", "2", "3", "5", "-1", "10", "k", "n", "1L", "2147483647")
}

func (g *generator) number(depth int) string {
	if depth <= 0 {
		return g.leaf("n", "k", "x", "p.age", "m[0]", "m[1]", "0", "1", "2", "-3", "7L", "010", "0x1F", "1.5", "0.1",
			"2.50b", "3H", "1.0e3", "1.25f", "2d", "2147483647", "9223372036854775807L", "9223372036854775808",
			strconv.Itoa(g.IntN(1000)))
	}
	n := func() string { return g.mostly(g.number, depth) }
	t := func() string { return g.mostly(g.text, depth) }
	switch g.IntN(16) {
	case 0, 1, 2, 3:
		return fmt.Sprintf("(%s %s %s)", n(), pick(g, "+", "-", "*", "/", "%", "div", "mod"), n())
	case 4:
		return fmt.Sprintf("(%s %s %s)", n(), pick(g, "&", "|", "^"), n())
	case 5:
		if g.modern {
			return fmt.Sprintf("(%s %s %s)", n(), pick(g, "<<", ">>", ">>>"), g.small(0))
		}
		return "(~" + n() + ")"
	case 6:
		return "(- " + n() + ")"
	case 7:
		// The oracle counts occurrences one by one: two billion of them take it a minute.
		return fmt.Sprintf("instr(%s, %s, %s, %s)", t(), t(), g.small(0), pick(g, "0", "1", "2", "3", "10", "-1", "1000000"))
	case 8:
		return fmt.Sprintf("size_of(%s)", g.mostly(g.any, depth))
	case 9:
		return fmt.Sprintf("%s(%s)", pick(g, "to_integer", "to_decimal", "to_float", "to_bigint"), g.mostly(g.any, depth))
	case 10:
		return fmt.Sprintf("%s(%s, %s)", pick(g, "min", "max"), n(), n())
	case 11:
		return fmt.Sprintf("date_part(%s, %s)", pick(g, `"year"`, `"mm"`, `"week"`, `"dw"`, `"hh12"`, `"SSS"`, `"q"`, t()),
			g.mostly(g.date, depth))
	case 12:
		return fmt.Sprintf("get_url_port(%s)", t())
	case 13:
		return fmt.Sprintf("size(%s)", g.mostly(g.any, depth))
	case 14:
		return fmt.Sprintf("(%s ? (%s) : (%s))", g.mostly(g.truth, depth), n(), n())
	}
	return g.number(0)
}

func (g *generator) truth(depth int) string {
	if depth <= 0 {
		return g.leaf("b", "b", "true", "false", "s", "n", "p.nil")
	}
	switch g.IntN(14) {
	case 0, 1:
		f := pick(g, g.text, g.number, g.date, g.any)
		return fmt.Sprintf("(%s %s %s)", g.mostly(f, depth), pick(g, "==", "!=", "eq", "ne"), g.mostly(f, depth))
	case 2, 3:
		f := pick(g, g.text, g.number, g.date)
		return fmt.Sprintf("(%s %s %s)", g.mostly(f, depth), pick(g, "<", ">", "<=", ">=", "lt", "ge"), g.mostly(f, depth))
	case 4:
		return fmt.Sprintf("(%s %s %s)", g.mostly(g.truth, depth), pick(g, "&&", "||", "and", "or"),
			g.mostly(g.truth, depth))
	case 5:
		return fmt.Sprintf("(%s%s)", pick(g, "! ", "not "), g.mostly(g.truth, depth))
	case 6:
		return fmt.Sprintf("(%s %s %s)", g.mostly(g.text, depth), pick(g, "=^", "!^", "=$", "!$"), g.mostly(g.text, depth))
	case 7:
		return fmt.Sprintf("(%s %s %s)", g.mostly(g.any, depth), pick(g, "=~", "!~"),
			pick(g, g.mostly(g.list, depth), g.mostly(g.object, depth), g.regex()))
	case 8:
		return fmt.Sprintf("matches_regex(%s, %s)", g.mostly(g.text, depth), g.regex())
	case 9:
		return fmt.Sprintf("is_empty(%s)", g.mostly(g.any, depth))
	case 10:
		return fmt.Sprintf("empty(%s)", g.mostly(g.any, depth))
	case 11:
		return fmt.Sprintf("%s(%s)", pick(g, "contains_key", "is_set"), quoted(pick(g, "s", "p.name", "p.city.zip", "p.nil",
			"gone", "l[0]", "q[1].id", "odd name", "p.tags[1]")))
	case 12:
		return fmt.Sprintf("map_has_keys(%s, %s)", g.mostly(g.object, depth), g.mostly(g.any, depth))
	}
	return fmt.Sprintf("%s.%s(%s)", pick(g, "s", "t", "p.name", quoted(g.word())), pick(g, "equals", "equalsIgnoreCase"),
		g.mostly(g.text, depth))
}

func (g *generator) regex() string {
	return quoted(pick(g, `[a-z]+`, `(\w+)\s(\w+)`, `.*`, `a|b`, `\d+`, `(?i)ABC`, `[^,]*`, `(a)(b)?`, `(`, `^a`, `\s*`,
		`(?=a)a.*`, `(.)\1`, `x++`, `\p{L}+`))
}

func (g *generator) date(depth int) string {
	if depth <= 0 {
		return g.leaf("d", "d", `date("2024-05-05")`, `date("2021-12-31T23:59:59Z")`)
	}
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf("date(%s)", g.mostly(g.text, depth))
	case 1:
		return fmt.Sprintf("date(%s, %s)", g.mostly(g.text, depth), g.datePattern())
	case 2:
		return fmt.Sprintf("date(%s, %s, %s)", g.mostly(g.text, depth), g.datePattern(), g.mostly(g.date, depth))
	case 3:
		return fmt.Sprintf("set_date_part(%s, %s, %s)", pick(g, `"year"`, `"m"`, `"dd"`, `"hh"`, `"mi"`, `"s"`),
			g.mostly(g.small, depth), g.mostly(g.date, depth))
	case 4:
		return fmt.Sprintf("zone_date_to_utc(%s)", g.mostly(g.date, depth))
	case 5:
		return fmt.Sprintf("zone_date_to_zone(%s, %s)", g.mostly(g.date, depth),
			quoted(pick(g, "Europe/Berlin", "America/Los_Angeles", "PST", "+02:00", "UTC", "bad/zone", "Asia/Kolkata")))
	case 6:
		return fmt.Sprintf("%s(%d, %d, %d, %d, 30, 0, 0, %s)", pick(g, "make_date_time", "make_timestamp"),
			1990+g.IntN(50), g.IntN(14), 1+g.IntN(31), g.IntN(25), quoted(pick(g, "UTC", "Europe/Berlin", "America/New_York")))
	}
	return g.date(0)
}

func (g *generator) list(depth int) string {
	if depth <= 0 {
		return g.leaf("l", "m", "q", "p.tags", "[]", "[1, 2, 3]", `["a", "b"]`, `["a", 1, null]`)
	}
	l := func() string { return g.mostly(g.list, depth) }
	switch g.IntN(15) {
	case 0:
		return fmt.Sprintf("[%s, %s]", g.any(depth-1), g.any(depth-1))
	case 1:
		return fmt.Sprintf("split(%s, %s)", g.mostly(g.text, depth), g.mostly(g.text, depth))
	case 2:
		return fmt.Sprintf("explode(%s, %s)", g.mostly(g.text, depth), g.regex())
	case 3:
		return fmt.Sprintf("extract_regex(%s, %s)", g.mostly(g.text, depth), g.regex())
	case 4:
		return fmt.Sprintf("to_array(%s, %s, %s)", g.mostly(g.truth, depth), g.mostly(g.any, depth), g.mostly(g.any, depth))
	case 5:
		return fmt.Sprintf("add_to_array(%s, %s)", l(), g.mostly(g.any, depth))
	case 6:
		return fmt.Sprintf("join_arrays(%s, %s)", l(), l())
	case 7:
		return fmt.Sprintf("%s(%s)", pick(g, "flattenArray", "upsert_array_append", "upsert_array_replace"), l())
	case 8, 9:
		f := pick(g, "filterArray", "transformArray")
		list := l()
		name := pick(g, "e", "z")
		g.params = append(g.params, name)
		body := g.mostly(pick(g, g.truth, g.any), min(depth, 3))
		if strings.HasPrefix(body, "{") { // else a block
			body = "(" + body + ")"
		}
		g.params = g.params[:len(g.params)-1]
		return fmt.Sprintf("%s(%s, %s -> %s)", f, list, name, body)
	case 10:
		name := pick(g, "arrays_to_objects", "arrays_to_object")
		return fmt.Sprintf("%s(%s, %s, %s, %s)", name, g.text(0), l(), g.text(0), l())
	case 11:
		return fmt.Sprintf("get_keys(%s)", g.mostly(g.object, depth))
	case 12:
		return fmt.Sprintf("(%s .. %s)", pick(g, "0", "1", "k", "-2"), pick(g, "1", "3", "7L", "k", "n"))
	}
	return g.list(0)
}

func (g *generator) object(depth int) string {
	if depth <= 0 {
		return g.leaf("p", "p.city", "q[0]", "{:}", `{"a": 1}`)
	}
	switch g.IntN(10) {
	case 0:
		return fmt.Sprintf("to_object(%s, %s, %s, %s)", g.text(0), g.any(depth-1), g.text(0), g.any(depth-1))
	case 1:
		return fmt.Sprintf("to_map(%s, %s)", g.text(0), g.any(depth-1))
	case 2:
		return fmt.Sprintf("str_to_object(%s, %s, %s)", g.mostly(g.text, depth), pick(g, `":"`, `"-"`),
			pick(g, `","`, `";"`))
	case 3:
		return fmt.Sprintf("add_to_map(%s, %s)", g.mostly(g.object, depth), g.mostly(g.object, depth))
	case 4:
		return fmt.Sprintf("object_to_map(%s)", g.mostly(g.object, depth))
	case 5:
		return fmt.Sprintf("array_to_map(%s, %s)", g.mostly(g.list, depth), pick(g, `"id"`, g.text(0)))
	case 6:
		return fmt.Sprintf("json_to_object(%s)", g.mostly(g.text, depth))
	case 7:
		return fmt.Sprintf("get_url_query_str(%s, %s)", g.mostly(g.text, depth), pick(g, `"retain"`, `"remove"`, `"append"`))
	case 8:
		return fmt.Sprintf("{%s: %s}", quoted(g.word()), g.any(depth-1))
	}
	return g.object(0)
}
