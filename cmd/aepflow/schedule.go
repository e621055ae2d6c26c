package main

import (
	"fmt"
	"time"
	_ "time/tzdata" // for systems without time zones

	"github.com/aepflow/aepflow/internal/view"
	"github.com/aepflow/aepflow/planner"
)

type scheduleCmd struct {
	Path     string `arg:"" optional:"" default:"." help:"Folder of the project."`
	Runs     int    `default:"3" placeholder:"N" help:"Runs to show of each dataflow."`
	Calendar bool   `help:"Show how many runs begin on each connection in each hour."`
	Days     int    `default:"7" placeholder:"N" help:"Days of --calendar."`
	Zone     string `default:"UTC" placeholder:"ZONE" help:"Also show times in this time zone, such as Europe/Paris."`
}

func (scheduleCmd) Help() string {
	return `Calculates the next runs of each dataflow and its runs per day, and lists where
several dataflows read one connection in the same minute.

  aepflow schedule --runs 5 --zone Europe/Paris
  aepflow schedule --calendar --days 3`
}

func (c scheduleCmd) Validate() error {
	if c.Runs < 0 || c.Runs > 1000 {
		return fmt.Errorf("--runs %d: expected 0 to 1000", c.Runs)
	}
	if c.Days < 1 || c.Days > 31 {
		return fmt.Errorf("--days %d: expected 1 to 31", c.Days)
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
	if c.Calendar {
		calendar := planner.MakeCalendar(p.graph, a.now(), c.Days, zone)
		if a.Output == "json" {
			return a.printJSON(calendar)
		}
		return view.Calendar(a.stdout, calendar, a.viewOptions(a.stdout))
	}
	times := planner.Schedule(p.graph, a.now(), c.Runs)
	if a.Output == "json" {
		return a.printJSON(times)
	}
	return view.Timetable(a.stdout, times, zone, a.viewOptions(a.stdout))
}
