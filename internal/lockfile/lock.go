// Package lockfile holds what was last applied to one target: the lockfile
// that is committed to Git, and the journal beside it that makes an apply
// survive any crash.
//
// In: the bytes of `dataflow.<target>.lock`, and records as an apply goes on.
// Out: the same bytes in one canonical form. Laws: a lock that was printed
// parses and prints to the same bytes; no secret is ever in it.
package lockfile

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"github.com/aepflow/aepflow/internal/resource"
)

// Version is the version of the lockfile's form, of the newest that there is. A reader refuses a newer
// major version and says how to go on. A lockfile without an unknown secret has the major version of
// plainVersion, one without times of creation the minor version 0: earlier releases read those too.
const (
	Version      = "2.1"
	plainVersion = "1.1"
)

// version is that of the lockfile's form with these entries.
func (l *Lock) version() string {
	version := plainVersion
	timed := false
	for i := range l.Entries {
		e := &l.Entries[i]
		timed = timed || !e.Created.IsZero()
		for _, s := range e.Secrets {
			if s.Hash == UnknownSecret {
				version = Version
			}
		}
	}
	if !timed {
		return version[:len(version)-1] + "0"
	}
	return version
}

// Lock is what was last applied to one target.
type Lock struct {
	Lineage string // random, made once: identifies a history
	Serial  uint64 // grows by one with every apply that changed something
	Target  Target
	Secrets string  // one hash over every secret in use, "" when there are none
	Entries []Entry // sorted by address
}

// Target is where a lock was applied.
type Target struct {
	Org     string `json:"org"`
	Sandbox string `json:"sandbox"`
	Tenant  string `json:"tenant,omitzero"` // without underscore, as /stats gives it
}

// Entry is one object on the platform.
type Entry struct {
	Address resource.Address
	ID      string          // as the platform gave it; "" while only deposed objects are left
	Created time.Time       // by the platform's clock, in seconds; zero when it was not created here, or long ago
	ETag    string          // Flow Service: with its quotes; dataset: E-Tag; registry and mapping set: version
	Applied json.RawMessage // compact JSON, references unresolved
	Sent    []Sent          // values bound when they were sent, where the document leaves them open
	Needs   []Need          // what the references were resolved to
	Secrets []SecretHash    // one for each secret in Applied, sorted by path
	Protect bool
	// MovedFrom is the movedFrom that was followed, or that the documents had when
	// the object was made: it is not followed again. Zero where no other document
	// has that name.
	MovedFrom resource.Address
	Deposed   []Deposed // replaced objects that are not gone yet
}

// Sent is a value that was bound when the call was made.
type Sent struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// Need is a resource that this one needs and the value that stood for the
// reference in the last call; ID is "" for an order without a value.
type Need struct {
	resource.Edge
	Field string `json:"field,omitzero"` // "version"; "" for the id
	ID    string `json:"id,omitzero"`
}

// SecretHash is the salted slow hash of one secret of a resource.
type SecretHash struct {
	Path string `json:"path"`
	Hash string `json:"hash"`
}

// Deposed is an object whose place was taken by a new one and that is still to
// be removed. StepsLeft names the calls that remain: "disable", "delete".
type Deposed struct {
	ID        string        `json:"id"`
	ETag      string        `json:"etag,omitzero"`
	Kind      resource.Kind `json:"kind"`
	StepsLeft []string      `json:"steps_left"`
}

// Get returns the entry at an address, or false.
func (l *Lock) Get(a resource.Address) (Entry, bool) {
	if l == nil {
		return Entry{}, false
	}
	i, ok := l.find(a)
	if !ok {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// Put sets the entry at e.Address.
func (l *Lock) Put(e Entry) {
	i, ok := l.find(e.Address)
	if ok {
		l.Entries[i] = e
		return
	}
	l.Entries = slices.Insert(l.Entries, i, e)
}

// Remove forgets the entry at an address; it is not a fault when there is none.
func (l *Lock) Remove(a resource.Address) {
	if i, ok := l.find(a); ok {
		l.Entries = slices.Delete(l.Entries, i, i+1)
	}
}

// Clone returns a lock that shares no entry list with l.
func (l *Lock) Clone() *Lock {
	c := *l
	c.Entries = slices.Clone(l.Entries)
	return &c
}

func (l *Lock) find(a resource.Address) (int, bool) {
	return sort.Find(len(l.Entries), func(i int) int { return a.Compare(l.Entries[i].Address) })
}

// Cursor returns a cursor over the entries.
func (l *Lock) Cursor() *resource.Cursor[Entry] {
	return resource.NewCursor(l.Entries, func(e *Entry) *resource.Address { return &e.Address })
}

// Without returns the entry once an object is gone, its own or one that it replaced. ok is
// false when nothing is left of it.
func (e Entry) Without(id string) (left Entry, ok bool) {
	if e.ID == id {
		left = Entry{Address: e.Address, Deposed: e.Deposed, Protect: e.Protect}
		return left, len(left.Deposed) > 0
	}
	e.Deposed = slices.DeleteFunc(slices.Clone(e.Deposed), func(d Deposed) bool { return d.ID == id })
	return e, e.ID != "" || len(e.Deposed) > 0
}

// Output returns the value of `${address.field}`: "id", or
// "version" for kinds that count their versions. False when it is not known.
func (e Entry) Output(field string) (string, bool) {
	switch {
	case e.ID == "":
		return "", false
	case field == "id":
		return e.ID, true
	case field == "version":
		return e.ETag, e.ETag != ""
	default:
		return "", false
	}
}

// SentAt returns the value that was bound at a path when it was sent.
func (e Entry) SentAt(path string) (json.RawMessage, bool) {
	for _, s := range e.Sent {
		if s.Path == path {
			return s.Value, true
		}
	}
	return nil, false
}

// Ref returns the reference whose value a need keeps.
func (n Need) Ref() resource.Ref { return resource.Ref{To: n.To, Field: cmp.Or(n.Field, "id")} }

func compareNeeds(a, b Need) int {
	return cmp.Or(a.Edge.Compare(b.Edge), cmp.Compare(a.Field, b.Field))
}
