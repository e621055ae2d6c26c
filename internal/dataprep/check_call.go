package dataprep

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

// meant are words of SQL, of spreadsheets and of other languages for which the
// platform has another name that no edit distance finds.
var meant = map[string]string{
	"substring": "substr", "mid": "substr", "length": "size_of", "len": "size_of", "count": "size_of",
	"strlen":      "size_of",
	"char_length": "size_of", "character_length": "size_of", "array_length": "size_of", "cardinality": "size_of",
	"replace": "replacestr", "regexp_replace": "replacestr", "translate": "replacestr",
	"ifnull": "coalesce", "nvl": "coalesce", "zeroifnull": "coalesce", "isnull": "is_empty", "isempty": "is_empty",
	"ifelse": "iif", "nvl2": "iif", "case": "decode", "switch": "decode",
	"to_date": "date", "todate": "date", "parse_date": "date", "str_to_date": "date", "parse_timestamp": "date",
	"from_unixtime": "date", "date_trunc": "format", "strftime": "format", "date_format": "format",
	"format_date":      "format",
	"format_timestamp": "format", "to_char": "format", "to_varchar": "format", "tolower": "lower", "lowercase": "lower",
	"lcase": "lower", "uppercase": "upper", "ucase": "upper",
	"tolowercase": "lower",
	"toupper":     "upper", "touppercase": "upper", "to_number": "to_decimal", "to_double": "to_decimal",
	"to_int":   "to_integer",
	"parseint": "to_integer", "int": "to_integer", "bigint": "to_bigint", "float": "to_float", "decimal": "to_decimal",
	"indexof": "instr", "position": "instr", "charindex": "instr", "locate": "instr", "strpos": "instr",
	"patindex":       "instr",
	"regexp_extract": "extract_regex", "regexp_substr": "extract_regex", "regexp_like": "matches_regex",
	"rlike":             "matches_regex",
	"current_timestamp": "now", "current_date": "now", "sysdate": "now", "systimestamp": "now", "getdate": "now",
	"getutcdate": "now", "localtimestamp": "now", "today": "now", "unix_timestamp": "timestamp", "newid": "uuid",
	"gen_random_uuid": "uuid", "uuid_generate_v4": "uuid", "generate_uuid": "uuid", "uuid_string": "uuid",
	"greatest": "max",
	"least":    "min", "string_agg": "join", "listagg": "join", "group_concat": "join", "concat_ws": "join",
	"array_join": "join",
	"split_part": "split", "string_split": "split", "strip": "trim", "parse_json": "json_to_object",
	"json_parse":   "json_to_object",
	"json_extract": "json_to_object", "json_value": "json_to_object", "dateadd": "set_date_part",
	"date_add": "set_date_part",
	"datepart": "date_part", "extract": "date_part", "year": "date_part", "month": "date_part", "day": "date_part",
	"hour": "date_part", "minute": "date_part", "array_contains": "contains_key", "sha2": "sha256",
	"convert_timezone": "zone_date_to_zone",
}

func (c *checker) call(e *Call, env Env) {
	c.inCall++
	defer func() { c.inCall-- }()
	f, ok := specs.FunctionByName(e.Name)
	switch {
	case !ok:
		unknownFunction(e, env, c.found)
		c.all(e.Args, env)
		return
	case f.Method:
		p := Problem{Code: "method-as-function", Message: fmt.Sprintf("`%s` is not a method", e.Name),
			Help: "write " + f.Syntax}
		c.found.add(e.NameAt, diag.Error, p)
		c.all(e.Args, env)
		return
	}
	checkSpelling(e, f, c.found)
	if !checkCount(e.NameAt, f, e.Args, c.found) {
		c.all(e.Args, env)
		return
	}
	if t, ok := keyPath(e); ok {
		checkKeyPath(t, env, c.found)
		return
	}
	if f.Name == "contains_key" {
		checkPath(e, env, c.found)
	}
	for i, arg := range e.Args {
		if isAttributeName(e, f, i, env) {
			continue
		}
		c.expr(arg, env)
		if i < len(f.Params) || len(f.Params) > 0 && f.Params[len(f.Params)-1].Variadic {
			checkArgument(f, f.Params[min(i, len(f.Params)-1)], arg, env, c.found)
		}
	}
	if f.Pairs && len(e.Args) > 1 {
		checkKeys(f, e.Args, env, c.found)
	}
	checkLiterals(f, e.Args, c.found)
	if f.Name == "concat" {
		checkDates(e, env, c.found)
	}
}

// checkDates warns of dates in concat, which prints them as Java does: Fri
// Sep 25 15:17:31 PDT 2020. A column that holds a time is a text already.
func checkDates(e *Call, env Env, found *problems) {
	for _, arg := range e.Args {
		if call, ok := arg.(*Call); ok && isDate(TypeOf(call, env)) {
			found.add(call.At, diag.Warning, Problem{Code: "date-as-text",
				Message: fmt.Sprintf("the text form of the date from `%s` depends on the platform", call.Name),
				Help:    "specify the form with format(…)"})
		}
	}
}

