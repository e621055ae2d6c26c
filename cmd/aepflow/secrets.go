package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// checkSecrets reads every secret of the graph and returns those that differ from the applied ones, or that are to be
// sent again. The lock has the names of the documents. A missing secret is a diagnostic at its line, unless its
// connection was taken over: then it is returned in unset, and is needed only when it is sent. The error is for
// unreadable allow lists.
func (p *project) checkSecrets(
	lock *lockfile.Lock, resend []resource.Address,
) (_ planner.Secrets, unset []unsetSecret, _ *diag.Report, _ error) {
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
				missing := unsetSecret{at: leaf.Origin, from: leaf.Text, of: r.Address, why: err.Error()}
				if isUnknown(lock, r.Address, at.String()) && !slices.Contains(resend, r.Address) {
					unset = append(unset, missing)
				} else {
					report.Add(missing)
				}
				return
			}
			if redact.IsShort(value) {
				report.Add(shortSecret{at: leaf.Origin})
			}
			values = append(values, lockfile.SecretValue{Address: r.Address, Path: at.String(), Value: value})
		})
	}
	if broken != nil {
		return planner.Secrets{}, nil, report, broken
	}
	if report.HasErrors() || len(values) == 0 {
		return planner.Secrets{}, unset, report, nil
	}
	if len(resend) == 0 && lock.Secrets != "" && lockfile.SecretMatches(lock.Secrets, lockfile.SecretText(values)) {
		return planner.Secrets{}, unset, report, nil
	}
	// The hashes of single secrets are slow, so they come last.
	var changed []planner.SecretPath
	for _, v := range values {
		e, ok := lock.Get(v.Address)
		i := slices.IndexFunc(e.Secrets, func(h lockfile.SecretHash) bool { return h.Path == v.Path })
		differs := i < 0 || e.Secrets[i].Hash != lockfile.UnknownSecret &&
			!lockfile.SecretMatches(e.Secrets[i].Hash, v.Value)
		if ok && (differs || slices.Contains(resend, v.Address)) {
			changed = append(changed, planner.SecretPath{Address: v.Address, Path: v.Path})
		}
	}
	slices.SortFunc(changed, planner.SecretPath.Compare)
	return planner.Secrets{Changed: changed, Resend: resend}, unset, report, nil
}

// isUnknown reports whether the value of a secret on the platform is not known: its connection was taken over.
func isUnknown(lock *lockfile.Lock, a resource.Address, path string) bool {
	e, _ := lock.Get(a)
	return slices.Contains(e.Secrets, lockfile.SecretHash{Path: path, Hash: lockfile.UnknownSecret})
}

// connectionsToResend are the addresses of --resend-secrets.
func (p *project) connectionsToResend(texts []string) ([]resource.Address, error) {
	list, err := addresses("--resend-secrets", texts)
	for _, a := range list {
		if _, ok := p.graph.Get(a); !ok || a.Kind != resource.Connection {
			return nil, exit(exitUsage, "--resend-secrets %s: no such connection in the documents", a)
		}
	}
	return list, err
}

// sends reports whether a plan sends a secret.
func sends(plan *planner.Plan, s unsetSecret) bool {
	for _, c := range plan.Changes {
		for _, call := range c.Calls {
			if c.Address == s.of && bytes.Contains(call.Body, []byte("${"+s.from+"}")) {
				return true
			}
		}
	}
	return false
}

// recordSecrets puts the hashes of secrets into the lockfile whose values were not known when their connections were
// taken over, as far as they are set now. Nothing is sent.
func (op *operation) recordSecrets() error {
	lock := op.session.Lock()
	var last lockfile.Ticket
	for _, e := range lock.Entries {
		body, err := resource.Parse(e.Applied)
		if err != nil || len(e.Secrets) == 0 {
			continue
		}
		secrets := slices.Clone(e.Secrets)
		body.Walk(func(at resource.Path, leaf resource.Value) {
			if leaf.Kind != resource.SecretValue || !isUnknown(lock, e.Address, at.String()) {
				return
			}
			value, err := op.project.env.secret(leaf.Text)
			if err != nil {
				return // it is not set yet
			}
			i := slices.IndexFunc(secrets, func(h lockfile.SecretHash) bool { return h.Path == at.String() })
			secrets[i].Hash = lockfile.HashSecret(value)
			op.say("recorded %s of %s without sending it", at, e.Address)
		})
		if !slices.Equal(secrets, e.Secrets) {
			e.Secrets = secrets
			last = op.session.Edit(lockfile.Edit{Put: &lockfile.EntryText{Entry: e}})
		}
	}
	return op.session.Wait(last)
}
