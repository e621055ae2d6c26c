// Package dataprep is Data Prep: mapping sets with every version, their
// expressions, and previews.
package dataprep

import "github.com/aepflow/aepflow/internal/emulator/core"

type object = core.Object
