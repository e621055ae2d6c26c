package laws

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// epoch is when every story begins. Starts that a first version documents lie
// within two days of it, those of later versions well after.
var epoch = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// maker makes up a project. The same seed makes the same one.
type maker struct {
	*rand.Rand
	p     *project
	n     int // numbers given so far: names and titles never repeat
	later time.Duration
	// growing says that schemas are in use: new fields cannot be required.
	growing bool
}

func newProject(seed uint64) *maker {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 1)), p: &project{secrets: map[string]string{}}, later: time.Hour}
	for range max(0, m.IntN(4)-1-m.IntN(2)) {
		m.addConnection()
	}
	for range max(0, m.IntN(4)-2) {
		m.addNamespace()
	}
	for range max(0, m.IntN(4)-1) {
		m.addType()
	}
	for range max(0, m.IntN(4)-2) {
		m.addClass()
	}
	for range max(0, m.IntN(4)-2) {
		m.addGroup()
	}
	for range m.IntN(3) {
		m.addSchema()
	}
	for range 1 + m.IntN(3) {
		m.addFlow()
	}
	for range m.IntN(2) {
		m.addDataset()
	}
	if m.chance(0.5) {
		m.addFlow()
	}
	return m
}

func (m *maker) chance(p float64) bool { return m.Float64() < p }

func one[T any](m *maker, list []T) T { return list[m.IntN(len(list))] }

// some returns each element with probability p, in order.
func some[T any](m *maker, list []T, p float64) []T {
	var out []T
	for _, v := range list {
		if m.chance(p) {
			out = append(out, v)
		}
	}
	return out
}

func (m *maker) number() int { m.n++; return m.n }

func (m *maker) name(stem string) string {
	return fmt.Sprintf("%s%s%d", stem, one(m, []string{"", "-", "-of-"}), m.number())
}

func (m *maker) maybe(p float64, s string) string {
	if m.chance(p) {
		return s
	}
	return ""
}

// words is a text that no other is equal to, with the hazards of texts now and then.
func (m *maker) words(stem string) string {
	n := m.number()
	switch m.IntN(8) {
	case 0:
		return fmt.Sprintf("%s №%d “größer” \U0001F600", stem, n)
	case 1:
		return fmt.Sprintf("%s %d: \"quoted\" & <b> # 'no' \\ comment", stem, n)
	case 2:
		return fmt.Sprintf("%d", 1000+n) // a text of digits
	case 3:
		return fmt.Sprintf("%s %d costs ${5} or $${6}, %% {x}", stem, n)
	}
	return fmt.Sprintf("%s %d", stem, n)
}

func (m *maker) flag(p float64) *bool {
	if !m.chance(p) {
		return nil
	}
	b := m.chance(0.5)
	return &b
}

func (m *maker) life() lifecycle {
	l := lifecycle{protect: m.chance(0.1)}
	if m.chance(0.3) {
		l.onReplace = one(m, []string{"backfill", "continue"})
	}
	return l
}

// connectors are the sources of tables, files, or records that are not on their way out.
func connectors(reads string) []specs.Connector {
	flowSpec := map[string]string{"table": "CRMToAEP", "files": "CloudStorageToAEP", "rest": "RestStorageToAEP"}[reads]
	var out []specs.Connector
	for _, c := range specs.Connectors() {
		if reads == "stream" {
			if c.IsStream() && !c.IsWebhook() {
				out = append(out, c)
			}
			continue
		}
		if slices.ContainsFunc(c.SourceParams, func(p specs.Param) bool { return p.Required && p.Name != "resourcePath" }) {
			continue
		}
		if c.FlowSpec == flowSpec && c.Deprecated == "" && c.IsSource() && c.Slug != "data-landing-zone" && c.Slug != "ftp" {
			out = append(out, c)
		}
	}
	return out
}

func (m *maker) addConnection() {
	c := &connection{name: m.name("db"), life: m.life()}
	c.title, c.description = m.maybe(0.6, m.words("Database")), m.maybe(0.5, m.words("Holds everything"))
	c.reads = one(m, sources)
	m.connect(c)
	m.p.connections = append(m.p.connections, c)
}

// connect makes up a connector and how to sign in to it.
func (m *maker) connect(c *connection) {
	con := one(m, connectors(c.reads))
	if m.chance(0.4) && c.reads == "table" {
		con, _ = specs.ConnectorBySlug("postgresql")
	}
	c.connector = con.Slug
	m.signIn(c, con)
}

