// Package planner compares what the documents ask for with what was last
// applied and says, as plain data, what will happen: to the platform, call by
// call, and to the data.
//
// In: a lockfile, a graph, and the time. Out: a plan. Laws: the diff of a lock and
// the graph it came from is empty; the same input gives the same bytes; every call
// comes after what it needs. The package is pure: no clock, network, files, or
// printing.
//
// Diff is the list of passes: it follows moves, compares each resource with its
// entry (diffResource), replaces what must be replaced with a dataflow, adds
// removals, applies the selection, and gives each change its calls, their order, its
// effect, and its guards. A pass changes the nodes that it gets and keeps nothing.
package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/output"
	"github.com/aepflow/aepflow/internal/resource"
)

// FormatVersion is the version of the plan's JSON form.
const FormatVersion = "1.0"

// Action is what happens to a resource, or to one of its fields.
type Action uint8

// The actions, mildest first; the action of a resource is the most severe of
// its fields'.
const (
	NoOp Action = iota
	Move
	Forget
	Import
	Create
	Update
	Replace
	Delete
)

var actionNames = [...]string{"noop", "move", "forget", "import", "create", "update", "replace", "delete"}

func (a Action) String() string { return actionNames[a] }

// Symbol is the mark of the action in text.
func (a Action) Symbol() string {
	return [...]string{" ", ">", "-", "<", "+", "~", "±", "-"}[a]
}

// Destroys reports whether an object goes away on the platform.
func (a Action) Destroys() bool { return a == Replace || a == Delete }

// Changes reports whether the action calls the platform or moves the lockfile.
func (a Action) Changes() bool { return a != NoOp }

// MarshalText prints the action's name.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the action's name.
func (a *Action) UnmarshalText(text []byte) error {
	for i, name := range actionNames {
		if name == string(text) {
			*a = Action(i)
			return nil
		}
	}
	return fmt.Errorf("unknown action %q, expected one of %s", text, strings.Join(actionNames[:], ", "))
}

// Reason explains why a change has its action. Nothing depends on it but the text.
type Reason string

// The reasons of whole changes.
const (
	ReasonNew          Reason = "not applied yet"
	ReasonRemoved      Reason = "no document asks for it any more"
	ReasonFields       Reason = "fields changed"
	ReasonNeeds        Reason = "what it refers to changes"
	ReasonReplacedWith Reason = "replaced together with its dataflow"
	ReasonDeposed      Reason = "left over from a replacement"
	ReasonDestroy      Reason = "everything is to be destroyed"
	ReasonMoved        Reason = "renamed in the documents"
	ReasonRecorded     Reason = "the lockfile takes note of its movedFrom"
	ReasonDrift        Reason = "changed on the platform since it was applied"
	ReasonConverged    Reason = "the platform has it already"
	ReasonImport       Reason = "exists on the platform and is taken over"
	ReasonMissing      Reason = "not found on the platform: removed, or hidden by a label"
	ReasonHidden       Reason = "not visible to this client: it has labels, which may hide it"
	ReasonNotShown     Reason = "not visible yet: it was created less than five minutes ago"
	ReasonProfile      Reason = "takes part in Profile: the platform does not remove it"
	ReasonProtect      Reason = "its protection changes"
	ReasonReworded     Reason = "the documents name the same objects in another way"
	ReasonPermanent    Reason = "the platform never deletes it, so it is forgotten"
	ReasonShared       Reason = "other schemas may be made of it, so it stays on the platform"
	ReasonNamed        Reason = "a document names it by its ID, so it stays on the platform"
)

// recordsOnly reports whether an update with this reason changes the lockfile, and no object.
func (r Reason) recordsOnly() bool {
	return r == ReasonReworded || r == ReasonProtect || r == ReasonRecorded
}

// Effect is what a change does to the data.
type Effect string

// The effects on the data.
const (
	EffectNone       Effect = "none"
	EffectFuture     Effect = "future runs only"
	EffectReingests  Effect = "re-ingests history, duplicates possible"
	EffectGap        Effect = "gap possible"
	EffectDuplicates Effect = "duplicates possible"
	EffectSenders    Effect = "gap until senders use the new flow id"
	EffectAddress    Effect = "gap until the service sends to the new address"
	EffectStops      Effect = "no further runs; ingested data stay"
	EffectLost       Effect = "data lost"
)

