package lockfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// Align puts the live object of an entry into the shape of applied, the parsed e.Applied, so that
// resource.Spec.Diff returns what changed on the platform and nothing else. The result has
//
//   - the references, secrets, and tenant placeholders of applied where the platform has what was sent for them;
//   - the values of applied where the platform has those that were sent in their place;
//   - the state of applied while the platform changes from one state to another.
//
// The start of a schedule that the document leaves open is not compared. An error says that live is
// not an object.
func (e Entry) Align(applied resource.Value, live json.RawMessage, tenant string) (resource.Value, error) {
	spec := resource.SpecOf(e.Address.Kind)
	sent, err := e.withSent(applied, func(v resource.Value) bool { return v.Kind != resource.StartValue })
	if err != nil {
		return resource.Value{}, err
	}
	aligned, err := spec.Align(sent, live, tenant, e.resolved)
	if err != nil {
		return resource.Value{}, err
	}
	for _, s := range e.Sent {
		documented, _ := spec.Find(applied, s.Path)
		put, wasSent := spec.Find(sent, s.Path)
		if is, ok := spec.Find(aligned, s.Path); ok && wasSent && is.Equal(put) {
			aligned = resource.Set(aligned, s.Path, documented)
		}
	}
	if state, ok := aligned.Get(spec.State); ok && !slices.Contains([]string{"enabled", "disabled", "draft"}, state.Text) {
		if was, ok := applied.Get(spec.State); ok {
			aligned = aligned.With(spec.State, was)
		}
	}
	return aligned, nil
}

// AsSent returns the entry with every value in Applied that was bound when it was sent, the start of
// a schedule included. It is what an object must have that a call made.
func (e Entry) AsSent() (Entry, error) {
	applied, err := resource.Parse(e.Applied)
	if err != nil {
		return Entry{}, fmt.Errorf("read the applied configuration of %s: %w", e.Address, err)
	}
	if applied, err = e.withSent(applied, func(resource.Value) bool { return true }); err != nil {
		return Entry{}, err
	}
	e.Applied, e.Sent = applied.JSON(), nil
	return e, nil
}

// withSent puts the values that were sent in the place of those in applied that where accepts.
func (e Entry) withSent(applied resource.Value, where func(resource.Value) bool) (resource.Value, error) {
	spec := resource.SpecOf(e.Address.Kind)
	for _, s := range e.Sent {
		v, err := resource.ParsePlain(s.Value)
		if err != nil {
			return resource.Value{}, fmt.Errorf("read what was sent for %s of %s: %w", s.Path, e.Address, err)
		}
		if was, ok := spec.Find(applied, s.Path); ok && where(was) {
			applied = resource.Set(applied, s.Path, v)
		}
	}
	return applied, nil
}

// resolved returns the value that a reference of Applied had when it was sent. ok is false when the
// entry does not have it.
func (e Entry) resolved(at resource.Path, r resource.Ref) (value string, ok bool) {
	via := at.String()
	i := slices.IndexFunc(e.Needs, func(n Need) bool { return n.ID != "" && n.To == r.To && n.Via == via })
	if i < 0 {
		return "", false
	}
	return e.Needs[i].ID, true
}
