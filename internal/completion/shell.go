package completion

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Shells are the shells that have a script.
const Shells = "bash,zsh,fish,powershell"

//go:embed scripts
var scripts embed.FS

// Script is what a shell has to read so that it asks for completions.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("scripts/" + shell)
	return string(text), err
}

// Request is a question of a script: the shell, the number of words before the cursor, and the words after the name of
// the program.
type Request struct {
	Words   []string
	Current string
	// cut is the beginning of the word that the shell takes for a word of its own.
	cut string
}

// Parse reads the arguments of a script: SHELL N WORD…
func Parse(args []string) (Request, error) {
	if len(args) < 2 {
		return Request{}, fmt.Errorf("expected SHELL N WORD…")
	}
	n, err := strconv.Atoi(args[1])
	words := args[2:]
	if err != nil || n < 0 || n > len(words) {
		return Request{}, fmt.Errorf("%q words before the cursor, but %d words", args[1], len(words))
	}
	r := Request{Words: words[:n]}
	if n < len(words) {
		r.Current = words[n]
	}
	if args[0] == "bash" {
		r = r.joined()
	}
	return r, nil
}

// joined undoes that bash takes = and : for words of their own, such as in --flag=value.
func (r Request) joined() Request {
	var out []string
	cut := "" // of the last word of out
	open := false
	for _, w := range append(slices.Clone(r.Words), r.Current) {
		last := len(out) - 1
		isBreak := w != "" && strings.Trim(w, "=:") == ""
		switch {
		case last >= 0 && (isBreak || open):
			if isBreak {
				cut = out[last] + w
			}
			out[last] += w
		default:
			out, cut = append(out, w), ""
		}
		open = isBreak && last >= 0
	}
	last := len(out) - 1
	return Request{Words: out[:last], Current: out[last], cut: cut}
}

// Write writes an answer as the scripts read it: what the shell completes itself, then a word and its help in each
// line.
func (r Request) Write(w io.Writer, a Answer) error {
	var b strings.Builder
	switch {
	case a.Files:
		b.WriteString(":files\n")
	case a.Folders:
		b.WriteString(":folders\n")
	default:
		b.WriteString(":words\n")
	}
	for _, word := range a.Words {
		b.WriteString(strings.TrimPrefix(word.Text, r.cut))
		if word.Help != "" {
			b.WriteString("\t" + strings.Join(strings.Fields(word.Help), " "))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
