package resource

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Spelling is a row of the table of spellings: a field that the platform, its
// interface, or an older client may write differently with the same meaning.
// Refresh, conflicts, and lost answers compare by this table. A field without a row
// compares byte by byte, except for numbers and Booleans that come back as text.
type Spelling struct {
	Field  string              // pattern, as in Trait
	Canon  func(string) string // maps texts with one meaning to one text; nil: byte by byte
	Absent string              // the text that an absent value means; "" for none
	Unsaid bool                // an absent value equals any value
	When   string              // MEMBER=VALUE: the row only holds beside a member with that meaning
	Server func(string) bool   // elements of a list that the platform adds
	Owned  bool                // what was not applied is not there: a value on the platform is a difference
	Served bool                // the platform's own: whatever a read shows, or does not, equals the applied value
}

// Rename is a member that older objects hold under another name, both as dotted
// paths below each element of a list (or below the body when List is "").
type Rename struct{ List, From, To string }

var specVersion = Spelling{Field: "connectionSpec.version", Canon: canonVersion}

// textless says that no description is an empty one: the platform's interface
// writes "".
var textless = Spelling{Field: "description", Canon: asIs, Absent: emptyText}

// undrafted says that a source or target connection that was published with an earlier
// version may belong to a draft.
var undrafted = Spelling{Field: "state", Unsaid: true}

// spellings is the table, by kind.
var spellings = map[Kind][]Spelling{
	Connection: {textless, specVersion},
	Namespace:  {textless, {Field: "idType", Canon: strings.ToUpper}},
	DataType:   {textless},
	Class:      {textless},
	FieldGroup: {textless},
	Schema:     {textless},
	Dataset: {
		textless,
		{Field: "schemaRef.contentType", Canon: canonMedia, Unsaid: true},
		{Field: "tags.unifiedProfile", Server: isStamp},
		{Field: "tags.unifiedIdentity", Server: isStamp},
		{Field: "tags.*", Canon: withoutSpaces},
		{Field: RowExpiration, Canon: canonPeriod, Absent: emptyText},
	},
	Source: {
		textless, specVersion, undrafted,
		{Field: "data.properties.columnDelimiter", Absent: ","},
		{Field: "data.properties.encoding", Canon: strings.ToUpper, Absent: "UTF-8"},
		{Field: "data.properties.compressionType", Absent: emptyText, Owned: true},
		{Field: "params.filters", Owned: true}, // without one, all rows are read
		{Field: "params.cdcEnabled", Canon: strings.ToLower, Absent: "false", Owned: true},
		{Field: "params.reset", Canon: strings.ToLower, Absent: "earliest"},
		{Field: "params.consumerGroup", Absent: "$Default"},
		{Field: "params.timezoneValue", Absent: "UTC"},
		{Field: "params.recursive", Canon: strings.ToLower, Absent: "false"},
		{Field: "params.columns[].meta:xdmType", Canon: canonTime, Unsaid: true}, // xdm.format tells the two apart
		{Field: "params.columns[].xdm.minimum", Canon: canonBound, Absent: "-2147483648", Served: true},
		{Field: "params.columns[].xdm.maximum", Canon: canonBound, Absent: "2147483647", Served: true},
	},
	DatasetLabels: {
		{Field: "datasetId", Served: true}, // the path names it
	},
	Target: {
		textless, specVersion, undrafted,
		{Field: "data.schema", Unsaid: true}, // the dataset's schema decides
		{Field: "data.schema.version", Canon: canonMedia, Unsaid: true},
	},
	Mapping: {
		{Field: "outputSchema.schemaRef.contentType", Canon: canonMedia, Unsaid: true},
		{Field: "mappings[].sourceType", Canon: canonSourceType, Absent: "ATTRIBUTE"},
		{Field: "mappings[].source", Canon: AttributeName, When: "sourceType=ATTRIBUTE"},
		{Field: "mappings[].name", Absent: emptyText, Owned: true}, // a set is sent as a whole
		{Field: "mappings[].description", Absent: emptyText, Owned: true},
	},
	Flow: {
		textless,
		{Field: "flowSpec.version", Canon: canonVersion},
		{Field: "scheduleParams.frequency", Canon: strings.ToLower},
		{Field: "scheduleParams.backfill", Canon: strings.ToLower, Absent: "true"},
		{Field: "transformations[Copy].params.deltaColumn.timezone", Canon: asIs, Absent: "UTC"},
		{Field: "transformations[Mapping].params.mappingVersion", Canon: asIs, Absent: "0"},
	},
}

