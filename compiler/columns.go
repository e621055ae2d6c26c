package compiler

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/schemas"
)

// canNest reports whether the rows of a dataflow's source have objects and lists: its
// columns are then paths. In a table and in a delimited file a column's whole key is
// its name.
func canNest(f *schemas.Dataflow) bool {
	if f.Files == nil {
		return f.Rest != nil || f.Stream != nil && f.Stream.TableName == "" // Snowflake streams a table
	}
	format := formatOf(f.Files)
	return format == "json" || format == "parquet"
}

// columnEnv is what expressions of a dataflow may read: its columns and their
// types, anything when it declares none.
func columnEnv(f *schemas.Dataflow) dataprep.Env {
	if len(f.Columns) == 0 {
		return dataprep.Env{}
	}
	env := dataprep.Env{Columns: make(map[string]string, len(f.Columns)), Names: nearest.Of(columnNames(f))}
	if !canNest(f) {
		for _, c := range f.Columns {
			env.Columns[c.Name] = c.Type
		}
		return env
	}
	env.Paths = map[string]string{}
	for _, c := range f.Columns {
		addPath(env, c)
	}
	return env
}

// addPath enters a column and the objects and lists that it lies in.
func addPath(env dataprep.Env, c schemas.Column) {
	steps, fault := columnSteps(c.Name)
	if fault != "" {
		return // an error says so
	}
	path := ""
	for i, s := range steps {
		path = strings.TrimPrefix(path+"."+dataprep.AttributeSource(s.name), ".")
		typ := "object"
		if i == len(steps)-1 {
			typ = c.Type
		}
		for s.lists > 0 && i < len(steps)-1 || typ != c.Type && s.lists > 0 {
			env.Paths[path] = cmp.Or(env.Paths[path], "array<"+typ+">")
			path, s.lists = path+"[]", s.lists-1
		}
		if element, ok := strings.CutSuffix(typ, "[]"); ok {
			env.Paths[path], env.Paths[path+"[]"] = "array<"+element+">", element
		} else {
			env.Paths[path] = cmp.Or(env.Paths[path], typ)
		}
		if i == 0 {
			env.Columns[s.name] = env.Paths[dataprep.AttributeSource(s.name)]
		}
	}
}

// columnStep is a name in the path of a column, and how many lists of lists hold it.
type columnStep struct {
	name  string
	lists int
}

// maxColumnSteps is how deep a column may lie.
const maxColumnSteps = 50

// columnSteps cuts the path of a nested column, such as items[].sku, at its dots: a
// backslash keeps the next character in a name. fault says why it is not a path.
func columnSteps(path string) (steps []columnStep, fault string) {
	var name strings.Builder
	lists := 0
	end := func() string {
		if name.Len() == 0 {
			return "empty name"
		}
		steps = append(steps, columnStep{name.String(), lists})
		name.Reset()
		lists = 0
		return ""
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && i+1 < len(path):
			i++
			name.WriteByte(path[i])
		case strings.HasPrefix(path[i:], "[]"):
			lists++
			i++
		case c == '.':
			if fault = end(); fault != "" {
				return nil, fault
			}
		case c == '[' || c == ']':
			return nil, "a list is written []"
		case lists > 0:
			return nil, "expected a dot after []"
		default:
			name.WriteByte(c)
		}
	}
	switch {
	case lists > 0:
		return nil, "the type says that a column is a list"
	case len(steps) >= maxColumnSteps:
		return nil, fmt.Sprintf("more than %d levels", maxColumnSteps)
	}
	return steps, end()
}

// isAttribute reports whether the short form of a mapping is an attribute of the
// source and no expression: a declared column, or where none are declared, or rows
// have objects, anything that has the form of a path.
func isAttribute(text string, env dataprep.Env) bool {
	if env.Columns == nil || env.Paths != nil {
		_, ok := dataprep.AttributePath(text)
		return ok
	}
	_, ok := env.Columns[text]
	return ok
}

// attributeOf is the path that a mapping of type ATTRIBUTE sends. `source` is the
// name of a column whatever its letters, and where rows have objects a path; the
// short form may also be a path where no columns are declared.
func attributeOf(f *schemas.Dataflow, m schemas.Mapping) string {
	if canNest(f) || m.From != "" && len(f.Columns) == 0 {
		if path, ok := dataprep.AttributePath(m.Source); ok {
			return path
		}
	}
	return dataprep.AttributeSource(m.Source)
}

