package planner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
)

// ErrVersion is the error of a plan whose major format version differs from FormatVersion.
var ErrVersion = errors.New("a plan in another format")

// ErrFormat is the error of a text that is not a plan.
var ErrFormat = errors.New("not a plan that this version reads")

// Marshal returns a plan as indented JSON, the form of `--output json` and of saved
// plans. Lists are never null. Values of secret fields are left out.
func Marshal(p *Plan) ([]byte, error) {
	var b bytes.Buffer
	if err := output.JSON(&b, normalized(p)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// normalized returns a copy of the plan with actions named, lists present, and secrets
// left out.
func normalized(p *Plan) *Plan {
	out := *p
	out.FormatVersion = cmp.Or(out.FormatVersion, FormatVersion)
	out.Changes = normalizedChanges(p.Changes)
	out.Drift = normalizedChanges(p.Drift)
	out.Diagnostics = nonNil(p.Diagnostics)
	return &out
}

func normalizedChanges(list []Change) []Change {
	out := make([]Change, len(list))
	for i, ch := range list {
		ch.Actions = actionList(ch.Action)
		ch.Calls = nonNil(ch.Calls)
		ch.Fields = nonNil(slices.Clone(ch.Fields))
		for k := range ch.Fields {
			if f := &ch.Fields[k]; f.Secret {
				f.Applied, f.Desired, f.Live = nil, nil, nil
			}
		}
		out[i] = ch
	}
	return out
}

// nonNil returns an empty list for nil, which JSON shows as [] instead of null.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// actionList returns the names of an action in JSON. A replacement is a creation and a
// deletion.
func actionList(a Action) []string {
	if a == Replace {
		return []string{"create", "delete"}
	}
	return []string{a.String()}
}

// actionFrom is the inverse of actionList.
func actionFrom(names []string) (Action, error) {
	for a := range Action(len(actionNames)) {
		if slices.Equal(names, actionList(a)) {
			return a, nil
		}
	}
	return NoOp, fmt.Errorf("unknown actions %q", names)
}

// Dependencies are what a change needs. In a plan, the reason of an edge is its label.
type Dependencies []resource.Edge

type dependency struct {
	To  resource.Address `json:"address"`
	Via string           `json:"label"`
}

// MarshalJSON prints a list, which is never null.
func (d Dependencies) MarshalJSON() ([]byte, error) {
	out := make([]dependency, len(d))
	for i, e := range d {
		out[i] = dependency(e)
	}
	return json.Marshal(out)
}

// UnmarshalJSON refuses unknown keys, as all of a plan does.
func (d *Dependencies) UnmarshalJSON(text []byte) error {
	var list []dependency
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return err
	}
	*d = make(Dependencies, len(list))
	for i, e := range list {
		(*d)[i] = resource.Edge(e)
	}
	return nil
}

// Unmarshal reads the JSON of a plan. It refuses unknown keys, another major format
// version, and text after the plan. Errors wrap ErrFormat or ErrVersion.
func Unmarshal(text []byte) (*Plan, error) {
	var head struct {
		FormatVersion string `json:"format_version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, resource.JSONFault(err))
	}
	if major(head.FormatVersion) != major(FormatVersion) {
		return nil, fmt.Errorf("%w: format_version %q, expected %s", ErrVersion, head.FormatVersion, FormatVersion)
	}
	p := new(Plan)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, resource.JSONFault(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: text after the plan", ErrFormat)
	}
	for _, list := range [][]Change{p.Changes, p.Drift} {
		for i := range list {
			if err := restore(&list[i]); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ErrFormat, list[i].Address, err)
			}
		}
	}
	return p, nil
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

// restore sets the action of a change that was read, checks its address, and compacts
// its bodies.
func restore(ch *Change) error {
	var err error
	if ch.Action, err = actionFrom(ch.Actions); err != nil {
		return err
	}
	if ch.Address.IsZero() {
		return errors.New("a change without an address")
	}
	if ch.Kind != ch.Address.Kind {
		return fmt.Errorf("kind %q does not fit the address", ch.Kind)
	}
	raws := []*json.RawMessage{&ch.Desired}
	for i := range ch.Fields {
		f := &ch.Fields[i]
		raws = append(raws, &f.Applied, &f.Desired, &f.Live)
	}
	for i := range ch.Calls {
		raws = append(raws, &ch.Calls[i].Body, &ch.Calls[i].Leaves)
	}
	for _, raw := range raws {
		if *raw == nil {
			continue
		}
		var b bytes.Buffer
		if err := json.Compact(&b, *raw); err != nil {
			return err
		}
		*raw = b.Bytes()
	}
	return nil
}
