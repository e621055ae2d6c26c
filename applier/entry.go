package applier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// makes reports whether a step makes or changes the current object.
func makes(s planner.Step) bool {
	switch s {
	case planner.StepCreate, planner.StepUpdate, planner.StepEnable, planner.StepDisable:
		return true
	}
	return false
}

// entryAfter returns the entry as it is once a call is done, without what only
// the answer tells. now is the entry before, start the start of a schedule that
// the call sends; k is -1 for an import.
func (r *run) entryAfter(c callRef, now lockfile.Entry, start json.RawMessage) (lockfile.Entry, error) {
	e := lockfile.Entry{
		Address: c.change.Address, ID: now.ID, ETag: now.ETag, Protect: c.change.Protect, MovedFrom: c.change.RenamedFrom,
		Sent: now.Sent, Needs: now.Needs, Secrets: now.Secrets,
	}
	var err error
	if e.Applied, err = c.applied(now.Applied); err != nil {
		return lockfile.Entry{}, err
	}
	if c.k >= 0 && c.call().Step != planner.StepCreate && c.call().Step != planner.StepUpdate {
		return e, nil // actions send no values
	}
	e.Sent, e.Secrets = c.sent(now, start), nil
	if e.Needs, err = r.needsOf(c.change); err != nil {
		return lockfile.Entry{}, err
	}
	_, err = bindBody(c.change.Desired, r.tenant, func(at resource.Path, v resource.Value) ([]byte, error) {
		if v.Kind != resource.SecretValue {
			return nil, nil
		}
		hash, err := r.secrets.hash(v.Text, hashAt(now.Secrets, at.String()))
		e.Secrets = append(e.Secrets, lockfile.SecretHash{Path: at.String(), Hash: hash})
		return nil, err
	})
	if err != nil {
		return lockfile.Entry{}, err
	}
	slices.SortFunc(e.Secrets, func(a, b lockfile.SecretHash) int { return strings.Compare(a.Path, b.Path) })
	return e, nil
}

// needsOf returns what a desired body refers to, and what each reference stands
// for now.
func (r *run) needsOf(c *planner.Change) ([]lockfile.Need, error) {
	var needs []lockfile.Need
	_, err := bindBody(c.Desired, r.tenant, func(at resource.Path, v resource.Value) ([]byte, error) {
		if v.Kind != resource.RefValue {
			return nil, nil
		}
		id, err := r.lookUp(v.Ref)
		field := v.Ref.Field
		if field == "id" {
			field = ""
		}
		needs = append(needs, lockfile.Need{Edge: resource.Edge{To: v.Ref.To, Via: at.String()}, Field: field, ID: id})
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	for _, edge := range c.DependsOn {
		if !slices.ContainsFunc(needs, func(n lockfile.Need) bool { return n.Edge == edge }) {
			needs = append(needs, lockfile.Need{Edge: edge})
		}
	}
	return needs, nil
}

// sent returns the values that the platform has in the place of what is desired:
// a start that is open, and those with which the new flow of a cut-over differs
// from its document. An update that sends none of them leaves them as they are.
func (c callRef) sent(now lockfile.Entry, start json.RawMessage) []lockfile.Sent {
	if c.k < 0 {
		return nil
	}
	spec := resource.SpecOf(c.change.Kind)
	var out []lockfile.Sent
	if c.call().Step == planner.StepUpdate {
		for _, s := range now.Sent {
			if !bytes.Contains(c.call().Body, quote("/"+strings.ReplaceAll(s.Path, ".", "/"))) {
				out = append(out, s)
			}
		}
	}
	if bytes.Contains(c.call().Body, []byte(openStart)) {
		out = append(out, lockfile.Sent{Path: spec.StartTime, Value: start})
	}
	if c.call().Step == planner.StepUpdate {
		return out
	}
	if spec.Backfill == "" || bytes.Equal(c.call().Body, c.change.Desired) {
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

// applied returns the configuration that the platform has once a call is done:
// all that is desired after the last call of a change that makes something, and
// before it only the fields that the calls so far settle.
func (c callRef) applied(before json.RawMessage) (json.RawMessage, error) {
	desired := c.change.Desired
	if c.k < 0 || !slices.ContainsFunc(c.change.Calls[c.k+1:], func(later planner.Call) bool { return makes(later.Step) }) {
		return desired, nil
	}
	if leaves := c.call().Leaves; len(leaves) > 0 {
		return leaves, nil
	}
	want, err := resource.Parse(desired)
	if err != nil {
		return nil, fmt.Errorf("read the desired configuration: %w", err)
	}
	have := resource.Object()
	if c.call().Step != planner.StepCreate && len(before) > 0 {
		if have, err = resource.Parse(before); err != nil {
			return nil, fmt.Errorf("read the applied configuration: %w", err)
		}
	}
	settled := topNames(c.call().Settles)
	if len(settled) == 0 { // all but what later calls name, or the state that they change
		later := []string{resource.SpecOf(c.change.Kind).State}
		for _, l := range c.change.Calls[c.k+1:] {
			later = append(later, topNames(l.Settles)...)
		}
		for _, f := range want.Fields {
			if !slices.Contains(later, f.Name) {
				settled = append(settled, f.Name)
			}
		}
		for _, f := range have.Fields {
			if _, stays := want.Get(f.Name); !stays && !slices.Contains(later, f.Name) {
				settled = append(settled, f.Name)
			}
		}
	}
	for _, name := range settled {
		if v, ok := want.Get(name); ok {
			have = have.With(name, v)
		} else {
			have = have.Without(name)
		}
	}
	return have.JSON(), nil
}

// topNames returns the first steps of printed paths.
func topNames(paths []string) []string {
	var out []string
	for _, p := range paths {
		if end := strings.IndexAny(p, ".["); end > 0 {
			p = p[:end]
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// lookUp returns what a reference stands for: the id or version of an object that
// exists or was made a moment ago.
func (r *run) lookUp(ref resource.Ref) (string, error) {
	if e, ok := r.session.Get(ref.To); ok {
		if v, ok := e.Output(ref.Field); ok {
			return v, nil
		}
	}
	return "", fmt.Errorf("bind %s: it is not known: the lockfile has no such value", ref)
}

// openStart stands in a body for the start of a schedule that the documents leave
// open.
const openStart = `"${time.start}"`

// startTime is that start, in epoch seconds of the platform's clock.
func startTime(now time.Time) json.RawMessage {
	return strconv.AppendInt(nil, now.Add(startMargin).Unix(), 10)
}
