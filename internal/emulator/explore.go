package emulator

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// fixtureOf finds the data bound to a base connection, by its name or id.
func (e *env) fixtureOf(connection object) *fixture {
	if f := e.sources[text(connection, "id")]; f != nil {
		return f
	}
	return e.sources[text(connection, "name")]
}

func (sp *space) fixtureOfBase(id string) *fixture {
	if len(sp.env.sources) == 0 {
		return nil
	}
	if r := sp.get(kindConnection, id); r != nil {
		return sp.env.fixtureOf(r.object())
	}
	return nil
}

const previewRows = 100

// exploreConnection answers what is behind a connection: a bare array for the
// root, an object for a table.
func exploreConnection(c *call) (answer, error) {
	r, err := c.entity(kindConnection)
	if err != nil {
		return answer{}, err
	}
	kind := strings.ToLower(c.query.Get("objectType"))
	if kind == "" {
		if c.query.Has("objectType") {
			return answer{}, flowError(errQueryEmpty, "objectType is empty")
		}
		return answer{}, flowError(errObjectTypeEmpty, "objectType is missing")
	}
	if spec, _, _ := specs.ConnectorByID(text(r.view(), "connectionSpec", "id")); spec.FlowSpec == "" {
		return answer{}, flowError(errExploreSpec, "connections of %s cannot be explored", spec.Name)
	}
	if err := checkExploreFilter(c.query.Get("filters")); err != nil {
		return answer{}, err
	}
	if !slices.Contains([]string{"root", "table", "file", "folder", "rest"}, kind) {
		return answer{}, flowError(errObjectType, "objectType is %q, expected root, table, file, folder or rest", c.query.Get("objectType"))
	}
	table := c.query.Get("object")
	if kind != "root" && table == "" {
		return answer{}, flowError(errExploreObject, "object is missing; it names the %s", kind)
	}
	f := c.env.fixtureOf(r.object())
	if kind == "root" || kind == "folder" {
		items := []any{}
		if f != nil {
			for _, name := range f.names {
				items = append(items, object{"type": "table", "name": name, "path": name, "canPreview": true, "canFetchSchema": true})
			}
		}
		return ok(items)
	}
	if f == nil {
		return answer{}, flowError(errTable, "there is no %s %s behind the connection", kind, table)
	}
	columns, err := f.columns(c.r.Context(), table)
	if errors.Is(err, errNoTable) {
		return answer{}, flowError(errTable, "there is no table %s behind the connection", table)
	}
	if err != nil {
		return answer{}, err
	}
	shown := []any{}
	for _, col := range columns {
		shown = append(shown, columnObject(col))
	}
	out := object{"format": "flat", "schema": object{"columns": shown}}
	if c.query.Get("preview") == "true" {
		rows, err := f.rows(c.r.Context(), table, previewRows)
		if err != nil {
			return answer{}, err
		}
		data := make([]any, len(rows))
		for i, row := range rows {
			data[i] = previewRow(row, columns)
		}
		out["data"] = data
	}
	return ok(out)
}

// previewRow shows times as the platform does: in UTC and without a zone.
func previewRow(row object, columns []column) object {
	out := make(object, len(row))
	for _, col := range columns {
		v, has := row[col.name]
		if !has {
			continue
		}
		if col.kind == "date" || col.kind == "date-time" {
			t, isTime := v.(time.Time)
			if s, isText := v.(string); isText {
				t, isTime = parseTime(s)
			}
			if isTime {
				v = t.UTC().Format("2006-01-02T15:04:05")
			}
		}
		out[col.name] = v
	}
	return out
}

// columnObject is a column in the platform's shape: dates are texts with a
// mark beside the type.
func columnObject(col column) object {
	o := object{"name": col.name}
	switch col.kind {
	case "boolean":
		o["type"], o["xdm"] = "boolean", object{"type": "boolean"}
	case "double":
		o["type"], o["xdm"] = "double", object{"type": "number"}
	case "integer":
		o["type"], o["xdm"] = "integer", object{"type": "integer", "minimum": -2147483648, "maximum": 2147483647}
	case "long":
		o["type"], o["xdm"] = "integer", object{"type": "integer", "minimum": int64(-9007199254740991), "maximum": int64(9007199254740991)}
	case "date", "date-time":
		o["type"], o["meta:xdmType"], o["xdm"] = "string", "date-time", object{"type": "string", "format": "date-time"}
	default:
		o["type"], o["xdm"] = "string", object{"type": "string"}
	}
	return o
}

// connectionConfigs lists the columns of every bound table.
func connectionConfigs(c *call) (answer, error) {
	r, err := c.entity(kindConnection)
	if err != nil {
		return answer{}, err
	}
	items := []any{}
	if f := c.env.fixtureOf(r.object()); f != nil {
		for _, name := range f.names {
			columns, err := f.columns(c.r.Context(), name)
			if err != nil {
				return answer{}, err
			}
			for _, col := range columns {
				items = append(items, object{"columnName": col.name, "columnType": text(columnObject(col), "type")})
			}
		}
	}
	return ok(object{"items": items})
}

// exploreSpec is for specifications without credentials: the landing zone.
func exploreSpec(c *call) (answer, error) {
	spec, misprint, known := specs.ConnectorByID(c.arg("id"))
	if !known || misprint {
		return answer{}, flowError(errSpecID, "there is no connection specification %s", c.arg("id"))
	}
	if spec.Slug != "data-landing-zone" {
		return answer{}, flowError(errSpecExplore, "%s is explored through a connection", spec.Name)
	}
	if strings.ToLower(c.query.Get("objectType")) != "root" {
		return answer{}, flowError(errProviderNone, "the landing zone of this sandbox is empty")
	}
	return answer{status: http.StatusOK, body: []byte("[]")}, nil
}
