package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Timetable says when the dataflows of a graph run.
type Timetable struct {
	At      time.Time       `json:"at"`
	Flows   []FlowTimes     `json:"flows"`   // sorted by address
	Crowded []CrowdedMinute `json:"crowded"` // several dataflows of one connection at the same minute
}

// FlowTimes is the schedule of one dataflow.
type FlowTimes struct {
	Address    resource.Address `json:"address"`
	Frequency  string           `json:"frequency"`
	Interval   int64            `json:"interval,omitempty"`
	Start      *time.Time       `json:"start,omitempty"`  // absent: when it is created
	Passed     bool             `json:"passed,omitempty"` // the start is before At
	State      string           `json:"state"`
	Backfill   bool             `json:"backfill,omitempty"` // the first run also reads what is older than the start
	History    *History         `json:"history,omitempty"`  // that the next run reads, if it is the first
	RunsPerDay float64          `json:"runs_per_day"`
	Next       []time.Time      `json:"next"` // next runs from At on, none for what does not run
	Origin     Origin           `json:"origin,omitzero"`
}

// History is what a first run reads of the time before the start. How many rows that is, is not known before a run.
type History struct {
	Windows int        `json:"windows"`
	Runs    int        `json:"runs"`
	Until   *time.Time `json:"until,omitempty"` // the start; absent: when the dataflow is created
}

// CrowdedMinute is a minute at which several dataflows read one connection.
type CrowdedMinute struct {
	Connection string             `json:"connection"` // address or id
	At         time.Time          `json:"at"`
	Flows      []resource.Address `json:"flows"`
}

// minutesOf is the length of one unit of a frequency.
var minutesOf = map[string]int64{"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}

// Schedule returns the next runs of every dataflow of a graph that has runs, which
// those of streams do not. The platform
// counts intervals from the start, in UTC; an open start is taken to be at.
func Schedule(g *resource.Graph, at time.Time, runs int) Timetable {
	t := Timetable{At: at.UTC(), Flows: []FlowTimes{}, Crowded: []CrowdedMinute{}}
	for _, r := range g.All() {
		spec := resource.SpecOf(r.Address.Kind)
		if spec.Frequency == "" {
			continue
		}
		if v := decode(r.Body); !resource.IsStream(v) {
			t.Flows = append(t.Flows, flowTimes(spec, r, v, t.At, runs))
		}
	}
	t.Crowded = crowded(g, t)
	return t
}

func flowTimes(spec *resource.Spec, r resource.Resource, v resource.Value, at time.Time, runs int) FlowTimes {
	text := func(path string) string {
		w, _ := spec.Find(v, path)
		return w.Text
	}
	f := FlowTimes{
		Address: r.Address, Frequency: text(spec.Frequency), State: text(spec.State),
		Next: []time.Time{}, Origin: originOf(r.Origin),
	}
	start := at
	if v, ok := spec.Find(v, "scheduleParams.backfill"); ok && v.Text == "true" {
		f.Backfill = true
	}
	if epoch, err := strconv.ParseInt(text(spec.StartTime), 10, 64); err == nil {
		s := time.Unix(epoch, 0).UTC()
		f.Start, f.Passed, start = &s, s.Before(at), s
	}
	f.Interval, _ = strconv.ParseInt(text(spec.Interval), 10, 64)
	step := f.step() // in seconds: a Duration holds 292 years only
	if (f.Backfill || step == 0) && !f.Passed && f.State == "enabled" {
		f.History = &History{Windows: 1, Runs: 1, Until: f.Start}
	}
	if step == 0 {
		if f.State == "enabled" && !f.Passed && runs > 0 {
			f.Next = append(f.Next, start)
		}
		return f
	}
	f.RunsPerDay = 24 * 60 * 60 / float64(step)
	if f.State != "enabled" {
		return f
	}
	next := start
	if next.Before(at) {
		passed := at.Unix() - start.Unix()
		if at.Nanosecond() > 0 {
			passed++
		}
		next = later(start, (passed+step-1)/step*step)
	}
	for len(f.Next) < runs && next.Year() <= lastYear {
		f.Next = append(f.Next, next)
		next = later(next, step)
	}
	return f
}

// lastYear is the last year that RFC 3339 can write.
const lastYear = 9999

func later(t time.Time, seconds int64) time.Time {
	return time.Unix(t.Unix()+seconds, int64(t.Nanosecond())).UTC()
}

// crowded finds the next minutes at which dataflows read the same connection.
// Each group of dataflows appears once, at its first minute.
func crowded(g *resource.Graph, t Timetable) []CrowdedMinute {
	type minute struct {
		connection string
		at         time.Time
	}
	flows := map[minute][]resource.Address{}
	for _, f := range t.Flows {
		connection := connectionOf(g, f.Address)
		for _, next := range f.Next {
			key := minute{connection, next.Truncate(time.Minute)}
			flows[key] = append(flows[key], f.Address)
		}
	}
	var keys []minute
	for key, list := range flows {
		if len(list) > 1 && key.connection != "" {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b minute) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.connection, b.connection)
	})
	out := []CrowdedMinute{}
	seen := map[string]bool{}
	for _, key := range keys {
		if group := fmt.Sprint(key.connection, flows[key]); !seen[group] {
			seen[group] = true
			out = append(out, CrowdedMinute{key.connection, key.at, flows[key]})
		}
	}
	return out
}

// connectionOf follows a dataflow to what its source reads: the address of a
// connection of the project, or the id of another.
func connectionOf(g *resource.Graph, flow resource.Address) string {
	r, _ := g.Get(flow)
	for _, e := range r.Needs {
		source, ok := g.Get(e.To)
		spec := resource.SpecOf(e.To.Kind)
		if !ok || spec.Reads == "" {
			continue
		}
		v, found := spec.Find(decode(source.Body), spec.Reads)
		switch {
		case !found:
		case v.Kind == resource.RefValue:
			return v.Ref.To.String()
		default:
			return v.Text
		}
	}
	return ""
}