func (m *maker) signIn(c *connection, con specs.Connector) {
	var ways []specs.Auth
	for _, a := range con.Auth {
		if a.Cloud != "aws" && len(a.Params) > 0 {
			ways = append(ways, a)
		}
	}
	if len(ways) == 0 { // no way is published
		ways = []specs.Auth{{Name: "Own way", Params: []specs.Param{{Name: "host", Type: "string", Required: true}, {Name: "apiToken", Type: "string", Secret: true, Required: true}}}}
	}
	c.auth, c.params = one(m, ways), nil
	for _, p := range c.auth.Params {
		if p.Required || m.chance(0.5) {
			c.params = append(c.params, m.param(p))
		}
	}
}

func (m *maker) param(p specs.Param) param {
	out := param{name: p.Name}
	n := m.number()
	switch {
	case p.Secret:
		from := fmt.Sprintf("SECRET_%d", n)
		if m.chance(0.7) {
			out.env = from
			from = "env." + from
		} else {
			out.file = "secrets/" + strings.ToLower(from)
			from = "file." + out.file
		}
		m.p.secrets[from] = fmt.Sprintf("canary-%d-%x", n, m.Uint64())
	case len(p.Enum) > 0:
		out.value = one(m, p.Enum)
	case p.Type == "boolean":
		out.value = m.chance(0.5)
	case p.Type == "integer", p.Name == "port":
		out.value = 1024 + n
	default:
		out.value = fmt.Sprintf("%s-%d.example.com", p.Name, n)
	}
	return out
}

func (m *maker) addNamespace() {
	n := &namespace{name: m.name("ids"), title: m.words("Namespace"), description: m.maybe(0.5, m.words("Identifies"))}
	n.code, n.idType, n.life = fmt.Sprintf("Code%d", m.number()), one(m, specs.NamespaceTypes()), m.life()
	m.p.namespaces = append(m.p.namespaces, n)
}

// codes are the namespaces that identities may name.
func (m *maker) codes() []string {
	codes := []string{"Email", "CRMID", "Phone", "ECID"}
	for _, n := range m.p.namespaces {
		codes = append(codes, n.code)
	}
	return codes
}

func (m *maker) addType() {
	t := &dataType{name: m.name("type"), title: m.words("Type"), description: m.maybe(0.5, m.words("Types"))}
	t.life = m.life()
	if m.chance(0.5) {
		m.addTyped(&t.fields, m.p.types)
	}
	for range 1 + m.IntN(3) {
		m.addTypeField(t)
	}
	m.p.types = append(m.p.types, t)
}

func (m *maker) addClass() {
	c := &class{name: m.name("class"), title: m.words("Class"), description: m.maybe(0.5, m.words("Things"))}
	c.behavior, c.life = one(m, []string{"record", "time-series"}), m.life()
	for range m.IntN(3) {
		m.addClassField(c)
	}
	m.p.classes = append(m.p.classes, c)
}

func (m *maker) addClassField(c *class) {
	g := &group{name: "of-class"}
	m.addGroupField(g)
	c.fields = append(c.fields, g.fields...)
	if m.chance(0.3) {
		m.addTyped(&c.fields, m.p.types)
	}
}

func (m *maker) addTypeField(t *dataType) {
	g := &group{name: "inner"}
	m.addGroupField(g)
	for i := range g.fields {
		g.fields[i].labels = nil // what uses the type defines the field
	}
	t.fields = append(t.fields, g.fields...)
}

// addTyped adds a field that is a data type, or a list of one.
func (m *maker) addTyped(fields *[]field, types []*dataType) {
	if len(types) == 0 {
		return
	}
	*fields = append(*fields, field{
		path: fmt.Sprintf("typed.t%d%s", m.number(), m.maybe(0.3, "[]")), ref: one(m, types),
		title: m.maybe(0.3, m.words("Label")), description: m.maybe(0.3, m.words("Means")), deprecated: m.chance(0.1),
	})
}

func (m *maker) addGroup() {
	g := &group{name: m.name("group"), title: m.words("Group"), description: m.maybe(0.5, m.words("Groups"))}
	g.classes, g.life = [][]string{{"profile"}, {"event"}, {"profile", "event"}}[m.IntN(3)], m.life()
	g.of = some(m, m.p.classes, 0.5)
	for range 1 + m.IntN(3) {
		m.addGroupField(g)
	}
	m.addTyped(&g.fields, m.p.types)
	m.p.groups = append(m.p.groups, g)
}

