// Package rowfilter reads the filter of a dataflow: which rows of a table to bring
// in, such as
//
//	city == "Lund" and amount > 10 and not isNull(email)
//
// In: text. Out: a tree without `not` except before like and in, or the first fault
// with its position. A column is on the left of an operator, a literal on the right.
package rowfilter

// Node is a condition: *Junction, *Comparison, or *NullTest.
type Node interface{ node() }

// Junction joins conditions by "and" or "or".
type Junction struct {
	Op    string
	Terms []Node
}

// Comparison compares a column: ==, !=, <, <=, >, >=, like, or in. Not is only set for
// like and in.
type Comparison struct {
	Column   Name
	Op       string
	Not      bool
	Literals []Literal // one, for in any number
}

// NullTest asks whether a column has a value.
type NullTest struct {
	Column Name
	Not    bool // isNotNull
}

// Name is the name of a column, and where it is in the text.
type Name struct {
	Text       string
	Start, End int
}

// Kind is the kind of a literal.
type Kind uint8

// The kinds of literals.
const (
	Text    Kind = iota
	Number       // as JSON writes it
	Boolean      // true or false
	Time         // RFC 3339
)

// Literal is a value, and where it is in the text.
type Literal struct {
	Kind       Kind
	Text       string
	Start, End int
}

// Fault is what is wrong with a filter: a range of its text, and how to fix it.
type Fault struct {
	Start, End    int
	Message, Help string
}

func (f *Fault) Error() string { return f.Message }

func (*Junction) node()   {}
func (*Comparison) node() {}
func (*NullTest) node()   {}
