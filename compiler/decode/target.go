package decode

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
)

// Target is what a document is read for: a target, and what it may refer to.
type Target struct {
	target   string   // whose overlay is applied, "" for none
	all      []string // targets that exist; nil when they are not known
	vars     []Var
	defaults *document.Node // a part of a Dataflow, nil for none

	targets     map[string]bool
	targetNames *nearest.Names
	exact       map[string]int // number of the first variable of a name
	loose       map[string]int // of those that are loose, by looseName
	varNames    *nearest.Names
}

// NewTarget returns how documents are read for a target.
func NewTarget(target string, targets []string, vars []Var, defaults *document.Node) *Target {
	x := &Target{
		target: target, all: targets, vars: vars, defaults: defaults,
		targets: map[string]bool{}, targetNames: nearest.Of(targets), exact: map[string]int{}, loose: map[string]int{},
	}
	for _, name := range targets {
		x.targets[name] = true
	}
	var names []string
	first := func(m map[string]int, name string, i int) {
		if _, ok := m[name]; !ok {
			m[name] = i
		}
	}
	for i, v := range vars {
		names = append(names, v.Name)
		first(x.exact, v.Name, i)
		if v.Loose {
			first(x.loose, looseName(v.Name), i)
		}
	}
	x.varNames = nearest.Of(slices.Compact(slices.Sorted(slices.Values(names))))
	return x
}

// Variable returns the first variable that goes by a name.
func (x *Target) Variable(name string) (Var, bool) {
	i, exact := x.exact[name]
	j, loose := x.loose[looseName(name)]
	switch {
	case exact && loose:
		i = min(i, j)
	case loose:
		i = j
	case !exact:
		return Var{}, false
	}
	return x.vars[i], true
}

// looseName makes names equal that an environment variable cannot distinguish.
func looseName(name string) string {
	return strings.ToLower(strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

// Var is the value of a variable and who gives it.
type Var struct {
	Name  string
	Value string         // as text; read as YAML reads a plain scalar
	Node  *document.Node // of aepflow.yaml, instead of Value
	From  string         // in words, "--var" for example; "" for aepflow.yaml
	Key   source.Span    // of Node
	// Loose says that the name may differ in capitals and have _ for -, as the
	// names of environment variables do.
	Loose bool
}
