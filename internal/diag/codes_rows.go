package diag

// The codes of tests of mappings.
const (
	TestForm  Code = "test-form"
	TestValue Code = "test-value"
	TestField Code = "test-field"
	TestWork  Code = "test-work"
)

// testedBy returns the document about people with a test.
func testedBy(test string) string {
	return personDataflow + "tests:\n  - name: a person with points\n" + test
}

// testCodes explains the codes of tests of mappings.
var testCodes = []Entry{
	{
		Code: TestForm, Severity: Error,
		Title: "test that cannot be run",
		Explanation: "A test has a name of its own, rows, and what it expects of them. Rows are `given` (one row), " +
			"`rows` (a list of rows), or `from` (a file of the project); a test has exactly one of them. `expect` is a map " +
			"of paths and values, or a list with a map for each row; `expectError` is the path of a field that fails.",
		Example: testedBy("    given: {id: \"7\"}\n"),
	},
	{
		Code: TestValue, Severity: Error,
		Title: "value of a test that the column never has",
		Explanation: "A row of a test has a value of another type than its column, so the source never gives such a " +
			"row. YAML reads `7` as a number and `no` as text: put what is text in quotes.",
		Example: testedBy("    given: {id: 7}\n    expect: {_id: \"7\"}\n"),
	},
	{
		Code: TestField, Severity: Error,
		Title: "test of a field that no mapping fills",
		Explanation: "The path is not the destination of a mapping, a part of one, or what one is a part of. Paths are " +
			"written as in `mappings`.",
		Example: testedBy("    given: {id: \"7\"}\n    expect: {person.name.firstName: Ada}\n"),
	},
	{
		Code: TestWork, Severity: Error,
		Title: "tests that take too long",
		Explanation: "The tests that a command runs need more than 25,000,000 steps in all. A step is a part of an " +
			"expression, a value, or 16 bytes of a row, so the sum is the same on every machine: about 250,000 rows with " +
			"twelve mappings. The test with the most steps is named; fewer rows usually test as much. " +
			"`aepflow test --long` runs the tests however long they take, and `--no-tests` plans and applies without them.",
	},
}
