package specs

import (
	"slices"
	"strings"
	"sync"
)

// StreamKey is a key that the documents of a stream have, and the parameter of its
// source connection that the value becomes.
type StreamKey struct {
	Key   string // in a document
	Param        // of the source connection; without a Name for what the source connection does not have
	// Reader says that the value, with those of other such keys, names what one flow
	// alone can read.
	Reader bool
}

const (
	httpAPI            = "http-api"
	snowflakeStreaming = "snowflake-streaming"
)

var (
	rawOrXDM = Param{Name: "dataType", Type: "string", Enum: []string{"raw", "xdm"}, Default: "raw"}
	whereTo  = Param{Name: "reset", Type: "string", Enum: []string{"latest", "earliest"}, Default: "earliest"}
)

// streamKeys are the keys of each stream, in the order of Adobe's pages. A webhook has none.
var streamKeys = map[string][]StreamKey{
	"amazon-kinesis": {
		{Key: "streamName", Param: Param{Name: "stream", Type: "string", Required: true}},
		{Key: "dataType", Param: rawOrXDM}, {Key: "reset", Param: whereTo},
	},
	"azure-event-hubs": {
		{Key: "eventHubName", Param: Param{Name: "eventHubName", Type: "string", Required: true}, Reader: true},
		{Key: "dataType", Param: rawOrXDM}, {Key: "reset", Param: whereTo},
		{Key: "consumerGroup", Param: Param{Name: "consumerGroup", Type: "string", Default: "$Default"}, Reader: true},
	},
	"google-pubsub": {
		{Key: "topicName", Param: Param{Name: "topicName", Type: "string", Required: true}},
		{Key: "subscriptionName", Param: Param{Name: "subscriptionName", Type: "string", Required: true}, Reader: true},
		{Key: "dataType", Param: rawOrXDM},
	},
	snowflakeStreaming: {
		{Key: "tableName", Param: Param{Name: "tableName", Type: "string", Required: true}},
		{Key: "timestampColumn", Param: Param{Name: "timestampColumn", Type: "string", Required: true}},
		{Key: "backfill", Param: Param{Name: "backfill", Type: "boolean"}},
		{Key: "timezone", Param: Param{Name: "timezoneValue", Type: "string", Default: "UTC"}},
	},
	httpAPI: {{Key: "dataType"}}, // the connection has it
}

// StreamKeys returns the keys of the connector's streams, nil for a webhook.
func (c Connector) StreamKeys() []StreamKey { return streamKeys[c.Slug] }

// StreamParams returns the parameters of the source connections of the connector's streams.
func (c Connector) StreamParams() []Param {
	var out []Param
	for _, k := range c.StreamKeys() {
		if k.Name != "" {
			out = append(out, k.Param)
		}
	}
	return out
}

// WithStreamKey returns the connectors whose streams have a key.
func WithStreamKey(key string) []Connector {
	var out []Connector
	for _, c := range Connectors() {
		if slices.ContainsFunc(c.StreamKeys(), func(k StreamKey) bool { return k.Key == key }) {
			out = append(out, c)
		}
	}
	return out
}

// ExclusiveConnectors returns the ids of the connection specifications whose streams one
// flow alone can read.
var ExclusiveConnectors = sync.OnceValue(func() []string {
	var out []string
	for _, c := range Connectors() {
		if slices.ContainsFunc(c.StreamKeys(), func(k StreamKey) bool { return k.Reader }) {
			out = append(out, c.ID)
		}
	}
	return out
})

// IsStream reports whether the connector's sources are streams.
func (c Connector) IsStream() bool { return c.Kind == "streaming" && c.IsSource() }

// IsWebhook reports whether the connector is a self-serve stream, which has no connection.
func (c Connector) IsWebhook() bool {
	f, _ := FlowSpecByID(GenericStreamingAEP)
	return f.Takes(c.ID)
}

// IsPushed reports whether senders bring the data to an address of the platform's.
func (c Connector) IsPushed() bool { return c.Slug == httpAPI || c.IsWebhook() }

// IsHTTPAPI reports whether the connector is HTTP API, whose connection says what the data are.
func (c Connector) IsHTTPAPI() bool { return c.Slug == httpAPI }

// readerPlaces are the sign-in parameters that say where what one flow alone can read is, none of them secret. A
// parameter may hold a path of the form projects/PLACE/….
var readerPlaces = map[string][]string{
	"azure-event-hubs": {"namespace"},
	"google-pubsub":    {"projectId", "subscriptionName"},
}

// ReaderPlace returns where the streams are that one flow alone can read through a connection with such sign-in
// parameters: the namespace of event hubs, or the project of subscriptions. It is "" when they do not say.
func (c Connector) ReaderPlace(param func(name string) string) string {
	for _, name := range readerPlaces[c.Slug] {
		value := param(name)
		if project, _ := SplitProject(value); project != "" {
			return project
		}
		if value != "" {
			return strings.TrimSuffix(strings.ToLower(value), ".servicebus.windows.net")
		}
	}
	return ""
}

// SplitProject splits a path such as projects/PROJECT/subscriptions/NAME. Any other name has no project.
func SplitProject(path string) (project, name string) {
	steps := strings.Split(path, "/")
	if len(steps) == 4 && steps[0] == "projects" {
		return steps[1], steps[3]
	}
	return "", path
}

// ReaderNoun is what one flow alone can read of the connector's streams.
func (c Connector) ReaderNoun() string {
	if slices.ContainsFunc(c.StreamKeys(), func(k StreamKey) bool { return k.Key == "consumerGroup" }) {
		return "consumer group"
	}
	return "subscription"
}

// HasStreamFormat reports whether the source connections of the connector's streams have
// data.format, which is json.
func (c Connector) HasStreamFormat() bool { return c.Slug != httpAPI && c.Slug != snowflakeStreaming }

// StreamFlowSpec returns the id of the flow specification that takes a stream of a data
// type, raw or xdm.
func (c Connector) StreamFlowSpec(dataType string) string {
	switch {
	case c.IsWebhook():
		return GenericStreamingAEP
	case c.IsHTTPAPI() && dataType == "xdm":
		return StreamXDM
	case c.IsHTTPAPI(), c.Slug == snowflakeStreaming:
		return StreamWithMapping
	}
	return StreamOptionalMapping
}
