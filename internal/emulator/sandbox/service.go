// Package sandbox is the sandbox service: the list, and what administrators do.
package sandbox

import "github.com/aepflow/aepflow/internal/emulator/core"

type object = core.Object
