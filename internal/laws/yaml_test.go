package laws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

// tree is a document before it is text: pairs in order, lists and scalars.
type tree []pair

type pair struct {
	key   string
	value any // tree, []any, string, bool, int, int64, float64
}

func (t *tree) add(key string, value any) { *t = append(*t, pair{key, value}) }

// opt adds a value that is not zero.
func (t *tree) opt(key string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case *bool:
		if v == nil {
			return
		}
		value = *v
	case *int:
		if v == nil {
			return
		}
		value = *v
	case float64:
		if v == 0 {
			return
		}
	case tree:
		if len(v) == 0 {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	}
	t.add(key, value)
}

// plain is what YAML reads back as the text that it is, without quotes.
var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_ ./-]*[A-Za-z0-9_]$`)

func scalarText(v any) string {
	s, ok := v.(string)
	if !ok {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(s)
	}
	if plain.MatchString(s) {
		return s
	}
	text, _ := json.Marshal(s)
	return string(text)
}

func (t tree) yaml(indent string, b *strings.Builder) {
	for _, p := range t {
		fmt.Fprintf(b, "%s%s:", indent, scalarText(p.key))
		switch v := p.value.(type) {
		case tree:
			b.WriteByte('\n')
			v.yaml(indent+"  ", b)
		case []any:
			b.WriteByte('\n')
			for _, item := range v {
				fmt.Fprintf(b, "%s  - %s\n", indent, scalarText(item))
			}
		default:
			fmt.Fprintf(b, " %s\n", scalarText(v))
		}
	}
}

// document is one document of a project.
type document struct {
	kind, name string
	tree       tree
}

func (d document) key() string { return d.kind + "/" + d.name }

// documents writes the project down, sorted by kind and name.
func (p *project) documents() []document {
	var out []document
	for _, c := range p.connections {
		out = append(out, document{"Connection", c.name, c.tree()})
	}
	for _, d := range p.types {
		t := tree{{"kind", "DataType"}, {"name", d.name}, {"title", d.title}}
		t.opt("description", d.description)
		t.opt("fields", fieldsTree(d.fields))
		t.opt("lifecycle", d.life.tree())
		out = append(out, document{"DataType", d.name, t})
	}
	for _, c := range p.classes {
		t := tree{{"kind", "Class"}, {"name", c.name}, {"title", c.title}, {"behavior", c.behavior}}
		t.opt("description", c.description)
		t.opt("fields", fieldsTree(c.fields))
		t.opt("lifecycle", c.life.tree())
		out = append(out, document{"Class", c.name, t})
	}
	for _, g := range p.groups {
		t := tree{{"kind", "FieldGroup"}, {"name", g.name}, {"title", g.title}}
		t.opt("description", g.description)
		classes := texts(g.classes)
		for _, c := range g.of {
			classes = append(classes, c.name)
		}
		t.add("classes", classes)
		t.opt("fields", fieldsTree(g.fields))
		t.opt("lifecycle", g.life.tree())
		out = append(out, document{"FieldGroup", g.name, t})
	}
	for _, n := range p.namespaces {
		t := tree{{"kind", "Namespace"}, {"name", n.name}, {"title", n.title}, {"code", n.code}, {"idType", n.idType}}
		t.opt("description", n.description)
		t.opt("lifecycle", n.life.tree())
		out = append(out, document{"Namespace", n.name, t})
	}
	for _, s := range p.schemas {
		t := tree{{"kind", "Schema"}, {"name", s.name}}
		t = append(t, s.body.tree()...)
		t.opt("lifecycle", s.life.tree())
		out = append(out, document{"Schema", s.name, t})
	}
	for _, d := range p.datasets {
		t := tree{{"kind", "Dataset"}, {"name", d.name}, {"schema", d.schema.text()}}
		t = append(t, d.body.tree()...)
		t.opt("lifecycle", d.life.tree())
		out = append(out, document{"Dataset", d.name, t})
	}
	for _, f := range p.flows {
		out = append(out, document{"Dataflow", f.name, f.tree()})
	}
	slices.SortFunc(out, func(a, b document) int { return strings.Compare(a.key(), b.key()) })
	return out
}

// files puts the documents into files, several into some.
func (p *project) files() []*source.File {
	var out []*source.File
	var b strings.Builder
	n := 0
	flush := func(name string) {
		if b.Len() > 0 {
			out = append(out, source.NewFile(name+".dataflow.yaml", []byte(b.String())))
			b.Reset()
		}
	}
	last := ""
	for _, d := range p.documents() {
		if b.Len() > 0 && n%3 != 0 {
			b.WriteString("---\n")
		} else {
			flush(last)
		}
		n++
		last = strings.ToLower(d.kind) + "-" + d.name
		d.tree.yaml("", &b)
	}
	flush(last)
	return out
}

// text is the whole project, for a failing test's message.
func (p *project) text() string {
	var b strings.Builder
	for _, d := range p.documents() {
		b.WriteString("---\n")
		d.tree.yaml("", &b)
	}
	return b.String()
}

func (l lifecycle) tree() tree {
	var t tree
	t.opt("protect", l.protect)
	t.opt("movedFrom", l.movedFrom)
	t.opt("onReplace", l.onReplace)
	return t
}

func (c *connection) tree() tree {
	t := tree{{"kind", "Connection"}, {"name", c.name}}
	t.opt("title", c.title)
	t.opt("description", c.description)
	t.add("connector", c.connector)
	var params tree
	for _, p := range c.params {
		switch {
		case p.env != "":
			params.add(p.name, "${env."+p.env+"}")
		case p.file != "":
			params.add(p.name, tree{{"file", p.file}})
		default:
			params.add(p.name, p.value)
		}
	}
	t.add("auth", tree{{"type", c.auth.Name}, {"params", params}})
	t.opt("lifecycle", c.life.tree())
	return t
}

func (s *schemaBody) tree() tree {
	t := tree{{"title", s.title}}
	t.opt("description", s.description)
	if s.of != nil {
		t.add("class", s.of.name)
	} else {
		t.opt("class", s.class)
	}
	if s.relational != nil {
		t.add("relational", s.relational.tree())
	}
	groups := texts(s.groups)
	for _, g := range s.shared {
		groups = append(groups, g.name)
	}
	t.opt("fieldGroups", groups)
	t.opt("fields", fieldsTree(s.fields))
	var identities tree
	for _, i := range s.identities {
		if !i.primary && len(i.namespace)%2 == 0 {
			identities.add(i.path, i.namespace)
			continue
		}
		long := tree{{"namespace", i.namespace}}
		long.opt("primary", i.primary)
		identities.add(i.path, long)
	}
	t.opt("identities", identities)
	t.opt("profile", s.profile)
	s.addDescriptions(&t)
	return t
}

func fieldsTree(fields []field) tree {
	var t tree
	for _, f := range fields {
		t.add(f.path, f.tree())
	}
	return t
}

func texts(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func (f field) tree() any {
	t := tree{{"type", f.typ}}
	if f.ref != nil {
		t = tree{{"$ref", f.ref.name}}
	}
	t.opt("title", f.title)
	t.opt("description", f.description)
	t.opt("enum", f.choices(f.enum))
	t.opt("suggestions", f.choices(f.suggestions))
	t.opt("minLength", f.minLength)
	t.opt("maxLength", f.maxLength)
	t.opt("default", f.fallback)
	t.opt("deprecated", f.deprecated)
	t.opt("pattern", f.pattern)
	t.opt("minimum", f.minimum)
	t.opt("maximum", f.maximum)
	t.opt("required", f.required)
	if len(f.labels) > 0 {
		t.add("labels", listOf(f.labels))
	}
	if len(t) == 1 && f.ref == nil {
		return f.typ
	}
	return t
}

// listOf is a list of texts as it is written.
func listOf(texts []string) []any {
	var out []any
	for _, s := range texts {
		out = append(out, s)
	}
	return out
}

// choices are values, as a list or with labels.
func (f field) choices(values []string) any {
	var list []any
	var labels tree
	for _, v := range values {
		list = append(list, v)
		labels.add(v, "The "+v)
	}
	if f.labeled {
		return labels
	}
	return list
}

func (d *datasetBody) tree() tree {
	t := tree{{"title", d.title}}
	t.opt("description", d.description)
	t.opt("profile", d.profile)
	var tags tree
	for _, g := range d.tags {
		var values []any
		for _, v := range g.values {
			values = append(values, v)
		}
		tags.add(g.name, values)
	}
	t.opt("tags", tags)
	t.opt("errorDiagnostics", d.diagnostics)
	t.opt("rowExpiration", d.expires)
	if len(d.labels) > 0 {
		t.add("labels", listOf(d.labels))
	}
	return t
}

// addFilter adds the filter where the connector takes one and there is a column of text.
func (f *dataflow) addFilter(t *tree) {
	slug := ""
	if f.connection != nil {
		slug = f.connection.connector
	} else {
		slug = f.seeded.connector
	}
	c, _ := specs.ConnectorBySlug(slug)
	i := slices.IndexFunc(f.columns, func(c sourceColumn) bool { return c.typ == "string" })
	if !c.FilterAtSource || f.filter == "" || i < 0 {
		return
	}
	column := f.columns[i].name
	if f.pql {
		t.add("filter", tree{{"pql", tree{{"nodeType", "fnApply"}, {"fnName", "="}, {"params", []any{
			tree{{"nodeType", "fieldLookup"}, {"fieldName", column}}, tree{{"nodeType", "literal"}, {"value", f.filter}},
		}}}}})
		return
	}
	t.add("filter", "`"+column+"` == "+strconv.Quote(f.filter))
}

// isDelimited reports whether a dataflow reads delimited files, whose columns are text.
func (f *dataflow) isDelimited() bool {
	return f.files != nil && (f.files.format == "delimited" || strings.HasSuffix(f.files.path, ".csv"))
}

// tree is a mapping in its short form, where it may be and has one, or in the long one.
func (m mapping) tree(short bool) any {
	switch {
	case m.value != nil || m.name != "" || m.description != "" || !short:
	case m.source != "":
		return m.source
	default:
		return m.expression
	}
	var long tree
	if m.value != nil {
		long.add("value", m.value)
	}
	long.opt("source", m.source)
	long.opt("expression", m.expression)
	long.opt("name", m.name)
	long.opt("description", m.description)
	return long
}

func (f *dataflow) tree() tree {
	var t tree
	if len(f.name)%2 == 0 {
		t.add("kind", "Dataflow")
	}
	t.add("name", f.name)
	t.opt("title", f.title)
	t.opt("description", f.description)
	var db, target tree
	switch {
	case f.connection != nil:
		db.add("connection", f.connection.name)
	case f.seeded != nil:
		db.add("connector", f.seeded.connector)
		db.add("connectionId", f.seeded.id)
	case f.stream != nil:
		db.add("connector", f.stream.webhook)
	default:
		db.add("connector", "data-landing-zone")
	}
	db.opt("title", f.sourceTitle)
	db.opt("description", f.sources)
	if x := f.files; x != nil {
		db.add("path", x.path)
		for _, p := range []pair{
			{"type", x.typ}, {"recursive", x.recursive}, {"format", x.format}, {"delimiter", x.delimiter},
			{"encoding", x.encoding}, {"compression", x.compression}} {
			db.opt(p.key, p.value)
		}
		t.add("files", db)
	} else if f.stream != nil {
		f.addStream(&db)
		t.add("stream", db)
	} else if f.rest != "" {
		db.add("params", tree{{"resourcePath", f.rest}, {"limit", 10}})
		t.add("rest", db)
	} else {
		t.add("database", db)
		t.add("table", f.table)
		f.addFilter(&t)
	}
	t.opt("cdc", f.readsChanges())
	var columns, mappings tree
	for i, c := range f.columns {
		original := c.original
		if f.table == "" { // only columns of tables are sent
			original = ""
		}
		if i%3 == 2 || original != "" {
			long := tree{{"type", c.typ}}
			long.opt("originalType", original)
			columns.add(c.name, long)
			continue
		}
		columns.add(c.name, c.typ)
	}
	if !f.allColumns && !f.isDelimited() {
		t.add("columns", columns)
	}
	if f.schema != nil {
		target.add("schema", f.schema.tree())
	} else {
		target.add("schema", f.schemaRef.text())
	}
	if f.dataset != nil {
		target.add("dataset", f.dataset.tree())
	} else {
		target.add("dataset", f.datasetRef.text())
	}
	target.opt("title", f.targetTitle)
	target.opt("description", f.targets)
	t.add("target", target)
	for i, m := range f.mappings {
		mappings.add(m.destination, m.tree(i%2 == 0 && !f.allColumns && f.table != ""))
	}
	if f.isMapped() {
		t.add("mappings", mappings)
	}
	if f.stream == nil {
		f.addRuns(&t)
	}
	if f.mappingTitle != "" {
		t.add("mappingSet", tree{{"title", f.mappingTitle}})
	}
	t.opt("state", f.state)
	if len(f.labels) > 0 {
		t.add("labels", listOf(f.labels))
	}
	t.opt("lifecycle", f.life.tree())
	return t
}

// addRuns writes the keys of a dataflow that has runs.
func (f *dataflow) addRuns(t *tree) {
	if f.delta != "" && !(f.bare && f.readsChanges()) {
		long := tree{{"column", f.delta}}
		long.opt("dateFormat", f.deltaForm)
		long.opt("timezone", f.deltaZone)
		if len(long) == 1 {
			t.add("delta", f.delta)
		} else {
			t.add("delta", long)
		}
	}
	schedule := tree{{"frequency", f.frequency}}
	if f.frequency != "once" {
		schedule.add("interval", f.interval)
		schedule.opt("backfill", f.backfill)
	}
	switch {
	case f.start == 0:
	case f.start%2 == 0:
		schedule.add("startTime", time.Unix(f.start, 0).UTC().Format(time.RFC3339))
	default:
		schedule.add("startTime", f.start)
	}
	t.add("schedule", schedule)
	var options tree
	options.opt("partialIngestionPercent", f.percent)
	options.opt("errorDiagnosticsEnabled", f.diagnostics)
	t.opt("options", options)
}

// addStream writes the keys of a stream.
func (f *dataflow) addStream(t *tree) {
	x, reader := f.stream, fmt.Sprintf("reader-%d", f.stream.number)
	reset := map[bool]string{true: "latest"}[x.latest]
	switch f.streamConnector() {
	case "amazon-kinesis":
		t.add("streamName", x.topic)
		t.opt("reset", reset)
	case "azure-event-hubs":
		t.add("eventHubName", reader)
		t.opt("reset", reset)
		if x.group {
			t.add("consumerGroup", "group "+reader)
		}
	case "google-pubsub":
		t.add("topicName", x.topic)
		t.add("subscriptionName", reader)
	case "snowflake-streaming":
		t.add("tableName", x.topic)
		added := "ADDED_AT"
		if !f.allColumns && len(f.columns) > 0 {
			added = f.columns[0].name
		}
		t.add("timestampColumn", added)
		t.opt("timezone", x.zone)
		t.opt("backfill", x.backfill)
		return
	default:
		return
	}
	t.opt("dataType", x.dataType)
}
