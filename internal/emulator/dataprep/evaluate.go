package dataprep

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/registry"
	"github.com/aepflow/aepflow/internal/record"
	"github.com/aepflow/aepflow/internal/xdm"
)

// Evaluator makes the records of rows by the mappings of a set.
type Evaluator struct {
	*record.Machine
	mappings []any // of the set
}

// NewEvaluator compiles the mappings of a set, for rows with columns of these types; rows of a call have none. Of the
// same set, what is random comes in the same order. The error is for a mapping that can never run.
func NewEvaluator(sp *core.Space, set object, columns []record.Column) (*Evaluator, error) {
	e := &Evaluator{mappings: core.List(set, "mappings")}
	var mappings []record.Mapping
	for _, m := range e.mappings {
		row := record.Mapping{Destination: core.Text(m, "destination"), Source: core.Text(m, "source")}
		switch kind := KindOf(m); {
		case kind == "STATIC":
			row.Form = record.Constant
		case kind == "EXPRESSION", strings.HasPrefix(row.Source, "${"):
			row.Form = record.Expression
		}
		mappings = append(mappings, row)
	}
	resolved := registry.Resolve(sp, registry.FindResource(sp, core.Text(set, "xdmSchema")))
	compiled, err := record.Compile(xdm.NewResolved(resolved), columns, mappings, eval.Inputs{
		Now: sp.Env.Now, Random: rand.NewChaCha8(sha256.Sum256([]byte(core.Text(set, "id")))),
	})
	if err != nil {
		return nil, err
	}
	e.Machine = record.NewMachine(compiled)
	return e, nil
}

// Record is the record of the row.
func (e *Evaluator) Record() any {
	v, err := core.DecodeJSON(e.AppendJSON(nil))
	if err != nil {
		return object{} // it has more levels than any client reads
	}
	return v
}

// Notes say for each mapping what it did to the row.
func (e *Evaluator) Notes() []any {
	out := make([]any, len(e.mappings))
	for i, o := range e.Outcomes() {
		m := e.mappings[i]
		note := object{"destination": core.Text(m, "destination"), "source": core.Text(m, "source"),
			"state": o.State.String()}
		if o.Message != "" {
			note["message"] = o.Message
		}
		out[i] = note
	}
	return out
}

// Failed reports whether a mapping failed on the row.
func (e *Evaluator) Failed() bool {
	return slices.ContainsFunc(e.Outcomes(), func(o record.Outcome) bool { return o.State == record.Failed })
}

// problems are the errors of a row in a preview: mappings without a value because of an error, and what breaks the
// schema.
func (e *Evaluator) problems() (out []any) {
	fault := func(m any, why string) {
		out = append(out, object{
			"destination": core.Text(m, "destination"), "source": core.Text(m, "source"),
			"sourceType": core.Text(m, "sourceType"), "exception": why, "columnName": "",
		})
	}
	for i, o := range e.Outcomes() {
		if o.State == record.Failed || o.State == record.Unknown {
			fault(e.mappings[i], o.Message)
		}
	}
	for _, f := range e.Faults() {
		fault(object{"destination": f.Path}, f.Message)
	}
	return out
}
