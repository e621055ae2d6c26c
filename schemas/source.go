package schemas

// Via is the connection through which data are read: a connector with the id of an
// existing base connection, or the name of a Connection document.
type Via struct {
	// The connector, such as postgresql or google-bigquery.
	Connector string `yaml:"connector,omitempty" values:"connectors" jsonschema:"example=google-bigquery"`
	// Id of a base connection that exists on the platform.
	ConnectionID string `yaml:"connectionId,omitempty" jsonschema:"example=6990abad-977d-41b9-a85d-17ea8cf1c0e4"`
	// Name of a Connection document of this project.
	Connection string `yaml:"connection,omitempty" jsonschema:"example=crm-db"`
	// Name of the source connection on the platform. Default: the dataflow's title and "source".
	Title string `yaml:"title,omitempty" jsonschema:"minLength=1"`
	// Description of the source connection on the platform.
	Description string `yaml:"description,omitempty"`
}

// Database says where the table is: a connector with the id of an existing base
// connection, or the name of a Connection document.
type Database struct {
	Via `yaml:",inline"`
}

// Files are files in a store: a connection, as for a database, and a path. The
// connector data-landing-zone needs no connection.
type Files struct {
	Via `yaml:",inline"`
	// A file, a folder (ends with a slash), or a pattern with * in its last segment. It is sent as written.
	Path string `yaml:"path" jsonschema:"minLength=1,example=/exports/loyalty/*.csv"`
	// Whether the path is a file or a folder. Default: folder where it ends with a slash or has a *, otherwise file.
	Type string `yaml:"type,omitempty" jsonschema:"enum=file,enum=folder"`
	// Whether folders below the path are read too.
	Recursive bool `yaml:"recursive,omitempty"`
	// Format of the files. Default: what their names say (.csv, .tsv, .json, .parquet, also before .gz, .gpg, or .pgp).
	Format string `yaml:"format,omitempty" jsonschema:"enum=delimited,enum=json,enum=parquet"`
	// The character between the columns of delimited files.
	Delimiter string `yaml:"delimiter,omitempty" jsonschema:"minLength=1,maxLength=1,default=\\,,example=;"`
	// Encoding of delimited files.
	Encoding string `yaml:"encoding,omitempty" jsonschema:"enum=UTF-8,enum=ISO-8859-1,default=UTF-8"`
	// Compression of delimited and JSON files. Default: none.
	Compression string `yaml:"compression,omitempty" jsonschema:"enum=bzip2,enum=gzip,enum=deflate,enum=zipDeflate,enum=tarGzip,enum=tar"`
	// The keys with which the files are encrypted and signed.
	Encryption *Encryption `yaml:"encryption,omitempty"`
}

// Encryption names keys of the sandbox by their ids.
type Encryption struct {
	// Id of the key pair that the files are encrypted for.
	PublicKeyID string `yaml:"publicKeyId" jsonschema:"minLength=1"`
	// Id of the key that verifies the signature of the files. Default: signatures are not checked.
	SignatureKeyID string `yaml:"signatureKeyId,omitempty" jsonschema:"minLength=1"`
}

// Filter says which rows of a table are read.
type Filter struct {
	Where string `yaml:"-" short:"true"`
	// The condition in Adobe's PQL, for what the short form cannot say: a node with nodeType, fnName, and params.
	PQL Data `yaml:"pql" jsonschema:"minProperties=1"`
}

// Rest is a batch self-serve source: the records of a REST service. It has a
// connection, as a database has, and parameters of its own.
type Rest struct {
	Via `yaml:",inline"`
	// Parameters of the source, which aepflow connectors NAME lists where Adobe publishes them. They are sent as they
	// are written.
	Params Data `yaml:"params,omitempty"`
}

// Stream is a source that never ends: data come as they arise, without a schedule.
// It has a connection, as a database has, unless it is a webhook, which the
// connector alone names. Which keys it has besides depends on the connector.
type Stream struct {
	Via `yaml:",inline"`
	// Whether the data are XDM already, and need no mappings. Default: raw. A stream of http-api has what its Connection
	// document says, and the key only next to connectionId.
	DataType string `yaml:"dataType,omitempty" jsonschema:"enum=raw,enum=xdm"`
	// Name of the Kinesis data stream (amazon-kinesis).
	StreamName string `yaml:"streamName,omitempty" jsonschema:"minLength=1,example=orders"`
	// Name of the event hub (azure-event-hubs).
	EventHubName string `yaml:"eventHubName,omitempty" jsonschema:"minLength=1,example=orders"`
	// Consumer group of the event hub (azure-event-hubs). One dataflow can read each. Default: $Default.
	ConsumerGroup string `yaml:"consumerGroup,omitempty" jsonschema:"minLength=1,example=aep"`
	// Name of the topic (google-pubsub).
	TopicName string `yaml:"topicName,omitempty" jsonschema:"minLength=1,example=projects/acme/topics/orders"`
	// Name of the subscription (google-pubsub). One dataflow can read each.
	Subscription string `yaml:"subscriptionName,omitempty" jsonschema:"minLength=1,example=projects/acme/subscriptions/in"`
	// Name of the table (snowflake-streaming).
	TableName string `yaml:"tableName,omitempty" jsonschema:"minLength=1,example=ORDERS"`
	// Column that says when a row was added (snowflake-streaming).
	TimestampColumn string `yaml:"timestampColumn,omitempty" jsonschema:"minLength=1,example=ADDED_AT"`
	// Time zone of timestamps that have none (snowflake-streaming). Default: UTC.
	Timezone string `yaml:"timezone,omitempty" jsonschema:"minLength=1,example=UTC"`
	// Whether rows are read that were there before (snowflake-streaming).
	Backfill *bool `yaml:"backfill,omitempty"`
	// Where a new dataflow begins: at the newest event, or the oldest that is kept (amazon-kinesis, azure-event-hubs).
	// Default: earliest.
	Reset string `yaml:"reset,omitempty" jsonschema:"enum=latest,enum=earliest"`
}