// addGroupField adds a field that no other part of a schema has.
func (m *maker) addGroupField(g *group) {
	s := &schemaBody{}
	for len(s.fields) == 0 {
		m.addField(s)
	}
	f := s.fields[0]
	f.path = fmt.Sprintf("%s.%s%d", g.name, f.path, m.number())
	g.fields = append(g.fields, f)
}

// share adds a field group of a document to a schema.
func (m *maker) share(s *schemaBody) {
	for _, g := range m.p.groups {
		fits := slices.Contains(g.classes, s.class) || s.of != nil && slices.Contains(g.of, s.of)
		if fits && !slices.Contains(s.shared, g) && m.chance(0.6) {
			s.shared = append(s.shared, g)
		}
	}
}

func (m *maker) addSchema() {
	m.p.schemas = append(m.p.schemas, &schema{name: m.name("schema"), body: m.schemaBody(), life: m.life()})
}

func (m *maker) schemaBody() *schemaBody {
	if m.chance(0.2) {
		return m.relationalBody()
	}
	s := &schemaBody{title: m.words("Schema"), description: m.maybe(0.5, m.words("Describes")), class: "profile"}
	if m.chance(0.25) {
		s.class = "event"
	}
	if len(m.p.classes) > 0 && m.chance(0.4) {
		s.class, s.of = "own", one(m, m.p.classes)
	}
	s.groups = some(m, classGroups[s.class], 0.4)
	for range m.IntN(5) {
		m.addField(s)
	}
	m.addTyped(&s.fields, m.p.types)
	m.share(s)
	for range m.IntN(3) {
		m.addIdentity(s)
	}
	if m.chance(0.4) {
		m.enableProfile(s)
	}
	m.describe(s)
	return s
}

var fieldTypes = append([]string{"string[]", "integer[]", "number", "email", "map", "short"}, columnTypes...)

// usageLabels are labels, or none.
func (m *maker) usageLabels(chance float64) []string {
	if !m.chance(chance) {
		return nil
	}
	all := []string{"C1", "C2", "C12", "I1", "S1", "own-label"}
	i := m.IntN(len(all) - 1)
	return all[i : i+1+m.IntN(2)]
}

// addField adds an own field. What a path means is part of its name, so that
// no two schemas of a union disagree.
func (m *maker) addField(s *schemaBody) {
	typ := one(m, fieldTypes)
	if m.growing && m.chance(0.6) {
		typ = one(m, []string{"string", "number"}) // those that have limits
	}
	stem := strings.NewReplacer("[]", "List", "-", "").Replace(typ)
	f := field{typ: typ, path: fmt.Sprintf("%s.%s%d", one(m, []string{"crm", "crm.deep", "shop"}), stem, m.IntN(20))}
	if m.chance(0.3) {
		f.path = "top-" + stem
	}
	for _, other := range s.fields {
		a, b := other.path, f.path
		if a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
			return
		}
	}
	f.title, f.description = m.maybe(0.3, m.words("Label")), m.maybe(0.3, m.words("Means"))
	f.required = m.chance(0.15) && !m.growing
	f.labeled, f.deprecated = m.chance(0.5), m.chance(0.1)
	f.labels = m.usageLabels(0.15)
	switch {
	case typ == "string" && m.chance(0.2):
		f.suggestions, f.fallback = []string{"a", "b", fmt.Sprint(m.number())}, m.maybe(0.5, "usual")
	case typ == "string" && m.chance(0.2):
		least, most := m.IntN(3), 60+m.IntN(9)
		f.minLength, f.maxLength = &least, &most
	case typ == "string" && m.chance(0.25):
		f.enum = []string{"new", "old", fmt.Sprint(m.number())}
	case typ == "string" && m.chance(0.3):
		f.pattern = `^[A-Z]{2}\d+$`
	case typ == "number" && m.chance(0.7):
		lo, hi := -m.IntN(10), 1+m.IntN(10)
		f.minimum, f.maximum = &lo, &hi
	}
	s.fields = append(s.fields, f)
}

