package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/knowledge"
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

	reading *decode.Target // how documents are read, made once for a compilation
}

// Variable returns the variable that goes by a name.
func (o Options) Variable(name string) (Var, bool) {
	return decode.NewTarget(o.Target, o.Targets, o.Vars, o.Defaults).Variable(name)
}

// Var is the value of a variable and who gives it.
type Var = decode.Var

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
	doc        *decode.Variant
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
