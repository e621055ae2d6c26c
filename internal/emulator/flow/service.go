// Package flow is Flow Service: connections, source and target connections,
// flows with their specifications, and runs. Nothing happens in the background:
// whoever looks at a sandbox first brings its runs up to the clock.
package flow

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

type object = core.Object

// Routes are the calls of Flow Service.
func Routes() []core.Route {
	return slices.Concat(connectionRoutes(), endpointRoutes(), flowRoutes(), runRoutes(), specRoutes(), inletRoutes())
}
