package compiler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/knowledge"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// What the catalog knows only adds findings: what the documents are lowered to never depends on it.

// according says that a finding is based on the catalog. file is the one that it has the columns of, "" where there is
// only one.
func (r *dataflowResolver) according(file string) string {
	if file != "" {
		file = ", which has the columns of " + file
	}
	return "according to " + r.options.Catalog.Name + file + "; if it is out of date, run `aepflow catalog`"
}

// accordingly reports what was found with the help of the catalog.
func (r *dataflowResolver) accordingly(found *diag.Report) { r.accordingTo("", found) }

// accordingTo reports what was found with the columns of a file.
func (r *dataflowResolver) accordingTo(file string, found *diag.Report) {
	r.report.Append(found.Map(func(d diag.Diagnostic) (diag.Diagnostic, bool) {
		note := r.according(file)
		if !slices.Contains(d.Notes, note) {
			d.Notes = append(slices.Clip(d.Notes), note)
		}
		return d, true
	}))
}

// sourceName returns how the catalog names the connection of a dataflow, and the table or path; false where no catalog
// has one.
func sourceName(u *unit) (via, data string, ok bool) {
	f := u.dataflow
	_, from := viaOf(f)
	switch {
	case from.Connection != "":
		via = addr(resource.Connection, from.Connection).String()
	case from.ConnectionID != "":
		via = from.ConnectionID
	default:
		c, _ := specs.ConnectorBySlug(from.Connector)
		via = c.ID
	}
	switch {
	case readsTable(f):
		return via, f.Table, f.Table != ""
	case f.Files != nil:
		return via, f.Files.Path, f.Files.Path != ""
	}
	return "", "", false
}

// knownSource is what the catalog knows of the source of a dataflow.
type knownSource struct {
	data    string // table or path
	file    string // the one of several files that the columns are of
	columns map[string]string
	env     dataprep.Env
}

func (r *dataflowResolver) knownSource() (knownSource, bool) {
	via, data, ok := sourceName(r.u)
	if !ok {
		return knownSource{}, false
	}
	source, ok := r.options.Catalog.Source(via, data)
	if !ok {
		return knownSource{}, false
	}
	columns := source.Columns
	k := knownSource{data: data, file: source.File, columns: columns}
	names := slices.Sorted(maps.Keys(columns))
	k.env = dataprep.Env{Columns: map[string]string{}, Names: nearest.Of(names)}
	if !canNest(r.u.dataflow) {
		k.env.Columns = columns
		return k, true
	}
	k.env.Paths = map[string]string{}
	for _, name := range names {
		addPath(k.env, schemas.Column{Name: name, Type: columns[name]})
	}
	return k, true
}

// typeOf returns the type of what an attribute reads, false if the source does not have it.
func (k knownSource) typeOf(attribute string) (string, bool) {
	if k.env.Paths != nil {
		path, ok := dataprep.AttributePath(attribute)
		if !ok {
			return "", true
		}
		return k.env.PathType(path)
	}
	if typ, ok := k.columns[attribute]; ok {
		return typ, true
	}
	typ, ok := k.columns[resource.AttributeName(attribute)]
	return typ, ok
}

// checkSource compares the mappings and the delta with the columns that the catalog knows. Columns that the document
// declares take precedence: for those it only warns where the source differs.
func (r *dataflowResolver) checkSource(rows []filled) {
	k, ok := r.knownSource()
	if !ok {
		return
	}
	found := &diag.Report{}
	defer r.accordingTo(k.file, found)
	if len(r.u.dataflow.Columns) > 0 {
		k.compareDeclared(r.u, found)
		return
	}
	for i := range rows {
		if typ := k.checkRow(rows[i], found); rows[i].typ == "" && typ != "" {
			rows[i].typ, rows[i].according = typ, r.according(k.file)
		}
	}
	if delta := r.u.dataflow.Delta; delta != nil {
		at := r.u.at("delta", "column")
		if !r.u.has("delta", "column") {
			at = r.u.at("delta")
		}
		switch typ, ok := k.columns[delta.Column]; {
		case !ok:
			found.Add(columnNotThere{at, delta.Column, k})
		case typ != "date" && typ != "date-time" && typ != "":
			found.Add(deltaNotATime{u: r.u, at: at, column: schemas.Column{Name: delta.Column, Type: typ}})
		}
	}
}

// checkRow checks what a mapping reads, and returns the type of its value, "" if it is not known.
func (k knownSource) checkRow(row filled, found *diag.Report) string {
	switch {
	case row.Source != "":
		typ, ok := k.typeOf(row.Source)
		if !ok {
			found.Add(columnNotThere{row.from, row.Source, k})
		}
		return typ
	case row.expr != nil:
		plain := dataprep.Check(row.expr, dataprep.Env{})
		for _, p := range dataprep.Check(row.expr, k.env) {
			if !slices.Contains(plain, p) {
				found.Add(expressionFault{at: row.from, problem: p})
			}
		}
		return columnWord(dataprep.TypeOf(row.expr, k.env))
	}
	return ""
}

