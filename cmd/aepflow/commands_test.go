package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var (
	codeSpan   = regexp.MustCompile("`(aepflow [^`\n]+)`")
	shellWord  = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`)
	shellQuote = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)
	redirected = regexp.MustCompile(`^(#|\||\d?[<>])`)
	// stands are words of pages that stand for others; COMMAND stands for any command.
	stands = strings.NewReplacer("SHELL", "bash", " COMMAND [FOLDER] [flags]", " plan", " COMMAND", " plan")
)

// TestCommandLinesOfDocs: every command line that a page shows is one that the program takes.
func TestCommandLinesOfDocs(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"../../docs/*.md", "../../docs/ci/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	var g grammar
	parser := newParser(&g, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) { panic(parsed(0)) }))
	names := map[string]bool{} // of commands, which pages name without their arguments
	for _, leaf := range parser.Model.Leaves(false) {
		words := strings.Fields(strings.TrimPrefix(leaf.Path(), "aepflow "))
		for n := range words {
			names[strings.Join(words[:n+1], " ")] = true
		}
	}
	known := map[string]bool{}
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandLines(string(text)) {
			args := argumentsOf(stands.Replace(line))
			if known[line] || names[strings.Join(args, " ")] {
				continue
			}
			known[line] = true
			if err := mistakeIn(parser, args); err != nil {
				t.Errorf("%s: `%s` is not a command line: %v", filepath.Base(page), line, err)
			}
		}
	}
	if len(known) < 100 {
		t.Errorf("only %d command lines were found", len(known))
	}
}

// commandLines are the command lines of a page: spans of code, and lines of blocks of code.
func commandLines(page string) (out []string) {
	fenced := false
	for line := range strings.Lines(page) {
		trimmed := strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		switch {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
		case !fenced && !strings.HasPrefix(line, "    "):
			for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
				out = append(out, m[1])
			}
		case strings.HasPrefix(trimmed, "aepflow "):
			out = append(out, trimmed)
		}
	}
	return out
}

// argumentsOf splits a command line as a shell does, as far as pages need it, without a comment or a redirection.
func argumentsOf(line string) (out []string) {
	for _, word := range shellWord.FindAllString(line, -1)[1:] {
		if redirected.MatchString(word) {
			break
		}
		out = append(out, shellQuote.ReplaceAllString(word, "$1$2"))
	}
	return out
}

// TestArgumentsOf: quotes hold words together; what follows a comment or a redirection is not an argument.
func TestArgumentsOf(t *testing.T) {
	for line, want := range map[string]string{
		`aepflow eval 'a + "b"' --row '{"a": 1}'`: `eval|a + "b"|--row|{"a": 1}`,
		`aepflow plan flows   # No changes.`:      `plan|flows`,
		`aepflow schema > x.json`:                 `schema`,
		`aepflow plan 2> x | less`:                `plan`,
	} {
		if got := strings.Join(argumentsOf(line), "|"); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
