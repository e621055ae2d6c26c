package flow

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/specs"
)

// FixtureOf finds the data bound to a base connection, by its name or id.
func FixtureOf(e *core.Env, connection object) *core.Fixture {
	if f := e.Sources[core.Text(connection, "id")]; f != nil {
		return f
	}
	return e.Sources[core.Text(connection, "name")]
}

func fixtureOfBase(sp *core.Space, id string) *core.Fixture {
	if len(sp.Env.Sources) == 0 {
		return nil
	}
	if r := sp.Get(core.KindConnection, id); r != nil {
		return FixtureOf(sp.Env, r.Object())
	}
	return nil
}

const previewRows = 100

// exploreConnection answers what is behind a connection: a bare array for the
// root, an object for a table.
func exploreConnection(c *core.Call, r *core.Record) (core.Answer, error) {
	kind := strings.ToLower(c.Query.Get("objectType"))
	if kind == "" {
		if c.Query.Has("objectType") {
			return core.Answer{}, core.FlowError(core.ErrQueryEmpty, "objectType is empty")
		}
		return core.Answer{}, core.FlowError(core.ErrObjectTypeEmpty, "objectType is missing")
	}
	spec, _, _ := specs.ConnectorByID(core.Text(r.View(), "connectionSpec", "id"))
	if spec.FlowSpec == "" && spec.Slug != snowflakeStreaming {
		return core.Answer{}, core.FlowError(core.ErrExploreSpec, "connections of %s cannot be explored", spec.Name)
	}
	filter, err := readExploreFilter(c.Query.Get("filters"))
	if err != nil {
		return core.Answer{}, err
	}
	if !slices.Contains([]string{"root", "table", "file", "folder", "rest"}, kind) {
		return core.Answer{}, core.FlowError(core.ErrObjectType,
			"objectType is %q, expected root, table, file, folder or rest", c.Query.Get("objectType"))
	}
	table := c.Query.Get("object")
	if kind != "root" && table == "" {
		return core.Answer{}, core.FlowError(core.ErrExploreObject, "object is missing; it names the %s", kind)
	}
	f := FixtureOf(c.Env, r.Object())
	switch {
	case spec.FlowSpec == "CloudStorageToAEP":
		return exploreFiles(c, fileStore{f, ""}, kind)
	case spec.FlowSpec == "RestStorageToAEP" && kind == "rest":
		return exploreRest(c, fileStore{f, ""})
	}
	if kind == "root" || kind == "folder" {
		items := []any{}
		if f != nil {
			for _, name := range f.Names {
				items = append(items, object{"type": "table", "name": name, "path": name, "canPreview": true,
					"canFetchSchema": true})
			}
		}
		if spec.Slug == snowflakeStreaming {
			return core.OK(object{"items": items}) // in its own shape
		}
		return core.OK(items)
	}
	if f == nil {
		return core.Answer{}, noObject(kind, table)
	}
	columns, err := f.Columns(c.Request.Context(), table)
	if errors.Is(err, core.ErrNoTable) {
		return core.Answer{}, noObject(kind, table)
	}
	if err != nil {
		return core.Answer{}, err
	}
	shown := []any{}
	for _, col := range columns {
		shown = append(shown, columnObject(col))
	}
	out := object{"format": "flat", "schema": object{"columns": shown}}
	if c.Query.Get("preview") == "true" {
		limit := previewRows
		if filter != nil {
			limit = -1 // the rows that it leaves are counted
		}
		rows, err := f.Rows(c.Request.Context(), table, limit)
		if err != nil {
			return core.Answer{}, err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(row object) bool { return !filterHolds(filter, row) })
		rows = rows[:min(len(rows), previewRows)]
		data := make([]any, len(rows))
		for i, row := range rows {
			data[i] = previewRow(row, columns)
		}
		out["data"] = data
	}
	return core.OK(out)
}

// noObject refuses a table or file that is not there.
func noObject(kind, name string) error {
	code := core.ErrTable
	if kind == "file" {
		code = core.ErrProviderNone
	}
	return core.FlowError(code, "there is no %s %s in the data of the connection", kind, name)
}

// previewRow shows times as the platform does: in UTC and without a zone.
func previewRow(row object, columns []core.Column) object {
	out := make(object, len(row))
	for _, col := range columns {
		v, has := row[col.Name]
		if !has {
			continue
		}
		if col.Kind == "date" || col.Kind == "date-time" {
			t, isTime := v.(time.Time)
			if s, isText := v.(string); isText {
				t, isTime = core.ParseTime(s)
			}
			if isTime {
				v = t.UTC().Format("2006-01-02T15:04:05")
			}
		}
		out[col.Name] = v
	}
	return out
}

// columnObject is a column in the platform's shape: dates are texts with a
// mark beside the type.
func columnObject(col core.Column) object {
	o := object{"name": col.Name}
	switch col.Kind {
	case "boolean":
		o["type"], o["xdm"] = "boolean", object{"type": "boolean"}
	case "double":
		o["type"], o["xdm"] = "double", object{"type": "number"}
	case "integer":
		o["type"], o["xdm"] = "integer", object{"type": "integer", "minimum": -2147483648, "maximum": 2147483647}
	case "long":
		o["type"], o["xdm"] = "integer", object{"type": "integer", "minimum": int64(-9007199254740991),
			"maximum": int64(9007199254740991)}
	case "date", "date-time":
		o["type"], o["meta:xdmType"], o["xdm"] = "string", "date-time", object{"type": "string", "format": "date-time"}
	default:
		o["type"], o["xdm"] = "string", object{"type": "string"}
	}
	return o
}

// connectionConfigs lists the columns of every bound table.
func connectionConfigs(c *core.Call, r *core.Record) (core.Answer, error) {
	items := []any{}
	if f := FixtureOf(c.Env, r.Object()); f != nil {
		for _, name := range f.Names {
			columns, err := f.Columns(c.Request.Context(), name)
			if err != nil {
				return core.Answer{}, err
			}
			for _, col := range columns {
				items = append(items, object{"columnName": col.Name, "columnType": core.Text(columnObject(col), "type")})
			}
		}
	}
	return core.OK(object{"items": items})
}

// exploreSpec is for specifications without credentials: the landing zone.
func exploreSpec(c *core.Call) (core.Answer, error) {
	spec, misprint, known := specs.ConnectorByID(c.Arg("id"))
	if !known || misprint {
		return core.Answer{}, core.FlowError(core.ErrSpecID, "there is no connection specification %s", c.Arg("id"))
	}
	if spec.Slug != core.LandingZone {
		return core.Answer{}, core.FlowError(core.ErrSpecExplore, "%s is explored through a connection", spec.Name)
	}
	kind := strings.ToLower(c.Query.Get("objectType"))
	if kind != "root" && c.Query.Get("object") == "" {
		return core.Answer{}, core.FlowError(core.ErrExploreObject, "object is missing; it names the %s", kind)
	}
	return exploreFiles(c, landingZoneFiles(c.Env), kind)
}
