package main

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
)

// varPrefix begins the names of environment variables that are variables of documents.
const varPrefix = "AEPFLOW_VAR_"

// options are the options that the documents are compiled with. --var takes precedence over the environment, the
// environment over .env, and .env over aepflow.yaml.
func (p *project) options() compiler.Options {
	name, _ := p.targetName() // checked before
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
	for _, key := range slices.Sorted(maps.Keys(p.env.dotenv)) {
		if name, ok := strings.CutPrefix(key, varPrefix); ok {
			given = append(given, compiler.Var{Name: name, Value: p.env.dotenv[key], From: key + " of .env", Loose: true})
		}
	}
	o.Vars = append(given, o.Vars...)
	return o
}