// renames is the table of older names, by kind.
var renames = map[Kind][]Rename{
	Target: {
		{From: "params.datasetId", To: "params.dataSetId"},
		{From: "data.schema.schemaId", To: "data.schema.id"},
	},
	Mapping: {
		{From: "outputSchemaRef.id", To: "outputSchema.schemaRef.id"},
		{From: "outputSchemaRef.contentType", To: "outputSchema.schemaRef.contentType"},
		{From: "xdmSchema", To: "outputSchema.schemaRef.id"},
		{List: "mappings", From: "sourceAttribute", To: "source"},
		{List: "mappings", From: "destinationXdmPath", To: "destination"},
	},
}

// emptyText means "" in Absent, where "" means that there is no such text.
const emptyText = "\x00"

func asIs(s string) string { return s }

func withoutSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

// canonVersion drops trailing zeros of a version: 1.0 is 1.
func canonVersion(s string) string {
	for strings.HasSuffix(s, ".0") {
		s = strings.TrimSuffix(s, ".0")
	}
	return s
}

var schemaMedia = regexp.MustCompile(
	`^application/vnd\.adobe\.xed(?:-full)?(?:-(?:notext|desc))?\+json(?: *; *version=([0-9.]+))?$`)

// canonMedia is the version of a schema that a media type names: how much of the
// schema a read would show does not matter to what refers to it. Mapping sets of
// older clients have the bare version in the place of the media type.
func canonMedia(s string) string {
	m := schemaMedia.FindStringSubmatch(s)
	switch {
	case m == nil:
		return canonVersion(s)
	case m[1] == "":
		return "1"
	}
	return canonVersion(m[1])
}

func canonTime(s string) string {
	if s == "date" {
		return "date-time"
	}
	return s
}

// canonBound corrects the bounds of a long that are off by one in older objects.
func canonBound(s string) string {
	switch s {
	case "9007199254740992":
		return "9007199254740991"
	case "-9007199254740992":
		return "-9007199254740991"
	}
	return s
}

// canonSourceType maps the media types that Data Prep answers with to the words
// that it is sent.
func canonSourceType(s string) string {
	switch s {
	case "text/x.schema-path":
		return "ATTRIBUTE"
	case "text/x.aep-xl":
		return "EXPRESSION"
	case "text/plain":
		return "STATIC"
	}
	return s
}

// AttributeName is the name of the column that an attribute's path names: with
// or without ${…}, with or without an escape before a dot.
func AttributeName(s string) string {
	if inner, ok := strings.CutPrefix(s, "${"); ok && strings.HasSuffix(inner, "}") {
		s = strings.TrimSuffix(inner, "}")
	}
	return strings.ReplaceAll(s, `\.`, ".")
}

// canonPeriod is the one spelling of a period: P12M is P1Y.
func canonPeriod(s string) string {
	p, ok := specs.ParsePeriod(s)
	if !ok {
		return s
	}
	return "P" + strconv.Itoa(p.Months) + "M" + strconv.Itoa(p.Days) + "D"
}

// stamp matches what the platform notes in a tag that it acts on, such as
// enabledAt:2024-11-05 12:33:59.
var stamp = regexp.MustCompile(`^[a-zA-Z]+At:`)

func isStamp(s string) bool { return stamp.MatchString(s) }

// spellingAt returns the row for a field whose siblings are in parent.
func (s *Spec) spellingAt(at Path, parent Value) Spelling {
	for _, row := range spellings[s.Kind] {
		n, ok := matchPrefix(row.Field, at)
		below := strings.HasSuffix(row.Field, ".*") && n == len(at)-1 // an element of a tag
		if !ok || n != len(at) && !below {
			continue
		}
		if member, want, limited := strings.Cut(row.When, "="); limited {
			v, _ := parent.Get(member)
			if s.spellingAt(at[:len(at)-1].Field(member), Value{}).canon(v.Text) != want {
				continue
			}
		}
		return row
	}
	return Spelling{}
}

func (r Spelling) canon(text string) string {
	if r.Canon == nil {
		return text
	}
	return r.Canon(text)
}

// owned returns the members of the object at a path that compare although they were
// not applied.
func (s *Spec) owned(at Path) []string {
	var out []string
	for _, row := range spellings[s.Kind] {
		dot := strings.LastIndexByte(row.Field, '.')
		if !row.Owned || dot < 0 {
			continue
		}
		if n, ok := matchPrefix(row.Field[:dot], at); ok && n == len(at) {
			out = append(out, row.Field[dot+1:])
		}
	}
	return out
}

// isServed reports whether a read says nothing about a field.
func (s *Spec) isServed(at Path) bool { return s.spellingAt(at, Value{}).Served }

// alike reports whether two scalars of a field mean the same. parent holds the
// field's siblings.
func (s *Spec) alike(at Path, parent, a, b Value) bool {
	if !isScalar(a) || !isScalar(b) {
		return false
	}
	if a.Text == b.Text {
		return true
	}
	row := s.spellingAt(at, parent)
	x, y := row.canon(a.Text), row.canon(b.Text)
	return x == y || (a.Kind == NumberValue || b.Kind == NumberValue) && sameNumber(x, y)
}

