package specs

import (
	"net/url"
	"strings"
)

// Roots of the services on the platform's host.
const (
	FlowService    = "/data/foundation/flowservice"
	SchemaRegistry = "/data/foundation/schemaregistry"
	Catalog        = "/data/foundation/catalog"
	DataAccess     = "/data/foundation/export" // files of batches
	DatasetService = "/data/foundation/dataset"
	DataPrep       = "/data/foundation/conversion"
	Sandboxes      = "/data/foundation/sandbox-management"
	ConnectorSetup = "/data/foundation/connectors" // the landing zone, and keys of encrypted files
)

// EscapeID encodes an id as one segment of a path: it percent-encodes all but
// unreserved characters, because the ids of the registry are URLs.
func EscapeID(id string) string {
	return strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
}
