package laws

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// project is what a generated project says, before it is written as YAML. It
// refers by pointer, so that a renamed document is renamed everywhere.
type project struct {
	connections []*connection
	namespaces  []*namespace
	types       []*dataType
	classes     []*class
	groups      []*group
	schemas     []*schema
	datasets    []*dataset
	flows       []*dataflow
	secrets     map[string]string // the values of `env.NAME` and `file.PATH`
}

type lifecycle struct {
	protect              bool
	movedFrom, onReplace string
}

type connection struct {
	name, title, description string
	connector                string
	reads                    string // table, files, rest, or stream
	auth                     specs.Auth
	params                   []param
	life                     lifecycle
}

// param is a parameter of a sign-in; env and file name a secret.
type param struct {
	name      string
	value     any
	env, file string
}

// namespace is an identity namespace. Its code and its type stay.
type namespace struct {
	name, title, description, code, idType string
	life                                   lifecycle
}

type schema struct {
	name string
	body *schemaBody
	life lifecycle
}

// class is a class of its own document. Its behavior is fixed.
type class struct {
	name, title, description, behavior string
	fields                             []field
	life                               lifecycle
}

// dataType is a data type of its own document.
type dataType struct {
	name, title, description string
	fields                   []field
	life                     lifecycle
}

// group is a field group of its own document. Its fields lie below its name.
type group struct {
	name, title, description string
	classes                  []string
	of                       []*class
	fields                   []field
	life                     lifecycle
}

type schemaBody struct {
	title, description string
	class              string // profile, event, or own
	of                 *class // where it is own
	groups             []string
	shared             []*group
	fields             []field
	identities         []identity
	profile            bool
	relational         *relational // in place of class and groups
	references         []relates
	shown              []shown
	deprecated         []string
	fieldLabels        []labeledField
}

type field struct {
	path, typ, title, description string
	ref                           *dataType // in place of typ
	enum                          []string
	pattern                       string
	minimum, maximum              *int
	minLength, maxLength          *int
	suggestions                   []string
	labeled                       bool // enum or suggestions have labels
	fallback                      string
	deprecated                    bool
	labels                        []string
	required                      bool
}

type identity struct {
	path, namespace string
	primary         bool
}

type dataset struct {
	name   string
	schema schemaRef
	body   *datasetBody
	life   lifecycle
}

type datasetBody struct {
	title, description string
	profile            bool
	expires            string // "": never
	tags               []tag
	diagnostics        *bool
	labels             []string
}

type tag struct {
	name   string
	values []string
}

// schemaRef is a schema by one of its three ways: an id on the platform, a
// document, or the schema inside a dataflow.
type schemaRef struct {
	seeded *seededSchema
	doc    *schema
	flow   *dataflow
}

func (r schemaRef) text() string {
	switch {
	case r.seeded != nil:
		return r.seeded.id
	case r.doc != nil:
		return r.doc.name
	}
	return r.flow.name
}

// body returns the schema's content, nil for one that only the platform knows.
func (r schemaRef) body() *schemaBody {
	switch {
	case r.doc != nil:
		return r.doc.body
	case r.flow != nil:
		return r.flow.schema
	}
	return nil
}

// datasetRef is a dataset by id, document or dataflow.
type datasetRef struct {
	id   string
	doc  *dataset
	flow *dataflow
}

func (r datasetRef) text() string {
	switch {
	case r.id != "":
		return r.id
	case r.doc != nil:
		return r.doc.name
	}
	return r.flow.name
}

type dataflow struct {
	name, title, description string

	connection           *connection // or the next two
	seeded               *seededConnection
	sourceTitle, sources string // title and description of the source

	table      string // or files
	files      *files
	rest       string // resource of a self-serve source, "" for none
	stream     *stream
	columns    []sourceColumn
	allColumns bool   // none are declared
	filter     string // text that a column is compared with, "" for none
	pql        bool   // the filter is written in PQL

	hadSchema            bool        // in the version before: its schema only grows
	schema               *schemaBody // inline, or by schemaRef
	schemaRef            schemaRef
	dataset              *datasetBody // inline, or by datasetRef
	datasetRef           datasetRef
	targetTitle, targets string

	mappings     []mapping
	mappingTitle string

	cdc, bare bool   // it reads changes, without a delta column, where its target is a table
	delta     string // column, "" for once
	deltaForm string // date format
	deltaZone string

	frequency string
	interval  int
	start     int64 // epoch seconds, 0 when left open
	backfill  *bool

	percent     float64 // 0: absent
	diagnostics *bool

	state  string
	labels []string
	life   lifecycle
}

// target is the schema that the data go into.
func (f *dataflow) target() schemaRef {
	if f.schema != nil {
		return schemaRef{flow: f}
	}
	return f.schemaRef
}

// files are what a dataflow reads instead of a table. Of the landing zone, the
// connection is nil, and so is the seeded one.
type files struct {
	path, typ, format                string
	delimiter, encoding, compression string
	recursive                        bool
}

// stream is a stream that a dataflow reads instead of a table. That of a webhook has no
// connection: webhook is its connector.
type stream struct {
	webhook  string
	number   int    // that no other stream has: of what one flow alone can read
	topic    string // what may change while the same is read
	dataType string
	latest   bool
	group    bool // the consumer group has a name
	backfill *bool
	zone     string
}

