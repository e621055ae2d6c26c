package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
)

// The ways in which a lockfile can be unusable. Callers branch with errors.Is.
var (
	ErrConflict = errors.New("the lockfile holds the conflict markers of a Git merge")
	ErrDigest   = errors.New("the lockfile was changed or merged by hand: its digest does not fit its content")
	ErrNewer    = errors.New("the lockfile was written by a newer aepflow")
	ErrSyntax   = errors.New("the lockfile is not what aepflow writes")
)

type header struct {
	LockVersion string                     `json:"lock_version"`
	Lineage     string                     `json:"lineage"`
	Serial      uint64                     `json:"serial"`
	Digest      string                     `json:"digest"`
	Secrets     string                     `json:"secrets,omitempty"`
	Target      Target                     `json:"target"`
	Resources   map[string]json.RawMessage `json:"resources"`
}

type entryJSON struct {
	ID        string           `json:"id,omitempty"`
	ETag      string           `json:"etag,omitempty"`
	Digest    string           `json:"digest,omitempty"`
	Protect   bool             `json:"protect,omitempty"`
	MovedFrom resource.Address `json:"moved_from,omitzero"`
	Applied   json.RawMessage  `json:"applied,omitempty"`
	Sent      []Sent           `json:"sent,omitempty"`
	Needs     []Need           `json:"needs,omitempty"`
	Secrets   []SecretHash     `json:"secrets,omitempty"`
	Deposed   []Deposed        `json:"deposed,omitempty"`
}

// plain returns the entry's form without a digest. Lists are put in order in a
// copy: others may be reading the entry.
func (e Entry) plain() entryJSON {
	needs := e.Needs
	if !slices.IsSortedFunc(needs, compareNeeds) {
		needs = slices.SortedStableFunc(slices.Values(needs), compareNeeds)
	}
	return entryJSON{
		ID: e.ID, ETag: e.ETag, Protect: e.Protect, MovedFrom: e.MovedFrom, Applied: e.Applied,
		Sent: e.Sent, Needs: needs, Secrets: e.Secrets, Deposed: e.Deposed,
	}
}

func (j entryJSON) entry(a resource.Address) Entry {
	return Entry{
		Address: a, ID: j.ID, ETag: j.ETag, Protect: j.Protect, MovedFrom: j.MovedFrom, Applied: j.Applied,
		Sent: j.Sent, Needs: j.Needs, Secrets: j.Secrets, Deposed: j.Deposed,
	}
}

// encode prints compact JSON without HTML escapes.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}), nil
}

// Parse reads a lockfile strictly. Errors wrap ErrConflict, ErrDigest, ErrNewer
// or ErrSyntax.
func Parse(text []byte) (*Lock, error) { return parseLock(text, true) }

// parseLock reads a lockfile; verified says whether its digests must fit.
func parseLock(text []byte, verified bool) (*Lock, error) {
	if l, ok := readPrinted(bytes.NewReader(text), nil, blockSize); ok {
		return l, nil
	}
	if hasConflictMarkers(text) {
		return nil, ErrConflict
	}
	return parseWhole(text, verified)
}

// parseWhole reads a lockfile as JSON, however it is laid out.
func parseWhole(text []byte, verified bool) (*Lock, error) {
	var h header
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(&h)
	if err == nil && dec.More() {
		err = errors.New("more than one value")
	}
	if err != nil {
		if v := versionOf(text); v != "" && v != Version {
			return nil, fmt.Errorf("%w (lock_version %s, this one reads %s)", ErrNewer, v, Version)
		}
		return nil, fmt.Errorf("%w: %s", ErrSyntax, resource.JSONFault(err))
	}
	if h.LockVersion == "" {
		return nil, fmt.Errorf("%w: it has no lock_version", ErrSyntax)
	}
	if !sameMajor(h.LockVersion) {
		return nil, fmt.Errorf("%w (lock_version %s, this one reads %s)", ErrNewer, h.LockVersion, Version)
	}
	l := &Lock{Lineage: h.Lineage, Serial: h.Serial, Target: h.Target, Secrets: h.Secrets}
	for name, raw := range h.Resources {
		a, err := resource.ParseAddress(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		e, err := parseEntry(a, raw, verified)
		if err != nil {
			return nil, err
		}
		l.Entries = append(l.Entries, e)
	}
	slices.SortFunc(l.Entries, func(a, b Entry) int { return a.Address.Compare(b.Address) })
	var digests strings.Builder
	for _, e := range l.Entries {
		_, digest := e.encode()
		fmt.Fprintf(&digests, "%s %s\n", e.Address, digest)
	}
	if verified && resource.Digest([]byte(digests.String())) != h.Digest {
		return nil, ErrDigest
	}
	return l, nil
}

func parseEntry(a resource.Address, raw json.RawMessage, verified bool) (Entry, error) {
	var j entryJSON
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		return Entry{}, fmt.Errorf("%w: %s: %s", ErrSyntax, a, resource.JSONFault(err))
	}
	if len(j.Applied) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, j.Applied); err != nil {
			return Entry{}, fmt.Errorf("%w: %s: %s", ErrSyntax, a, resource.JSONFault(err))
		}
		j.Applied = compact.Bytes()
	}
	for i, s := range j.Sent {
		var compact bytes.Buffer
		if err := json.Compact(&compact, s.Value); err != nil {
			return Entry{}, fmt.Errorf("%w: %s: %s", ErrSyntax, a, resource.JSONFault(err))
		}
		j.Sent[i].Value = compact.Bytes()
	}
	e := j.entry(a)
	if _, digest := e.encode(); verified && digest != j.Digest {
		return Entry{}, fmt.Errorf("%w (%s)", ErrDigest, a)
	}
	return e, nil
}

func hasConflictMarkers(text []byte) bool {
	for _, marker := range []string{"<<<<<<< ", ">>>>>>> "} {
		if bytes.HasPrefix(text, []byte(marker)) || bytes.Contains(text, []byte("\n"+marker)) {
			return true
		}
	}
	return false
}

// versionOf reads the version of a lock whose other fields are not known here.
func versionOf(text []byte) string {
	var v struct {
		LockVersion string `json:"lock_version"`
	}
	if json.Unmarshal(text, &v) != nil {
		return ""
	}
	return v.LockVersion
}

func sameMajor(v string) bool {
	ours, _, _ := strings.Cut(Version, ".")
	theirs, _, _ := strings.Cut(v, ".")
	return ours == theirs
}
