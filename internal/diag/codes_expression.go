package diag

import "strings"

// expr returns a dataflow with an expression in a mapping.
func expr(text string) string {
	return with(goodDataflow, "_id: id", "_id: {expression: '"+strings.ReplaceAll(text, "'", "''")+"'}")
}

// expressionCodes explains the codes of the Data Prep language.
var expressionCodes = []Entry{
	{
		Code: "argument-count", Severity: Error,
		Title: "wrong number of arguments",
		Explanation: "Each function takes a fixed number of arguments, or a number within limits. The help line " +
			"shows " +
			"its signature.",
		Example: expr("lower()"),
	},
	{
		Code: "argument-type", Severity: Warning,
		Title: "argument or operand of the wrong type",
		Explanation: "The function or operator takes a different type. Convert the value with a function such as " +
			"`to_string`, `to_integer`, or `date`.",
		Example: expr("substr(id, amount, 2)"),
	},
	{
		Code: "assignment-not-allowed", Severity: Error,
		Title:       "assignment in an expression",
		Explanation: "An expression returns a value and cannot set one. To compare, write `==`.",
		Example:     expr("id = \"x\""),
	},
	{
		Code: "bad-escape", Severity: Error,
		Title: "invalid escape",
		Explanation: "`\\u` and four hexadecimal digits represent a character; half of a surrogate pair alone does " +
			"not, " +
			"and neither does a backslash at the end.",
		Example: expr("\"\\uD800\""),
	},
	{
		Code: "bad-number", Severity: Error,
		Title: "invalid number",
		Explanation: "Numbers are digits with an optional decimal point and exponent. A name cannot start with a " +
			"digit; " +
			"write it as `${name}`.",
		Example: expr("1abc"),
	},
	{
		Code: "bitwise-condition", Severity: Warning,
		Title:       "bitwise operator between conditions",
		Explanation: "`&` and `|` work on the bits of numbers. Join conditions with `&&` and `||`.",
		Example:     expr("paid & paid"),
	},
	{
		Code: "chained-comparison", Severity: Error,
		Title: "chained comparison",
		Explanation: "`a < b < c` compares the result of the first comparison with the last value. Write `a < b && b < " +
			"c`.",
		Example: expr("1 < amount < 5"),
	},
	{
		Code: "date-as-text", Severity: Warning,
		Title: "date joined with text",
		Explanation: "The text form of a date depends on the platform. Format the date with `format(DATE, " +
			"\"yyyy-MM-dd\")` before you join it.",
		Example: expr("concat(id, now())"),
	},
	{
		Code: "date-pattern", Severity: Warning,
		Title: "date pattern with misleading letters",
		Explanation: "In patterns, `yyyy` is the year, `MM` the month, `dd` the day, `HH` the hour, and `mm` the " +
			"minute. `YYYY` is the year that a week belongs to, and `DD` the day of the year. `%Y` and the like are those " +
			"of strftime, which the platform does not know. Put other " +
			"letters in single quotes.",
		Example: expr("date(id, \"YYYY-MM-DD\")"),
	},
	{
		Code: "date-unreadable", Severity: Warning,
		Title: "date format that cannot read the column",
		Explanation: "The format in `date(COLUMN, FORMAT)` fits none of the column's values: those of the delta " +
			"column have `delta.dateFormat`, other columns of type date and date-time texts such as " +
			"2027-11-23T13:45:56Z. The mapping fails on every row, and its field stays empty. " +
			"`date(COLUMN, FORMAT, DEFAULT)` is not checked.",
		Example: with(personDataflow, "_{TENANT_ID}.shop.points: points\n", "_{TENANT_ID}.shop.points: points\n"+
			"  person.birthDate: date(changed, \"MM/dd/yyyy\")\n"),
	},
	{
		Code: "deprecated-function", Severity: Warning,
		Title:       "deprecated function",
		Explanation: "The function still works but may be removed. The help line names its replacement.",
		Example:     expr("iif(is_set(\"id\"), id, \"\")"),
	},
	{
		Code: "division-by-zero", Severity: Warning,
		Title:       "division by zero",
		Explanation: "The field stays empty in every row.",
		Example:     expr("amount / 0"),
	},
	{
		Code: "element-of-scalar", Severity: Error,
		Title:       "index on a value that is not a list",
		Explanation: "`[0]` selects an element of a list. Columns of tables hold single values.",
		Example:     expr("amount[0]"),
	},
	{
		Code: "empty-name", Severity: Error,
		Title:       "reference without a name",
		Explanation: "Write the name of a column between `${` and `}`.",
		Example:     expr("${}"),
	},
	{
		Code: "expression-empty", Severity: Error,
		Title:       "empty expression",
		Explanation: "A mapping without an expression fills nothing. Remove it, or write the column or expression.",
		Example:     expr(" "),
	},
	{
		Code: "expression-fails", Severity: Warning,
		Title: "expression with a part that always fails",
		Explanation: "A part of the expression does not depend on the row and has no value: a date that does not fit " +
			"its pattern, an invalid regular expression, an unknown time zone, or a text that is not a number. The " +
			"platform leaves the field empty where a row needs that part. `aepflow eval` tries an expression on a row.",
		Example: expr("date(\"2024-13-45\", \"yyyy-MM-dd\")"),
	},
	{
		Code: "expression-syntax", Severity: Error,
		Title: "invalid expression",
		Explanation: "The text breaks a rule of the Data Prep language: a value, operator, or bracket is missing or " +
			"superfluous.",
		Example: expr("concat(id,)"),
	},
	{
		Code: "expression-too-deep", Severity: Error,
		Title:       "expression with too many levels of nesting",
		Explanation: "Brackets and calls are nested more deeply than any useful expression needs.",
		Example:     expr(strings.Repeat("(", 300) + "id" + strings.Repeat(")", 300)),
	},
	{
		Code: "expression-too-long", Severity: Error,
		Title:       "expression that is too long",
		Explanation: "The platform accepts expressions of up to 4,096 characters.",
		Example:     with(goodDataflow, "_id: id", "_id: concat(id, \""+strings.Repeat("long ", 900)+"\")"),
	},
	{
		Code: "function-as-method", Severity: Warning,
		Title: "function called as a method",
		Explanation: "The function is documented with the value as its first argument. Calling it as a method may " +
			"work " +
			"today, but Adobe does not promise it.",
		Example: expr("id.lower()"),
	},
	{
		Code: "function-scope", Severity: Warning,
		Title: "function of another product",
		Explanation: "The function is documented only for another part of the platform. In a dataflow, it may be " +
			"rejected or return nothing.",
		Example: expr("array_to_string(\",\", to_array(false, id))"),
	},
	{
		Code: "function-spelling", Severity: Warning,
		Title: "misspelled function of the documentation",
		Explanation: "One page of the documentation spells the function this way by mistake. The help line has the " +
			"spelling that is certain to work.",
		Example: expr("arrays_to_object(\"a\", [id])"),
	},
	{
		Code: "integer-division", Severity: Note,
		Title:       "division of whole numbers",
		Explanation: "The result is truncated to a whole number. Multiply one side by 1.0 if the fraction matters.",
		Example:     expr("pieces / 2"),
	},
	{
		Code: "lambda-not-allowed", Severity: Error,
		Title:       "`->` outside of a function that takes it",
		Explanation: "Only functions that look at each element of a list take `x -> …`.",
		Example:     expr("x -> x"),
	},
	{
		Code: "member-of-scalar", Severity: Error,
		Title: "member of a value that is not an object",
		Explanation: "A dot selects a member of an object. Columns of tables hold single values. Write a name that " +
			"contains a dot as `${a\\.b}`.",
		Example: expr("id.first"),
	},
	{
		Code: "method-as-function", Severity: Error,
		Title:       "method called as a function",
		Explanation: "Call the method on a value: `value.method(…)`.",
		Example:     expr("equals(id, \"x\")"),
	},
	{
		Code: "path-as-text", Severity: Warning,
		Title:       "attribute where its path is expected",
		Explanation: "The function takes the path of an attribute as a quoted text, not the attribute's value.",
	},
	{
		Code: "regex-metacharacter", Severity: Warning,
		Title: "special character in a regular expression",
		Explanation: "The argument is a regular expression, in which characters such as `.` and `|` have a special " +
			"meaning. Write `\\\\|` for the character itself.",
		Example: expr("explode(id, \"|\")"),
	},
	{
		Code: "reserved-name", Severity: Error,
		Title: "reserved word as a name",
		Explanation: "The word is part of the language, or the name of a function that is not called. Write a " +
			"column of " +
			"that name as `${name}`. A declared column with the name of a function needs no `${…}`.",
		Example: expr("size > 1"),
	},
	{
		Code: "split-characters", Severity: Note,
		Title:       "separator of several characters",
		Explanation: "`split` splits at each of the characters and drops empty parts.",
		Example:     expr("split(id, \", \")"),
	},
	{
		Code: "statement-not-allowed", Severity: Error,
		Title: "statement in an expression",
		Explanation: "Expressions have no statements. For a choice, write `condition ? a : b` or `iif(condition, " +
			"a, b)`.",
		Example: expr("if (paid) id"),
	},
	{
		Code: "text-as-condition", Severity: Warning,
		Title: "text next to `||` or `&&`",
		Explanation: "`||` and `&&` join conditions and return true or false; some other languages concatenate texts " +
			"with them. Join texts with `concat`, and compare a text before you use it as a condition: `name " +
			"!= \"\"`.",
		Example: expr("id || \"x\""),
	},
	{
		Code: "text-plus-number", Severity: Warning,
		Title:       "text added to a number",
		Explanation: "`+` concatenates when one side is a text. Convert the text first, or concatenate with `concat`.",
		Example:     expr("id + amount"),
	},
	{
		Code: "unclosed-bracket", Severity: Error,
		Title:       "unclosed bracket",
		Explanation: "Every `(`, `[`, and `{` needs its closing bracket within the expression.",
		Example:     expr("concat(id, \"x\""),
	},
	{
		Code: "unclosed-comment", Severity: Error,
		Title:       "unclosed comment",
		Explanation: "A comment that starts with `/*` ends with `*/`.",
		Example:     expr("id /* why"),
	},
	{
		Code: "unclosed-name", Severity: Error,
		Title:       "unclosed name",
		Explanation: "A name that starts with `${` ends with `}`.",
		Example:     expr("${id"),
	},
	{
		Code: "unclosed-text", Severity: Error,
		Title:       "unclosed text",
		Explanation: "A text ends with the same quote that it started with, on the same line.",
		Example:     expr("concat(\"a, id)"),
	},
	{
		Code: "unknown-character", Severity: Error,
		Title: "character that the language does not use",
		Explanation: "Word processors insert curly quotes, dashes, and non-breaking spaces where the language " +
			"expects " +
			"plain ones.",
		Example: expr("concat(“a”, id)"),
	},
	{
		Code: "wildcard-in-function", Severity: Warning,
		Title: "wildcard inside a function",
		Explanation: "`[*]` inside the arguments of a function is refused by the editor of the platform. Map the " +
			"array itself, or " +
			"transform its elements with `transformArray(ARRAY, x -> …)`.",
		Example: expr("sha256(json_to_object(id).codes[*].code)"),
	},
	{
		Code: "unknown-function", Severity: Error,
		Title:       "unknown function",
		Explanation: "Functions are those of Adobe Data Prep. The message names the nearest one.",
		Example:     expr("lowr(id)"),
	},
	{
		Code: "unknown-method", Severity: Warning,
		Title:       "undocumented method",
		Explanation: "Only a few methods can be called on values; this one is not documented.",
		Example:     expr("id.frobnicate()"),
	},
	{
		Code: "unknown-option", Severity: Warning,
		Title:       "unknown option",
		Explanation: "The argument selects one of a few options by name.",
		Example:     expr("md5(id, \"latin\")"),
	},
}
