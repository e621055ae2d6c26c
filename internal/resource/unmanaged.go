package resource

import "time"

// Unmanaged is an object of a sandbox that no entry of a lockfile owns.
type Unmanaged struct {
	Kind    Kind      `json:"kind"`
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	State   string    `json:"state,omitempty"`
	Created time.Time `json:"created,omitzero"`
	// What is orphan for a part that nothing refers to, destination, internal, or system for what the platform or another
	// product made, and "" for the rest.
	What   string   `json:"what,omitempty"`
	UsedBy []string `json:"used_by,omitempty"` // names of what refers to it
}

// What an unmanaged object is.
const (
	IsOrphan      = "orphan"
	IsDestination = "destination"
	IsInternal    = "internal"
	IsSystem      = "system"
)
