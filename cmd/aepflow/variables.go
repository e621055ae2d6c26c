package main

import (
	"cmp"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/schemas"
)

// varPrefix begins the names of environment variables that are variables of documents.
const varPrefix = "AEPFLOW_VAR_"

// checkVars returns an error for a --var that no document uses and aepflow.yaml does not define. It needs every
// document.
func (p *project) checkVars() error {
	if len(p.flags.Var) == 0 || !p.whole || p.report.HasErrors() {
		return nil
	}
	known := p.varNames()
	for _, name := range slices.Sorted(maps.Keys(p.flags.Var)) {
		if slices.Contains(known, name) {
			continue
		}
		if near, ok := diag.Nearest(name, known); ok {
			return exit(exitUsage, "--var %s: no document uses this variable; did you mean %s?", name, near)
		}
		list := cmp.Or(strings.Join(known, ", "), "none")
		return exit(exitUsage, "--var %s: no document uses this variable; the variables are %s", name, list)
	}
	return nil
}

var varReference = regexp.MustCompile(`\$\{var\.([^}\s]+)\}`)

// varNames are the names of the variables that documents use or aepflow.yaml defines, sorted.
func (p *project) varNames() []string {
	names := map[string]bool{}
	for _, f := range p.files {
		for _, m := range varReference.FindAllSubmatch(f.Text, -1) {
			names[string(m[1])] = true
		}
	}
	define := func(vars schemas.Vars) {
		for _, v := range vars {
			names[v.Name] = true
		}
	}
	define(p.config.Vars)
	for _, t := range p.config.Targets {
		define(t.Vars)
	}
	return slices.Sorted(maps.Keys(names))
}

// outsideVars are the values of variables that documents use and that come from outside the project: from --var, the
// environment, or .env.
func (p *project) outsideVars() map[string]string {
	o := p.options()
	out := map[string]string{}
	for _, name := range p.varNames() {
		if v, ok := o.Variable(name); ok && v.From != "" {
			out[name] = v.Value
		}
	}
	return out
}

// options are the options that the documents are compiled with. --var takes precedence over a saved plan, that
// over the environment, the environment over .env, and .env over aepflow.yaml.
func (p *project) options() compiler.Options {
	name, _ := p.targetName() // checked before
	o := p.config.Options(name)
	var given []compiler.Var
	for _, key := range slices.Sorted(maps.Keys(p.flags.Var)) {
		given = append(given, compiler.Var{Name: key, Value: p.flags.Var[key], From: "--var"})
	}
	for _, key := range slices.Sorted(maps.Keys(p.flags.Planned)) {
		given = append(given, compiler.Var{Name: key, Value: p.flags.Planned[key], From: "the saved plan"})
	}
	env := os.Environ()
	slices.Sort(env)
	for _, pair := range env {
		key, value, _ := strings.Cut(pair, "=")
		if name, ok := strings.CutPrefix(key, varPrefix); ok {
			given = append(given, compiler.Var{Name: name, Value: value, From: key, Loose: true})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.env.dotenv)) {
		if name, ok := strings.CutPrefix(key, varPrefix); ok {
			given = append(given, compiler.Var{Name: name, Value: p.env.dotenv[key], From: key + " of .env", Loose: true})
		}
	}
	o.Vars = append(given, o.Vars...)
	o.Catalog, _ = p.facts()
	return o
}
