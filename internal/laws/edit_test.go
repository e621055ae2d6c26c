package laws

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// nextVersion is the project of a seed after random edits. Nothing in it is
// refused: schemas only grow, drafts stay published, and what takes part in
// Profile stays.
func nextVersion(seed uint64) *maker {
	m := newProject(seed)
	m.Rand, m.later = rand.New(rand.NewPCG(seed, 2)), 10*24*time.Hour
	m.growing = true
	for _, f := range m.p.flows {
		f.hadSchema = f.schema != nil
	}
	for range 1 + m.IntN(8) {
		// Some edits find nothing to do; a project that stays the same is fine too.
		one(m, edits)(m)
	}
	m.repair()
	return m
}

// edit changes one thing of a project at random.
type edit func(*maker)

// edits holds at least one edit for each key of the file format.
var edits = slices.Concat(connectionEdits, namespaceEdits, groupEdits, schemaEdits, describedEdits, datasetEdits,
	flowEdits, flowEdits, flowEdits, wholeEdits)

func onConnection(f func(*maker, *connection)) edit {
	return func(m *maker) {
		if len(m.p.connections) > 0 {
			f(m, one(m, m.p.connections))
		}
	}
}

func onSchema(f func(*maker, *schemaBody)) edit {
	return func(m *maker) {
		if all := m.p.schemaBodies(); len(all) > 0 {
			f(m, one(m, all))
		}
	}
}

func onDataset(f func(*maker, *datasetBody, *schemaBody)) edit {
	return func(m *maker) {
		type both struct {
			d *datasetBody
			s *schemaBody
		}
		var all []both
		for _, d := range m.p.datasets {
			all = append(all, both{d.body, d.schema.body()})
		}
		for _, f := range m.p.flows {
			if f.dataset != nil {
				all = append(all, both{f.dataset, f.target().body()})
			}
		}
		if len(all) > 0 {
			it := one(m, all)
			f(m, it.d, it.s)
		}
	}
}

func onFlow(f func(*maker, *dataflow)) edit {
	return func(m *maker) {
		if len(m.p.flows) > 0 {
			f(m, one(m, m.p.flows))
		}
	}
}

var connectionEdits = []edit{
	onConnection(func(m *maker, c *connection) { c.title = m.maybe(0.7, m.words("Database")) }),
	onConnection(func(m *maker, c *connection) { c.description = m.maybe(0.7, m.words("Now holds")) }),
	onConnection(func(m *maker, c *connection) { m.connect(c) }),
	onConnection(func(m *maker, c *connection) {
		con, _ := specs.ConnectorBySlug(c.connector)
		m.signIn(c, con)
	}),
	onConnection(func(m *maker, c *connection) {
		i := m.IntN(len(c.params))
		for _, p := range c.auth.Params {
			if p.Name == c.params[i].name {
				c.params[i] = m.param(p)
			}
		}
	}),
	onConnection(func(m *maker, c *connection) { // the same reference, another secret
		for _, p := range c.params {
			from := "env." + p.env
			if p.file != "" {
				from = "file." + p.file
			}
			if _, ok := m.p.secrets[from]; ok {
				m.p.secrets[from] = fmt.Sprintf("canary-new-%x", m.Uint64())
				return
			}
		}
	}),
	onConnection(func(m *maker, c *connection) { m.relive(&c.life) }),
}

func onNamespace(f func(*maker, *namespace)) edit {
	return func(m *maker) {
		if len(m.p.namespaces) > 0 {
			f(m, one(m, m.p.namespaces))
		}
	}
}

var namespaceEdits = []edit{
	onNamespace(func(m *maker, n *namespace) { n.title = m.words("Namespace") }),
	onNamespace(func(m *maker, n *namespace) { n.description = m.words("Now identifies") }),
	onNamespace(func(m *maker, n *namespace) { m.relive(&n.life) }),
	onNamespace(func(m *maker, n *namespace) { m.rename(&n.name, &n.life, "ids") }),
	func(m *maker) { m.addNamespace() },
}

func onGroup(f func(*maker, *group)) edit {
	return func(m *maker) {
		if len(m.p.groups) > 0 {
			f(m, one(m, m.p.groups))
		}
	}
}

func onClass(f func(*maker, *class)) edit {
	return func(m *maker) {
		if len(m.p.classes) > 0 {
			f(m, one(m, m.p.classes))
		}
	}
}

