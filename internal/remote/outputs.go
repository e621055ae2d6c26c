package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

// Outputs are what the senders of a stream need to know. The platform makes them, and they are never
// stored.
type Outputs struct {
	InletURL string `json:"inletUrl,omitempty"` // the address that takes data
	FlowID   string `json:"flowId,omitempty"`   // which HTTP API asks senders to name
}

// OutputsOf reads the outputs of an entry, a connection or a flow: none for what no sender brings data to.
func OutputsOf(ctx context.Context, d platform.Doer, lock *lockfile.Lock, e lockfile.Entry) (Outputs, error) {
	body, err := resource.Parse(e.Applied)
	if err != nil || e.ID == "" {
		return Outputs{}, nil
	}
	switch e.Address.Kind {
	case resource.Connection:
		if stream, _ := resource.StreamOf(body); stream.Pushed {
			return inletOf(ctx, d, resource.Connection, e.ID)
		}
	case resource.Flow:
		return outputsOfFlow(ctx, d, lock, e)
	}
	return Outputs{}, nil
}

func outputsOfFlow(ctx context.Context, d platform.Doer, lock *lockfile.Lock, e lockfile.Entry) (Outputs, error) {
	for _, need := range e.Needs {
		source, ok := lock.Get(need.To)
		body, err := resource.Parse(source.Applied)
		if need.To.Kind != resource.Source || !ok || err != nil {
			continue
		}
		stream, _ := resource.StreamOf(body)
		switch {
		case stream.Webhook:
			return inletOf(ctx, d, resource.Flow, e.ID)
		case stream.Pushed:
			out, err := inletOf(ctx, d, resource.Connection, baseOf(source, body))
			out.FlowID = e.ID
			return out, err
		}
	}
	return Outputs{}, nil
}

// baseOf returns the ID of the connection of a source connection.
func baseOf(source lockfile.Entry, body resource.Value) string {
	for _, need := range source.Needs {
		if need.Via == "baseConnectionId" {
			return need.ID
		}
	}
	base, _ := body.Get("baseConnectionId")
	return base.Text
}

// inletOf reads the address that takes data: a connection of HTTP API has it, or the flow of a webhook.
func inletOf(ctx context.Context, d platform.Doer, kind resource.Kind, id string) (Outputs, error) {
	o, ok, err := Read(ctx, d, kind, id)
	switch {
	case err != nil:
		return Outputs{}, err
	case !ok:
		return Outputs{}, fmt.Errorf("%s %s was not found on the platform", resource.SpecOf(kind).Noun, id)
	}
	var has struct {
		Auth struct {
			Params struct{ InletURL string }
		}
		Options struct{ InletURL string }
	}
	if err := json.Unmarshal(o.Body, &has); err != nil {
		return Outputs{}, fmt.Errorf("read %s %s: inletUrl is not text", resource.SpecOf(kind).Noun, id)
	}
	text := has.Auth.Params.InletURL
	if kind == resource.Flow {
		text = has.Options.InletURL
	}
	if err := checkInlet(text); err != nil {
		return Outputs{}, fmt.Errorf("read %s %s: %w", resource.SpecOf(kind).Noun, id, err)
	}
	return Outputs{InletURL: text}, nil
}

// maxInlet is how many bytes an address may have.
const maxInlet = 2048

// inlet is an address without user, fragment, space, or quote. A shell needs quotes around its query.
var inlet = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~%/?=&-]*)?$`)

// checkInlet says why a text of the platform is not an address that people and scripts may send data to.
func checkInlet(text string) error {
	switch {
	case text == "":
		return errors.New("there is no inletUrl")
	case len(text) > maxInlet:
		return fmt.Errorf("inletUrl has more than %d bytes", maxInlet)
	case !inlet.MatchString(text):
		return errors.New("inletUrl is not a plain https address")
	}
	return nil
}
