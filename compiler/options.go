package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/schemas"
)

// Options are what a compilation knows besides its documents. The zero Options
// know of no target, no variable and no default.
type Options struct {
	Target     string         // whose overlays are worked in, "" for none
	Targets    []string       // that exist; nil when they are not known
	Production bool           // the target holds what must not be lost
	Tenant     string         // of the target, without underscore; "" when it is not known
	Vars       []Var          // the first of a name holds
	Defaults   *document.Node // a part of a Dataflow, nil for none
	Lint       []LintLevel
	Project    *document.Document // aepflow.yaml, nil when there is none
	Catalog    *knowledge.Facts   // what the platform knows; nil if nothing is known
	Incomplete bool               // what aepflow.yaml may define is not missed: it has errors

	lookup *lookup // of Targets and Vars, made once for a compilation
}

// lookup finds targets and variables by name.
type lookup struct {
	targets     map[string]bool
	targetNames *nearest.Names
	exact       map[string]int // number of the first variable of a name
	loose       map[string]int // of those that are loose, by looseName
	varNames    *nearest.Names
}

func newLookup(o Options) *lookup {
	x := &lookup{targets: map[string]bool{}, targetNames: nearest.Of(o.Targets), exact: map[string]int{},
		loose: map[string]int{}}
	for _, name := range o.Targets {
		x.targets[name] = true
	}
	var names []string
	first := func(m map[string]int, name string, i int) {
		if _, ok := m[name]; !ok {
			m[name] = i
		}
	}
	for i, v := range o.Vars {
		names = append(names, v.Name)
		first(x.exact, v.Name, i)
		if v.Loose {
			first(x.loose, looseName(v.Name), i)
		}
	}
	x.varNames = nearest.Of(sortedUnique(names))
	return x
}

// variable returns the number of the first variable that goes by a name.
func (x *lookup) variable(name string) (int, bool) {
	i, exact := x.exact[name]
	j, loose := x.loose[looseName(name)]
	switch {
	case exact && loose:
		return min(i, j), true
	case exact:
		return i, true
	}
	return j, loose
}

// Variable returns the variable that goes by a name.
func (o Options) Variable(name string) (Var, bool) {
	i, ok := newLookup(o).variable(name)
	if !ok {
		return Var{}, false
	}
	return o.Vars[i], true
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

// LintLevel is how loud a code is. Off is its own flag, since silence is no
// severity.
type LintLevel struct {
	Code  diag.Code
	Level diag.Severity
	Off   bool
}

// ProjectFile is aepflow.yaml. The zero ProjectFile is an empty one.
type ProjectFile struct {
	schemas.Project
	Incomplete bool // the file has errors, and what it says is not known
	doc        *variant
}

// Options returns what aepflow.yaml says for a target. Variables of the target
// go before those of the project.
func (f *ProjectFile) Options(target string) Options {
	o := Options{Target: target, Targets: []string{"local"}, Production: productionName(target),
		Incomplete: f.Incomplete}
	for _, t := range f.Targets {
		o.Targets = append(o.Targets, t.Name)
		if t.Name != target {
			continue
		}
		o.Tenant = strings.TrimPrefix(t.Tenant, "_")
		o.Production = o.Production || productionName(t.Sandbox)
		if t.Production != nil {
			o.Production = *t.Production
		}
		o.Vars = append(o.Vars, f.vars(t.Vars, "targets", t.Name, "vars")...)
	}
	slices.Sort(o.Targets)
	o.Targets = slices.Compact(o.Targets)
	o.Vars = append(o.Vars, f.vars(f.Vars, "vars")...)
	if f.doc != nil {
		o.Defaults, o.Project = f.doc.Root.Get("defaults"), f.doc.Document
	}
	for _, l := range f.Lint {
		level := LintLevel{Code: diag.Code(l.Code), Off: l.Level == "off"}
		switch l.Level {
		case "warning":
			level.Level = diag.Warning
		case "error":
			level.Level = diag.Error
		}
		o.Lint = append(o.Lint, level)
	}
	return o
}

// Place is where the file says something, or the nearest place around it; nowhere
// without a file.
func (f *ProjectFile) Place(keys ...string) source.Span {
	if f.doc == nil {
		return source.Span{}
	}
	return f.doc.Find(document.At(keys...)).Node.Span
}

func (f *ProjectFile) vars(vars schemas.Vars, under ...string) []Var {
	var out []Var
	for _, v := range vars {
		found := f.doc.Find(document.At(append(under, v.Name)...))
		out = append(out, Var{Name: v.Name, Node: found.Node, Key: found.Key})
	}
	return out
}

// productionName reports whether a target or sandbox is one of production by
// its name.
func productionName(name string) bool {
	name = strings.ToLower(name)
	return name == "prod" || name == "production"
}
