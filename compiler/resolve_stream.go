package compiler

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/nearest"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/schemas"
)

// dataTypeKey is the key and the parameter that say whether the data of a stream are XDM already.
const dataTypeKey = "dataType"

// streamValues are the values of the keys that only some streams have, "" for those that
// are absent.
func streamValues(s *schemas.Stream) map[string]string {
	backfill := ""
	if s.Backfill != nil {
		backfill = strconv.FormatBool(*s.Backfill)
	}
	return map[string]string{
		dataTypeKey: s.DataType, "streamName": s.StreamName, "eventHubName": s.EventHubName,
		"consumerGroup": s.ConsumerGroup, "topicName": s.TopicName, "subscriptionName": s.Subscription,
		"tableName": s.TableName, "timestampColumn": s.TimestampColumn, "timezone": s.Timezone, "backfill": backfill,
		"reset": s.Reset,
	}
}

// dataType is what the data of a stream are, raw or xdm; false when the documents do not
// say it. The data of HTTP API are what its connection says.
func (s *symbols) dataType(u *unit, c specs.Connector) (string, bool) {
	stream := u.dataflow.Stream
	if !c.IsHTTPAPI() {
		return cmp.Or(stream.DataType, "raw"), true
	}
	if stream.Connection == "" || isAdopted(u) && stream.DataType != "" {
		return stream.DataType, stream.DataType != ""
	}
	p, _ := s.dataTypeParam(u)
	ok := p.Value != nil && (p.Value.Text == "raw" || p.Value.Text == "xdm")
	if !ok {
		return "", false
	}
	return p.Value.Text, true
}

// dataTypeParam returns what the Connection document of a stream says about its data, and
// the document.
func (s *symbols) dataTypeParam(u *unit) (schemas.Param, *unit) {
	c, ok := s.find(schemas.KindConnection, u.dataflow.Stream.Connection)
	if !ok || c.connection == nil {
		return schemas.Param{}, nil
	}
	params := c.connection.Auth.Params
	i := slices.IndexFunc(params, func(p schemas.Param) bool { return p.Name == dataTypeKey })
	if i < 0 {
		return schemas.Param{}, c
	}
	return params[i], c
}

// resolveStream checks what a dataflow says about its stream: which keys there are
// depends on the connector.
func (r *sourceResolver) resolveStream() {
	for _, key := range []string{"schedule", "options"} {
		if r.u.has(key) {
			r.report.Add(notForStreams{u: r.u, key: key})
		}
	}
	c, known := r.connector(r.u)
	named, _ := specs.ConnectorBySlug(r.u.dataflow.Stream.Connector)
	if !known || !c.IsStream() || named.IsWebhook() != c.IsWebhook() && named.IsWebhook() {
		return // an error says so, or the document of the connection is wrong
	}
	r.resolveStreamKeys(c)
	dataType, ok := r.resolveDataType(c)
	if r.u.dataflow.State == "draft" || !ok {
		return
	}
	switch spec := c.StreamFlowSpec(dataType); {
	case spec == specs.StreamXDM && r.u.has("mappings"):
		r.report.Add(notForStreams{u: r.u, key: "mappings", xdm: true})
	case !r.u.has("mappings") && !r.u.has("mappingSet", "id") && dataType != "xdm":
		r.report.Add(decode.MissingKey{At: r.u.at(), Key: "mappings"})
	}
}

// resolveStreamKeys checks which keys the stream of a connector has.
func (r *sourceResolver) resolveStreamKeys(c specs.Connector) {
	own := map[string]bool{}
	for _, k := range c.StreamKeys() {
		own[k.Key] = true
		if k.Required && !r.u.has("stream", k.Key) {
			r.report.Add(decode.MissingKey{At: r.u.at("stream"), Key: k.Key})
		}
	}
	values := streamValues(r.u.dataflow.Stream)
	for _, p := range r.u.doc.Root.Get("stream").Pairs {
		if _, isKey := values[p.Key.Text]; isKey && !own[p.Key.Text] {
			r.report.Add(otherStreamsKey{at: r.u.at("stream", p.Key.Text), key: p.Key.Text, connector: c})
		}
	}
	column := values["timestampColumn"]
	if names := columnNames(r.u.dataflow); own["timestampColumn"] && column != "" && len(names) > 0 &&
		!slices.Contains(names, column) {
		r.report.Add(unknownColumn{at: r.u.at("stream", "timestampColumn"), name: column, columns: nearest.Of(names)})
	}
}

// resolveDataType checks that the documents say once what the data of a stream are.
func (r *sourceResolver) resolveDataType(c specs.Connector) (string, bool) {
	dataType, ok := r.dataType(r.u, c)
	stream := r.u.dataflow.Stream
	switch {
	case !c.IsHTTPAPI():
	case stream.Connection == "" && !ok && stream.ConnectionID != "":
		r.report.Add(decode.MissingKey{At: r.u.at("stream"), Key: dataTypeKey})
	case stream.Connection == "":
	case !ok:
		if p, doc := r.dataTypeParam(r.u); doc != nil && p.Value != nil && isReference(p.Value.Text) || p.File != "" {
			r.report.Add(hiddenDataType{at: doc.at("auth", "params", dataTypeKey)})
		}
	case stream.DataType != "" && (stream.DataType != dataType || isAdopted(r.u) && !r.agrees()):
		_, doc := r.dataTypeParam(r.u)
		r.u.addAdoptable(otherDataType{u: r.u, connection: doc}, r.report)
	}
	return dataType, ok
}

// agrees reports whether a stream and its connection say the same of the data.
func (r *sourceResolver) agrees() bool {
	p, _ := r.dataTypeParam(r.u)
	return p.Value != nil && p.Value.Text == r.u.dataflow.Stream.DataType
}
