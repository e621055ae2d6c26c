package diag

// streamDataflow is a document that reads a stream in which nothing is wrong.
const streamDataflow = `name: orders
stream:
  connector: azure-event-hubs
  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4
  eventHubName: orders
columns:
  order.id: string
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings:
  _id: order.id
`

// streamCodes explains the codes of streams.
var streamCodes = []Entry{
	{
		Code: NotAStreamSource, Severity: Error,
		Title: "connector that is not a stream",
		Explanation: "`stream` needs a streaming connector: amazon-kinesis, azure-event-hubs, google-pubsub, http-api, " +
			"snowflake-streaming, or a webhook such as shopify-streaming. Tables are read with `database` and " +
			"`table`, and files with `files`.",
		Example: with(streamDataflow, "azure-event-hubs", "sftp"),
	},
	{
		Code: StreamKey, Severity: Error,
		Title: "key of another connector's streams",
		Explanation: "Which keys `stream` has depends on the connector: `streamName` and `reset` (amazon-kinesis), " +
			"`eventHubName`, `consumerGroup`, and `reset` (azure-event-hubs), `topicName` and `subscriptionName` " +
			"(google-pubsub), `tableName`, `timestampColumn`, `timezone`, and `backfill` (snowflake-streaming). All but " +
			"snowflake-streaming and webhooks have `dataType`.",
		Example: with(streamDataflow, "eventHubName: orders", "eventHubName: orders\n  topicName: orders"),
	},
	{
		Code: StreamDataType, Severity: Error,
		Title: "two data types of a stream, or a hidden one",
		Explanation: "The Connection document of an HTTP API stream says whether the data are `raw` or `xdm`, as " +
			"`auth.params.dataType`. It cannot come from the environment, and `stream.dataType` need not repeat it.",
		Example: `kind: Connection
name: inlet
connector: http-api
auth:
  type: Streaming Connection
  params: {dataType: raw, name: inlet, authenticationRequired: true}
---
name: orders
stream: {connection: inlet, dataType: xdm}
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings:
  _id: order.id
`,
	},
	{
		Code: NotForStreams, Severity: Error,
		Title: "key that streams do not have",
		Explanation: "A stream is read as it comes: it has no `schedule`, and no `options` either. Data of HTTP API " +
			"that are XDM already have no `mappings`.",
		Example: with(streamDataflow, "mappings:", "schedule: {frequency: hour, interval: 1}\nmappings:"),
	},
	{
		Code: SharedReader, Severity: Error,
		Title: "two dataflows of one consumer group or subscription",
		Explanation: "One dataflow can read each consumer group of an event hub and each PubSub subscription: two would " +
			"take the events from each other, also through two Connection documents with the same `namespace` or " +
			"`projectId`. Without `consumerGroup`, a dataflow reads the group `$Default`.",
		Example: streamDataflow + "---\n" + with(streamDataflow, "name: orders", "name: orders-again"),
	},
	{
		Code: OpenInlet, Severity: Warning,
		Title: "stream that takes data from anyone",
		Explanation: "An HTTP API connection takes data from anyone who knows its address, unless " +
			"`authenticationRequired` is true: senders then need a token of the organization.",
		Example: `kind: Connection
name: inlet
connector: http-api
auth:
  type: Streaming Connection
  params: {dataType: raw, name: inlet}
`,
	},
}
