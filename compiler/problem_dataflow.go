package compiler

import (
	"fmt"
	"time"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

type duplicateName struct{ first, second *unit }

func (p duplicateName) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateName, Severity: diag.Error, Path: "name",
		Message: fmt.Sprintf("duplicate %s name `%s`", p.first.kind, p.first.name),
		Labels: []diag.Label{
			{Span: p.second.span("name"), Text: "name already in use"},
			{Span: p.first.span("name"), Text: "first used here"},
		},
		Help: "rename one of them",
	}
}

type addressClash struct {
	address       resource.Address
	first, second source.Span
}

func (p addressClash) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.AddressClash, Severity: diag.Error,
		Message: fmt.Sprintf("duplicate address `%s`", p.address),
		Labels:  []diag.Label{{Span: p.second, Text: "here"}, {Span: p.first, Text: "and here"}},
		Help: "an object inside a dataflow gets the dataflow's name: rename one of the two, or refer to the " +
			"document by name",
	}
}

type titleClash struct {
	title         string
	first, second resource.Resource
}

func (p titleClash) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DuplicateTitle, Severity: diag.Error,
		Message: fmt.Sprintf("`%s` and `%s` have the same title `%s`", p.first.Address, p.second.Address, p.title),
		Labels:  []diag.Label{{Span: p.second.Origin, Text: "here"}, {Span: p.first.Origin, Text: "and here"}},
		Help: "titles must be unique across the schemas, field groups, and data types of a sandbox (XDM-1521-400); a " +
			"schema's own fields are titled \"TITLE fields\"",
	}
}

type unknownReference struct {
	at         decode.Place
	kind, name string
	known      *nearest.Names
}

func (p unknownReference) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownReference, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown %s `%s`", p.kind, p.name),
		Labels:  p.at.Labels("not defined in this project"),
	}
	d.Help = fmt.Sprintf("add a document `kind: %s` with `name: %s`, or use the object's id on the platform", p.kind,
		p.name)
	if known := p.known.List(); len(known) > 0 {
		d.Help = "known: " + words.List(known, "and")
	}
	if near := decode.MeantName(&d, p.name, p.known); near != "" {
		d.Fix = p.at.FixName(p.name, near)
	}
	return d
}

type badID struct {
	at        decode.Place
	got, want string
}

func (p badID) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.InvalidID, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("invalid id `%s`", p.got),
		Labels:  p.at.Labels("expected " + p.want),
		Help:    "copy the id from the platform's UI or an API response",
	}
}

type twoConnections struct {
	u   *unit
	key string
}

func (p twoConnections) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ConnectionChoice, Severity: diag.Error, Path: p.key,
		Message: "`connection` and `connectionId` are mutually exclusive",
		Labels: []diag.Label{
			{Span: p.u.at(p.key, "connectionId").Key(), Text: "id of a connection on the platform"},
			{Span: p.u.at(p.key, "connection").Key(), Text: "name of a Connection document"},
		},
		Help: "remove one of the two",
	}
}

type noConnection struct{ at decode.Place }

func (p noConnection) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ConnectionChoice, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "missing connection",
		Labels:  p.at.KeyLabels("expected `connection` or `connectionId`"),
		Help: "add `connection:` with the name of a Connection document, or `connectionId:` with the id of a " +
			"base connection on the platform",
	}
}

type connectorMismatch struct {
	u, connection *unit
	key           string
}

func (p connectorMismatch) Diagnose() diag.Diagnostic {
	_, via := viaOf(p.u.dataflow)
	return diag.Diagnostic{
		Code: diag.ConnectionChoice, Severity: diag.Error, Path: p.key + ".connector",
		Message: fmt.Sprintf("connector is `%s` here, but `%s` in the connection", via.Connector,
			p.connection.connection.Connector),
		Labels: []diag.Label{
			{Span: p.u.span(p.key, "connector"), Text: "here"},
			{Span: p.connection.span("connector"), Text: "in the connection"},
		},
		Help: "remove `connector` from the dataflow; the connection sets it",
	}
}

