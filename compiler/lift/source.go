package lift

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// source reads what a source connection reads: a table, files, a self-serve source, or a stream.
func (x *index) source(f *schemas.Dataflow, p parts, via schemas.Via) string {
	params, data := at(p.source.Body, "params"), at(p.source.Body, "data")
	f.CDC = strings.EqualFold(at(params, "cdcEnabled").Text, "true")
	switch {
	case p.spec.ID == specs.CRMToAEP:
		f.Database.Via = via
		return table(f, params)
	case p.spec.ID == specs.CloudStorageToAEP:
		f.Files = &schemas.Files{Via: via}
		return files(f.Files, params, data)
	case p.spec.ID == specs.RestStorageToAEP:
		f.Rest = &schemas.Rest{Via: via}
		if len(params.Fields) > 0 {
			f.Rest.Params = plainJSON(params)
		}
	case p.spec.Streams:
		f.Stream = &schemas.Stream{Via: via}
		if p.connector.IsWebhook() {
			f.Stream.Connector, f.Stream.ConnectionID, f.Stream.Connection = p.connector.Slug, "", ""
		}
		return x.stream(f.Stream, p, params)
	}
	return ""
}

func table(f *schemas.Dataflow, params resource.Value) string {
	if f.Table = text(at(params, "tableName").Text); f.Table == "" {
		return "its source does not name a table"
	}
	for _, v := range at(params, "columns").Items {
		c, ok := columnOf(v)
		if !ok {
			return "column " + c.Name + " has a type that no document can describe"
		}
		if slices.ContainsFunc(f.Columns, func(other schemas.Column) bool { return other.Name == c.Name }) {
			return "two of its columns are called " + c.Name
		}
		f.Columns = append(f.Columns, c)
	}
	if filters := at(params, "filters"); filters.Kind == resource.ObjectValue && len(filters.Fields) > 0 {
		var reason string
		if f.Filter, reason = filter(filters); reason != "" {
			return reason
		}
	}
	return ""
}

func files(f *schemas.Files, params, data resource.Value) string {
	f.Path = text(at(params, "path").Text)
	if f.Path == "" {
		return "its source does not name a path"
	}
	isFolder := strings.HasSuffix(f.Path, "/") || strings.Contains(f.Path, "*")
	if typ := at(params, "type").Text; (typ == "folder") != isFolder && typ != "" {
		f.Type = typ
	}
	f.Recursive = strings.EqualFold(at(params, "recursive").Text, "true")
	f.Format = at(data, "format").Text
	if lower := strings.ToLower(f.Path); f.Format == "delimited" && strings.HasSuffix(lower, ".csv") ||
		(f.Format == "json" || f.Format == "parquet") && strings.HasSuffix(lower, "."+f.Format) {
		f.Format = "" // the name says it
	}
	properties := at(data, "properties")
	if d := at(properties, "columnDelimiter").Text; d != "" && d != "," {
		f.Delimiter = text(d)
	}
	if e := at(properties, "encoding").Text; e != "" && !strings.EqualFold(e, "UTF-8") {
		f.Encoding = strings.ToUpper(e)
	}
	f.Compression = at(properties, "compressionType").Text
	return ""
}

// stream reads the parameters of a stream, without those that have their default.
func (x *index) stream(s *schemas.Stream, p parts, params resource.Value) string {
	for _, k := range p.connector.StreamKeys() {
		value := at(params, k.Name).Text
		if k.Name == "" || value == "" || strings.EqualFold(value, k.Default) {
			continue
		}
		value = text(value)
		switch k.Key {
		case "streamName":
			s.StreamName = value
		case "eventHubName":
			s.EventHubName = value
		case "consumerGroup":
			s.ConsumerGroup = value
		case "topicName":
			s.TopicName = value
		case "subscriptionName":
			s.Subscription = value
		case "tableName":
			s.TableName = value
		case "timestampColumn":
			s.TimestampColumn = value
		case "timezone":
			s.Timezone = value
		case "reset":
			s.Reset = strings.ToLower(value)
		case "dataType":
			s.DataType = value
		case "backfill":
			on := value == "true"
			s.Backfill = &on
		}
	}
	if !p.connector.IsHTTPAPI() {
		return ""
	}
	dataType := "raw"
	if p.spec.ID == specs.StreamXDM {
		dataType = "xdm"
	}
	if s.Connection == "" || at(p.base.body(), "auth.params.dataType").Text != dataType {
		s.DataType = dataType
	}
	return ""
}

// mappingSetTitle names the mapping set where its name is not the default.
func mappingSetTitle(f *schemas.Dataflow, p parts) *schemas.MappingSet {
	named := p.flow.title()
	once, via := f.Schedule.Frequency == "once", f.Database.Via
	switch {
	case f.Stream != nil:
		s := f.Stream
		named = cmp.Or(s.StreamName, s.EventHubName, s.TopicName, s.TableName, s.Connection, s.Connector)
	case once && f.Files != nil:
		named = f.Files.Path
	case once && f.Rest != nil:
		via = f.Rest.Via
		named = cmp.Or(via.Connection, via.Connector)
	case once:
		named = f.Table
	}
	if title := p.mapping.title(); title != named+" mapping" {
		return &schemas.MappingSet{Title: text(title)}
	}
	return nil
}
