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
		Title:       "call with too few or too many arguments",
		Explanation: "Each function takes a fixed number of arguments, or a number within limits. The help line shows the form.",
		Example:     expr("lower()"),
	},
	{
		Code: "argument-type", Severity: Warning,
		Title:       "argument or operand of a type that does not fit",
		Explanation: "The function or operator takes another type. Convert with a function such as `to_string`, `to_integer` or `date`.",
		Example:     expr("substr(id, amount, 2)"),
	},
	{
		Code: "assignment-not-allowed", Severity: Error,
		Title:       "assignment in an expression",
		Explanation: "An expression gives a value and sets nothing. To compare, write `==`.",
		Example:     expr("id = \"x\""),
	},
	{
		Code: "bad-escape", Severity: Error,
		Title:       "escape that stands for no character",
		Explanation: "`\\u` and four hexadecimal digits stand for a character; one half of a surrogate pair alone does not, and a backslash at the very end stands for nothing.",
		Example:     expr("\"\\uD800\""),
	},
	{
		Code: "bad-number", Severity: Error,
		Title:       "number that cannot be read",
		Explanation: "Numbers are digits, with a point and an exponent if need be. A name cannot begin with a digit; write it as `${name}`.",
		Example:     expr("1abc"),
	},
	{
		Code: "bitwise-condition", Severity: Warning,
		Title:       "bit operator between conditions",
		Explanation: "`&` and `|` work on the bits of numbers. Conditions are joined by `&&` and `||`.",
		Example:     expr("paid & paid"),
	},
	{
		Code: "chained-comparison", Severity: Error,
		Title:       "two comparisons in a row",
		Explanation: "`a < b < c` compares the outcome of the first comparison with the last value. Write `a < b && b < c`.",
		Example:     expr("1 < amount < 5"),
	},
	{
		Code: "date-as-text", Severity: Warning,
		Title:       "date joined with text",
		Explanation: "The text form of a date depends on the platform. Format it with `format(DATE, \"yyyy-MM-dd\")` before it is joined.",
		Example:     expr("concat(id, now())"),
	},
	{
		Code: "date-pattern", Severity: Warning,
		Title:       "date pattern with letters of another meaning",
		Explanation: "In patterns `yyyy` is the year, `MM` the month, `dd` the day, `HH` the hour and `mm` the minute. `YYYY` is the year that a week belongs to and `DD` the day of the year. Other letters stand in single quotes.",
		Example:     expr("date(id, \"YYYY-MM-DD\")"),
	},
	{
		Code: "deprecated-function", Severity: Warning,
		Title:       "function that has another name now",
		Explanation: "The function still works and may go away. The help line names the one that took its place.",
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
		Title:       "element of a value that is no list",
		Explanation: "`[0]` takes an element of a list. Columns of tables hold single values.",
		Example:     expr("amount[0]"),
	},
	{
		Code: "empty-name", Severity: Error,
		Title:       "reference without a name",
		Explanation: "Between `${` and `}` stands the name of a column.",
		Example:     expr("${}"),
	},
	{
		Code: "expression-empty", Severity: Error,
		Title:       "expression without content",
		Explanation: "A mapping without an expression fills nothing. Remove it, or write the column or expression.",
		Example:     expr(" "),
	},
	{
		Code: "expression-syntax", Severity: Error,
		Title:       "expression that cannot be read",
		Explanation: "The text breaks a rule of the Data Prep language: a value, operator or bracket is missing or too many.",
		Example:     expr("concat(id,)"),
	},
	{
		Code: "expression-too-deep", Severity: Error,
		Title:       "expression nested too deep",
		Explanation: "Brackets and calls are nested beyond any use.",
		Example:     expr(strings.Repeat("(", 300) + "id" + strings.Repeat(")", 300)),
	},
	{
		Code: "expression-too-long", Severity: Error,
		Title:       "expression that is too long",
		Explanation: "The platform takes expressions of up to 4,096 characters.",
		Example:     with(goodDataflow, "_id: id", "_id: concat(id, \""+strings.Repeat("long ", 900)+"\")"),
	},
	{
		Code: "function-as-method", Severity: Warning,
		Title:       "function called on a value",
		Explanation: "The function is documented with the value as its first argument. Calling it on the value may work today and is not promised.",
		Example:     expr("id.lower()"),
	},
	{
		Code: "function-scope", Severity: Warning,
		Title:       "function of another product",
		Explanation: "The function is documented for another part of the platform only. In a dataflow it may be refused or give nothing.",
		Example:     expr("array_to_string(\",\", to_array(false, id))"),
	},
	{
		Code: "function-spelling", Severity: Warning,
		Title:       "function in another spelling",
		Explanation: "Some page of the documentation spells the function this way by mistake. The help line has the spelling that is certain to work.",
		Example:     expr("arrays_to_object(\"a\", [id])"),
	},
	{
		Code: "integer-division", Severity: Note,
		Title:       "division of whole numbers",
		Explanation: "The outcome is cut to a whole number. Multiply one side by 1.0 if the fraction matters.",
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
		Title:       "member of a value that has none",
		Explanation: "A dot takes a member of an object. Columns of tables hold single values. Names that contain a dot are written `${a\\.b}`.",
		Example:     expr("id.first"),
	},
	{
		Code: "method-as-function", Severity: Error,
		Title:       "method called as a function",
		Explanation: "The method is called on a value: `value.method(…)`.",
		Example:     expr("equals(id, \"x\")"),
	},
	{
		Code: "path-as-text", Severity: Warning,
		Title:       "attribute where its path is expected",
		Explanation: "The function takes the path of an attribute as a text, in quotes, not its value.",
	},
	{
		Code: "regex-metacharacter", Severity: Warning,
		Title:       "character with a meaning in regular expressions",
		Explanation: "The argument is a regular expression, in which characters such as `.` and `|` have a meaning. Write `\\\\|` for the character itself.",
		Example:     expr("explode(id, \"|\")"),
	},
	{
		Code: "reserved-name", Severity: Error,
		Title:       "reserved word as a name",
		Explanation: "The word belongs to the language. A column of that name is written `${name}`.",
		Example:     expr("size > 1"),
	},
	{
		Code: "split-characters", Severity: Note,
		Title:       "separator of several characters",
		Explanation: "`split` cuts at each of the characters on its own, and drops empty parts.",
		Example:     expr("split(id, \", \")"),
	},
	{
		Code: "statement-not-allowed", Severity: Error,
		Title:       "statement in an expression",
		Explanation: "An expression has no statements. For a choice write `condition ? a : b` or `iif(condition, a, b)`.",
		Example:     expr("if (paid) id"),
	},
	{
		Code: "text-as-condition", Severity: Warning,
		Title:       "text beside `||` or `&&`",
		Explanation: "`||` and `&&` join conditions and give true or false; other languages join texts by them. Join texts with `concat`, and compare a text before it is used as a condition: `name != \"\"`.",
		Example:     expr("id || \"x\""),
	},
	{
		Code: "text-plus-number", Severity: Warning,
		Title:       "text added to a number",
		Explanation: "`+` joins when one side is a text. Convert first, or join with `concat`.",
		Example:     expr("id + amount"),
	},
	{
		Code: "unclosed-bracket", Severity: Error,
		Title:       "bracket that is never closed",
		Explanation: "Every `(`, `[` and `{` needs its closing bracket within the expression.",
		Example:     expr("concat(id, \"x\""),
	},
	{
		Code: "unclosed-comment", Severity: Error,
		Title:       "comment that is never closed",
		Explanation: "A comment that begins with `/*` ends with `*/`.",
		Example:     expr("id /* why"),
	},
	{
		Code: "unclosed-name", Severity: Error,
		Title:       "name that is never closed",
		Explanation: "A name that begins with `${` ends with `}`.",
		Example:     expr("${id"),
	},
	{
		Code: "unclosed-text", Severity: Error,
		Title:       "text that is never closed",
		Explanation: "A text ends with the quote that it began with, on the same line.",
		Example:     expr("concat(\"a, id)"),
	},
	{
		Code: "unknown-character", Severity: Error,
		Title:       "character that the language does not have",
		Explanation: "Word processors put curly quotes, dashes and hard blanks where the language expects plain ones.",
		Example:     expr("concat(“a”, id)"),
	},
	{
		Code: "unknown-function", Severity: Error,
		Title:       "function that does not exist",
		Explanation: "Functions are those of Adobe Data Prep. The nearest one is named.",
		Example:     expr("lowr(id)"),
	},
	{
		Code: "unknown-method", Severity: Warning,
		Title:       "method that is not documented",
		Explanation: "A few methods can be called on values; this one is not among them.",
		Example:     expr("id.frobnicate()"),
	},
	{
		Code: "unknown-option", Severity: Warning,
		Title:       "option that the function does not know",
		Explanation: "The argument chooses one of a few options by name.",
		Example:     expr("md5(id, \"latin\")"),
	},
}
