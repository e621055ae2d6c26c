package rowfilter

import "strings"

// QuoteText writes a text as a literal.
func QuoteText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// QuoteName writes the name of a column: bare where it reads as one.
func QuoteName(name string) string {
	n, fault := Parse(name + " == 1")
	if c, ok := n.(*Comparison); fault == nil && ok && c.Column.Text == name && len(name) == c.Column.End {
		return name
	}
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}
