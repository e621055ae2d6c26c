package laws

import (
	"fmt"
	"slices"
)

// relational makes a schema a table.
type relational struct {
	events             bool
	key                []string
	version, timestamp string
}

// relates is a field that refers to a record of another schema.
type relates struct {
	path, namespace string      // of the reference identity
	to              *schemaRef  // nil for a reference without a relationship
	far             relationEnd // what the relationship says of the other schema
	cardinality     string
	titles          [4]string // name, reverse name, title, reverse title
}

// relationEnd is where a relationship leads.
type relationEnd struct {
	field     string
	namespace bool // the relationship repeats the namespace
}

// shown is how a field of Adobe's is shown.
type shown struct {
	path, title, description string
	suggestions, hidden      []string
	labeled                  bool
}

// relationalBody makes up a table with its keys.
func (m *maker) relationalBody() *schemaBody {
	s := &schemaBody{title: m.words("Table"), description: m.maybe(0.5, m.words("Describes"))}
	r := &relational{key: []string{"id"}, version: "revision", events: m.chance(0.3)}
	s.fields = []field{
		{path: "id", typ: one(m, []string{"string", "integer", "long"})},
		{path: "revision", typ: one(m, []string{"integer", "long", "date-time", "string"})},
	}
	if m.chance(0.4) {
		s.fields = append(s.fields, field{path: "shop", typ: "string"})
		r.key = append(r.key, "shop")
	}
	if r.events {
		s.fields = append(s.fields, field{path: "seen", typ: "date-time"})
		r.key, r.timestamp = append(r.key, "seen"), "seen"
	}
	s.relational = r
	for range m.IntN(4) {
		m.addField(s)
		last := &s.fields[len(s.fields)-1]
		last.required = last.required && last.isOpen()
	}
	for range m.IntN(2) {
		m.addIdentity(s)
	}
	return s
}

// mustMap reports whether a row without a destination has no place in a schema.
func mustMap(r schemaRef, name string) bool {
	s := r.body()
	if s == nil || s.relational == nil {
		return name == "_id" || name == "timestamp"
	}
	k := s.relational
	isRequired := func(f field) bool { return f.path == name && f.required }
	return slices.Contains(k.key, name) || name == k.version || name == k.timestamp ||
		slices.ContainsFunc(s.fields, isRequired)
}

// readsChanges reports whether a dataflow asks for changes: only a table has a place for
// them.
func (f *dataflow) readsChanges() bool {
	s := f.target().body()
	return f.cdc && (f.table != "" || f.files != nil) && s != nil && s.relational != nil
}

// labeledField is one of Adobe's fields and its labels.
type labeledField struct {
	path   string
	labels []string
}

// labelField labels one of Adobe's fields, which one schema of a project does at most: the labels belong to the field
// group.
func (m *maker) labelField(s *schemaBody) {
	taken := map[string]bool{}
	for _, other := range append(m.p.schemaBodies(), s) {
		for _, f := range other.fieldLabels {
			taken[f.path] = true
		}
	}
	free := slices.DeleteFunc(adobeFields(s), func(c column) bool {
		ofBehavior := s.of != nil && (c.name == "eventType" || c.name == "timestamp") // no field group has those
		return taken[c.name] || ofBehavior
	})
	if len(free) > 0 {
		s.fieldLabels = append(s.fieldLabels, labeledField{one(m, free).name, m.usageLabels(1)})
	}
}

// adobeFields are the fields of a schema that are not its own.
func adobeFields(s *schemaBody) []column {
	var out []column
	if s.areEvents() {
		out = append(out, column{"eventType", "string"}, column{"timestamp", "date-time"})
	}
	for _, g := range s.groups {
		out = append(out, groupFields[g]...)
	}
	return out
}

