package remote

import (
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// Compare returns where an object differs in meaning from what was applied, but for fields that others may change: From
// is applied, To is live. It finds the drift that a refreshed plan shows, all but a change of the state: action calls
// and runs change that by themselves, and no update writes it. An error says that object or entry
// cannot be read.
func Compare(
	applied lockfile.Entry, o platform.Object, tenant string, ignores []string,
) ([]resource.Difference, error) {
	spec := resource.SpecOf(applied.Address.Kind)
	if spec.Tag {
		return nil, nil // the object has the tag, and a tag has no other content
	}
	want, err := resource.Parse(applied.Applied)
	if err != nil {
		return nil, fmt.Errorf("read the applied configuration of %s: %w", applied.Address, err)
	}
	live, err := applied.Align(want, o.Body, tenant)
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", o.ID, applied.Address, err)
	}
	live = spec.Ignoring(want, live, ignores)
	return slices.DeleteFunc(spec.Diff(want, live), func(d resource.Difference) bool {
		return len(d.Path) > 0 && d.Path[0].Name == spec.State
	}), nil
}
