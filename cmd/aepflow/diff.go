package main

import (
	"encoding/json"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type diffCmd struct {
	First  string `arg:"" complete:"target" help:"A target, such as dev."`
	Second string `arg:"" complete:"target" help:"The target to compare it with, such as prod."`
}

func (diffCmd) Help() string {
	return `Compares two targets in meaning: what the documents ask for, with the overlays and variables
of each, and what their lockfiles say was applied. IDs do not count. Reads files only.

  aepflow diff dev prod               # 0 no difference, 2 differences
  aepflow diff dev prod -o markdown   # for the pull request of a promotion`
}

// diffResult is the JSON of `aepflow diff`; docs/cli.md has the meaning of its members.
type diffResult struct {
	FormatVersion string        `json:"format_version"`
	Command       string        `json:"command"`
	Targets       [2]diffTarget `json:"targets"`
	Differences   []difference  `json:"differences"`
	Summary       struct {
		Resources int `json:"resources"`
		Documents int `json:"documents"`
		Lockfiles int `json:"lockfiles"`
	} `json:"summary"`
}

type diffTarget struct {
	Name   string `json:"name"`
	Serial uint64 `json:"serial"` // of the lockfile, 0 without one
}

type difference struct {
	In      string            `json:"in"`
	Address resource.Address  `json:"address"`
	Only    string            `json:"only,omitempty"` // the target that has it
	Fields  []fieldDifference `json:"fields,omitempty"`
	First   diffSide          `json:"first"`
	Second  diffSide          `json:"second"`
}

type diffSide struct {
	Applied bool   `json:"applied"` // the object is as the documents say
	Version string `json:"version,omitempty"`
}

type fieldDifference struct {
	Path   string          `json:"path"`
	First  json.RawMessage `json:"first,omitempty"`
	Second json.RawMessage `json:"second,omitempty"`
}

func (c diffCmd) Run(a *app) error {
	if err := a.writes("text", "json", "markdown"); err != nil {
		return err
	}
	var sides [2]planner.Side
	result := diffResult{FormatVersion: "1.0", Command: "diff", Differences: []difference{}}
	what := view.Compared{Names: [2]string{c.First, c.Second}}
	for i, name := range what.Names {
		side, err := a.side(name)
		if err != nil {
			return err
		}
		sides[i], result.Targets[i] = side, diffTarget{name, side.Lock.Serial}
		what.AreNew[i] = len(side.Lock.Entries) == 0
	}
	list, err := planner.Between(sides[0], sides[1])
	if err != nil {
		return err
	}
	switch a.Output {
	case "json":
		err = a.printJSON(result.with(list))
	case "markdown":
		err = view.BetweenMarkdown(a.stdout, what, list)
	default:
		err = view.Between(a.stdout, what, list, a.viewOptions(a.stdout))
	}
	if err == nil && len(list) > 0 {
		return quiet(exitPending)
	}
	return err
}

// side compiles the documents for a target and reads its lockfile.
func (a *app) side(target string) (planner.Side, error) {
	other, flags := *a, *a.globals
	flags.Target = target
	other.globals = &flags
	p, err := other.load(".")
	if err == nil {
		err = p.compile()
	}
	if err == nil { // warnings are for validate: there are two targets
		err = other.diagnose(p.report.AtLeast(diag.Error))
	}
	if err != nil {
		return planner.Side{}, err
	}
	seen, err := lockfile.Load(lockfile.PathsIn(p.dir, target))
	return planner.Side{Graph: p.graph, Lock: seen.Lock}, err
}

func (r diffResult) with(list []planner.Divergence) diffResult {
	seen := map[resource.Address]bool{}
	for _, d := range list {
		out := difference{
			In: d.In, Address: d.Address, First: diffSide{d.Applied[0], d.Versions[0]},
			Second: diffSide{d.Applied[1], d.Versions[1]},
		}
		for i, has := range d.Has {
			if has && !d.Has[1-i] {
				out.Only = r.Targets[i].Name
			}
		}
		for _, f := range d.Fields {
			out.Fields = append(out.Fields, fieldDifference{f.Path, textOf(f.Values[0]), textOf(f.Values[1])})
		}
		r.Differences = append(r.Differences, out)
		if d.In == planner.InDocuments {
			r.Summary.Documents++
		} else {
			r.Summary.Lockfiles++
		}
		seen[d.Address] = true
	}
	r.Summary.Resources = len(seen)
	return r
}

// textOf is a value as JSON, nil for none.
func textOf(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return v.JSON()
}
