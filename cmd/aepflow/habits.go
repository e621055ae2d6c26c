package main

import (
	"slices"
	"strings"
)

// corrected rewrites a command line that follows the habits of Terraform and similar tools. wrong is the first argument
// that it rewrote, "" for none.
func corrected(args []string) (fixed []string, wrong string) {
	if len(args) > 0 && args[0] == "help" {
		return append(slices.Clone(args[1:]), "--help"), args[0]
	}
	for i, arg := range args {
		switch arg {
		case "--":
			return append(fixed, args[i:]...), wrong
		case "--version", "-version", "-v":
			return []string{"version"}, arg
		}
		words := habit(arg, i == 0)
		if i == 0 && isDiff(args) {
			words = []string{arg}
		}
		if wrong == "" && !slices.Equal(words, []string{arg}) {
			wrong = arg
		}
		fixed = append(fixed, words...)
	}
	return fixed, wrong
}

// isDiff reports whether a command line compares two targets, or asks how. `diff` is what other tools call a plan.
func isDiff(args []string) bool {
	targets := 0
	for i, arg := range args[1:] {
		switch before := args[i]; {
		case arg == "--help" || arg == "-h":
			return args[0] == "diff"
		case strings.HasPrefix(arg, "-"), strings.HasPrefix(before, "-") && slices.Contains(valueFlags, before):
		default:
			targets++
		}
	}
	return args[0] == "diff" && targets == 2
}

// valueFlags are the flags of every command that take the next argument as their value.
var valueFlags = []string{
	"-C", "--chdir", "-o", "--output", "--target", "--color", "--var", "--log-level", "--log-file", "--now",
}

// habit returns the arguments to use instead of one.
func habit(arg string, first bool) []string {
	if words, ok := commandHabits[arg]; ok && first {
		return words
	}
	name, value, _ := strings.Cut(arg, "=")
	long := "--" + strings.TrimLeft(name, "-")
	oneDash := strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--")
	words, known := flagHabits[long]
	switch {
	case !strings.HasPrefix(arg, "-"), oneDash && !known && !slices.Contains(terraformFlags, long):
		return []string{arg}
	case long == "--target" && strings.Contains(value, "."):
		return []string{"--target-resource=" + value}
	case long == "--select" && value != "":
		return []string{value}
	case long == "--refresh" && value == "false":
		return nil
	case known:
		return words
	case oneDash:
		return []string{"-" + arg}
	}
	return []string{arg}
}

// commandHabits are commands of other tools, as the first argument.
var commandHabits = map[string][]string{
	"build": {"apply"}, "check": {"validate"}, "console": {"eval"}, "deploy": {"apply"}, "diff": {"plan"},
	"format": {"fmt"}, "lint": {"validate"}, "refresh": {"plan", "--refresh"}, "up": {"apply"},
}

// flagHabits are flags of other tools. Those without words ask for the default.
var flagHabits = map[string][]string{
	"--input": nil, "--json": {"--output=json"}, "--no-color": {"--color=never"}, "--y": {"--auto-approve"},
	"--select": nil, "--yes": {"--auto-approve"},
}

// terraformFlags are flags that Terraform writes with one dash and aepflow with two.
var terraformFlags = []string{
	"--auto-approve", "--chdir", "--check", "--detailed-exitcode", "--diff", "--help", "--lock-timeout", "--out",
	"--parallelism", "--refresh", "--target", "--var",
}

// shellWords joins arguments for a shell.
func shellWords(args []string) string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if arg == "" || strings.ContainsAny(arg, " \t\n\"'`$\\&|;<>()*?[]{}~#!") {
			out[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}
