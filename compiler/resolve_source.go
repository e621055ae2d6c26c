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
func (r *sourceResolver) resolve() {
	database, table := r.u.has("database"), r.u.has("table")
	switch own, _ := viaOf(r.u.dataflow); {
	case own != "database":
		for _, key := range decode.SourceKeys {
			if key != own && r.u.has(key) {
				r.report.Add(twoSources{r.u, own, key})
				return
			}
		}
		r.resolveOwn()
	case !database && !table:
		r.report.Add(noSource{r.u})
		return
	case !database:
		r.report.Add(decode.MissingKey{At: r.u.at(), Key: "database"})
		return
	case !table:
		r.report.Add(decode.MissingKey{At: r.u.at(), Key: "table"})
	}
	r.resolveVia()
}

// resolveOwn checks the keys that one source alone has.
func (r *sourceResolver) resolveOwn() {
	switch {
	case r.u.dataflow.Files != nil:
		r.resolveFiles()
	case r.u.dataflow.Stream != nil:
		r.resolveStream()
	default:
		r.resolveRest()
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// resolveVia checks that there is one way to the source: a connector and the id of a
// connection, or a Connection document. The landing zone and webhooks have no connection.
func (r *sourceResolver) resolveVia() {
	key, via := viaOf(r.u.dataflow)
	c, known := specs.ConnectorBySlug(via.Connector)
	switch {
	case via.Connector == landingZone || c.IsWebhook():
		for _, other := range []string{"connection", "connectionId"} {
			if r.u.has(key, other) {
				r.report.Add(needlessConnection{r.u.at(key, other), c})
			}
		}
	case via.Connection != "" && via.ConnectionID != "":
		r.report.Add(twoConnections{r.u, key})
		return
	case via.Connection != "":
		r.resolveConnectionName()
		return
	case via.ConnectionID == "":
		r.report.Add(noConnection{at: r.u.at(key)})
	case !uuid.MatchString(via.ConnectionID):
		r.report.Add(badID{at: r.u.at(key, "connectionId"), got: via.ConnectionID,
			want: "a UUID such as 6990abad-977d-41b9-a85d-17ea8cf1c0e4"})
	}
	if via.Connector == "" {
		if via.ConnectionID != "" {
			r.report.Add(decode.MissingKey{At: r.u.at(key), Key: "connector"})
		}
		return
	}
	if known {
		checkReads(r.u, r.u.at(key, "connector"), c, r.report)
		checkRetired(r.u.at(key, "connector"), c, r.report)
	}
}

// resolveConnectionName checks the Connection document that a source names.
func (r *sourceResolver) resolveConnectionName() {
	key, via := viaOf(r.u.dataflow)
	at := r.u.at(key, "connection")
	c, ok := r.find(schemas.KindConnection, via.Connection)
	switch {
	case !ok:
		r.missing(at, schemas.KindConnection, via.Connection)
		return
	case c.connection == nil:
		return
	case via.Connector != "" && c.connection.Connector != via.Connector:
		r.report.Add(connectorMismatch{r.u, c, key})
	}
	if k, ok := specs.ConnectorBySlug(c.connection.Connector); ok {
		checkReads(r.u, at, k, r.report)
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
func (r *sourceResolver) resolveOriginalTypes() {
	c, _ := r.connector(r.u)
	key, _ := viaOf(r.u.dataflow)
	for _, column := range r.u.dataflow.Columns {
		switch {
		case key != "database" && column.OriginalType != "":
			r.report.Add(originalTypeElsewhere{r.u.at("columns", column.Name, "originalType")})
		case key == "database" && c.OriginalTypes && column.OriginalType == "":
			r.report.Add(missingOriginalType{r.u.at("columns", column.Name), c.Name})
			return
		}
	}
}
