package applier

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// entryAfter returns the entry as it is once a call is done, without what only the answer contains.
// before is the entry until then, start the start of a schedule that the call sends.
func (r *recorder) entryAfter(c callRef, before lockfile.Entry, start json.RawMessage) (lockfile.Entry, error) {
	e := lockfile.Entry{
		Address: c.change.Address, Protect: c.change.Protect, MovedFrom: c.change.RenamedFrom,
		ID: before.ID, ETag: before.ETag, Created: before.Created,
		Sent: before.Sent, Needs: before.Needs, Secrets: before.Secrets,
	}
	var err error
	if e.Applied, err = c.applied(before.Applied); err != nil {
		return lockfile.Entry{}, err
	}
	if c.k >= 0 && c.call().Step != planner.StepCreate && c.call().Step != planner.StepUpdate {
		return e, nil // actions send no values
	}
	e.Sent, e.Secrets = c.sent(before.Sent, start), nil
	values, err := bindables(c.change.Desired)
	if err != nil {
		return lockfile.Entry{}, err
	}
	if e.Needs, err = r.needsOf(c.change, values); err != nil {
		return lockfile.Entry{}, err
	}
	for _, v := range values {
		if v.Kind != resource.SecretValue {
			continue
		}
		hash, err := r.secrets.hash(v.Text, hashAt(before.Secrets, v.at))
		if err != nil && c.k < 0 {
			hash, err = lockfile.UnknownSecret, nil // an object that is taken over: nothing is sent
		}
		if err != nil {
			return lockfile.Entry{}, err
		}
		e.Secrets = append(e.Secrets, lockfile.SecretHash{Path: v.at, Hash: hash})
	}
	slices.SortFunc(e.Secrets, func(a, b lockfile.SecretHash) int { return strings.Compare(a.Path, b.Path) })
	return e, nil
}

// needsOf returns what the values of a desired body refer to, with the value that each reference has now.
func (r *recorder) needsOf(c *planner.Change, values []bindable) ([]lockfile.Need, error) {
	var needs []lockfile.Need
	for _, v := range values {
		if v.Kind != resource.RefValue {
			continue
		}
		id, err := r.lookUp(v.Ref)
		if err != nil {
			return nil, err
		}
		field := v.Ref.Field
		if field == "id" {
			field = ""
		}
		needs = append(needs, lockfile.Need{Edge: resource.Edge{To: v.Ref.To, Via: v.at}, Field: field, ID: id})
	}
	for _, edge := range c.DependsOn {
		if !slices.ContainsFunc(needs, func(n lockfile.Need) bool { return n.Edge == edge }) {
			needs = append(needs, lockfile.Need{Edge: edge})
		}
	}
	return needs, nil
}

// lookUp returns the value of a reference: the ID or version of an object that exists.
func (r *recorder) lookUp(ref resource.Ref) (string, error) {
	if e, ok := r.session.Get(ref.To); ok {
		if v, ok := e.Output(ref.Field); ok {
			return v, nil
		}
	}
	return "", fmt.Errorf("bind %s: it is not known: the lockfile has no such value", ref)
}

// sent returns the values that the platform has in the place of what is desired once a call is done:
// the start that it binds, nil for none, and those with which the new flow of a replacement differs
// from its document. An update keeps the values that it does not send; before are the earlier ones.
func (c callRef) sent(before []lockfile.Sent, start json.RawMessage) []lockfile.Sent {
	if c.k < 0 {
		return nil
	}
	spec := resource.SpecOf(c.change.Kind)
	var out []lockfile.Sent
	isUpdate := c.call().Step == planner.StepUpdate
	for _, s := range before {
		if isUpdate && !c.updates(s.Path) {
			out = append(out, s)
		}
	}
	if start != nil {
		out = append(out, lockfile.Sent{Path: spec.StartTime, Value: start})
	}
	if isUpdate || c.change.Action != planner.Replace || spec.Backfill == "" {
		return out
	}
	body, err1 := resource.Parse(c.call().Body)
	desired, err2 := resource.Parse(c.change.Desired)
	if err1 != nil || err2 != nil {
		return out
	}
	sends, _ := spec.Find(body, spec.Backfill)
	if wants, ok := spec.Find(desired, spec.Backfill); ok && !wants.Equal(sends) {
		out = append(out, lockfile.Sent{Path: spec.Backfill, Value: sends.JSON()})
	}
	return out
}

// updates reports whether the change updates the field at a path.
func (c callRef) updates(path string) bool {
	return slices.ContainsFunc(c.change.Fields, func(f planner.FieldChange) bool {
		return f.Path == path && f.Action == planner.Update
	})
}
