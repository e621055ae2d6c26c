package main

import (
	"time"
	_ "time/tzdata" // for systems without time zones

	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type previewCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Runs int    `default:"3" placeholder:"N" help:"Runs to show of each dataflow."`
	Zone string `default:"UTC" placeholder:"ZONE" help:"Also show times in this time zone, such as Europe/Paris."`
}

func (previewCmd) Help() string {
	return `Calculates the next runs of each dataflow and its runs per day, and lists where
several dataflows read one connection in the same minute.

  aepflow preview --runs 5 --zone Europe/Paris`
}

func (c previewCmd) Run(a *app) error {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return exit(exitUsage, "--zone %s: unknown time zone; expected a name such as Europe/Paris", c.Zone)
	}
	if c.Runs < 0 || c.Runs > 1000 {
		return exit(exitUsage, "--runs %d: expected 0 to 1000", c.Runs)
	}
	p, err := a.open(c.Path, needGraph, "text", "json")
	if err != nil {
		return err
	}
	times := planner.Schedule(p.graph, a.now(), c.Runs)
	if a.Output == "json" {
		return a.printJSON(times)
	}
	return view.Timetable(a.stdout, times, zone, a.viewOptions(a.stdout))
}
