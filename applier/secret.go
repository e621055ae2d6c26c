package applier

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/redact"
	"github.com/aepflow/aepflow/internal/resource"
)

// secretStore reads each secret once and tells the client to mask it before it
// can appear anywhere.
type secretStore struct {
	read   func(from string) (string, error)
	redact *redact.Redactor // nil when the client has none

	mu    sync.Mutex
	known map[string]string
	fits  map[string]string // hash → the value that it is known to be of
}

func newSecretStore(read func(string) (string, error), d Doer) *secretStore {
	s := &secretStore{read: read, known: map[string]string{}, fits: map[string]string{}}
	if m, ok := d.(interface{ Redactor() *redact.Redactor }); ok {
		s.redact = m.Redactor()
	}
	return s
}

func (s *secretStore) value(from string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.known[from]; ok {
		return v, nil
	}
	if s.read == nil {
		return "", fmt.Errorf("read secret %s: %w", from, errors.New("secrets are not available here"))
	}
	v, err := s.read(from)
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", from, err)
	}
	if s.redact != nil {
		s.redact.Add(v)
	}
	s.known[from] = v
	return v, nil
}

// hash returns the hash of a secret: the one before while it still fits, so that
// an unchanged secret changes nothing in the lockfile.
func (s *secretStore) hash(from, before string) (string, error) {
	v, err := s.value(from)
	if err != nil {
		return "", err
	}
	if before == "" || !s.matches(before, v) {
		before = lockfile.HashSecret(v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fits[before] = v
	return before, nil
}

// matches compares a value with a hash, which is slow on purpose, unless the two
// were compared before.
func (s *secretStore) matches(hash, value string) bool {
	s.mu.Lock()
	of, ok := s.fits[hash]
	s.mu.Unlock()
	return ok && of == value || lockfile.SecretMatches(hash, value)
}

func hashAt(list []lockfile.SecretHash, path string) string {
	for _, h := range list {
		if h.Path == path {
			return h.Hash
		}
	}
	return ""
}

// secretAt is one secret of a lock: where it stands, and its hash.
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

// secretsHash returns the hash over all secrets that the lockfile is to have. It
// is made anew only when one of them changed. Where one cannot be read, or has
// changed and was not applied (its call failed, or it was left out of the plan), it
// is "": the next plan looks at each of them.
func (r *run) secretsHash() string {
	lock := r.session.Lock()
	if r.was != "" && slices.Equal(secretsOf(lock), r.before) {
		return r.was
	}
	var all []lockfile.SecretValue
	for _, e := range lock.Entries {
		if len(e.Secrets) == 0 {
			continue
		}
		v, err := resource.Parse(e.Applied)
		if err != nil {
			return ""
		}
		v.Walk(func(at resource.Path, w resource.Value) {
			if w.Kind != resource.SecretValue {
				return
			}
			value, e2 := r.secrets.value(w.Text)
			if e2 == nil && !r.secrets.matches(hashAt(e.Secrets, at.String()), value) {
				e2 = errors.New("changed and not applied")
			}
			if e2 != nil {
				err = e2
				return
			}
			all = append(all, lockfile.SecretValue{Address: e.Address, Path: at.String(), Value: value})
		})
		if err != nil {
			return ""
		}
	}
	if len(all) == 0 {
		return ""
	}
	return lockfile.HashSecret(lockfile.SecretText(all))
}