type badTime struct {
	at  decode.Place
	got string
}

func (p badTime) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ScheduleStart, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("invalid time `%s`", p.got),
		Labels:  p.at.Labels("expected RFC 3339 or epoch seconds"),
		Help:    "write the date, time, and zone, for example 2027-02-03T00:01:06Z",
	}
}

// farTime is a start that no dataflow can have.
type farTime struct {
	at    decode.Place
	epoch int64
}

func (p farTime) Diagnose() diag.Diagnostic {
	label := "far in the past or the future"
	help := "write the date, time, and zone, for example 2027-02-03T00:01:06Z; " +
		"to keep a dataflow from running, write `state: disabled`"
	if t := time.Unix(p.epoch, 0).UTC(); t.Year() >= 0 && t.Year() <= 9999 {
		label = t.Format(time.RFC3339)
	}
	if s := p.epoch / 1000; s >= earliestStart && s < latestStart {
		label = "milliseconds"
		help = fmt.Sprintf("write seconds, `%d`, or the time, %s", s, time.Unix(s, 0).UTC().Format(time.RFC3339))
	}
	return diag.Diagnostic{
		Code: diag.ScheduleStart, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "the start is not between 2001 and 2100",
		Labels:  p.at.Labels(label),
		Help:    help,
	}
}

type forbiddenOnce struct {
	u   *unit
	key string
}

func (p forbiddenOnce) Diagnose() diag.Diagnostic {
	at := p.u.at("schedule", p.key)
	return diag.Diagnostic{
		Code: diag.ScheduleOnce, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("`%s` is not allowed with frequency `once`", p.key),
		Labels: []diag.Label{
			{Span: at.Key(), Text: "the platform rejects this"},
			{Span: p.u.span("schedule", "frequency"), Text: "because of this frequency"},
		},
		Help: "remove `" + p.key + "`, or choose another frequency",
	}
}

type missingInterval struct {
	u         *unit
	frequency string
}

func (p missingInterval) Diagnose() diag.Diagnostic {
	least := "1"
	if p.frequency == "minute" {
		least = "15"
	}
	return diag.Diagnostic{
		Code: diag.ScheduleInterval, Severity: diag.Error, Path: "schedule.interval",
		Message: fmt.Sprintf("missing interval for frequency `%s`", p.frequency),
		Labels:  diag.At(p.u.span("schedule", "frequency"), "requires `interval`"),
		Help:    "add `interval: " + least + "` or more",
	}
}

type shortInterval struct {
	u   *unit
	got int64
}

func (p shortInterval) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.ScheduleInterval, Severity: diag.Error, Path: "schedule.interval",
		Message: fmt.Sprintf("interval is %d, expected at least 15 for frequency `minute`", p.got),
		Labels: []diag.Label{
			{Span: p.u.span("schedule", "interval"), Text: "expected 15 or more"},
			{Span: p.u.span("schedule", "frequency"), Text: "hour, day, and week accept 1 or more"},
		},
		Help: "write 15 or more",
	}
}

type missingDelta struct{ u *unit }

func (p missingDelta) Diagnose() diag.Diagnostic {
	help := "add `delta:` with a date or date-time column that increases with every change to a row"
	if name := LikelyDelta(p.u.dataflow.Columns); name != "" {
		help = "add `delta: " + name + "` if that column increases with every change to a row"
	}
	return diag.Diagnostic{
		Code: diag.DeltaMissing, Severity: diag.Error, Path: "delta",
		Message: fmt.Sprintf("missing delta column for frequency `%s`", p.u.dataflow.Schedule.Frequency),
		Labels:  diag.At(p.u.span("schedule", "frequency"), "every run reads the rows changed since the last"),
		Help:    help,
	}
}

