package dataprep

import "github.com/aepflow/aepflow/internal/specs"

// Results lists the parts of e of which one becomes its value: the branches of
// choices, followed as far as they go. A mapping onto a field with an
// enumeration is checked by the literals among them.
func Results(e Expr) []Expr {
	switch e := e.(type) {
	case *Choice:
		return append(Results(e.Then), Results(e.Else)...)
	case *Binary:
		if e.Op == "?:" || e.Op == "??" {
			return append(Results(e.X), Results(e.Y)...)
		}
	case *Call:
		f, ok := specs.FunctionByName(e.Name)
		if !ok {
			break
		}
		switch {
		case f.Name == "iif" && len(e.Args) == 3:
			return append(Results(e.Args[1]), Results(e.Args[2])...)
		case f.Name == "decode" && len(e.Args) >= 3:
			var out []Expr
			for i := 2; i < len(e.Args); i += 2 {
				out = append(out, Results(e.Args[i])...)
			}
			if len(e.Args)%2 == 0 { // the value when nothing matches
				out = append(out, Results(e.Args[len(e.Args)-1])...)
			}
			return out
		case (f.Name == "coalesce" || f.Name == "first" || f.Name == "last") && len(e.Args) > 1:
			var out []Expr
			for _, arg := range e.Args {
				out = append(out, Results(arg)...)
			}
			return out
		}
	}
	return []Expr{e}
}
