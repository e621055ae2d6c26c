package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/files"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

func secretEnv(from string) (string, bool) { return strings.CutPrefix(from, "env.") }

// secret reads what a reference of a document stands for: `env.NAME` or
// `file.PATH`, from the project's folder.
func (p *project) secret(from string) (string, error) {
	if name, ok := secretEnv(from); ok {
		if err := p.mayReadEnv(name); err != nil {
			return "", err
		}
		v, set := p.getenv(name)
		switch {
		case !set:
			return "", errors.New("not set")
		case v == "":
			return "", errors.New("empty")
		}
		return v, nil
	}
	text, err := p.readSecretFile(strings.TrimPrefix(from, "file."))
	if refused := (*files.Error)(nil); errors.As(err, &refused) {
		return "", errors.New(refused.Reason())
	}
	if err != nil {
		return "", err
	}
	v := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if v == "" {
		return "", errors.New("it is empty")
	}
	return v, nil
}

// checkSecrets reads every secret that the graph refers to and says which of
// them differ from what was applied; the lock has the documents' names. One that
// is not there is a diagnostic at its line; the error is for what the person
// allows, when that cannot be read.
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
			value, err := p.secret(leaf.Text)
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
	// Only now is the slow hash of each one looked at.
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