// Plan is what will happen. Changes are in the order of their first call.
type Plan struct {
	FormatVersion string       `json:"format_version"`
	ToolVersion   string       `json:"tool_version"`
	At            time.Time    `json:"at"`
	Target        Target       `json:"target"`
	Lock          LockRef      `json:"lock"`
	ConfigDigest  string       `json:"config_digest"`
	Refreshed     bool         `json:"refreshed"`
	Complete      bool         `json:"complete"`
	Applyable     bool         `json:"applyable"`
	Guards        []Guard      `json:"guards,omitempty"` // refuse the plan as a whole
	Options       Chosen       `json:"options,omitzero"`
	Summary       Summary      `json:"summary"`
	Changes       []Change     `json:"changes"`
	Drift         []Change     `json:"drift"`
	Diagnostics   []Diagnostic `json:"diagnostics"`
}

// Chosen are the options that a plan was made with. With them, the same documents, and the
// same lockfile, the same plan is made again.
type Chosen struct {
	OnReplace        string             `json:"on_replace,omitempty"`
	AllowDataLoss    bool               `json:"allow_data_loss,omitempty"`
	AllowMassDelete  bool               `json:"allow_mass_delete,omitempty"`
	Recreate         bool               `json:"recreate,omitempty"`
	ResendSecrets    []resource.Address `json:"resend_secrets,omitempty"`
	SecretsUnchecked bool               `json:"secrets_unchecked,omitempty"`
	Only             []resource.Address `json:"only,omitempty"`
	Exclude          []resource.Address `json:"exclude,omitempty"`
	Variables        map[string]string  `json:"variables,omitempty"` // of the documents, from outside the project
}

// Target is where the plan is to be applied.
type Target struct {
	Name    string `json:"name"`
	Org     string `json:"org"`
	Sandbox string `json:"sandbox"`
	// Where credentials go, with a port where the address has one. Empty for the
	// embedded emulator.
	Host       string `json:"host,omitempty"`
	SignInHost string `json:"sign_in_host,omitempty"`
	// Production says that the target holds what must not be lost: by aepflow.yaml, or by its name or its sandbox's.
	Production bool `json:"production,omitempty"`
}

// LockRef says which lockfile the plan was made against.
type LockRef struct {
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
}

// Summary counts the changes by action.
type Summary struct {
	Create  int `json:"create"`
	Update  int `json:"update"`
	Replace int `json:"replace"`
	Delete  int `json:"delete"`
	Import  int `json:"import"`
	Move    int `json:"move"`
	Forget  int `json:"forget"`
	NoOp    int `json:"noop"`
	Drift   int `json:"drift"`
}

// Change is what happens to one resource. Deposed is set when the change only
// removes an object that an earlier apply replaced.
type Change struct {
	Address   resource.Address `json:"address"`
	Kind      resource.Kind    `json:"kind"`
	ID        string           `json:"id,omitempty"`
	ETag      string           `json:"etag,omitempty"`
	Action    Action           `json:"-"`
	Actions   []string         `json:"actions"`
	Deposed   string           `json:"deposed,omitempty"`
	MovedFrom resource.Address `json:"moved_from,omitzero"`
	// RenamedFrom is the movedFrom that the lockfile keeps, so that it is followed
	// once; see lockfile.Entry.
	RenamedFrom resource.Address `json:"renamed_from,omitzero"`
	Reason      Reason           `json:"reason,omitempty"`
	Effect      Effect           `json:"data_effect"`
	Start       *Start           `json:"start,omitempty"` // of the new flow of a replacement
	Guards      []Guard          `json:"guards,omitempty"`
	DependsOn   Dependencies     `json:"depends_on"`
	Needed      Dependencies     `json:"needed,omitempty"` // what an object that is removed needed, to show it there
	Origin      Origin           `json:"origin,omitzero"`
	Fields      []FieldChange    `json:"fields"`
	Calls       []Call           `json:"calls"`
	Desired     json.RawMessage  `json:"desired,omitempty"` // the whole body, references unresolved
	Protect     bool             `json:"protect,omitempty"`
	Ignores     []string         `json:"ignores,omitempty"` // fields that others may change
}