// describe makes up what a schema says about its fields.
func (m *maker) describe(s *schemaBody) {
	if s.relational != nil {
		return
	}
	for range m.IntN(3) {
		m.addReference(s)
	}
	m.addShown(s)
	if m.chance(0.25) {
		m.labelField(s)
	}
	for _, f := range some(m, adobeFields(s), 0.2) {
		s.deprecated = append(s.deprecated, f.name)
	}
}

// addReference makes a field a reference, most of them with a relationship.
func (m *maker) addReference(s *schemaBody) {
	if s.relational != nil {
		return
	}
	r := relates{path: fmt.Sprintf("links.ref%d", m.number()), namespace: one(m, m.codes())}
	s.fields = append(s.fields, field{path: r.path, typ: "string"})
	if m.chance(0.8) {
		m.relate(s, &r)
	}
	s.references = append(s.references, r)
}

// relate leads a reference to another schema: one that the platform has, or one with a
// primary identity.
func (m *maker) relate(s *schemaBody, r *relates) {
	r.to = nil
	var fitting []schemaRef
	for _, to := range m.schemaRefs() {
		if leads(s, to) {
			fitting = append(fitting, to)
		}
	}
	if len(fitting) == 0 {
		return
	}
	to := one(m, fitting)
	r.to, r.cardinality = &to, one(m, []string{"", "1:1", "1:0", "M:0", "M:1", "M:1", "M:1"})
	r.far = relationEnd{namespace: m.chance(0.7)}
	r.titles = [4]string{}
	if m.chance(0.5) {
		r.far.field = "?" // adjusted to the schema
	}
	for i := range r.titles {
		r.titles[i] = m.maybe(0.4, fmt.Sprintf("Relation%d", m.number()))
	}
	r.adjust()
}

// leads reports whether a relationship of a schema can lead to another one.
func leads(s *schemaBody, to schemaRef) bool {
	if to.seeded != nil {
		return true
	}
	other := to.body()
	return other != nil && other != s && other.relational == nil && other.primary() >= 0
}

// adjust makes a relationship agree with the schema that it leads to.
func (r *relates) adjust() {
	if r.to == nil {
		return
	}
	if r.to.seeded != nil {
		r.far = relationEnd{field: "_id"}
		return
	}
	other := r.to.body()
	primary := other.identities[other.primary()]
	r.namespace = primary.namespace
	if r.far.field != "" {
		r.far.field = primary.path
	}
}

func (m *maker) addShown(s *schemaBody) {
	var free []column
	for _, f := range adobeFields(s) {
		if !slices.ContainsFunc(s.shown, func(x shown) bool { return x.path == f.name }) {
			free = append(free, f)
		}
	}
	if len(free) > 0 && m.chance(0.6) {
		f := one(m, free)
		s.shown = append(s.shown, m.show(f.name, f.typ))
	}
}

// show makes up how a field is shown.
func (m *maker) show(path, typ string) shown {
	x := shown{path: path, title: m.words("Name"), labeled: m.chance(0.5)}
	if m.chance(0.5) {
		x.description = m.words("Means")
	}
	if typ == "string" {
		x.suggestions = some(m, []string{"a", "b", fmt.Sprint(m.number())}, 0.4)
		x.hidden = some(m, []string{"x", "y"}, 0.4)
	}
	return x
}

// schemaBodies are all schemas that the project makes.
func (p *project) schemaBodies() []*schemaBody {
	var all []*schemaBody
	for _, s := range p.schemas {
		all = append(all, s.body)
	}
	for _, f := range p.flows {
		if f.schema != nil {
			all = append(all, f.schema)
		}
	}
	return all
}

// repairRelations takes relationships away that lead nowhere any more, and adjusts the others.
func (m *maker) repairRelations() {
	refs := m.schemaRefs()
	for _, s := range m.p.schemaBodies() {
		for i := range s.references {
			r := &s.references[i]
			if r.to != nil && (!slices.Contains(refs, *r.to) || !leads(s, *r.to)) {
				r.to = nil
			}
			r.adjust()
		}
	}
}

