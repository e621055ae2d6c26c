// Package catalog is Catalog Service and batch ingestion: datasets with their labels,
// batches, and the files of those under way.
package catalog

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

type object = core.Object

// Routes are the calls of Catalog Service and batch ingestion.
func Routes() []core.Route {
	return slices.Concat(catalogRoutes(), batchRoutes(), batchWriteRoutes(), uploadRoutes(),
		labelRoutes())
}
