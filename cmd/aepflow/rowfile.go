package main

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/output"
)

// rowColumns compares the columns that a dataflow declares with those of rows.
type rowColumns struct {
	declared, found []string
}

func columnsOf(t compiler.Transform, found []string) rowColumns {
	c := rowColumns{found: found}
	for _, column := range t.Columns {
		c.declared = append(c.declared, column.Name)
	}
	return c
}

// strangers says that rows with columns have none of the declared ones: most likely they lack a header line. It is
// empty if they have one, or if nothing is declared.
func (c rowColumns) strangers() string {
	if len(c.declared) == 0 || len(c.found) == 0 ||
		slices.ContainsFunc(c.found, func(name string) bool { return slices.Contains(c.declared, name) }) {
		return ""
	}
	return "none of its columns is declared in the dataflow: " + someNames(c.found) + "; expected names such as " +
		someNames(c.declared)
}

// someNames are the first few of a list.
func someNames(names []string) string {
	const most = 4
	var shown []string
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, output.Quote(name))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// meant is the column of the rows that most likely is a declared one which they lack, "" if none is.
func (c rowColumns) meant(absent string) string {
	var unknown []string
	for _, name := range c.found {
		if !slices.Contains(c.declared, name) {
			unknown = append(unknown, name)
		}
	}
	near, _ := diag.Nearest(absent, unknown)
	return near
}

// misspelt is a declared column that the rows lack and have by another name, "" if there is none.
func (c rowColumns) misspelt() (name, meant string) {
	for _, name := range c.declared {
		if slices.Contains(c.found, name) {
			continue
		}
		if meant := c.meant(name); meant != "" {
			return name, meant
		}
	}
	return "", ""
}
