package compiler

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/words"
	"github.com/aepflow/aepflow/internal/xdm"
)

// resolveTests checks the tests of a dataflow: that each has rows which the source can have, and expects something of
// fields that mappings fill.
func (r *resolver) resolveTests(u *unit) {
	report := r.report
	switch {
	case len(u.dataflow.Tests) == 0:
		return
	case len(u.dataflow.Mappings) == 0:
		report.Add(testForm{at: u.at(decode.TestsKey), message: "tests need mappings in the document",
			help: "remove `tests`, or write `mappings`"})
		return
	}
	c := testChecker{u: u, env: columnEnv(u.dataflow), report: report, names: map[string]decode.Place{},
		schema: r.targetSchema(u), namespace: r.options.Tenant}
	for _, m := range u.dataflow.Mappings {
		if names, ok := fieldNames(m.Destination); ok {
			c.fields, c.paths = append(c.fields, names), append(c.paths, m.Destination)
		}
	}
	for i := range u.dataflow.Tests {
		at := u.at(decode.TestsKey)
		at.Path = at.Path.Index(i)
		c.test(at, u.doc.Find(at.Path).Node)
	}
}

// testChecker checks the tests of one dataflow.
type testChecker struct {
	u      *unit
	env    dataprep.Env
	fields [][]string // of the destinations of mappings, as names without indexes
	paths  []string   // the destinations
	names  map[string]decode.Place
	report *diag.Report

	schema    *schemaSymbol // nil: nothing is known of it
	namespace string        // of the tenant, when it is known
}

func (c *testChecker) test(at decode.Place, n *document.Node) {
	below := func(key string) decode.Place { return decode.Place{Doc: at.Doc, Path: at.Path.Field(key)} }
	name := n.Get("name")
	if name == nil {
		return // of a wrong form, as an error says
	}
	if first, twice := c.names[name.Text]; twice {
		c.report.Add(duplicateTest{name: name.Text, at: below("name"), first: first})
	} else {
		c.names[name.Text] = below("name")
	}
	var given []string
	for _, key := range []string{"given", "rows", "from"} {
		if n.Get(key) != nil {
			given = append(given, key)
		}
	}
	rows := -1 // how many there are, -1 if only a file says it
	switch {
	case len(given) != 1:
		c.report.Add(testForm{at: at, key: "name", message: "expected one of `given`, `rows`, and `from` in a test, found " +
			found(given), help: "use `given` for one row, `rows` for a list of rows, or `from` for a file with rows"})
	case given[0] == "given":
		rows = 1
		c.row(below("given"), n.Get("given"))
	case given[0] == "rows":
		if list := n.Get("rows"); list.Kind == document.ListKind && len(list.Items) > 0 {
			rows = len(list.Items)
			for i, item := range list.Items {
				c.row(decode.Place{Doc: at.Doc, Path: at.Path.Field("rows").Index(i)}, item)
			}
		} else {
			c.report.Add(decode.WrongType{At: below("rows"), Want: "a list of rows", Got: list})
		}
	}
	if n.Get("expectError") != nil {
		c.path(below("expectError"), n.Get("expectError").Text, false)
	}
	expect := n.Get("expect")
	saysNothing := expect == nil || expect.Kind == document.MapKind && len(expect.Pairs) == 0 && n.Get("exactly") == nil
	switch {
	case saysNothing && n.Get("expectError") == nil:
		c.report.Add(testForm{at: at, key: "name", message: "the test expects nothing",
			help: "add `expect` with paths and values, or `expectError` with a path"})
	case expect != nil:
		c.expect(below("expect"), expect, rows)
	case n.Get("exactly") != nil:
		c.report.Add(testForm{at: at, key: "exactly", message: "`exactly` needs `expect`",
			help: "remove it, or add `expect`"})
	}
}

func found(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	return words.Quoted(keys, "and")
}

// row checks the row of a test against the columns.
func (c *testChecker) row(at decode.Place, n *document.Node) {
	if n.Kind != document.MapKind {
		c.report.Add(decode.WrongType{At: at, Want: "a row: a map of columns and values", Got: n})
		return
	}
	if c.env.Columns == nil {
		return
	}
	for _, p := range n.Pairs {
		column := decode.Place{Doc: at.Doc, Path: at.Path.Field(p.Key.Text)}
		typ, known := c.env.Columns[p.Key.Text]
		switch {
		case !known:
			c.report.Add(unknownTestColumn{at: column, name: p.Key.Text, columns: c.firstLevels()})
		case !takesValue(typ, p.Value):
			c.report.Add(testValue{at: column, got: p.Value, column: p.Key.Text, typ: typ})
		}
	}
}