// LikelyDelta returns the name of the column that a person would take: the last one
// with a time of day, else the last date, for dates of birth and of sale come
// before; "" when there is neither.
func LikelyDelta(columns []schemas.Column) string {
	name := ""
	for _, typ := range []string{"date", "date-time"} {
		for _, c := range columns {
			if c.Type == typ {
				name = c.Name
			}
		}
	}
	return name
}

type deltaWithOnce struct{ u *unit }

func (p deltaWithOnce) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DeltaForbidden, Severity: diag.Error, Path: "delta",
		Message: "`delta` is not allowed with frequency `once`",
		Labels: []diag.Label{
			{Span: p.u.at("delta").Key(), Text: "the platform rejects this"},
			{Span: p.u.span("schedule", "frequency"), Text: "because of this frequency"},
		},
		Help: "remove `delta`, or choose another frequency",
	}
}

// foreignMappingSet: a dataflow uses the mapping set of another one and has something of its own.
type foreignMappingSet struct {
	u   *unit
	own []string
}

func (p foreignMappingSet) Diagnose() diag.Diagnostic {
	at := p.u.at(p.own...)
	key := "`" + at.Path.String() + "`"
	return diag.Diagnostic{
		Code: diag.MappingSetOwner, Severity: diag.Error, Path: at.Path.String(),
		Message: key + " beside `mappingSet.id`",
		Labels: []diag.Label{
			{Span: at.Key(), Text: "for a mapping set of the dataflow's own"},
			{Span: p.u.at("mappingSet", "id").Key(), Text: "names the set of another dataflow"},
		},
		Help: "remove " + key + ", or remove `mappingSet.id` and `mappingSet.version`",
	}
}

type deltaNotATime struct {
	u      *unit
	at     decode.Place
	column schemas.Column
}

func (p deltaNotATime) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DeltaColumn, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("delta column `%s` has type %s, expected date or date-time", p.column.Name, p.column.Type),
		Labels: append([]diag.Label{{Span: p.at.Span(), Text: "used as the delta column"}},
			p.u.declared(p.column.Name)...),
		Help: "choose a column with the time of the last change",
	}
}

type oddDateFormat struct {
	at      decode.Place
	problem dataprep.Problem // of the pattern
}

func (p oddDateFormat) Diagnose() diag.Diagnostic {
	d := expressionFault(p).Diagnose()
	d.Code = diag.DeltaFormat
	return d
}

type deltaNotUTC struct {
	at  decode.Place
	got string
}

func (p deltaNotUTC) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.DeltaTimezone, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: fmt.Sprintf("time zone is `%s`, expected UTC", p.got),
		Labels:  p.at.Labels("the platform reads times as UTC"),
		Help:    "convert the column to UTC in the database, for example in a view, and write UTC",
	}
}

type unknownColumn struct {
	at      decode.Place
	name    string
	columns *nearest.Names
}

func (p unknownColumn) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownColumn, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("unknown column `%s`", p.name),
		Labels:  p.at.Labels("not declared in `columns`"),
		Help:    "declare it in `columns`, or use one of " + words.List(p.columns.List(), "and"),
	}
	if near := decode.MeantName(&d, p.name, p.columns); near != "" {
		d.Fix = p.at.FixName(p.name, near)
	}
	return d
}

type movedFromItself struct {
	at   decode.Place
	name string
}

func (p movedFromItself) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.MovedFrom, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` is moved from its own name", p.name),
		Labels:  p.at.Labels("same as `name`"),
		Help:    "write its previous name, or remove the key",
	}
}

// excludedReference: a document is needed that is not for the target.
type excludedReference struct {
	at     decode.Place
	kind   string
	name   string
	target string
	named  source.Span // the document
}

func (p excludedReference) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UnknownReference, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s `%s` is excluded from target %s", p.kind, p.name, p.target),
		Labels: append(p.at.Labels("required here"),
			diag.Label{Span: p.named, Text: "excluded by its `only` or `except`"}),
		Help: "give both documents the same targets",
	}
}