// describedEdits change what schemas say about their fields.
var describedEdits = []edit{
	onSchema(func(m *maker, s *schemaBody) { m.addReference(s) }),
	func(m *maker) { // every reference leads elsewhere
		for _, s := range m.p.schemaBodies() {
			for i := range s.references {
				s.references[i].namespace = one(m, m.codes())
				m.relate(s, &s.references[i])
			}
		}
	},
	func(m *maker) { // the last of each schema goes
		for _, s := range m.p.schemaBodies() {
			s.references = s.references[:max(0, len(s.references)-1)]
		}
	},
	onSchema(func(m *maker, s *schemaBody) { m.addShown(s) }),
	onSchema(func(m *maker, s *schemaBody) {
		for i, x := range s.shown {
			for _, f := range adobeFields(s) {
				if f.name == x.path {
					s.shown[i] = m.show(f.name, f.typ)
				}
			}
		}
	}),
	onSchema(func(m *maker, s *schemaBody) {
		if n := len(s.shown); n > 0 {
			i := m.IntN(n)
			s.shown = slices.Delete(s.shown, i, i+1)
		}
	}),
	onSchema(func(m *maker, s *schemaBody) { m.labelField(s) }),
	func(m *maker) { // of every schema, the labels of one field change, or it has none any more
		for _, s := range m.p.schemaBodies() {
			if n := len(s.fieldLabels); n > 0 {
				s.fieldLabels[m.IntN(n)].labels = m.usageLabels(1)
				s.fieldLabels = s.fieldLabels[:m.IntN(n+1)]
			}
		}
	},
	onSchema(func(m *maker, s *schemaBody) {
		s.deprecated = nil
		for _, f := range some(m, adobeFields(s), 0.3) {
			s.deprecated = append(s.deprecated, f.name)
		}
	}),
}

// addDescriptions writes what a schema says about its fields.
func (s *schemaBody) addDescriptions(t *tree) {
	var references, relationships, names tree
	for i, r := range s.references {
		references.add(r.path, any(r.namespace))
		if len(r.path)%2 == 1 {
			references[i].value = tree{{"namespace", r.namespace}}
		}
		if r.to != nil {
			relationships.add(r.path, r.tree())
		}
	}
	for _, x := range s.shown {
		names.add(x.path, x.tree())
	}
	t.opt("referenceIdentities", references)
	t.opt("relationships", relationships)
	t.opt("displayNames", names)
	t.opt("deprecated", texts(s.deprecated))
	var labels tree
	for _, f := range s.fieldLabels {
		labels.add(f.path, listOf(f.labels))
	}
	t.opt("fieldLabels", labels)
}

func (r relates) tree() any {
	t := tree{{"schema", r.to.text()}}
	t.opt("field", r.far.field)
	if r.cardinality != "" {
		t.add("cardinality", r.cardinality)
		if r.cardinality == "M:1" && r.far.namespace {
			t.add("namespace", r.namespace)
		}
		for i, key := range []string{"name", "reverseName", "title", "reverseTitle"} {
			t.opt(key, r.titles[i])
		}
	}
	if len(t) == 1 {
		return r.to.text()
	}
	return t
}

func (x shown) tree() any {
	t := tree{{"title", x.title}}
	t.opt("description", x.description)
	choices := field{labeled: x.labeled}
	t.opt("suggestions", choices.choices(x.suggestions))
	t.opt("hiddenSuggestions", choices.choices(x.hidden))
	if len(t) == 1 {
		return x.title
	}
	return t
}

func (r *relational) tree() tree {
	var t tree
	if r.events {
		t.add("behavior", "time-series")
	}
	if len(r.key) == 1 {
		t.add("primaryKey", r.key[0])
	} else {
		t.add("primaryKey", texts(r.key))
	}
	t.add("version", r.version)
	t.opt("timestamp", r.timestamp)
	return t
}
