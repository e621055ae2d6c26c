package resource

import (
	"slices"

	"github.com/aepflow/aepflow/internal/specs"
)

// The table of kinds says where each kind of object is on the platform, how it is
// created, updated, and deleted, and what a change of each of its fields leads to.
// The planner has no field names of its own.
//
// The order in which objects are created (and, reversed, deleted):
//
//	connection ───────────────► source ─┐
//	fieldgroup ─► schema ─┬─► mapping ──┤
//	                      ├─► key ─────────────────► dataset ─► target
//	                      ├─► descriptor ─► union ─► dataset ─► target
//	                      └───────────────► dataset ─► target ─┤
//	                                                           └─► flow
//	schema ─┬─► descriptor of the other schema ─┐
//	        ├─► reference ──────────────────────┴─► relationship
//	        └─► display, deprecated, label
//	datatype ─► class ─► fieldgroup
//	class ─► schema
//	dataset, and all that uses it ─► datasetlabels
//	namespace ─► descriptor, reference, relationship
//
// Marks like §2.4 name the sections of the platform's behavior as described
// in docs/platform.md.

// Behavior is what a change of a field leads to.
type Behavior uint8

// The behaviors of fields.
const (
	InPlace         Behavior = iota // the object is updated
	Action                          // an action call (enable, disable), never a PATCH
	WriteOnly                       // holds secrets: compared by their hashes, and sent whole
	Additive                        // may be added to; removing or retyping is refused
	RequiresReplace                 // the object is replaced
	Immutable                       // refused: neither an update nor a replacement is safe
)

// While narrows InPlace to a time in a dataflow's life; outside it the field
// is RequiresReplace.
type While uint8

// The conditions of InPlace.
const (
	Always      While = iota
	Recurring         // only a flow whose frequency is not once
	BeforeStart       // only until the start of the schedule has passed
	Draft             // only while it is a draft
)

// Trait is a row of the table: what a change of one field, or of any below it, leads to.
type Trait struct {
	Field string // pattern: a path where [] matches any element and * any member
	Does  Behavior
	While While
	Why   string // the reason, a fact of the platform
}

// UpdateStyle is how a kind takes changes.
type UpdateStyle uint8

// The styles of updates.
const (
	NoUpdate   UpdateStyle = iota
	PatchMatch             // JSON Patch with If-Match (Flow Service, §2.3, §2.4)
	PatchPlain             // JSON Patch without If-Match (Schema Registry)
	PatchTyped             // JSON Patch with If-Match and its own media type (Catalog)
	PutWhole               // the whole object (mapping sets, descriptors, field groups)
	PutMatch               // the whole object with If-Match (labels of datasets)
)

// AnswerStyle is how the answer to a create call names the new object.
type AnswerStyle uint8

// The styles of answers.
const (
	AnswerIDEtag     AnswerStyle = iota // {"id","etag"} (Flow Service)
	AnswerRegistry                      // {"$id","version"} (schemas, field groups)
	AnswerDescriptor                    // {"@id"}
	AnswerDataset                       // ["@/dataSets/ID"], etag in a header of GET
	AnswerMapping                       // {"id","version"}
	AnswerNamespace                     // {"id"}, a number
	AnswerLabels                        // {"labels"}: the ID is that of the dataset
)