// standsFor reports whether a field that is absent, or null, means v. An object is as
// good as absent when all of its members are.
func (s *Spec) standsFor(at Path, parent, v Value) bool {
	row := s.spellingAt(at, parent)
	switch {
	case row.Unsaid:
		return true
	case v.Kind == ObjectValue && len(v.Fields) > 0:
		return !slices.ContainsFunc(v.Fields, func(f Field) bool { return !s.standsFor(at.Field(f.Name), v, f.Value) })
	case row.Absent == "" || !isScalar(v):
		return false
	case row.Absent == emptyText:
		return v.Kind == StringValue && v.Text == ""
	}
	return row.canon(v.Text) == row.canon(row.Absent)
}

// isNothing reports whether v is a text that says as much as its absence.
func (s *Spec) isNothing(at Path, v Value) bool {
	return v.Kind == StringValue && v.Text == "" && s.spellingAt(at, Value{}).Absent == emptyText
}

func isScalar(v Value) bool {
	return v.Kind == StringValue || v.Kind == NumberValue || v.Kind == BoolValue
}

// sameNumber reports whether two texts are one number.
func sameNumber(a, b string) bool {
	i, err1 := strconv.ParseInt(a, 10, 64)
	j, err2 := strconv.ParseInt(b, 10, 64)
	if err1 == nil && err2 == nil {
		return i == j
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x == y
}

// withoutServers leaves out the elements of a list that the platform adds, except
// those that want has.
func (s *Spec) withoutServers(at Path, want, live Value) Value {
	row := s.spellingAt(at, Value{})
	if row.Server == nil {
		return live
	}
	wanted := make(map[string]bool, len(want.Items))
	for _, item := range want.Items {
		wanted[item.Text] = true
	}
	live.Items = slices.DeleteFunc(slices.Clone(live.Items), func(v Value) bool {
		return row.Server(v.Text) && !wanted[v.Text]
	})
	return live
}

// renamed gives the members of an older object the names that they have today.
// A member that is there under both keeps the newer one.
func (s *Spec) renamed(v Value) Value {
	if s.Kind == FieldGroup || s.Kind == Class {
		v = ownDefinitions(v)
	}
	if labels, ok := v.Get("xdm:labels"); ok && s.Kind == Label {
		v = v.With("xdm:labels", plainLabels(labels))
	}
	for _, r := range renames[s.Kind] {
		if r.List == "" {
			v = rename(v, r)
			continue
		}
		list, ok := v.Get(r.List)
		if !ok {
			continue
		}
		list.Items = slices.Clone(list.Items)
		for i := range list.Items {
			list.Items[i] = rename(list.Items[i], r)
		}
		v = v.With(r.List, list)
	}
	return v
}

// ownDefinitions gives the only definitions of a field group or a class the name that lowering gives them: the
// platform's interface calls them customFields.
func ownDefinitions(v Value) Value {
	definitions, _ := v.Get("definitions")
	parts, _ := v.Get("allOf")
	if len(definitions.Fields) != 1 || definitions.Fields[0].Name != "customFields" {
		return v
	}
	for i, part := range parts.Items {
		if ref, _ := part.Get("$ref"); ref.Text == "#/definitions/customFields" {
			parts.Items = slices.Clone(parts.Items)
			parts.Items[i] = part.With("$ref", String("#/definitions/fields"))
		}
	}
	return v.With("definitions", Object(F("fields", definitions.Fields[0].Value))).With("allOf", parts)
}

// plainLabels are the labels of a field as text. Older objects have an object for each.
func plainLabels(list Value) Value {
	list.Items = slices.Clone(list.Items)
	for i, l := range list.Items {
		if name, ok := l.Get("labelName"); ok {
			list.Items[i] = name
		}
	}
	return list
}

func rename(v Value, r Rename) Value {
	old, ok := lookUp(v, r.From)
	if _, newer := lookUp(v, r.To); !ok || newer || old.Kind == NullValue {
		return v
	}
	return put(v, r.To, old)
}

// lookUp returns the member at a dotted path.
func lookUp(v Value, path string) (Value, bool) {
	ok := true
	for name := range strings.SplitSeq(path, ".") {
		if v, ok = v.Get(name); !ok {
			return Value{}, false
		}
	}
	return v, v.Kind != NullValue
}

// put sets the member at a dotted path, with the objects around it.
func put(v Value, path string, w Value) Value {
	name, rest, deeper := strings.Cut(path, ".")
	if deeper {
		inner, _ := v.Get(name)
		if inner.Kind != ObjectValue {
			inner = Object()
		}
		w = put(inner, rest, w)
	}
	return v.With(name, w)
}
