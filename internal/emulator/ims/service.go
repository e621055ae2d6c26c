// Package ims is the token service: client credentials become bearer tokens.
package ims

import "github.com/aepflow/aepflow/internal/emulator/core"

type object = core.Object