// Spec describes one kind.
type Spec struct {
	Kind        Kind
	Noun        string // in sentences: "source connection"
	Collection  string // path to POST to; an item is Collection/ID
	Update      UpdateStyle
	Answer      AnswerStyle
	Traits      []Trait
	Title       string            // path of the name that no other object may have
	OnePer      []string          // members of which no two objects of the kind have the same values
	Keys        map[string]string // list pattern → the member that identifies an element
	Loose       []string          // patterns whose lists compare without order
	Sets        []string          // members whose lists do so at any depth
	Labels      []string          // members that are free to change below an Additive field
	Free        []string          // members that change freely at any depth there, and are not names of fields
	Narrowing   []string          // members that may not be added to what exists below an Additive field
	KeepsData   bool              // holds or shapes data: never removed without --allow-data-loss
	Versioned   bool              // an update gives a new ${….version}
	Of          string            // belongs to the object that the field refers to, and has the ID of that
	Tag         bool              // is a tag on the object that it belongs to: it has no content of its own
	Item        string            // what follows the ID in the path of an object
	Kept        []string          // members of others, which a call that replaces the whole sends as they are
	Frequency   string            // path of the schedule's frequency
	Interval    string            // path of the schedule's interval
	StartTime   string            // path of the schedule's start
	Backfill    string            // path of the switch that reads history
	Cosmetic    []string          // fields without effect on the data
	State       string            // path of the field that action calls change
	ReplaceWith []string          // fields whose targets are replaced when this is (the trio)
	Parts       []Kind            // what an object of this kind has for itself alone, and is taken over with it
	Identifying []string          // fields that a renamed object keeps, those of them that it has
	Identity    []string          // further fields that tell apart objects of one name; [0] is the first element
	Reads       string            // field that says which connection this reads
	Switched    []string          // lists that are off before they get another value that is on
	Late        []string          // members that a create does not take: an update call after it sets them
	MergedAt    string            // path whose items take values of Late members merged into what is there
	Hides       string            // member with labels: a client without them does not see the object
	Expires     string            // path of the period after which rows are deleted, in a Late member
	Stops       bool              // must be disabled before it is deleted
	Types       []string          // values of @type that the descriptors of this kind have
	Describes   bool              // describes what holds data: stays with it, unless no document has it any more
	Permanent   bool              // the platform has no call that deletes it: a removal forgets it
	SharedBy    string            // member with which projects share an object: one that has it is taken over
	Part        bool              // schemas are made of it, perhaps some that no document knows: a removal forgets it
	Fixed       string            // member that such an object must have the same value of
}

// What the members of fields are in the kinds that define any: see Spec.
var (
	fieldSets      = []string{"enum", "required"}
	fieldLabels    = []string{"title", "description", "default"}
	fieldFree      = []string{"meta:enum", "meta:status"}
	fieldNarrowing = []string{"enum", "format", "maximum", "maxLength", "minimum", "minLength", "pattern", "required"}
)