func onType(f func(*maker, *dataType)) edit {
	return func(m *maker) {
		if len(m.p.types) > 0 {
			f(m, one(m, m.p.types))
		}
	}
}

var groupEdits = []edit{
	onGroup(func(m *maker, g *group) { g.title = m.words("Group") }),
	onGroup(func(m *maker, g *group) { g.description = m.words("Now groups") }),
	onGroup(func(m *maker, g *group) {
		for range 5 {
			m.addGroupField(g)
		}
	}),
	onGroup(func(m *maker, g *group) {
		f := &g.fields[m.IntN(len(g.fields))]
		f.title, f.description = m.maybe(0.7, m.words("Label")), m.maybe(0.7, m.words("Means"))
	}),
	onGroup(func(m *maker, g *group) { g.classes = []string{"event", "profile"} }),
	onGroup(func(m *maker, g *group) {
		for _, c := range m.p.classes {
			if !slices.Contains(g.of, c) {
				g.of = append(g.of, c)
			}
		}
	}),
	onClass(func(m *maker, c *class) { c.title = m.words("Class") }),
	onClass(func(m *maker, c *class) { c.description = m.words("Now things") }),
	onClass(func(m *maker, c *class) {
		for range 5 {
			m.addClassField(c)
		}
	}),
	onClass(func(m *maker, c *class) {
		if len(c.fields) > 0 {
			f := &c.fields[m.IntN(len(c.fields))]
			f.title, f.description, f.labels = m.maybe(0.7, m.words("Label")), m.maybe(0.7, m.words("Means")), m.usageLabels(0.5)
		}
	}),
	onClass(func(m *maker, c *class) { m.relive(&c.life) }),
	onClass(func(m *maker, c *class) { m.rename(&c.name, &c.life, "class") }),
	func(m *maker) { m.addClass() },
	onGroup(func(m *maker, g *group) { m.relive(&g.life) }),
	onGroup(func(m *maker, g *group) { m.rename(&g.name, &g.life, "group") }),
	func(m *maker) { m.addGroup() },
	onGroup(func(m *maker, g *group) { m.addTyped(&g.fields, m.p.types) }),
	onSchema(func(m *maker, s *schemaBody) { m.addTyped(&s.fields, m.p.types) }),
	onType(func(m *maker, t *dataType) { // no type has itself: only those before it
		m.addTyped(&t.fields, m.p.types[:slices.Index(m.p.types, t)])
	}),
	onType(func(m *maker, t *dataType) { t.title = m.words("Type") }),
	onType(func(m *maker, t *dataType) { t.description = m.words("Now types") }),
	onType(func(m *maker, t *dataType) {
		for range 5 {
			m.addTypeField(t)
		}
	}),
	onType(func(m *maker, t *dataType) { m.relive(&t.life) }),
	onType(func(m *maker, t *dataType) { m.rename(&t.name, &t.life, "type") }),
	func(m *maker) { m.addType() },
	onSchema(func(m *maker, s *schemaBody) { m.share(s) }),
}

var schemaEdits = []edit{
	onSchema(func(m *maker, s *schemaBody) { s.title = m.words("Schema") }),
	onSchema(func(m *maker, s *schemaBody) { s.description = m.words("Now describes") }),
	onSchema(func(m *maker, s *schemaBody) {
		for _, g := range classGroups[s.class] {
			if !slices.Contains(s.groups, g) {
				s.groups = slices.Insert(s.groups, m.IntN(len(s.groups)+1), g)
				return
			}
		}
	}),
	onSchema(func(m *maker, s *schemaBody) { m.addField(s) }),
	onSchema(func(m *maker, s *schemaBody) {
		for range 4 {
			m.addField(s)
		}
		m.Shuffle(len(s.fields), func(i, j int) { s.fields[i], s.fields[j] = s.fields[j], s.fields[i] })
	}),
	onSchema(func(m *maker, s *schemaBody) {
		if len(s.fields) > 0 {
			f := &s.fields[m.IntN(len(s.fields))]
			f.title, f.description = m.maybe(0.7, m.words("Label")), m.maybe(0.7, m.words("Means"))
			f.labels = m.usageLabels(0.4)
		}
	}),
	onSchema(func(m *maker, s *schemaBody) { m.addIdentity(s) }),
	onSchema(func(m *maker, s *schemaBody) {
		if len(s.identities) > 0 {
			s.identities[m.IntN(len(s.identities))].namespace = one(m, m.codes())
		}
	}),
	onSchema(func(m *maker, s *schemaBody) {
		if len(s.identities) > 0 && !s.profile {
			i := m.IntN(len(s.identities))
			if s.primary() < 0 || s.primary() == i {
				s.identities[i].primary = !s.identities[i].primary
			}
		}
	}),
	onSchema(func(m *maker, s *schemaBody) {
		if n := len(s.identities); n > 0 && !s.profile {
			i := m.IntN(n)
			s.identities = slices.Delete(s.identities, i, i+1)
		}
	}),
	onSchema(func(m *maker, s *schemaBody) { m.enableProfile(s) }),
	func(m *maker) {
		if len(m.p.schemas) > 0 {
			m.relive(&one(m, m.p.schemas).life)
		}
	},
}

