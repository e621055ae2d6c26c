package planner

import (
	"cmp"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
	"github.com/aepflow/aepflow/internal/specs"
)

// Margin is how far ahead of the call a start lies that is bound when it is sent:
// the platform refuses a start that has passed.
const Margin = time.Minute

// Options are the inputs of a diff besides lock and graph.
type Options struct {
	At            time.Time // the plan's idea of now
	Tool          string    // version of aepflow
	Target        Target
	Secrets       Secrets
	OnReplace     string // "backfill", "continue" or "": for flows whose document says nothing
	AllowDataLoss bool
	Destroy       bool            // remove everything that may be removed, whatever the graph says
	Refreshed     bool            // Live holds what the platform has for every entry
	Live          []resource.Live // in the order of Live.Compare, as Moved names the entries
	Tenant        string          // the value of {TENANT_ID} in them; "" is the lock's
	Recreate      bool            // create again what a refresh did not find

	Only, Exclude   []resource.Address // a selection; what it needs comes with it
	AllowMassDelete bool
}

// Secrets says which secrets differ from what was applied. The planner reads
// none; the caller compares hashes.
type Secrets struct {
	Unchecked bool // nothing was compared
	Changed   []SecretPath
	Resend    []resource.Address // connections whose secrets are in Changed because they were asked for
}

// SecretPath names one secret value.
type SecretPath struct {
	Address resource.Address
	Path    string
}

// Compare orders secret paths.
func (p SecretPath) Compare(q SecretPath) int {
	return cmp.Or(p.Address.Compare(q.Address), strings.Compare(p.Path, q.Path))
}

// Diff compares what was applied with what the documents ask for. A nil lock is
// an empty one. The report has the errors that depend on the time or the lock,
// such as a start that has passed.
func Diff(lock *lockfile.Lock, graph *resource.Graph, o Options) (*Plan, *diag.Report) {
	e, notes := newEnv(lock, graph, o)
	list, seen := diffResources(e)
	propagateReplace(list, e)
	removed, kept := removals(e, seen)
	list = append(list, removed...)
	keepNamed(list, e)
	forgetProfile(list, e)
	forgetParts(list, e)
	followTitles(list, e)
	followReaders(list, e)
	selectNodes(list, e)
	for _, n := range list {
		if !n.excluded {
			makeCalls(n, e)
		}
	}
	renames := looksRenamed(list)
	numberCalls(list, renames, e)
	guardRemovals(list, e)
	for _, n := range list {
		if !n.excluded {
			setEffect(n, e)
			guardChange(n, e)
		}
	}
	notes = append(notes, hintRenames(renames)...)
	notes = append(notes, hintDerivedNames(list)...)
	notes = append(notes, hintImports(list, e)...)
	notes = append(notes, warnExpired(list, e)...)
	notes = append(notes, noteNewerVersions(e)...)
	report := problems(list)
	p := newPlan(e, report, notes)
	p.Summary.NoOp = kept
	e.nodes = nil // a first plan is nothing but changes: assemble keeps none longer than needed
	p.assemble(list, e)
	return p, report
}

// env is what all changes are decided by. Only nodes grows, while resources are
// compared in the order of their needs.
type env struct {
	Options
	lock    *lockfile.Lock // as the documents name its entries
	graph   *resource.Graph
	moved   map[resource.Address]resource.Address // address → the one in the lockfile
	frees   map[resource.Address]resource.Address // the other way round
	secrets map[resource.Address]map[string]bool  // paths of the secrets that changed
	imports map[resource.Address]string           // IDs of the objects that are taken over
	nodes   map[resource.Address]*node

	// Indexes that few plans need, made when they are asked for.
	users  func() map[resource.Address][]resource.Address // address → entries whose applied body needs it
	owners func() map[resource.ObjectKey]resource.Address // object → its entry
}

