// Package schemas is the file format: Go types that are the one source of the
// JSON Schema which editors read and the compiler checks against.
//
// In: nothing. Out: types, and the schema generated from them. Law: a document
// is accepted by the schema exactly when the strict decoder of the compiler
// accepts it.
//
// Tags: `yaml` names a key, as in every YAML library; `jsonschema` limits its
// value; `key:"true"` marks the member that takes the key of a mapping that is
// written `key: value`; `short:"true"` marks the member that takes a bare value.
package schemas

//go:generate go -C gen run .

// The kinds of documents.
const (
	KindDataflow   = "Dataflow"
	KindConnection = "Connection"
	KindSchema     = "Schema"
	KindDataset    = "Dataset"
	KindFieldGroup = "FieldGroup"
	KindClass      = "Class"
	KindDataType   = "DataType"
	KindNamespace  = "Namespace"
)

// Kinds returns every kind of document, the default first.
func Kinds() []string {
	return []string{
		KindDataflow, KindConnection, KindSchema, KindDataset, KindFieldGroup, KindClass, KindDataType, KindNamespace,
	}
}

// Dataflow brings data into one dataset: on a schedule a table of a database,
// files, or the records of a self-serve source, or a stream as it comes.
type Dataflow struct {
	// What the document describes. A document without kind is a Dataflow.
	Kind string `yaml:"kind,omitempty" jsonschema:"enum=Dataflow,default=Dataflow"`
	// Name of the dataflow in this project and in the lockfile: lower-case letters, digits and dashes. Renaming it
	// needs lifecycle.movedFrom.
	Name string `yaml:"name" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63,example=customers"`
	// Name of the dataflow on the platform. Default: the name.
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1,example=Customers from the CRM"`
	// Description of the dataflow on the platform.
	Description string `yaml:"description,omitempty"`
	// Data usage labels of the dataflow, such as C12. A client without them does not see it.
	Labels []string `yaml:"labels,omitempty" jsonschema:"example=C12"`
	// The database that the table is in. A dataflow reads either a table or files.
	Database Database `yaml:"database,omitempty"`
	// Path of the table as the connector lists it, such as schema.table.
	Table string `yaml:"table,omitempty" jsonschema:"minLength=1,example=public.customers"`
	// The files to read instead of a table.
	Files *Files `yaml:"files,omitempty"`
	// The self-serve source to read instead of a table, such as stripe.
	Rest *Rest `yaml:"rest,omitempty"`
	// The stream to read instead of a table, such as an event hub. It has neither schedule nor options.
	Stream *Stream `yaml:"stream,omitempty"`
	// Columns to bring in and their types, in order. Default: all columns, of types that are not checked. Columns of
	// files and streams are checked here and not sent; those of JSON, Parquet files, and streams are paths such as
	// address.city or items[].sku.
	Columns Columns `yaml:"columns,omitempty" jsonschema:"minProperties=1"`
	// Rows of the table to read, such as city == "Lund" and not isNull(email). Only some connectors support it.
	Filter *Filter `yaml:"filter,omitempty" jsonschema:"example=amount > 10"`
	// The schema and the dataset that the data go into.
	Target Target `yaml:"target"`
	// What each field of the target schema gets: XDM path, then a column or a Data Prep expression. Required unless
	// the dataflow is a draft or reads a stream of XDM data.
	Mappings Mappings `yaml:"mappings,omitempty" jsonschema:"minProperties=1"`
	// How the mapping set is called on the platform; or, instead of mappings, the set of another dataflow.
	MappingSet *MappingSet `yaml:"mappingSet,omitempty"`
	// Whether the source says which rows were inserted, updated, or deleted. It needs a relational schema. Only some
	// connectors support it.
	CDC bool `yaml:"cdc,omitempty"`
	// Column that identifies new and changed rows of a table. Required for every schedule but once, unless cdc is true.
	// Files have none: the time of their last change decides.
	Delta *Delta `yaml:"delta,omitempty"`
	// When and how often the source is read. Required unless the dataflow is a draft or reads a stream.
	Schedule Schedule `yaml:"schedule,omitempty"`
	// How strict ingestion is.
	Options *Options `yaml:"options,omitempty"`
	// How old the data may be before `aepflow status` warns or fails. Not for one-time dataflows, drafts, and streams.
	Freshness *Freshness `yaml:"freshness,omitempty"`
	// Whether the dataflow runs. A draft is stored with its source and target, changes in place, and never runs; it
	// needs neither mappings nor schedule. A published dataflow cannot become a draft again.
	State string `yaml:"state,omitempty" jsonschema:"enum=enabled,enum=disabled,enum=draft,default=enabled"`
	// How aepflow treats the dataflow when it changes or goes away.
	Lifecycle *Lifecycle `yaml:"lifecycle,omitempty"`
	// Rows and the records that the mappings should make of them, for `aepflow test`. Nothing of them is sent.
	Tests     Tests `yaml:"tests,omitempty"`
	PerTarget `yaml:",inline"`
}

