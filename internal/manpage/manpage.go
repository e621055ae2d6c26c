// Package manpage writes manual pages from kong's grammar: one for the program, and one for each command.
package manpage

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// Page is a page of section 1.
type Page struct{ Name, Text string }

// Pages returns the pages of a program, that of the program first. Hidden commands have none.
func Pages(app *kong.Application, version string) []Page {
	out := []Page{of(app.Node, app, version)}
	for _, leaf := range app.Leaves(true) {
		out = append(out, of(leaf, app, version))
	}
	return out
}

func of(node *kong.Node, app *kong.Application, version string) Page {
	p := page{}
	name := strings.ReplaceAll(node.FullPath(), " ", "-")
	p.line(".TH %s 1 %q %q %q", strings.ToUpper(escape(name)), "", app.Name+" "+version, app.Name+" manual")
	p.section("NAME")
	p.text(name + ` \- ` + escape(node.Help))
	p.section("SYNOPSIS")
	if node == app.Node {
		p.line(".B %s", escape(app.Name))
		p.text("COMMAND [flags]")
	} else {
		p.line(".B %s", escape(node.FullPath()))
		p.text(escape(strings.TrimSpace("[flags] " + arguments(node))))
	}
	if node.Detail != "" {
		p.section("DESCRIPTION")
		p.detail(node.Detail)
	}
	if node == app.Node {
		p.commands(app)
	}
	p.arguments(node)
	if node != app.Node {
		p.flags("FLAGS", node.Flags)
	}
	p.flags("FLAGS OF EVERY COMMAND", app.Flags)
	p.section("SEE ALSO")
	if node == app.Node {
		p.text(escape("https://github.com/aepflow/aepflow"))
	} else {
		p.line(`.BR %s (1)`, escape(app.Name))
	}
	return Page{Name: name + ".1", Text: p.String()}
}

func arguments(node *kong.Node) string {
	var words []string
	for _, arg := range node.Positional {
		words = append(words, arg.Summary())
	}
	return strings.Join(words, " ")
}

// page is a page as it is written: troff with the macros of man(7).
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) section(title string) { p.line(".SH %s", title) }

// text writes a line of escaped text, which cannot begin a request.
func (p *page) text(escaped string) {
	if strings.HasPrefix(escaped, ".") || strings.HasPrefix(escaped, "'") {
		escaped = `\&` + escaped
	}
	p.line("%s", escaped)
}

var escapes = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `…`, `...`,
	"`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`, `'`, `\(aq`)

// escape writes text so that troff shows it as it is.
func escape(text string) string {
	return escapes.Replace(text)
}

// detail writes the help of a command: what is indented there is an example.
func (p *page) detail(text string) {
	example := false
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		switch {
		case line == "":
			if !example {
				p.line(".PP")
			}
			continue
		case indented && !example:
			p.line(".EX")
		case !indented && example:
			p.line(".EE\n.PP")
		}
		example = indented
		p.text(escape(line))
	}
	if example {
		p.line(".EE")
	}
}

func (p *page) commands(app *kong.Application) {
	p.section("COMMANDS")
	for _, leaf := range app.Leaves(true) {
		p.line(".TP\n.BR %s (1)", escape(strings.ReplaceAll(leaf.FullPath(), " ", "-")))
		p.text(escape(leaf.Help))
	}
}

func (p *page) arguments(node *kong.Node) {
	if len(node.Positional) == 0 {
		return
	}
	p.section("ARGUMENTS")
	for _, arg := range node.Positional {
		p.line(".TP\n.B %s", escape(arg.Summary()))
		p.text(escape(arg.Help))
	}
}

func (p *page) flags(title string, flags []*kong.Flag) {
	if len(flags) == 0 {
		return
	}
	p.section(title)
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		p.line(".TP\n.B %s", escape(f.String()))
		help := f.Help
		for _, env := range f.Envs {
			help += " Also " + env + "."
		}
		p.text(escape(help))
	}
}
