package compiler

import (
	"cmp"
	"strconv"

	"github.com/aepflow/aepflow/internal/document"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// lowerDataflow makes the source, target and mapping of a dataflow, the flow
// itself, and the schema and dataset that are written inside it.
func lowerDataflow(u *unit, s *symbols) []resource.Resource {
	f := u.dataflow
	out := make([]resource.Resource, 0, 6)
	schema := s.targetSchema(u)
	id := idOf(schema, f.Target.Schema.Ref).At(u.span("target", "schema"))
	if u.ownSchema != nil {
		out = append(out, lowerSchema(u, s)...)
	}
	dataset := resource.String(f.Target.Dataset.Ref)
	switch {
	case u.ownDataset != nil:
		dataset = resource.Reference(addr(resource.Dataset, f.Name), "id")
		out = append(append(out, lowerDataset(u, schema, id)), lowerDatasetLabels(u)...)
	case !datasetID.MatchString(f.Target.Dataset.Ref):
		dataset = resource.Reference(addr(resource.Dataset, f.Target.Dataset.Ref), "id")
	}
	dataset = dataset.At(u.span("target", "dataset"))
	out = append(out, lowerSource(u, s), lowerTarget(u, id, dataset))
	if len(f.Mappings) > 0 {
		out = append(out, lowerMapping(u, id))
	}
	return append(out, lowerFlow(u, s))
}

// draftState marks the source or target connection of a draft as one.
func draftState(u *unit) object {
	if u.dataflow.State != "draft" {
		return nil
	}
	return object{resource.F("state", resource.String("draft").At(u.span("state")))}
}

// titleAt is the line that gives a part of a dataflow its name: its own title, or that of the dataflow.
func titleAt(u *unit, part string) document.Found {
	for _, keys := range [][]string{{part, "title"}, {"title"}} {
		if found := u.doc.Lookup(keys...); found.Here {
			return found
		}
	}
	return u.doc.Lookup("name")
}

func lowerTarget(u *unit, schema, dataset resource.Value) resource.Resource {
	f := u.dataflow
	body := make(object, 0, 5)
	body.text("name", title(f.Target.Title, title(f.Title, f.Name)+" target"), titleAt(u, "target"))
	body.text("description", f.Target.Description, u.doc.Lookup("target", "description"))
	body.add("data", resource.Object(resource.F("schema", resource.Object(
		resource.F("id", schema),
		resource.F("version", resource.String(fullSchemaType)),
	))))
	body.add("params", resource.Object(resource.F("dataSetId", dataset)))
	body.add("connectionSpec", spec(specs.DataLake))
	body = append(body, draftState(u)...)
	return made(u, addr(resource.Target, f.Name), []string{"target"}, body.value(), f.Lifecycle)
}

func lowerMapping(u *unit, schema resource.Value) resource.Resource {
	f := u.dataflow
	rows := resource.List(make([]resource.Value, 0, len(f.Mappings))...)
	for _, m := range f.Mappings {
		rows.Items = append(rows.Items, mappingValue(u, m).At(u.span("mappings", m.Destination)))
	}
	name := ""
	if f.MappingSet != nil {
		name = f.MappingSet.Title
	}
	body := make(object, 0, 3)
	body.text("name", title(name, mappedName(f)+" mapping"), titleAt(u, "mappingSet"))
	body.add("outputSchema", resource.Object(resource.F("schemaRef", resource.Object(
		resource.F("id", schema),
		resource.F("contentType", resource.String(fullSchemaType)),
	))))
	body.add("mappings", rows.At(u.span("mappings")))
	return made(u, addr(resource.Mapping, f.Name), []string{"mappings"}, body.value(), f.Lifecycle)
}

// mappedName is what a mapping set is named after. A new name is a new version of the
// set, and neither a one-time dataflow nor one of a stream can move to one: their
// names and titles must not reach it.
func mappedName(f *schemas.Dataflow) string {
	_, via := viaOf(f)
	switch once := f.Schedule.Frequency == "once"; {
	case f.Stream != nil:
		values := streamValues(f.Stream)
		return cmp.Or(values["streamName"], values["eventHubName"], values["topicName"], values["tableName"],
			via.Connection, via.Connector)
	case once && f.Files != nil:
		return f.Files.Path
	case once && f.Rest != nil:
		return cmp.Or(via.Connection, via.Connector)
	case once:
		return f.Table
	}
	return title(f.Title, f.Name)
}

// mappingValue is one mapping in the newer shape of the Data Prep service.
func mappingValue(u *unit, m schemas.Mapping) resource.Value {
	sort, from := "EXPRESSION", m.Expression
	switch {
	case m.Source != "":
		sort, from = "ATTRIBUTE", attributeOf(u.dataflow, m)
	case m.Value != nil:
		sort, from = "STATIC", m.Value.Text
	}
	row := make(object, 0, 3)
	row.add("sourceType", resource.String(sort))
	row.add("source", resource.String(from))
	row.add("destination", resource.String(m.Destination))
	if m.Name != "" {
		row.add("name", resource.String(m.Name).At(u.span("mappings", m.Destination, "name")))
	}
	if m.Description != "" {
		row.add("description", resource.String(m.Description).At(u.span("mappings", m.Destination, "description")))
	}
	return row.value()
}

func lowerFlow(u *unit, s *symbols) resource.Resource {
	f := u.dataflow
	self := func(k resource.Kind, field string) resource.Value { return resource.Reference(addr(k, f.Name), field) }
	transformations := resource.List()
	if f.Delta != nil {
		var delta object
		delta.add("name", resource.String(f.Delta.Column).At(u.span("delta", "column")))
		delta.text("dateFormat", f.Delta.DateFormat, u.doc.Lookup("delta", "dateFormat"))
		delta.add("timezone", resource.String(title(f.Delta.Timezone, "UTC")).At(u.doc.Lookup("delta",
			"timezone").Written()))
		transformations.Items = append(transformations.Items,
			transformation("Copy", resource.F("deltaColumn", delta.value())))
	}
	if len(f.Mappings) > 0 {
		transformations.Items = append(transformations.Items, transformation("Mapping",
			resource.F("mappingId", self(resource.Mapping, "id").At(u.span("mappings"))),
			resource.F("mappingVersion", self(resource.Mapping, "version").At(u.span("mappings"))),
		))
	} else if m := f.MappingSet; m != nil && m.ID != "" && m.Version != nil {
		transformations.Items = append(transformations.Items, transformation("Mapping",
			resource.F("mappingId", resource.String(m.ID).At(u.span("mappingSet", "id"))),
			resource.F("mappingVersion", resource.Int(*m.Version).At(u.span("mappingSet", "version"))),
		))
	}
	key, _ := viaOf(f)
	if f.Files != nil && f.Files.Encryption != nil {
		transformations.Items = append(transformations.Items, encryptionValue(u))
	}
	body := make(object, 0, 9)
	body.text("name", title(f.Title, f.Name), u.doc.Lookup("title"))
	body.text("description", f.Description, u.doc.Lookup("description"))
	body.add("flowSpec", spec(flowSpecOf(u, s)))
	body.add("sourceConnectionIds", resource.List(self(resource.Source, "id").At(u.span(key))))
	body.add("targetConnectionIds", resource.List(self(resource.Target, "id").At(u.span("target"))))
	if len(transformations.Items) > 0 {
		body.add("transformations", transformations)
	}
	if f.Schedule.Frequency != "" {
		body.add("scheduleParams", scheduleValue(u))
	}
	if o := f.Options; o != nil {
		var options object
		if o.PartialIngestionPercent != nil {
			literal := strconv.FormatFloat(*o.PartialIngestionPercent, 'f', -1, 64)
			options.add("partialIngestionPercent",
				resource.Number(literal).At(u.span("options", "partialIngestionPercent")))
		}
		if o.ErrorDiagnosticsEnabled != nil {
			options.add("errorDiagnosticsEnabled",
				resource.Bool(*o.ErrorDiagnosticsEnabled).At(u.span("options", "errorDiagnosticsEnabled")))
		}
		body.add("options", options.value())
	}
	body.add("state", resource.String(title(f.State, "enabled")).At(u.doc.Lookup("state").Written()))
	if len(f.Labels) > 0 {
		labels := resource.List()
		for _, l := range f.Labels {
			labels.Items = append(labels.Items, resource.String(specs.FlowLabel(l)))
		}
		body.add("labels", labels.At(u.span("labels")))
	}
	r := made(u, addr(resource.Flow, f.Name), []string{"name"}, body.value(), f.Lifecycle)
	if f.Lifecycle != nil {
		r.Replace = f.Lifecycle.OnReplace
	}
	r.Fresh = freshness(f)
	return r
}

func transformation(name string, params ...resource.Field) resource.Value {
	return resource.Object(resource.F("name", resource.String(name)), resource.F("params", resource.Object(params...)))
}

// scheduleValue gives numbers and booleans where the platform's samples print
// texts: its own schema asks for them.
func scheduleValue(u *unit) resource.Value {
	s := u.dataflow.Schedule
	start := resource.Start()
	if s.StartTime != nil {
		if epoch, err := s.StartTime.Epoch(); err == nil {
			start = resource.Int(epoch)
		}
	}
	out := make(object, 0, 4)
	out.add("startTime", start.At(u.doc.Lookup("schedule", "startTime").Written()))
	out.add("frequency", resource.String(s.Frequency).At(u.span("schedule", "frequency")))
	if s.Frequency == "once" && s.Interval == nil && s.Backfill == nil {
		return out.value()
	}
	if s.Interval != nil { // a one-time dataflow that was adopted may have one
		out.add("interval", resource.Int(*s.Interval).At(u.span("schedule", "interval")))
	}
	backfill := s.Backfill == nil || *s.Backfill
	out.add("backfill", resource.Bool(backfill).At(u.doc.Lookup("schedule", "backfill").Written()))
	return out.value()
}