// Origin is the place in the documents that asks for something.
type Origin struct {
	Filename string `json:"filename"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

// Guard is a reason why apply refuses a change, or a plan.
type Guard struct {
	Code    string `json:"code"`    // "protected", "data-loss", "on-replace", "policy:CODE"
	Message string `json:"message"` // what would be lost
	Flag    string `json:"flag"`    // allows the change; "" when no flag does
}

// FieldChange is one field that differs. Applied and Desired are absent when
// the field is; Unknown says that the desired value is known only after apply.
type FieldChange struct {
	Path          string          `json:"path"`
	Action        Action          `json:"action"`
	Reason        string          `json:"reason"`
	Applied       json.RawMessage `json:"applied,omitempty"`
	Desired       json.RawMessage `json:"desired,omitempty"`
	Live          json.RawMessage `json:"live,omitempty"`
	Secret        bool            `json:"secret,omitempty"`
	Unknown       bool            `json:"unknown,omitempty"`
	Class         string          `json:"class,omitempty"` // after a refresh: pending, drifted, conflicting, converged
	ForcesReplace bool            `json:"forces_replace,omitempty"`
	Origin        Origin          `json:"origin,omitzero"`
}

// Step is what a call does for its resource; the applier records by it.
type Step string

// The steps.
const (
	StepCreate  Step = lockfile.StepCreate  // POST, or the PATCH that tags a union
	StepUpdate  Step = lockfile.StepUpdate  // PATCH or PUT of the current object
	StepEnable  Step = lockfile.StepEnable  // action call on the current object
	StepDisable Step = lockfile.StepDisable // action call on the current object
	StepRetire  Step = lockfile.StepRetire  // disable the replaced object
	StepDelete  Step = lockfile.StepDelete  // remove the object (or the replaced one)
)

// Call is one request to the platform. References in Body and URL are bound when the
// call is sent.
type Call struct {
	N       int             `json:"n"` // from 1, in a possible order of execution
	Step    Step            `json:"step"`
	Method  string          `json:"method"`
	URL     string          `json:"url"` // path and query, from the platform's root
	IfMatch string          `json:"if_match,omitempty"`
	Media   string          `json:"media,omitempty"` // media type of the body when it is not application/json
	Body    json.RawMessage `json:"body,omitempty"`
	Gives   string          `json:"gives,omitempty"`   // reference that its answer resolves: ${source.x.id}
	After   []int           `json:"after,omitempty"`   // calls that must have succeeded before
	Settles []string        `json:"settles,omitempty"` // members that are as desired after this call; empty: all
	Leaves  json.RawMessage `json:"leaves,omitempty"`  // the body after this call, where a later call completes it
	Object  string          `json:"object,omitempty"`  // id of the replaced object that retire and delete mean
}

// Diagnostic is an error or a note that depends on the lockfile or the time.
type Diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Help     string `json:"help,omitempty"`
	Origin   Origin `json:"origin,omitzero"`
}

// IsEmpty reports whether there is nothing to do, not even in the lockfile.
func (p *Plan) IsEmpty() bool { return len(p.Changes) == 0 }

// DiffersAt returns the address of the first change in which two plans differ, whatever the
// places in the documents; false when their changes and calls are the same.
func (p *Plan) DiffersAt(q *Plan) (resource.Address, bool) {
	for i := range max(len(p.Changes), len(q.Changes)) {
		switch {
		case i >= len(p.Changes):
			return q.Changes[i].Address, true
		case i >= len(q.Changes), !bytes.Equal(comparable(p.Changes[i]), comparable(q.Changes[i])):
			return p.Changes[i].Address, true
		}
	}
	return resource.Address{}, false
}

// comparable is the JSON of a change as it is saved, without places in the documents.
func comparable(c Change) []byte {
	c = normalizedChanges([]Change{c})[0]
	c.Origin, c.Needed = Origin{}, nil
	for i := range c.Fields {
		c.Fields[i].Origin = Origin{}
	}
	var b bytes.Buffer
	if err := output.JSON(&b, c); err != nil {
		panic("planner: a change without JSON: " + err.Error())
	}
	return b.Bytes()
}

// Guarded returns the changes that have guards.
func (p *Plan) Guarded() []Change {
	var out []Change
	for _, c := range p.Changes {
		if len(c.Guards) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Refusals returns why apply refuses the plan: as a whole, then change by change.
func (p *Plan) Refusals() []Guard {
	out := slices.Clone(p.Guards)
	for _, c := range p.Changes {
		out = append(out, c.Guards...)
	}
	return out
}

// Calls returns how many requests the plan sends.
func (p *Plan) Calls() int {
	n := 0
	for _, c := range p.Changes {
		n += len(c.Calls)
	}
	return n
}
