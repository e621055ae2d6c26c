package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// checkSecrets reads every secret of the graph and returns those that differ from the applied ones. The lock has the
// names of the documents. A missing secret is a diagnostic at its line; the error is for unreadable allow lists.
func (p *project) checkSecrets(lock *lockfile.Lock) (planner.Secrets, *diag.Report, error) {
	var broken *exitError
	report := &diag.Report{}
	var values []lockfile.SecretValue
	for _, r := range p.graph.All() {
		if r.Address.Kind != resource.Connection {
			continue // only connections sign in
		}
		v, err := r.Body.Value()
		if err != nil {
			panic(fmt.Sprintf("aepflow: body of %s: %v", r.Address, err))
		}
		v.Walk(func(at resource.Path, leaf resource.Value) {
			if leaf.Kind != resource.SecretValue {
				return
			}
			value, err := p.env.secret(leaf.Text)
			var refused *secretRefusal
			switch {
			case errors.As(err, &broken):
				return
			case errors.As(err, &refused):
				report.Add(secretRefused{at: leaf.Origin, why: refused})
				return
			case err != nil:
				report.Add(unsetSecret{at: leaf.Origin, from: leaf.Text, of: r.Address, why: err.Error()})
				return
			}
			if redact.IsShort(value) {
				report.Add(shortSecret{at: leaf.Origin})
			}
			values = append(values, lockfile.SecretValue{Address: r.Address, Path: at.String(), Value: value})
		})
	}
	if broken != nil {
		return planner.Secrets{}, report, broken
	}
	if report.HasErrors() || len(values) == 0 {
		return planner.Secrets{}, report, nil
	}
	if lock.Secrets != "" && lockfile.SecretMatches(lock.Secrets, lockfile.SecretText(values)) {
		return planner.Secrets{}, report, nil
	}
	// The hashes of single secrets are slow, so they come last.
	var changed []planner.SecretPath
	for _, v := range values {
		e, ok := lock.Get(v.Address)
		i := slices.IndexFunc(e.Secrets, func(h lockfile.SecretHash) bool { return h.Path == v.Path })
		if ok && (i < 0 || !lockfile.SecretMatches(e.Secrets[i].Hash, v.Value)) {
			changed = append(changed, planner.SecretPath{Address: v.Address, Path: v.Path})
		}
	}
	slices.SortFunc(changed, planner.SecretPath.Compare)
	return planner.Secrets{Changed: changed}, report, nil
}
