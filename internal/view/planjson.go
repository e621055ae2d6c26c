package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// ErrPlanVersion says that a plan was written by a tool of another time.
var ErrPlanVersion = errors.New("a plan in another format")

// ErrPlanFormat says that a file is no plan that this version reads. Callers
// branch with errors.Is.
var ErrPlanFormat = errors.New("not a plan that this version reads")

// PlanJSON writes a plan as JSON: the machine contract, and what a saved plan
// holds.
func PlanJSON(w io.Writer, p *planner.Plan) error {
	text, err := MarshalPlan(p)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// MarshalPlan returns a plan as indented JSON without HTML escapes. Lists are
// never null. Values of secret fields are left out, whatever the plan holds.
func MarshalPlan(p *planner.Plan) ([]byte, error) {
	return indented(normal(p))
}

// normal is the plan in the one shape that is written: actions named, lists
// present, secrets blank. p itself is not changed.
func normal(p *planner.Plan) *planner.Plan {
	out := *p
	if out.FormatVersion == "" {
		out.FormatVersion = planner.FormatVersion
	}
	out.Changes = normalChanges(p.Changes)
	out.Drift = normalChanges(p.Drift)
	out.Diagnostics = present(p.Diagnostics)
	return &out
}

func normalChanges(list []planner.Change) []planner.Change {
	out := make([]planner.Change, len(list))
	for i, ch := range list {
		ch.Actions = planner.ActionList(ch.Action)
		ch.DependsOn = present(ch.DependsOn)
		ch.Calls = present(ch.Calls)
		ch.Fields = present(ch.Fields)
		if slices.ContainsFunc(ch.Fields, func(f planner.FieldChange) bool { return f.Secret }) {
			ch.Fields = slices.Clone(ch.Fields)
			for k := range ch.Fields {
				if ch.Fields[k].Secret {
					ch.Fields[k].Applied, ch.Fields[k].Desired, ch.Fields[k].Live = nil, nil, nil
				}
			}
		}
		out[i] = ch
	}
	return out
}

// present returns an empty list for none: readers of JSON should not have to
// tell null from [].
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// actionFrom undoes planner.ActionList.
func actionFrom(names []string) (planner.Action, error) {
	if len(names) == 2 && names[0] == "create" && names[1] == "delete" {
		return planner.Replace, nil
	}
	if len(names) == 1 && names[0] != planner.Replace.String() {
		var a planner.Action
		if err := a.UnmarshalText([]byte(names[0])); err == nil {
			return a, nil
		}
	}
	return planner.NoOp, fmt.Errorf("unknown actions %q", names)
}

// ReadPlan reads a saved plan strictly: unknown keys, another major version and
// anything after the plan are refused. Errors wrap
// ErrPlanFormat or ErrPlanVersion.
func ReadPlan(text []byte) (*planner.Plan, error) {
	var head struct {
		FormatVersion string `json:"format_version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrPlanFormat, resource.JSONFault(err))
	}
	if major(head.FormatVersion) != major(planner.FormatVersion) {
		return nil, fmt.Errorf("%w: format_version %q, expected %s", ErrPlanVersion, head.FormatVersion, planner.FormatVersion)
	}
	p := new(planner.Plan)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrPlanFormat, resource.JSONFault(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: text after the plan", ErrPlanFormat)
	}
	for _, list := range [][]planner.Change{p.Changes, p.Drift} {
		for i := range list {
			if err := restore(&list[i]); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ErrPlanFormat, list[i].Address, err)
			}
		}
	}
	return p, nil
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

// restore undoes what writing did: the action from its names, bodies compact.
func restore(ch *planner.Change) error {
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
		raws = append(raws, &ch.Calls[i].Body)
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

// indented returns v as JSON, two blanks deep, without HTML escapes.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := output.JSON(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
