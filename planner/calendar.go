package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Calendar says how many runs begin on each connection in each hour of some days.
type Calendar struct {
	At   time.Time `json:"at"`
	Zone string    `json:"zone"` // of the days and hours
	Days []Day     `json:"days"`
}

// Day is a day of a calendar. The day of a change of the clocks has 23 or 25 hours; the hours of the day count all the
// same.
type Day struct {
	Date        string            `json:"date"` // 2027-01-31
	Connections []ConnectionHours `json:"connections"`
}

// ConnectionHours counts the runs that read a connection.
type ConnectionHours struct {
	Connection string  `json:"connection"` // address or id; a source without a connection has the name of its dataflow
	Hours      [24]int `json:"hours"`
	Runs       int     `json:"runs"`
}

// MakeCalendar counts the runs of all dataflows of a graph from a time on, for so many days of a zone. Dataflows that
// have the same connection count together.
func MakeCalendar(g *resource.Graph, at time.Time, days int, zone *time.Location) Calendar {
	first := at.In(zone)
	midnight := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone)
	c := Calendar{At: at.UTC(), Zone: zone.String(), Days: make([]Day, days)}
	for i := range c.Days {
		c.Days[i] = Day{Date: midnight.AddDate(0, 0, i).Format(time.DateOnly), Connections: []ConnectionHours{}}
	}
	end := midnight.AddDate(0, 0, days)
	for _, f := range Schedule(g, at, 1).Flows {
		name := cmp.Or(connectionOf(g, f.Address), f.Address.String())
		for _, next := range f.Next {
			for step := f.step(); next.Before(end); next = later(next, step) {
				c.count(name, next.In(zone))
				if step == 0 {
					break
				}
			}
		}
	}
	for _, d := range c.Days {
		slices.SortFunc(d.Connections, func(a, b ConnectionHours) int { return cmp.Compare(a.Connection, b.Connection) })
	}
	return c
}

// step is the time between two runs in seconds, 0 for one run.
func (f FlowTimes) step() int64 { return minutesOf[f.Frequency] * f.Interval * 60 }

func (c *Calendar) count(connection string, t time.Time) {
	date := t.Format(time.DateOnly)
	i := slices.IndexFunc(c.Days, func(d Day) bool { return d.Date == date })
	d := &c.Days[i]
	at := slices.IndexFunc(d.Connections, func(h ConnectionHours) bool { return h.Connection == connection })
	if at < 0 {
		at = len(d.Connections)
		d.Connections = append(d.Connections, ConnectionHours{Connection: connection})
	}
	d.Connections[at].Hours[t.Hour()]++
	d.Connections[at].Runs++
}