// sourceType is the type of what a mapping reads, false when it is not a column of the
// source. The type is "" when no columns are declared.
func sourceType(text string, env dataprep.Env) (string, bool) {
	if env.Columns == nil {
		return "", true
	}
	if env.Paths != nil {
		if path, ok := dataprep.AttributePath(text); ok {
			return env.PathType(path)
		}
	}
	typ, ok := env.Columns[text]
	return typ, ok
}

// checkColumns reports columns that the source cannot have: lists in a table, typed
// columns in a delimited file, and paths that contradict each other.
func checkColumns(u *unit, report *diag.Report) {
	f := u.dataflow
	if canNest(f) {
		checkPaths(u, report)
		return
	}
	for _, c := range f.Columns {
		switch {
		case f.Files != nil && c.Type != "string" && c.Type != "":
			report.Add(delimitedColumn{u, c})
		case strings.HasSuffix(c.Type, "[]"):
			report.Add(listInTable{u, c})
		}
	}
}

func checkPaths(u *unit, report *diag.Report) {
	leaf, above := map[string]string{}, map[string]string{} // path → the column that has it, or lies below it
	for _, c := range u.dataflow.Columns {
		steps, fault := columnSteps(c.Name)
		if fault != "" {
			report.Add(columnPath{u.at("columns", c.Name), fault, decode.Place{}})
			continue
		}
		path, other := "", ""
		for i, s := range steps {
			path = strings.TrimPrefix(path+"."+dataprep.AttributeSource(s.name), ".")
			other = cmp.Or(other, leaf[path])
			if i < len(steps)-1 {
				above[path] = cmp.Or(above[path], c.Name)
			}
		}
		if other = cmp.Or(other, above[path]); other != "" {
			report.Add(columnPath{u.at("columns", c.Name), "both a value and an object", u.at("columns", other)})
		}
		leaf[path] = c.Name
	}
}

type columnPath struct {
	at    decode.Place
	fault string
	other decode.Place // the column that contradicts it, zero for none
}

func (p columnPath) Diagnose() diag.Diagnostic {
	name := p.at.Path[len(p.at.Path)-1].Key
	d := diag.Diagnostic{
		Code: diag.ColumnPath, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("invalid column path `%s`", name),
		Labels:  p.at.KeyLabels(p.fault),
		Help: "write names with dots, such as address.city, and [] after a list, such as items[].sku; " +
			"`\\.` is a dot in a name",
	}
	if p.other.Doc != nil {
		d.Labels = append(d.Labels, diag.Label{Span: p.other.Key(), Text: "and here"})
		d.Help = "declare either the value or its members"
	}
	return d
}

type delimitedColumn struct {
	u      *unit
	column schemas.Column
}

func (p delimitedColumn) Diagnose() diag.Diagnostic {
	at := p.u.at("columns", p.column.Name)
	from := dataprep.QuoteAttribute(p.column.Name)
	help := map[string]string{
		"boolean": from + ` == "true"`, "integer": "to_integer(" + from + ")", "long": "to_integer(" + from + ")",
		"double": "to_decimal(" + from + ")", "date": "date(" + from + `, "yyyy-MM-dd")`,
		"date-time": "date(" + from + `, "yyyy-MM-dd HH:mm:ss")`,
	}[p.column.Type]
	return diag.Diagnostic{
		Code: diag.ColumnType, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("column `%s` of a delimited file has type %s, expected string", p.column.Name, p.column.Type),
		Labels:  at.Labels("delimited files contain text"),
		Help:    "write `string`, and convert it in the mapping: " + cmp.Or(help, "explode("+from+`, ",")`),
	}
}

type listInTable struct {
	u      *unit
	column schemas.Column
}

func (p listInTable) Diagnose() diag.Diagnostic {
	at := p.u.at("columns", p.column.Name)
	return diag.Diagnostic{
		Code: diag.ColumnType, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("column `%s` of a table has type %s", p.column.Name, p.column.Type),
		Labels:  at.Labels("tables have no lists"),
		Help:    "write the type of one value; only JSON and Parquet files have lists",
	}
}
