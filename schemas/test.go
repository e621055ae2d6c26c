package schemas

// Tests say what the mappings of a dataflow make of rows, in order.
type Tests []Test

// Test is one test of the mappings, which `aepflow test` runs. Its rows and values are data: nothing in them is filled
// in, and a test is the same for every target.
type Test struct {
	// What the test shows.
	Name string `yaml:"name" jsonschema:"minLength=1,maxLength=200,example=a lead without an account"`
	// A row of the source: its columns with their values. Columns that are left out are null.
	Given Free `yaml:"given,omitempty"`
	// Several rows, as a list, instead of given.
	Rows Free `yaml:"rows,omitempty"`
	// A file of the project with rows, instead of given: .csv, .tsv, .json, .jsonl, or .parquet, also gzipped.
	From string `yaml:"from,omitempty" jsonschema:"minLength=1,example=samples/customers.csv"`
	// What the record of the row has at paths such as person.name.firstName; null stands for a field that is not
	// written. Of several rows, a list has as many items as there are rows, and a map is what each record has.
	Expect Free `yaml:"expect,omitempty"`
	// Path of a field at which every row fails: its mapping gives no value, or the platform would reject the row.
	ExpectError string `yaml:"expectError,omitempty" jsonschema:"minLength=1,example=person.birthDate"`
	// Whether the record has nothing but what is expected.
	Exactly bool `yaml:"exactly,omitempty"`
}

// Free is any value, as JSON; nil when the key is absent.
type Free struct{ JSON []byte }