// compareDeclared reports declared columns that the source does not have, or with another type.
func (k knownSource) compareDeclared(u *unit, found *diag.Report) {
	for _, c := range u.dataflow.Columns {
		switch typ, ok := k.columns[c.Name]; {
		case !ok:
			found.Add(columnDiffers{u, c, "", k})
		case typ != "" && c.Type != "" && typ != c.Type && !sameWidth(typ, c.Type):
			found.Add(columnDiffers{u, c, typ, k})
		}
	}
}

// sameWidth reports whether two types of columns hold the same values as far as mappings can tell: explore does not say
// of every source how wide its integers are, and of some not whether dates have a time.
func sameWidth(a, b string) bool {
	for _, alike := range [][]string{{"integer", "long"}, {"date", "date-time"}} {
		if slices.Contains(alike, a) && slices.Contains(alike, b) {
			return true
		}
	}
	return false
}

// declared is the label of a column that the document declares.
func (u *unit) declared(column string) []diag.Label {
	if !u.has("columns", column) {
		return nil
	}
	return []diag.Label{{Span: u.span("columns", column), Text: "declared here"}}
}

// columnNotThere: the source does not have a column.
type columnNotThere struct {
	at    decode.Place
	name  string
	known knownSource
}

func (p columnNotThere) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.UnknownColumn, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("`%s` has no column `%s`", p.known.data, p.name),
		Labels:  p.at.Labels("not at the source"),
		Help:    "use one of " + words.List(p.known.env.Names.List(), "and"),
	}
	if near := decode.MeantName(&d, p.name, p.known.env.Names); near != "" {
		d.Fix = p.at.FixName(p.name, near)
	}
	return d
}

// columnDiffers: the source has a declared column with another type, or not at all.
type columnDiffers struct {
	u      *unit
	column schemas.Column
	typ    string // at the source, "" if it is not there
	known  knownSource
}

func (p columnDiffers) Diagnose() diag.Diagnostic {
	at := p.u.at("columns", p.column.Name)
	d := diag.Diagnostic{
		Code: diag.ColumnAtSource, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("`%s` has no column `%s`", p.known.data, p.column.Name),
		Labels:  at.KeyLabels("not at the source"),
		Help:    "remove it, and what reads it",
	}
	if p.typ != "" {
		d.Message = fmt.Sprintf("column `%s` of `%s` has type %s", p.column.Name, p.known.data, p.typ)
		d.Labels = at.Labels("declared as " + p.column.Type)
		d.Help = "write `" + p.typ + "`, and check what reads it"
	}
	return d
}

// targetFields are the fields that the mappings of a dataflow fill.
type targetFields struct {
	fields  *xdm.Schema
	schema  *schemaSymbol     // nil unless the project makes it
	foreign *knowledge.Schema // nil unless the catalog has it
	plain   *xdm.Schema       // what is known without the catalog, nil if the catalog adds nothing
}

// targetFields returns what is known about the schema of a dataflow, from documents or from the catalog.
func (r *dataflowResolver) targetFields() targetFields {
	schema := r.targetSchema(r.u)
	if schema != nil {
		plain := schema.fields.Deprecating(schema.deprecated())
		known := r.options.Catalog.Fill(plain)
		if known == plain {
			return targetFields{fields: known, schema: schema}
		}
		return targetFields{fields: known, schema: schema, plain: plain}
	}
	if s, fields, ok := r.options.Catalog.Schema(r.u.dataflow.Target.Schema.Ref); ok {
		return targetFields{fields: fields, foreign: &s, plain: noSchema()}
	}
	return targetFields{fields: noSchema()}
}

// from returns the report for what is said of a destination: what only the catalog knows is reported with it.
func (t targetFields) from(path string, documents, catalog *diag.Report) *diag.Report {
	if t.plain == nil {
		return documents
	}
	if f, fault := t.plain.Find(path); fault != nil || f.Checked {
		return documents
	}
	return catalog
}

// addDeprecations reports that a mapping fills what is deprecated, to the catalog's report if only the catalog says so.
func (t targetFields) addDeprecations(row filled, f xdm.Field, documents, catalog *diag.Report) {
	found := deprecationsOf(row, f)
	if len(found) == 0 {
		return
	}
	var plain []deprecatedField
	if t.plain != nil {
		if f, fault := t.plain.Find(row.Destination); fault == nil && f.Checked {
			plain = deprecationsOf(row, f)
		}
	}
	for _, d := range found {
		if t.plain == nil || slices.ContainsFunc(plain, d.isAbout) {
			documents.Add(d)
		} else {
			catalog.Add(d)
		}
	}
}

// lintKnownIdentity looks for a mapping of the primary identity of a schema that the catalog has.
func (r *dataflowResolver) lintKnownIdentity() {
	t := r.targetFields()
	if t.foreign == nil || !t.foreign.Profile || r.u.has("mappingSet", "id") {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(t.foreign.Identities)) {
		if !t.foreign.Identities[path].Primary {
			continue
		}
		isMapped := slices.ContainsFunc(r.u.dataflow.Mappings, func(m schemas.Mapping) bool {
			got := canonical(t.fields, m.Destination)
			return got == path || strings.HasPrefix(path, got+".")
		})
		if !isMapped {
			found := &diag.Report{}
			found.Add(identityUnmapped{u: r.u, primary: path, path: path})
			r.accordingly(found)
		}
	}
}
