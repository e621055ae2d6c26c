package compiler

import (
	"regexp"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// problem is a fault as facts.
type problem = diag.Problem

func (p *project) resolveDataflow(u *unit) {
	p.resolveDatabase(u)
	p.resolveTarget(u)
	p.resolveMappings(u)
	p.resolveSchedule(u)
	p.resolveDelta(u)
	p.lintDataflow(u)
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// resolveDatabase checks that there is one way to the database: a connector
// and the id of a connection, or a Connection document.
func (p *project) resolveDatabase(u *unit) {
	db := u.dataflow.Database
	switch {
	case db.Connection != "" && db.ConnectionID != "":
		p.report.Add(twoConnections{u})
	case db.Connection != "":
		c, ok := p.find(schemas.KindConnection, db.Connection)
		if !ok {
			p.missing(u.at("database", "connection"), schemas.KindConnection, db.Connection,
				p.names(schemas.KindConnection))
			return
		}
		if c.connection == nil {
			return
		}
		if db.Connector != "" && c.connection.Connector != db.Connector {
			p.report.Add(connectorMismatch{u, c})
		}
		if k, ok := specs.ConnectorBySlug(c.connection.Connector); ok {
			p.checkTables(u.at("database", "connection"), k)
		}
		return
	case db.ConnectionID == "":
		p.report.Add(noConnection{at: u.at("database")})
	case !uuid.MatchString(db.ConnectionID):
		p.report.Add(badID{at: u.at("database", "connectionId"), got: db.ConnectionID,
			want: "a UUID such as 6990abad-977d-41b9-a85d-17ea8cf1c0e4"})
	}
	if db.Connector == "" {
		if db.ConnectionID != "" {
			p.report.Add(missingDocumentKey{at: u.at("database"), key: "connector"})
		}
		return
	}
	if c, ok := specs.ConnectorBySlug(db.Connector); ok {
		p.checkTables(u.at("database", "connector"), c)
		p.checkRetired(u.at("database", "connector"), c)
	}
}

// checkTables reports a connector whose sources are not tables.
func (p *project) checkTables(at place, c specs.Connector) {
	if c.FlowSpec != "CRMToAEP" {
		p.report.Add(notATableSource{at: at, connector: c})
	}
}

// checkRetired reports a connector that Adobe withdraws.
func (p *project) checkRetired(at place, c specs.Connector) {
	if c.Deprecated != "" {
		p.report.Add(deprecatedConnector{at: at, connector: c})
	}
}

// connectorOf returns the connector that a dataflow reads through.
func (p *project) connectorOf(u *unit) (specs.Connector, bool) {
	db := u.dataflow.Database
	slug := db.Connector
	if c, ok := p.find(schemas.KindConnection, db.Connection); ok && c.connection != nil {
		slug = c.connection.Connector
	}
	return specs.ConnectorBySlug(slug)
}

// The starts that make sense, in seconds since 1970: from 2001-09-09, which is long before
// the platform existed, to 2100-01-01. Milliseconds of any such time are beyond.
const (
	earliestStart = 1_000_000_000
	latestStart   = 4_102_444_800
)

// resolveSchedule enforces what the platform's schedule accepts: `once` has
// neither interval nor backfill, every other frequency has an interval, of at
// least 15 for minute.
func (p *project) resolveSchedule(u *unit) {
	s := u.dataflow.Schedule
	if s.StartTime != nil {
		at := u.at("schedule", "startTime")
		switch epoch, err := s.StartTime.Epoch(); {
		case err != nil:
			p.report.Add(badTime{at: at, got: s.StartTime.Text})
		case epoch < earliestStart || epoch >= latestStart:
			p.report.Add(farTime{at: at, epoch: epoch})
		}
	}
	if s.Frequency == "once" {
		for _, key := range []string{"interval", "backfill"} {
			if u.has("schedule", key) {
				p.report.Add(forbiddenOnce{u: u, key: key})
			}
		}
		return
	}
	switch {
	case s.Interval == nil:
		p.report.Add(missingInterval{u: u, frequency: s.Frequency})
	case s.Frequency == "minute" && *s.Interval < 15:
		p.report.Add(shortInterval{u: u, got: *s.Interval})
	}
}

// resolveDelta enforces the rules of the delta column: required for recurring
// schedules, forbidden for `once`, a declared column of a time type.
func (p *project) resolveDelta(u *unit) {
	f := u.dataflow
	switch {
	case f.Delta == nil && f.Schedule.Frequency == "once":
		return
	case f.Delta == nil:
		p.report.Add(missingDelta{u})
		return
	case f.Schedule.Frequency == "once":
		p.report.Add(deltaWithOnce{u})
	}
	at := u.at("delta", "column")
	if !u.has("delta", "column") {
		at = u.at("delta")
	}
	i := slices.IndexFunc(f.Columns, func(c schemas.Column) bool { return c.Name == f.Delta.Column })
	switch {
	case i < 0:
		p.report.Add(unknownColumn{at: at, name: f.Delta.Column, columns: nearest.Of(columnNames(f))})
	case f.Columns[i].Type != "date" && f.Columns[i].Type != "date-time":
		p.report.Add(deltaNotATime{u: u, at: at, column: f.Columns[i]})
	}
	p.checkDeltaFormat(u)
	if tz := f.Delta.Timezone; tz != "" && tz != "UTC" {
		p.report.Add(deltaNotUTC{at: u.at("delta", "timezone"), got: tz})
	}
}

func columnNames(f *schemas.Dataflow) []string {
	var out []string
	for _, c := range f.Columns {
		out = append(out, c.Name)
	}
	return out
}