var datasetEdits = []edit{
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) { d.title = m.words("Dataset") }),
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) { d.description = m.maybe(0.7, m.words("Now holds")) }),
	onDataset(func(m *maker, d *datasetBody, s *schemaBody) { d.profile = !d.profile && s != nil && s.profile }),
	func(m *maker) {
		for _, d := range m.p.datasets {
			if body := d.schema.body(); body != nil && body.profile {
				d.body.profile = !d.body.profile
			}
		}
	},
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) { m.addTag(d) }),
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) {
		if len(d.tags) > 0 {
			d.tags[m.IntN(len(d.tags))].values = []string{m.words("other"), "enabled: true"}
		}
	}),
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) {
		if n := len(d.tags); n > 0 {
			i := m.IntN(n)
			d.tags = slices.Delete(d.tags, i, i+1)
		}
	}),
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) { d.diagnostics = m.flag(0.7) }),
	onDataset(func(m *maker, d *datasetBody, _ *schemaBody) { d.labels = m.usageLabels(0.6) }),
	onDataset(func(m *maker, d *datasetBody, s *schemaBody) {
		d.expires = m.maybe(0.7, one(m, periods))
		d.fit(s)
	}),
	func(m *maker) {
		if len(m.p.datasets) > 0 {
			d := one(m, m.p.datasets)
			d.schema = one(m, m.schemaRefs())
		}
	},
	func(m *maker) {
		if len(m.p.datasets) > 0 {
			m.relive(&one(m, m.p.datasets).life)
		}
	},
}

