package dataprep

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Attribute is one place where an expression reads the source row.
type Attribute struct {
	Path  string // canonical: a.b[0].c, a dot of a name as `\.`, a computed index as [*]
	Root  string // the column, as declared
	Start int
	End   int
}

// Attributes lists what e reads, in the order of the text and as often as it
// reads it. The path in contains_key("a.b") counts, parameters of lambdas do
// not. An attribute name that object_to_map(list, name) takes unquoted is listed
// like a column: unknown without the columns.
func Attributes(e Expr) []Attribute {
	var found []Attribute
	walkAttributes(e, nil, func(a Attribute, _ Expr) { found = append(found, a) })
	return found
}

// walkAttributes calls f with each attribute and the node that it ends with.
func walkAttributes(e Expr, params []string, f func(Attribute, Expr)) {
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Name, *Member, *Element:
			if a, ok := attributeOf(e); ok {
				if !slices.Contains(params, a.Root) || quotedRoot(e) {
					f(a, e)
				}
				walkIndexes(e, params, f)
				return false
			}
		case *Call:
			if t, ok := keyPath(e); ok {
				root, _, _ := strings.Cut(t.Value, ".")
				root, _, _ = strings.Cut(root, "[")
				if root != "" {
					f(Attribute{Path: t.Value, Root: root, Start: t.Start, End: t.End}, t)
				}
			}
		case *Lambda:
			walkAttributes(e.Body, append(slices.Clone(params), e.Params...), f)
			return false
		}
		return true
	})
}

// keyPath returns the path that a call of contains_key takes as a text.
func keyPath(c *Call) (*Text, bool) {
	if fn, ok := specs.FunctionByName(c.Name); !ok || fn.Name != "contains_key" || len(c.Args) != 1 {
		return nil, false
	}
	t, ok := c.Args[0].(*Text)
	return t, ok
}

// attributeOf folds a chain of members and elements that begins with a name.
func attributeOf(e Expr) (Attribute, bool) {
	at := e.Where()
	a := Attribute{Start: at.Start, End: at.End}
	var steps []string
	for {
		switch n := e.(type) {
		case *Name:
			var b strings.Builder
			b.WriteString(escape(n.Name, `.\`))
			for _, s := range slices.Backward(steps) {
				b.WriteString(s)
			}
			a.Root, a.Path = n.Name, b.String()
			return a, true
		case *Member:
			steps = append(steps, "."+escape(n.Name, `.\`))
			e = n.Of
		case *Element:
			steps = append(steps, elementStep(n.Index))
			e = n.Of
		default:
			return Attribute{}, false
		}
	}
}

func elementStep(index Expr) string {
	switch i := index.(type) {
	case *Number:
		return "[" + i.Text + "]"
	case *Text:
		return "." + escape(i.Value, `.\`)
	}
	return "[*]"
}

func walkIndexes(e Expr, params []string, f func(Attribute, Expr)) {
	switch n := e.(type) {
	case *Member:
		walkIndexes(n.Of, params, f)
	case *Element:
		walkIndexes(n.Of, params, f)
		if n.Index != nil {
			walkAttributes(n.Index, params, f)
		}
	}
}

// root returns the name that a chain begins with, nil when it begins otherwise.
func root(e Expr) *Name {
	for {
		switch n := e.(type) {
		case *Name:
			return n
		case *Member:
			e = n.Of
		case *Element:
			e = n.Of
		default:
			return nil
		}
	}
}

func quotedRoot(e Expr) bool { n := root(e); return n != nil && n.Quoted }

// AttributePath returns the canonical path of a text that has the form of one: a
// name, its members, and elements by number or [*], such as a.b[0].c or ${any name}.
// It is false for any other expression.
func AttributePath(text string) (string, bool) {
	e, problems := Parse(text)
	if HasErrors(problems) || !isPath(e) {
		return "", false
	}
	a, ok := attributeOf(e)
	return a.Path, ok
}

func isPath(e Expr) bool {
	switch n := e.(type) {
	case *Name:
		return true
	case *Member:
		return isPath(n.Of)
	case *Element:
		if i, ok := n.Index.(*Number); n.Index != nil && (!ok || strings.Trim(i.Text, "0123456789") != "") {
			return false
		}
		return isPath(n.Of)
	}
	return false
}
