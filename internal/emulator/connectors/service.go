// Package connectors is the service of the connectors themselves: the data landing
// zone of a sandbox, and the keys that encrypted files are read with.
package connectors

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

type object = core.Object

// Routes are the calls of the service.
func Routes() []core.Route { return slices.Concat(landingZoneRoutes(), keyRoutes()) }
