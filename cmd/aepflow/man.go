package main

import (
	"io"
	"strings"

	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/manpage"
)

type manCmd struct {
	Command []string `arg:"" optional:"" help:"A command. Default: the program."`
	Dir     string   `placeholder:"DIR" help:"Write the pages of all commands to this folder."`
}

func (manCmd) Help() string {
	return `  aepflow man plan | man -l -
  aepflow man --dir share/man/man1`
}

func (c manCmd) Run(a *app) error {
	if err := a.writes("text"); err != nil {
		return err
	}
	pages := manpage.Pages(newParser(&grammar{}).Model, toolVersion())
	if c.Dir != "" {
		return writePages(files.ChosenFolder(c.Dir), pages)
	}
	name := strings.Join(append([]string{"aepflow"}, c.Command...), "-")
	for _, page := range pages {
		if page.Name == name+".1" {
			_, err := io.WriteString(a.stdout, page.Text)
			return err
		}
	}
	return exit(exitUsage, "no manual page %s; `aepflow --help` lists the commands", name)
}

func writePages(dir files.Folder, pages []manpage.Page) error {
	if err := dir.Make(); err != nil {
		return exit(exitWorld, "write manual pages: %w", err)
	}
	for _, page := range pages {
		if err := dir.File(page.Name).Write(0o644, []byte(page.Text)); err != nil {
			return exit(exitWorld, "write manual pages: %w", err)
		}
	}
	return nil
}
