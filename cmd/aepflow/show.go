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
	Plan  string `arg:"" complete:"file" help:"A file that plan --out saved."`
	Calls string `placeholder:"FORM" default:"" enum:",http,curl" help:"${calls}"`
	Full  bool   `help:"${full}"`
	Quiet bool   `short:"q" help:"${quiet}"`
}

func (c showCmd) Run(a *app) error {
	plan, err := openPlan(a, c.Plan, "text", "json", "markdown", "html")
	if err != nil {
		return err
	}
	o := a.viewOptions(a.stdout)
	o.Full, o.Quiet = c.Full, c.Quiet
	return showPlan(a.stdout, plan, a.Output, c.Calls, o, known(&lockfile.Lock{}))
}

// openPlan reads a saved plan, after checking that the command writes the format that --output asks for.
func openPlan(a *app, path string, formats ...string) (*planner.Plan, error) {
	if err := a.writes(formats...); err != nil {
		return nil, err
	}
	text, err := files.Chosen(path).Read(files.MaxLock)
	if err != nil {
		return nil, exit(exitDocuments, "read plan %s: %s", display(path), reason(err))
	}
	plan, err := planner.Unmarshal(text)
	if errors.Is(err, planner.ErrVersion) {
		return nil, exit(exitStale, "read plan %s: %v; save it again with this version of aepflow", display(path), err)
	}
	if err != nil {
		return nil, exit(exitDocuments, "read plan %s: %v", display(path), err)
	}
	return plan, nil
}

// known resolves references to applied resources.
func known(lock *lockfile.Lock) curlscript.Known {
	return func(r resource.Ref) (string, bool) {
		e, ok := lock.Get(r.To)
		if !ok {
			return "", false
		}
		return e.Output(r.Field)
	}
}

// isPlanFile reports whether a path is a saved plan rather than the folder of a project.
func isPlanFile(path string) bool { return strings.HasSuffix(path, ".json") }