// firstLevels are the names that a row may have.
func (c *testChecker) firstLevels() *nearest.Names {
	var names []string
	for name := range c.env.Columns {
		names = append(names, name)
	}
	slices.Sort(names)
	return nearest.Of(names)
}

// takesValue reports whether a column of a type can have a value.
func takesValue(typ string, n *document.Node) bool {
	is := func(kinds ...document.Kind) bool { return slices.Contains(kinds, n.Kind) }
	switch base, _, _ := strings.Cut(typ, "<"); {
	case n.Kind == document.NullKind:
		return true
	case base == "string", base == "date", base == "date-time":
		return is(document.StringKind)
	case base == "boolean":
		return is(document.BoolKind)
	case base == "integer", base == "long":
		return is(document.IntKind)
	case base == "double":
		return is(document.IntKind, document.FloatKind)
	case base == "array":
		return is(document.ListKind)
	case base == "object":
		return is(document.MapKind)
	}
	return true
}

// expect checks what a test expects of its rows.
func (c *testChecker) expect(at decode.Place, n *document.Node, rows int) {
	switch {
	case n.Kind == document.MapKind:
		c.record(at, n, "")
	case n.Kind != document.ListKind:
		c.report.Add(decode.WrongType{At: at, Want: "a map of paths and values, or a list with one for each row", Got: n})
	case rows >= 0 && len(n.Items) != rows:
		c.report.Add(testForm{at: at, message: "the test has " + words.Spelled(rows, "row") + ", and `expect` has " +
			words.Spelled(len(n.Items), "item"), help: "write one item for each row, or a map of what every record has"})
	default:
		for i, item := range n.Items {
			each := decode.Place{Doc: at.Doc, Path: at.Path.Index(i)}
			if item.Kind != document.MapKind {
				c.report.Add(decode.WrongType{At: each, Want: "a map of paths and values", Got: item})
				continue
			}
			c.record(each, item, "")
		}
	}
}

// record checks the paths of an expected record, or of an object in it.
func (c *testChecker) record(at decode.Place, n *document.Node, above string) {
	for _, p := range n.Pairs {
		path := p.Key.Text
		if above != "" {
			path = xdm.Join(above, path)
		}
		below := decode.Place{Doc: at.Doc, Path: at.Path.Field(p.Key.Text)}
		if c.path(below, path, true) && p.Value.Kind == document.MapKind {
			c.record(below, p.Value, path)
		}
	}
}

// path checks that a mapping fills the field at a path, a part of it, or what it is a part of. It reports whether the
// field is an object that mappings fill in parts.
func (c *testChecker) path(at decode.Place, path string, isKey bool) bool {
	names, ok := fieldNames(path)
	if !ok || isKey && strings.Contains(path, "[*]") {
		c.report.Add(testPath{at: at, path: path, isKey: isKey})
		return false
	}
	fills, inParts, above := false, false, ""
	for i, field := range c.fields {
		n := min(len(names), len(field))
		if slices.Equal(names[:n], field[:n]) {
			fills = true
			inParts = inParts || len(field) > len(names)
			if len(field) < len(names) {
				above = c.paths[i]
			}
		}
	}
	switch {
	case !fills:
		c.report.Add(testPath{at: at, path: path, isKey: isKey, known: nearest.Of(c.paths)})
	case above != "" && c.schema != nil:
		c.below(at, path, above, isKey)
	}
	return inParts
}

// below checks that the schema has the field at a path that lies below the destination of a mapping.
func (c *testChecker) below(at decode.Place, path, above string, isKey bool) {
	if _, fault := c.schema.fields.Find(above); fault != nil {
		return // as an error says
	}
	if _, fault := c.schema.fields.Find(path); fault == nil {
		return
	}
	_, fault := c.schema.fields.Lookup(path)
	c.report.Add(testBelow{destinationFault{at: at, fault: fault, schema: c.schema, namespace: c.namespace}, isKey, path})
}

// fieldNames are the names in a path of a field, without indexes.
func fieldNames(path string) ([]string, bool) {
	steps, fault := xdm.Steps(path)
	if fault != nil {
		return nil, false
	}
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.Name
	}
	return names, true
}
