package main

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/schemas"
)

// varPrefix begins the names of environment variables that are variables of
// documents.
const varPrefix = "AEPFLOW_VAR_"

// targetName is the target that --target or the project names.
func (p *project) targetName() (string, error) {
	name := p.flags.Target
	if name == "" {
		name = p.config.DefaultTarget
	}
	if name == "" {
		name = localTarget
	}
	if !compiler.IsTargetName(name) && (p.flags.Target != "" || !p.report.HasErrors()) {
		return "", exit(exitUsage, "--target %q: a target's name has letters, digits, - and _", name)
	}
	known := func(c schemas.TargetConfig) bool { return c.Name == name }
	if p.report.HasErrors() {
		return name, nil // aepflow.yaml may be what is wrong, and that is said first
	}
	if name != localTarget && !slices.ContainsFunc(p.config.Targets, known) {
		return "", unknownTarget(name, p.config.Targets)
	}
	return name, nil
}

// options are what the documents are compiled with. Variables of the command
// line go before those of the environment, those before .env, and those before
// aepflow.yaml.
func (p *project) options() compiler.Options {
	name, _ := p.targetName() // who compiles has asked before
	o := p.config.Options(name)
	var given []compiler.Var
	for _, key := range slices.Sorted(maps.Keys(p.flags.Var)) {
		given = append(given, compiler.Var{Name: key, Value: p.flags.Var[key], From: "--var"})
	}
	env := os.Environ()
	slices.Sort(env)
	for _, pair := range env {
		key, value, _ := strings.Cut(pair, "=")
		if name, ok := strings.CutPrefix(key, varPrefix); ok {
			given = append(given, compiler.Var{Name: name, Value: value, From: key, Loose: true})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.env)) {
		if name, ok := strings.CutPrefix(key, varPrefix); ok {
			given = append(given, compiler.Var{Name: name, Value: p.env[key], From: key + " of .env", Loose: true})
		}
	}
	o.Vars = append(given, o.Vars...)
	return o
}