var flowEdits = []edit{
	onFlow(func(m *maker, f *dataflow) { f.title = m.maybe(0.8, m.words("Flow")) }),
	onFlow(func(m *maker, f *dataflow) { f.description = m.maybe(0.7, m.words("Now collects")) }),
	onFlow(func(m *maker, f *dataflow) { f.sourceTitle = m.maybe(0.7, m.words("Source")) }),
	onFlow(func(m *maker, f *dataflow) { f.sources = m.maybe(0.7, m.words("Now reads")) }),
	onFlow(func(m *maker, f *dataflow) { f.targetTitle = m.maybe(0.7, m.words("Target")) }),
	onFlow(func(m *maker, f *dataflow) { f.targets = m.maybe(0.7, m.words("Now writes")) }),
	onFlow(func(m *maker, f *dataflow) { f.mappingTitle = m.maybe(0.7, m.words("Mapping")) }),
	onFlow(func(m *maker, f *dataflow) { m.resource(f) }),
	onFlow(func(m *maker, f *dataflow) {
		switch {
		case f.files != nil:
			m.refile(f)
		case f.rest != "":
			f.rest = m.words("other")
		case f.stream != nil:
			m.restream(f)
		default:
			f.table = m.words("other.table")
		}
	}),
	func(m *maker) { // all streams that have a connection come through another one
		for _, f := range m.p.flows {
			through := func(c *connection) bool { return c.reads == "stream" && c != f.connection }
			switch i := slices.IndexFunc(m.p.connections, through); {
			case f.stream == nil || f.stream.webhook != "":
			case i >= 0:
				f.connection, f.seeded = m.p.connections[i], nil
			default:
				f.connection, f.seeded = nil, &seededStreams[m.IntN(len(seededStreams))]
			}
		}
	},
	func(m *maker) { // all that reads a self-serve source does so through another connection, if there is one
		for _, f := range m.p.flows {
			through := func(c *connection) bool { return c.reads == "rest" && c != f.connection }
			if i := slices.IndexFunc(m.p.connections, through); f.rest != "" && i >= 0 {
				f.connection, f.seeded = m.p.connections[i], nil
			}
		}
	},
	onFlow(func(m *maker, f *dataflow) { // another dataflow reads the stream from now on
		for _, g := range m.p.flows {
			if f != g && f.stream != nil && g.stream != nil {
				f.stream, g.stream, f.connection, g.connection = g.stream, f.stream, g.connection, f.connection
				f.seeded, g.seeded = g.seeded, f.seeded
				return
			}
		}
	}),
	onFlow(func(m *maker, f *dataflow) { m.addColumn(f, one(m, columnTypes)) }),
	onFlow(func(m *maker, f *dataflow) { // a column that nothing uses
		for i, c := range f.columns {
			used := c.name == f.delta || slices.ContainsFunc(f.mappings, func(x mapping) bool {
				return x.source == c.name || strings.Contains(x.expression, c.name)
			})
			if !used {
				if m.chance(0.5) {
					f.columns = slices.Delete(f.columns, i, i+1)
				} else {
					f.columns[i].typ = one(m, columnTypes)
				}
				return
			}
		}
	}),
	onFlow(func(m *maker, f *dataflow) { // order means nothing
		m.Shuffle(len(f.columns), func(i, j int) { f.columns[i], f.columns[j] = f.columns[j], f.columns[i] })
		m.Shuffle(len(f.mappings), func(i, j int) { f.mappings[i], f.mappings[j] = f.mappings[j], f.mappings[i] })
	}),
	onFlow(func(m *maker, f *dataflow) { m.remap(f) }),
	onFlow(func(m *maker, f *dataflow) { m.refilter(f) }),
	onFlow(func(m *maker, f *dataflow) { f.cdc, f.bare = m.chance(0.5), m.chance(0.5) }),
	onFlow(func(m *maker, f *dataflow) { f.allColumns = m.chance(0.5) }),
	onFlow(func(m *maker, f *dataflow) {
		if i := m.IntN(len(f.columns) + 1); i < len(f.columns) {
			f.columns[i].original = m.maybe(0.7, one(m, []string{"INT", "NUMERIC"}))
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		x := &f.mappings[m.IntN(len(f.mappings))]
		x.name, x.description = m.maybe(0.6, m.words("Rule")), m.maybe(0.6, m.words("So that"))
	}),
	onFlow(func(m *maker, f *dataflow) { // one mapping only, from what is there
		for i, x := range f.mappings {
			if x.source != "" && typeOf(f, x.source) == "string" {
				f.mappings[i] = mapping{destination: x.destination, expression: "upper(" + quoted(x.source) + ")"}
				return
			}
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		if n := len(f.mappings); n > 2 && !mustMap(f.target(), f.mappings[n-1].destination) {
			f.mappings = slices.Delete(f.mappings, n-1, n)
		}
	}),
	onFlow(func(m *maker, f *dataflow) { m.reaim(f) }),
	onFlow(func(m *maker, f *dataflow) { m.reschedule(f) }),
	onFlow(func(m *maker, f *dataflow) {
		if f.frequency != "once" {
			f.frequency = one(m, []string{"minute", "hour", "day", "week"})
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		if f.frequency != "once" {
			f.interval = 15 + m.IntN(100)
		}
	}),
	onFlow(func(m *maker, f *dataflow) { m.restart(f) }),
	onFlow(func(m *maker, f *dataflow) {
		if f.frequency != "once" {
			f.backfill = m.flag(0.8)
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		if f.delta != "" {
			f.delta = m.addColumn(f, "date-time")
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		if f.delta != "" {
			f.deltaForm = m.maybe(0.7, one(m, []string{"yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "dd/MM/yyyy"}))
		}
	}),
	onFlow(func(m *maker, f *dataflow) {
		if f.delta != "" {
			f.deltaZone = m.maybe(0.5, one(m, []string{"UTC", "Europe/Berlin"}))
		}
	}),
	onFlow(func(m *maker, f *dataflow) { f.percent = one(m, []float64{0, 1, 33.3, 99}) }),
	onFlow(func(m *maker, f *dataflow) { f.diagnostics, f.labels = m.flag(0.7), m.usageLabels(0.6) }),
	onFlow(func(m *maker, f *dataflow) {
		if f.state == "draft" { // it has waited: its start may have passed
			m.restart(f)
		}
		f.state = one(m, []string{"", "enabled", "disabled"})
	}),
	onFlow(func(m *maker, f *dataflow) { m.relive(&f.life) }),
}

// resource makes up another source. A table needs a delta column, which files do not
// have.
func (m *maker) resource(f *dataflow) {
	table := f.table != ""
	for m.source(f); f.state == "draft" && f.table == ""; { // only tables have drafts
		m.source(f)
	}
	if !table && f.table != "" {
		m.reschedule(f)
	}
}

func typeOf(f *dataflow, name string) string {
	for _, c := range f.columns {
		if c.name == name {
			return c.typ
		}
	}
	return ""
}

// quoted is a column in an expression.
func quoted(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" {
		return name
	}
	return "${" + name + "}"
}

// reaim sends the data elsewhere, unless that would remove a schema of Profile.
func (m *maker) reaim(f *dataflow) {
	if f.schema == nil || !f.schema.profile {
		m.aim(f)
	}
}

var wholeEdits = []edit{
	func(m *maker) { m.addFlow() },
	func(m *maker) { m.addConnection() },
	func(m *maker) { m.addSchema() },
	func(m *maker) { m.addDataset() },
	func(m *maker) {
		if i := len(m.p.flows) - 1; i > 0 && (m.p.flows[i].schema == nil || !m.p.flows[i].schema.profile) {
			m.p.flows = slices.Delete(m.p.flows, i, i+1)
		}
	},
	func(m *maker) {
		if i := len(m.p.connections) - 1; i >= 0 {
			m.p.connections = slices.Delete(m.p.connections, i, i+1)
		}
	},
	func(m *maker) {
		if i := len(m.p.schemas) - 1; i >= 0 && !m.p.schemas[i].body.profile {
			m.p.schemas = slices.Delete(m.p.schemas, i, i+1)
		}
	},
	func(m *maker) {
		if i := len(m.p.datasets) - 1; i >= 0 {
			m.p.datasets = slices.Delete(m.p.datasets, i, i+1)
		}
	},
	onFlow(func(m *maker, f *dataflow) { m.rename(&f.name, &f.life, "flow") }),
	onConnection(func(m *maker, c *connection) { m.rename(&c.name, &c.life, "db") }),
	func(m *maker) {
		if len(m.p.schemas) > 0 {
			s := one(m, m.p.schemas)
			m.rename(&s.name, &s.life, "schema")
		}
	},
	func(m *maker) {
		if len(m.p.datasets) > 0 {
			d := one(m, m.p.datasets)
			m.rename(&d.name, &d.life, "data")
		}
	},
}

// relive changes how a document is treated; its former name stays.
func (m *maker) relive(l *lifecycle) {
	from := l.movedFrom
	*l = m.life()
	l.movedFrom = from
}

// rename gives a document another name and says which one it had. A second
// rename goes on from the first name: that is the one that was applied.
func (m *maker) rename(name *string, life *lifecycle, stem string) {
	if life.movedFrom == "" {
		life.movedFrom = *name
	}
	*name = m.name(stem)
}

// repair makes a project right again after edits that each looked at one thing
// only: what referred to something that is gone refers elsewhere.
func (m *maker) repair() {
	for _, d := range m.p.datasets {
		if !slices.Contains(m.schemaRefs(), d.schema) {
			d.schema = one(m, m.schemaRefs())
		}
	}
	for range 2 { // a new target of one may be the target of another
		for _, f := range m.p.flows {
			if f.connection != nil && !slices.Contains(m.p.connections, f.connection) {
				m.resource(f)
			}
			if f.schema == nil && !slices.Contains(m.schemaRefs(), f.schemaRef) {
				m.aim(f)
			}
			if f.dataset == nil && !slices.Contains(m.datasetRefs(f.schemaRef), f.datasetRef) {
				m.retarget(f)
				m.remap(f)
			}
		}
	}
	for _, d := range m.p.datasets {
		body := d.schema.body()
		d.body.fit(body)
	}
	for _, f := range m.p.flows {
		if f.frequency == "once" {
			f.life.onReplace = "backfill" // it cannot continue
		}
		if f.dataset != nil {
			body := f.target().body()
			f.dataset.fit(body)
		}
	}
	m.repairRelations()
}