// streamConnector is the connector of a dataflow's stream.
func (f *dataflow) streamConnector() string {
	switch {
	case f.stream.webhook != "":
		return f.stream.webhook
	case f.connection != nil:
		return f.connection.connector
	}
	return f.seeded.connector
}

// isMapped reports whether a dataflow has mappings: the data of HTTP API may be XDM.
func (f *dataflow) isMapped() bool {
	if f.stream == nil || f.streamConnector() != "http-api" {
		return true
	}
	isXDM := func(p param) bool { return p.name == "dataType" && p.value == "xdm" }
	return !slices.ContainsFunc(f.connection.params, isXDM)
}

type column struct{ name, typ string }

// sourceColumn is a column that a dataflow declares.
type sourceColumn struct {
	column
	original string // type in the source's own words, "" when left out
}

// mapping fills a destination from exactly one of three.
type mapping struct {
	destination        string
	source, expression string
	value              any
	name, description  string
}

// seededSchema, seededDataset and seededConnection are on the platform before
// any project.
type seededSchema struct {
	id, title, class string
	groups           []string
}

type seededDataset struct {
	id     string
	schema *seededSchema
}

type seededConnection struct{ id, connector string }

var (
	seededSchemas = []*seededSchema{
		{"https://ns.adobe.com/{TENANT_ID}/schemas/" + strings.Repeat("a1", 24), "Seeded people", "profile", []string{"profile-person-details", "profile-personal-details"}},
		{"https://ns.adobe.com/{TENANT_ID}/schemas/" + strings.Repeat("b2", 24), "Seeded events", "event", nil},
	}
	seededDatasets = []seededDataset{
		{strings.Repeat("1a", 12), seededSchemas[0]},
		{strings.Repeat("2b", 12), seededSchemas[0]},
		{strings.Repeat("3c", 12), seededSchemas[1]},
	}
	seededConnections = []seededConnection{
		{"00000000-0000-4000-8000-000000000001", "postgresql"},
		{"00000000-0000-4000-8000-000000000002", "postgresql"},
		{"00000000-0000-4000-8000-000000000003", "google-bigquery"},
		{"00000000-0000-4000-8000-000000000004", "snowflake"},
	}
	seededStore   = seededConnection{"00000000-0000-4000-8000-000000000005", "sftp"}
	seededRest    = seededConnection{"00000000-0000-4000-8000-000000000006", "stripe"}
	seededStreams = []seededConnection{
		{"00000000-0000-4000-8000-000000000007", "azure-event-hubs"},
		{"00000000-0000-4000-8000-000000000008", "amazon-kinesis"},
		{"00000000-0000-4000-8000-000000000009", "snowflake-streaming"},
		{"00000000-0000-4000-8000-000000000010", "google-pubsub"},
	}
)

// everySeeded are all connections that are on the platform from the start.
func everySeeded() []seededConnection {
	return append(slices.Concat(seededConnections, seededStreams), seededStore, seededRest)
}

// destinations returns what may be mapped into, with the types that fit, the
// required ones first.
func destinations(r schemaRef) []column {
	class, groups, events := "", []string(nil), false
	var fields []field
	if r.seeded != nil {
		class, groups, events = r.seeded.class, r.seeded.groups, r.seeded.class == "event"
	} else {
		b := r.body()
		class, groups, fields, events = b.class, b.groups, b.all(), b.areEvents()
	}
	prefix := "_{TENANT_ID}."
	out := []column{{"_id", "string"}}
	if class == "" { // a table
		prefix, out = "", nil
	}
	if events {
		out = append(out, column{"timestamp", "date-time"}, column{"eventType", "string"})
	}
	for _, g := range groups {
		out = append(out, groupFields[g]...)
	}
	for _, f := range fields {
		if f.isOpen() {
			out = append(out, column{prefix + f.path, f.typ})
		}
	}
	return out
}

// isOpen reports whether a column of the field's type fits, whatever its values are.
func (f field) isOpen() bool {
	return slices.Contains(columnTypes, f.typ) && len(f.enum) == 0 && f.pattern == "" && f.minimum == nil &&
		f.maximum == nil
}

var columnTypes = []string{"string", "boolean", "integer", "long", "double", "date", "date-time"}

// groupFields are standard fields, by field group.
var groupFields = map[string][]column{
	"profile-person-details": {
		{"person.name.firstName", "string"}, {"person.name.lastName", "string"}, {"person.name.fullName", "string"}, {"person.birthDate", "date"},
	},
	"profile-personal-details": {{"personalEmail.address", "string"}, {"homeAddress.city", "string"}, {"homeAddress.postalCode", "string"}},
	"profile-work-details":     {{"workAddress.city", "string"}},
	"profile-loyalty-details":  {{"loyalty.tier", "string"}},
}

var classGroups = map[string][]string{
	"profile": {"profile-person-details", "profile-personal-details", "profile-work-details", "profile-loyalty-details", "profile-preferences-details"},
	"own":     {"identitymap"},
	"event":   {"experienceevent-commerce", "experienceevent-channel", "experienceevent-environment-details", "experienceevent-application"},
}