// checkPath warns where contains_key gets an attribute: it wants its name.
func checkPath(e *Call, env Env, found *problems) {
	arg := e.Args[0]
	a, ok := attributeOf(arg)
	if !ok || TypeOf(arg, env) != "" {
		return
	}
	found.add(arg.Where(), diag.Warning, Problem{Code: "path-as-text",
		Message: fmt.Sprintf("function `%s` expects the path as text, found the attribute", e.Name),
		Help:    fmt.Sprintf("write %q", a.Path), Replacement: `"` + a.Path + `"`})
}

// isAttributeName recognises object_to_map(list, name), the one place where a
// bare name is not a column but an attribute of the list's objects.
func isAttributeName(e *Call, f *specs.Function, i int, env Env) bool {
	if f.Name != "object_to_map" || len(e.Args) != 2 || i != 1 || isText(TypeOf(e.Args[0], env)) {
		return false
	}
	n, ok := e.Args[1].(*Name)
	if !ok {
		return false
	}
	_, declared := env.Columns[n.Name]
	return !declared
}

func checkKeyPath(t *Text, env Env, found *problems) {
	root, _, _ := strings.Cut(t.Value, ".")
	root, _, _ = strings.Cut(root, "[")
	if _, ok := env.Columns[root]; ok || env.Columns == nil {
		return
	}
	if _, ok := env.Columns[t.Value]; ok {
		return
	}
	found.add(t.At, diag.Warning, Problem{Code: "unknown-column",
		Message: fmt.Sprintf("column `%s` is not declared, so this is always false", root)})
}

func unknownFunction(e *Call, env Env, found *problems) {
	p := Problem{Code: "unknown-function", Message: fmt.Sprintf("unknown function `%s`", e.Name)}
	switch {
	case p.suggest(nearFunctions(e.Name), nil):
	case env.Columns != nil && hasColumn(env, e.Name):
		p.Help = fmt.Sprintf("`%s` is a column, not a function", e.Name)
	}
	found.add(e.NameAt, diag.Error, p)
}

func hasColumn(env Env, name string) bool { _, ok := env.Columns[name]; return ok }

func nearFunctions(name string) []string {
	if f := meant[strings.ToLower(name)]; f != "" {
		return []string{f}
	}
	return functionNames().functions.All(name)
}

// functionNames are the names of the functions and methods that there are.
var functionNames = sync.OnceValue(func() (names struct{ functions, methods *nearest.Names }) {
	var functions, methods []string
	for _, f := range specs.Functions() {
		list := &functions
		if f.Method {
			list = &methods
		}
		*list = append(*list, f.Name)
		for _, a := range f.Aliases {
			if a.Status == "" {
				*list = append(*list, a.Name)
			}
		}
	}
	names.functions, names.methods = nearest.Of(functions), nearest.Of(methods)
	return names
})

// checkSpelling warns of names that work today or somewhere, but not for certain.
func checkSpelling(e *Call, f *specs.Function, found *problems) {
	if a, ok := f.Alias(e.Name); ok && a.Status != "" {
		p := Problem{Code: "deprecated-function", Message: fmt.Sprintf("function `%s` is deprecated", e.Name),
			Help: fmt.Sprintf("write `%s`", f.Name), Replacement: f.Name}
		if a.Status == "variant" {
			p.Code = "function-spelling"
			p.Message = fmt.Sprintf("function `%s` is usually spelled `%s`", e.Name, f.Name)
		}
		found.add(e.NameAt, diag.Warning, p)
	}
	switch f.Scope {
	case "destinations":
		found.add(e.NameAt, diag.Warning, Problem{Code: "function-scope",
			Message: fmt.Sprintf("function `%s` is only documented for destinations", e.Name)})
	case "analytics":
		found.add(e.NameAt, diag.Warning, Problem{Code: "function-scope",
			Message: fmt.Sprintf("function `%s` only works in Web SDK and Analytics flows", e.Name)})
	}
}

// checkCount checks how many arguments there are.
func checkCount(at At, f *specs.Function, args []Expr, found *problems) bool {
	n := len(args)
	p := Problem{Code: "argument-count", Help: "write " + f.Syntax}
	switch {
	case n < f.MinArgs || f.MaxArgs >= 0 && n > f.MaxArgs:
		p.Message = fmt.Sprintf("function `%s` expects %s, found %s", f.Name, arity(f), countWord(n))
	case f.Pairs && n%2 != 0 && (n > 1 || f.MinArgs > 1):
		p.Message = fmt.Sprintf("function `%s` expects pairs of a key and a value, found %s", f.Name, countWord(n))
	default:
		return true
	}
	found.add(at, diag.Error, p)
	return false
}

func arity(f *specs.Function) string {
	switch {
	case f.MaxArgs < 0:
		return fmt.Sprintf("at least %s", words.Count(f.MinArgs, "argument"))
	case f.MinArgs == f.MaxArgs && f.MinArgs == 0:
		return "no arguments"
	case f.MinArgs == f.MaxArgs:
		return words.Count(f.MinArgs, "argument")
	default:
		return fmt.Sprintf("%d to %s", f.MinArgs, words.Count(f.MaxArgs, "argument"))
	}
}