// identifiable lists the fields that may identify a person and do not yet.
func identifiable(s *schemaBody) []string {
	var out []string
	for _, f := range s.all() {
		if f.typ == "string" {
			out = append(out, f.path)
		}
	}
	if slices.Contains(s.groups, "profile-personal-details") {
		out = append(out, "personalEmail.address")
	}
	return slices.DeleteFunc(out, func(path string) bool {
		return slices.ContainsFunc(s.identities, func(i identity) bool { return i.path == path }) ||
			slices.ContainsFunc(s.references, func(r relates) bool { return r.path == path })
	})
}

// all are the fields of a schema and of its shared field groups.
func (s *schemaBody) all() []field {
	out := slices.Clone(s.fields)
	for _, g := range s.shared {
		out = append(out, g.fields...)
	}
	if s.of != nil {
		out = append(out, s.of.fields...)
	}
	return out
}

// areEvents reports whether records have a time.
func (s *schemaBody) areEvents() bool {
	return s.class == "event" || s.of != nil && s.of.behavior == "time-series"
}

func (s *schemaBody) primary() int {
	return slices.IndexFunc(s.identities, func(i identity) bool { return i.primary })
}

func (m *maker) addIdentity(s *schemaBody) bool {
	free := identifiable(s)
	if len(free) == 0 {
		return false
	}
	s.identities = append(s.identities, identity{one(m, free), one(m, m.codes()), s.primary() < 0 && m.chance(0.5)})
	return true
}

// enableProfile lets a schema take part in Profile, which needs a primary
// identity.
func (m *maker) enableProfile(s *schemaBody) {
	if s.relational != nil || s.profile || s.primary() < 0 && len(s.identities) == 0 && !m.addIdentity(s) {
		return
	}
	if s.primary() < 0 {
		s.identities[0].primary = true
	}
	s.profile = true
}

func (m *maker) datasetBody(of *schemaBody) *datasetBody {
	d := &datasetBody{title: m.words("Dataset"), description: m.maybe(0.5, m.words("Holds")), diagnostics: m.flag(0.4)}
	d.labels = m.usageLabels(0.3)
	d.profile, d.expires = m.chance(0.6), m.maybe(0.4, one(m, periods))
	d.fit(of)
	for range m.IntN(3) {
		m.addTag(d)
	}
	return d
}

// periods are those after which rows expire.
var periods = []string{"P30D", "P90D", "P6M", "P1Y", "P1Y2M3W4D"}

// fit leaves out what a dataset of a schema cannot have; of is nil for one that only the
// platform knows.
func (d *datasetBody) fit(of *schemaBody) {
	d.profile = d.profile && of != nil && of.profile
	if of == nil || !of.areEvents() {
		d.expires = ""
	}
}

func (m *maker) addTag(d *datasetBody) {
	t := tag{name: one(m, []string{"team", "cost/center", "a~b", "owner"}) + fmt.Sprint(m.number())}
	for range 1 + m.IntN(2) {
		t.values = append(t.values, m.words("value"))
	}
	d.tags = append(d.tags, t)
}

// schemaRefs lists every schema that another document may name.
func (m *maker) schemaRefs() []schemaRef {
	var out []schemaRef
	for _, s := range seededSchemas {
		out = append(out, schemaRef{seeded: s})
	}
	for _, s := range m.p.schemas {
		out = append(out, schemaRef{doc: s})
	}
	for _, f := range m.p.flows {
		if f.schema != nil {
			out = append(out, schemaRef{flow: f})
		}
	}
	return out
}

// datasetRefs lists the datasets of a schema that a dataflow may name.
func (m *maker) datasetRefs(s schemaRef) []datasetRef {
	var out []datasetRef
	for _, d := range seededDatasets {
		if s.seeded == d.schema {
			out = append(out, datasetRef{id: d.id})
		}
	}
	for _, d := range m.p.datasets {
		if d.schema == s {
			out = append(out, datasetRef{doc: d})
		}
	}
	for _, f := range m.p.flows {
		if f.dataset != nil && f.target() == s {
			out = append(out, datasetRef{flow: f})
		}
	}
	return out
}

func (m *maker) addDataset() {
	d := &dataset{name: m.name("data"), schema: one(m, m.schemaRefs()), life: m.life()}
	for _, r := range m.schemaRefs() {
		if body := r.body(); body != nil && body.profile && m.chance(0.3) {
			d.schema = r
		}
	}
	d.body = m.datasetBody(d.schema.body())
	m.p.datasets = append(m.p.datasets, d)
}

