package dataprep

import (
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
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

// Rows are rows of bound data, and the columns that their source connection declares.
type Rows struct {
	Columns []record.Column
	Header  []string // of rows of texts
	Rows    []record.Row
}

// Bound gives up to so many rows of the bound data that a flow with a mapping set reads; none without bound data.
type Bound func(sp *core.Space, mappingSet string, most int) (Rows, error)

// compiler compiles mappings to fields of one schema, for rows with columns of these types; rows of a call have none.
type compiler struct {
	schema  *xdm.Schema
	columns []record.Column
	inputs  eval.Inputs
}

// compilerOf is the compiler of a set. Of the same set, what is random comes in the same order.
func compilerOf(sp *core.Space, set object, columns []record.Column) compiler {
	resolved := registry.Resolve(sp, registry.FindResource(sp, core.Text(set, "xdmSchema")))
	return compiler{xdm.NewResolved(resolved), columns, eval.Inputs{
		Now: sp.Env.Now, Random: rand.NewChaCha8(sha256.Sum256([]byte(core.Text(set, "id")))),
	}}
}

// compile makes the evaluator of mappings. The error is for a mapping that can never run.
func (k compiler) compile(mappings []any) (*Evaluator, error) {
	var list []record.Mapping
	for _, m := range mappings {
		row := record.Mapping{Destination: core.Text(m, "destination"), Source: core.Text(m, "source")}
		switch kind := KindOf(m); {
		case kind == "STATIC":
			row.Form = record.Constant
		case kind == "EXPRESSION", strings.HasPrefix(row.Source, "${"):
			row.Form = record.Expression
		}
		list = append(list, row)
	}
	compiled, err := record.Compile(k.schema, k.columns, list, k.inputs)
	if err != nil {
		return nil, err
	}
	return &Evaluator{record.NewMachine(compiled), mappings}, nil
}

// NewEvaluator is the evaluator of the mappings of a set.
func NewEvaluator(sp *core.Space, set object, columns []record.Column) (*Evaluator, error) {
	return compilerOf(sp, set, columns).compile(core.List(set, "mappings"))
}

// callWork bounds the work of a call on all its rows; see record.Machine.Bound.
const callWork = 10_000_000

// BoundCall bounds the work on the next rows to that of one call.
func (e *Evaluator) BoundCall() { e.Bound(context.Background(), e.Work()+callWork) }

// each evaluates the rows of a call.
func (e *Evaluator) each(rows Rows, look func(i int)) error {
	e.BoundCall()
	e.Header(rows.Header)
	for i, row := range rows.Rows {
		err := e.Row(row)
		switch {
		case errors.Is(err, record.ErrWork):
			return badMapping("the mappings need more than %d steps on these rows: give fewer rows or mappings", callWork)
		case err != nil:
			return badMapping("row %d: %v", i+1, err)
		}
		look(i)
	}
	return nil
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
			"sourceType": KindOf(m), "state": o.State.String()}
		if o.Message != "" {
			note["message"] = o.Message
		}
		out[i] = note
	}
	return out
}

// Rejection is why the platform rejects the row, "" if it does not, and whether a mapping that failed is the cause.
func (e *Evaluator) Rejection() (why string, failed bool) {
	faults := e.Faults()
	if len(faults) == 0 {
		return "", false
	}
	why = faults[0].Message
	mapping, failed := e.CauseOf(faults[0])
	if failed {
		why = e.Outcomes()[mapping].Message
	}
	return faults[0].Path + ": " + why, failed
}

// problems are the errors of a row in a preview: mappings without a value because of an error, and what breaks the
// schema.
func (e *Evaluator) problems() (out []any) {
	faults := len(e.Faults())
	for i, o := range e.Outcomes() {
		if o.State == record.Failed || o.State == record.Unknown {
			out = append(out, transformError(e.mappings[i], o.Message))
		}
		for _, f := range e.FaultsOf(i) {
			out = append(out, transformError(e.mappings[i], f.Message))
			faults--
		}
	}
	for _, f := range e.Faults()[len(e.Faults())-faults:] { // required fields come last, and have no mapping
		out = append(out, transformError(object{"destination": f.Path}, f.Message))
	}
	return out
}

// transformError is the platform's TransformErrorInfo.
func transformError(mapping any, why string) object {
	return object{
		"destination": core.Text(mapping, "destination"), "source": core.Text(mapping, "source"),
		"sourceType": core.Text(mapping, "sourceType"), "exception": why, "columnName": "",
	}
}
