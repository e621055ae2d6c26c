package applier

import (
	"context"
	"errors"
	"fmt"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
)

// share takes over the object that a refused create collides with, where projects share the objects of a kind: it gets
// what the documents say about it. One that differs in what is fixed is another object.
func (e *executor) share(ctx context.Context, c *boundCall, cause error) outcome {
	spec, sent := resource.SpecOf(c.change.Kind), c.intent.Entry.Entry
	o, ok, err := e.resolver().finder.Shared(ctx, sent)
	if err != nil || !ok {
		return notDone(errors.Join(cause, err))
	}
	differences, err := remote.Compare(sent, o, e.tenant, c.change.Ignores)
	if err != nil {
		return notDone(errors.Join(cause, err))
	}
	done := outcome{known: platform.Done, id: o.ID, etag: o.ETag, already: true}
	if len(differences) == 0 {
		return done
	}
	for _, d := range differences {
		if d.Path.String() == spec.Fixed {
			return notDone(&SharedError{Address: c.change.Address, ID: o.ID, Field: spec.Fixed, Live: rawOf(d.To)})
		}
	}
	change := platform.Request{Method: "PUT", Path: spec.ItemURL(o.ID), Body: c.request.Body, Tag: c.request.Tag}
	if _, err := e.client.Do(ctx, change); err != nil {
		return outcome{known: platform.OutcomeOf(err), err: err}
	}
	return done
}

// SharedError says that an object which projects share exists, with another value of what cannot change.
type SharedError struct {
	Address resource.Address
	ID      string
	Field   string
	Live    []byte // JSON
}

func (e *SharedError) Error() string {
	spec := resource.SpecOf(e.Address.Kind)
	return fmt.Sprintf("the organization has another %s with the same %s, whose %s is %s and cannot change: "+
		"write that, or choose another %s", spec.Noun, spec.SharedBy, e.Field, e.Live, spec.SharedBy)
}