func (m *maker) addFlow() {
	f := &dataflow{name: m.name("flow"), life: m.life()}
	f.title, f.description = m.maybe(0.7, m.words("Flow")), m.maybe(0.5, m.words("Collects"))
	f.sourceTitle, f.sources = m.maybe(0.3, m.words("Source")), m.maybe(0.3, m.words("Reads"))
	f.targetTitle, f.targets = m.maybe(0.3, m.words("Target")), m.maybe(0.3, m.words("Writes"))
	f.mappingTitle = m.maybe(0.3, m.words("Mapping"))
	m.source(f)
	m.aim(f)
	m.refilter(f)
	f.cdc, f.bare = m.chance(0.5), m.chance(0.5)
	m.reschedule(f)
	f.percent, f.diagnostics = one(m, []float64{0, 0, 5, 12.5, 100}), m.flag(0.4)
	f.state = one(m, []string{"", "", "", "enabled", "enabled", "disabled", "draft"})
	if f.state == "draft" && f.table == "" { // only tables have drafts
		f.state = "disabled"
	}
	f.labels = m.usageLabels(0.2)
	m.p.flows = append(m.p.flows, f)
}

// source says where the table is, or the files.
func (m *maker) source(f *dataflow) {
	f.connection, f.seeded, f.files, f.table, f.rest, f.stream = nil, nil, nil, "", "", nil
	webhook := ""
	reads := one(m, sources)
	fitting := slices.DeleteFunc(slices.Clone(m.p.connections), func(c *connection) bool { return c.reads != reads })
	switch {
	case len(fitting) > 0 && m.chance(0.7):
		f.connection = one(m, fitting)
	case reads == "rest":
		f.seeded = &seededRest
	case reads == "stream" && m.chance(0.7):
		f.seeded = &seededStreams[m.IntN(len(seededStreams))]
	case reads == "stream":
		webhook = one(m, []string{"shopify-streaming", "pendo"})
	case reads == "table":
		f.seeded = &seededConnections[m.IntN(len(seededConnections))]
	case m.chance(0.5):
		f.seeded = &seededStore
	}
	switch reads {
	case "table":
		f.table = m.words("schema.table")
	case "files":
		m.refile(f)
	case "stream":
		f.delta, f.deltaForm, f.deltaZone = "", "", ""
		f.stream = &stream{webhook: webhook, number: m.number()}
		m.restream(f)
	default:
		f.delta, f.deltaForm, f.deltaZone, f.rest = "", "", "", m.words("resource")
	}
}

// sources are what dataflows read, tables most of all.
var sources = []string{"table", "table", "table", "table", "files", "rest", "stream", "stream"}

// restream makes up how a stream is read, which may be by the same reader as before.
func (m *maker) restream(f *dataflow) {
	x := f.stream
	x.topic, x.dataType = m.words("topic"), one(m, []string{"", "raw", "xdm"})
	x.latest, x.group, x.backfill, x.zone = m.chance(0.5), m.chance(0.5), m.flag(0.5), m.maybe(0.5, "CET")
	if m.chance(0.3) {
		x.number = m.number()
	}
}

// refilter makes up which rows are read.
func (m *maker) refilter(f *dataflow) {
	f.filter, f.pql = m.maybe(0.4, m.words("only")), m.chance(0.3)
}

// refile makes up files. They have no delta column.
func (m *maker) refile(f *dataflow) {
	f.delta, f.deltaForm, f.deltaZone = "", "", ""
	format := one(m, []string{"delimited", "json", "parquet"})
	suffix := map[string]string{"delimited": ".csv", "json": ".json", "parquet": ".parquet"}[format]
	x := &files{path: fmt.Sprintf("/exports/%d/*%s", m.number(), suffix), format: m.maybe(0.5, format)}
	switch m.IntN(3) {
	case 0:
		x.path = fmt.Sprintf("/exports/%d%s", m.number(), suffix)
		x.typ = m.maybe(0.5, "file")
	case 1:
		x.path, x.format = fmt.Sprintf("/exports/%d/", m.number()), format
		x.typ, x.recursive = m.maybe(0.5, "folder"), m.chance(0.5)
	}
	if f.connection == nil && f.seeded == nil {
		x.path = "dlz-user-container" + x.path
	}
	if format == "delimited" {
		x.delimiter = m.maybe(0.5, one(m, []string{";", "|", ","}))
		x.encoding = m.maybe(0.5, one(m, []string{"UTF-8", "ISO-8859-1"}))
	}
	if format != "parquet" {
		x.compression = m.maybe(0.5, one(m, []string{"gzip", "bzip2", "tar"}))
	}
	f.files = x
}