// newEnv follows the moves of the documents and indexes the inputs. The notes are
// about what is not moved.
func newEnv(lock *lockfile.Lock, graph *resource.Graph, o Options) (*env, []Diagnostic) {
	if lock == nil {
		lock = &lockfile.Lock{}
	}
	if o.Destroy {
		graph = resource.NewGraph(nil)
	}
	f := follow(lock, graph)
	e := &env{
		Options: o, lock: lock.Moved(f.moves), graph: graph, secrets: map[resource.Address]map[string]bool{},
		moved: make(map[resource.Address]resource.Address, len(f.moves)),
		frees: make(map[resource.Address]resource.Address, len(f.moves)),
		nodes: make(map[resource.Address]*node, len(graph.All())),
	}
	e.users = sync.OnceValue(func() map[resource.Address][]resource.Address { return usersOf(e.lock) })
	e.indexOwners()
	e.Tenant = cmp.Or(o.Tenant, lock.Target.Tenant)
	e.imports = e.findImports()
	for _, m := range f.moves {
		e.moved[m.To], e.frees[m.From] = m.From, m.To
	}
	for _, p := range o.Secrets.Changed {
		if e.secrets[p.Address] == nil {
			e.secrets[p.Address] = map[string]bool{}
		}
		e.secrets[p.Address][p.Path] = true
	}
	return e, f.notes
}

func (e *env) indexOwners() {
	e.owners = sync.OnceValue(func() map[resource.ObjectKey]resource.Address {
		owners, _ := e.lock.Owners() // the reader of the lockfile refuses an object with two
		return owners
	})
}

// usersOf returns, for each address, the entries whose applied body needs it.
func usersOf(lock *lockfile.Lock) map[resource.Address][]resource.Address {
	out := map[resource.Address][]resource.Address{}
	for i := range lock.Entries {
		for _, n := range lock.Entries[i].Needs {
			out[n.To] = append(out[n.To], lock.Entries[i].Address)
		}
	}
	return out
}

// bound is a text of a document as it is sent.
func (e *env) bound(text string) string { return specs.BindTenant(text, e.Tenant) }

// node is a change in the making.
type node struct {
	change   Change
	resource *resource.Resource // nil for a removal
	entry    *lockfile.Entry    // zero when nothing was applied
	exists   bool               // the entry has an object on the platform
	*compared
	fields  []fieldDiff
	problem diag.Problem // why the resource can be neither created nor imported

	live    json.RawMessage       // as the platform has it, nil when not refreshed
	drift   []resource.Difference // applied against live
	missing bool                  // a refresh did not find it

	namedByID bool    // a document names the object that is removed by its ID
	titleOf   *node   // the change of the object that has the title which this one gets
	readersOf []*node // the changes that free what this flow is to read alone, perhaps its own
	excluded  bool    // changed, and left out by the selection

	create, destroy []Call
}

// compared are the decoded bodies of an object that exists. Ten thousand new dataflows have
// none of their own, which saves 20 MB.
type compared struct{ desired, applied resource.Value }

// uncompared is what all other nodes have. It is never changed.
var uncompared = &compared{}

func (n *node) spec() *resource.Spec { return resource.SpecOf(n.change.Kind) }

// want returns the decoded body that the documents ask for. A new resource keeps
// none: all of them at once would be most of the memory of a first plan.
func (n *node) want() resource.Value {
	if n.desired.Kind != resource.NullValue {
		return n.desired
	}
	return decode(n.resource.Body)
}

// removes reports whether a node removes the current object of an entry.
func (n *node) removes() bool { return n.change.Action == Delete && n.change.Deposed == "" }

// problems returns the report of a list of nodes.
func problems(list []*node) *diag.Report {
	report := &diag.Report{}
	for _, n := range list {
		if n.problem != nil {
			report.Add(n.problem)
		}
	}
	return report
}

// decode reads a body of the graph, which the compiler made.
func decode(b resource.Body) resource.Value {
	v, err := b.Value()
	if err != nil {
		panic("planner: body of the graph: " + err.Error())
	}
	return v
}

// parse reads an applied body, whose bytes the lockfile's digest covers. One with a
// reference that no longer parses reads as null and shows as a change.
func parse(text []byte) resource.Value {
	v, err := resource.Parse(text)
	if err != nil {
		return resource.Value{}
	}
	return v
}

func originOf(s source.Span) Origin {
	if s.IsZero() {
		return Origin{}
	}
	pos := s.Pos()
	return Origin{Filename: s.Path(), Line: pos.Line, Column: pos.Column}
}
