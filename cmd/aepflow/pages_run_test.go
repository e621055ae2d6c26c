package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// shellLine is a line of a block of commands: a prompt, or a command that pages show.
	shellLine = regexp.MustCompile(
		`^(\$ |export |([A-Z_]+=\S+ )*(aepflow|make|go|git|curl|docker|npm|npx|brew|pre-commit)( |$))`)
	shellLang = regexp.MustCompile("^```(console|sh|bash|shell|powershell)?$")
	blockMark = regexp.MustCompile(`^<!-- (run|not run: \S.*|transcript: \S.*) -->$`)
	pageMark  = regexp.MustCompile(`(?m)^<!-- not run on this page: \S.* -->$`)
)

// commandBlock is a block of a page with commands.
type commandBlock struct {
	lang  string   // of a fenced one
	mark  string   // what the comment above it says, "" without one
	lines []string // without indentation
}

// commandBlocks are the fenced and the indented blocks of a page that have a command.
func commandBlocks(page string) (out []commandBlock) {
	above, blank, open := "", true, false // the last line of text; whether the line before is blank; inside a fence
	var b *commandBlock
	end := func() {
		if b != nil && slices.ContainsFunc(b.lines, shellLine.MatchString) {
			out = append(out, *b)
		}
		b = nil
	}
	begin := func() {
		b = &commandBlock{}
		if m := blockMark.FindStringSubmatch(above); m != nil {
			b.mark = m[1]
		}
	}
	for line := range strings.Lines(page + "\n") {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "    ")
		switch {
		case open && strings.TrimSpace(line) == "```":
			open = false
			end()
			above = ""
		case open:
			if b != nil {
				b.lines = append(b.lines, strings.TrimSpace(line))
			}
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			end()
			open = true
			if lang := strings.TrimSpace(line); shellLang.MatchString(lang) {
				begin()
				b.lang = lang[3:]
			}
		case indented && (b != nil || blank):
			if b == nil {
				begin()
			}
			b.lines = append(b.lines, strings.TrimSpace(line))
			above = ""
		case line != "":
			end()
			above = line
		}
		blank = line == "" || blockMark.MatchString(line)
	}
	end()
	return out
}

// TestBlocksOfPages: a test runs each block of commands, or a comment says why none does. TestPages runs the pages
// followedPages, TestReadmeTranscript the transcript, and this test the blocks below <!-- run -->, in the project that
// init writes.
func TestBlocksOfPages(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, path := range pagesOfProject(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		page, unmarked, marked := string(text), 0, 0
		for _, b := range commandBlocks(page) {
			kind, _, _ := strings.Cut(b.mark, ":")
			switch {
			case kind == "transcript" && filepath.Base(path) != "README.md":
				t.Errorf("%s: no test compares the transcript:\n%s", path, strings.Join(b.lines, "\n"))
			case kind != "":
				marked++
				counts[kind]++
			case b.lang == "console" && slices.Contains(followedPages, filepath.Base(path)):
			case pageMark.MatchString(page):
				unmarked++
			default:
				t.Errorf("%s: nothing runs this block; put <!-- run --> or <!-- not run: WHY --> above it:\n%s",
					path, strings.Join(b.lines, "\n"))
			}
			if kind == "run" {
				runBlock(t, path, b)
			}
		}
		marks := 0
		for line := range strings.Lines(page) {
			if blockMark.MatchString(strings.TrimSpace(line)) {
				marks++
			}
		}
		if marks != marked {
			t.Errorf("%s: %d marks, but %d marked blocks of commands", path, marks, marked)
		}
		if pageMark.MatchString(page) && unmarked == 0 {
			t.Errorf("%s: the mark of the page is about no block", path)
		}
	}
	if counts["run"] < 5 || counts["transcript"] != 1 {
		t.Errorf("marks that were found: %v", counts)
	}
}

// runBlock runs the commands of a block, which end with exit code 0 and, below a prompt, print what the page says.
func runBlock(t *testing.T, path string, b commandBlock) {
	t.Helper()
	dir := t.TempDir()
	aepflow := func(args []string) string {
		cmd := exec.Command("aepflow", args...) // TestMain has put it on the PATH
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AEPFLOW_NOW="+pinned)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: aepflow %s: %v\n%s", path, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if !strings.HasPrefix(b.lines[0], "aepflow init") {
		aepflow([]string{"init"})
	}
	for i, line := range b.lines {
		command, prompt := strings.CutPrefix(line, "$ ")
		if !strings.HasPrefix(command, "aepflow ") {
			if !slices.ContainsFunc(b.lines[:i], func(l string) bool { return strings.HasPrefix(l, "$ ") }) {
				t.Errorf("%s: not a command of aepflow: %s", path, line)
			}
			continue
		}
		args := argumentsOf(command)
		if args[0] == "apply" || args[0] == "destroy" {
			args = append(args, "--auto-approve")
		}
		got := aepflow(args)
		if !prompt {
			continue
		}
		rest := b.lines[i+1:]
		if next := slices.IndexFunc(rest, func(l string) bool { return strings.HasPrefix(l, "$ ") }); next >= 0 {
			rest = rest[:next]
		}
		if want := strings.Join(rest, "\n"); strings.TrimSpace(got) != want {
			t.Errorf("%s: %s prints\n%swant\n%s", path, line, got, want)
		}
	}
}

// TestCommandBlocks: fenced and indented blocks, each with the mark right above it.
func TestCommandBlocks(t *testing.T) {
	page := "<!-- run -->\n\n    aepflow plan\n\n    make\ntext\n    aepflow lazy\n\n```\nA ─► B\n```\n" +
		"```yaml\nrun: |\n  aepflow plan\n```\n<!-- not run: why -->\n```sh\nmake\n```\n```\n$ ls\n```\n"
	var got []string
	for _, b := range commandBlocks(page) {
		got = append(got, b.mark+"="+b.lang+"="+strings.Join(b.lines, ","))
	}
	want := []string{"run==aepflow plan,make", "not run: why=sh=make", "==$ ls"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
