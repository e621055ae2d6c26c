package main

import (
	"errors"
	"strings"

	"github.com/aepflow/aepflow/internal/curlscript"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

type showCmd struct {
	Plan  string `arg:"" help:"File that plan --out has saved."`
	Calls string `placeholder:"FORM" default:"" enum:",http,curl" help:"Print the calls instead: http, or curl for a script that makes them."`
	Full  bool   `help:"Leave nothing out."`
	Quiet bool   `short:"q" help:"Totals and what is destroyed, nothing else."`
}

func (c showCmd) Run(a *app) error {
	format, err := a.format("text", "json", "markdown", "html")
	if err != nil {
		return err
	}
	plan, err := readPlan(c.Plan)
	if err != nil {
		return err
	}
	o := a.viewOptions(a.stdout)
	o.Full, o.Quiet = c.Full, c.Quiet
	return showPlan(a.stdout, plan, format, c.Calls, o, known(&lockfile.Lock{}))
}

func readPlan(path string) (*planner.Plan, error) {
	text, err := files.Chosen(path).Read(files.MaxLock)
	if err != nil {
		return nil, exit(exitDocuments, "read plan %s: %s", display(path), reason(err))
	}
	plan, err := planner.Unmarshal(text)
	if errors.Is(err, planner.ErrVersion) {
		return nil, exit(exitStale, "read plan %s: %v; make it again with this version of aepflow", display(path), err)
	}
	if err != nil {
		return nil, exit(exitDocuments, "read plan %s: %v", display(path), err)
	}
	return plan, nil
}

// known answers what the references to applied resources stand for.
func known(lock *lockfile.Lock) curlscript.Known {
	return func(r resource.Ref) (string, bool) {
		e, ok := lock.Get(r.To)
		if !ok {
			return "", false
		}
		return e.Output(r.Field)
	}
}

// isPlanFile tells a saved plan from the folder of a project.
func isPlanFile(path string) bool { return strings.HasSuffix(path, ".json") }
