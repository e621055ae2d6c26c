package rowfilter

import "strings"

// QuoteText writes a text as a literal.
func QuoteText(text string) string {
	return `"` + textEscapes.Replace(text) + `"`
}

var textEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// QuoteName writes the name of a column: bare where it reads as one.
func QuoteName(name string) string {
	n, fault := Parse(name + " == 1")
	if c, ok := n.(*Comparison); fault == nil && ok && c.Column.Text == name && len(name) == c.Column.End {
		return name
	}
	return "`" + nameEscapes.Replace(name) + "`"
}

var nameEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`")