// aim says where the data go, and with which mapping.
func (m *maker) aim(f *dataflow) {
	f.schema, f.dataset, f.schemaRef, f.datasetRef = nil, nil, schemaRef{}, datasetRef{}
	if m.chance(0.4) && !f.hadSchema {
		f.schema = m.schemaBody()
		f.dataset = m.datasetBody(f.schema)
	} else {
		f.schemaRef = one(m, slices.DeleteFunc(m.schemaRefs(), func(r schemaRef) bool { return r.flow == f }))
		m.retarget(f)
	}
	m.remap(f)
}

// retarget makes up a dataset for the schema that f names.
func (m *maker) retarget(f *dataflow) {
	f.dataset, f.datasetRef = nil, datasetRef{}
	refs := slices.DeleteFunc(m.datasetRefs(f.schemaRef), func(r datasetRef) bool { return r.flow == f })
	if len(refs) > 0 && m.chance(0.5) {
		f.datasetRef = one(m, refs)
		return
	}
	f.dataset = m.datasetBody(f.schemaRef.body())
}

// remap makes up columns and what becomes of them.
func (m *maker) remap(f *dataflow) {
	if f.schema == nil && !slices.Contains(m.schemaRefs(), f.schemaRef) {
		m.aim(f) // what it named has gone
		return
	}
	old := f.columns
	f.columns, f.mappings = nil, nil
	f.allColumns = m.chance(0.1)
	for i, d := range destinations(f.target()) {
		if i > 0 && !mustMap(f.target(), d.name) && m.chance(0.3) {
			continue
		}
		f.mappings = append(f.mappings, m.mapping(f, d))
	}
	for range m.IntN(3) {
		m.addColumn(f, one(m, columnTypes))
	}
	for _, c := range old { // the delta column stays when the target changes
		if c.name == f.delta {
			f.columns = append(f.columns, c)
		}
	}
}

func (m *maker) addColumn(f *dataflow, typ string) string {
	name := fmt.Sprintf("%s_%d", strings.ReplaceAll(typ, "-", ""), m.number())
	switch m.IntN(10) {
	case 0:
		name = "Column " + name
	case 1:
		name = "größe_" + name
	}
	f.columns = append(f.columns, sourceColumn{column{name, typ}, m.maybe(0.1, "VARCHAR")})
	return name
}

func (m *maker) mapping(f *dataflow, d column) mapping {
	out := mapping{destination: d.name, name: m.maybe(0.1, m.words("Rule")), description: m.maybe(0.1, m.words("Because"))}
	switch {
	case d.typ == "string" && m.chance(0.2) && !mustMap(f.target(), d.name):
		out.value = m.words("constant")
	case d.typ == "string" && m.chance(0.4):
		a, b := fmt.Sprintf("a%d", m.number()), fmt.Sprintf("b%d", m.number())
		f.columns = append(f.columns, sourceColumn{column{a, "string"}, ""}, sourceColumn{column{b, "string"}, ""})
		out.expression = fmt.Sprintf(one(m, []string{`concat(%s, " ", %s)`, `iif(is_empty(%[1]s), %[2]s, upper(%[1]s))`, `lower(trim(concat(%s, %s)))`}), a, b)
	default:
		out.source = m.addColumn(f, d.typ)
	}
	return out
}

// reschedule makes up a schedule with the delta column that it needs.
func (m *maker) reschedule(f *dataflow) {
	f.frequency = one(m, []string{"once", "minute", "hour", "day", "week"})
	f.interval, f.backfill, f.delta, f.deltaForm, f.deltaZone = 0, nil, "", "", ""
	m.restart(f)
	if f.frequency == "once" {
		return
	}
	f.interval, f.backfill = 15+m.IntN(30), m.flag(0.6)
	if f.files != nil || f.rest != "" || f.stream != nil {
		return
	}
	f.delta = m.addColumn(f, one(m, []string{"date", "date-time"}))
	f.deltaForm, f.deltaZone = m.maybe(0.5, "yyyy-MM-dd HH:mm:ss"), m.maybe(0.4, "UTC")
}

// restart makes up when a schedule starts.
func (m *maker) restart(f *dataflow) {
	f.start = 0
	if m.chance(0.6) {
		f.start = epoch.Add(m.later).Unix() + m.Int64N(40*3600)
	}
}
