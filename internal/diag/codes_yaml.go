package diag

// yamlCodes explains the codes of YAML itself.
var yamlCodes = []Entry{
	{
		Code: MergeConflict, Severity: Error,
		Title: "unresolved merge conflict",
		Explanation: "Git could not merge two changes and wrote both into the file. Keep the lines that are right, " +
			"remove the " +
			"markers, and run `aepflow plan`: it shows what the merged document changes.",
		Example: "name: orders\n<<<<<<< HEAD\ntable: shop.orders\n=======\ntable: shop.sales\n>>>>>>> sales\n",
	},
	{
		Code: YAMLSyntax, Severity: Error,
		Title: "text that is not valid YAML",
		Explanation: "The text breaks a rule of YAML, and none of the common mistakes explains it. The position is " +
			"where reading stopped; the mistake may be just before it. Check quotes, brackets, indentation, " +
			"and the space after each `:`.",
		Example: "name: orders\nbase: &base\n  &again shop\ntable: x\n",
	},
	{
		Code: YAMLTab, Severity: Error,
		Title: "tab in the indentation",
		Explanation: "YAML indents with spaces only, because editors disagree about the width of a tab. Replace tabs " +
			"with spaces; most editors can convert a whole file. Tabs on lines that contain nothing else are " +
			"harmless.",
		Example: "columns:\n\tid: string\n",
	},
	{
		Code: YAMLUnclosedQuote, Severity: Error,
		Title: "unclosed quote",
		Explanation: "A quoted text continues, over any number of lines, until the same quote appears again. If the " +
			"closing quote is missing, the text includes the keys below it, or ends where another text was " +
			"meant to begin.",
		Example: "title: \"Orders\ntable: shop.orders\n",
	},
	{
		Code: YAMLUnclosedFlow, Severity: Error,
		Title: "unclosed or mismatched bracket",
		Explanation: "`[a, b]` and `{a: b}` continue, over any number of lines, until their own closing bracket. A " +
			"text " +
			"that merely starts with a bracket needs quotes.",
		Example: "fieldGroups: [profile-person, identity-map\ntitle: People\n",
	},
	{
		Code: YAMLFlow, Severity: Error,
		Title: "wrong separator inside brackets",
		Explanation: "Inside `[…]` and `{…}`, separate values with commas, and follow a key with `: ` on the same " +
			"line. " +
			"Texts that contain commas, colons, question marks, or brackets need quotes there, including texts " +
			"with `${…}` or `_{TENANT_ID}`, which `validate --fix` puts in quotes.",
		Example: "tags: [\"a\" \"b\"]\n",
	},
	{
		Code: YAMLColon, Severity: Error,
		Title:       "colon inside a value",
		Explanation: "A `:` followed by a space starts the value of a key. Put a text that contains one in quotes.",
		Example:     "title: Orders: all of them\n",
	},
	{
		Code: YAMLIndent, Severity: Error,
		Title: "inconsistent indentation",
		Explanation: "Indent lines that belong together by the same number of spaces, and lines below a key by more " +
			"than the key. A key with a value on its own line cannot have lines below it.",
		Example: "columns:\n    id: string\n  name: string\n",
	},
	{
		Code: YAMLMissingColon, Severity: Error,
		Title: "line without a colon where a key is expected",
		Explanation: "In a map, every line is `key: value`. The colon must be followed by a space, and a text that " +
			"continues from the line before must be indented more than its key.",
		Example: "columns:\n  id string\n  name: string\n",
	},
	{
		Code: YAMLMissingKey, Severity: Error,
		Title:       "value without a key",
		Explanation: "YAML allows empty keys, but no document uses one, so this is treated as a mistake.",
		Example:     "name: orders\n: shop.orders\n",
	},
	{
		Code: YAMLReservedChar, Severity: Error,
		Title: "value that starts with a reserved character",
		Explanation: "YAML reserves `@`, the backtick, `%`, `,`, `]`, `}`, `|`, and `>` at the start of a value, and " +
			"`*` and `&` for aliases and anchors. Put such a text in quotes.",
		Example: "description: @shop\n",
	},
	{
		Code: YAMLTrailing, Severity: Error,
		Title: "text after the end of a value",
		Explanation: "After a closing quote or bracket, an alias, and the `|` or `>` of a block text, only a comment " +
			"may follow on the line. A quote inside a quoted text is a common cause: write `''` in single " +
			"quotes and `\\\"` in double quotes.",
		Example: "title: 'it's here'\n",
	},
	{
		Code: YAMLUnknownAnchor, Severity: Error,
		Title: "alias without an anchor",
		Explanation: "`*name` repeats the value marked `&name` earlier in the same document. Anchors do not carry " +
			"over " +
			"to other documents or files.",
		Example: "base: &base {type: string}\ncolumns:\n  id: *bsae\n",
	},
	{
		Code: YAMLEscape, Severity: Error,
		Title: "unknown escape in double quotes",
		Explanation: "In double quotes, a backslash starts an escape such as `\\n`, `\\t`, or `\\u00e9`. Write " +
			"`\\\\` " +
			"for a backslash, or use single quotes, where it has no special meaning.",
		Example: "path: \"C:\\data\"\n",
	},
	{
		Code: YAMLDirective, Severity: Error,
		Title: "unknown directive",
		Explanation: "A line that starts with `%` before a document is a directive. Only `%YAML 1.x` and `%TAG` are " +
			"supported.",
		Example: "%YAML 2.0\n---\nname: orders\n",
	},
	{
		Code: YAMLEncoding, Severity: Error,
		Title: "file that is not UTF-8",
		Explanation: "Documents are UTF-8, with or without a byte order mark. An invalid byte usually means that the " +
			"file was saved as Windows-1252 or Latin-1.",
		Example: "title: K\xF6ln\n",
	},
	{
		Code: YAMLControl, Severity: Error,
		Title: "invisible control character",
		Explanation: "YAML allows no control characters except tab and line break. They get into files by copying " +
			"from " +
			"terminals and documents, and cannot be seen. If you need the character, write an escape in double " +
			"quotes.",
		Example: "title: Or\x07ders\n",
	},
	{
		Code: YAMLComplexKey, Severity: Error,
		Title: "map or list as a key",
		Explanation: "Every key of a document is text. Quote a key or value that starts with a brace, such as the `{{ " +
			"name }}` of a template.",
		Example: "{{ name }}: orders\n",
	},
	{
		Code: YAMLMerge, Severity: Error,
		Title: "merge of something that is not a map",
		Explanation: "`<<` adds the keys of another map: an alias of one, or a list of aliases, of which the first " +
			"takes precedence. Keys written in the map itself always win.",
		Example: "a: &a 1\nb:\n  <<: *a\n",
	},
	{
		Code: YAMLTag, Severity: Error,
		Title: "unsupported tag",
		Explanation: "Only YAML's tags for plain values are supported: !!str, !!int, !!float, !!bool, !!null, !!map, " +
			"and !!seq. References from other tools, such as `!Ref`, have no effect.",
		Example: "name: !Ref orders\n",
	},
	{
		Code: YAMLAliasCycle, Severity: Error,
		Title:       "alias inside the value that it names",
		Explanation: "The value would contain itself. Move the anchor to a value outside of it.",
		Example:     "a: &a\n  b: *a\n",
	},
	{
		Code: YAMLAliasLimit, Severity: Error,
		Title: "too many repeated values",
		Explanation: "A few lines of nested aliases can expand to more values than fit in memory. Reading stops at " +
			"fifty thousand repeated values in one document, and at a thousand plus two for each byte in one file.",
		Example: "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, " +
			"*b, *b, *b, *b, *b, *b]\n" +
			"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, " +
			"*e, *e, *e, *e, *e, *e, *e]\n",
	},
	{
		Code: YAMLDepth, Severity: Error,
		Title: "too many levels of nesting",
		Explanation: "No document needs more than a few levels. Reading stops at a hundred, because such a file is a " +
			"mistake or an attack.",
		Example: "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n" +
			"  ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
	},
	{
		Code: NotYAML, Severity: Error,
		Title: "file that is not text",
		Explanation: "The file contains bytes that no text contains. It may be compressed, encrypted, or a file of " +
			"another program under the wrong name.",
		Example: "PK\x03\x04\x00\x00\x08\x00",
	},
	{
		Code: EmptyFile, Severity: Error,
		Title: "empty file",
		Explanation: "The file is empty or contains only comments. Do not give a file that is not ready yet a name " +
			"that " +
			"marks it as a document.",
		Example: "# the dataflow of the shop's orders\n",
	},
	{
		Code: FileTooLarge, Severity: Error,
		Title: "file larger than 4 MiB",
		Explanation: "A document is a few kilobytes long. A larger file is rejected before it is read, because it is " +
			"almost certainly a mistake.",
	},
	{
		Code: ProjectTooLarge, Severity: Error,
		Title: "documents of more than 256 MiB",
		Explanation: "A project may hold 256 MiB of documents, which is many thousand files. Reading stops at the " +
			"file that exceeds the limit.",
	},
	{
		Code: TooManyDocuments, Severity: Error,
		Title: "too many documents",
		Explanation: "A file may hold 10,000 documents and a project 50,000. Reading stops at the document that " +
			"exceeds " +
			"the limit, and nothing else is said about the file or the project.",
	},
	{
		Code: DuplicateKey, Severity: Error,
		Title: "duplicate key",
		Explanation: "One of the two values would be lost silently, and which one depends on the reader. Both places " +
			"are shown; keep one.",
		Example: with(goodDataflow, "columns:\n", "table: shop.invoices\ncolumns:\n"),
	},
}