var kinds = map[Kind]*Spec{
	Connection: {
		Kind: Connection, Noun: "base connection", Collection: specs.FlowService + "/connections",
		Update: PatchMatch, Answer: AnswerIDEtag,
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"auth.params", WriteOnly, Always, "credentials are replaced as one object, secrets included"},
			{"auth.specName", RequiresReplace, Always, "another way to sign in needs another connection"},
			{"connectionSpec", RequiresReplace, Always, "the connector of a connection cannot change (FLOW-1414-400)"},
		},
		Identity: []string{"connectionSpec.id"},
	},
	Namespace: {
		Kind: Namespace, Noun: "identity namespace", Collection: specs.Namespaces,
		Update: PutWhole, Answer: AnswerNamespace, Permanent: true, SharedBy: "code", Fixed: "idType",
		Identity: []string{"code"},
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"code", Immutable, Always, "identities refer to a namespace by its code, which is fixed"},
			{"idType", Immutable, Always, "the type of a namespace is fixed"},
		},
	},
	DataType: {
		Kind: DataType, Noun: "data type", Collection: specs.SchemaRegistry + "/tenant/datatypes",
		Update: PutWhole, Answer: AnswerRegistry, KeepsData: true, Title: "title", Part: true,
		Traits: []Trait{
			{"title", InPlace, Always, "titles and descriptions may change at any time"},
			{"description", InPlace, Always, "titles and descriptions may change at any time"},
			{"properties", Additive, Always, "fields may be added to a data type in use, never removed or retyped"},
			{"required", Additive, Always, "records that have no value stay valid"},
			{"type", Immutable, Always, "a data type of a document is an object"},
		},
		Sets: fieldSets, Labels: fieldLabels, Free: fieldFree, Narrowing: fieldNarrowing,
	},
	Class: {
		Kind: Class, Noun: "class", Collection: specs.SchemaRegistry + "/tenant/classes",
		Update: PutWhole, Answer: AnswerRegistry, KeepsData: true, Title: "title", Part: true,
		Traits: []Trait{
			{"title", InPlace, Always, "titles and descriptions may change at any time"},
			{"description", InPlace, Always, "titles and descriptions may change at any time"},
			{"definitions", Additive, Always, "fields may be added to a class in use, never removed or retyped"},
			{"allOf", Additive, Always, "a class keeps its behavior and its fields"},
			{"type", Immutable, Always, "a class is an object"},
		},
		Keys: map[string]string{"allOf": "$ref"}, Sets: fieldSets,
		Labels: fieldLabels, Free: fieldFree, Narrowing: fieldNarrowing,
	},
	FieldGroup: {
		Kind: FieldGroup, Noun: "field group", Collection: specs.SchemaRegistry + "/tenant/fieldgroups",
		Update: PutWhole, Answer: AnswerRegistry, KeepsData: true, Versioned: true, Title: "title", Part: true,
		Traits: []Trait{
			{"title", InPlace, Always, "titles and descriptions may change at any time"},
			{"description", InPlace, Always, "titles and descriptions may change at any time"},
			{"definitions", Additive, Always, "fields may be added to a schema in use, never removed or retyped"},
			{"meta:intendedToExtend", Additive, Always, "a field group keeps the classes it extends"},
			{"allOf", Immutable, Always, "the field group's own definitions are its content"},
			{"type", Immutable, Always, "a field group is an object"},
		},
		Keys:  map[string]string{"allOf": "$ref"},
		Loose: []string{"meta:intendedToExtend"}, Sets: fieldSets,
		Labels: fieldLabels, Free: fieldFree, Narrowing: fieldNarrowing,
	},
	Schema: {
		Kind: Schema, Noun: "schema", Collection: specs.SchemaRegistry + "/tenant/schemas",
		Update: PatchPlain, Answer: AnswerRegistry, KeepsData: true, Title: "title",
		Traits: []Trait{
			{"title", InPlace, Always, "titles and descriptions may change at any time"},
			{"description", InPlace, Always, "titles and descriptions may change at any time"},
			{"allOf", Additive, Always, "field groups may be added to a schema in use, never removed"},
			{"definitions", Additive, Always, "fields may be added to a schema in use, never removed or retyped"},
			{"meta:extends", Immutable, Always, "a schema stays relational, or stays with its class"},
			{"meta:behaviorType", Immutable, Always, "rows stay records, or stay events"},
			{"type", Immutable, Always, "a schema is an object"},
		},
		Keys: map[string]string{"allOf": "$ref"}, Sets: fieldSets, Identity: []string{"allOf[0]"}, // the class
		Labels: fieldLabels, Free: fieldFree, Narrowing: fieldNarrowing,
	},
	Descriptor: identityDescriptor, ReferenceIdentity: referenceIdentity, Relationship: relationshipDescriptor,
	Display: displayName, Deprecated: deprecation,
	Label: usageLabels, Key: keyDescriptor,
	Union: {
		Kind: Union, Noun: "Profile tag", Collection: specs.SchemaRegistry + "/tenant/schemas",
		Update: NoUpdate, Answer: AnswerRegistry, KeepsData: true, Of: "schemaId", Tag: true,
		Traits: []Trait{
			{"schemaId", RequiresReplace, Always, "the tag belongs to its schema"},
			{"tag", Immutable, Always, "taking part in Profile cannot be undone"},
		},
	},
	Dataset: {
		Kind: Dataset, Noun: "dataset", Collection: specs.Catalog + "/dataSets",
		Update: PatchTyped, Answer: AnswerDataset, KeepsData: true,
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"tags.*", InPlace, Always, "each tag on its own: the platform keeps tags of its own beside ours"},
			{"enableErrorDiagnostics", InPlace, Always, "a setting of later batches"},
			{"extensions.adobe_lakeHouse.rowExpiration", InPlace, Always, "rows that are older are deleted for good"},
			{"schemaRef", RequiresReplace, Always, "data keep the schema that they were written with"},
			{"fileDescription", RequiresReplace, Always, "data keep the format that they were written in"},
		},
		Switched: []string{"tags.unifiedProfile", "tags.unifiedIdentity"},
		Late:     []string{"extensions"}, MergedAt: specs.Catalog + "/v2/dataSets", Expires: RowExpiration,
		Identity: []string{"schemaRef.id"},
	},
	DatasetLabels: {
		Kind: DatasetLabels, Noun: "set of dataset labels", Collection: specs.DatasetService + "/datasets", Item: "/labels",
		Update: PutMatch, Answer: AnswerLabels, Of: "datasetId", Kept: []string{"optionalLabels"}, Describes: true,
		Hides: "labels", Loose: []string{"labels"},
		Traits: []Trait{
			{"datasetId", RequiresReplace, Always, "labels belong to their dataset"},
			{"labels", InPlace, Always, "labels may change at any time: policies apply what is there"},
		},
	},
	Source: {
		Kind: Source, Noun: "source connection", Collection: specs.FlowService + "/sourceConnections",
		Update: PatchMatch, Answer: AnswerIDEtag,
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"baseConnectionId", RequiresReplace, Always, "a running flow does not see a changed source connection"},
			{"data", InPlace, Draft, "a running flow does not see a changed source connection"},
			{"params", InPlace, Draft, "a running flow does not see a changed source connection"},
			{"state", Action, Always, "a draft is published by an action call"},
			{"connectionSpec", RequiresReplace, Always, "the connector of a connection cannot change (FLOW-1414-400)"},
		},
		Keys: map[string]string{"params.columns": "name"}, Reads: "baseConnectionId", State: "state",
		Identifying: []string{
			"params.tableName", "params.path", "params.stream", "params.eventHubName", "params.subscriptionName",
		},
		Identity: []string{"baseConnectionId", "connectionSpec.id"},
	},
	Target: {
		Kind: Target, Noun: "target connection", Collection: specs.FlowService + "/targetConnections",
		Update: PatchMatch, Answer: AnswerIDEtag, State: "state", Identity: []string{"params.dataSetId"},
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"data", InPlace, Draft, "a running flow does not see a changed target connection"},
			{"params", InPlace, Draft, "a running flow does not see a changed target connection"},
			{"state", Action, Always, "a draft is published by an action call"},
			{"connectionSpec", RequiresReplace, Always, "the connector of a connection cannot change (FLOW-1414-400)"},
		},
	},
	Mapping: {
		Kind: Mapping, Noun: "mapping set", Collection: specs.DataPrep + "/mappingSets",
		Update: PutWhole, Answer: AnswerMapping, Versioned: true,
		Traits: []Trait{
			{"name", InPlace, Always, "a new version of the mapping set"},
			{"mappings", InPlace, Always, "a new version of the mapping set; the flow is moved to it"},
			{"outputSchema", RequiresReplace, Always, "a mapping set belongs to its target schema"},
		},
		Keys: map[string]string{"mappings": "destination"}, Identity: []string{"outputSchema.schemaRef.id"},
	},
	Flow: {
		Kind: Flow, Noun: "dataflow", Collection: specs.FlowService + "/flows",
		Update: PatchMatch, Answer: AnswerIDEtag, Stops: true,
		Frequency: "scheduleParams.frequency", Interval: "scheduleParams.interval",
		StartTime: "scheduleParams.startTime", Backfill: "scheduleParams.backfill",
		State: "state", Cosmetic: []string{"name", "description", "labels"},
		Late: []string{"labels"}, Hides: "labels", Loose: []string{"labels"},
		ReplaceWith: []string{"sourceConnectionIds", "targetConnectionIds"},
		Parts:       []Kind{Source, Target, Mapping},
		Traits: []Trait{
			{"name", InPlace, Always, "a name is free to change"},
			{"description", InPlace, Always, "a description is free to change"},
			{"flowSpec", RequiresReplace, Always, "a flow keeps its flow spec"},
			{"sourceConnectionIds", RequiresReplace, Always, "a running flow keeps its source connection"},
			{"targetConnectionIds", RequiresReplace, Always, "a running flow keeps its target connection"},
			{"transformations", InPlace, Draft, "a flow keeps its transformations"},
			{"transformations[Copy]", InPlace, Draft, "the delta column of a flow is fixed once set (1382-400)"},
			{"transformations[Encryption]", InPlace, Draft, "a flow keeps the keys of its files"},
			{"transformations[Mapping].params.mappingId", InPlace, Recurring,
				"later runs use the new mapping; a one-time flow and that of a stream keep their own"},
			{"transformations[Mapping].params.mappingVersion", InPlace, Recurring,
				"later runs use the new version; a one-time flow and that of a stream keep their own"},
			{"scheduleParams", InPlace, Draft, "a flow keeps its schedule"},
			{"scheduleParams.frequency", InPlace, Recurring, "a one-time flow cannot be rescheduled"},
			{"scheduleParams.interval", InPlace, Recurring, "a one-time flow cannot be rescheduled"},
			{"scheduleParams.startTime", InPlace, BeforeStart, "the start is frozen once it has passed (1366-400)"},
			{"scheduleParams.backfill", InPlace, BeforeStart, "backfill is frozen once the start has passed (1404-400)"},
			{"options", InPlace, Always, "ingestion options apply to later runs"},
			{"state", Action, Always, "enable and disable are action calls, never a PATCH"},
			{"labels", InPlace, Always, "labels may change at any time; a client without them does not see the dataflow"},
		},
		Keys:     map[string]string{"transformations": "name"},
		Identity: []string{"flowSpec.id", "sourceConnectionIds", "targetConnectionIds"},
	},
}

