package completion

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

type grammar struct {
	Target string   `placeholder:"NAME" help:"A target."`
	Dir    string   `short:"C" name:"chdir" placeholder:"DIR"`
	Out    string   `short:"o"`
	Color  string   `enum:"auto,never" default:"auto"`
	Var    []string `sep:"none"`
	Secret string   `hidden:""`

	Plan struct {
		Path    string   `arg:"" optional:""`
		Only    []string `placeholder:"KIND.NAME"`
		Refresh bool     `short:"r" help:"Read the platform."`
		Save    string   `placeholder:"FILE"`
		How     string   `enum:",a,b" default:""`
	} `cmd:"" help:"Show what would change."`
	Show struct {
		Name   string   `arg:"" complete:"dataflow"`
		Others []string `arg:"" optional:"" name:"other"`
	} `cmd:""`
	State struct {
		List struct{} `cmd:""`
		Mv   struct{} `cmd:""`
	} `cmd:""`
	Runs struct {
		List struct {
			Flows []string `arg:"" optional:"" name:"flow"`
			Since string
		} `cmd:"" default:"withargs"`
		Show struct {
			Run string `arg:""`
		} `cmd:""`
	} `cmd:""`
	Old struct{} `cmd:"" hidden:""`
}

// asked is an answer as text; the values of a kind are its name and the folder that the line names.
func asked(t *testing.T, line ...string) string {
	t.Helper()
	app := kong.Must(&grammar{}).Model
	last := len(line) - 1
	values := func(kind string, l Line) []Word {
		return []Word{{Text: kind}, {Text: kind + "@" + l.Arg("path") + l.Flag("chdir")}}
	}
	a := Complete(app, line[:last], line[last], values)
	switch {
	case a.Files:
		return "files"
	case a.Folders:
		return "folders"
	}
	var out []string
	for _, w := range a.Words {
		out = append(out, w.Text)
	}
	return strings.Join(out, " ")
}

func TestComplete(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"|", "plan show state runs"},
		{"|s", "show state"},
		{"|o", ""},
		{"state|", "list mv"},
		{"state|m", "mv"},
		{"state|list|", ""},
		{"|--", "--help --target --chdir --out --color --var"},
		{"plan|--r", "--refresh"},
		{"plan|-r|--r", ""},
		{"plan|--refresh|--r", ""},
		{"plan|--only|flow.x|--on", "--only"},
		{"plan|--target|dev|--t", ""},
		{"plan|--nothing|", "folders"},
		{"--target|", "target target@"},
		{"--target=|", "--target=target --target=target@"},
		{"--target=target@|", "--target=target@"},
		{"--nothing=|", ""},
		{"--color|", "auto never"},
		{"--color|n", "never"},
		{"plan|--how|", "a b"},
		{"plan|--only|", "address address@"},
		{"plan|-C|x|--only|", "address address@x"},
		{"plan|-Cx|--only|", "address address@x"},
		{"plan|-C=x|--only|", "address address@x"},
		{"plan|-rC|x|--only|", "address address@x"},
		{"plan|dir|--only|", "address address@dir"},
		{"plan|--target|dir|--only|", "address address@"},
		{"plan|--save|", "files"},
		{"plan|--chdir|", "folders"},
		{"plan|", "folders"},
		{"plan|dir|", ""},
		{"show|", "dataflow dataflow@"},
		{"show|a|", "other other@"},
		{"show|a|b|c|", "other other@"},
		{"show|--|--", ""},
		{"show|--|", "dataflow dataflow@"},
		{"runs|", "list show flow flow@"},
		{"runs|s", "show"},
		{"runs|show|", "run run@"},
		{"runs|--s", "--since"},
		{"runs|a|", "flow flow@"},
		{"runs|--since|7d|", "list show flow flow@"},
		{"none|", "plan show state runs"},
	} {
		words := strings.Split(c.line, "|")
		if strings.HasSuffix(c.line, "=|") || strings.HasSuffix(c.line, "@|") {
			words = words[:len(words)-1]
		}
		if words[0] == "" {
			words = words[1:]
		}
		if got := asked(t, words...); got != c.want {
			t.Errorf("%s: %q, expected %q", c.line, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args    []string
		words   []string
		current string
		cut     string
	}{
		{[]string{"zsh", "0"}, nil, "", ""},
		{[]string{"zsh", "1", "plan"}, []string{"plan"}, "", ""},
		{[]string{"zsh", "1", "plan", "--t"}, []string{"plan"}, "--t", ""},
		{[]string{"zsh", "1", "plan", "--target=d"}, []string{"plan"}, "--target=d", ""},
		{[]string{"bash", "2", "plan", "--target", "="}, []string{"plan"}, "--target=", "--target="},
		{[]string{"bash", "3", "plan", "--target", "=", "d"}, []string{"plan"}, "--target=d", "--target="},
		{[]string{"bash", "4", "plan", "--target", "=", "dev", "--o"}, []string{"plan", "--target=dev"}, "--o", ""},
		{[]string{"bash", "1", "plan", "--target=d"}, []string{"plan"}, "--target=d", ""}, // = is not a break there
		{[]string{"bash", "3", "plan", "--var", "a", "="}, []string{"plan", "--var"}, "a=", "a="},
		{[]string{"bash", "7", "plan", "--var", "a", "=", "1", ":", "2", "--t"},
			[]string{"plan", "--var", "a=1:2"}, "--t", ""},
		{[]string{"bash", "0", "="}, nil, "=", ""},
	} {
		r, err := Parse(c.args)
		if err != nil || !slices.Equal(r.Words, c.words) || r.Current != c.current || r.cut != c.cut {
			t.Errorf("%q: %+v, %v", c.args, r, err)
		}
	}
	for _, args := range [][]string{nil, {"zsh"}, {"zsh", "x"}, {"zsh", "-1"}, {"zsh", "2", "plan"}} {
		if r, err := Parse(args); err == nil {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	r, err := Parse([]string{"bash", "2", "--color", "=", "a"})
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Words: []Word{{"--color=auto", "as the terminal\n\tdoes"}, {Text: "--color=x"}}}
	if err := r.Write(&b, a); err != nil || b.String() != ":words\nauto\tas the terminal does\nx\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	for shell := range strings.SplitSeq(Shells, ",") {
		if text, err := Script(shell); err != nil || !strings.Contains(text, "__complete "+shell) {
			t.Errorf("%s: %v\n%s", shell, err, text)
		}
	}
}
