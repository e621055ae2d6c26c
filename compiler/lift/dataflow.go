package lift

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/dataprep"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/xdm"
	"github.com/aepflow/aepflow/schemas"
)

// parts are a flow and what it uses.
type parts struct {
	flow, source, target, mapping, base, dataset *Object
	connector                                    specs.Connector
	spec                                         specs.FlowSpec
	shared                                       bool // the mapping set belongs to an earlier flow
}

// names in documents of what a dataflow refers to.
type references struct {
	connection      string // of a document, "" for the ID
	dataset, schema string
}

// dataflow makes a Dataflow document, or says why none can describe the flow.
func (x *index) dataflow(p parts, name string, refs references) (*Document, string) {
	f := &schemas.Dataflow{Name: name}
	f.Title, f.Description = titled(p.flow, name), text(p.flow.text("description"))
	d := &Document{
		Kind: schemas.KindDataflow, Name: name, Value: f, Objects: []*Object{p.flow, p.source, p.target},
	}
	label := p.flow.title()
	via := schemas.Via{Description: text(p.source.text("description"))}
	if title := p.source.title(); title != label+" source" {
		via.Title = text(title)
	}
	switch {
	case refs.connection != "":
		via.Connection = refs.connection
	default:
		via.Connector, via.ConnectionID = p.connector.Slug, p.source.text("baseConnectionId")
	}
	if reason := x.source(f, p, via); reason != "" {
		return nil, reason
	}
	if p.flow.text("state") != "enabled" {
		f.State = p.flow.text("state")
	}
	f.Labels, _ = labelsOf(at(p.flow.Body, "labels"), specs.LabelOfFlow)
	f.Target.Schema.Ref, f.Target.Dataset.Ref = refs.schema, refs.dataset
	f.Target.Description = text(p.target.text("description"))
	if title := p.target.title(); title != label+" target" {
		f.Target.Title = text(title)
	}
	if reason := x.flowParams(f, p, d); reason != "" {
		return nil, reason
	}
	if reason := x.mappings(f, p, d); reason != "" {
		return nil, reason
	}
	if x.Adopted[p.flow.ID] || x.Protect {
		f.Lifecycle = &schemas.Lifecycle{Protect: x.Protect, Adopted: x.Adopted[p.flow.ID]}
	}
	return d, ""
}

// flowParams reads the transformations, the schedule, and the options of a flow.
func (x *index) flowParams(f *schemas.Dataflow, p parts, d *Document) string {
	for _, t := range at(p.flow.Body, "transformations").Items {
		params := at(t, "params")
		switch name := at(t, "name").Text; name {
		case "Mapping":
		case "Copy":
			if column := at(params, "deltaColumn"); column.Kind == resource.ObjectValue {
				f.Delta = &schemas.Delta{Column: text(at(column, "name").Text), DateFormat: text(at(column, "dateFormat").Text)}
				if zone := at(column, "timezone").Text; zone != "" && zone != "UTC" {
					f.Delta.Timezone = text(zone)
				}
			}
		case "Encryption":
			if f.Files == nil {
				return "it decrypts what is not a file"
			}
			f.Files.Encryption = &schemas.Encryption{
				PublicKeyID: text(at(params, "publicKeyId").Text), SignatureKeyID: text(at(params, "signVerificationKeyId").Text),
			}
		default:
			return "it has a transformation that no document can describe: " + name
		}
	}
	if reason := x.schedule(f, at(p.flow.Body, "scheduleParams"), d); reason != "" {
		return reason
	}
	options := at(p.flow.Body, "options")
	percent, diagnostics := at(options, "partialIngestionPercent"), at(options, "errorDiagnosticsEnabled")
	o := &schemas.Options{}
	if n, err := strconv.ParseFloat(percent.Text, 64); err == nil && n != 0 {
		o.PartialIngestionPercent = &n
	}
	if diagnostics.Text == "true" || diagnostics.Text == "false" {
		on := diagnostics.Text == "true"
		o.ErrorDiagnosticsEnabled = &on
	}
	if *o != (schemas.Options{}) && f.Stream == nil {
		f.Options = o
	}
	return ""
}

func (x *index) schedule(f *schemas.Dataflow, v resource.Value, d *Document) string {
	s := &f.Schedule
	s.Frequency = strings.ToLower(at(v, "frequency").Text)
	if s.Frequency == "" || f.Stream != nil {
		return ""
	}
	if n, err := strconv.ParseInt(at(v, "interval").Text, 10, 64); err == nil && (s.Frequency != "once" || n != 0) {
		s.Interval = &n
	}
	backfill := at(v, "backfill").Text
	if no := false; strings.EqualFold(backfill, "false") && (s.Frequency != "once" || s.Interval != nil) {
		s.Backfill = &no
	}
	if yes := true; s.Frequency == "once" && s.Interval == nil && strings.EqualFold(backfill, "true") {
		s.Backfill = &yes
	}
	start := at(v, "startTime").Text
	epoch, err := strconv.ParseInt(start, 10, 64)
	switch {
	case err != nil && start != "":
		return "its start time is not a number: " + start
	case err == nil && time.Unix(epoch, 0).After(x.Now):
		s.StartTime = &schemas.Instant{Text: time.Unix(epoch, 0).UTC().Format(time.RFC3339)}
	case err == nil:
		d.Start = at(v, "startTime")
	}
	return ""
}

