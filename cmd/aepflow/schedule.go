package main

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // for systems without time zones

	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type scheduleCmd struct {
	Path string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Runs int    `default:"3" placeholder:"N" help:"Runs to show of each dataflow."`
	Zone string `default:"UTC" placeholder:"ZONE" help:"Also show times in this time zone, such as Europe/Paris."`
}

func (scheduleCmd) Help() string {
	return `Calculates the next runs of each dataflow and its runs per day, and lists where
several dataflows read one connection in the same minute.

  aepflow schedule --runs 5 --zone Europe/Paris`
}

func (c scheduleCmd) Validate() error {
	if c.Runs < 0 || c.Runs > 1000 {
		return fmt.Errorf("--runs %d: expected 0 to 1000", c.Runs)
	}
	return nil
}

func (c scheduleCmd) Run(a *app) error {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return exit(exitUsage, "--zone %s: unknown time zone; expected a name such as Europe/Paris", c.Zone)
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

// oldPreviewCmd is the former name of schedule.
type oldPreviewCmd struct {
	Args []string `arg:"" optional:"" passthrough:"all"`
}

// commandLine is the arguments of the program.
type commandLine []string

func (oldPreviewCmd) Run(line commandLine) error {
	now := slices.Clone(line)
	now[slices.Index(now, "preview")] = "schedule"
	return exitHelp(exitUsage, "run `aepflow "+shellWords(now)+"`", "preview is now schedule")
}
