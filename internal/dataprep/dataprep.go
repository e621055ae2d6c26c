// Package dataprep knows the platform's mapping language: how an expression
// reads, which functions there are, what type a result has.
//
// In: the text of one expression and the columns that it may name. Out: a plain
// tree whose nodes carry byte offsets into that text, and problems with offsets
// of the same kind. Laws: Parse never panics; every offset lies inside the text;
// Parse(Print(e)) is e, positions apart.
//
// The platform does not publish a grammar. Operators, precedence and literals
// are those of Apache Commons JEXL 3, whose reserved words and operator names
// the platform's own listings repeat.
package dataprep

// Limits of one expression. Length is the platform's, in characters; depth is
// ours and keeps a hostile text from exhausting the stack.
const (
	MaxLength = 4096
	MaxDepth  = 200
)

// Severity of a problem; only errors make an expression wrong.
type Severity uint8

// The severities, mildest first.
const (
	Note Severity = iota
	Warning
	Error
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// Problem is one fault of an expression. Start and End are byte offsets into
// its text. Replacement, when not empty, is the text to put between them.
type Problem struct {
	Code        string // kebab-case, stable
	Severity    Severity
	Start, End  int
	Message     string // lower case, no full stop
	Help        string
	Replacement string
}

// HasErrors reports whether any problem is an error.
func HasErrors(problems []Problem) bool {
	for _, p := range problems {
		if p.Severity == Error {
			return true
		}
	}
	return false
}
