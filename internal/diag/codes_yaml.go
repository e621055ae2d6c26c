package diag

// yamlCodes explains the codes of YAML itself.
var yamlCodes = []Entry{
	{
		Code: YAMLSyntax, Severity: Error,
		Title:       "text that cannot be read as YAML",
		Explanation: "The text breaks a rule of YAML, and none of the usual slips explains it. The place is where reading stopped; the fault may stand just before. Look at quotes, brackets and indentation, and at the blank behind each `:`.",
		Example:     "name: orders\nbase: &base\n  &again shop\ntable: x\n",
	},
	{
		Code: YAMLTab, Severity: Error,
		Title:       "tab in the indentation",
		Explanation: "YAML indents with spaces only, since editors disagree about the width of a tab. Replace tabs by spaces; most editors do that for a whole file. Tabs on lines that hold nothing else are harmless.",
		Example:     "columns:\n\tid: string\n",
	},
	{
		Code: YAMLUnclosedQuote, Severity: Error,
		Title:       "quote that is never closed",
		Explanation: "A text that opens with a quote goes on, over any number of lines, until the same quote comes again. When the closing one is forgotten, the text swallows the keys below it, or ends where another text was meant to begin.",
		Example:     "title: \"Orders\ntable: shop.orders\n",
	},
	{
		Code: YAMLUnclosedFlow, Severity: Error,
		Title:       "bracket that is never closed, or by the wrong one",
		Explanation: "`[a, b]` and `{a: b}` go on, over any number of lines, until their own closing bracket. A text that merely begins with a bracket needs quotes.",
		Example:     "fieldGroups: [profile-person, identity-map\ntitle: People\n",
	},
	{
		Code: YAMLFlow, Severity: Error,
		Title:       "wrong separator inside brackets",
		Explanation: "Inside `[…]` and `{…}` values are separated by commas and a key is followed by `: ` on the same line. Texts that hold commas, colons, question marks or brackets need quotes there, also those with `${…}`.",
		Example:     "tags: [\"a\" \"b\"]\n",
	},
	{
		Code: YAMLColon, Severity: Error,
		Title:       "colon inside a value",
		Explanation: "A `:` with a blank behind it begins the value of a key. A text that contains one must stand in quotes.",
		Example:     "title: Orders: all of them\n",
	},
	{
		Code: YAMLIndent, Severity: Error,
		Title:       "indentation that fits nothing",
		Explanation: "Lines that belong together must be indented by the same number of spaces, and lines below a key by more than the key. A key that has a value on its own line takes nothing below it.",
		Example:     "columns:\n    id: string\n  name: string\n",
	},
	{
		Code: YAMLMissingColon, Severity: Error,
		Title:       "line without a colon where a key is expected",
		Explanation: "Among keys every line is `key: value`. The colon needs a blank behind it, and a text that goes on from the line before must be indented deeper than its key.",
		Example:     "columns:\n  id string\n  name: string\n",
	},
	{
		Code: YAMLMissingKey, Severity: Error,
		Title:       "value without a key",
		Explanation: "YAML allows a key that is empty; no document has a use for one, so it is taken for a slip.",
		Example:     "name: orders\n: shop.orders\n",
	},
	{
		Code: YAMLReservedChar, Severity: Error,
		Title:       "value that begins with a reserved character",
		Explanation: "YAML keeps `@`, the backtick, `%`, `,`, `]`, `}`, `|` and `>` for itself at the start of a value, and `*` and `&` for aliases and anchors. Put such a text in quotes.",
		Example:     "description: @shop\n",
	},
	{
		Code: YAMLTrailing, Severity: Error,
		Title:       "text behind a value that has ended",
		Explanation: "Behind a closing quote or bracket, an alias, and the `|` or `>` of a text only a comment may follow on the line. Often a quote inside a quoted text is the cause: write `''` within single quotes and `\\\"` within double ones.",
		Example:     "title: 'it's here'\n",
	},
	{
		Code: YAMLUnknownAnchor, Severity: Error,
		Title:       "alias without an anchor",
		Explanation: "`*name` repeats the value that carries `&name` earlier in the same document. Anchors do not reach from one document or file to the next.",
		Example:     "base: &base {type: string}\ncolumns:\n  id: *bsae\n",
	},
	{
		Code: YAMLEscape, Severity: Error,
		Title:       "unknown escape in double quotes",
		Explanation: "Within double quotes a backslash begins an escape such as `\\n`, `\\t` or `\\u00e9`. Write `\\\\` for the backslash itself, or use single quotes, where it has no meaning.",
		Example:     "path: \"C:\\data\"\n",
	},
	{
		Code: YAMLDirective, Severity: Error,
		Title:       "unknown directive",
		Explanation: "A line that begins with `%` before a document is a directive. Only `%YAML 1.x` and `%TAG` are known.",
		Example:     "%YAML 2.0\n---\nname: orders\n",
	},
	{
		Code: YAMLEncoding, Severity: Error,
		Title:       "file that is not UTF-8",
		Explanation: "Documents are UTF-8, with or without a byte order mark. A single byte that is not usually means that the file was saved as Windows-1252 or Latin-1.",
		Example:     "title: K\xF6ln\n",
	},
	{
		Code: YAMLControl, Severity: Error,
		Title:       "invisible control character",
		Explanation: "YAML allows no control characters but tab and line break. They get into files by copying from terminals and documents, and cannot be seen. Write an escape inside double quotes if the character is meant.",
		Example:     "title: Or\x07ders\n",
	},
	{
		Code: YAMLComplexKey, Severity: Error,
		Title:       "map or list as a key",
		Explanation: "Every key of a document is text. A key or value that begins with a brace, such as a template's `{{ name }}`, must stand in quotes.",
		Example:     "{{ name }}: orders\n",
	},
	{
		Code: YAMLMerge, Severity: Error,
		Title:       "merge of something that is no map",
		Explanation: "`<<` takes over the keys of another map: an alias of one, or a list of aliases, of which the first has precedence. Keys written in the map itself always win.",
		Example:     "a: &a 1\nb:\n  <<: *a\n",
	},
	{
		Code: YAMLTag, Severity: Error,
		Title:       "tag that has no meaning here",
		Explanation: "Of YAML's tags only those of plain values are known: !!str, !!int, !!float, !!bool, !!null, !!map and !!seq. References of other tools, such as `!Ref`, do nothing here.",
		Example:     "name: !Ref orders\n",
	},
	{
		Code: YAMLAliasCycle, Severity: Error,
		Title:       "alias inside the value that it names",
		Explanation: "The value would contain itself without end. Move the anchor to a value outside of it.",
		Example:     "a: &a\n  b: *a\n",
	},
	{
		Code: YAMLAliasLimit, Severity: Error,
		Title:       "aliases that repeat too much",
		Explanation: "A few lines of aliases of aliases can stand for more values than memory holds. Beyond fifty thousand repeated values in one document reading stops.",
		Example: "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
			"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n",
	},
	{
		Code: YAMLDepth, Severity: Error,
		Title:       "values nested too deep",
		Explanation: "No document needs more than a handful of levels. Beyond a hundred reading stops, since such a file is a mistake or an attack.",
		Example: "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n" +
			"  ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
	},
	{
		Code: NotYAML, Severity: Error,
		Title:       "file that is not text",
		Explanation: "The file holds bytes that no text has. It may be compressed, encrypted, or a document of another program under the wrong name.",
		Example:     "PK\x03\x04\x00\x00\x08\x00",
	},
	{
		Code: EmptyFile, Severity: Error,
		Title:       "file without a value",
		Explanation: "The file is empty or holds only comments. A file that is meant to do nothing yet should not have a name that the tool looks for.",
		Example:     "# the dataflow of the shop's orders\n",
	},
	{
		Code: FileTooLarge, Severity: Error,
		Title:       "file of more than 4 MiB",
		Explanation: "A document has a few kilobytes. A larger file is refused before it is read, since it is most likely not meant.",
	},
	{
		Code: DuplicateKey, Severity: Error,
		Title:       "key that stands twice in a map",
		Explanation: "One of the two values would be lost silently, and which one depends on the reader. Both places are shown; keep one.",
		Example:     with(goodDataflow, "columns:\n", "table: shop.invoices\ncolumns:\n"),
	},
}
