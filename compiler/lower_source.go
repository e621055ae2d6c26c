package compiler

import (
	"cmp"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

func lowerSource(u *unit, s *symbols) resource.Resource {
	f := u.dataflow
	key, via := viaOf(f)
	connector, _ := s.connector(u)
	body := make(object, 0, 6)
	body.text("name", title(via.Title, title(f.Title, f.Name)+" source"), titleAt(u, key))
	switch {
	case via.Connection != "":
		body.add("baseConnectionId", resource.Reference(addr(resource.Connection, via.Connection),
			"id").At(u.span(key, "connection")))
	case via.ConnectionID != "":
		body.add("baseConnectionId", resource.String(via.ConnectionID).At(u.span(key, "connectionId")))
	}
	body.text("description", via.Description, u.doc.Lookup(key, "description"))
	switch {
	case f.Files != nil:
		body = append(body, filesBody(u)...)
	case f.Rest != nil:
		body = append(body, restBody(u)...)
	case f.Stream != nil:
		body = append(body, streamBody(u, connector)...)
	default:
		body = append(body, tableBody(u)...)
	}
	body.add("connectionSpec", spec(connector.ID).At(u.doc.Lookup(key, "connector").Written()))
	body = append(body, draftState(u)...)
	return made(u, addr(resource.Source, f.Name), []string{key}, body.value(), f.Lifecycle)
}

// tableBody is what says which table a source connection reads.
func tableBody(u *unit) object {
	params := make(object, 0, 3)
	params.add("tableName", resource.String(u.dataflow.Table).At(u.span("table")))
	if len(u.dataflow.Columns) > 0 {
		params.add("columns", columnsValue(u))
	}
	if u.dataflow.Filter != nil {
		params.add("filters", filterValue(u.dataflow.Filter).At(u.span("filter")))
	}
	params = append(params, changesOf(u)...)
	return object{
		resource.F("data", resource.Object(resource.F("format", resource.String("tabular")))),
		resource.F("params", params.value()),
	}
}

// changesOf asks a source for its changes.
func changesOf(u *unit) object {
	if !u.dataflow.CDC {
		return nil
	}
	return object{resource.F("cdcEnabled", resource.Bool(true).At(u.span("cdc")))}
}

// filesBody is what says which files a source connection reads. What has a default
// is sent, so that any other value on the platform is a difference.
func filesBody(u *unit) object {
	f := u.dataflow.Files
	var data, properties, params object
	text := func(o *object, name, key, value string) {
		o.text(name, value, u.doc.Lookup("files", key))
	}
	text(&data, "format", "format", formatOf(f))
	if formatOf(f) == "delimited" {
		text(&properties, "columnDelimiter", "delimiter", title(f.Delimiter, ","))
		text(&properties, "encoding", "encoding", title(f.Encoding, "UTF-8"))
	}
	text(&properties, "compressionType", "compression", f.Compression)
	if len(properties) > 0 {
		data.add("properties", properties.value())
	}
	text(&params, "path", "path", f.Path)
	text(&params, "type", "type", pathType(f))
	params.add("recursive", resource.Bool(f.Recursive).At(u.doc.Lookup("files", "recursive").Written()))
	params = append(params, changesOf(u)...)
	return object{
		resource.F("data", data.value()),
		resource.F("params", params.value().At(u.span("files"))),
	}
}

// restBody is what says what a self-serve source reads.
func restBody(u *unit) object {
	params := resource.Object()
	if text := u.dataflow.Rest.Params.JSON; text != nil {
		params, _ = resource.ParsePlain(text) // the decoder wrote it
	}
	return object{
		resource.F("data", resource.Object(resource.F("format", resource.String("json")))),
		resource.F("params", params.At(u.span("rest"))),
	}
}

// streamBody is what says what a source connection of a stream reads. HTTP API and
// Snowflake have no format.
func streamBody(u *unit, c specs.Connector) object {
	var body, params object
	if c.HasStreamFormat() {
		body.add("data", resource.Object(resource.F("format", resource.String("json"))))
	}
	values := streamValues(u.dataflow.Stream)
	for _, k := range c.StreamKeys() {
		value := cmp.Or(values[k.Key], k.Default)
		if k.Name != "" && value != "" {
			params.add(k.Name, resource.String(value).At(u.doc.Lookup("stream", k.Key).Written()))
		}
	}
	if len(params) > 0 {
		body.add("params", params.value())
	}
	return body
}

// flowSpecOf is the flow specification that takes the dataflow's source.
func flowSpecOf(u *unit, s *symbols) string {
	switch f := u.dataflow; {
	case f.Files != nil:
		return specs.CloudStorageToAEP
	case f.Rest != nil:
		return specs.RestStorageToAEP
	case f.Stream != nil:
		connector, _ := s.connector(u)
		dataType, _ := s.dataType(u, connector)
		return connector.StreamFlowSpec(dataType)
	}
	return specs.CRMToAEP
}

// encryptionValue is the transformation that decrypts files.
func encryptionValue(u *unit) resource.Value {
	e := u.dataflow.Files.Encryption
	var params object
	params.text("publicKeyId", e.PublicKeyID, u.doc.Lookup("files", "encryption", "publicKeyId"))
	params.text("signVerificationKeyId", e.SignatureKeyID, u.doc.Lookup("files", "encryption", "signatureKeyId"))
	return transformation("Encryption", params...)
}