// Columns are the columns of a table or of files, in order.
type Columns []Column

// Column is one column: its type, or an object that has it.
type Column struct {
	Name string `yaml:"-" key:"true"`
	// Type of the column's values. Lists, such as string[], occur in JSON and Parquet files.
	Type string `yaml:"type" short:"true" values:"column-types"`
	// Type of the column in the source, in the source's own words. Some connectors need it, such as
	// microsoft-dynamics.
	OriginalType string `yaml:"originalType,omitempty" jsonschema:"minLength=1,example=int"`
}

// ColumnTypes returns the words for types of columns, those of lists last.
func ColumnTypes() []string {
	words := []string{"string", "boolean", "integer", "long", "double", "date", "date-time"}
	for _, word := range words[:len(words):len(words)] {
		words = append(words, word+"[]")
	}
	return words
}

// Target says where the data go.
type Target struct {
	// The target schema: its $id on the platform, the name of a Schema document, or an object that creates one.
	Schema SchemaRef `yaml:"schema"`
	// The target dataset: its id on the platform, the name of a Dataset document, or an object that creates one.
	Dataset DatasetRef `yaml:"dataset"`
	// Name of the target connection on the platform. Default: the dataflow's title and "target".
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1"`
	// Description of the target connection on the platform.
	Description string `yaml:"description,omitempty"`
}

// Mappings say what each field of the target schema gets, in order.
type Mappings []Mapping

// Mapping fills one field of the target schema from a column, an expression or
// a constant. A bare value that names a column is that column, any other is a
// Data Prep expression. Without columns, a bare path such as name, a.b[0].c, or
// ${any name} is an attribute of the source.
type Mapping struct {
	Destination string `yaml:"-" key:"true"`
	From        string `yaml:"-" short:"true"`
	// A column of the source, or a path in it.
	Source string `yaml:"source,omitempty" jsonschema:"minLength=1"`
	// A Data Prep expression over the columns of the source.
	Expression string `yaml:"expression,omitempty" jsonschema:"minLength=1,maxLength=4096,example=lower(email)"`
	// A constant.
	Value *Constant `yaml:"value,omitempty"`
	// Name of the mapping on the platform.
	Name string `yaml:"name,omitempty" jsonschema:"minLength=1"`
	// Description of the mapping on the platform.
	Description string `yaml:"description,omitempty"`
}

// MappingSet names the mapping set on the platform, or one that another dataflow has.
type MappingSet struct {
	// Name of the mapping set. Default: the dataflow's title (of a one-time dataflow its table) and "mapping".
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1"`
	// Id of a mapping set that exists, instead of mappings. It is read and not owned: the dataflow uses it as it is.
	ID string `yaml:"id,omitempty" jsonschema:"minLength=1,example=a25b22c14b7a8cb4377f70db5ecc8408"`
	// Version of that mapping set. Required with id.
	Version *int64 `yaml:"version,omitempty" jsonschema:"minimum=0"`
}

// Delta is the column by which each run finds what is new.
type Delta struct {
	// A column of type date or date-time that grows with every change of a row.
	Column string `yaml:"column" short:"true" jsonschema:"minLength=1"`
	// Pattern of the column's values in Java letters.
	DateFormat string `yaml:"dateFormat,omitempty" jsonschema:"minLength=1,example=yyyy-MM-dd HH:mm:ss"`
	// Time zone of the column's values. The platform expects UTC.
	Timezone string `yaml:"timezone,omitempty" jsonschema:"minLength=1,default=UTC"`
}

