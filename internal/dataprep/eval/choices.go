package eval

// Choice is a question that publications leave open, with the answer of this package.
type Choice struct {
	Name     string
	Question string
	Default  string
	Others   string // what the platform may do instead
}

// Choices are all such questions, in the order in which a reader meets them.
func Choices() []Choice {
	return []Choice{
		{"engine", "What does an operand that is null, or an attribute that the row lacks, do?",
			"an error, as in JEXL 3.3 in its strict mode; `x == null` is allowed, and declared columns are never missing",
			"null counts as 0, false, or the empty text (lenient)"},
		{"shadow", "What is `date(x)` in a row with a column `date`?", "the function",
			"an error or null: the column hides it"},
		{"arguments", "What does a function that wants a text do with a number?", "it takes the number's text", "an error"},
		{"concat", "What does `concat` do with null?", "nothing", `the text "null", or the result is null`},
		{"array-text", "What is the text of an array such as `[1, 2]` or of a range?", "[1, 2], as for a list",
			"an address in memory, such as [I@1b2c3d"},
		{"number-text", "How many digits does the text of a floating number have?", "as few as needed",
			"for some numbers one or two more, as in Java before 19"},
		{"map-order", "In which order come the members of an object?", "in the order in which they were put in",
			"any; literals are in the order of hashes"},
		{"iif", "Does `iif` evaluate the branch that it does not choose?",
			"yes: an error in either branch is one of the whole",
			"no"},
		{"decode", "How does `decode` compare?", "type and value must be equal: 1 is not \"1\"", "as `==` does"},
		{"explode", "Does `explode` keep empty parts at the end?", "yes", "no, as Java's split by default"},
		{"trim", "What does `trim` remove?", "white space of Unicode; not no-break spaces", "every character up to U+0020"},
		{"substr", "What does `substr` do with a start or length out of range?", "it takes what there is",
			"a negative start counts from the end, or an error"},
		{"replacestr", "What does `replacestr` replace?", "every occurrence", "the first"},
		{"matches_regex", "What must match in `matches_regex`?", "the whole text", "any part of it"},
		{"extract_regex", "What does `extract_regex` look for?", "the first match anywhere; without one the list is empty",
			"a match of the whole text"},
		{"regex-words", "What is a word character for `\\b`?", "an ASCII letter, digit, or `_`",
			"also letters beyond ASCII, as in Java before 19"},
		{"dates", "How are dates read and written?", "as java.time.DateTimeFormatter does, in US English",
			"as a strict SimpleDateFormat"},
		{"weeks", "Which weeks do the letters `w`, `W`, `Y`, and `e` count?", "those of the United States, from Sunday on",
			"ISO weeks"},
		{"date_part", "What does `date_part` give for `mm` and `dd`?", "a number", "two digits as a text"},
		{"weekday", "Which day of the week is 1 in `date_part`?", "Monday", "Sunday"},
		{"milliseconds", "Are the milliseconds of a time without a zone kept, as in `2024-05-05 20:39:00.005`?", "yes",
			"no, in batches"},
		{"zone-names", "Which names of zones does the letter `z` know?",
			"the usual abbreviations, and with `zzzz` their names in full", "the names of all zones"},
		{"to_integer", "What does `to_integer(\"12.7\")` do?", "an error", "12"},
		{"to_bigint", "What does `to_bigint(\"1000000.34\")` give?", "1000000", "1000000.34, or an error"},
		{"minmax", "What does `min(1, 2.0)` do?", "an error: values of two types", "it compares the numbers"},
		{"size_of", "What is `size_of(null)`?", "0", "null"},
		{"map_get_values", "What does `map_get_values` give for one key?", "the value", "an object with that one member"},
		{"contains_key", "Does a null count as contained?", "yes", "no"},
		{"url", "Are paths and queries of URLs decoded?", "yes", "no"},
		{"missing_pair", "What does `str_to_object` do with a part without the delimiter?", "a member that is null",
			"it leaves the part out"},
		{"uneven", "How long is the result of `arrays_to_objects`?", "as the longest list, filled with null",
			"as the shortest list"},
		{"analytics", "What do the `aa_` functions do?", "what their published examples show", "edge cases may differ"},
		{"surrogates", "What is half of a character beyond U+FFFF, which `substr` can cut off?", "U+FFFD",
			"half of a surrogate pair"},
	}
}
