package applier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/remote"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/planner"
)

// ConflictError says that an object was changed on the platform since it was applied, so that an
// update would undo that change.
type ConflictError struct {
	Address resource.Address
	ID      string
	Fields  []Difference
	Err     error // the platform's refusal; nil when there was none
}

// Difference is a field in conflict. A value is absent where the field is.
type Difference struct {
	Path    string          `json:"path"`
	Applied json.RawMessage `json:"applied,omitempty"`
	Desired json.RawMessage `json:"desired,omitempty"`
	Live    json.RawMessage `json:"live,omitempty"`
}

func (e *ConflictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was changed on the platform since it was applied", e.Address)
	for i, f := range e.Fields {
		sep := ": "
		if i > 0 {
			sep = "; "
		}
		fmt.Fprintf(&b, "%s%s is %s, applied was %s, desired is %s",
			sep, f.Path, e.shown(f.Path, f.Live), e.shown(f.Path, f.Applied), e.shown(f.Path, f.Desired))
	}
	fmt.Fprintf(&b, "; see `aepflow plan --refresh`, or overwrite it with `aepflow apply --overwrite %s`", e.Address)
	return b.String()
}

func (e *ConflictError) Unwrap() error { return e.Err }

// threeWay joins where the live object differs from what was applied and from what is desired.
func threeWay(applied, desired []resource.Difference) []Difference {
	var out []Difference
	for _, d := range applied {
		field := Difference{Path: d.Path.String(), Applied: rawOf(d.From), Desired: rawOf(d.To), Live: rawOf(d.To)}
		for _, want := range desired {
			if want.Path.String() == field.Path {
				field.Desired = rawOf(want.From)
			}
		}
		out = append(out, field)
	}
	return out
}

func rawOf(v *resource.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return bytes.ReplaceAll(v.JSON(), []byte("$${"), []byte("${")) // as the platform has it
}

// shown is a value at a path as people read it: a start, which is in seconds since 1970, as a time.
func (e *ConflictError) shown(path string, v json.RawMessage) string {
	if v == nil {
		return "absent"
	}
	seconds, err := strconv.ParseInt(strings.Trim(string(v), `"`), 10, 64)
	if path == resource.SpecOf(e.Address.Kind).StartTime && err == nil {
		return planner.TimeText(time.Unix(seconds, 0))
	}
	return string(v)
}

// ExistsError says that an object of a new resource's title exists on the platform, and that no entry owns it.
type ExistsError struct {
	Address resource.Address
	ID      string
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%[1]s exists as %[2]s; to take it over, run `aepflow adopt %[1]s=%[2]s`", e.Address, e.ID)
}

// AmbiguousError says that the answer to a create was lost and that several
// objects on the platform could be the one that it made.
type AmbiguousError struct {
	Address    resource.Address
	Candidates []Candidate
	Err        error // why the answer is missing; nil when an earlier apply lost it
}

// Candidate is an object that no entry owns and that may be the lost one.
type Candidate struct {
	ID      string
	Created time.Time // zero when the platform does not say
}

func (e *AmbiguousError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the answer to the create of %s was lost and %d objects could be it:", e.Address, len(e.Candidates))
	for i, c := range e.Candidates {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + c.ID)
		if !c.Created.IsZero() {
			b.WriteString(" of " + c.Created.UTC().Format(time.RFC3339))
		}
	}
	b.WriteString("; delete those on the platform that are not wanted, then run the same command again")
	return b.String()
}

func (e *AmbiguousError) Unwrap() error { return e.Err }

// UnlistedError says that the platform accepted a call and that its effect is not to be
// seen: the answer names no object, and no list shows the new one. The call stays open.
type UnlistedError struct {
	Address resource.Address
	Create  bool
	Err     error // what the answer was; nil when an earlier apply got it
}

func (e *UnlistedError) Error() string {
	var b strings.Builder
	if e.Err != nil {
		b.WriteString(e.Err.Error() + "; ")
	}
	if !e.Create {
		b.WriteString("the change is accepted and not to be seen yet; run the same command again later")
		return b.String()
	}
	fmt.Fprintf(&b, "the create of %[1]s is accepted, and no list of the platform shows the object yet; "+
		"run the same command again later; if the object does not exist, run `aepflow state rm %[1]s`, "+
		"and the next apply creates it", e.Address)
	return b.String()
}

func (e *UnlistedError) Unwrap() error { return e.Err }

func candidates(found []platform.Object) []Candidate {
	out := make([]Candidate, len(found))
	for i, o := range found {
		out[i] = Candidate{ID: o.ID, Created: remote.Created(o)}
	}
	return out
}