// Schedule says when and how often the source is read.
type Schedule struct {
	// Unit of the interval. With once the source is read a single time.
	Frequency string `yaml:"frequency" jsonschema:"enum=once,enum=minute,enum=hour,enum=day,enum=week"`
	// How many units lie between two runs: at least 15 for minute, at least 1 for hour, day and week; absent for once.
	Interval *int64 `yaml:"interval,omitempty" jsonschema:"minimum=1,maximum=1000000,example=15"`
	// First run, as RFC 3339 time or epoch seconds. Default: a minute after the dataflow is created.
	StartTime *Instant `yaml:"startTime,omitempty"`
	// Whether the first run reads what is older than the start: rows, or all files below the path. Default: true;
	// absent for once.
	Backfill *bool `yaml:"backfill,omitempty"`
}

// Options say how strict ingestion is.
type Options struct {
	// Share of rows in percent that may fail before a run counts as failed.
	PartialIngestionPercent *float64 `yaml:"partialIngestionPercent,omitempty" jsonschema:"exclusiveMinimum=0,maximum=100,example=10"`
	// Whether failed rows are kept with their errors.
	ErrorDiagnosticsEnabled *bool `yaml:"errorDiagnosticsEnabled,omitempty"`
}

// Freshness says how long after the end of its last successful run a dataflow needs attention. It is never sent.
type Freshness struct {
	// Time after which `aepflow status` warns: minutes, hours, or days.
	WarnAfter string `yaml:"warnAfter,omitempty" jsonschema:"pattern=^[1-9][0-9]*[mhd]$,maxLength=6,example=2h"`
	// Time after which `aepflow status` calls it stale and exits with 2.
	ErrorAfter string `yaml:"errorAfter,omitempty" jsonschema:"pattern=^[1-9][0-9]*[mhd]$,maxLength=6,example=6h"`
}

// Lifecycle says how aepflow treats an object when it changes or goes away.
type Lifecycle struct {
	// Refuse every plan that would remove or replace it.
	Protect bool `yaml:"protect,omitempty"`
	// Whether the dataflow was taken over as it is: what the platform once accepted and would refuse today, such as an
	// interval under 15 minutes, is then a note. Such a dataflow is updated, but never created or replaced.
	Adopted bool `yaml:"adopted,omitempty"`
	// Its name before it was renamed. Documents may exchange names, and another one may use the old name in the same
	// change.
	MovedFrom string `yaml:"movedFrom,omitempty" jsonschema:"pattern=^[a-z0-9]([a-z0-9-]*[a-z0-9])?$,maxLength=63"`
	// What a replacement does to the data of a dataflow that has started: backfill reads history again (duplicates
	// possible), continue starts at the cut-over (gap possible). A one-time dataflow cannot continue. For a stream, either
	// accepts the replacement, and its reset decides.
	OnReplace string `yaml:"onReplace,omitempty" jsonschema:"enum=backfill,enum=continue"`
	// Objects of this document that exist on the platform already: their IDs, by kind, or by address for descriptors, such
	// as label.people-crm-id. They are taken over instead of created, a dataflow together with its own source, target, and
	// mapping set. The tenant may be written {TENANT_ID}. The Profile tag, union, has the ID of its schema, and
	// datasetlabels that of the dataset.
	Import Imports `yaml:"import,omitempty"`
	// Fields that others may change on the platform, as plan and drift print them, after the kind of object. Such a change
	// is neither drift nor a conflict, and plan --refresh does not undo it. A new object gets the documented value, and so
	// does an object whose document changes there.
	IgnoreChanges []IgnoredChange `yaml:"ignoreChanges,omitempty"`
}

// IgnoredChange is a field that others may change.
type IgnoredChange struct {
	// Kind of object and field.
	Path string `yaml:"path" short:"true" jsonschema:"minLength=1,example=flow.scheduleParams.interval"`
	// Why others may change it, for people.
	Reason string `yaml:"reason,omitempty" jsonschema:"minLength=1"`
	// Last day on which they may, in UTC. From the next day, the field counts again, and a plan has a warning.
	Until string `yaml:"until,omitempty" jsonschema:"pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$,example=2027-03-31"`
}

// Imports are objects to take over, in order.
type Imports []Imported

// Imported is one object to take over: its id, or an object that has it.
type Imported struct {
	Kind string `yaml:"-" key:"true"`
	// Id of the object on the platform.
	ID string `yaml:"id" short:"true" jsonschema:"minLength=1,example=2edc08ac-4df5-4fe6-936f-81a19ce92f5c"`
}
