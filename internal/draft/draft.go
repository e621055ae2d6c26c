// Package draft writes first documents, which a person then completes.
//
// In: a table and its columns, as flags or the source say them. Out: texts of documents that validate, and the edits
// that bring new columns into one. What is guessed is marked as a guess.
package draft

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/aepflow/aepflow/compiler/lift"
	"github.com/aepflow/aepflow/internal/document"
)

// fieldName returns the schema field of a column: customer_id becomes customerId. n is the index of the column, for
// names without a letter.
func fieldName(column string, n int) string {
	if strings.ToUpper(column) == column {
		column = strings.ToLower(column)
	}
	words := strings.FieldsFunc(column, func(r rune) bool { return !isWord(r) })
	for i, w := range words {
		if i > 0 {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	name := strings.Join(words, "")
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return fmt.Sprintf("column%d%s", n+1, name)
	}
	return name
}

// fieldNames gives each column a field of its own: how many columns wanted a name, by the name in lower
// case: names that differ only in case are one to many tools.
type fieldNames map[string]int

// of is fieldName for a column, with a number after it if an earlier column has that name.
func (f fieldNames) of(column string, n int) string {
	wanted := fieldName(column, n)
	name, count := wanted, strings.ToLower(wanted)
	for f[strings.ToLower(name)] > 0 {
		f[count]++
		name = wanted + strconv.Itoa(f[count])
	}
	f[strings.ToLower(name)]++
	return name
}

// isWord reports whether a rune is allowed in the name of a field.
func isWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func render(text string, data any) ([]byte, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"yaml": document.QuoteKey,
		"text": func(s string) string { return document.QuoteKey(lift.Text(s)) }, // of values: keys have no references
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("fill template: %w", err)
	}
	return b.Bytes(), nil
}