// RowExpiration is the path of the period after which Catalog deletes the rows of a dataset.
const RowExpiration = "extensions.adobe_lakeHouse.rowExpiration.ttlValue"

// The values that switch a list of Spec.Switched on and off. Catalog takes another
// value that is on only while both tags of Profile are off. A tag that is removed is
// switched off: its absence changes nothing.
const (
	SwitchedOn  = "enabled:true"
	SwitchedOff = "enabled:false"
)

// SpecOf returns the description of a kind. It panics on a kind that is not one of
// this package's constants.
func SpecOf(k Kind) *Spec {
	s, ok := kinds[k]
	if !ok {
		panic("resource: unknown kind " + string(k))
	}
	return s
}

// TraitOf returns the row of a field: the longest pattern that the path is at or
// below. A field without a row is RequiresReplace, which is always safe. The path is
// that of the whole that the row describes, which a patch sets as one.
func (s *Spec) TraitOf(p Path) (Trait, Path) {
	best, found := 0, Trait{Does: RequiresReplace, Why: "nothing is known about changing this field"}
	for _, t := range s.Traits {
		if n, ok := matchPrefix(t.Field, p); ok && n > best {
			best, found = n, t
		}
	}
	return found, p[:best]
}

// RulesBelow reports whether the table has rows for members of the object at p, at any
// depth, and none for the object itself.
func (s *Spec) RulesBelow(p Path) bool {
	if len(p) == 0 || p[len(p)-1].Sort != FieldStep {
		return false
	}
	below := false
	for _, t := range s.Traits {
		if _, ok := matchPrefix(t.Field, p); ok {
			return false
		}
		for i := range len(t.Field) {
			if t.Field[i] != '.' || below {
				continue
			}
			n, ok := matchPrefix(t.Field[:i], p)
			below = ok && n == len(p)
		}
	}
	return below
}

// KeyOf returns the member that identifies the elements of the list at p; "" for the
// texts of a list whose order means nothing, which identify themselves.
func (s *Spec) KeyOf(p Path) (string, bool) {
	for pattern, key := range s.Keys {
		if n, ok := matchPrefix(pattern, p); ok && n == len(p) {
			return key, true
		}
	}
	return "", s.IsLoose(p)
}

// IsLoose reports whether the list at p compares without regard to order.
func (s *Spec) IsLoose(p Path) bool {
	for _, pattern := range s.Loose {
		if n, ok := matchPrefix(pattern, p); ok && n == len(p) {
			return true
		}
	}
	last := len(p) - 1
	return last >= 0 && p[last].Sort == FieldStep && slices.Contains(s.Sets, p[last].Name)
}