// mappings reads the rows of a mapping set in the order that it has.
func (x *index) mappings(f *schemas.Dataflow, p parts, d *Document) string {
	switch {
	case p.mapping == nil:
		return ""
	case p.shared:
		version, _ := strconv.ParseInt(cmp.Or(p.mapping.ETag, "0"), 10, 64)
		f.MappingSet = &schemas.MappingSet{ID: p.mapping.ID, Version: &version}
		return ""
	}
	if p.mapping.title() == "" {
		return "its mapping set has no name"
	}
	d.Objects = append(d.Objects, p.mapping)
	seen := map[string]bool{}
	for _, row := range at(p.mapping.Body, "mappings").Items {
		m := schemas.Mapping{
			Destination: x.path(at(row, "destination").Text),
			Name:        text(at(row, "name").Text), Description: text(at(row, "description").Text),
		}
		if m.Destination == "" || seen[m.Destination] {
			return "two of its mappings write the same field: " + m.Destination
		}
		seen[m.Destination] = true
		from := at(row, "source").Text
		if reason := mappingSource(f, &m, at(row, "sourceType").Text, from); reason != "" {
			return reason
		}
		f.Mappings = append(f.Mappings, m)
	}
	if len(f.Mappings) == 0 {
		return "its mapping set has no mappings"
	}
	f.MappingSet = mappingSetTitle(f, p)
	return ""
}

// mappingSource writes what a mapping reads, in the short form where that means the same.
func mappingSource(f *schemas.Dataflow, m *schemas.Mapping, sort, from string) string {
	bare := m.Name == "" && m.Description == ""
	switch sort {
	case "ATTRIBUTE", "text/x.schema-path", "":
		name, isShort := attribute(f, from)
		if m.Source = text(name); isShort && bare {
			m.From, m.Source = text(name), ""
		}
	case "EXPRESSION", "text/x.aep-xl":
		if from == "" {
			return "the mapping of " + m.Destination + " has no expression"
		}
		if m.Expression = text(from); bare && !readsAsAttribute(f, from) {
			m.From, m.Expression = text(from), ""
		}
	case "STATIC", "text/plain":
		m.Value = &schemas.Constant{Text: text(from)}
	default:
		return "the mapping of " + m.Destination + " is of a kind that no document can describe: " + sort
	}
	return ""
}

// attribute is how a document names the source of a mapping of type ATTRIBUTE, and whether the
// short form may.
func attribute(f *schemas.Dataflow, from string) (name string, isShort bool) {
	if len(f.Columns) > 0 {
		name = resource.AttributeName(from)
		return name, slices.ContainsFunc(f.Columns, func(c schemas.Column) bool { return c.Name == name })
	}
	path, ok := dataprep.AttributePath(from)
	if ok && resource.AttributeName(path) == resource.AttributeName(from) {
		return from, true
	}
	return resource.AttributeName(from), false
}

// readsAsAttribute reports whether the short form would take an expression for an attribute.
func readsAsAttribute(f *schemas.Dataflow, text string) bool {
	if len(f.Columns) > 0 && slices.ContainsFunc(f.Columns, func(c schemas.Column) bool { return c.Name == text }) {
		return true
	}
	_, isPath := dataprep.AttributePath(text)
	return isPath
}

// column is a column as a document declares it.
func columnOf(v resource.Value) (schemas.Column, bool) {
	c := schemas.Column{Name: at(v, "name").Text, OriginalType: text(at(v, "meta.originalType").Text)}
	typ, shape := at(v, "type").Text, at(v, "xdm")
	for _, word := range xdm.ColumnTypes() {
		known, _ := xdm.SourceColumn("", word)
		if known.Type != typ || cmp.Or(at(shape, "type").Text, known.XDM.Type) != known.XDM.Type ||
			at(shape, "format").Text != known.XDM.Format {
			continue
		}
		if most := at(shape, "maximum").Text; most != "" && known.XDM.Maximum != "" &&
			most != string(known.XDM.Maximum) && most != "9007199254740992" {
			continue
		}
		if most := at(shape, "maximum").Text; most == "9007199254740992" && word == "integer" {
			continue
		}
		c.Type = word
		if word == "date" && at(v, "meta:xdmType").Text != "date" {
			c.Type = "date-time"
		}
		return c, true
	}
	return c, false
}
