// Package registry is Schema Registry with Adobe's standard resources, and the
// namespaces of identities.
package registry

import (
	"slices"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

type object = core.Object

// Routes are the calls of Schema Registry.
func Routes() []core.Route {
	return slices.Concat(registryRoutes(), descriptorRoutes(), namespaceRoutes())
}
