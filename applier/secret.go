package applier

import (
	"fmt"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/resource"
)

// secretStore reads each secret once and tells the client to mask it before it can appear anywhere.
type secretStore struct {
	read   func(from string) (string, error)
	redact *redact.Redactor // nil when the client has none

	mu     sync.Mutex
	values map[string]string // by where they come from
	hashed map[string]string // hash → the value that it was made of, or found to fit
}

func newSecretStore(read func(string) (string, error), d Doer) *secretStore {
	s := &secretStore{read: read, values: map[string]string{}, hashed: map[string]string{}}
	if m, ok := d.(interface{ Redactor() *redact.Redactor }); ok {
		s.redact = m.Redactor()
	}
	return s
}

// value returns the secret at `env.NAME` or `file.PATH`.
func (s *secretStore) value(from string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.valueLocked(from)
}

func (s *secretStore) valueLocked(from string) (string, error) {
	if v, ok := s.values[from]; ok {
		return v, nil
	}
	if s.read == nil {
		return "", fmt.Errorf("read secret %s: secrets are not available here", from)
	}
	v, err := s.read(from)
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", from, err)
	}
	if s.redact != nil {
		s.redact.Add(v)
	}
	s.values[from] = v
	return v, nil
}

// hash returns the hash of a secret: the one before while it still fits, so that an unchanged secret
// changes nothing in the lockfile. Hashes take memory on purpose, so only one is made at a time.
func (s *secretStore) hash(from, before string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.valueLocked(from)
	if err != nil {
		return "", err
	}
	if before == "" || !s.fits(before, v) {
		before = lockfile.HashSecret(v)
	}
	s.hashed[before] = v
	return before, nil
}

// fits compares a value with a hash, which is slow on purpose, unless the two were compared
// before. mu is held.
func (s *secretStore) fits(hash, value string) bool {
	of, ok := s.hashed[hash]
	return ok && of == value || lockfile.SecretMatches(hash, value)
}

// fitting returns the secret at a place if it still has a hash.
func (s *secretStore) fitting(from, hash string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.valueLocked(from)
	if err == nil && !s.fits(hash, v) {
		err = fmt.Errorf("secret %s has changed and was not applied", from)
	}
	return v, err
}

func hashAt(list []lockfile.SecretHash, path string) string {
	for _, h := range list {
		if h.Path == path {
			return h.Hash
		}
	}
	return ""
}

// secretAt is the hash of one secret of a lock.
type secretAt struct {
	address resource.Address
	lockfile.SecretHash
}

func secretsOf(l *lockfile.Lock) []secretAt {
	var out []secretAt
	for _, e := range l.Entries {
		for _, h := range e.Secrets {
			out = append(out, secretAt{e.Address, h})
		}
	}
	return out
}

// secretsHash returns the hash over all secrets that a lockfile is to have. before is the lockfile as
// it was: while its secrets are the same, so is the hash. Where a secret cannot be read, or has
// changed and was not applied (its call failed, or it was left out of the plan), the hash is "": the next plan
// compares each of them.
func (s *secretStore) secretsHash(before, now *lockfile.Lock) string {
	if before.Secrets != "" && slices.Equal(secretsOf(now), secretsOf(before)) {
		return before.Secrets
	}
	var all []lockfile.SecretValue
	for _, e := range now.Entries {
		if len(e.Secrets) == 0 {
			continue
		}
		values, err := bindables(e.Applied)
		if err != nil {
			return ""
		}
		for _, v := range values {
			if v.Kind != resource.SecretValue {
				continue
			}
			value, err := s.fitting(v.Text, hashAt(e.Secrets, v.at))
			if err != nil {
				return ""
			}
			all = append(all, lockfile.SecretValue{Address: e.Address, Path: v.at, Value: value})
		}
	}
	if len(all) == 0 {
		return ""
	}
	return lockfile.HashSecret(lockfile.SecretText(all))
}