func countWord(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

func (c *checker) method(e *Method, env Env) {
	c.expr(e.On, env)
	c.all(e.Args, env)
	f, ok := specs.FunctionByName(e.Name)
	switch {
	case ok && f.Method:
		if checkCount(e.NameAt, f, e.Args, c.found) {
			checkArgument(f, f.Params[0], e.On, env, c.found)
			for i, arg := range e.Args {
				checkArgument(f, f.Params[i+1], arg, env, c.found)
			}
		}
	case ok:
		c.found.add(e.NameAt, diag.Warning, Problem{Code: "function-as-method",
			Message: fmt.Sprintf("`%s` is documented as a function, not a method", e.Name), Help: "write " + f.Syntax})
	default:
		p := Problem{Code: "unknown-method", Message: fmt.Sprintf("method `%s` is not documented", e.Name)}
		if other := meant[strings.ToLower(e.Name)]; other != "" {
			p.Help = fmt.Sprintf("use the function `%s`", other)
		} else {
			p.suggest(functionNames().methods.All(e.Name), nil)
		}
		c.found.add(e.NameAt, diag.Warning, p)
	}
}

// checkArgument compares the type of an argument with what the parameter takes.
// What surely fails is an error, what depends on the values a warning.
func checkArgument(f *specs.Function, param specs.FunctionParam, arg Expr, env Env, found *problems) {
	have := TypeOf(arg, env)
	if have == "" || have == "null" {
		return
	}
	severity := diag.Error
	for want := range strings.SplitSeq(param.Type, "|") {
		if v, ok := accepts(want, have, arg); ok {
			return
		} else if v < severity {
			severity = v
		}
	}
	if have == "lambda" {
		severity = diag.Error
	}
	p := Problem{Code: "argument-type", Message: fmt.Sprintf("function `%s` expects %s as %s, found %s", f.Name,
		wanted(param.Type), param.Name, phrase(have))}
	switch {
	case strings.Contains(param.Type, "date-time") && isText(have):
		p.Help = "convert it with date(…)"
	case param.Type == "long" && isDate(have):
		p.Help = "format a date with format(…)"
	case isText(have) && (param.Type == "integer" || param.Type == "long"):
		p.Help = "convert it with to_integer(…)"
	case param.Type == "string" && isDate(have):
		p.Help = "convert it to text with format(…)"
	case param.Type == "array" && isScalar(have):
		p.Help = "create an array with to_array(true, …) or explode(…)"
	}
	found.add(arg.Where(), severity, p)
}

// accepts reports whether a parameter of type want takes a value of type have;
// when not, how bad that is.
func accepts(want, have string, arg Expr) (diag.Severity, bool) {
	switch {
	case want == "any":
		return diag.Note, have != "lambda"
	case want == "lambda" || have == "lambda":
		return diag.Error, want == have
	case want == "comparable":
		return severityUnless(isArray(have)), isScalar(have)
	case want == "number":
		return diag.Error, isNumber(have)
	case want == "integer" || want == "long":
		t, literal := arg.(*Text)
		certain := literal && strings.Trim(t.Value, "0123456789-+") != ""
		return severityUnless(!certain && (isText(have) || have == "double")), wholeNumber(have)
	case want == "boolean":
		return diag.Warning, have == "boolean"
	case want == "string":
		return severityUnless(isScalar(have)), isText(have)
	case want == "date-time":
		return severityUnless(isText(have)), isDate(have)
	case isArray(want):
		return severityUnless(isScalar(have)), isArray(have)
	case isObject(want):
		return diag.Error, isObject(have)
	}
	return diag.Note, true
}

// severityUnless is a warning where the platform may convert, else an error.
func severityUnless(convertible bool) diag.Severity {
	if convertible {
		return diag.Warning
	}
	return diag.Error
}

func wanted(types string) string {
	words := map[string]string{"string": "text", "integer": "an integer", "long": "an integer", "number": "a number",
		"boolean":   "a condition",
		"date-time": "a date", "array": "an array", "map": "a map", "object": "an object", "lambda": "a lambda",
		"comparable": "a single value",
		"any":        "a value", "array<object>": "an array of objects", "array<string>": "an array of text"}
	var out []string
	for t := range strings.SplitSeq(types, "|") {
		out = append(out, words[t])
	}
	return strings.Join(slices.Compact(out), " or ")
}

// checkKeys checks the keys of key, value, key, value…: they are texts.
func checkKeys(f *specs.Function, args []Expr, env Env, found *problems) {
	for i := 0; i < len(args); i += 2 {
		if t := TypeOf(args[i], env); isArray(t) || isObject(t) {
			if f.Name == "object_to_map" { // object_to_map(list, attribute)
				return
			}
			found.add(args[i].Where(), diag.Error,
				Problem{Code: "argument-type", Message: fmt.Sprintf("expected a key, found %s", phrase(t)),
					Help: "write " + f.Syntax})
		}
	}
}
