package dataprep

import (
	"strings"

	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
)

// Env is what an expression may read. Columns maps the name of each declared
// column to its type: string, boolean, integer, long, double, date, date-time,
// or "" for anything else. A nil map says that the columns are not known, and
// then names are not checked.
type Env struct {
	Columns map[string]string
	// Paths maps what lies in nested columns to its type, the columns included, by
	// canonical path with [] for the elements of a list: items[].sku. Nil when rows
	// have no objects and lists.
	Paths  map[string]string
	Names  *nearest.Names  // of the columns, for who searches them more than once; may be nil
	params []string        // of the lambdas around the current node
	memo   map[Expr]string // types found, in a long expression; else nil
}

// memoFrom is the length from which types are kept while an expression is
// checked: each operator asks for the types below it, so that the work on a
// long sum would grow with the square of its length.
const memoFrom = 256

func (env Env) with(params []string) Env {
	env.params = append(env.params[:len(env.params):len(env.params)], params...)
	return env
}

func (env Env) isParam(name string) bool {
	for _, p := range env.params {
		if p == name {
			return true
		}
	}
	return false
}

// TypeOf says of what type the value of e is: a column type, array, array<…>,
// map, object, null, lambda, or "" when that cannot be known before it runs.
func TypeOf(e Expr, env Env) string {
	if env.memo == nil {
		return typeOf(e, env)
	}
	t, ok := env.memo[e]
	if !ok {
		t = typeOf(e, env)
		env.memo[e] = t
	}
	return t
}

func typeOf(e Expr, env Env) string {
	switch e := e.(type) {
	case *Null:
		return "null"
	case *Bool:
		return "boolean"
	case *Number:
		return numberType(e)
	case *Text:
		return "string"
	case *Name:
		if !e.Quoted && (env.isParam(e.Name) || isFunction(e.Name)) {
			return ""
		}
		return env.Columns[e.Name]
	case *Member:
		return memberType(e, env)
	case *Element:
		switch {
		case env.Paths != nil:
			return memberType(e, env)
		case e.Index == nil:
			return ""
		}
		return elementType(TypeOf(e.Of, env))
	case *Call:
		return callType(e, env)
	case *Method:
		if f, ok := specs.FunctionByName(e.Name); ok && f.Method {
			return known(f.Returns)
		}
	case *Unary:
		return unaryType(e, env)
	case *Binary:
		return binaryType(e, env)
	case *Choice:
		return join(TypeOf(e.Then, env), TypeOf(e.Else, env))
	case *Lambda:
		return "lambda"
	case *List:
		return listType(e.Items, env)
	case *Map:
		return "map"
	}
	return ""
}

// memberType is the type of something inside a nested column.
func memberType(e Expr, env Env) string {
	if r := root(e); env.Paths == nil || r == nil || !r.Quoted && env.isParam(r.Name) {
		return ""
	}
	a, _ := attributeOf(e)
	t, _ := env.PathType(a.Path)
	return t
}

// PathType returns the type of a canonical path, in which a list is gone through by
// number or by [*]; the result of [*] is a list. It is false for what no column has.
func (env Env) PathType(path string) (string, bool) {
	t, ok := env.Paths[ElementPath(path)]
	if ok && strings.Contains(path, "[*]") {
		t = "array<" + t + ">"
	}
	return t, ok
}

// ElementPath returns a canonical path with [] for every index.
func ElementPath(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		b.WriteByte(path[i])
		switch path[i] {
		case '\\':
			if i++; i < len(path) {
				b.WriteByte(path[i])
			}
		case '[':
			end := strings.IndexByte(path[i:], ']')
			b.WriteByte(']')
			i += end
		}
	}
	return b.String()
}

func numberType(n *Number) string {
	switch {
	case n.Real():
		return "double"
	case strings.HasSuffix(strings.ToLower(n.Text), "l"), strings.HasSuffix(strings.ToLower(n.Text), "h"),
		len(n.Text) > 9:
		return "long"
	}
	return "integer"
}

func unaryType(e *Unary, env Env) string {
	switch e.Op {
	case "!", "empty":
		return "boolean"
	case "size":
		return "integer"
	}
	if t := TypeOf(e.X, env); isNumber(t) {
		return t
	}
	return ""
}

func binaryType(e *Binary, env Env) string {
	if e.Op.Compares() {
		return "boolean"
	}
	x, y := TypeOf(e.X, env), TypeOf(e.Y, env)
	switch {
	case e.Op == "?:" || e.Op == "??":
		return join(x, y)
	case e.Op == "+" && isText(x) && isText(y):
		return "string"
	case e.Op == "..":
		return "array"
	case isNumber(x) && isNumber(y):
		return join(x, y)
	}
	return ""
}

// callType looks at each argument at most once: nested calls would otherwise
// cost exponential time. It knows the functions whose result is one of their arguments; for all
// others the published type holds.
func callType(c *Call, env Env) string {
	f, ok := specs.FunctionByName(c.Name)
	if !ok {
		return ""
	}
	arg := func(i int) string {
		if i < len(c.Args) {
			return TypeOf(c.Args[i], env)
		}
		return ""
	}
	switch f.Name {
	case "iif":
		return join(arg(1), arg(2))
	case "decode":
		t := "null"
		for i := 2; i < len(c.Args); i += 2 {
			t = join(t, arg(i))
		}
		if n := len(c.Args); n > 0 && n%2 == 0 {
			t = join(t, arg(n-1))
		}
		return t
	case "first", "last", "coalesce", "min", "max":
		t := "null"
		for i := range c.Args {
			t = join(t, arg(i))
		}
		if len(c.Args) == 1 && isArray(t) {
			return elementType(t)
		}
		return t
	case "add_to_array", "upsert_array_append", "upsert_array_replace", "filterArray":
		if t := arg(0); isArray(t) {
			return t
		}
		return "array"
	case "to_array":
		if len(c.Args) > 0 {
			return listType(c.Args[1:], env)
		}
	}
	return known(f.Returns)
}

func listType(items []Expr, env Env) string {
	t := "null"
	for _, x := range items {
		t = join(t, TypeOf(x, env))
	}
	if t == "" || t == "null" {
		return "array"
	}
	return "array<" + t + ">"
}

// known drops the word for a result that can be anything.
func known(t string) string {
	if t == "any" {
		return ""
	}
	return t
}

// join is the type of a value that is of type x or of type y.
func join(x, y string) string {
	switch {
	case x == y || y == "null":
		return x
	case x == "null":
		return y
	case isNumber(x) && isNumber(y):
		if x == "double" || y == "double" {
			return "double"
		}
		return "long"
	case isDate(x) && isDate(y):
		return "date-time"
	case isArray(x) && isArray(y):
		return "array"
	}
	return ""
}

func elementType(array string) string {
	if t, ok := strings.CutPrefix(array, "array<"); ok {
		return strings.TrimSuffix(t, ">")
	}
	return ""
}

func isNumber(t string) bool { return t == "integer" || t == "long" || t == "double" }
func isText(t string) bool   { return t == "string" }
func isDate(t string) bool   { return t == "date" || t == "date-time" }
func isArray(t string) bool  { return t == "array" || strings.HasPrefix(t, "array<") }
func isObject(t string) bool { return t == "map" || t == "object" }
func isScalar(t string) bool { return t == "boolean" || isNumber(t) || isText(t) || isDate(t) }
