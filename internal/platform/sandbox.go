package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/aepflow/aepflow/internal/specs"
)

// unknownSandbox matches the codes for a sandbox that does not exist.
var unknownSandbox = regexp.MustCompile(`-(2100|2101|2103|2106)-404$`)

// Sandbox is one of the organization's sandboxes.
type Sandbox struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Type    string `json:"type"`  // production or development
	State   string `json:"state"` // active, creating, resetting, …
	Region  string `json:"region"`
	Default bool   `json:"isDefault"`
}

// FindSandbox looks a sandbox up by name, in the list that every user may read;
// reading one by its name takes an administrator. ok is false when there is
// none of that name that this client may see.
func FindSandbox(ctx context.Context, d Doer, name string) (s Sandbox, ok bool, err error) {
	path := specs.Sandboxes + "/"
	res, err := get(ctx, d, path, "")
	var refused *Error
	if errors.As(err, &refused) && unknownSandbox.MatchString(refused.Code) { // the call's own header names it
		return Sandbox{}, false, nil
	}
	if err != nil {
		return Sandbox{}, false, err
	}
	var list struct {
		Sandboxes []Sandbox `json:"sandboxes"`
	}
	if err := json.Unmarshal(res.Body, &list); err != nil {
		return Sandbox{}, false, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	for _, s := range list.Sandboxes {
		if s.Name == name {
			return s, true, nil
		}
	}
	return Sandbox{}, false, nil
}
