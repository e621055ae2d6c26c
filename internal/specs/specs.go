// Package specs holds what the platform publishes and every org shares:
// connection and flow specifications, standard XDM paths, Data Prep functions.
//
// It is data only: nothing is parsed before the first call that needs it, and
// nothing here depends on another package of the module. It is the one package
// that the client's side and the emulator have in common.
package specs

// Ids that are the same in every org and sandbox.
const (
	// ProviderID is the provider of all of Adobe's own batch connectors.
	ProviderID = "0ed90a81-07f4-4586-8190-b40eccef1c5a"
	// StreamProviderID is the provider of streams.
	StreamProviderID = "521eee4d-8cbe-4906-bb48-fb6bd4450033"
	// CRMToAEP is the flow specification of all table sources.
	CRMToAEP = "14518937-270c-4525-bdec-c2ba7cce3860"
	// CloudStorageToAEP is the flow specification of all file sources.
	CloudStorageToAEP = "9753525b-82c7-4dce-8a9b-5ccfce2b9876"
	// RestStorageToAEP is the flow specification of batch self-serve sources.
	RestStorageToAEP = "6499120c-0b15-42dc-936e-847ea3c24d72"
	// GenericStreamingAEP is the flow specification of webhooks, which are self-serve streams.
	GenericStreamingAEP = "e77fde5a-22a8-11ed-861d-0242ac120002"
	// StreamOptionalMapping is the flow specification of Kinesis, Event Hubs, and PubSub.
	StreamOptionalMapping = "d69717ba-71b4-4313-b654-49f9cf126d7a"
	// StreamWithMapping is the flow specification of raw data for HTTP API, and of Snowflake streaming.
	StreamWithMapping = "c1a19761-d2c7-4702-b9fa-fe91f0613e81"
	// StreamXDM is the flow specification of XDM data for HTTP API.
	StreamXDM = "d8a6f005-7eaf-4153-983e-e8574508b877"
	// DataLake is the connection specification of every target connection.
	DataLake = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
)
