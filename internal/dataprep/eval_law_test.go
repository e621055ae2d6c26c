package dataprep_test

import (
	"testing"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/dataprep/eval"
	"github.com/aepflow/aepflow/internal/specs"
)

// FuzzPrintEval: a printed expression gives what its source gives.
func FuzzPrintEval(f *testing.F) {
	for _, fn := range specs.Functions() {
		for _, e := range fn.Examples {
			f.Add(e.Expr)
		}
	}
	for _, s := range []string{"-(1 - 2) - -3", "!(a == 1) ? [1, 'x'] : {'a': 2}", "l[0].b =~ '\\\\d'",
		"010 + 0x1F - 1.5f"} {
		f.Add(s)
	}
	row, err := eval.ParseJSON(`{"a": 1, "l": [{"b": "1"}], "s": "x", "n": null}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		tree, _ := dataprep.Parse(source)
		if tree == nil {
			return
		}
		printed, _ := dataprep.Parse(dataprep.Print(tree))
		if printed == nil { // longer than an expression may be
			return
		}
		want, got := outcome(tree, row), outcome(printed, row)
		if want != got && want != string(eval.RegexTooSlow) && got != string(eval.RegexTooSlow) {
			t.Errorf("%s gives %s; printed, %s gives %s", source, want, dataprep.Print(tree), got)
		}
	})
}

func outcome(tree dataprep.Expr, row eval.Value) string {
	set := eval.NewSet(eval.Default, eval.Inputs{})
	p, err := set.Compile(tree)
	if err != nil {
		return string(err.Code)
	}
	m := eval.NewMachine(set)
	m.SetObject(row.Object())
	v, err := m.Run(p)
	if err != nil {
		return string(err.Code)
	}
	return string(eval.AppendJSON(nil, v))
}
