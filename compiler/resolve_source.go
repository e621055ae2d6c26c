package compiler

import (
	"regexp"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// viaOf returns the connection that a dataflow reads through, and the key that says so.
func viaOf(f *schemas.Dataflow) (string, *schemas.Via) {
	switch {
	case f.Files != nil:
		return "files", &f.Files.Via
	case f.Rest != nil:
		return "rest", &f.Rest.Via
	case f.Stream != nil:
		return "stream", &f.Stream.Via
	}
	return "database", &f.Database.Via
}

// readsTable reports whether a dataflow reads a table.
func readsTable(f *schemas.Dataflow) bool { return f.Files == nil && f.Rest == nil && f.Stream == nil }

// resolveSource checks that a dataflow has exactly one source, and its rules.
func (r *resolver) resolveSource(u *unit) {
	database, table := u.has("database"), u.has("table")
	switch own, _ := viaOf(u.dataflow); {
	case own != "database":
		for _, key := range decode.SourceKeys {
			if key != own && u.has(key) {
				r.report.Add(twoSources{u, own, key})
				return
			}
		}
		r.resolveOwn(u)
	case !database && !table:
		r.report.Add(noSource{u})
		return
	case !database:
		r.report.Add(decode.MissingKey{At: u.at(), Key: "database"})
		return
	case !table:
		r.report.Add(decode.MissingKey{At: u.at(), Key: "table"})
	}
	r.resolveVia(u)
}

// resolveOwn checks the keys that one source alone has.
func (r *resolver) resolveOwn(u *unit) {
	switch {
	case u.dataflow.Files != nil:
		r.resolveFiles(u)
	case u.dataflow.Stream != nil:
		r.resolveStream(u)
	default:
		r.resolveRest(u)
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// resolveVia checks that there is one way to the source: a connector and the id of a
// connection, or a Connection document. The landing zone and webhooks have no connection.
func (r *resolver) resolveVia(u *unit) {
	key, via := viaOf(u.dataflow)
	c, known := specs.ConnectorBySlug(via.Connector)
	switch {
	case via.Connector == landingZone || c.IsWebhook():
		for _, other := range []string{"connection", "connectionId"} {
			if u.has(key, other) {
				r.report.Add(needlessConnection{u.at(key, other), c})
			}
		}
	case via.Connection != "" && via.ConnectionID != "":
		r.report.Add(twoConnections{u, key})
		return
	case via.Connection != "":
		r.resolveConnectionName(u)
		return
	case via.ConnectionID == "":
		r.report.Add(noConnection{at: u.at(key)})
	case !uuid.MatchString(via.ConnectionID):
		r.report.Add(badID{at: u.at(key, "connectionId"), got: via.ConnectionID,
			want: "a UUID such as 6990abad-977d-41b9-a85d-17ea8cf1c0e4"})
	}
	if via.Connector == "" {
		if via.ConnectionID != "" {
			r.report.Add(decode.MissingKey{At: u.at(key), Key: "connector"})
		}
		return
	}
	if known {
		checkReads(u, u.at(key, "connector"), c, r.report)
		checkRetired(u.at(key, "connector"), c, r.report)
	}
}

// resolveConnectionName checks the Connection document that a source names.
func (r *resolver) resolveConnectionName(u *unit) {
	key, via := viaOf(u.dataflow)
	at := u.at(key, "connection")
	c, ok := r.find(schemas.KindConnection, via.Connection)
	switch {
	case !ok:
		r.missing(at, schemas.KindConnection, via.Connection)
		return
	case c.connection == nil:
		return
	case via.Connector != "" && c.connection.Connector != via.Connector:
		r.report.Add(connectorMismatch{u, c, key})
	}
	if k, ok := specs.ConnectorBySlug(c.connection.Connector); ok {
		checkReads(u, at, k, r.report)
	}
}

// checkReads reports a connector whose sources are not what the dataflow reads.
func checkReads(u *unit, at decode.Place, c specs.Connector, report *diag.Report) {
	switch key, _ := viaOf(u.dataflow); {
	case key == "files" && c.FlowSpec != "CloudStorageToAEP":
		report.Add(notAFileSource{at: at, connector: c})
	case key == "rest" && c.FlowSpec != "RestStorageToAEP":
		report.Add(notARestSource{at: at, connector: c})
	case key == "stream" && !c.IsStream():
		report.Add(notAStreamSource{at: at, connector: c})
	case key == "database" && c.FlowSpec != "CRMToAEP":
		report.Add(notATableSource{at: at, connector: c})
	}
}

// checkRetired reports a connector that Adobe withdraws.
func checkRetired(at decode.Place, c specs.Connector, report *diag.Report) {
	if c.Deprecated != "" {
		report.Add(deprecatedConnector{at: at, connector: c})
	}
}

// resolveOriginalTypes reports original types that are not sent, and those that the
// specification of the connector asks for.
func (r *resolver) resolveOriginalTypes(u *unit) {
	c, _ := r.connector(u)
	key, _ := viaOf(u.dataflow)
	for _, column := range u.dataflow.Columns {
		switch {
		case key != "database" && column.OriginalType != "":
			r.report.Add(originalTypeElsewhere{u.at("columns", column.Name, "originalType")})
		case key == "database" && c.OriginalTypes && column.OriginalType == "":
			r.report.Add(missingOriginalType{u.at("columns", column.Name), c.Name})
			return
		}
	}
}
