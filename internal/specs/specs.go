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
	// CRMToAEP is the flow specification of all table sources.
	CRMToAEP = "14518937-270c-4525-bdec-c2ba7cce3860"
	// CloudStorageToAEP is the flow specification of all file sources.
	CloudStorageToAEP = "9753525b-82c7-4dce-8a9b-5ccfce2b9876"
	// DataLake is the connection specification of every target connection.
	DataLake = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
)
