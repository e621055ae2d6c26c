package compiler

import (
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/schemas"
)

// columnEnv is what expressions of a dataflow may read: its columns and their
// types, anything when it declares none.
func columnEnv(f *schemas.Dataflow) dataprep.Env {
	if len(f.Columns) == 0 {
		return dataprep.Env{}
	}
	env := dataprep.Env{Columns: make(map[string]string, len(f.Columns))}
	for _, c := range f.Columns {
		env.Columns[c.Name] = c.Type
	}
	env.Names = nearest.Of(columnNames(f))
	return env
}

// isAttribute reports whether the short form of a mapping is an attribute of the
// source and no expression: a declared column, or where none are declared anything
// that has the form of a path.
func isAttribute(text string, env dataprep.Env) bool {
	if env.Columns == nil {
		_, ok := dataprep.AttributePath(text)
		return ok
	}
	_, ok := env.Columns[text]
	return ok
}

// attributeOf is the path that a mapping of type ATTRIBUTE sends. `source` is the
// name of a column whatever its letters; the short form may be a path where no
// columns are declared.
func attributeOf(f *schemas.Dataflow, m schemas.Mapping) string {
	if m.From != "" && len(f.Columns) == 0 {
		if path, ok := dataprep.AttributePath(m.From); ok {
			return path
		}
	}
	return dataprep.AttributeSource(m.Source)
}
