package main

import (
	"time"
	_ "time/tzdata" // zones also where the system has none

	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type previewCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Runs int    `default:"3" placeholder:"N" help:"How many runs of each dataflow to show."`
	Zone string `default:"UTC" placeholder:"ZONE" help:"Also show times in this zone, such as Europe/Paris."`
}

func (previewCmd) Help() string {
	return `Works out the next runs of every dataflow, how many a day there are, and where
several dataflows read one connection at the same minute.

  aepflow preview --runs 5 --zone Europe/Paris`
}

func (c previewCmd) Run(a *app) error {
	format, err := a.format("text", "json")
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return exit(exitUsage, "--zone %s: no zone is called that; write it like Europe/Paris", c.Zone)
	}
	if c.Runs < 0 || c.Runs > 1000 {
		return exit(exitUsage, "--runs %d: expected a number from 0 to 1000", c.Runs)
	}
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	if err := a.compile(p); err != nil {
		return err
	}
	times := planner.Schedule(p.graph, a.now(), c.Runs)
	if format == "json" {
		return a.printJSON(times)
	}
	return view.Timetable(a.stdout, times, zone, a.viewOptions(a.stdout))
}
