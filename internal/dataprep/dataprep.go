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

import "github.com/aepflow/aepflow/internal/diag"

// Limits of one expression. Length is the platform's, in characters; depth is
// ours and keeps a hostile text from exhausting the stack.
const (
	maxLength = 4096
	maxDepth  = 200
)

// Problem is one fault of an expression. Start and End are byte offsets into
// its text. Replacement, when not empty, is the text to put between them.
type Problem struct {
	Code        diag.Code
	Severity    diag.Severity
	Start, End  int
	Message     string // lowercase, no final period
	Help        string
	Replacement string
}

// HasErrors reports whether any problem is an error.
func HasErrors(problems []Problem) bool {
	for _, p := range problems {
		if p.Severity == diag.Error {
			return true
		}
	}
	return false
}
