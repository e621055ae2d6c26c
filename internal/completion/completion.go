// Package completion proposes the words that may come next on a command line, from kong's grammar and from what
// documents define, and has the scripts that ask for them in a shell.
package completion

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Word is a proposal: a whole argument.
type Word struct{ Text, Help string }

// Answer is what may stand at the cursor. Paths are left to the shell.
type Answer struct {
	Words          []Word
	Files, Folders bool
}

// Line is a command line up to the cursor.
type Line struct {
	Command *kong.Node          // the innermost one
	Flags   map[string][]string // values by the name of the flag
	Args    []string            // that are not commands
	Current string              // the beginning of the value at the cursor
}

// Flag returns the last value of a flag, "" if it was not given.
func (l Line) Flag(name string) string {
	if values := l.Flags[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

// Arg returns the argument that the grammar calls name, "" if it was not given.
func (l Line) Arg(name string) string {
	for i, p := range l.Command.Positional {
		if p.Name == name && i < len(l.Args) {
			return l.Args[i]
		}
	}
	return ""
}

// Values returns the words of a kind. The kind is the `complete` tag of a flag or an argument; without one, it follows
// from the placeholder or the name (see kindOf).
type Values func(kind string, line Line) []Word

// The kinds of values that the shell completes.
const (
	fileKind   = "file"
	folderKind = "folder"
)

// kindOf says what a flag or an argument takes.
func kindOf(v *kong.Value) string {
	if kind := v.Tag.Get("complete"); kind != "" {
		return kind
	}
	if v.Flag != nil {
		switch v.Flag.PlaceHolder {
		case "KIND.NAME":
			return "address"
		case "DIR":
			return folderKind
		case "FILE":
			return fileKind
		}
		return v.Flag.Name
	}
	if v.Name == "path" {
		return folderKind
	}
	return v.Name
}

// Complete proposes what may follow words, and begins with current.
func Complete(app *kong.Application, words []string, current string, values Values) Answer {
	r := reader{line: Line{Command: app.Node, Flags: map[string][]string{}}}
	for _, w := range words {
		r.read(w)
	}
	r.line.Current = current
	name, value, assigned := strings.Cut(current, "=")
	switch {
	case r.open != nil:
		return r.value(r.open.Value, values)
	case r.done:
	case assigned && strings.HasPrefix(current, "--"):
		flag := r.long(name)
		if flag == nil {
			return Answer{}
		}
		r.line.Current = value
		answer := r.value(flag.Value, values)
		for i := range answer.Words {
			answer.Words[i].Text = name + "=" + answer.Words[i].Text
		}
		return answer
	case strings.HasPrefix(current, "-"):
		return r.flags()
	}
	commands := startingWith(current, r.commands())
	r.enterDefault()
	if arg := r.argument(); arg != nil {
		answer := r.value(arg, values)
		answer.Words = append(commands, answer.Words...)
		return answer
	}
	return Answer{Words: commands}
}

// reader reads the words before the cursor.
type reader struct {
	line Line
	open *kong.Flag // waits for its value
	done bool       // after --
}

func (r *reader) read(word string) {
	switch {
	case r.open != nil:
		r.set(r.open, word)
		r.open = nil
	case r.done:
		r.line.Args = append(r.line.Args, word)
	case word == "--":
		r.done = true
	case strings.HasPrefix(word, "--"):
		name, value, assigned := strings.Cut(word, "=")
		r.given(r.long(name), value, assigned)
	case len(word) > 1 && word[0] == '-':
		r.short(word[1:])
	default:
		if child := r.child(word); child != nil {
			r.line.Command = child
			return
		}
		r.enterDefault()
		r.line.Args = append(r.line.Args, word)
	}
}

// short reads flags of one letter: switches, and at the end one with its value.
func (r *reader) short(letters string) {
	for i, letter := range letters {
		flag := r.find(func(f *kong.Flag) bool { return f.Short == letter })
		if flag == nil {
			return
		}
		if !isSwitch(flag) {
			rest := letters[i+len(string(letter)):]
			r.given(flag, strings.TrimPrefix(rest, "="), rest != "")
			return
		}
		r.set(flag, "")
	}
}

func (r *reader) given(flag *kong.Flag, value string, assigned bool) {
	switch {
	case flag == nil:
	case assigned || isSwitch(flag):
		r.set(flag, value)
	default:
		r.open = flag
	}
}

func (r *reader) set(flag *kong.Flag, value string) {
	r.line.Flags[flag.Name] = append(r.line.Flags[flag.Name], value)
}

func isSwitch(f *kong.Flag) bool { return f.IsBool() || f.IsCounter() }

func (r *reader) long(name string) *kong.Flag {
	name = strings.TrimPrefix(name, "--")
	return r.find(func(f *kong.Flag) bool { return f.Name == name })
}

// find returns a flag of the command or of those around it.
func (r *reader) find(is func(*kong.Flag) bool) *kong.Flag {
	for _, node := range r.around() {
		if i := slices.IndexFunc(node.Flags, is); i >= 0 {
			return node.Flags[i]
		}
	}
	return nil
}

// around is the command with those that contain it, and the one that is meant where none of its own is named.
func (r *reader) around() []*kong.Node {
	var out []*kong.Node
	if d := r.line.Command.DefaultCmd; d != nil {
		out = append(out, d)
	}
	for node := r.line.Command; node != nil; node = node.Parent {
		out = append(out, node)
	}
	return out
}

func (r *reader) child(name string) *kong.Node {
	for _, child := range r.line.Command.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// enterDefault goes on with the command that is meant where none is named.
func (r *reader) enterDefault() {
	if d := r.line.Command.DefaultCmd; d != nil {
		r.line.Command = d
	}
}

func (r *reader) commands() []Word {
	var out []Word
	for _, child := range r.line.Command.Children {
		if !child.Hidden {
			out = append(out, Word{child.Name, child.Help})
		}
	}
	return out
}

// flags proposes the flags that may still be given.
func (r *reader) flags() Answer {
	var out []Word
	for _, node := range r.around() {
		for _, f := range node.Flags {
			again := f.IsSlice() || f.IsMap() || f.IsCumulative()
			if !f.Hidden && (again || r.line.Flags[f.Name] == nil) {
				out = append(out, Word{"--" + f.Name, f.Help})
			}
		}
	}
	return Answer{Words: startingWith(r.line.Current, out)}
}

// argument is the next positional argument; the last one may take any number.
func (r *reader) argument() *kong.Value {
	list, n := r.line.Command.Positional, len(r.line.Args)
	if n < len(list) {
		return list[n]
	}
	if len(list) > 0 && list[len(list)-1].IsCumulative() {
		return list[len(list)-1]
	}
	return nil
}

func (r *reader) value(v *kong.Value, values Values) Answer {
	switch kind := kindOf(v); {
	case kind == fileKind:
		return Answer{Files: true}
	case kind == folderKind:
		return Answer{Folders: true}
	case v.Enum != "":
		var out []Word
		for _, text := range v.EnumSlice() {
			if text != "" {
				out = append(out, Word{Text: text})
			}
		}
		return Answer{Words: startingWith(r.line.Current, out)}
	default:
		return Answer{Words: startingWith(r.line.Current, values(kind, r.line))}
	}
}

func startingWith(prefix string, words []Word) []Word {
	return slices.DeleteFunc(words, func(w Word) bool { return !strings.HasPrefix(w.Text, prefix) })
}
