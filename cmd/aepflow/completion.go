package main

import (
	"io"

	"github.com/aepflow/aepflow/internal/completion"
	"github.com/aepflow/aepflow/internal/output"
)

type completionCmd struct {
	Shell string `arg:"" enum:"${shells}" help:"bash, zsh, fish, or powershell."`
}

func (completionCmd) Help() string {
	return `Prints a script that completes commands, flags, and the names of the project: of
dataflows, targets, resources, connectors, and diagnostics. Packages install it.

  source <(aepflow completion bash)                    # in ~/.bashrc
  aepflow completion zsh > "${fpath[1]}/_aepflow"      # then start a new shell
  aepflow completion fish > ~/.config/fish/completions/aepflow.fish
  aepflow completion powershell | Out-String | Invoke-Expression   # in $PROFILE`
}

func (c completionCmd) Run(a *app) error {
	if err := a.writes("text"); err != nil {
		return err
	}
	script, err := completion.Script(c.Shell)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, script)
	return err
}

// askCompletion is the command that the scripts run: __complete SHELL N WORD…
const askCompletion = "__complete"

// complete answers a script. It reads the project, and nothing else; it says nothing about what it cannot read.
func complete(w *output.Writer, args []string) int {
	request, err := completion.Parse(args)
	if err != nil {
		return exitUsage
	}
	app := newParser(&grammar{}).Model
	answer := completion.Complete(app, request.Words, request.Current, proposals)
	if request.Write(w, answer) != nil {
		return exitWorld
	}
	return exitOK
}
