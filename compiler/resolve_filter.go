package compiler

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/rowfilter"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/schemas"
)

// resolveFilter checks that the source filters rows, and the condition against the
// columns.
func (r *dataflowResolver) resolveFilter() {
	f := r.u.dataflow
	if f.Filter == nil {
		return
	}
	c, known := r.connector(r.u)
	if !readsTable(f) || known && !c.FilterAtSource {
		r.report.Add(noFilters{r.u, c})
		return
	}
	if f.Filter.Where == "" {
		checkPQL(r.u, r.report)
		return
	}
	n, fault := rowfilter.Parse(f.Filter.Where)
	if fault != nil {
		r.report.Add(filterSyntax{r.u.at("filter"), *fault})
		return
	}
	types := make(map[string]schemas.Column, len(f.Columns))
	for _, c := range f.Columns {
		types[c.Name] = c
	}
	check := filterCheck{u: r.u, connector: c, columns: types, report: r.report, about: r.report}
	if k, ok := r.knownSource(); ok && len(types) == 0 {
		check.about, check.known = &diag.Report{}, k
		defer r.accordingly(check.about)
		for name, typ := range k.columns {
			types[name] = schemas.Column{Name: name, Type: typ}
		}
	}
	check.node(n)
}

// checkPQL checks that a condition in PQL has the form of one.
func checkPQL(u *unit, report *diag.Report) {
	v, err := resource.ParsePlain(u.dataflow.Filter.PQL.JSON)
	kind, ok := v.Get("nodeType")
	switch {
	case err != nil, !ok:
		report.Add(pqlNode{u.at("filter", "pql"), "expected `nodeType`"})
	case kind.Text != "fnApply":
		report.Add(pqlNode{u.at("filter", "pql", "nodeType"), "expected `fnApply`"})
	}
}

// filterCheck compares a condition with the columns of a dataflow; none are checked
// where none are declared.
type filterCheck struct {
	u         *unit
	connector specs.Connector
	columns   map[string]schemas.Column
	known     knownSource // that the columns are those of, if the document declares none
	report    *diag.Report
	about     *diag.Report // for what follows from the columns
}

func (c *filterCheck) node(n rowfilter.Node) {
	switch n := n.(type) {
	case *rowfilter.Junction:
		for _, t := range n.Terms {
			c.node(t)
		}
	case *rowfilter.NullTest:
		c.column(n.Column)
		if c.connector.Slug == "google-bigquery" {
			c.report.Add(nullFilter{c.u, c.connector, n})
		}
	case *rowfilter.Comparison:
		column, ok := c.column(n.Column)
		if !ok {
			return
		}
		for _, l := range n.Literals {
			if why := mismatch(column.Type, n.Op, l.Kind); why != "" {
				c.about.Add(filterType{c.u, column, l, why})
				return
			}
		}
	}
}

// column finds the declared column; it is false, and perhaps reported, without one.
func (c *filterCheck) column(name rowfilter.Name) (schemas.Column, bool) {
	column, ok := c.columns[name.Text]
	if !ok && len(c.columns) > 0 {
		c.about.Add(filterColumn{c.u, name, c.known})
	}
	return column, ok && (column.Type != "" || c.known.data == "")
}

// mismatch says what a column of a type is compared with by an operator, "" when the
// literal is that.
func mismatch(typ, op string, k rowfilter.Kind) string {
	want, phrase := rowfilter.Text, "text in quotes"
	switch typ {
	case "integer", "long", "double":
		want, phrase = rowfilter.Number, "a number"
	case "boolean":
		want, phrase = rowfilter.Boolean, "true or false"
	case "date", "date-time":
		want, phrase = rowfilter.Time, "a time such as @2026-01-01T00:00:00Z"
	}
	switch {
	case op == "like" && want != rowfilter.Text:
		return "another operator: only text has `like`"
	case typ == "boolean" && !slices.Contains([]string{"==", "!=", "in"}, op):
		return "`==` or `!=` for a boolean"
	case k != want:
		return phrase
	}
	return ""
}

type noFilters struct {
	u         *unit
	connector specs.Connector
}

func (p noFilters) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.FilterSupport, Severity: diag.Error, Path: "filter",
		Message: fmt.Sprintf("%s does not filter rows at the source", p.connector.Name),
		Labels:  []diag.Label{{Span: p.u.at("filter").Key(), Text: "the platform rejects this"}},
		Help:    "remove `filter`, and read from a view that has only these rows",
	}
	if key, _ := viaOf(p.u.dataflow); key != "database" {
		d.Message = fmt.Sprintf("`filter` is not allowed with `%s`", key)
		d.Labels = append(d.Labels, diag.Label{Span: p.u.at(key).Key(), Text: "reads no table"})
		d.Help = "remove `filter`: only tables have filters"
	}
	return d
}

type filterSyntax struct {
	at    decode.Place
	fault rowfilter.Fault
}

func (p filterSyntax) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FilterSyntax, Severity: diag.Error, Path: p.at.Path.String(), Message: p.fault.Message,
		Labels: p.at.PartLabels(p.fault.Start, p.fault.End, ""), Help: p.fault.Help,
	}
}

type pqlNode struct {
	at   decode.Place
	want string
}

func (p pqlNode) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FilterSyntax, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "the condition in PQL is not a function",
		Labels:  p.at.KeyLabels(p.want),
		Help:    "write the node only, without type and format: `{nodeType: fnApply, fnName: …, params: […]}`",
	}
}

type filterColumn struct {
	u      *unit
	name   rowfilter.Name
	source knownSource // zero if the document declares columns
}

func (p filterColumn) Diagnose() diag.Diagnostic {
	at, known := p.u.at("filter"), nearest.Of(columnNames(p.u.dataflow))
	label, help := "not declared in `columns`", "declare it in `columns`, or use"
	if p.source.data != "" {
		known, label, help = p.source.env.Names, "not at the source", "use"
	}
	d := diag.Diagnostic{
		Code: diag.UnknownColumn, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("unknown column `%s`", p.name.Text),
		Labels:  at.PartLabels(p.name.Start, p.name.End, label),
		Help:    help + " one of " + words.List(known.List(), "and"),
	}
	decode.MeantName(&d, p.name.Text, known)
	return d
}

type filterType struct {
	u       *unit
	column  schemas.Column
	literal rowfilter.Literal
	want    string
}

func (p filterType) Diagnose() diag.Diagnostic {
	at := p.u.at("filter")
	return diag.Diagnostic{
		Code: diag.FilterType, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("column `%s` of type %s cannot be compared like this", p.column.Name, p.column.Type),
		Labels: append(at.PartLabels(p.literal.Start, p.literal.End, "expected "+p.want),
			p.u.declared(p.column.Name)...),
		Help: "write " + p.want,
	}
}

type nullFilter struct {
	u         *unit
	connector specs.Connector
	test      *rowfilter.NullTest
}

func (p nullFilter) Diagnose() diag.Diagnostic {
	at := p.u.at("filter")
	return diag.Diagnostic{
		Code: diag.FilterSupport, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("%s may not know isNull and isNotNull", p.connector.Name),
		Labels:  at.PartLabels(p.test.Column.Start, p.test.Column.End, "tested for null"),
		Help: "its specification does not list them: read from a view, or silence this with " +
			"# aepflow:ignore filter-support REASON",
	}
}
